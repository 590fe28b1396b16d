"""`calque formats`: what each format reads and writes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from app.verbs.output import VerbResult
from core.domain.format_table import COLUMNS, row_of
from core.domain.formats import FormatInfo, FormatOption
from core.formats.catalog import FormatCatalog


def run(arguments: argparse.Namespace) -> VerbResult:
    catalog = FormatCatalog()
    infos = catalog.list_formats()
    if arguments.format is not None:
        chosen = next((info for info in infos if info.slug == arguments.format), None)
        if chosen is None:
            catalog.get(arguments.format)  # says which there are
            raise AssertionError
        return VerbResult(format_data(chosen), _about(chosen))
    return VerbResult({"formats": [format_data(info) for info in infos]}, _table(infos))


def format_data(info: FormatInfo) -> dict[str, Any]:
    return {
        "slug": info.slug,
        "title": info.title,
        "reads": info.reads,
        "writes": info.writes,
        "can_write": info.can_write,
        "why_not": info.unavailable_reason or info.no_writing,
        "shapes_read": sorted(info.shapes_read),
        "shapes_written": sorted(info.shapes_written),
        "holds_sets": info.holds_splits,
        "holds_negatives": info.holds_negatives,
        "holds_predictions": info.holds_predictions,
        "endings": list(info.endings),
        "losses": [{"of": loss.content, "text": loss.text, "severity": loss.severity} for loss in info.losses],
        "read_options": [_option_data(option) for option in info.read_options],
        "write_options": [_option_data(option) for option in info.write_options],
    }


def _option_data(option: FormatOption) -> dict[str, Any]:
    return {
        "name": option.name,
        "title": option.title,
        "help": option.help,
        "choices": dict(option.choices),
        "default": option.default,
    }


def _table(infos: Sequence[FormatInfo]) -> tuple[str, ...]:
    rows = [("name", *COLUMNS), *((info.slug, *row_of(info)) for info in infos)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return (*lines, "calque formats NAME says more of one.")


def _about(info: FormatInfo) -> tuple[str, ...]:
    lines = [f"{info.title} ({info.slug})"]
    if info.unavailable_reason:
        return (*lines, f"Not available: {info.unavailable_reason}")
    lines.append(f"Read: {info.reads}")
    lines.append(f"Written: {info.no_writing or info.writes}")
    lines += [f"{name.capitalize()}: {cell}" for name, cell in zip(COLUMNS[1:], row_of(info)[1:], strict=True) if cell]
    if info.losses and info.can_write:
        lines.append("Lost or changed when written:")
        lines += [f"  {loss.what}: {loss.text}." for loss in info.losses]
    for title, options in (("read", info.read_options), ("written", info.write_options)):
        if options:
            lines.append(f"Options when it is {title}:")
        for option in options:
            values = f" ({'|'.join(value for value, _ in option.choices)})" if option.choices else ""
            default = f", {option.default} when not given" if option.default else ""
            lines.append(f"  {option.name}{values}{default}: {option.title}. {option.help}".rstrip())
    return tuple(lines)
