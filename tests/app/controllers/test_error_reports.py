"""The error report from the window: written in the background, said where, nothing of it left when it is stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from app.controllers.error_reports import ErrorReportsController
from app.jobs import JobRunner
from core.domain.outcomes import Thresholds
from core.evaluations.studies import StudyService
from tests.core.judgements.predicted_shop import PredictedShop
from tests.core.judgements.test_suspecting import predicted


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def reports(shop: PredictedShop, qtbot) -> Iterator[ErrorReportsController]:
    studies = StudyService(shop.registry, shop.projects, shop.models)
    window = QWidget()
    qtbot.addWidget(window)
    jobs = JobRunner()
    with studies.open(predicted(shop).source) as study:
        yield ErrorReportsController(
            studies=studies, jobs=jobs, window=window, current=lambda: (study, Thresholds(0.5))
        )
        assert jobs.shutdown()


def test_a_report_is_written_and_said(reports: ErrorReportsController, tmp_path: Path, qtbot) -> None:
    study, thresholds = reports._current()
    with qtbot.waitSignal(reports.message_raised) as said:
        reports.write(study, thresholds, tmp_path / "report")
    message = said.args[0]
    assert message.text == "Error report written: 2 wrong predictions and 1 missed object on 2 images."
    assert message.folder == tmp_path / "report"
    assert (tmp_path / "report" / "manifest.csv").is_file()
    assert reports.progress is None


def test_a_refusal_is_said(reports: ErrorReportsController, tmp_path: Path, qtbot) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("mine")
    study, thresholds = reports._current()
    with qtbot.waitSignal(reports.message_raised) as said:
        reports.write(study, thresholds, tmp_path / "full")
    assert "not empty" in said.args[0].text


def test_a_stop_leaves_nothing(reports: ErrorReportsController, tmp_path: Path, qtbot) -> None:
    study, thresholds = reports._current()
    reports.write(study, thresholds, tmp_path / "place" / "report")
    reports.progress.canceled.emit()
    assert reports.progress is None
    qtbot.waitUntil(lambda: reports._jobs.n_busy == 0)
    assert not (tmp_path / "place").exists()
