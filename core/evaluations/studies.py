"""Opening studies, and what has to be said of them; which there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.geometry import Box, Polygon
from core.domain.ids import ProjectId, RunId, TaskId, VersionId
from core.domain.names import shown
from core.domain.predictions import PredictedImage
from core.domain.projects import ImageRecord as ProjectRecord
from core.domain.snapshots import SnapshotObject, Split
from core.domain.studies import NoteKind, PictureState, StudyImage, StudyInfo, StudyKind, StudyNote, StudySource
from core.errors import CalqueError, NotFoundError, RefusedError
from core.evaluations import notes
from core.evaluations.kept_intervals import KeptIntervals
from core.evaluations.labels import PresentLabels, in_regions, is_same, read_present, relabelled
from core.evaluations.sources import Located, Sources
from core.evaluations.study import Labels, ProjectImage, Study
from core.evaluations.words import no_truth_error
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.models.service import ModelService
from core.packs.choices import read_choices
from core.packs.layout import predictions_file
from core.packs.reading import Pack, read_pack
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import images as image_store
from core.registry.stores import selections
from core.runs.service import RunService
from core.tasks.catalog import TaskCatalog

Check = Callable[[], None]


def _no_check() -> None:
    """For callers that wait."""


class StudyService:
    """Every method may be called on any thread."""

    def __init__(
        self,
        registry: Registry,
        projects: ProjectService,
        models: ModelService,
        tasks: TaskCatalog | None = None,
        *,
        runs: RunService | None = None,
        packs: Path | None = None,
    ) -> None:
        """With `runs` there are studies of single epochs; intervals are kept in the folder `packs`."""
        self._registry = registry
        self._projects = projects
        self._models = models
        self._tasks = tasks or TaskCatalog()
        self._sources = Sources(registry, models, runs)
        self._kept = KeptIntervals(packs) if packs is not None else None

    def list_studies(
        self, *, version: VersionId | None = None, project: ProjectId | None = None, run: RunId | None = None
    ) -> tuple[StudyInfo, ...]:
        """Of one version, or one project, or one run: what trainings predicted first, test before val before train,
        then sets of predictions, newest first. Reads what lies on the disk: not for the window's thread."""
        if version is not None:
            return self._sources.list_of_version(version)
        if project is not None:
            return self._sources.list_of_project(project)
        return self._sources.list_of_run(run) if run is not None else ()

    def open(self, source: StudySource, *, check: Check = _no_check) -> Study:
        """`check` is called now and then, and may raise to give up. Raises NotFoundError where the predictions were not
        kept or were deleted, FormatError for a damaged pack (naming the image), StorageError."""
        located = self._sources.locate(source)
        pack = read_choices(located.path)
        try:
            return self._opened(located, pack, check)
        except BaseException:
            pack.close()
            raise

    def with_present_labels(self, study: Study, *, check: Check = _no_check) -> Study:
        """The same predictions, measured against the labels that the project has today.

        Raises RefusedError where the project is not here (E-570 when it has no ground truth for these images), and what
        `open` raises.
        """
        if study.root is None:
            raise RefusedError("The project of these images is not on this computer, and its labels neither.")
        info, pack = study.info, read_choices(study.pack.path)
        try:
            present = self._present(info, study.found, pack, check)
            truths = _truths_of(study.found, present)
            table, pairs = relabelled(study.table, pack, truths, check)
        except BaseException:
            pack.close()
            raise
        kept = [note for note in study.notes if note.kind not in _ABOUT_LABELS]
        lost = [index for index, item in enumerate(study.found) if item is None]
        return Study(
            replace(info, has_truth=True),
            pack,
            table,
            notes=(*kept, *notes.note_on_present(present.unknown), *_on_bare(info, table.images, lost)),
            root=study.root,
            found=study.found,
            labels=Labels(truths, pairs),
        )

    def image(self, study: Study, index: int) -> StudyImage:
        """One image with its objects, and its file where it is as it was predicted, or said not to be.

        Raises FormatError, StorageError when the predictions cannot be read; never because of the picture.
        """
        record, known = study.record(index), study.found[index]
        id, white = (None, 0) if known is None else (known.id, known.white)
        path, state, text = self._picture(study, record.image)
        return StudyImage(index, record, path, state, text, id, white)

    def _opened(self, located: Located, pack: Pack, check: Check) -> Study:
        table = pack.table(check)
        info = located.info
        if info.task is None:
            info = replace(info, task=TaskId(pack.header.task))
        info = replace(info, labels=pack.header.labels, is_exclusive=pack.header.is_exclusive)
        root, found = self._found(info, table.images)
        said = notes.notes_on_source(info, has_test=self._has_test(info))
        if info.kind in (StudyKind.EVALUATION, StudyKind.PREDICTION):
            said += notes.note_on_seen(table.images, self.trained_on(info.version))
        if info.has_truth:
            said += _on_bare(info, table.images)
        now = [None if item is None else (item.sha256, item.width, item.height) for item in found]
        said += notes.notes_on_images(table.images, now, is_known=root is not None or _are_files(table.images))
        if info.has_truth and root is not None:
            said += notes.note_on_labels(self._relabelled(info, pack, found, check))
        return Study(info, pack, table, notes=said, root=root, found=found, kept=self._kept, owner=located.owner)

    def _relabelled(
        self, info: StudyInfo, pack: Pack, found: Sequence[ProjectImage | None], check: Check
    ) -> tuple[int, ...]:
        """Images whose labels are others today. A training may have been told to include accepted predictions."""
        present = self._present(info, found, pack, check)
        changed = _changed(pack, found, present, check)
        if not changed or info.kind is not StudyKind.TRAINING:
            return changed
        with_models = self._present(info, found, pack, check, includes_models=True)
        still = set(_changed(pack, found, with_models, check))
        return tuple(index for index in changed if index in still)

    def _found(
        self, info: StudyInfo, images: Sequence[PredictedImage]
    ) -> tuple[Path | None, tuple[ProjectImage | None, ...]]:
        if info.project is None:
            return None, (None,) * len(images)
        try:
            root = self._projects.get_project(info.project).root
        except NotFoundError:
            return None, (None,) * len(images)
        with self._registry.read() as session:
            known = image_store.find_images(session, info.project, (image.key for image in images))
        return root, tuple(_project_image(known.get(image.key)) for image in images)

    def _present(
        self,
        info: StudyInfo,
        found: Sequence[ProjectImage | None],
        pack: Pack,
        check: Check,
        *,
        includes_models: bool = False,
    ) -> PresentLabels:
        assert info.project is not None  # it has a root
        task = self._tasks.find(info.task) if info.task is not None else None
        with self._registry.read() as session:
            names = {int(item.id): item.name for item in selections.list_classes(session, info.project)}
            keys = [int(item.id) for item in found if item is not None]
            usable = task.usable_shape if task is not None else _inside
            present = read_present(
                session,
                keys,
                names=names,
                categories=pack.header.categories,
                usable=usable,
                check=check,
                includes_models=includes_models,
                labels=pack.header.labels,
            )
        return _of_regions(present, found, pack, check) if pack.header.labels else present

    def _has_test(self, info: StudyInfo) -> bool:
        if info.version is None:
            return False
        try:
            folder = self._models.get_version(info.version).folder
        except CalqueError:
            return False
        return folder is not None and (folder / predictions_file(Split.TEST)).is_file()

    def trained_on(self, version: VersionId | None) -> frozenset[str]:
        """The hashes of the images that a version was trained on, as far as its files tell; empty when they do not."""
        if version is None:
            return frozenset()
        try:
            folder = self._models.get_version(version).folder
            if folder is None:
                return frozenset()
            with read_pack(folder / predictions_file(Split.TRAIN)) as pack:
                return frozenset(image.sha256 for image in pack.images)
        except CalqueError:
            return frozenset()

    def _picture(self, study: Study, image: PredictedImage) -> tuple[Path | None, PictureState, str]:
        path = Path(image.key) if study.root is None else study.root / image.key
        name = shown(image.key)
        if study.root is None and not path.is_absolute():
            return None, PictureState.UNKNOWN, f'The project of "{name}" is not on this computer.'
        try:
            sha256 = sha256_of(path)
        except ImageFileError as error:
            moved = self._moved(study, image)
            if moved is not None:
                return moved, PictureState.MOVED, f'"{name}" now lies at "{shown(moved)}".'
            return None, PictureState.MISSING, error.text
        if image.sha256 and sha256 != image.sha256:
            text = f'"{name}" was changed since it was predicted: what is drawn over it may not fit.'
            return path, PictureState.CHANGED, text
        return path, PictureState.OK, ""

    def _moved(self, study: Study, image: PredictedImage) -> Path | None:
        """The same content elsewhere in the project."""
        if study.root is None or study.info.project is None or not image.sha256:
            return None
        with self._registry.read() as session:
            copies = image_store.find_copies(session, study.info.project, image.sha256)
        for copy in copies:
            path = study.root / copy.path
            try:
                if sha256_of(path) == image.sha256:
                    return path
            except ImageFileError:
                continue
        return None


