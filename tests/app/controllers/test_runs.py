"""The runs' controller on the real service and pool, with runs in real child processes."""

from __future__ import annotations

import csv
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

sys.path.append(str(Path(__file__).parents[2] / "core" / "runs"))

from run_workshop import PIPELINES, Workshop

from app.changes import ChangeDispatcher
from app.controllers.runs import CHARTS, RunsController
from app.jobs import JobRunner
from app.run_pool import RunPool
from app.window_state import WindowMemory
from core.domain.ids import RunId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.domain.workers import FieldKind, FieldSpec
from ui.charts.chart_choices import choices_from
from ui.runs.run_actions import RunAction
from ui.runs.run_page import RunPage
from ui.runs.runs_page import RunsPage
from ui.widgets.title_dialog import TitleDialog


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    monkeypatch.setenv("PYTHONPATH", str(PIPELINES))
    workshop = Workshop(tmp_path / "home")
    yield workshop
    workshop.close()


FIELDS = (FieldSpec("imgsz", FieldKind.INTEGER, "Image size", "Pixels of the longer side."),)


class Desk:
    """The pages, their controller, and everything it said."""

    def __init__(self, workshop: Workshop, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.workshop = workshop
        self.jobs = JobRunner()
        self.pool = RunPool(workshop.service)
        self.list, self.page = RunsPage(), RunPage()
        for widget in (self.list, self.page):
            qtbot.addWidget(widget)
            widget.resize(1100, 700)
        self.memory = WindowMemory(workshop.home.root / "window.ini")
        self.controller = RunsController(
            runs=workshop.service,
            pool=self.pool,
            jobs=self.jobs,
            runs_page=self.list,
            run_page=self.page,
            memory=self.memory,
            fields_of=lambda _worker: FIELDS,
        )
        self.changes = ChangeDispatcher()
        self.jobs.changed.connect(self.changes.tell)
        self.pool.run_changed.connect(self.changes.tell_of_run)
        self.changes.changed.connect(self.controller.refresh)
        self.messages: list[UserMessage] = []
        self.opened: list[RunId] = []
        self.controller.message_raised.connect(self.messages.append)
        self.controller.run_opened.connect(self.opened.append)
        self.controller.run_opened.connect(self.page.show)

    def close(self) -> None:
        self.pool.shutdown()
        assert self.jobs.shutdown()
        self.controller.deleteLater()  # with its timer, before the pages that it shows on
        QCoreApplication.sendPostedEvents(self.controller, QEvent.Type.DeferredDelete)
        self.page.close()
        self.list.close()

    def open(self, run: RunId) -> None:
        self.controller.open(run)
        self.qtbot.waitUntil(lambda: self.controller.current == run and self.page.isVisible(), timeout=20_000)

    def train(self, **payload: object) -> RunId:
        """A finished run, its page open and everything arrived."""
        record = self.workshop.make(**payload)  # type: ignore[arg-type]
        self.pool.enqueue(record.id)
        self.open(record.id)
        self.wait_for(RunStatus.SUCCESS)
        n_points = int(str(payload.get("epochs", 0))) * int(str(payload.get("batches", 0)))
        self.qtbot.waitUntil(lambda: self.n_points() >= n_points, timeout=20_000)
        return record.id

    def n_points(self) -> int:
        """Of the loss of batches; they come on their own way, shortly after the word on how the run stands."""
        loss = self.page.curves.series("loss", "batch")
        return 0 if loss is None else len(loss)

    def wait_for(self, *statuses: RunStatus) -> None:
        """Until both the row and the state of the open run say so."""

        def is_there() -> bool:
            record, state = self.page.record, self.page.state
            return record is not None and record.status in statuses and state is not None and state.status in statuses

        self.qtbot.waitUntil(is_there, timeout=40_000)

    def question(self, parent: QWidget) -> QMessageBox:
        self.qtbot.waitUntil(lambda: parent.findChild(QMessageBox) is not None, timeout=20_000)
        return parent.findChild(QMessageBox)  # type: ignore[return-value]

    def answer(self, parent: QWidget, verb: str, *, option: bool = False) -> str:
        """Click the button with this text; what the question said."""
        box = self.question(parent)
        said = f"{box.text()} {box.informativeText()}"
        if option:
            box.checkBox().click()
        next(button for button in box.buttons() if button.text().replace("&", "") == verb).click()
        self.qtbot.waitUntil(lambda: parent.findChild(QMessageBox) is None)
        return said

    def save_as(self, parent: QWidget, path: Path) -> None:
        self.qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is not None)
        dialog = parent.findChild(QFileDialog)
        assert dialog is not None
        dialog.fileSelected.emit(str(path))
        dialog.reject()
        self.qtbot.waitUntil(lambda: parent.findChild(QFileDialog) is None and bool(self.messages), timeout=20_000)


