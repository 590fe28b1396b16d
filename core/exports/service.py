"""Writing what a project holds in a format of other programs. The project's own folder is only ever read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from core.domain.datasets import Dataset
from core.domain.exports import ExportReport, ExportRequest, ExportScope, ExportSurvey
from core.domain.formats import Content, FormatInfo
from core.domain.geometry import Polygon
from core.domain.ids import DatasetId, ProjectId, SnapshotId
from core.domain.names import shown
from core.domain.projects import ImageFilter, Project
from core.domain.studies import StudySource
from core.errors import RefusedError
from core.exports.frozen import FrozenImages, FrozenTruth
from core.exports.frozen_sets import FrozenContent, FrozenSets
from core.exports.pictures import PictureCopier, PictureLinker
from core.exports.places import require_place, require_room
from core.exports.predicted import Predicted, Predictions
from core.exports.streams import GroundTruth, Stream
from core.exports.walk import Walk
from core.exports.wishes import require_answers, require_something, require_writable
from core.formats.catalog import FormatCatalog
from core.formats.writing import contents_of, write_data_set
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing
from core.registry.database import Registry
from core.registry.stores import contents, datasets, projects, snapshots
from core.stopping import current_stop

_POINT_BYTES = 4  # of a coordinate, as the registry stores polygons


class ExportCancelledError(RefusedError):
    """The person stopped the export; nothing was written."""

    def __init__(self) -> None:
        super().__init__("The export was stopped.", hint="Nothing was written.")


class ExportService:
    """Every method may be called on any thread; the long one tells its progress and can be stopped."""

    def __init__(
        self,
        registry: Registry,
        formats: FormatCatalog | None = None,
        *,
        open_dataset: Callable[[SnapshotId], FrozenImages] | None = None,
        find_predictions: Callable[[StudySource], Predicted] | None = None,
        open_frozen: Callable[[DatasetId], FrozenContent] | None = None,
    ) -> None:
        """`formats` None = those that are installed. Without the others there are only exports of ground truth."""
        self._registry = registry
        self._formats = formats or FormatCatalog()
        self._open_dataset = open_dataset
        self._find_predictions = find_predictions
        self._open_frozen = open_frozen

    def list_formats(self) -> tuple[FormatInfo, ...]:
        """Every format, also one that cannot be written or loaded, which says why."""
        return self._formats.list_formats()

    def survey(self, project: ProjectId, folders: Sequence[str] = ()) -> ExportSurvey:
        """What ground truth there is in the folders and below them; no folder = in the whole project."""
        return self.survey_scope(ExportScope(project, tuple(folders)))

    def survey_scope(self, scope: ExportScope, is_cancelled: IsCancelled = never_cancelled) -> ExportSurvey:
        """What there is to export. A frozen dataset and predictions are read through; ground truth is counted.

        Raises NotFoundError, RefusedError, FormatError, StorageError, ExportCancelledError.
        """
        with self._registry.read() as session:
            projects.get_project(session, scope.project)
            if scope.dataset is None and scope.source is None and scope.frozen is None:
                return contents.survey(session, ImageFilter(scope.project, folders=scope.folders))
        stop = current_stop()
        counts: Counter[Content] = Counter()
        n_images = n_annotations = n_bytes = n_shape_bytes = n_turned = 0
        for record, image in self._stream(scope).images():
            if is_cancelled():
                raise ExportCancelledError
            if stop is not None:
                stop.check()
            counts.update(contents_of(image))
            n_images += 1
            n_annotations += len(image.annotations)
            n_bytes += record.n_bytes
            n_turned += record.orientation != 1
            shapes = (item.geometry for item in image.annotations)
            n_shape_bytes += sum(_shape_bytes(shape) for shape in shapes if isinstance(shape, Polygon))
        return ExportSurvey(n_images, n_annotations, counts, n_bytes, n_shape_bytes, n_turned)

    def check_target(self, project: ProjectId, target: Path) -> None:
        """Raises RefusedError when an export may not be written there."""
        self._require_place(target, self._get_project(project))

    def export(
        self,
        request: ExportRequest,
        *,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> ExportReport:
        """Make the folder `request.target`: all of it or nothing.

        One that is there must be empty, or an earlier export that nobody has changed, which is then replaced. Images
        are read in pieces while the format writes; what changes meanwhile may come in its old or its new state.

        Raises NotFoundError, RefusedError (E-250 among them), StorageError, FormatError, ExportCancelledError.
        """
        annotation_format = self._formats.get(request.format)
        info = annotation_format.info
        self._require_fitting(request, info)
        project = self._get_project(request.project)
        self._require_place(request.target, project)
        survey = self.survey_scope(request.scope, is_cancelled)
        require_something(survey, request, project)
        if info.can_write:
            require_writable(survey, info)
        require_room(request.target, survey, copies_images=request.copies_images)
        stream = self._stream(request.scope)

        def check() -> None:
            if is_cancelled():
                raise ExportCancelledError

        walk = Walk(stream, request, sparing(progress), check)
        copier = PictureCopier(project.root, stream.since) if request.copies_images else None
        linker = PictureLinker(project.root, stream.since) if request.links_images and copier is None else None
        pictures = copier or linker
        written = write_data_set(
            annotation_format,
            walk.images(),
            stream.categories,
            request.target,
            put_picture=None if pictures is None else (lambda image, place: pictures.put(walk.current, place)),
            answers=dict(request.options),
        )
        told = () if pictures is None else pictures.remarks()
        return ExportReport(
            project_name=project.name,
            format=info.slug,
            format_title=info.title,
            target=request.target,
            n_images=written.n_images,
            n_annotations=written.n_annotations,
            n_pictures=0 if copier is None else copier.n_copied,
            problems=(*stream.worded(written.problems), *told, *walk.remarks(), *stream.remarks()),
            n_linked=0 if linker is None else linker.n_hard + linker.n_symbolic,
            what=self._what(request.scope),
        )

    def _stream(self, scope: ExportScope) -> Stream:
        if scope.frozen is not None and self._open_frozen is not None:
            return FrozenSets(self._open_frozen(scope.frozen), self._get_dataset(scope.frozen), scope)
        if scope.dataset is not None and self._open_dataset is not None:
            with self._registry.read() as session:
                info = snapshots.get_snapshot(session, scope.dataset, scope.project)
            return FrozenTruth(self._open_dataset(scope.dataset), info, scope)
        if scope.source is not None and self._find_predictions is not None:
            return Predictions(self._registry, self._find_predictions(scope.source), scope)
        return GroundTruth(self._registry, scope)

    def _what(self, scope: ExportScope) -> str:
        of_set = f", {scope.split.value} set" if scope.split is not None else ""
        if scope.frozen is not None:
            return f'frozen dataset "{shown(self._get_dataset(scope.frozen).label)}"{of_set}'
        if scope.dataset is not None:
            with self._registry.read() as session:
                label = snapshots.get_snapshot(session, scope.dataset).label
            return f"frozen dataset {label}{of_set}"
        if scope.source is not None and self._find_predictions is not None:
            return f"predictions of {self._find_predictions(scope.source).title}"
        return ""

    def _require_fitting(self, request: ExportRequest, info: FormatInfo) -> None:
        """Raises RefusedError for what cannot go together, and for answers that the format does not know."""
        is_frozen = request.dataset is not None or request.frozen is not None
        if is_frozen and (request.folders or request.source is not None):
            text = "A frozen dataset has its own images and its own ground truth."
            raise RefusedError(text, hint="Leave the folders and the source out.")
        if request.source is not None and info.can_write and not info.holds_predictions:
            able = ", ".join(one.slug for one in self.list_formats() if one.can_write and one.holds_predictions)
            text = f"{info.title} does not hold who found an object and how sure, so predictions would pass for labels."
            raise RefusedError(text, hint=f"Choose one of: {able or 'none'}.")
        if request.safe_names and not (request.copies_images or request.links_images):
            text = "Only the names of pictures that are copied or linked can be changed."
            raise RefusedError(text, hint="Copy or link the images, or keep the names.")
        require_answers(request, info)

    def _require_place(self, target: Path, project: Project) -> None:
        with self._registry.read() as session:
            everything = projects.list_projects(session)
        require_place(target, project.root, everything)

    def _get_dataset(self, id: DatasetId) -> Dataset:
        with self._registry.read() as session:
            return datasets.get_dataset(session, id, with_annotated=False)

    def _get_project(self, id: ProjectId) -> Project:
        with self._registry.read() as session:
            return projects.get_project(session, id)


def _shape_bytes(shape: Polygon) -> int:
    return _POINT_BYTES * sum(len(ring) for ring in shape.rings)
