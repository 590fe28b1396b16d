"""`calque weights`: every start that there is, taken in, verified, described and removed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from app.services import Services
from app.verbs.output import Console, VerbResult
from core.domain.counting import in_bytes
from core.domain.names import shown, typed_path
from core.domain.starts import ShelfItem
from core.errors import CalqueError, RefusedError


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    shelf, action, name = services.shelf, arguments.action, arguments.name
    if action == "list" and not name:
        items = shelf.list_items()
        lines = tuple(_line(item) for item in items) or ("The shelf is empty.",)
        return VerbResult({"weights": [_data(item) for item in items]}, lines)
    if action == "list":
        item = shelf.get(name)
        return VerbResult(_data(item), _about(item))
    if action == "verify" and not name:
        return _verify_all(services, console)
    if not name:
        raise RefusedError(f"Say which weights to {action}.", hint="`calque weights` lists what there is.")
    if action == "add":
        item = shelf.add(typed_path(Path(name)).absolute())
        return VerbResult(_data(item), (f'"{shown(item.title)}" is on the shelf now.', *_about(item)))
    if action == "verify":
        text = shelf.verify(name)
        return VerbResult({"text": text}, (text,))
    if action == "describe":
        item = shelf.describe(
            name,
            code_licence=arguments.code_licence,
            weights_licence=arguments.weights_licence,
            note=arguments.note,
        )
        return VerbResult(_data(item), _about(item))
    shelf.remove(name)
    text = f'"{shown(name)}" was removed; it lies in the trash of the weights folder for a while.'
    return VerbResult({"text": text}, (text,))


def _verify_all(services: Services, console: Console) -> VerbResult:
    lines, problems = [], []
    for item in services.shelf.list_items():
        console.note(f"Reading {shown(item.title)}")
        try:
            lines.append(services.shelf.verify(item.key))
        except CalqueError as error:
            lines.append(str(error))
            problems.append(str(error))
    return VerbResult({"problems": problems}, tuple(lines) or ("The shelf is empty.",), code=1 if problems else 0)


def _line(item: ShelfItem) -> str:
    problem = f"  ({item.problem})" if item.problem else ""
    return f"{shown(item.key)}  {shown(item.title)}  {in_bytes(item.n_bytes)}  {item.architecture or '?'}{problem}"


def _about(item: ShelfItem) -> tuple[str, ...]:
    rows = (
        ("key", item.key),
        ("origin", item.origin.value),
        ("size", in_bytes(item.n_bytes)),
        ("SHA-256", item.sha256 or "not known yet; `calque weights verify` finds it out"),
        ("tasks", ", ".join(item.tasks) or "unknown"),
        ("methods", ", ".join(item.workers) or "unknown"),
        ("network", item.architecture or "unknown"),
        ("classes", ", ".join(item.categories) or "none"),
        ("licence of the code", item.code_licence),
        ("licence of the weights", item.weights_licence),
        ("from", item.source),
        ("since", item.added_at.isoformat(timespec="seconds") if item.added_at else ""),
        ("file", shown(item.path) if item.path else ""),
        ("note", item.note),
        ("problem", item.problem),
    )
    return tuple(f"  {title}: {text}" for title, text in rows if text)


def _data(item: ShelfItem) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title,
        "origin": item.origin,
        "path": item.path,
        "n_bytes": item.n_bytes,
        "sha256": item.sha256,
        "tasks": list(item.tasks),
        "workers": list(item.workers),
        "architecture": item.architecture,
        "categories": list(item.categories),
        "code_licence": item.code_licence,
        "weights_licence": item.weights_licence,
        "source": item.source,
        "added_at": item.added_at,
        "note": item.note,
        "can_be_removed": not item.kept_reason,
        "kept_reason": item.kept_reason,
        "problem": item.problem,
    }
