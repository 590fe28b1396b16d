"""Looks at everything that an import is made of, and plans what it would write."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, Recognised, Severity
from core.domain.locating import FileFacts, MovedImages, match_renamed
from core.domain.names import shown
from core.domain.projects import Project
from core.errors import RefusedError
from core.formats.base import AnnotationFormat
from core.formats.catalog import FormatCatalog
from core.formats.reading.stopping import stopped_by
from core.formats.sights import look_at
from core.images.scan import ScannedFile, scan_images
from core.imports.answers import check_options
from core.imports.cancelling import ImportCancelledError, IsCancelled, Progress
from core.imports.class_names import clean_name
from core.imports.embedded import with_pictures_out
from core.imports.examination import Headers, Memory, examine_all
from core.imports.passed_over import find_passed_over
from core.imports.plan import ImportPlan, make_plan
from core.imports.reading import begin_reading, finish_reading
from core.imports.remembered import remembered_mapping, told_mapping
from core.imports.stretch import stretched
from core.imports.unpacking import opened_source
from core.registry.database import Registry
from core.registry.stores import projects
from core.registry.stores.images import ImageFacts, KnownImages, list_known
from core.registry.stores.import_reports import list_reports
from core.registry.stores.trash import list_trashed_paths
from core.spare_memory import give_back


class Planner:
    """Any thread may plan. What was found of a place is remembered for the next plan of it."""

    def __init__(self, registry: Registry, formats: FormatCatalog, unpacked: Path | None) -> None:
        self._registry = registry
        self._formats = formats
        self._unpacked = unpacked
        self._memory = Memory()
        self._memory_place: tuple[Path, Path | None] | None = None
        self._remembering = threading.Lock()

    @contextmanager
    def planned(
        self,
        source: ImportSource,
        target: Project | None,
        *,
        is_trial: bool = False,
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> Iterator[ImportPlan]:
        """The plan is good within the block: files of an archive may be gone after it.

        Raises FormatError, NotFoundError, RefusedError, StorageError, ImportCancelledError.
        """
        source = _absolute(source, target)
        with opened_source(
            source, self._unpacked, is_trial=is_trial, progress=progress, is_cancelled=is_cancelled
        ) as opened:
            inner = dataclasses.replace(opened.source, unpack_to=None) if is_trial else opened.source
            plan = self._plan(inner, target, progress, is_cancelled, identity=opened.identity)
            source = dataclasses.replace(source, mapping=plan.source.mapping)
            yield dataclasses.replace(plan, source=source, problems=(*opened.problems, *plan.problems))

    def forget(self) -> None:
        with self._remembering:
            self._memory, self._memory_place = Memory(), None

    def _plan(
        self,
        source: ImportSource,
        target: Project | None,
        progress: Progress,
        is_cancelled: IsCancelled,
        *,
        identity: str,
    ) -> ImportPlan:
        look = look_at(source.path)
        recognised = self._formats.recognise(source.path, look)
        annotation_format = self._choose_format(source, recognised)
        check_options(source, annotation_format.info)

        def check() -> None:
            if is_cancelled():
                raise ImportCancelledError

        source = with_pictures_out(source, annotation_format, identity=identity, progress=progress, check=check)
        progress(0, 0, "Reading annotations")
        memory = self._memory_for(source)
        headers = Headers(memory)
        with stopped_by(check):
            begun = begin_reading(annotation_format, source, headers)
        give_back()
        root = begun.images_root.absolute()
        if target is not None:
            _require_same_root(target, root)
        files, problems = _scan(root, progress, is_cancelled)
        project_images, categories = self._known(target)
        known = {} if project_images is None else {path: facts for path, (_, facts) in project_images.by_path.items()}
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
        files.clear()
        # The pictures first: then nobody has to open them again for their sizes.
        headers.know(root, images)
        progress(0, 0, "Reading annotations")
        with stopped_by(check):
            reading = finish_reading(begun, source, headers, is_cancelled=is_cancelled)
        if source.path.is_dir():
            passed_over = find_passed_over(source.path, annotation_format.info, look, self._titles())
            reading = dataclasses.replace(reading, problems=(*reading.problems, *passed_over))
        source, remembered = self._remember(source, target, annotation_format.info.slug, reading.categories)
        problems += remembered
        images, remarks = stretched(images, brightest, known)
        problems += remarks
        moved = match_renamed(_facts_of(known.values()), _facts_of(images))
        problems += _told_moved(moved, root)
        plan = make_plan(
            source=source,
            format=annotation_format.info.slug,
            format_title=annotation_format.info.title,
            reading=reading,
            images=images,
            image_problems=problems,
            known_categories=categories,
            recognised=recognised,
            moved=moved,
            project_images=project_images,
        )
        return plan if target is None else self._without_trashed(plan, target, known)

    def _without_trashed(self, plan: ImportPlan, target: Project, known: Container[str]) -> ImportPlan:
        """Images that a person removed from the project do not come back unasked."""
        with self._registry.read() as session:
            trashed = list_trashed_paths(session, target.id)
        left = tuple(one for one in plan.images if one.facts.path in known or one.facts.path not in trashed)
        n = len(plan.images) - len(left)
        if not n:
            return plan
        text = f"{counted(n, 'image is', 'images are')} in the trash of the project; left there."
        hint = "Restore them from its trash, or empty the trash and import again."
        problem = Problem("images-in-trash", f"{text} {hint}", str(plan.root), severity=Severity.INFO)
        return dataclasses.replace(plan, images=left, problems=(*plan.problems, problem))

    def _choose_format(self, source: ImportSource, recognised: Sequence[Recognised]) -> AnnotationFormat:
        """The one asked for, else that of which the look at the source is surest. Raises NotFoundError, FormatError."""
        if source.format:
            return self._formats.get(source.format)
        return self._formats.get(recognised[0].format) if recognised else self._formats.detect(source.path)

    def _remember(
        self, source: ImportSource, target: Project | None, format: str, names: Sequence[str]
    ) -> tuple[ImportSource, list[Problem]]:
        """With what became of the classes in an import before, where nothing was said of them now."""
        if target is None or source.mapping or source.is_mapping_chosen:
            return source, []
        with self._registry.read() as session:
            reports = list_reports(session, target.id)
        mapping = remembered_mapping(reports, source.path, format, [clean_name(name) for name in names])
        if not mapping:
            return source, []
        return dataclasses.replace(source, mapping=mapping), [told_mapping(mapping, source.path)]

    def _known(self, target: Project | None) -> tuple[KnownImages | None, tuple[str, ...]]:
        """What the project to be added to holds: its images, and its categories."""
        if target is None:
            return None, ()
        with self._registry.read() as session:
            categories = tuple(category.name for category in projects.list_categories(session, target.id))
            return list_known(session, target.id), categories

    def _memory_for(self, source: ImportSource) -> Memory:
        """Of one place at a time, however it is read, so that looking at many folders does not fill the memory."""
        with self._remembering:
            place = (source.path, source.images_root)
            if self._memory_place != place:
                self._memory, self._memory_place = Memory(), place
            return self._memory

    def _titles(self) -> dict[str, str]:
        return {info.slug: info.title for info in self._formats.list_formats() if info.is_available}


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


def _facts_of(images: Iterable[ImageFacts]) -> list[FileFacts]:
    return [FileFacts(one.path, one.n_bytes, one.sha256) for one in images]


def _told_moved(moved: tuple[tuple[str, str], ...], root: Path) -> list[Problem]:
    if not moved:
        return []
    text = f"{MovedImages(moved, 0).text} Their content is the same, so their annotations and tags go with them."
    return [Problem("images-moved", text, str(root), severity=Severity.INFO)]
