"""`calque trash`: what was removed from a project, and projects that were removed."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.output import Console, VerbResult, with_what_stopped_it
from core.domain.counting import counted
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.trash import TrashedProject
from core.errors import NotFoundError, RefusedError


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    if arguments.action == "list" and arguments.project is None:
        return _list_projects(services)
    project = services.projects.find_project(arguments.project)
    if project is None:
        return _with_project(services, _find_removed(services, arguments.project), arguments)
    match arguments.action:
        case "list":
            return _list_images(services, project)
        case "restore":
            return _restore(services, project, arguments, console)
        case _:
            return _empty(services, project, arguments)


def _list_projects(services: Services) -> VerbResult:
    found = services.trash.list_projects()
    data = [
        {
            "id": one.id,
            "name": one.name,
            "removed_at": one.removed_at,
            "images": one.n_images,
            "annotations": one.n_annotations,
        }
        for one in found
    ]
    lines = tuple(f"{shown(one.name)}: {_counts(one)}, removed {one.removed_at:%Y-%m-%d %H:%M}" for one in found)
    return VerbResult({"projects": data}, lines or ("No project is in the trash.",))


def _list_images(services: Services, project: Project) -> VerbResult:
    found = services.trash.list_images(project.id)
    data = [{"path": one.path, "removed_at": one.removed_at, "annotations": one.n_annotations} for one in found]
    lines = tuple(f"{shown(one.path)}: {counted(one.n_annotations, 'annotation')}" for one in found)
    return VerbResult({"project": project.id, "images": data}, lines or ("The trash is empty.",))


def _restore(services: Services, project: Project, arguments: argparse.Namespace, console: Console) -> VerbResult:
    if bool(arguments.images) == arguments.all:
        raise RefusedError("Say which images are meant: name them, or give --all.")
    images = None
    if arguments.images:
        images = [one.image for one in services.trash.find_images(project.id, arguments.images)]
    changed = services.trash.restore_images(project.id, images, progress=console.progress)
    restored = changed.value
    data = {
        "project": project.id,
        "restored": len(restored.images),
        "taken": list(restored.taken),
        "classes": list(restored.classes),
    }
    result = VerbResult(data, (restored.text,), code=1 if restored.taken else 0)
    return with_what_stopped_it(result, changed)


def _empty(services: Services, project: Project, arguments: argparse.Namespace) -> VerbResult:
    if arguments.images:
        found = services.trash.find_images(project.id, arguments.images)
        images, n, m = [one.image for one in found], len(found), sum(one.n_annotations for one in found)
    else:
        images, (n, m) = None, services.trash.count_images(project.id)
    what = f"{counted(n, 'image')} with {counted(m, 'annotation')}"
    if n and not arguments.yes:
        raise RefusedError(f"{what} would be forgotten for good; the files stay.", hint="Say --yes to do it.")
    n = services.trash.empty(project.id, images).value
    return VerbResult({"project": project.id, "forgotten": n}, (f"{what} forgotten; the files stay.",))


def _with_project(services: Services, project: TrashedProject, arguments: argparse.Namespace) -> VerbResult:
    if getattr(arguments, "images", None) or getattr(arguments, "all", False) or arguments.action == "list":
        raise RefusedError(f'The project "{shown(project.name)}" is in the trash itself.', hint="Restore it first.")
    if arguments.action == "restore":
        name = services.trash.restore_project(project.id).value
        return VerbResult({"project": project.id, "name": name}, (f'The project "{shown(name)}" is restored.',))
    what = f'"{shown(project.name)}" with {_counts(project)}'
    if not arguments.yes:
        text = f"{what} would be forgotten for good; files, runs, models and frozen datasets stay."
        raise RefusedError(text, hint="Say --yes to do it.")
    services.trash.empty_project(project.id)
    return VerbResult({"project": project.id, "forgotten": 1}, (f"{what} forgotten; the files stay.",))


def _counts(project: TrashedProject) -> str:
    return f"{counted(project.n_images, 'image')} with {counted(project.n_annotations, 'annotation')}"


def _find_removed(services: Services, name: str) -> TrashedProject:
    """The one removed last, of several of that name; by id each is found."""
    for one in services.trash.list_projects():
        if name in (one.id, one.name):
            return one
    raise NotFoundError(
        f'There is no project "{shown(name)}", and none in the trash.', hint="calque trash list names those."
    )
