"""A study of labels: right, wrong, too many, missing; and nothing about overlaps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.outcomes import PredictionState, Thresholds, TruthState
from core.domain.predictions import ImageRecord, ObjectTable, PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.domain.study_lists import ListOrder, StudyCurves
from core.metrics import curves
from core.metrics.coco import EvalImage
from core.metrics.coco_summary import coco_summary
from core.metrics.label_table import paired
from core.metrics.listing import Lister
from core.metrics.match_table import match_table
from core.metrics.outcomes import Matcher
from core.metrics.tide import error_costs
from tests.core.metrics.tables import table_of
from tests.ui.studies.conftest import AnsweringPage, info_of
from ui.evaluation.charts_panel import ChartsPanel
from ui.evaluation.matrix_panel import MatrixPanel
from ui.studies.study_words import label_line
from ui.viewer.overlays import OverlayKind

SIDE = 400
WHOLE = Box(0, 0, SIDE, SIDE)
NAMES = ("map", "seal", "text")


def labelled(key: str, said: dict[int, float], true: tuple[int, ...]) -> ImageRecord:
    predictions = tuple(
        PredictedObject(k, v, WHOLE, is_whole=True) for k, v in sorted(said.items(), key=lambda item: -item[1])
    )
    facts = PredictedImage(key, "", SIDE, SIDE, Split.TEST, len(predictions), len(true))
    return ImageRecord(facts, predictions, tuple(SnapshotObject(k, None) for k in true))


CHOICES = (
    labelled("test/right.png", {0: 0.93}, (0,)),
    labelled("test/wrong.png", {1: 0.81}, (2,)),
    labelled("test/unsure.png", {2: 0.4}, (1,)),
    labelled("test/wronger.png", {0: 0.97}, (1,)),
)
TAGS = (
    labelled("test/right.png", {0: 0.9, 1: 0.7, 2: 0.1}, (0, 1)),
    labelled("test/both.png", {0: 0.8, 1: 0.1, 2: 0.6}, (0, 1)),
    labelled("test/none.png", {0: 0.2, 1: 0.1, 2: 0.3}, ()),
)


def table_from(records: tuple[ImageRecord, ...], *, is_exclusive: bool) -> ObjectTable:
    images = [EvalImage(SIDE, SIDE, one.truths, one.predictions) for one in records]
    plain = replace(table_of(3, images), categories=NAMES, images=tuple(one.image for one in records))
    return paired(plain, is_exclusive=is_exclusive)


class LabelPage(AnsweringPage):
    def open_labels(self, records: tuple[ImageRecord, ...], *, is_exclusive: bool) -> None:
        self.records = records
        table = table_from(records, is_exclusive=is_exclusive)
        self.lister = Lister(Matcher(table))
        for panel in (MatrixPanel(), ChartsPanel()):
            self.add_panel(panel)
        info = replace(info_of(records), labels=True, is_exclusive=is_exclusive, title="Leaves V001")
        self.set_study(
            info, table, thresholds=Thresholds(0.5), optimum=0.5, best_by_category={0: 0.5, 1: 0.6}, worker="Classifier"
        )
        study = self.lister.matcher
        self.set_curves(
            StudyCurves(
                curves.threshold_curves(study),
                curves.precision_recall(study),
                curves.score_histogram(table, study.at(Thresholds(0.5))),
                curves.iou_histogram(study.at(Thresholds(0.5))),
                curves.calibration(study),
                error_costs(study),
                coco_summary(match_table(table)),
            )
        )


@pytest.fixture
def page(qtbot: QtBot) -> LabelPage:
    page = LabelPage()
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    qtbot.waitExposed(page)
    return page


def test_a_classifiers_mistakes_come_first_the_surest_before_the_others(page: LabelPage) -> None:
    page.open_labels(CHOICES, is_exclusive=True)
    assert page.column.bar.order is ListOrder.HIGHEST_FALSE_POSITIVE
    assert page.answer is not None
    names = [page.records[row].image.key for row in page.answer.images]
    assert names[:2] == ["test/wronger.png", "test/wrong.png"]
    counts = page.answer.counts
    assert (counts.tp, counts.fp, counts.fn) == (1, 2, 3)
    assert not page.thresholds._iou_part.isVisible()
    assert not page.column.bar._size.isVisible()


def test_what_was_said_of_each_image_is_told_in_a_line() -> None:
    choices = table_from(CHOICES, is_exclusive=True)
    outcomes = Matcher(choices).at(Thresholds(0.5))
    lines = [label_line(choices, outcomes, image) for image in range(4)]
    assert lines == [
        ("map 0.93", PredictionState.TP),
        ("seal 0.81, is text", PredictionState.FP_CLASS),
        ("unsure (text 0.40), is seal", TruthState.MISSED),
        ("map 0.97, is seal", PredictionState.FP_CLASS),
    ]
    tags = table_from(TAGS, is_exclusive=False)
    outcomes = Matcher(tags).at(Thresholds(0.5))
    assert [label_line(tags, outcomes, image) for image in range(3)] == [
        ("map, seal", PredictionState.TP),
        ("map, +text, −seal", PredictionState.FP_BKG),
        ("no tag", PredictionState.TP),
    ]


def test_the_inspector_speaks_of_labels_and_not_of_places(page: LabelPage) -> None:
    page.open_labels(CHOICES, is_exclusive=True)
    page.pane.select_error(1)
    text = page.inspector.as_text()
    assert "IoU" not in text
    assert "wrong" in text.casefold()
    layers = page.pane.view.canvas.layers
    assert all(one.is_whole_image for one in layers[OverlayKind.PREDICTIONS_A].objects)


def test_the_matrix_and_the_charts_show_what_labels_have(page: LabelPage) -> None:
    page.open_labels(CHOICES, is_exclusive=True)
    matrix, charts = page._panels
    assert isinstance(matrix, MatrixPanel)
    assert isinstance(charts, ChartsPanel)
    layout = matrix.grid.shown
    assert layout is not None
    assert layout.rows == (0, 1, 2)
    assert layout.columns == (0, 1, 2, 3)
    assert layout.column_title(3) == "unsure"
    assert layout.sentence((2, 1)) == "Text, predicted seal: 1 region in 1 image."
    hidden = (charts.charts.ious, charts.charts.errors, charts.charts.coco, charts.charts.precision_recall)
    assert not any(card.isVisibleTo(charts) for card in hidden)
    page.open_labels(TAGS, is_exclusive=False)
    assert matrix.grid.shown is not None
    assert matrix.grid.shown.row_title(3) == "extra"
    assert charts.charts.precision_recall.isVisibleTo(charts)


def test_back_to_the_optimum_of_a_tagger_is_that_of_each_class(page: LabelPage) -> None:
    page.open_labels(TAGS, is_exclusive=False)
    page.thresholds._slider.setValue(80)
    page.thresholds.go_to_optimum()
    assert page.thresholds.thresholds.by_category == {0: 0.5, 1: 0.6}
    assert np.isclose(page.thresholds.thresholds.confidence, 0.5)


def test_labels_of_the_whole_image_are_told_on_it_without_a_frame(page: LabelPage) -> None:
    page.open_labels(CHOICES, is_exclusive=True)
    canvas = page.pane.view.canvas
    shown = canvas.render_image(1.0)
    canvas.set_layers(())
    bare = canvas.render_image(1.0)
    changed = [
        (x, y)
        for y in range(0, shown.height(), 2)
        for x in range(0, shown.width(), 2)
        if shown.pixel(x, y) != bare.pixel(x, y)
    ]
    assert changed, "the names are there though nobody asked for names"
    assert max(x for x, _ in changed) < shown.width() * 0.6, "no frame round the picture"
