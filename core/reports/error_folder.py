"""An error report: a folder with a crop for each wrong and each missed object, whole images, and one table of all.

fp/, fn/, tp/     crops with a fifth of their size around them
images/           every image with an error, whole
manifest.csv      a line for each crop
settings.json     what was counted, at which thresholds; its `format` grows when this layout changes
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from core import clock
from core.domain.error_reports import ErrorReport, ErrorReportRequest
from core.domain.geometry import Box, bounds_of
from core.domain.names import shown
from core.domain.outcomes import (
    FALSE_NEGATIVES,
    FALSE_POSITIVES,
    MATCHER,
    NO_PARTNER,
    OUTCOME_WORDS,
    TRUTH_WORDS,
    Outcomes,
    PredictionState,
    TruthState,
)
from core.domain.predictions import ObjectTable
from core.domain.studies import PictureState, StudyImage
from core.errors import CalqueError, RefusedError
from core.evaluation.files import text_cell
from core.evaluations.studies import StudyService
from core.evaluations.study import Study
from core.files.whole_folder import whole_folder
from core.images.reading import decode
from core.progress import Progress, no_progress, sparing
from core.reports.pictures import draw_outcomes

FORMAT = 1
CONTEXT = 0.2  # of the object's longer side, around it
LEAST_CONTEXT = 16  # pixels
MAX_SIDE = 2000  # of a whole image
MAX_CROP = 1200
LEAST_CROP, MAX_ENLARGEMENT = 320, 6  # what a small object is enlarged to, and how often at most
QUALITY = 88
COLUMNS = (
    *("file", "image", "outcome", "words", "class", "confidence", "iou", "partner_class"),
    *("x0", "y0", "x1", "y1", "partner_x0", "partner_y0", "partner_x1", "partner_y1"),
    *("confidence_threshold", "iou_threshold", "whole_image", "note"),
)

Check = Callable[[], None]


def write_error_report(
    studies: StudyService,
    study: Study,
    request: ErrorReportRequest,
    *,
    progress: Progress = no_progress,
    check: Check = lambda: None,
) -> ErrorReport:
    """All of it or nothing. `check` is called for every image, and may raise to give up.

    Raises RefusedError when nothing was compared, or for a folder that is not empty or among the project's images;
    StorageError.
    """
    if study.table.n_truths == 0 and not study.info.has_truth:
        raise RefusedError(
            "These predictions were not compared with any labels.", hint="Evaluate the version on these images."
        )
    target = request.target.absolute()
    if study.root is not None and target.resolve().is_relative_to(study.root.resolve()):
        raise RefusedError(
            f'"{shown(target)}" is in the project\'s own folder, where Calque writes nothing.',
            hint="Choose another folder.",
        )
    with whole_folder(target) as folder:
        writer = _Writer(studies, study, request, folder)
        writer.write(sparing(progress), check)
    return ErrorReport(
        target, writer.n["fp"], writer.n["fn"], writer.n["tp"], writer.n_images, writer.n_without_picture
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """An object that is wrong, missed or right. `box` and `partner` are in pixels of the image."""

    outcome: str  # "fp", "fn", "tp": the folder
    words: str
    category: str
    confidence: float | None
    iou: float
    partner_category: str
    box: Box
    partner: Box | None


class _Writer:
    def __init__(self, studies: StudyService, study: Study, request: ErrorReportRequest, folder: Path) -> None:
        self._studies = studies
        self._study = study
        self._request = request
        self._folder = folder
        self._outcomes = study.outcomes(request.thresholds)
        self.n = {"fp": 0, "fn": 0, "tp": 0}
        self.n_images = 0
        self.n_without_picture = 0

    def write(self, progress: Progress, check: Check) -> None:
        kinds = ("fp", "fn", "tp") if self._request.with_right else ("fp", "fn")
        for kind in kinds:
            (self._folder / kind).mkdir()
        if self._request.with_images:
            (self._folder / "images").mkdir()
        total = self._study.table.n_images
        with (self._folder / "manifest.csv").open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for index in range(total):
                check()
                progress(index, total, shown(self._study.images[index].key))
                cases = list(_cases(self._study.table, self._outcomes, index, kinds))
                if cases:
                    self._write_image(index, cases, rows)
        progress(total, total, "")
        with (self._folder / "settings.json").open("w", encoding="utf-8") as settings:
            self._write_settings(settings)

    def _write_image(self, index: int, cases: list[_Case], rows: Any) -> None:
        image = self._studies.image(self._study, index)
        picture, note = self._picture(image)
        whole = ""
        if picture is None:
            self.n_without_picture += 1
        elif self._request.with_images and any(case.outcome != "tp" for case in cases):
            self.n_images += 1
            whole = f"images/{self.n_images:05d}_{_plain(Path(image.record.image.key).stem)}.jpg"
            copy = picture.copy()
            copy.thumbnail((MAX_SIDE, MAX_SIDE))
            draw_outcomes(copy, image.record, self._study.table, self._outcomes, index)
            copy.save(self._folder / whole, "JPEG", quality=QUALITY)
        thresholds = self._request.thresholds
        for case in cases:
            self.n[case.outcome] += 1
            number = self.n[case.outcome]
            file = (
                f"{case.outcome}/{number:05d}_{_plain(Path(image.record.image.key).stem)}_{_plain(case.category)}.jpg"
            )
            if picture is not None:
                self._crop(picture, image, index, case).save(self._folder / file, "JPEG", quality=QUALITY)
            place = self._study.categories.index(case.category) if case.category in self._study.categories else -1
            rows.writerow(
                (
                    file if picture is not None else "",
                    text_cell(shown(image.record.image.key)),
                    case.outcome,
                    case.words,
                    text_cell(case.category),
                    "" if case.confidence is None else f"{case.confidence:.4f}",
                    f"{case.iou:.4f}" if case.partner is not None else "",
                    text_cell(case.partner_category),
                    *_numbers(case.box),
                    *(_numbers(case.partner) if case.partner is not None else ("",) * 4),
                    thresholds.by_category.get(place, thresholds.confidence),
                    thresholds.iou,
                    whole,
                    text_cell(note),
                )
            )

    def _crop(self, picture: Image.Image, image: StudyImage, index: int, case: _Case) -> Image.Image:
        """Small objects are enlarged, so that a person sees what they are; the lines are as thin on all."""
        area = _around(case, picture.size)
        crop = picture.crop(area)
        longer = max(crop.size)
        factor = min(MAX_CROP / longer, max(1.0, min(LEAST_CROP / longer, MAX_ENLARGEMENT)))
        if factor != 1.0:
            size = (max(1, round(crop.width * factor)), max(1, round(crop.height * factor)))
            crop = crop.resize(size, Image.Resampling.BICUBIC)
        box = Box(*(float(value) for value in area))
        draw_outcomes(crop, image.record, self._study.table, self._outcomes, index, area=box)
        return crop

    def _picture(self, image: StudyImage) -> tuple[Image.Image | None, str]:
        """The whole image; None where there is none to be had, and why."""
        if image.path is None or image.state is PictureState.CHANGED:
            return None, image.text
        try:
            return decode(image.path, white=image.white), ""
        except CalqueError as error:
            return None, error.text

    def _write_settings(self, file: IO[str]) -> None:
        info, thresholds = self._study.info, self._request.thresholds
        names = self._study.categories
        settings = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "predictions": {
                "title": info.title,
                "images": info.subtitle,
                "version": info.version,
                "set": info.source.set,
                "split": info.split.value if info.split else None,
                "snapshot": info.snapshot,
                "weights_sha256": info.weights_sha256,
            },
            "thresholds": {
                "confidence": thresholds.confidence,
                "by_class": {names[place]: value for place, value in thresholds.by_category.items()},
                "iou": thresholds.iou,
                "is_class_aware": thresholds.is_class_aware,
                "matcher": MATCHER,
            },
            "counts": {
                "images": self._study.table.n_images,
                "fp": self._outcomes.counts.fp,
                "fn": self._outcomes.counts.fn,
                "tp": self._outcomes.counts.tp,
                "whole_images": self.n_images,
                "images_without_picture": self.n_without_picture,
            },
            "legend": "Ground truth is dashed (blue: missed, grey: found). Predictions are solid (green: right, "
            "vermilion: wrong, purple: wrong class).",
        }
        json.dump(settings, file, indent=1, ensure_ascii=False)


def _cases(table: ObjectTable, outcomes: Outcomes, index: int, kinds: tuple[str, ...]) -> Iterator[_Case]:
    """What is wrong on an image, then what is missed, then what is right."""
    predictions, truths = table.predictions_of(index), table.truths_of(index)
    for row in range(predictions.start, predictions.stop):
        state = PredictionState(int(outcomes.prediction_states[row]))
        if state in FALSE_POSITIVES:
            yield _of_prediction("fp", state, table, outcomes, row)
    for row in range(truths.start, truths.stop):
        state_of_truth = TruthState(int(outcomes.truth_states[row]))
        if state_of_truth in FALSE_NEGATIVES:
            partner = int(outcomes.truth_predictions[row])
            has_partner = partner != NO_PARTNER
            yield _Case(
                "fn",
                TRUTH_WORDS[state_of_truth],
                table.categories[int(table.truth_categories[row])],
                None,
                float(outcomes.truth_ious[row]),
                table.categories[int(table.prediction_categories[partner])] if has_partner else "",
                _box(table.truth_boxes[row]),
                _box(table.prediction_boxes[partner]) if has_partner else None,
            )
    if "tp" in kinds:
        for row in range(predictions.start, predictions.stop):
            if outcomes.prediction_states[row] == PredictionState.TP:
                yield _of_prediction("tp", PredictionState.TP, table, outcomes, row)


def _of_prediction(kind: str, state: PredictionState, table: ObjectTable, outcomes: Outcomes, row: int) -> _Case:
    partner = int(outcomes.prediction_truths[row])
    has_partner = partner != NO_PARTNER
    return _Case(
        kind,
        OUTCOME_WORDS[state],
        table.categories[int(table.prediction_categories[row])],
        float(table.confidences[row]),
        float(outcomes.prediction_ious[row]),
        table.categories[int(table.truth_categories[partner])] if has_partner else "",
        _box(table.prediction_boxes[row]),
        _box(table.truth_boxes[partner]) if has_partner else None,
    )


def _box(corners: Any) -> Box:
    return Box(*(float(value) for value in np.asarray(corners)))


def _around(case: _Case, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The object with its partner and what lies round them, in the image."""
    boxes = [case.box, *([case.partner] if case.partner is not None else [])]
    whole = bounds_of(None, *size)
    x0, y0 = min(box.x0 for box in boxes), min(box.y0 for box in boxes)
    x1, y1 = max(box.x1 for box in boxes), max(box.y1 for box in boxes)
    margin = max(LEAST_CONTEXT, CONTEXT * max(x1 - x0, y1 - y0))
    left, top = max(whole.x0, x0 - margin), max(whole.y0, y0 - margin)
    right, bottom = min(whole.x1, x1 + margin), min(whole.y1, y1 + margin)
    left, top = min(left, whole.x1 - 1), min(top, whole.y1 - 1)
    return int(left), int(top), int(max(right, left + 1)), int(max(bottom, top + 1))


def _numbers(box: Box) -> tuple[str, ...]:
    return tuple(f"{value:.1f}" for value in (box.x0, box.y0, box.x1, box.y1))


def _plain(text: str) -> str:
    """Part of a file's name that every system takes."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "_" for c in shown(text))[:40]