_ABOUT_LABELS = (
    NoteKind.LABELS_CHANGED,
    NoteKind.NO_TRUTH,
    NoteKind.PARTLY_ANNOTATED,
    NoteKind.PRESENT_LABELS,
    NoteKind.CLASSES_ADAPTED,
)


def _on_bare(info: StudyInfo, images: Sequence[PredictedImage], lost: Sequence[int] = ()) -> list[StudyNote]:
    """What a training or an evaluation measured on was chosen by somebody; other images are as they come. `lost` are
    those that the project does not have any more."""
    is_as_it_comes = info.kind in (StudyKind.PREDICTION, StudyKind.IMPORT)
    gone = notes.note_on_lost(len(images), lost)
    return gone or (notes.note_on_bare(images) if is_as_it_comes else [])


def _are_files(images: Sequence[PredictedImage]) -> bool:
    """Of no project: each is named by its whole path."""
    return bool(images) and all(Path(image.key).is_absolute() for image in images)


def _changed(pack: Pack, found: Sequence[ProjectImage | None], present: PresentLabels, check: Check) -> tuple[int, ...]:
    changed = []
    for index, item in enumerate(found):
        if index % 100 == 0:
            check()
        if item is not None and not is_same(pack.truths(index), present.truths.get(int(item.id), ())):
            changed.append(index)
    return tuple(changed)


def _of_regions(
    present: PresentLabels, found: Sequence[ProjectImage | None], pack: Pack, check: Check
) -> PresentLabels:
    truths = {}
    for index, item in enumerate(found):
        check()
        if item is not None:
            image, said = pack.images[index], present.truths.get(int(item.id), ())
            truths[int(item.id)] = in_regions(said, pack.read(index).predictions, image.width, image.height)
    return replace(present, truths=truths)


def _truths_of(found: Sequence[ProjectImage | None], present: PresentLabels) -> list[tuple[SnapshotObject, ...]]:
    """In the order of the images. Raises RefusedError (E-570) when there is none at all."""
    truths = [() if item is None else present.truths.get(int(item.id), ()) for item in found]
    if not any(truths):
        raise no_truth_error(present.unknown)
    return truths


def _project_image(record: ProjectRecord | None) -> ProjectImage | None:
    if record is None:
        return None
    return ProjectImage(record.id, record.sha256, record.width, record.height, record.white)


def _inside(shape: Box | Polygon, width: int, height: int) -> Box | Polygon | None:
    return shape.inside(width, height)