@pytest.fixture
def desk(workshop: Workshop, qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk(workshop, qtbot)
    yield desk
    desk.close()


@pytest.fixture
def opened_urls() -> Iterator[list[str]]:
    """Files that were handed to the system, which here is this list."""

    class Catcher(QObject):
        @Slot(QUrl)
        def take(self, url: QUrl) -> None:
            urls.append(url.toLocalFile())

    urls: list[str] = []
    catcher = Catcher()
    QDesktopServices.setUrlHandler("file", catcher, "take")
    yield urls
    QDesktopServices.unsetUrlHandler("file")


def test_a_run_is_watched_from_its_first_to_its_last_word(desk: Desk) -> None:
    run = desk.train(epochs=3, batches=4)
    page = desk.page
    loss = page.curves.series("loss", "batch")
    assert loss is not None
    assert loss.values.tolist() == [1 / step for step in range(1, 13)]
    assert page.outcome.outcome is not None
    assert "all 3 epochs done" in page.outcome.outcome.text
    assert page.settings.shown_rows() == [("batch", "16"), ("Image size (imgsz)", "640")]
    desk.qtbot.waitUntil(lambda: page.evaluation.shown_split is Split.VAL, timeout=10_000)
    assert page.state is not None
    assert [artifact.name for artifact in page.state.artifacts] == ["results.csv"]
    row = desk.list.find_run(run)
    assert row is not None
    assert row.status is RunStatus.SUCCESS
    assert (desk.opened, desk.messages) == ([run], [])


def test_an_ended_run_is_shown_whole_when_it_is_opened_again(desk: Desk) -> None:
    first = desk.train(epochs=2, batches=4)
    second = desk.train(epochs=1, batches=2, name="Other")
    desk.open(first)
    desk.wait_for(RunStatus.SUCCESS)
    desk.qtbot.waitUntil(lambda: (s := desk.page.curves.series("loss", "batch")) is not None and len(s) == 8)
    desk.qtbot.waitUntil(lambda: desk.page.evaluation.shown_split is Split.VAL)
    assert desk.page.record is not None
    assert (desk.page.record.id, desk.controller.current) == (first, first)
    assert first != second


def test_what_was_set_on_the_charts_is_remembered(desk: Desk) -> None:
    desk.train(epochs=2, batches=2)
    desk.page.curves._toolbar._log.click()
    assert choices_from(desk.memory.text(CHARTS)).is_log


def test_a_run_is_renamed_and_described_from_its_page(desk: Desk) -> None:
    run = desk.train(epochs=2, batches=2)
    desk.page.header.action_requested.emit(RunAction.RENAME)
    desk.qtbot.waitUntil(lambda: desk.page.findChild(TitleDialog) is not None, timeout=20_000)
    dialog = desk.page.findChild(TitleDialog)
    assert dialog is not None
    dialog._name.setText("Wide margins")
    dialog._description.setPlainText("The second try.")
    dialog._save.click()
    desk.qtbot.waitUntil(
        lambda: desk.page.record is not None and desk.page.record.name == "Wide margins", timeout=20_000
    )
    assert desk.page.header._note.text() == "The second try."
    row = desk.list.find_run(run)
    assert row is not None and row.record.name == "Wide margins"
    assert desk.workshop.service.get_run(run).description == "The second try."


def test_stopping_asks_keeps_the_best_and_ends_terminated(desk: Desk) -> None:
    record = desk.workshop.make(epochs=500, batches=3, delay_s=0.01)
    desk.pool.enqueue(record.id)
    desk.open(record.id)
    desk.qtbot.waitUntil(lambda: (s := desk.page.state) is not None and s.best_epoch is not None, timeout=30_000)
    desk.page.header.button(RunAction.STOP).click()
    said = desk.answer(desk.page, "Go on training")
    assert "the best weights so far (epoch" in said
    assert "V001" in said
    assert desk.workshop.service.get_run(record.id).status is RunStatus.IN_PROGRESS
    desk.page.header.button(RunAction.STOP).click()
    desk.answer(desk.page, "Stop and keep the best")
    desk.wait_for(RunStatus.TERMINATED)
    assert desk.page.outcome.outcome is not None
    assert desk.page.outcome.outcome.heading.startswith("Stopped; the best is kept: mAP50 ")


def test_a_killed_run_says_what_is_kept_and_a_retry_resumes(desk: Desk) -> None:
    record = desk.workshop.make(epochs=4, batches=3, kill_at_epoch=2)
    desk.pool.enqueue(record.id)
    desk.open(record.id)
    desk.wait_for(RunStatus.ABORTED)
    outcome = desk.page.outcome.outcome
    assert outcome is not None
    assert "signal 9 (SIGKILL)" in outcome.text
    assert outcome.hint == "A retry goes on from the checkpoint of epoch 1."
    desk.page.outcome._action_button.click()
    desk.wait_for(RunStatus.SUCCESS)

    def steps() -> list[int]:
        loss = desk.page.curves.series("loss", "batch")
        return [] if loss is None else loss.steps.tolist()

    # The row says how it ended; the last points come on their own way.
    desk.qtbot.waitUntil(lambda: steps() == list(range(1, 13)))
    assert desk.page.record is not None
    assert desk.page.record.attempt == 2
    assert desk.messages == []


def test_killing_asks_and_says_so(desk: Desk) -> None:
    record = desk.workshop.make(epochs=50, delay_s=2.0)  # a batch so long that it cannot stop by itself in time
    desk.pool.enqueue(record.id)
    desk.open(record.id)
    desk.wait_for(RunStatus.IN_PROGRESS)
    desk.page.header.button(RunAction.KILL).click()
    assert "no model version is published" in desk.answer(desk.page, "Kill now")
    desk.wait_for(RunStatus.ABORTED)
    assert desk.page.outcome.outcome is not None
    assert desk.page.outcome.outcome.heading == "Killed by you"


def test_a_waiting_run_is_cancelled_from_the_list(desk: Desk) -> None:
    record = desk.workshop.make()
    desk.list.show()
    desk.controller.show_list()
    desk.qtbot.waitUntil(lambda: desk.list.n_shown == 1)
    desk.list.choose(record.id)
    desk.list._buttons[RunAction.STOP].click()
    assert "nothing is lost" in desk.answer(desk.list, "Cancel the run")
    desk.qtbot.waitUntil(lambda: desk.workshop.service.get_run(record.id).status is RunStatus.TERMINATED)
    desk.qtbot.waitUntil(lambda: (r := desk.list.find_run(record.id)) is not None and r.status.is_terminal)


@pytest.mark.parametrize("with_files", [False, True])
def test_removing_asks_about_the_files(desk: Desk, with_files: bool) -> None:
    run = desk.train(epochs=1, batches=1)
    folder = desk.workshop.service.get_run(run).folder
    desk.page.header.button(RunAction.REMOVE).click()
    left: list[None] = []
    desk.controller.list_requested.connect(lambda: left.append(None))
    assert "Published model versions stay" in desk.answer(desk.page, "Remove", option=with_files)
    desk.qtbot.waitUntil(lambda: bool(left), timeout=10_000)
    assert desk.workshop.service.list_runs() == ()
    assert folder.exists() is not with_files
    assert (desk.controller.current, desk.list.find_run(run)) == (None, None)


def test_a_refusal_reaches_the_person(desk: Desk) -> None:
    record = desk.workshop.make("forever")
    desk.pool.enqueue(record.id)
    desk.open(record.id)
    desk.wait_for(RunStatus.IN_PROGRESS)
    desk.controller.act(RunAction.RETRY, (record.id,))
    desk.qtbot.waitUntil(lambda: bool(desk.messages))
    assert "cannot be retried" in desk.messages[0].text
    desk.workshop.service.kill(record.id)


def test_leaving_the_page_ends_the_watch_and_reads_the_list(desk: Desk) -> None:
    run = desk.train(epochs=1, batches=1)
    with desk.qtbot.waitSignal(desk.controller.list_requested):
        desk.page.header.back_requested.emit()
    assert desk.controller.current is None
    desk.qtbot.waitUntil(lambda: desk.list.find_run(run) is not None)


def test_wishes_that_lead_elsewhere(desk: Desk) -> None:
    run = desk.train(epochs=1, batches=1)
    record = desk.workshop.service.get_run(run)
    with desk.qtbot.waitSignal(desk.controller.version_requested) as asked:
        desk.page.header.button(RunAction.OPEN_VERSION).click()
    assert asked.args == [record.version]
    with desk.qtbot.waitSignal(desk.controller.train_again_requested) as asked:
        desk.page.header.button(RunAction.TRAIN_AGAIN).click()
    assert asked.args == [run]
    with desk.qtbot.waitSignal(desk.controller.train_requested):
        desk.list.train_requested.emit()


def test_the_list_of_one_project(desk: Desk) -> None:
    desk.workshop.make()
    desk.controller.show_list(project=desk.workshop.project)
    desk.qtbot.waitUntil(lambda: desk.list.n_shown == 1)
    assert desk.list.filter_bar.filter().projects == (desk.workshop.project,)


def test_a_run_that_is_not_there_is_said(desk: Desk) -> None:
    desk.controller.open(RunId("0" * 32))
    desk.qtbot.waitUntil(lambda: bool(desk.messages))
    assert desk.messages[0].severity is Severity.ERROR
    assert desk.opened == []


def test_everything_that_can_be_taken_away_is(
    desk: Desk, tmp_path: Path, opened_urls: list[str], wait_measured: Callable[[Desk], None]
) -> None:
    run = desk.train(epochs=2, batches=3)
    wait_measured(desk)
    page = desk.page
    wishes = {
        "curves.png": page.picture_requested,
        "curves.csv": page.curve_table_requested,
        "log.txt": page.log_save_requested,
        "evaluation.csv": page.evaluation_csv_requested,
        "artifacts.zip": page.artifacts_export_requested,
    }
    for name, wish in wishes.items():
        desk.messages.clear()
        wish.emit()
        desk.save_as(page, tmp_path / name)
        assert desk.messages[0].severity is Severity.INFO, desk.messages
        assert name in desk.messages[0].text
    assert QImage(str(tmp_path / "curves.png")).width() > 1000
    assert (tmp_path / "curves.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "curves.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "loss"]
    assert [float(row["value"]) for row in rows] == [1 / step for step in range(1, 7)]
    assert "0.7" in (tmp_path / "evaluation.csv").read_text(encoding="utf-8-sig")
    assert zipfile.ZipFile(tmp_path / "artifacts.zip").namelist() == ["train/results.csv"]
    page.folder_requested.emit(None)
    assert opened_urls == [str(desk.workshop.service.get_run(run).folder)]
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.fixture
def wait_measured() -> Callable[[Desk], None]:
    return lambda desk: desk.qtbot.waitUntil(lambda: bool(desk.page.evaluation.tables), timeout=10_000)


def test_what_cannot_be_written_or_opened_is_said(desk: Desk, tmp_path: Path) -> None:
    desk.train(epochs=1, batches=1)
    desk.page.log_save_requested.emit()
    desk.save_as(desk.page, tmp_path / "no such folder" / "log.txt")
    assert desk.messages[0].severity is Severity.ERROR
    assert "cannot be written" in desk.messages[0].text
    desk.messages.clear()
    desk.page.file_requested.emit(tmp_path / "gone.csv")
    assert "is not there any more" in desk.messages[0].text
