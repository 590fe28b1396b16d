"""Looking at an import, and doing it. Nothing is ever written into the person's folders."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from core.domain.ids import ProjectId
from core.domain.imports import ImportPreview, ImportReport, ImportSource, KeptReport, Problem, Recognised
from core.domain.names import shown
from core.domain.projects import Project
from core.errors import RefusedError
from core.formats.base import AnnotationFormat
from core.formats.catalog import FormatCatalog
from core.formats.sights import look_at
from core.images.scan import ScannedFile, scan_images
from core.imports.answers import check_options
from core.imports.cancelling import (
    ImportCancelledError,
    IsCancelled,
    Progress,
    never_cancelled,
    no_progress,
    sparing,
)
from core.imports.differences import find_differences
from core.imports.examination import Headers, Memory, examine_all
from core.imports.keeping import report_of
from core.imports.passed_over import find_passed_over
from core.imports.plan import ImportPlan, make_plan
from core.imports.reading import read_annotations
from core.imports.stretch import stretched
from core.imports.writing import write_plan
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import import_reports, projects
from core.registry.stores.images import ImageFacts, list_facts


class ImportService:
    """Every method may be called on any thread; long ones tell their progress and can be stopped."""

    def __init__(self, registry: Registry, formats: FormatCatalog | None = None) -> None:
        """`formats` None = those that are installed."""
        self._registry = registry
        self._formats = formats or FormatCatalog()
        self._memory = Memory()
        self._memory_place: tuple[Path, Path | None] | None = None
        self._remembering = threading.Lock()

    def list_formats(self) -> tuple[tuple[str, str], ...]:
        """Slug and title of every format that can be read."""
        return tuple((info.slug, info.title) for info in self._formats.list_formats() if info.is_available)

    def preview(
        self,
        source: ImportSource,
        *,
        into: ProjectId | None = None,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> ImportPreview:
        """What an import would do; every file is looked at in full and nothing is written.

        Raises FormatError, NotFoundError, RefusedError, ImportCancelledError.
        """
        target = self._get_project(into)
        plan = self._plan(source, target, sparing(progress), is_cancelled)
        preview = plan.preview()
        if target is None:
            return preview
        progress(0, 0, "Comparing with the project")
        with self._registry.read() as session:
            differences = find_differences(session, target.id, plan, is_cancelled=is_cancelled)
        return dataclasses.replace(preview, differences=differences)

    def commit(
        self,
        source: ImportSource,
        *,
        project_name: str,
        into: ProjectId | None = None,
        replace: bool = False,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> ImportReport:
        """Import in one transaction: all of it or nothing.

        Without `into` a project of that name is made, whose root is the images' folder. With it, the folder must be
        the project's; images are known by their path; of what the files state, only what the project does not have is
        added, or, with `replace`, it takes the place of what earlier imports said of the same images. A report stays
        with the project.

        What a preview of the same source has found is not looked for again while the files look the same. Raises
        what `preview` raises, and RegistryError and StorageError.
        """
        progress = sparing(progress)
        target = self._get_project(into)
        if target is None:
            with self._registry.read() as session:
                projects.check_name(session, project_name)  # before the work; again when it is made
        plan = self._plan(source, target, progress, is_cancelled)
        if not plan.can_import:
            reason = next((problem for problem in plan.problems if problem.severity == "error"), None)
            hint = "Nothing was changed."
            if reason is not None and reason.choices:
                hint += " Import that file alone, or leave the others out (--without FILE)."
            raise RefusedError(reason.text if reason else "There is nothing to import.", hint=hint)
        with self._registry.write(durable=True) as session:
            project = into or projects.insert_project(session, name=project_name, root=plan.root)
            written = write_plan(session, project, plan, replaces=replace, progress=progress, is_cancelled=is_cancelled)
            report = report_of(plan, written, is_replacing=replace, into_known=target is not None)
            id = import_reports.insert_report(session, project, report)
            name = projects.get_project(session, project).name
            changes = noted(session)
        self._forget()
        return ImportReport(
            project=project,
            project_name=name,
            format=plan.format,
            n_images=len(plan.images),
            n_new_images=written.n_new_images,
            n_annotations=plan.n_annotations,
            categories=plan.category_counts(),
            problems=(*plan.problems, *written.problems),
            n_rotated=plan.n_rotated,
            stated_sets=plan.stated_sets(),
            changes=changes,
            n_new_annotations=written.n_new_annotations,
            differences=None if target is None else written.difference,
            is_replacing=replace,
            id=id,
        )

    def list_reports(self, project: ProjectId) -> tuple[KeptReport, ...]:
        """What imports brought to a project, the newest first. Raises NotFoundError."""
        self._get_project(project)
        with self._registry.read() as session:
            return import_reports.list_reports(session, project)

    def get_report(self, id: int) -> KeptReport:
        """Raises NotFoundError."""
        with self._registry.read() as session:
            return import_reports.get_report(session, id)

    def _get_project(self, id: ProjectId | None) -> Project | None:
        if id is None:
            return None
        with self._registry.read() as session:
            return projects.get_project(session, id)

    def _plan(
        self, source: ImportSource, target: Project | None, progress: Progress, is_cancelled: IsCancelled
    ) -> ImportPlan:
        source = _absolute(source, target)
        look = look_at(source.path)
        recognised = self._formats.recognise(source.path, look)
        annotation_format = self._choose_format(source, recognised)
        check_options(source, annotation_format.info)
        progress(0, 0, "Reading annotations")
        memory = self._memory_for(source)
        reading = read_annotations(annotation_format, source, Headers(memory), is_cancelled=is_cancelled)
        if source.path.is_dir():
            passed_over = find_passed_over(source.path, annotation_format.info, look, dict(self.list_formats()))
            reading = dataclasses.replace(reading, problems=(*reading.problems, *passed_over))
        root = reading.images_root.absolute()
        if target is not None:
            _require_same_root(target, root)
        files, problems = _scan(root, progress, is_cancelled)
        known, categories = self._known(target)
        images: list[ImageFacts] = []
        brightest: dict[str, int] = {}
        for _, examined in examine_all(
            root,
            files,
            known=known,
            memory=memory,
            total=len(files),
            progress=progress,
            is_cancelled=is_cancelled,
        ):
            problems += examined.problems
            if examined.facts is not None:
                images.append(examined.facts)
                if examined.brightest is not None:
                    brightest[examined.facts.path] = examined.brightest
        images, remarks = stretched(images, brightest, known)
        problems += remarks
        return make_plan(
            source=source,
            format=annotation_format.info.slug,
            format_title=annotation_format.info.title,
            reading=reading,
            images=images,
            image_problems=problems,
            known_categories=categories,
            recognised=recognised,
        )

    def _choose_format(self, source: ImportSource, recognised: Sequence[Recognised]) -> AnnotationFormat:
        """The one asked for, else that of which the look at the source is surest. Raises NotFoundError, FormatError."""
        if source.format:
            return self._formats.get(source.format)
        return self._formats.get(recognised[0].format) if recognised else self._formats.detect(source.path)

    def _known(self, target: Project | None) -> tuple[dict[str, ImageFacts], tuple[str, ...]]:
        """What the project to be added to holds: facts of its images by path, and its categories."""
        if target is None:
            return {}, ()
        with self._registry.read() as session:
            facts = {path: found for path, (_, found) in list_facts(session, target.id).items()}
            return facts, tuple(category.name for category in projects.list_categories(session, target.id))

    def _memory_for(self, source: ImportSource) -> Memory:
        """Of one place at a time, however it is read, so that looking at many folders does not fill the memory."""
        with self._remembering:
            place = (source.path, source.images_root)
            if self._memory_place != place:
                self._memory, self._memory_place = Memory(), place
            return self._memory

    def _forget(self) -> None:
        with self._remembering:
            self._memory, self._memory_place = Memory(), None


def _absolute(source: ImportSource, target: Project | None) -> ImportSource:
    """Absolute paths; of a project's own content, its root for the images' folder."""
    path = source.path.absolute()
    root = source.images_root.absolute() if source.images_root else None
    if root is None and target is not None and (path.is_file() or path.is_relative_to(target.root)):
        root = target.root
    return dataclasses.replace(source, path=path, images_root=root)


def _require_same_root(project: Project, root: Path) -> None:
    if os.path.realpath(project.root) != os.path.realpath(root):
        raise RefusedError(
            f'The project "{shown(project.name)}" has its images in "{shown(project.root)}", not in "{shown(root)}".',
            hint="Choose the project's folder as the images' folder, or import into a new project.",
        )


def _scan(root: Path, progress: Progress, is_cancelled: IsCancelled) -> tuple[list[ScannedFile], list[Problem]]:
    files: list[ScannedFile] = []
    problems: list[Problem] = []
    for found in scan_images(root):
        if is_cancelled():
            raise ImportCancelledError
        if isinstance(found, Problem):
            problems.append(found)
        else:
            files.append(found)
            if len(files) % 1000 == 0:
                progress(len(files), 0, "Looking for images")
    return files, problems
