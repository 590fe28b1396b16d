"""How a run stands, in the one place nobody overlooks: what happened, the figures, and the next step's button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from ui.icons import icon
from ui.runs.run_actions import LOOKS
from ui.runs.run_outcome import Outcome
from ui.theme import theme_notifier
from ui.widgets.labels import label, set_role

ICONS = {"success": "circle-check", "warning": "circle-stop", "error": "circle-alert", "info": "hourglass"}
ICON_SIZE = 24


class OutcomePanel(QFrame):
    action_requested = Signal(object)  # RunAction
    log_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBanner")
        self._outcome: Outcome | None = None
        self._icon = QLabel()
        self._heading = label("", "heading", wrap=True)
        self._text = label("", wrap=True)
        self._hint = label("", wrap=True)
        self._facts = label("", "muted", wrap=True)
        for part in (self._heading, self._text, self._hint, self._facts):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details_button = QPushButton(self.tr("Details"))
        self._details_button.setCheckable(True)
        self._log_button = QPushButton(icon("file-text"), self.tr("Show the log"))
        self._copy_button = QPushButton(icon("copy"), self.tr("Copy"))
        self._copy_button.setToolTip(self.tr("Copy what happened, with the details"))
        self._action_button = QPushButton()
        set_role(self._action_button, "primary")
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(160)
        self._details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._details.setAccessibleName(self.tr("Details"))
        self._make_layout()
        self._details_button.toggled.connect(self._details.setVisible)
        self._log_button.clicked.connect(self.log_requested)
        self._copy_button.clicked.connect(self._copy)
        self._action_button.clicked.connect(self._announce)
        theme_notifier().theme_changed.connect(self._repaint_icon)
        self.hide()

    @property
    def outcome(self) -> Outcome | None:
        return self._outcome

    def set_outcome(self, outcome: Outcome | None, details: str = "") -> None:
        """None hides it. `details` go behind a disclosure."""
        self.setVisible(outcome is not None)
        if outcome is None or (outcome == self._outcome and details == self._details.toPlainText()):
            self._outcome = outcome
            return
        self._outcome = outcome
        self.setProperty("severity", outcome.tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self._repaint_icon()
        is_failure = outcome.tone == "error"
        for part, text in ((self._heading, outcome.heading), (self._text, outcome.text), (self._hint, outcome.hint)):
            part.setText(text)
            part.setVisible(bool(text))
        self._facts.setText(" · ".join(outcome.facts))
        self._facts.setVisible(bool(outcome.facts))
        self._details.setPlainText(details)
        self._details_button.setChecked(False)
        self._details_button.setVisible(bool(details))
        self._details.hide()
        self._log_button.setVisible(is_failure)
        self._copy_button.setVisible(is_failure)
        self._action_button.setVisible(outcome.action is not None)
        if outcome.action is not None:
            self._action_button.setText(LOOKS[outcome.action].text)
            self._action_button.setToolTip(LOOKS[outcome.action].help)

    def as_text(self) -> str:
        if self._outcome is None:
            return ""
        outcome = self._outcome
        parts = (outcome.heading, outcome.text, outcome.hint, " · ".join(outcome.facts), self._details.toPlainText())
        return "\n".join(part for part in parts if part)

    def _announce(self) -> None:
        if self._outcome is not None and self._outcome.action is not None:
            self.action_requested.emit(self._outcome.action)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.as_text())

    def _repaint_icon(self) -> None:
        if self._outcome is not None:
            tone = self._outcome.tone
            self._icon.setPixmap(icon(ICONS[tone], role=tone).pixmap(ICON_SIZE, ICON_SIZE))

    def _make_layout(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addWidget(self._heading)
        for part in (self._text, self._hint, self._facts):
            texts.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        for button in (self._details_button, self._copy_button, self._log_button, self._action_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 12, 10)
        column.addLayout(row)
        column.addWidget(self._details)
