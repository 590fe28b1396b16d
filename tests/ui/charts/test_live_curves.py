"""The charts as a person meets them: real widgets, shown, fed, clicked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from core.domain import metrics
from core.domain.runs import MetricBatch
from ui.charts.chart_choices import ChartChoices, choices_from
from ui.charts.chart_pane import ChartPane, Display, log_ticks, number
from ui.charts.curve_styles import PANES
from ui.charts.live_curves import LiveCurves
from ui.charts.point_series import Axis
from ui.theme import ThemeMode, apply_theme


def batch(name: str, split: str, values: list[float], *, first: int = 1, per_epoch: int = 10) -> MetricBatch:
    steps = np.arange(first, first + len(values), dtype=np.int64)
    return MetricBatch(name, split, steps, steps / per_epoch, np.array(values))


def training(n_epochs: int = 4, per_epoch: int = 10) -> list[MetricBatch]:
    """A little detector's training: batch values, and measures once an epoch."""
    n = n_epochs * per_epoch
    falling = [5.0 / (1 + index / 10) for index in range(n)]
    batches = [
        batch(metrics.LOSS_TOTAL, "batch", falling),
        batch("box_loss", "batch", [value / 2 for value in falling]),
        batch(metrics.LEARNING_RATE, "batch", [0.01] * n),
    ]
    epochs = np.arange(1, n_epochs + 1, dtype=np.float64)
    steps = (epochs * per_epoch).astype(np.int64)
    for split in ("train", "val"):
        for name in (metrics.LOSS_TOTAL, metrics.MAP50, metrics.MAP50_95, metrics.PRECISION, metrics.RECALL):
            batches.append(MetricBatch(name, split, steps, epochs, epochs / 10))
    return batches


@pytest.fixture
def curves(qtbot: QtBot) -> Iterator[LiveCurves]:
    widget = LiveCurves()
    qtbot.addWidget(widget)
    widget.resize(1200, 600)
    widget.show()
    yield widget
    widget.close()
    assert not widget.is_refreshing


@pytest.fixture
def drawn(qtbot: QtBot, curves: LiveCurves) -> Callable[..., LiveCurves]:
    """Feed it and wait until it is at rest."""

    def feed(batches: list[MetricBatch] | None = None) -> LiveCurves:
        curves.add_batches(training() if batches is None else batches)
        qtbot.waitUntil(lambda: not curves.is_refreshing)
        return curves

    return feed


def shown_panes(curves: LiveCurves) -> list[str]:
    return [spec.key for spec in PANES if spec.key in curves._panes and curves.pane(spec.key).isVisibleTo(curves)]


