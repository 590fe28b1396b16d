"""Taking a set of predictions out of Calque: all of the folder or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.prediction_exports import FORMS, HOLD_LABELS, PredictionExport, PredictionExportReport, PredictionForm
from core.domain.predictions import ImageRecord
from core.errors import RefusedError
from core.files.whole_folder import whole_folder
from core.packs.reading import Pack
from core.predictions.out.alto import write_alto_results
from core.predictions.out.coco import write_coco_results
from core.predictions.out.names import OutNames
from core.predictions.out.page import write_page
from core.predictions.out.table import write_table
from core.predictions.out.yolo import write_yolo_text
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing

_WRITERS: Mapping[str, Callable[[Iterable[ImageRecord], Sequence[str], Path, OutNames], None]] = {
    "coco": write_coco_results,
    "yolo": write_yolo_text,
    "page": write_page,
    "alto": write_alto_results,
    "csv": write_table,
}


def _labels_refused(form: PredictionForm) -> RefusedError:
    return RefusedError(
        f"These predictions are labels of whole images; {form.title} holds shapes only.",
        hint="Choose the table (CSV), or export the project's data with these predictions.",
    )


class PredictionExportCancelledError(RefusedError):
    """The person stopped it; nothing was written."""

    def __init__(self) -> None:
        super().__init__("The export was stopped.", hint="Nothing was written.")


def export_pack(
    pack: Pack,
    wish: PredictionExport,
    *,
    progress: Progress = no_progress,
    is_cancelled: IsCancelled = never_cancelled,
) -> PredictionExportReport:
    """Make the folder `wish.target`; one that is there must be empty, or an earlier export that nobody has changed.

    Image by image: memory does not grow with their number. Raises RefusedError, FormatError, StorageError,
    PredictionExportCancelledError.
    """
    form = next((form for form in FORMS if form.slug == wish.form), None)
    if form is None:
        known = ", ".join(form.slug for form in FORMS)
        raise RefusedError(f'There is no form "{wish.form}" for predictions.', hint=f"Choose one of {known}.")
    categories = pack.header.categories
    limits = [wish.by_category.get(name, wish.confidence) for name in categories]
    tell = sparing(progress)
    n_objects = n_below = 0

    def records() -> Iterator[ImageRecord]:
        nonlocal n_objects, n_below
        for number, record in enumerate(pack.walk(), start=1):
            if is_cancelled():
                raise PredictionExportCancelledError
            if form.slug not in HOLD_LABELS and any(item.is_whole for item in record.predictions):
                raise _labels_refused(form)
            kept = tuple(item for item in record.predictions if item.confidence >= limits[item.category])
            n_objects += len(kept)
            n_below += len(record.predictions) - len(kept)
            yield replace(record, predictions=kept)
            tell(number, len(pack.images), "Writing predictions")

    with whole_folder(wish.target) as folder:
        _WRITERS[form.slug](records(), categories, folder, OutNames(pack.images))
    return PredictionExportReport(form.title, wish.target, len(pack.images), n_objects, n_below)
