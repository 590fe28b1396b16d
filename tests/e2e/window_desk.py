"""The real window on a real home, driven as a person would: clicks, drops, and waiting for what is then seen."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.build import Application
from app.making import Features
from app.services import build_services
from app.settings import SettingsStore
from core.domain.ids import RunId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.runs import RunRecord, RunState
from core.home import Home
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import read_occupant
from core.runs.story.event_log import EventReader
from core.runs.story.events import Log, Metrics
from ui.imports.import_dialog import ImportDialog, Step
from ui.training import steps

PATIENCE_MS = 60_000


class Window:
    """One window of the program. `messages` are those that its banner showed."""

    def __init__(self, application: Application, qtbot: QtBot) -> None:
        self.application = application
        self._qtbot = qtbot
        self.messages: list[UserMessage] = []
        self.has_settled = False
        application.settled.connect(self._settle)
        with qtbot.waitSignal(application.ready, timeout=PATIENCE_MS):
            application.show()
        assert application.features is not None
        self.features: Features = application.features
        self.features.message_raised.connect(self.messages.append)

    @property
    def project_name(self) -> str:
        """Of the open project; "" when there is none."""
        project = self.features.projects.current
        return project.name if project is not None else ""

    @property
    def page(self) -> str:
        return self.application.window.current_page()

    def _settle(self) -> None:
        self.has_settled = True

    @property
    def is_open(self) -> bool:
        return self.application.window.isVisible()

    def until(self, condition: Callable[[], Any]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    def click(self, inside: QWidget, text: str) -> None:
        """The visible button of this text, when it can be clicked."""

        def find() -> QPushButton | None:
            buttons = inside.findChildren(QPushButton)
            return next((b for b in buttons if b.text().replace("&", "") == text and b.isVisible()), None)

        def is_ready() -> bool:
            button = find()
            return button is not None and button.isEnabled()

        self.until(is_ready)
        button = find()
        assert button is not None
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    # Importing

    def drop(self, path: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        for event in (QDragEnterEvent(QPoint(60, 60), *how), QDropEvent(QPointF(60, 60), *how)):
            QApplication.sendEvent(self.application.start_page, event)

    def import_dropped(self, name: str, *, warnings: tuple[str, ...] = ()) -> None:
        """Through the dialog that the drop has opened: preview, import, open it. `warnings` are kinds."""
        dialog = self.application.window.findChild(ImportDialog)
        assert dialog is not None
        self.until(lambda: dialog.step is Step.PREVIEW)
        preview = dialog.preview_page.preview
        assert preview is not None
        told = [problem for problem in preview.problems if problem.severity is not Severity.INFO]
        assert tuple(problem.kind for problem in told) == warnings, told
        field = next(edit for edit in dialog.findChildren(QLineEdit) if edit.accessibleName() == "Project name")
        field.setText(name)
        self.click(dialog, f"Import {preview.n_images} images")
        self.until(lambda: dialog.step is Step.REPORT)
        self.click(dialog, "Open project")
        self.until(lambda: self.project_name == name and self.page == "project")

    # Training

    def open_wizard(self) -> None:
        """Through the menu; the proposed names and the devices have come when it returns."""
        self.application.actions["train"].trigger()
        self.until(lambda: self.page == "wizard")
        wizard = self.features.wizard
        self.until(lambda: wizard.draft().worker and wizard.draft().new_model_name)

    def train(self, **values: Any) -> RunId:
        """The fake worker, which the chooser does not offer, on the three folders; returns on the run's page."""
        wizard = self.features.wizard
        draft = replace(
            wizard.draft(),
            worker="fake",
            values=values,
            train_folders=("train",),
            val_folders=("val",),
            test_folders=("test",),
        )
        wizard.set_draft(draft)
        wizard.open_step(steps.OVERVIEW)
        self.until(lambda: wizard.frame.footer.start_button.isEnabled() or wizard.issues())
        errors = [issue.text for issue in wizard.issues() if issue.is_error]
        assert errors == [], errors
        self.click(wizard, "Start training")
        self.until(lambda: self.page == "run")
        run = self.features.run_page.run_id
        assert run is not None
        return run

    def open_run(self, run: RunId) -> None:
        """From the list of runs."""
        self.application.window.section_requested.emit("runs")
        self.until(lambda: self.page == "runs")
        self.features.runs.open(run)
        self.until(lambda: self.page == "run" and self.features.run_page.run_id == run)

    def run_record(self, run: RunId) -> RunRecord:
        return self.features.services.runs.get_run(run)

    def n_points(self, name: str, split: str) -> int:
        series = self.features.run_page.curves.series(name, split)
        return 0 if series is None else len(series)

    def last_epoch(self) -> int:
        state = self.features.run_page.state
        return (state.last_epoch or 0) if state is not None else 0

    def wait_for_end(self) -> RunState:
        page = self.features.run_page
        self.until(lambda: page.state is not None and page.state.status.is_terminal)
        assert page.state is not None
        return page.state

    def wait_for_whole_history(self, desk: Desk) -> None:
        """Every point and line that the run has written until now comes onto its page."""
        run = self.features.run_page.run_id
        assert run is not None
        points, lines = desk.history(run)
        assert points and lines
        self.until(lambda: self.n_points("loss", "batch") >= len(points))
        series = self.features.run_page.curves.series("loss", "batch")
        assert series is not None
        assert list(zip(series.steps.tolist(), series.values.tolist(), strict=True))[: len(points)] == points
        self.until(lambda: self.features.run_page.log.model.rowCount() >= len(lines))
        assert self.features.run_page.log.text().splitlines()[0].endswith(lines[0])

    # Closing

    def close(self) -> QDialog:
        """The cross of the window, while a run is at work; returns what it asks."""
        self.application.window.close()
        self.until(QApplication.activeModalWidget)
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        return dialog


