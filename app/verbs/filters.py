"""`calque filter`: filters of a project's images that are kept by name."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.services import Services
from app.verbs.finding import find_project
from app.verbs.output import Console, VerbResult
from core.domain.counting import counted
from core.domain.filter_words import NOTHING_PASSES, in_words
from core.domain.filters import Group, SavedFilter
from core.domain.names import shown
from core.domain.projects import Project
from core.errors import RefusedError, StorageError
from core.filters.json_places import FilterTextError
from core.filters.reading import read_filter
from core.filters.service import Resolved
from core.filters.writing import as_plain


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = find_project(services, arguments.project)
    match arguments.action:
        case "save":
            return _save(services, project, arguments)
        case "list":
            return _list(services, project)
        case "show":
            return _show(services, project, arguments)
        case "rename":
            renamed = services.filters.rename(project.id, arguments.name, arguments.new).value.after
            assert renamed is not None
            return VerbResult({"filter": renamed.name}, (f'The filter is called "{shown(renamed.name)}" now.',))
        case _:
            services.filters.delete(project.id, arguments.name)
            return VerbResult({"deleted": arguments.name}, (f'The filter "{shown(arguments.name)}" is deleted.',))


def chosen_filter(services: Services, project: Project, name: str | None, where: str | None) -> Group:
    """By name, or as a text. Raises FilterTextError, NotFoundError, RefusedError for both or neither."""
    if (name is None) == (where is None):
        raise RefusedError("Name a filter, or write one with --where.")
    return services.filters.get_filter(project.id, name).filter if name is not None else read_where(where or "")


def read_where(text: str) -> Group:
    """The filter itself, or a file that it is in. Raises FilterTextError, StorageError."""
    if not text.strip() or text.lstrip().startswith(("{", "[")):
        return read_filter(text)
    file = Path(text)
    try:
        return read_filter(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        sentence = "Not valid JSON at line {line}, column {column}, and no file has this name."
        raise FilterTextError(text, sentence, 0, code="E-531", hint='Write one such as {"dir": "train"}.') from None
    except (OSError, ValueError) as error:  # a folder, one that may not be read, no text, a name with a zero in it
        why = error.strerror if isinstance(error, OSError) else error
        raise StorageError(f'"{shown(file)}" cannot be read as text ({why}).') from None


def _save(services: Services, project: Project, arguments: argparse.Namespace) -> VerbResult:
    filter = read_where(arguments.where)
    resolved = services.filters.resolve(project.id, filter)
    step = services.filters.save(project.id, arguments.name, filter, replaces=arguments.replace).value
    assert step.after is not None
    lines = (f'The filter "{shown(step.after.name)}" is kept.', *_told(project, resolved))
    return VerbResult({"filter": step.after.name, **_data(filter, resolved)}, lines)


def _list(services: Services, project: Project) -> VerbResult:
    saved = services.filters.list_filters(project.id)
    return VerbResult(
        {"project": project.id, "filters": [_listed(one) for one in saved]},
        tuple(f"{shown(one.name)}: {one.problem or in_words(one.filter)}" for one in saved) or ("None.",),
    )


def _listed(one: SavedFilter) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "words": "" if one.problem else in_words(one.filter),
        "filter": None if one.problem else as_plain(one.filter),
        "changed_at": one.changed_at,
        "problem": one.problem,
    }


def _show(services: Services, project: Project, arguments: argparse.Namespace) -> VerbResult:
    filter = chosen_filter(services, project, arguments.name, arguments.where)
    resolved = services.filters.resolve(project.id, filter)
    data = {"filter": arguments.name or "", **_data(filter, resolved)}
    lines = [*_told(project, resolved), resolved.text]
    if arguments.images:
        paths = services.filters.list_paths(project.id, filter)
        data["images"], lines = paths, [*lines, *map(shown, paths)]
    return VerbResult(data, tuple(lines))


def _told(project: Project, resolved: Resolved) -> tuple[str, ...]:
    """W-532 when nothing passes."""
    of = f"{resolved.n_images:,} of {counted(project.n_images, 'image')}"
    told = f"{resolved.words[:1].upper()}{resolved.words[1:]}: {of}."
    return (told,) if resolved.n_images else (told, f"{NOTHING_PASSES.code}: {NOTHING_PASSES.text}")


def _data(filter: Group, resolved: Resolved) -> dict[str, object]:
    warnings = [] if resolved.n_images else [{"code": NOTHING_PASSES.code, "text": NOTHING_PASSES.text}]
    return {
        "json": as_plain(filter),
        "words": resolved.words,
        "n_images": resolved.n_images,
        "warnings": warnings,
    }
