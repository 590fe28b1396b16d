"""What formats read and write, as a table: for the command line and the guide."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.formats import FormatInfo, ShapeKind

COLUMNS = ("format", "files", "in", "out", "sets", "empty images", "predictions")
_SHAPES = ((ShapeKind.BOX, "boxes"), (ShapeKind.POLYGON, "polygons"), (ShapeKind.IMAGE, "whole images"))
_YES, _NO = "yes", "–"


def row_of(info: FormatInfo) -> tuple[str, ...]:
    """A cell for each of COLUMNS. "in" and "out" are the shapes that are read and written."""
    if not info.is_available:
        return (info.title, "", "not available", *("",) * (len(COLUMNS) - 3))
    read = _listed(info.shapes_read) or ("pictures" if info.reads else _NO)
    written = (_listed(info.shapes_written) or _NO) if info.can_write else _NO
    holds = (info.holds_splits, info.holds_negatives, info.holds_predictions)
    endings = " ".join(info.endings)
    return (info.title, endings, read, written, *(_YES if flag else _NO for flag in holds))


def markdown(infos: Sequence[FormatInfo]) -> str:
    """The table of the guide, each format with a link to its page."""
    lines = [" | ".join(COLUMNS), " | ".join("---" for _ in COLUMNS)]
    for info in infos:
        title, *cells = row_of(info)
        lines.append(" | ".join([f"[{title}](format-{info.slug}.md)", *cells]))
    return "".join(f"| {line} |\n" for line in lines)


def _listed(shapes: frozenset[ShapeKind]) -> str:
    return ", ".join(word for shape, word in _SHAPES if shape in shapes)