def drawn_line(pane: ChartPane, name: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = pane.curves[(name, split)]._line.getData()
    return x, y


# --- what is drawn ---------------------------------------------------------------------------------------------------


def test_a_detector_has_its_curves_in_its_panes(drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    assert shown_panes(curves) == ["loss-batch", "loss-sets", "lr", "accuracy", "precision"]
    x, y = drawn_line(curves.pane("loss-batch"), "loss", "batch")
    assert (x[0], x[-1], y[0]) == (1, 40, 5.0)
    assert set(curves.pane("accuracy").curves) == {
        (name, split) for name in ("map50", "map50_95") for split in ("train", "val")
    }


def test_the_axis_is_named_within_each_pane_and_only_when_there_are_points(
    qtbot: QtBot, drawn: Callable[..., LiveCurves], curves: LiveCurves
) -> None:
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    assert not curves.pane("lr")._axis_name.isVisible()
    drawn([batch("loss", "batch", [1.0, 2.0])])
    assert curves.pane("lr")._note.isVisible()
    drawn()
    for key in shown_panes(curves):
        name = curves.pane(key)._axis_name
        assert (name.isVisible(), name.text()) == (True, "iteration")
        assert curves.pane(key)._widget.viewport().rect().contains(name.geometry())
    assert not curves.pane("lr")._note.isVisible()


def test_masks_and_unknown_measures_open_panes_of_their_own(drawn: Callable[..., LiveCurves]) -> None:
    extra = [batch(metrics.MASK_MAP50, "val", [0.1, 0.2]), batch("dice", "val", [0.5]), batch("seg_loss", "val", [1.0])]
    curves = drawn(training() + extra)
    assert {"mask-accuracy", "other", "components"} <= set(shown_panes(curves))
    assert curves.pane("other").entry("dice", "val").text().startswith("dice")


def test_appending_draws_nothing_and_rest_costs_nothing(
    qtbot: QtBot, drawn: Callable[..., LiveCurves], curves: LiveCurves
) -> None:
    drawn()
    n = curves.n_redraws
    curves.add_batches([batch("loss", "batch", [1.0], first=41)])
    assert curves.n_redraws == n
    assert curves.is_refreshing
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    n = curves.n_redraws
    qtbot.wait(150)
    assert curves.n_redraws == n


def test_no_pane_with_points_says_that_it_has_none(curves: LiveCurves) -> None:
    curves.add_batches(training())
    assert not any(curves.pane(key)._note.isVisible() for key in shown_panes(curves)), "before the first redraw, too"


def test_nothing_is_drawn_while_hidden_and_everything_when_shown_again(
    qtbot: QtBot, drawn: Callable[..., LiveCurves], curves: LiveCurves
) -> None:
    drawn()
    curves.hide()
    n = curves.n_redraws
    curves.add_batches([batch("loss", "batch", [9.0], first=41)])
    qtbot.wait(120)
    assert (curves.n_redraws, curves.is_refreshing) == (n, False)
    curves.show()
    qtbot.waitUntil(lambda: not curves.is_refreshing and curves.n_redraws > n)
    assert drawn_line(curves.pane("loss-batch"), "loss", "batch")[1][-1] == 9.0


def test_without_a_point_a_line_stands_for_the_charts(
    qtbot: QtBot, drawn: Callable[..., LiveCurves], curves: LiveCurves
) -> None:
    curves.set_empty_text("It ended before anything was measured.")
    assert curves._nothing.isVisible()
    assert not curves._toolbar.isVisible() and not curves.pane("lr").isVisible()
    drawn()
    assert not curves._nothing.isVisible()
    assert curves._toolbar.isVisible() and curves.pane("lr").isVisible()
    curves.clear()
    assert curves._nothing.isVisible()


@pytest.mark.parametrize("n_epochs", [1, 2, 3, 7, 28, 100, 300, 1000, 25_000])
@pytest.mark.parametrize("width", [960, 1200, 1900])
def test_the_numbers_of_the_axis_never_touch(
    drawn: Callable[..., LiveCurves], curves: LiveCurves, n_epochs: int, width: int
) -> None:
    curves.resize(width, 600)
    epochs = np.linspace(0, n_epochs, 200)
    steps = np.arange(1, 201, dtype=np.int64) * max(1, n_epochs)
    drawn([MetricBatch("loss", "batch", steps, epochs, epochs)])
    for axis in Axis:
        curves.set_display(Display(axis, False, 0.0))
        curves.redraw_now()
        for key in shown_panes(curves):
            pane = curves.pane(key)
            bottom, box = pane._plot.getAxis("bottom"), pane._plot.getViewBox()
            x_min, x_max = box.viewRange()[0]
            [(spacing, values)] = bottom.tickValues(x_min, x_max, box.width())
            metrics_of_font = QFontMetrics(bottom.style["tickFont"] or pane.font())
            pixels = box.width() / (x_max - x_min)
            ends = -1e9
            for value, text in zip(values, bottom.tickStrings(values, 1, spacing), strict=True):
                half = metrics_of_font.horizontalAdvance(text) / 2
                assert (value - x_min) * pixels - half > ends
                ends = (value - x_min) * pixels + half
                assert float(value).is_integer()
            assert ends < box.width() - pane._axis_name.width() + 8, "the axis' name stands there"


def test_the_mark_of_the_best_epoch_covers_no_curve(drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    curves.set_best_epoch(3)
    for key in shown_panes(curves):
        pane = curves.pane(key)
        assert pane._best.zValue() < min(curve._line.zValue() for curve in pane.curves.values())
        assert not pane._best.childItems(), "words over the curves would cut gaps into them"


def test_a_learning_rate_is_never_smoothed(drawn: Callable[..., LiveCurves]) -> None:
    rates = [0.01 * index for index in range(10)] + [0.1 - 0.01 * index for index in range(10)]
    curves = drawn([batch(metrics.LEARNING_RATE, "batch", rates), batch("lr/pg1", "batch", rates)])
    curves.set_display(Display(Axis.STEPS, False, 0.9))
    curves.redraw_now()
    drawn([batch("loss", "batch", rates)])
    for name in (metrics.LEARNING_RATE, "lr/pg1"):
        assert drawn_line(curves.pane("lr"), name, "batch")[1].tolist() == pytest.approx(rates)
        assert not curves.pane("lr").curves[(name, "batch")]._raw.isVisible()
    assert curves.pane("loss-batch").curves[("loss", "batch")]._raw.isVisible()


def test_what_a_person_set_comes_back(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    told: list[ChartChoices] = []
    curves.choices_changed.connect(told.append)
    curves._toolbar._axes.button(1).click()
    curves._toolbar._slider.setValue(4)
    curves.pane("loss-batch").entry("loss", "batch").click()
    assert told[-1] == ChartChoices("epochs", False, 0.9, {"loss/batch": False})
    later = LiveCurves()
    qtbot.addWidget(later)
    later.choices_changed.connect(told.append)
    n_told = len(told)
    later.set_choices(choices_from(told[-1].as_text()))
    later.add_batches(training())
    assert later.choices == told[-1]
    assert len(told) == n_told, "restoring is no choice"
    assert not later.pane("loss-batch").curves[("loss", "batch")].is_shown
    assert later._toolbar.display() == Display(Axis.EPOCHS, False, 0.9)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"axis": 3, "log": "yes", "smoothing": 7, "curves": [1]}', '{"smoothing": true}']
)
def test_what_was_stored_and_cannot_be_understood_is_passed_over(text: str) -> None:
    assert choices_from(text) == ChartChoices()


def test_what_is_not_a_number_is_a_gap_with_a_mark(drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn([batch("loss", "batch", [3.0, 2.0, math.nan, 1.0, math.inf])])
    curve = curves.pane("loss-batch").curves[("loss", "batch")]
    _x, y = drawn_line(curves.pane("loss-batch"), "loss", "batch")
    assert np.isnan(y[[2, 4]]).all()
    x, heights = curve._gaps.getData()
    assert (x.tolist(), heights.tolist()) == ([3.0, 5.0], [2.0, 1.0])
    assert curve._gaps.isVisible()
    assert curves.pane("loss-batch").entry("loss", "batch").value() == "infinite"


def test_a_hundred_thousand_points_are_drawn_in_a_few_thousand(drawn: Callable[..., LiveCurves]) -> None:
    values = np.random.default_rng(0).random(100_000).tolist()
    curves = drawn([batch("loss", "batch", values)])
    x, y = drawn_line(curves.pane("loss-batch"), "loss", "batch")
    assert len(x) < 4_000
    assert (y.max(), y.min()) == (max(values), min(values))
    assert curves.n_points == 100_000


def test_clearing_forgets_the_points_and_keeps_what_the_person_chose(
    qtbot: QtBot, drawn: Callable[..., LiveCurves], curves: LiveCurves
) -> None:
    drawn()
    curves.pane("loss-batch").entry("box_loss", "batch").click()
    curves.clear()
    assert curves.n_points == 0
    assert not curves.pane("loss-batch").has_points()
    drawn()
    assert curves.pane("loss-batch").curves[("box_loss", "batch")].is_shown


# --- what the person does --------------------------------------------------------------------------------------------


def test_a_click_on_the_legend_hides_and_shows_a_curve(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    pane = curves.pane("loss-batch")
    entry, curve = pane.entry("loss", "batch"), pane.curves[("loss", "batch")]
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    assert not curve.is_shown
    assert not curve._line.isVisible()
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_Space)
    assert curve.is_shown
    assert entry.accessibleName() == "Total loss (batch)"


def test_the_crosshair_shows_the_values_in_every_pane(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    curves.set_cursor(20.2)
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    assert curves.pane("loss-batch").entry("loss", "batch").value() == number(5.0 / (1 + 19 / 10))
    assert curves.pane("accuracy").entry("map50", "val").value() == "0.2000"
    assert all(curves.pane(key)._line.isVisible() for key in shown_panes(curves))
    assert curves._toolbar._readout.text() == "iteration 20 · epoch 2.00"
    curves.set_cursor(None)
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    assert curves.pane("accuracy").entry("map50", "val").value() == "0.4000"
    assert not curves.pane("accuracy")._line.isVisible()


def test_the_mouse_moves_the_crosshair_and_leaving_takes_it_away(
    qtbot: QtBot, drawn: Callable[..., LiveCurves]
) -> None:
    curves = drawn()
    pane = curves.pane("lr")
    with qtbot.waitSignal(pane.cursor_moved) as moved:
        place = pane._plot.getViewBox().sceneBoundingRect().center()
        pane._follow_mouse(QPointF(place))
    assert 15 < moved.args[0] < 27
    with qtbot.waitSignal(pane.cursor_left):
        QApplication.sendEvent(pane._widget.viewport(), QEvent(QEvent.Type.Leave))
    assert curves._cursor is None


def test_epochs_log_scale_and_smoothing_are_of_the_display_only(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    before = curves.points()
    curves.set_display(Display(Axis.EPOCHS, True, 0.9))
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    x, y = drawn_line(curves.pane("loss-batch"), "loss", "batch")
    assert (x[-1], round(float(y[0]), 6)) == (4.0, round(math.log10(5.0), 6))
    assert curves.pane("loss-batch").curves[("loss", "batch")]._raw.isVisible()
    assert drawn_line(curves.pane("accuracy"), "map50", "val")[1].tolist() == [0.1, 0.2, 0.3, 0.4]
    for one, other in zip(before, curves.points(), strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_the_toolbar_says_what_is_wished(qtbot: QtBot, curves: LiveCurves) -> None:
    toolbar = curves._toolbar
    with qtbot.waitSignal(toolbar.display_changed) as changed:
        toolbar._slider.setValue(4)
    assert changed.args[0] == Display(Axis.STEPS, False, 0.9)
    toolbar._log.click()
    toolbar._axes.button(1).click()
    assert toolbar.display() == Display(Axis.EPOCHS, True, 0.9)
    menu = next(button.menu() for button in toolbar.findChildren(QToolButton) if button.menu())
    assert isinstance(menu, QMenu)
    for action, signal in zip(menu.actions(), (curves.picture_requested, curves.table_requested), strict=True):
        with qtbot.waitSignal(signal):
            action.trigger()


def test_a_zoom_in_one_pane_is_a_zoom_in_all_and_can_be_undone(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    curves.pane("lr").range_chosen.emit(5.0, 15.0)
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    for key in ("loss-batch", "lr", "accuracy"):
        assert curves.pane(key)._plot.getViewBox().viewRange()[0] == [5.0, 15.0]
    curves.add_batches([batch("loss", "batch", [1.0], first=41)])
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    assert curves.pane("lr")._plot.getViewBox().viewRange()[0] == [5.0, 15.0]
    viewport = curves.pane("lr")._widget.viewport()
    place = QPointF(viewport.rect().center())
    button = Qt.MouseButton.LeftButton
    event = QMouseEvent(QEvent.Type.MouseButtonDblClick, place, place, button, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(viewport, event)
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    assert curves.pane("lr")._plot.getViewBox().viewRange()[0][1] >= 41


@pytest.mark.parametrize(("height", "zooms"), [(900, True), (300, False)])
def test_the_wheel_zooms_unless_the_page_must_scroll(
    qtbot: QtBot, drawn: Callable[..., LiveCurves], height: int, zooms: bool
) -> None:
    curves = drawn()
    curves.resize(1200, height)
    qtbot.waitUntil(lambda: not curves.is_refreshing)
    pane = curves.pane("lr")
    place = QPointF(pane._widget.viewport().rect().center())
    event = QWheelEvent(
        place, pane._widget.viewport().mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane._widget.viewport(), event)
    assert (curves._chosen_range is not None) == zooms


def test_one_pane_alone_and_all_of_them_again(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    curves.pane("accuracy")._expand.click()
    assert shown_panes(curves) == ["accuracy"]
    curves.pane("accuracy")._expand.click()
    assert len(shown_panes(curves)) == 5


# --- marks -----------------------------------------------------------------------------------------------------------


def test_the_best_epoch_is_marked_on_either_axis(qtbot: QtBot, drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    curves.set_best_epoch(3)
    mark = curves.pane("accuracy")._best
    assert (mark.value(), mark.isVisible(), curves.pane("accuracy")._best_text.text()) == (30.0, True, "best: epoch 3")
    curves.set_display(Display(Axis.EPOCHS))
    assert mark.value() == 3.0
    curves.set_best_epoch(None)
    assert not mark.isVisible()


def test_overfitting_is_said_and_taken_back_at_a_new_best_only(drawn: Callable[..., LiveCurves]) -> None:
    falling = [5.0, 4, 3, 2.5, 2, 1.8, 1.6, 1.4, 1.2, 1.1, 1.0]
    rising = [5.0, 4, 3, 2, 2.1, 2.2, 2.4, 2.5, 2.7]
    curves = drawn([batch("loss", "train", falling, per_epoch=1), batch("loss", "val", rising, per_epoch=1)])
    assert "epoch 4" in curves.verdict
    drawn([batch("loss", "val", [2.05], first=10, per_epoch=1)])
    assert "epoch 4" in curves.verdict
    drawn([batch("loss", "val", [1.9], first=11, per_epoch=1)])
    assert curves.verdict == ""
    curves.clear()
    assert curves.verdict == ""


# --- looks and exports -----------------------------------------------------------------------------------------------


def test_a_switch_of_theme_recolours_what_is_drawn(
    qtbot: QtBot, qapp: QApplication, drawn: Callable[..., LiveCurves]
) -> None:
    curves = drawn()
    curve = curves.pane("loss-sets").curves[("loss", "val")]
    colours = []
    for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
        apply_theme(qapp, mode)
        qtbot.waitUntil(lambda: not curves.is_refreshing)
        image = curves.picture()
        background = image.pixelColor(image.width() // 6, 24).lightnessF()
        colours.append((curve._line.opts["pen"].color().name().lower(), round(background)))
    assert colours == [("#e69f00", 0), ("#d55e00", 1)]


def test_the_picture_has_twice_the_pixels_and_shows_something(drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    image = curves.picture()
    assert image.width() == 2 * curves._grid_widget.width()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)}
    assert len(colours) > 8


def test_the_points_go_out_as_a_copy(drawn: Callable[..., LiveCurves]) -> None:
    curves = drawn()
    points = {(p.name, p.split): p for p in curves.points()}
    assert points["loss", "val"].label == "Total loss (val set)"
    points["loss", "batch"].values[:] = 0
    assert curves.series("loss", "batch").values[0] == 5.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.93571, "0.9357"), (12.3456, "12.35"), (0.000087, "8.70e-05"), (0.00612, "0.00612"), (0.0, "0.0000"),
     (math.nan, "not a number"), (-math.inf, "infinite"), (123456.0, "1.23e+05")],
)  # fmt: skip
def test_values_are_short(value: float, text: str) -> None:
    assert number(value) == text


def test_logarithmic_ticks_are_few_and_round() -> None:
    assert [text for _place, text in log_ticks(-4.2, 0.1)] == ["0.0001", "0.001", "0.01", "0.1", "1"]
    assert [text for _place, text in log_ticks(0.0, 1.1)] == ["1", "2", "5", "10"]
    assert all(0.3 <= place <= 0.6 for place, _text in log_ticks(0.3, 0.6))
