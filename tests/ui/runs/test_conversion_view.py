from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.conversions.kind import CONVERSION
from core.domain.run import Run
from core.domain.runs import RunResult, RunState, RunStatus
from ui.runs.conversion_view import ConversionView
from ui.runs.run_page import RunPage

RunMaker = Callable[..., Run]

CONTENT: dict[str, Any] = {
    "format": 1,
    "model_format": "onnx",
    "format_title": "ONNX",
    "precision": "32 bits",
    "form": "All candidates",
    "is_fixed_size": False,
    "notice": "",
    "target": "/home/me/lines.zip",
    "n_bytes": 10_500_000,
    "images": "val",
    "images_text": "12 val images",
    "images_problem": "",
    "is_good": True,
    "comparison": {
        "n_images": 12, "n_objects": 369, "n_different": 0, "box": 0.000035, "confidence": 1.2e-6, "overlap": None,
        "floor": 0.05,
    },
    "tolerance": {"box": 0.1, "confidence": 0.001, "overlap": 0.97, "share": 0.0},
    "loss": None,
    "loss_tolerance": None,
}  # fmt: skip


@pytest.fixture
def view(qtbot: QtBot) -> ConversionView:
    made = ConversionView()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def make_export(make_run: RunMaker, make_state: Callable[..., RunState]) -> RunMaker:
    def make(status: RunStatus = RunStatus.SUCCESS, id: str = "run1", **changes: Any) -> Run:
        result = RunResult("conversion", {**CONTENT, **changes}, 1, datetime(2026, 1, 1, tzinfo=UTC), 1.0)
        state = make_state(id, status, results=(result,))
        return make_run(id, status, of_kind=CONVERSION, state=state)

    return make


def test_how_far_it_is_apart_and_where_it_lies(qtbot: QtBot, view: ConversionView, make_export: RunMaker) -> None:
    view.set_run(make_export())
    assert view.rows == (
        ("Format", "ONNX · 32 bits · All candidates · any size of image"),
        ("Compared on", "12 val images"),
        ("Objects", "369 objects of 0.05 confidence or more, all found again"),
        ("Largest difference of boxes", "3.5e-05 px (0.1 px allowed)"),
        ("Largest difference of confidences", "1.2e-06 (0.001 allowed)"),
        ("Lies at", "/home/me/lines.zip (10.5 MB)"),
    )
    with qtbot.waitSignal(view.folder_requested) as wish:
        view._open.click()
    assert wish.args == [Path("/home/me")]


def test_what_was_too_far_away_lies_nowhere(view: ConversionView, make_export: RunMaker) -> None:
    comparison = {**CONTENT["comparison"], "n_different": 7, "box": 19.6, "overlap": 0.5}
    view.set_run(make_export(RunStatus.FAILED, is_good=False, target="", n_bytes=None, comparison=comparison))
    assert "was not kept. The version is as it was." in view.note
    assert ("Objects", "369 objects of 0.05 confidence or more, of which 7 differ") in view.rows
    assert ("Smallest overlap of masks", "0.500 (0.97 needed)") in view.rows
    assert not view._open.isVisibleTo(view)


def test_what_eight_bits_lose(view: ConversionView, make_export: RunMaker) -> None:
    loss = {"measure": "Box mAP50-95", "split": "val", "n_images": 12, "before": 0.494, "after": 0.491, "value": 0.003}
    view.set_run(make_export(loss=loss, loss_tolerance=0.05, tolerance=None))
    rows = dict(view.rows)
    assert rows["Box mAP50-95, val"] == "0.491 instead of 0.494: 0.003 lost (0.05 allowed), on 12 images"
    assert rows["Objects"] == "369 objects of 0.05 confidence or more"


def test_a_pickle_says_so_and_drawn_pages_too(view: ConversionView, make_export: RunMaker) -> None:
    view.set_run(make_export(notice="It is a pickle.", images_problem="They are not here."))
    assert view._notice.text() == "It is a pickle." and view._notice.isVisibleTo(view)
    assert view.note == "They are not here. It was compared on pages that Calque drew."


def test_only_the_page_of_an_export_has_the_tab(qtbot: QtBot, make_run: RunMaker, make_export: RunMaker) -> None:
    page = RunPage()
    qtbot.addWidget(page)
    tabs = page._tabs
    page.show_run(make_run(status=RunStatus.SUCCESS))
    assert not tabs.isTabVisible(tabs.indexOf(page.conversion))
    page.show_run(make_export(id="other"))
    assert tabs.isTabVisible(tabs.indexOf(page.conversion)) and tabs.currentWidget() is page.conversion
    with qtbot.waitSignal(page.folder_requested):
        page.conversion._open.click()
