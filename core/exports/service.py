"""Writing a project's ground truth in a format of other programs. The project's own folder is only ever read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.exports import ExportReport, ExportRequest, ExportSurvey
from core.domain.formats import FormatInfo
from core.domain.ids import ProjectId
from core.domain.imports import Problem, RawImage, Severity
from core.domain.names import shown
from core.domain.projects import ImageFilter, ImageRecord, Project
from core.errors import RefusedError
from core.exports.pictures import PictureCopier
from core.exports.places import require_place, require_room
from core.exports.records import to_raw
from core.formats.catalog import FormatCatalog
from core.formats.writing import write_data_set
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing
from core.registry.database import Registry
from core.registry.stores import contents, projects
from core.registry.stores.annotations import get_annotated
from core.registry.stores.images import list_image_ids

_IMAGES_AT_ONCE = 500


class ExportCancelledError(RefusedError):
    """The person stopped the export; nothing was written."""

    def __init__(self) -> None:
        super().__init__("The export was stopped.", hint="Nothing was written.")


class ExportService:
    """Every method may be called on any thread; the long one tells its progress and can be stopped."""

    def __init__(self, registry: Registry, formats: FormatCatalog | None = None) -> None:
        """`formats` None = those that are installed."""
        self._registry = registry
        self._formats = formats or FormatCatalog()

    def list_formats(self) -> tuple[FormatInfo, ...]:
        """Every format, also one that cannot be written or loaded, which says why."""
        return self._formats.list_formats()

    def survey(self, project: ProjectId, folders: Sequence[str] = ()) -> ExportSurvey:
        """What there is to export in the folders and below them; no folder = in the whole project."""
        with self._registry.read() as session:
            projects.get_project(session, project)
            return contents.survey(session, ImageFilter(project, folders=tuple(folders)))

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
        project = self._get_project(request.project)
        self._require_place(request.target, project)
        survey = self.survey(request.project, request.folders)
        _require_something(survey, request, project)
        require_room(request.target, survey, copies_images=request.copies_images)
        copier = PictureCopier(project.root)
        stream = _Stream(self._registry, request, survey.n_images, sparing(progress), is_cancelled)
        written = write_data_set(
            annotation_format,
            stream.images(),
            stream.categories,
            request.target,
            put_picture=(lambda image, place: copier.copy(stream.current, place)) if request.copies_images else None,
            answers=dict(request.options),
        )
        return ExportReport(
            project_name=project.name,
            format=annotation_format.info.slug,
            format_title=annotation_format.info.title,
            target=request.target,
            n_images=written.n_images,
            n_annotations=written.n_annotations,
            n_pictures=copier.n_copied,
            problems=(*written.problems, *copier.problems, *turned_remark(stream.n_turned)),
        )

    def _require_place(self, target: Path, project: Project) -> None:
        with self._registry.read() as session:
            everything = projects.list_projects(session)
        require_place(target, project.root, everything)

    def _get_project(self, id: ProjectId) -> Project:
        with self._registry.read() as session:
            return projects.get_project(session, id)


class _Stream:
    """The chosen images, read from the registry in pieces. `current` is the one that was told last."""

    current: ImageRecord

    def __init__(
        self, registry: Registry, request: ExportRequest, total: int, progress: Progress, is_cancelled: IsCancelled
    ) -> None:
        self._registry = registry
        self._total = total
        self._progress = progress
        self._is_cancelled = is_cancelled
        self._text = "Writing annotations and copying images" if request.copies_images else "Writing annotations"
        self.n_turned = 0
        with registry.read() as session:
            categories = projects.list_categories(session, request.project)
            self._ids = list_image_ids(session, ImageFilter(request.project, folders=request.folders))
        self._names = {category.id: category.name for category in categories}
        self.categories = tuple(self._names.values())

    def images(self) -> Iterator[RawImage]:
        """Raises ExportCancelledError."""
        for start in range(0, len(self._ids), _IMAGES_AT_ONCE):
            with self._registry.read() as session:
                chunk = get_annotated(session, self._ids[start : start + _IMAGES_AT_ONCE])
            for number, item in enumerate(chunk, start=start + 1):
                if self._is_cancelled():
                    raise ExportCancelledError
                self.current = item.image
                self.n_turned += item.image.orientation != 1
                yield to_raw(item, self._names)
                self._progress(number, max(self._total, number), self._text)


def turned_remark(n_turned: int) -> Iterator[Problem]:
    if n_turned:
        images = counted(n_turned, "image is stored turned", "images are stored turned")
        text = f"{images} (EXIF); their sizes and shapes are those of the upright picture."
        yield Problem("images-stored-turned", text, severity=Severity.INFO)


def _require_something(survey: ExportSurvey, request: ExportRequest, project: Project) -> None:
    where = f'"{shown(project.name)}"'
    if request.folders:
        where = "the chosen folders" if len(request.folders) > 1 else f'the folder "{shown(request.folders[0])}"'
    if not survey.n_images:
        raise RefusedError(f"There is no image in {where}.", hint="Choose other folders.")
    if not survey.n_spoken_of:
        raise RefusedError(f"No image in {where} has an annotation.", hint="There is nothing to export yet.")
    if request.copies_images and project.is_root_missing:
        text = f"The folder {shown(project.root)} is not on this computer now, so its images cannot be copied."
        raise RefusedError(text, hint="Connect its drive, or export without the images.")
