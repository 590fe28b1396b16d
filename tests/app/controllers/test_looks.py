"""Pinned images on a run's page: packs and pictures as a training leaves them, read in the background."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.controllers.looks import LooksController
from core.domain.geometry import Box
from core.domain.ids import ProjectId, RunId
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.runs import Look, MetricBatch, RunRecord, RunState, RunStatus, Stage
from core.domain.snapshots import SnapshotObject, Split
from core.packs.layout import PackHeader
from core.packs.writing import write_pack
from core.runs.merging import merge
from core.training.kind import STAGES, TRAINING
from ui.runs.run_page import RunPage


def _write(folder: Path, epoch: int, *, shift: float = 0.0) -> Look:
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (120, 90), (200, 190, 170)).save(folder / "a.jpg")
    path = folder / f"epoch-{epoch:04d}.pack"
    pictures = {"val/a.png": "a.jpg", "val/b.png": "../../gone.jpg"}
    header = PackHeader(("disc",), "detection", has_truth=True, source={"pictures": pictures},
                        settings={"confidence": 0.05})  # fmt: skip
    with write_pack(path, header) as pack:
        for key in pictures:
            facts = PredictedImage(key, "", 120, 90, Split.VAL)
            box = Box(10 + shift, 10, 50 + shift, 50)
            pack.add(facts, [PredictedObject(0, 0.8, box)], [SnapshotObject(0, Box(10, 10, 50, 50))])
    return Look(path, epoch, seq=epoch)


@pytest.fixture
def page(qtbot):
    made = RunPage()
    qtbot.addWidget(made)
    return made


def _run(folder: Path, looks: tuple[Look, ...], status: RunStatus = RunStatus.IN_PROGRESS):
    now = datetime(2026, 1, 2, tzinfo=UTC)
    stages = tuple(Stage(plan.name, plan.title) for plan in STAGES)
    state = RunState(RunId("r"), status, "", 1, stages, 0.2, None, now, None, None, "cpu", {}, (), (), looks=looks)
    record = RunRecord(
        id=RunId("r"), name="a run", kind="training", status=status, project=ProjectId("p"), project_name="P",
        worker="fake", worker_version="1", model=None, model_name="", version=None, version_label="", snapshot=None,
        reason="", stage="train", progress=0.2, device="cpu", attempt=1, folder=folder, created_at=now,
    )  # fmt: skip
    return merge(record, TRAINING, state, ())


def test_an_epoch_is_shown_with_its_pictures_and_what_became_of_each_object(page, browse_jobs, qtbot, tmp_path):
    LooksController(jobs=browse_jobs, page=page, parent=page)
    first, second = _write(tmp_path, 1, shift=35), _write(tmp_path, 2)

    page.show_run(_run(tmp_path, (first, second)))
    qtbot.waitUntil(lambda: page.looks.shown is not None)

    assert page.looks.shown.epoch == 2
    described = [picture.accessibleDescription() for picture in page.looks.grid.pictures]
    assert described == ["TP 1 · FP 0 · FN 0"] * 2
    assert ["gone" in picture.toolTip() for picture in page.looks.grid.pictures] == [False, True]
    page.looks.slider.setValue(0)
    qtbot.waitUntil(lambda: page.looks.shown.epoch == 1)
    assert page.looks.grid.pictures[0].accessibleDescription() == "TP 0 · FP 1 · FN 1"


def test_a_damaged_look_is_said_and_the_next_is_shown(page, browse_jobs, qtbot, tmp_path):
    LooksController(jobs=browse_jobs, page=page, parent=page)
    good, bad = _write(tmp_path, 1), _write(tmp_path, 2)
    bad.path.write_bytes(bad.path.read_bytes()[:-9])

    page.show_run(_run(tmp_path, (good, bad)))
    qtbot.waitUntil(lambda: page.looks.failure != "")

    assert "cannot be read" in page.looks.failure
    page.looks.slider.setValue(0)
    qtbot.waitUntil(lambda: page.looks.shown is not None)
    assert page.looks.failure == ""


def test_a_picture_opens_large_and_moves_with_the_slider(page, browse_jobs, qtbot, tmp_path):
    controller = LooksController(jobs=browse_jobs, page=page, parent=page)
    page.show_run(_run(tmp_path, (_write(tmp_path, 1), _write(tmp_path, 2))))
    qtbot.waitUntil(lambda: page.looks.shown is not None)

    page.looks.grid.pictures[1].click()

    window = controller.window
    assert window is not None and window.isVisible()
    assert window.windowTitle() == "b.png, epoch 2"
    page.looks.slider.setValue(0)
    qtbot.waitUntil(lambda: window.windowTitle() == "b.png, epoch 1")
    page.show_run(replace(_run(tmp_path, ()), record=replace(_run(tmp_path, ()).record, id=RunId("other"))))
    assert controller.window is None


def test_the_slider_moves_with_the_cursor_in_the_curves_and_the_cursor_with_the_slider(page, browse_jobs, tmp_path):
    LooksController(jobs=browse_jobs, page=page, parent=page)
    page.show_run(_run(tmp_path, tuple(_write(tmp_path, epoch) for epoch in (1, 2, 3, 4))))
    epochs = np.arange(1.0, 5.0)
    page.add_metrics([MetricBatch("loss", "val", (10 * epochs).astype(np.int64), epochs, np.ones(4))])
    curves, slider = page.curves, page.looks.slider
    pane = curves.pane("loss-sets")

    pane.cursor_moved.emit(21.0)
    assert slider.value() == 1
    pane.cursor_moved.emit(38.0)
    assert slider.value() == 3
    slider.setValue(0)
    pane.cursor_left.emit()
    assert curves.cursor_place == 10.0
    slider.setValue(2)
    assert curves.cursor_place == 30.0
    slider.setValue(3)  # the newest: it follows, and the curves show their ends
    assert curves.cursor_place is None


def test_pins_are_written_beside_the_run(page, browse_jobs, qtbot, tmp_path):
    from core.runs.folder.layout import RunLayout
    from core.training.pins import read_pins

    controller = LooksController(jobs=browse_jobs, page=page, parent=page)
    page.show_run(_run(tmp_path, ()))
    layout = RunLayout(tmp_path)
    with qtbot.waitSignal(controller.message_raised) as told:
        controller.pin(tmp_path, ("val/a.png",))
    assert "not there any more" in told.args[0].text
    layout.request_file.write_text("{}")
    with qtbot.waitSignal(controller.message_raised) as told:
        controller.pin(tmp_path, ("val/a.png",))
    assert "next evaluation" in told.args[0].text
    assert read_pins(layout) == ("val/a.png",)
