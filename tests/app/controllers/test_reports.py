"""Reports asked for in the window, of a really trained version and its run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("evaluations", "training")]

from evaluation_site import EvaluationSite

from app.controllers.reports import ReportsController
from app.jobs import JobRunner
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.reports.service import ReportService


@pytest.fixture
def site(tmp_path: Path) -> Iterator[EvaluationSite]:
    made = EvaluationSite(tmp_path / "site")
    yield made
    made.close()


def test_it_is_written_where_the_person_says(site: EvaluationSite, tmp_path: Path, qtbot: QtBot) -> None:
    jobs, window = JobRunner(), QWidget()
    qtbot.addWidget(window)
    controller = ReportsController(
        reports=lambda: ReportService(site.shop.models, site.shop.runs, site.studies), jobs=jobs, window=window
    )
    told: list[UserMessage] = []
    controller.message_raised.connect(told.append)
    version = site.shop.models.get_version(site.quick)
    assert version.run is not None
    for ask, what in ((controller.ask_version, version), (controller.ask_run, site.service.get_run(version.run))):
        ask(what)  # type: ignore[operator]
        dialog = window.findChildren(QFileDialog)[-1]
        assert dialog.selectedFiles()[0].endswith("report.html")
        target = tmp_path / f"{len(told)}.html"
        dialog.fileSelected.emit(str(target))
        dialog.close()
        qtbot.waitUntil(lambda target=target: target.exists() and told[-1:] != [] and str(target) in told[-1].text)
        assert told[-1].severity is Severity.INFO and told[-1].folder == tmp_path
    dialog_target = tmp_path / "nowhere" / "report.html"
    controller._write(dialog_target, lambda reports, path, check: reports.write_version(version.id, path, check=check))
    qtbot.waitUntil(lambda: "does not exist" in told[-1].text)
    assert jobs.shutdown()
