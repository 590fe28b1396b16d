"""Looking at an import, and doing it. Nothing is ever written into the person's folders."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from core.domain.formats import FormatOption
from core.domain.ids import ProjectId
from core.domain.imports import ImportPreview, ImportReport, ImportSource, KeptReport
from core.domain.projects import Project
from core.files.archives import is_archive
from core.formats.catalog import FormatCatalog
from core.imports.cancelling import IsCancelled, Progress, never_cancelled, no_progress, sparing
from core.imports.collecting import seldom_collected
from core.imports.differences import find_differences
from core.imports.keeping import report_of
from core.imports.plan import ImportPlan
from core.imports.planning import Planner
from core.imports.refusals import check_mapping, require_importable
from core.imports.unpacking import default_folder, sweep_unpacked
from core.imports.writing import Written, write_plan
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import import_reports, projects
from core.registry.stores.categories import refuse_while_frozen


class ImportService:
    """Every method may be called on any thread; long ones tell their progress and can be stopped."""

    def __init__(self, registry: Registry, formats: FormatCatalog | None = None, unpacked: Path | None = None) -> None:
        """`formats` None = those that are installed. `unpacked` is the folder of what archives hold."""
        self._registry = registry
        self._formats = formats or FormatCatalog()
        self._unpacked = unpacked
        self._planner = Planner(registry, self._formats, unpacked)

    def list_formats(self) -> tuple[tuple[str, str], ...]:
        """Slug and title of every format that can be read."""
        return tuple((info.slug, info.title) for info in self._formats.list_formats() if info.is_available)

    def list_read_options(self) -> Mapping[str, tuple[FormatOption, ...]]:
        """By format, what it asks before it reads."""
        return {info.slug: info.read_options for info in self._formats.list_formats() if info.is_available}

    def folder_for(self, archive: Path) -> Path | None:
        """Where an archive is unpacked when nobody says otherwise; None for what is no archive, or holds no pictures.

        Raises FormatError, RefusedError.
        """
        return default_folder(archive, self._unpacked) if self._unpacked is not None and is_archive(archive) else None

    def preview(
        self,
        source: ImportSource,
        *,
        into: ProjectId | None = None,
        is_trial: bool = False,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> ImportPreview:
        """What an import would do; every file is looked at in full, and the registry stays as it is. The pictures of an
        archive are unpacked where they are to stay, unless it is a trial.

        Raises FormatError, NotFoundError, RefusedError, StorageError, ImportCancelledError.
        """
        target = self._get_project(into)
        told = sparing(progress)
        planned = self._planner.planned(source, target, is_trial=is_trial, progress=told, is_cancelled=is_cancelled)
        with seldom_collected(), planned as plan:
            check_mapping([plan])
            preview = plan.preview()
            if target is None:
                return preview
            told(0, 0, "Comparing with the project")
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
        added, or, with `replace`, what they state otherwise, or no more, takes the place of what earlier imports said
        of the same images. A report stays with the project.

        What a preview of the same source has found is not looked for again while the files look the same. Raises
        what `preview` raises, and RegistryError and StorageError.
        """
        (report,) = self.commit_all(
            [source],
            project_name=project_name,
            into=into,
            replace=replace,
            progress=progress,
            is_cancelled=is_cancelled,
        )
        return report

    def commit_all(
        self,
        sources: Sequence[ImportSource],
        *,
        project_name: str,
        into: ProjectId | None = None,
        replace: bool = False,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> tuple[ImportReport, ...]:
        """Several sources of one folder of images, in their order, in one transaction. Raises what `commit` does."""
        progress = sparing(progress)
        target = self._get_project(into)
        if target is None:
            with self._registry.read() as session:
                projects.check_name(session, project_name)  # before the work; again when it is made
        with ExitStack() as stack:
            stack.enter_context(seldom_collected())
            stack.enter_context(self._registry.occupied.importing(into))
            if target is not None:  # from here on nothing of it is frozen by those who look who imports
                with self._registry.read() as session:
                    refuse_while_frozen(session, target.id)
            plans: list[ImportPlan] = []
            for source in sources:
                if plans and target is None and source.images_root is None and not source.path.is_dir():
                    source = dataclasses.replace(source, images_root=plans[0].root)
                planned = self._planner.planned(source, target, progress=progress, is_cancelled=is_cancelled)
                plans.append(stack.enter_context(planned))
                require_importable(plans[-1], plans[0])
            check_mapping(plans)
            with self._registry.write(durable=True) as session:
                if target is not None:
                    refuse_while_frozen(session, target.id)
                project = into or projects.insert_project(session, name=project_name, root=plans[0].root)
                reports = []
                for plan in plans:
                    is_known = target is not None or plan is not plans[0]
                    written = write_plan(
                        session, project, plan, replaces=replace, progress=progress, is_cancelled=is_cancelled
                    )
                    kept = report_of(plan, written, is_replacing=replace, into_known=is_known)
                    id = import_reports.insert_report(session, project, kept)
                    reports.append(_report(project, plan, written, id=id, is_replacing=replace, into_known=is_known))
                name = projects.get_project(session, project).name
                changes = noted(session)
        self._planner.forget()
        return tuple(dataclasses.replace(report, project_name=name, changes=changes) for report in reports)

    def list_reports(self, project: ProjectId) -> tuple[KeptReport, ...]:
        """What imports brought to a project, the newest first. Raises NotFoundError."""
        self._get_project(project)
        with self._registry.read() as session:
            return import_reports.list_reports(session, project)

    def get_report(self, id: int, project: ProjectId | None = None) -> KeptReport:
        """Raises NotFoundError, also for the report of another project than the one named."""
        with self._registry.read() as session:
            return import_reports.get_report(session, id, project)

    def sweep(self) -> None:
        """Clear away what killed processes left of archives; nothing that anybody works on."""
        if self._unpacked is not None:
            sweep_unpacked(self._unpacked)

    def _get_project(self, id: ProjectId | None) -> Project | None:
        if id is None:
            return None
        with self._registry.read() as session:
            return projects.get_project(session, id)


def _report(
    project: ProjectId, plan: ImportPlan, written: Written, *, id: int, is_replacing: bool, into_known: bool
) -> ImportReport:
    return ImportReport(
        project=project,
        project_name="",
        format=plan.format,
        n_images=len(plan.images),
        n_new_images=written.n_new_images,
        n_annotations=plan.n_annotations,
        categories=plan.category_counts(),
        problems=(*plan.problems, *written.problems),
        n_rotated=plan.n_rotated,
        stated_sets=plan.stated_sets(),
        n_new_annotations=written.n_new_annotations,
        differences=written.difference if into_known else None,
        is_replacing=is_replacing,
        id=id,
    )
