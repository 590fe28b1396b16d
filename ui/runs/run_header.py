"""The top of a run's page: its name and status, where it belongs, and what can be done with it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from core.domain.run import Run
from core.domain.runs import RunRecord, RunStatus
from ui.icons import icon
from ui.runs.run_actions import LOOKS, RunAction, look_of, refusal, shown_actions
from ui.runs.run_outcome import silence_s, silence_text
from ui.runs.run_table_model import device_name, running_s
from ui.widgets.badge import Badge
from ui.widgets.formatting import duration, moment
from ui.widgets.labels import set_role
from ui.widgets.page_header import PageHeader

# From left to right; the likeliest next step stands at the right.
BUTTONS = (
    RunAction.REMOVE,
    RunAction.TRAIN_AGAIN,
    RunAction.RETRY,
    RunAction.KILL,
    RunAction.STOP,
    RunAction.OPEN_VERSION,
    RunAction.SEE_PREDICTIONS,
)
PRIMARY = (RunAction.SEE_PREDICTIONS,)  # a run that does well needs nothing done to it


class RunHeader(PageHeader):
    action_requested = Signal(object)  # RunAction
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(back="All runs", parent=parent)
        self._record: RunRecord | None = None
        self._badge = Badge()
        self._silence = Badge("", "warning")
        self._version = QToolButton()
        self._version.setIcon(icon("box"))
        self._version.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._version.setToolTip(LOOKS[RunAction.OPEN_VERSION].help)
        self._version.clicked.connect(lambda: self.action_requested.emit(RunAction.OPEN_VERSION))
        for widget in (self._silence, self._badge, self._version):
            self.add_widget(widget)
        self._buttons: dict[RunAction, QPushButton] = {}
        for action in BUTTONS:
            self._buttons[action] = self._make_button(action)
        self._more = QToolButton()
        self._more.setIcon(icon("ellipsis-vertical"))
        self._more.setToolTip(self.tr("More"))
        self._more.setAccessibleName(self.tr("More"))
        self._more.setProperty("role", "icon-menu")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._more)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._more.setMenu(self._menu)
        self.add_widget(self._more)
        self._silence.hide()

    def button(self, action: RunAction) -> QPushButton:
        return self._buttons[action]

    def set_run(self, run: Run, now: datetime, *, elsewhere: RunAction | None = None) -> None:
        """`elsewhere` is the action that another button of the page offers already."""
        record = self._record = run.record
        self._badge.set_run(record)
        parts = [record.project_name, record.model_name, record.worker, device_name(record.device)]
        if record.started_at is not None:
            ran = self.tr("ran {0}") if record.status.is_terminal else self.tr("running for {0}")
            parts.append(ran.format(duration(running_s(record, now))))
        parts.append(self.tr("created {0}").format(moment(record.created_at)))
        if record.attempt > 1:
            parts.append(self.tr("attempt {0}").format(record.attempt))
        self.set_title(record.name, " · ".join(parts), record.description)
        shown = tuple(action for action in shown_actions(run) if action is not elsewhere)
        for action, button in self._buttons.items():
            reason = refusal(action, run)
            button.setVisible(action in shown)
            button.setEnabled(not reason)
            look = look_of(action, run)
            button.setText(look.text)
            button.setToolTip(reason or look.help)
        has_link = record.version is not None and RunAction.OPEN_VERSION not in shown
        self._version.setText(record.version_label)
        self._version.setToolTip(look_of(RunAction.OPEN_VERSION, run).help)
        self._version.setVisible(has_link)
        silent = silence_s(run.state, now)
        self._silence.setVisible(silent is not None)
        self._set_loud(RunAction.KILL, is_loud=silent is not None or record.status is RunStatus.STOPPING)
        if silent is not None:
            help_text = self.tr("The process lives but says nothing. It is never ended for that; you can kill it.")
            self._silence.set_state(silence_text(silent), "warning", help_text)

    def _set_loud(self, action: RunAction, *, is_loud: bool) -> None:
        """Red only where it may be needed: the buttons of a run that does well are quiet."""
        button = self._buttons[action]
        role = "danger" if is_loud else ""
        if button.property("role") != role:
            set_role(button, role)
            button.setIcon(icon(LOOKS[action].icon, role="error" if is_loud else "icon"))

    def _make_button(self, action: RunAction) -> QPushButton:
        look = LOOKS[action]
        role, colour = ("primary", "on_accent") if action in PRIMARY else ("", "icon")
        button = QPushButton(icon(look.icon, role=colour), look.text)
        set_role(button, role)
        button.clicked.connect(lambda: self.action_requested.emit(action))
        button.hide()
        self.add_widget(button)
        return button

    def _fill_menu(self) -> None:
        self._menu.clear()
        record = self._record
        if record is None:
            return
        copies = (
            (self.tr("Copy run ID"), record.id),
            (self.tr("Copy execution ID"), f"{record.id}/{record.attempt}"),
            (self.tr("Copy model ID"), record.model or ""),
            (self.tr("Copy version ID"), record.version or ""),
        )
        for text, value in copies:
            entry = self._menu.addAction(icon("copy"), text)
            entry.setEnabled(bool(value))
            entry.triggered.connect(lambda _checked=False, value=value: QGuiApplication.clipboard().setText(value))
        self._menu.addSeparator()
        for action in (RunAction.REPORT, RunAction.RENAME):
            look = LOOKS[action]
            self._menu.addAction(
                icon(look.icon), look.text, lambda _checked=False, action=action: self.action_requested.emit(action)
            )
        self._menu.addAction(icon("folder-open"), self.tr("Open the run's folder"), self.folder_requested.emit)