class Desk:
    """One home, and every window that was opened on it."""

    root = Path(__file__).resolve().parents[2]

    def __init__(self, home: Path, qtbot: QtBot) -> None:
        self.home = home
        self._home = Home(home)
        self._home.ensure()
        self._qtbot = qtbot
        self._open: list[Window] = []

    def open(self) -> Window:
        application = Application(self._home, SettingsStore(self.home / "settings.json"))
        window = Window(application, self._qtbot)
        self._open.append(window)
        return window

    def open_with_run(self, images: Path, **values: Any) -> Window:
        """A window whose run page shows a run that has said its first words."""
        window = self.open()
        window.drop(images)
        window.import_dropped("Shapes")
        window.open_wizard()
        window.train(**values)
        window.until(lambda: window.n_points("loss", "batch") > 0)
        return window

    def leave(self, window: Window) -> None:
        """What the program does when its window has closed."""
        self._open.remove(window)
        window.application.shutdown()
        window.application.window.deleteLater()
        window.application.deleteLater()

    def end(self) -> None:
        """Close what is open, and end every run."""
        for window in tuple(self._open):
            window.application.leave()
            self.leave(window)
        services = build_services(self._home)
        for record in services.runs.list_runs():
            for pid in self._processes(record.id):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        services.registry.close()

    def until(self, condition: Callable[[], Any]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE_MS)

    # What lies on the disk

    def layout(self, run: RunId) -> RunLayout:
        return RunLayout(self._home.runs / run)

    def history(self, run: RunId) -> tuple[list[tuple[int, float]], list[str]]:
        """The loss curve and the log lines that the run has written until now."""
        reader = EventReader(self.layout(run))
        points: list[tuple[int, float]] = []
        lines: list[str] = []
        while events := reader.read_new():
            for event in events:
                body = event.body
                if isinstance(body, Metrics) and body.split == "batch":
                    points.append((body.step, float(body.values["loss"] or 0)))
                elif isinstance(body, Log):
                    lines.append(body.text)
        return points, lines

    def progress_in_registry(self, run: RunId) -> float:
        services = build_services(self._home)
        try:
            return services.runs.get_run(run).progress
        finally:
            services.registry.close()

    def child_of(self, run: RunId) -> int:
        layout = self.layout(run)
        occupant = read_occupant(layout, latest_attempt(layout).number)
        assert occupant is not None and occupant.child is not None
        return occupant.child.pid

    def child_is_alive(self, run: RunId) -> bool:
        layout = self.layout(run)
        occupant = read_occupant(layout, latest_attempt(layout).number)
        return occupant is not None and occupant.child is not None and occupant.child.is_alive()

    def _processes(self, run: RunId) -> list[int]:
        """Of those at work: the child first, then the one that watches it."""
        layout = self.layout(run)
        occupant = read_occupant(layout, latest_attempt(layout).number)
        marks = (occupant.child, occupant.warden) if occupant is not None else ()
        return [mark.pid for mark in marks if mark is not None and mark.is_alive()]
