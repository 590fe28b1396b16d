"""What a report says of a study: numbers with their intervals, curves, the matrix, errors, the worst images."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from core.domain.analysis import MeasuredValue
from core.domain.counting import counted
from core.domain.definitions import find_definition
from core.domain.outcomes import Outcomes, Thresholds
from core.domain.studies import PictureState
from core.domain.thresholds import VersionThreshold
from core.errors import CalqueError
from core.evaluations.studies import StudyService
from core.evaluations.study import Study
from core.reports import html
from core.reports.drawing import Line, chart
from core.reports.pictures import FOUND, MISSED, OTHER_CLASS, RIGHT, WRONG, drawn_image

N_WORST = 8
SHARE = (0.0, 1.0)
DASH = "–"

Check = Callable[[], None]


def judged(study: Study, threshold: VersionThreshold, studies: StudyService, check: Check) -> list[str]:
    """Sections; only a sentence where nothing was measured."""
    thresholds = threshold.at(study.categories)
    where = study.info.subtitle or study.info.title
    said = [
        html.paragraph(f"{note.text} {note.hint}".strip(), "warn" if note.is_warning else "muted")
        for note in study.notes
    ]
    if not study.table.n_truths:
        return [html.section(f"How good it is: {where}", *said)]
    return [
        html.section(f"How good it is: {where}", *said, *_numbers(study, threshold, thresholds, check)),
        html.section("Curves of the predictions", _curves(study, threshold)),
        html.section("Confusion matrix", _matrix(study, thresholds)),
        html.section("What errors cost", _errors(study, thresholds)),
        html.section("The worst images", *_worst(study, thresholds, studies, check)),
    ]


def _numbers(study: Study, threshold: VersionThreshold, thresholds: Thresholds, check: Check) -> list[str]:
    found = study.intervals(thresholds, check=check)
    counts = study.outcomes(thresholds).counts
    told = (
        f"{counted(study.table.n_images, 'image')} with {counted(counts.tp + counts.fn, 'object')}. Precision, recall "
        f"and F1 at confidence {thresholds.confidence:.3f} and IoU {thresholds.iou:.2f}: {counts.tp} found, "
        f"{counts.fp} wrong, {counts.fn} missed. {threshold.about}"
    )
    items = [html.card(_title(name), _value(value), _interval(value)) for name, value in found.items()]
    is_wide = any(value.interval is not None and value.interval.is_wide for value in found.values())
    wide = f"With only {counted(study.table.n_images, 'image')} the intervals are wide." if is_wide else ""
    how = "The numbers in brackets are 95 % intervals: among other images of the same kind the number would lie there."
    return [html.cards(items), html.paragraph(told), html.paragraph(f"{how} {wide}".strip(), "muted")]


def _title(name: str) -> str:
    definition = find_definition(name)
    return definition.title if definition is not None else name


def _value(value: MeasuredValue) -> str:
    return DASH if value.value is None else f"{value.value:.3f}"


def _interval(value: MeasuredValue) -> str:
    if value.value is None:
        return "not measured"
    return "" if value.interval is None else f"[{value.interval.low:.3f}, {value.interval.high:.3f}]"


def _curves(study: Study, threshold: VersionThreshold) -> str:
    pr, by_confidence = study.precision_recall(), study.curves()
    return html.side_by_side(
        (
            html.figure(
                chart(
                    [Line("all classes", pr.recall.tolist(), pr.precision[0].tolist())],
                    x_title="recall",
                    y_title="precision",
                    x_range=SHARE,
                    y_range=SHARE,
                ),
                f"Precision over recall at IoU {pr.iou:.2f}, the mean of the classes. The area below is mAP50.",
            ),
            html.figure(
                chart(
                    [
                        Line(name, by_confidence.confidences.tolist(), values[0].tolist())
                        for name, values in (
                            ("precision", by_confidence.precision),
                            ("recall", by_confidence.recall),
                            ("F1", by_confidence.f1),
                        )
                    ],
                    x_title="confidence",
                    y_title="",
                    marks=[(threshold.confidence, "threshold")],
                    x_range=SHARE,
                    y_range=SHARE,
                ),
                f"Over the confidence from which predictions count, at IoU {by_confidence.iou:.2f}, of all objects.",
            ),
        )
    )


def _matrix(study: Study, thresholds: Thresholds) -> str:
    matrix = study.matrix(thresholds)
    names = [*matrix.categories, "background"]
    header = ["is there \\ predicted", *matrix.categories, "missed"]
    rows = [[name, *(n or "·" for n in row)] for name, row in zip(names, matrix.counts.tolist(), strict=True)]
    if len(names) > 41:
        return html.paragraph(
            f"{len(matrix.categories)} classes are too many for a page; the program shows it.", "muted"
        )
    return html.table(header, rows)


def _errors(study: Study, thresholds: Thresholds) -> str:
    rows = [
        (cost.title, cost.n, DASH if cost.ap_cost is None else f"{cost.ap_cost:+.3f}")
        for cost in study.errors(thresholds.confidence)
    ]
    text = "How much AP50 mending all errors of one kind, and only those, would give back (TIDE)."
    return html.paragraph(text, "muted") + html.table(("Error", "How many", "AP50"), rows)


def _worst(study: Study, thresholds: Thresholds, studies: StudyService, check: Check) -> list[str]:
    scores, outcomes = study.scores(thresholds), study.outcomes(thresholds)
    errors = scores.fp + scores.fn
    order = np.lexsort((-errors, scores.f1))
    worst = [int(index) for index in order if errors[index]][:N_WORST]
    if not worst:
        return [html.paragraph("On every image everything was found, and nothing else.")]
    shots = []
    for index in worst:
        check()
        caption = (
            f"{study.images[index].key}: F1 {scores.f1[index]:.2f}, {scores.tp[index]} found, "
            f"{scores.fp[index]} wrong, {scores.fn[index]} missed"
        )
        shots.append(html.figure(_shot(study, index, studies, outcomes), caption))
    keys = (
        ("found", RIGHT, False), ("wrong", WRONG, False), ("wrong class", OTHER_CLASS, False), ("missed", MISSED, True),
        ("ground truth that was found", FOUND, True),
    )  # fmt: skip
    legend = "".join(
        f'<span class="key{" dashed" if is_dashed else ""}" style="color:{colour}"></span>{html.text(name)}'
        for name, colour, is_dashed in keys
    )
    return [f'<p class="muted">{legend}</p>', f'<div class="shots">{"".join(shots)}</div>']


def _shot(study: Study, index: int, studies: StudyService, outcomes: Outcomes) -> str:
    """Where the picture is not to be had, why."""
    try:
        image = studies.image(study, index)
        if image.path is None:
            return html.paragraph(image.text, "warn")
        drawn = drawn_image(image.path, image.record, study.table, outcomes, index, image.white)
    except CalqueError as error:
        return html.paragraph(error.text, "warn")
    return drawn + (html.paragraph(image.text, "warn") if image.state is not PictureState.OK else "")


def used_definitions(names: Sequence[str]) -> str:
    found = [definition for name in dict.fromkeys(names) if (definition := find_definition(name)) is not None]
    return html.definitions((item.title, f"{item.text} {item.formula}".strip()) for item in found)
