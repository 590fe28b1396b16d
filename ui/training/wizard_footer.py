"""The strip below the wizard's pages: Start on the overview, with why it is not free; the way back on the others."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from ui.forms.problem_label import IconView
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.labels import label, set_role


class WizardFooter(QFrame):
    overview_requested = Signal()
    start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = IconView("circle-alert", role="error", side=18)
        self._text = label("", "muted", wrap=True)
        self._text.setMinimumWidth(120)
        self.overview_button = QPushButton(icon("check", role="on_accent"), self.tr("&Back to the overview"))
        self.start_button = QPushButton(icon("play", role="on_accent"), self.tr("&Start training"))
        for button in (self.overview_button, self.start_button):
            button.setProperty("role", "primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 12, 24, 12)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self.overview_button)
        row.addWidget(self.start_button)
        self.overview_button.clicked.connect(self.overview_requested)
        self.start_button.clicked.connect(self.start_requested)

    def show_place(self, *, is_overview: bool) -> None:
        self.overview_button.setVisible(not is_overview)
        self.start_button.setVisible(is_overview)

    def show_start(self, *, can_start: bool, text: str, is_error: bool) -> None:
        """`text` says why the start is not free, or that it is."""
        self.start_button.setEnabled(can_start)
        self.start_button.setToolTip("" if can_start else text)
        self.start_button.setAccessibleDescription(text)
        self._text.setText(text)
        set_role(self._text, "error" if is_error else "muted")
        self._sign.setVisible(is_error and bool(text))

    def reason(self) -> str:
        return self._text.text()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.surface))
        painter.fillRect(0, 0, self.width(), 1, QColor(theme.border))
        painter.end()
