"""Taking in what another program predicted: a set like a version's, beside the project's present ground truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from core import clock
from core.domain.changes import Changed
from core.domain.counting import counted
from core.domain.formats import FormatInfo
from core.domain.ids import CategoryId, ImageId, PredictionSetId, ProjectId
from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import shown
from core.domain.predictions import ImportedPredictions, PredictedImage, PredictionSet, SetKind
from core.domain.projects import AnnotatedImage, ImageFilter
from core.domain.snapshots import SnapshotObject
from core.errors import RefusedError
from core.files.faults import told_as_storage_error
from core.formats.catalog import FormatCatalog
from core.imports.cancelling import never_cancelled
from core.imports.unpacking import opened_source
from core.packs.layout import SUFFIX, PackHeader
from core.packs.writing import write_pack
from core.predictions.importing import KnownImage, Sorted, sort_results
from core.predictions.results_file import looks_like_results, read_results
from core.predictions.stated import read_stated
from core.progress import Progress, no_progress, sparing
from core.projects.service import ProjectService
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import predictions as store
from core.registry.titles import checked_title
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION

COCO = "coco"
_IMAGES_AT_ONCE = 500


class PredictionImportService:
    """May be used on any thread. `packs` is the folder of the sets' files."""

    def __init__(
        self, registry: Registry, projects: ProjectService, packs: Path, catalog: FormatCatalog | None = None
    ) -> None:
        self._registry = registry
        self._projects = projects
        self._packs = packs
        self._catalog = FormatCatalog() if catalog is None else catalog

    def list_formats(self) -> tuple[FormatInfo, ...]:
        """Those that may hold predictions, as lists show them."""
        infos = (info for info in self._catalog.list_formats() if info.is_available)
        return tuple(info for info in infos if info.holds_predictions or info.slug == COCO)

    def import_results(
        self,
        file: Path,
        project: ProjectId,
        name: str,
        *,
        format: str | None = None,
        ground_truth: Path | None = None,
        only_listed: bool = False,
        progress: Progress = no_progress,
    ) -> Changed[ImportedPredictions]:
        """Read a file, a folder or a .zip as predictions of `name`: COCO results, or what a format (its slug, None =
        the surest) states of models. Classes and images are matched by name, and what does not fit is left out and
        counted in the problems.

        `ground_truth` is a COCO file that says what the ids of a list of detections mean. A file that names only images
        with predictions does not say which others were looked at: the images beside them in the same folders then count
        as such, unless `only_listed`. Raises NotFoundError,
        FormatError, StorageError; RefusedError when nothing of the file fits, or the name is empty (E-110), too long
        (E-111) or taken.
        """
        name = checked_title(name, "source")
        self._require_free(project, name)
        tell = sparing(progress)
        tell(0, 0, f'Reading "{shown(file.name)}"')
        annotated = self._images(project)
        categories = tuple(category.name for category in self._projects.list_categories(project))
        sorted_out = self._sorted(file, project, annotated, categories, format, ground_truth, progress)
        if not sorted_out.n_kept:
            _refuse_empty(file, sorted_out)
        if not only_listed:
            _widen(sorted_out, annotated, str(file))
        id = PredictionSetId(clock.new_id())
        path = self._packs / f"{id}{SUFFIX}"
        numbers = {category.id: place for place, category in enumerate(self._projects.list_categories(project))}
        has_truth = any(_truths(annotated[key], numbers) for key in sorted_out.listed)
        header = PackHeader(
            categories=categories,
            task=(SEGMENTATION if sorted_out.has_masks else DETECTION).slug,
            has_masks=sorted_out.has_masks,
            has_truth=has_truth,
            source={"name": name, "file": file.name},
            settings={"confidence": None, "suppression_iou": None, "max_detections": None},
        )
        with told_as_storage_error("The predictions", path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with write_pack(path, header) as packer:
                for done, key in enumerate(sorted(sorted_out.listed), start=1):
                    item = annotated[key]
                    truths = _truths(item, numbers)
                    image = item.image
                    facts = PredictedImage(image.path, image.sha256, image.width, image.height)
                    packer.add(facts, sorted_out.objects.get(key, ()), truths)
                    tell(done, len(sorted_out.listed), "Writing the predictions")
            n_bytes = path.stat().st_size
        made = PredictionSet(
            id=id,
            kind=SetKind.IMPORT,
            name=name,
            created_at=clock.now(),
            categories=categories,
            n_images=packer.n_images,
            n_predictions=packer.n_predictions,
            n_bytes=n_bytes,
            project=project,
            has_truth=has_truth,
            has_masks=sorted_out.has_masks,
            settings={"file": file.name},
        )
        with self._registry.write(durable=True) as session:
            store.put_set(session, made, path)
            changes = noted(session)
        imported = ImportedPredictions(made, sorted_out.n_read, sorted_out.n_kept, tuple(sorted_out.problems))
        return Changed(imported, changes)

    def _sorted(
        self,
        path: Path,
        project: ProjectId,
        annotated: Mapping[str, AnnotatedImage],
        categories: Sequence[str],
        format: str | None,
        ground_truth: Path | None,
        progress: Progress,
    ) -> Sorted:
        """What a file, a folder or an archive says of the project's images."""
        root = self._projects.get_project(project).root
        source = ImportSource(path, images_root=root)
        with opened_source(source, None, is_trial=True, progress=progress, is_cancelled=never_cancelled) as opened:
            place = opened.source.path
            results = self._results_at(place, format)
            if results is not None:
                known = [_known(item) for item in annotated.values()]
                found = sort_results(read_results(results, ground_truth), known, categories)
            else:
                _require_root(root)
                images = {name: item.image for name, item in annotated.items()}
                found = read_stated(place, format, self._catalog, root, images, categories)
            found.problems.extend(opened.problems)
            return found

    def _images(self, project: ProjectId) -> dict[str, AnnotatedImage]:
        """By path, with the ground truth as it is now."""
        self._projects.get_project(project)
        ids = self._projects.list_image_ids(ImageFilter(project))
        return {item.image.path: item for chunk in _chunks(list(ids)) for item in self._projects.get_annotated(chunk)}

    def _results_at(self, path: Path, format: str | None) -> Path | None:
        """The file of COCO results that a path is, or the only one right in it; None for what the formats read. What
        nobody knows is refused as results."""
        if format not in (None, COCO):
            return None
        if path.is_dir():
            files = [file for file in sorted(path.glob("*.json")) if looks_like_results(file, is_scored=True)]
            return files[0] if len(files) == 1 else None
        if not path.is_file():
            return None
        if format == COCO or looks_like_results(path):
            return path
        is_json = path.suffix.lower() == ".json"
        return path if is_json and all(found.format == COCO for found in self._catalog.recognise(path)) else None

    def _require_free(self, project: ProjectId, name: str) -> None:
        with self._registry.read() as session:
            if any(one.name == name for one in store.list_sets(session, project=project)):
                text = f'The project has predictions named "{shown(name)}" already.'
                raise RefusedError(text, hint="Choose another name, or delete those.")


def _require_root(root: Path) -> None:
    """The formats look for what their files name beside a project's images."""
    if not root.is_dir():
        text = f'The folder of the project\'s images, "{shown(root)}", is not there.'
        raise RefusedError(text, hint="Locate it first: the files of the predictions name images in it.")


def _chunks(ids: list[ImageId]) -> Iterator[list[ImageId]]:
    return (ids[start : start + _IMAGES_AT_ONCE] for start in range(0, len(ids), _IMAGES_AT_ONCE))


def _truths(item: AnnotatedImage, numbers: Mapping[CategoryId, int]) -> list[SnapshotObject]:
    return [
        SnapshotObject(numbers[one.category], one.geometry, one.is_crowd)
        for one in item.annotations
        if one.category is not None and one.geometry is not None
    ]


def _known(item: AnnotatedImage) -> KnownImage:
    return KnownImage(item.image.path, item.image.sha256, item.image.width, item.image.height)


def _widen(found: Sorted, annotated: Mapping[str, AnnotatedImage], file: str) -> None:
    """An image without any prediction is seldom in a file of results; leaving it out would make a version look good.
    What the file says of a doubtful one was left out: nobody knows that nothing was found there."""
    if found.listed - found.objects.keys():
        return
    folders = {path.rpartition("/")[0] for path in found.listed}
    more = {path for path in annotated if path.rpartition("/")[0] in folders} - found.listed - found.doubtful
    if more:
        images = counted(len(more), "other image of the same folders counts", "other images of the same folders count")
        text = f"The file names only images with predictions. {images} as looked at, with nothing found."
        found.problems.append(Problem("images-without-predictions", text, file, severity=Severity.INFO))
        found.listed |= more


def _refuse_empty(file: Path, found: Sorted) -> None:
    told = [problem.text for problem in found.problems if problem.severity is not Severity.INFO]
    why = " ".join(told[:3])
    if not found.n_read and not told:
        hint = "Export the predictions again, with the confidence of each."
        raise RefusedError(f'"{shown(file.name)}" holds no prediction.', hint=hint)
    what = f"None of the {found.n_read} predictions in" if found.n_read else "Nothing of"
    text = f'{what} "{shown(file.name)}" fits the project. {why}'
    raise RefusedError(text, hint="Choose the project with these images and classes.")
