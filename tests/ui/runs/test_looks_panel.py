"""The pinned images beside the curves: the slider, what follows the training, the states without pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.domain.geometry import Box
from core.domain.looks import PinCandidate, SeenEpoch, SeenImage, SeenOutcome
from core.domain.outcomes import Counts, Thresholds
from core.domain.predictions import ImageRecord, PredictedImage, PredictedObject
from core.domain.runs import Look, RunStatus, Stage, StageState
from core.domain.snapshots import SnapshotObject
from core.training.kind import StageName
from ui.runs.look_grid import best_columns
from ui.runs.look_layers import counts_text
from ui.runs.look_words import empty_looks_text, pin_refusal
from ui.runs.looks_panel import LooksPanel
from ui.runs.pins_dialog import MOST, PinsDialog


def _looks(*epochs: int) -> tuple[Look, ...]:
    return tuple(Look(Path(f"epoch-{epoch:04d}.pack"), epoch, seq=epoch) for epoch in epochs)


def _seen(epoch: int, n: int = 2) -> SeenEpoch:
    record = ImageRecord(
        PredictedImage("val/a.png", "", 40, 60),
        (PredictedObject(0, 0.9, Box(1, 1, 20, 20)),),
        (SnapshotObject(0, Box(2, 2, 20, 20)),),
    )
    one = np.ones(1)
    outcome = SeenOutcome(
        one.astype(np.uint8), np.zeros(1, np.int64), one, one.astype(np.uint8), np.zeros(1, np.int64), one,
        Counts(1, 0, 0),
    )  # fmt: skip
    images = tuple(
        SeenImage(replace(record, image=replace(record.image, key=f"val/{place}.png")), Path("x.jpg"), outcome)
        for place in range(n)
    )
    return SeenEpoch(epoch, ("disc",), images, Thresholds(0.25), 0.05)


@pytest.fixture
def panel(qtbot):
    made = LooksPanel()
    qtbot.addWidget(made)
    made.resize(400, 400)
    return made


@pytest.fixture
def asked(panel):
    """The epochs that the panel asked for."""
    found: list[int] = []
    panel.look_requested.connect(lambda look: found.append(look.epoch))
    return found


def test_it_follows_the_training_until_the_slider_is_moved(panel, asked):
    panel.set_looks(_looks(1, 2), is_live=True, empty_text="")
    panel.set_looks(_looks(1, 2, 3), is_live=True, empty_text="")
    assert asked == [2, 3]
    assert panel.is_following

    panel.slider.setValue(0)
    panel.set_looks(_looks(1, 2, 3, 4), is_live=True, empty_text="")

    assert asked == [2, 3, 1]
    assert (panel.slider.value(), panel.slider.maximum()) == (0, 3)
    assert panel.chosen_epoch == 1
    panel.slider.setValue(3)
    panel.set_looks(_looks(1, 2, 3, 4, 5), is_live=True, empty_text="")
    assert asked == [2, 3, 1, 4, 5]
    assert panel.chosen_epoch is None


def test_the_cursor_in_a_curve_leads_to_the_nearest_evaluation(panel, asked):
    panel.set_looks(_looks(1, 5, 10), is_live=False, empty_text="")
    for epoch in (0.3, 2.9, 3.1, 9.9, 40.0, None):
        panel.point_at(epoch)
    assert asked == [10, 1, 5, 10]


def test_an_epoch_that_is_done_anew_is_asked_for_again(panel, asked):
    panel.set_looks(_looks(1, 2, 3), is_live=False, empty_text="")
    panel.set_looks(_looks(1), is_live=True, empty_text="")
    panel.set_looks((*_looks(1), Look(Path("epoch-0002.pack"), 2, seq=99)), is_live=True, empty_text="")
    assert asked == [3, 1, 2]


def test_pictures_come_with_names_and_counts_for_those_who_do_not_see_them(panel, qtbot):
    panel.set_looks(_looks(7), is_live=False, empty_text="")
    panel.show_epoch(_seen(7), {})
    names = [picture.accessibleName() for picture in panel.grid.pictures]
    assert names == ["0.png, epoch 7", "1.png, epoch 7"]
    assert panel.grid.pictures[0].accessibleDescription() == "TP 1 · FP 0 · FN 0"
    assert "gone" in panel.grid.pictures[0].toolTip()
    with qtbot.waitSignal(panel.picture_clicked) as clicked:
        panel.grid.pictures[1].click()
    assert clicked.args == [1]
    panel.show_epoch(_seen(8, n=1), {})
    assert len(panel.grid.pictures) == 1
    assert not panel.grab().isNull()


def test_a_move_of_the_confidence_asks_for_the_same_epoch_again(panel, asked):
    panel.set_looks(_looks(2), is_live=False, empty_text="")
    panel._confidence.setValue(60)
    assert asked == [2, 2]
    assert panel.confidence == 0.6


def test_without_looks_it_says_why(panel, make_run, make_state):
    def run_of(status, **fields):
        return make_run(status=status, state=make_state(status=status, **fields))

    def said(run):
        panel.clear()
        looks = run.state.looks if run.state is not None else ()
        panel.set_looks(looks, is_live=run.status.is_live, empty_text=empty_looks_text(run))
        return panel.text

    assert "Nothing has been evaluated yet" in said(make_run())
    assert "an older Calque" in said(run_of(RunStatus.SUCCESS, last_epoch=3))
    assert "before its first evaluation" in said(run_of(RunStatus.ABORTED, last_epoch=None))
    skipped = Stage(StageName.EVALUATE_VAL, "Evaluate val", StageState.SKIPPED, text="No val images were chosen.")
    assert "no validation images" in said(run_of(RunStatus.SUCCESS, stages=(skipped,), last_epoch=3))


def test_others_can_be_pinned_while_something_may_still_be_evaluated(make_run):
    assert pin_refusal(make_run()) == ""
    assert pin_refusal(make_run(status=RunStatus.ABORTED)) == ""
    assert "over" in pin_refusal(make_run(status=RunStatus.SUCCESS))


def test_no_more_than_eight_are_pinned(qtbot):
    dialog = PinsDialog([PinCandidate(f"{i}.png", i, is_pinned=i < 7) for i in range(12)])
    qtbot.addWidget(dialog)
    model = dialog.model
    from PySide6.QtCore import Qt

    for row in (9, 10):
        model.setData(model.index(row), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert len(model.pins) == MOST
    assert not model.flags(model.index(10)) & Qt.ItemFlag.ItemIsEnabled
    model.setData(model.index(0), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    with qtbot.waitSignal(dialog.pins_chosen) as chosen:
        dialog._choose()
    assert chosen.args[0] == tuple(f"{i}.png" for i in (1, 2, 3, 4, 5, 6, 9))


@pytest.mark.parametrize(
    ("n", "size", "ratio", "columns"),
    [
        (8, (400, 400), 0.75, 4),
        (8, (250, 350), 0.75, 3),
        (8, (1000, 120), 0.75, 8),
        (1, (10, 10), 1, 1),
        (0, (1, 1), 1, 1),
    ],
)
def test_the_grid_makes_the_pictures_as_large_as_it_can(n, size, ratio, columns):
    assert best_columns(n, *size, ratio) == columns


def test_labels_are_right_or_wrong_and_not_found(panel):
    panel.set_looks(_looks(1), is_live=False, empty_text="")
    panel.show_epoch(_seen(1), {})
    assert [entry.text for entry in panel.legend.entries][:2] == ["Found", "False positive"]

    panel.show_epoch(replace(_seen(1), labels=True), {})

    assert [entry.text for entry in panel.legend.entries] == ["Right", "Too many", "Wrong class", "Missing"]
    image = next(one for one in _seen(1).images if one.outcome is not None)
    assert counts_text(image).startswith("TP ")
    counts = image.outcome.counts
    assert counts_text(image, labels=True) == f"Right {counts.tp} · Wrong {counts.fp} · Missing {counts.fn}"
