"""Reads what a training kept of its pinned images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.domain.looks import SeenEpoch, SeenImage, SeenOutcome
from core.domain.outcomes import FALSE_NEGATIVES, FALSE_POSITIVES, Counts, Outcomes, PredictionState, Thresholds
from core.domain.predictions import Integers, ObjectTable
from core.domain.runs import Look
from core.metrics.outcomes import Matcher
from core.packs.choices import read_choices
from core.packs.reading import Pack


def read_look(look: Look, thresholds: Thresholds) -> SeenEpoch:
    """Raises FormatError when the pack is damaged, StorageError when it cannot be read."""
    with read_choices(look.path) as pack:
        pictures = pack.header.source.get("pictures")
        names = pictures if isinstance(pictures, dict) else {}
        images = tuple(
            SeenImage(record, _picture(look.path.parent, names.get(record.image.key))) for record in pack.walk()
        )
        table = pack.table()
        return _judged(_seen(look, pack, images), table, thresholds)


def _seen(look: Look, pack: Pack, images: tuple[SeenImage, ...]) -> SeenEpoch:
    least = pack.header.settings.get("confidence", 0.0)
    known = float(least) if isinstance(least, int | float) else 0.0
    return SeenEpoch(look.epoch, pack.header.categories, images, Thresholds(0.0), known, pack.header.labels)


def _picture(folder: Path, name: object) -> Path:
    """In the same folder, whatever the pack says."""
    return folder / (Path(name).name if isinstance(name, str) and Path(name).name else "missing.jpg")


def _judged(seen: SeenEpoch, table: ObjectTable, thresholds: Thresholds) -> SeenEpoch:
    outcomes = Matcher(table).at(thresholds)
    images = []
    for number, image in enumerate(seen.images):
        predictions, truths = table.predictions_of(number), table.truths_of(number)
        is_whole = (truths.stop - truths.start) == len(image.record.truths)
        outcome = _of(outcomes, predictions, truths) if is_whole else None
        images.append(replace(image, outcome=outcome))
    return replace(seen, images=tuple(images), thresholds=thresholds)


def _of(outcomes: Outcomes, predictions: slice, truths: slice) -> SeenOutcome:
    states, truth_states = outcomes.prediction_states[predictions], outcomes.truth_states[truths]
    return SeenOutcome(
        prediction_states=states,
        prediction_truths=_moved(outcomes.prediction_truths[predictions], truths.start),
        prediction_ious=outcomes.prediction_ious[predictions],
        truth_states=truth_states,
        truth_predictions=_moved(outcomes.truth_predictions[truths], predictions.start),
        truth_ious=outcomes.truth_ious[truths],
        counts=Counts(
            int(np.count_nonzero(states == PredictionState.TP)),
            int(np.count_nonzero(np.isin(states, FALSE_POSITIVES))),
            int(np.count_nonzero(np.isin(truth_states, FALSE_NEGATIVES))),
        ),
    )


def _moved(rows: Integers, start: int) -> Integers:
    return np.where(rows >= 0, rows - start, rows)
