"""`calque import` and `calque imports`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_counts, problem_data, problem_lines
from core.domain.counting import counted
from core.domain.imports import Difference, ImportPreview, ImportReport, ImportSource, KeptReport
from core.domain.names import shown, typed_path
from core.domain.projects import Project
from core.errors import NotFoundError, RefusedError

_MOST_LISTED = 20


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    sources = [_source(path, arguments) for path in arguments.paths]
    existing = services.projects.find_project(arguments.project)
    if arguments.take_changes and len(sources) > 1:
        raise RefusedError(
            "With --take-changes one path is imported at a time.", hint="Each would undo what the one before it said."
        )
    if arguments.dry_run:
        return _look(services, sources, existing, console)
    reports = services.imports.commit_all(
        sources,
        project_name=arguments.project,
        into=existing.id if existing else None,
        replace=arguments.take_changes,
        progress=console.progress,
    )
    data = [_report_data(report) for report in reports]
    lines = [line for report in reports for line in _report_lines(report)]
    return VerbResult(data[0] if len(data) == 1 else {**data[-1], "imports": data}, tuple(lines))


def run_imports(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = services.projects.find_project(arguments.project)
    if project is None:
        raise NotFoundError(f'There is no project "{arguments.project}".', hint="calque projects lists all.")
    if arguments.id is not None:
        report = services.imports.get_report(arguments.id, project.id)
        return VerbResult({"project": project.id, "import": report}, tuple(_kept_lines(report)))
    reports = services.imports.list_reports(project.id)
    lines = tuple(_kept_line(report) for report in reports) or ("Nothing was imported yet.",)
    return VerbResult({"project": project.id, "imports": reports}, lines)


# --- the source ------------------------------------------------------------------------------------------------


def _source(typed: Path, arguments: argparse.Namespace) -> ImportSource:
    path = typed_path(typed).absolute()
    if not path.exists():
        raise NotFoundError(f"There is no {path}.", hint="Check the path.")
    return ImportSource(
        path,
        typed_path(arguments.images).absolute() if arguments.images else None,
        arguments.format,
        is_drawn_as_stored=arguments.drawn_as_stored,
        names_encoding=arguments.names_encoding,
        left_out=tuple(_left_out(path, typed_path(file)) for file in arguments.without),
        mapping=tuple((old, new or None) for old, new in map(_pair, arguments.map)),
        options=tuple(map(_pair, arguments.options)),
        takes_model_made=arguments.take_model_made,
        unpack_to=typed_path(arguments.unpack_to).absolute() if arguments.unpack_to else None,
    )


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise RefusedError(f'"{shown(text)}" is no name=value.', hint="For example: --map car=vehicle.")
    return name, value


def _left_out(folder: Path, file: Path) -> Path:
    """As it was typed from where the person is, or from the folder that is imported: the one that lies in there."""
    there = [place for place in (file.absolute(), folder / file) if place.exists()]
    if not there:
        raise NotFoundError(f"There is no {file}.", hint="Check the path after --without.")
    return next((place for place in there if place.resolve().is_relative_to(folder.resolve())), there[0])


# --- a trial ---------------------------------------------------------------------------------------------------


def _look(
    services: Services, sources: Sequence[ImportSource], existing: Project | None, console: Console
) -> VerbResult:
    into = existing.id if existing else None
    previews = [services.imports.preview(one, into=into, is_trial=True, progress=console.progress) for one in sources]
    data = [_preview_data(preview) for preview in previews]
    lines = [line for preview in previews for line in _preview_lines(preview)]
    code = 0 if all(preview.can_import for preview in previews) else 1
    return VerbResult(data[0] if len(data) == 1 else {"imports": data}, (*lines, "Nothing was written."), code)


def _preview_data(preview: ImportPreview) -> dict[str, Any]:
    differences = preview.differences
    found: dict[str, Any] = {
        "dry_run": True,
        "can_import": preview.can_import,
        "format": preview.format,
        "recognised": [
            {"format": one.format, "title": one.title, "reason": one.reason, "sureness": one.sureness}
            for one in preview.recognised
        ],
        "images": preview.n_images,
        "annotated": preview.n_annotated,
        "annotations": preview.n_annotations,
        "categories": dict(preview.categories),
        "classes": [
            {"name": one.name, "annotations": one.n_annotations, "becomes": one.becomes} for one in preview.classes
        ],
        "made_by_models": dict(preview.makers),
        "sets": dict(preview.stated_sets),
        "n_rotated": preview.n_rotated,
        "problem_counts": problem_counts(preview.problems),
        "problems": [problem_data(problem) for problem in preview.problems],
    }
    if differences is not None:
        found["differences"] = {
            "total": differences.total,
            "classes": dict(differences.classes),
            "n_images": differences.n_images,
            "images": [{"path": image.path, "difference": image.difference} for image in differences.images],
        }
    return found


def _preview_lines(preview: ImportPreview) -> list[str]:
    lines = [
        f"{shown(preview.source.path)}: {counted(preview.n_images, 'image')}, "
        f"{counted(preview.n_annotations, 'annotation')}.",
        f"Format: {preview.format_title}.",
    ]
    for one in preview.recognised:
        lines.append(f"  {one.title}: {one.reason}{' (taken)' if one.format == preview.format else ''}")
    for item in preview.classes:
        becomes = ", left out" if item.becomes is None else f" -> {shown(item.becomes)}"
        lines.append(
            f"  {shown(item.name)}: {item.n_annotations}{'' if item.becomes == item.name else becomes}",
        )
    lines += [f'Set "{name}": {counted(number, "image")}.' for name, number in preview.stated_sets]
    if preview.differences is not None:
        lines += _difference_lines(preview.differences.total, is_done=False, is_replacing=False)
        lines += [f"  {shown(name)}: {_in_words(found)}" for name, found in preview.differences.classes]
        listed = preview.differences.images[:_MOST_LISTED]
        lines += [f"  {shown(image.path)}: {_in_words(image.difference)}" for image in listed]
        if preview.differences.n_images > len(listed):
            lines.append(
                f"  and {counted(preview.differences.n_images - len(listed), 'more image')}; --json lists 200."
            )
    return [*lines, *_rotated_line(preview.n_rotated), *problem_lines(preview.problems)]


# --- reports ---------------------------------------------------------------------------------------------------


def _report_data(report: ImportReport) -> dict[str, Any]:
    return {
        "project": report.project,
        "name": report.project_name,
        "id": report.id,
        "format": report.format,
        "images": report.n_images,
        "new_images": report.n_new_images,
        "annotations": report.n_annotations,
        "new_annotations": report.n_new_annotations,
        "differences": report.differences,
        "changes_taken": report.is_replacing,
        "categories": dict(report.categories),
        "sets": dict(report.stated_sets),
        "n_rotated": report.n_rotated,
        "problem_counts": problem_counts(report.problems),
        "problems": [problem_data(problem) for problem in report.problems],
    }


def _report_lines(report: ImportReport) -> list[str]:
    differences = report.differences
    return [
        f'Project "{report.project_name}": {counted(report.n_images, "image")}, '
        f"{counted(report.n_annotations, 'annotation')}.",
        f"Format: {report.format}.",
        *(f"  {name}: {number}" for name, number in report.categories),
        *(f'Set "{name}": {counted(number, "image")}.' for name, number in report.stated_sets),
        *([] if differences is None else _difference_lines(differences, True, report.is_replacing)),
        *_rotated_line(report.n_rotated),
        *problem_lines(report.problems),
    ]


def _difference_lines(found: Difference, is_done: bool, is_replacing: bool) -> list[str]:
    text = f"In images that the project {'had' if is_done else 'has'}: {_in_words(found)}."
    if not (found.changed or found.gone):
        return [text]
    if not is_done:
        return [text, "Only what is new is added; --take-changes takes over the changes too."]
    if is_replacing:
        return [text, "The changes were taken over; what a person drew was left as it is."]
    return [text, "Only what is new was added; --take-changes takes over the changes too."]


def _in_words(found: Difference) -> str:
    changed = f"{found.changed} changed"
    if found.only_details:
        which = "all" if found.only_details == found.changed else str(found.only_details)
        changed += f" ({which} only in text or attributes)"
    return f"{found.same} the same, {found.new} new, {changed}, {found.gone} not in the files any more"


def _kept_line(report: KeptReport) -> str:
    when = report.imported_at.astimezone().strftime("%Y-%m-%d %H:%M")
    return (
        f"{report.id}  {when}  {report.format}  {counted(report.n_new_images, 'new image')}, "
        f"{counted(report.n_new_annotations, 'new annotation')}  {shown(report.source)}"
    )


def _kept_lines(report: KeptReport) -> list[str]:
    content: Mapping[str, Any] = report.content
    lines = [
        _kept_line(report),
        f"Format: {content.get('format_title', report.format)}. Images in {content.get('images_root', '')}.",
        f"{counted(report.n_images, 'image')}, {counted(report.n_annotations, 'annotation')} in the files.",
        *(f"  {name}: {n}" for name, n in content.get("categories", {}).items()),
        *(f'Set "{name}": {counted(n, "image")}.' for name, n in content.get("sets", {}).items()),
        *(
            f'Class "{name}" ' + ("was left out." if new is None else f'became "{new}".')
            for name, new in content.get("mapping", {}).items()
        ),
    ]
    differences = content.get("differences")
    if differences:
        lines += _difference_lines(Difference(**differences), True, bool(content.get("is_replacing")))
    if report.n_problems:
        lines.append(f"{counted(report.n_problems, 'problem or remark', 'problems and remarks')}:")
    lines += [f"  {problem['text']}" for problem in content.get("problems", ())]
    if content.get("n_more_problems"):
        lines.append(f"  and {content['n_more_problems']} more, which are not kept.")
    return lines


def _rotated_line(n_rotated: int) -> list[str]:
    if not n_rotated:
        return []
    return [f"{counted(n_rotated, 'image is', 'images are')} stored turned (EXIF) and taken upright."]
