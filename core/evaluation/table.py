"""From what a task's scorer found to the table of its measures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from core.domain.counting import counted
from core.domain.evaluation import MAX_DETECTIONS, EvaluationRow, EvaluationTable, Setting
from core.domain.snapshots import Split
from core.evaluation.measures import ComputedMeasure, MeasureCatalog
from core.metrics.coco import DEFAULT_MAX_DETECTIONS, EvalImage
from core.tasks.task import ScoredSplit, Task


def evaluate(
    split: Split,
    categories: Sequence[str],
    task: Task,
    images: Iterable[EvalImage],
    *,
    max_detections: int = DEFAULT_MAX_DETECTIONS,
    settings: Mapping[str, Setting] | None = None,
    measures: Sequence[ComputedMeasure] | None = None,
) -> EvaluationTable:
    """Measure one split with the installed measures, or those named. `images` is walked once, so it can be a generator
    that predicts as it goes. `settings` are thresholds that the predictions were made with."""
    scored = task.score(len(categories), images, max_detections=max_detections)
    chosen = MeasureCatalog().list_measures() if measures is None else measures
    return make_table(
        split,
        categories,
        task,
        scored,
        [measure for measure in chosen if measure.reads(scored)],
        max_detections=max_detections,
        settings=settings or {},
    )


def make_table(
    split: Split,
    categories: Sequence[str],
    task: Task,
    scored: ScoredSplit,
    measures: Sequence[ComputedMeasure],
    *,
    max_detections: int,
    settings: Mapping[str, Setting],
) -> EvaluationTable:
    """A measure that fails is a column of dashes, and a note says why: it costs nobody the others."""
    columns, failures = {}, []
    for measure in measures:
        name = measure.description.name
        try:
            columns[name] = _column(measure, scored, len(categories))
        except BaseException as error:  # noqa: BLE001 - a plug-in's function can raise anything
            columns[name] = [None] * (1 + len(categories))
            title = measure.description.full_title
            failures.append(f'The measure "{title}" could not be made: {type(error).__name__}: {error}')
    confusions = task.confusions(scored) if task.confusions is not None else ()
    limits: Mapping[str, Setting] = {} if task.labels else {MAX_DETECTIONS: max_detections}
    rows = [
        EvaluationRow(
            None,
            scored.n_images,
            sum(scored.instances),
            {name: values[0] for name, values in columns.items()},
        )
    ]
    rows += [
        EvaluationRow(
            category,
            scored.images_with[index],
            scored.instances[index],
            {name: values[index + 1] for name, values in columns.items()},
            _confusions(confusions[index], categories) if confusions else (),
        )
        for index, category in enumerate(categories)
    ]
    return EvaluationTable(
        split=split,
        rows=tuple(rows),
        measures=tuple(measure.description for measure in measures),
        settings={**limits, **settings, **task.settings},
        headline=task.headline,
        about=task.about(max_detections),
        notes=(*_notes(scored, categories, split, task), *task.remarks(scored, categories), *failures),
    )


def _column(measure: ComputedMeasure, scored: ScoredSplit, n_categories: int) -> list[float | None]:
    """Of all classes, then of each. What is no number cannot be stated."""
    found = (measure.value(scored, index) for index in (None, *range(n_categories)))
    return [None if value is None or not math.isfinite(value) else float(value) for value in found]


def _confusions(found: Mapping[int, int], categories: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent first."""
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple((categories[category], n) for category, n in ordered)


def _notes(scored: ScoredSplit, categories: Sequence[str], split: Split, task: Task) -> tuple[str, ...]:
    notes = []
    thing = "image" if task.labels else "object"
    absent = [name for name, n in zip(categories, scored.instances, strict=True) if not n]
    if absent and len(absent) < len(categories):
        names = ", ".join(absent)
        notes.append(f"Without an {thing} in the {split.value} set, so not measured and left out of the mean: {names}.")
    elif absent:
        notes.append(f"The {split.value} set has no {thing} to compare with; nothing could be measured.")
    if scored.n_unusable:
        notes.append(
            f"{counted(scored.n_unusable, 'prediction')} had a confidence or a box that is not a number; left out."
        )
    return tuple(notes)
