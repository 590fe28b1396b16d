"""One answer on the overview: what it is, what it says, what is wrong with it, and the way to change it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.training import Issue, Remedy
from ui.forms.problem_label import IconView, ProblemLabel
from ui.theme import current_theme
from ui.training.steps import STEP_ICONS, STEP_TITLES
from ui.widgets.labels import label

TITLE_WIDTH = 104


class AnswerRow(QWidget):
    change_requested = Signal()
    remedy_requested = Signal(object)  # Remedy

    def __init__(self, step: str, mnemonic: str, parent: QWidget | None = None) -> None:
        """`mnemonic` is the step's title with its "&", which leads to the button."""
        super().__init__(parent)
        self._title = label(mnemonic, "muted")
        self._title.setFixedWidth(TITLE_WIDTH)
        self._title.setContentsMargins(0, 3, 0, 0)
        self._text = label("", "strong", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = label("", "muted", wrap=True)
        self._reason = label("", "muted", wrap=True)
        self.problem = ProblemLabel()
        self.button = QPushButton(self.tr("Change…"))
        self.button.setAccessibleName(self.tr("Change: {title}").format(title=STEP_TITLES[step]))
        self._title.setBuddy(self.button)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.setContentsMargins(0, 3, 0, 0)  # level with the button's text
        for part in (self._text, self._details, self._reason, self.problem):
            texts.addWidget(part)
        self._remedies: tuple[Remedy, ...] = ()
        self._remedy_place = QWidget()  # hidden while empty: an empty row would be the widest that the texts may become
        self._remedy_row = QHBoxLayout(self._remedy_place)
        self._remedy_row.setContentsMargins(22, 2, 0, 0)  # level with the problem's text
        self._remedy_place.hide()
        texts.addWidget(self._remedy_place)
        texts.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 9, 0, 9)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        sign = IconView(STEP_ICONS[step], role="accent", side=18)
        grid.addWidget(sign, 0, 0, top)
        grid.addWidget(self._title, 0, 1, top)
        grid.addLayout(texts, 0, 2)
        grid.addWidget(self.button, 0, 3, top)
        self.button.clicked.connect(self.change_requested)

    def show_answer(self, text: str, details: Iterable[str], reason: str) -> None:
        """`reason` says where a proposal comes from; "" = the person's own choice."""
        self._text.setText(text or self.tr("Nothing yet"))
        lines = "\n".join(line for line in details if line)
        self._details.setText(lines)
        self._details.setVisible(bool(lines))
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.button.setAccessibleDescription(text)

    def show_problems(self, issues: Sequence[Issue]) -> None:
        """With a button for each that can be mended at once."""
        self.problem.show_problems((issue.in_words, issue.is_error) for issue in issues)
        remedies = tuple(issue.remedy for issue in issues if issue.remedy is not None)
        if remedies == self._remedies:
            return
        self._remedies = remedies
        while (item := self._remedy_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for remedy in remedies:
            button = QPushButton(remedy.text.replace("&", "&&"))
            button.clicked.connect(lambda _on=False, remedy=remedy: self.remedy_requested.emit(remedy))
            self._remedy_row.addWidget(button)
        if remedies:
            self._remedy_row.addStretch(1)
        self._remedy_place.setVisible(bool(remedies))

    def remedy_buttons(self) -> dict[str, QPushButton]:
        """By what they say."""
        places = (self._remedy_row.itemAt(place) for place in range(self._remedy_row.count()))
        buttons = (place.widget() for place in places if place is not None)
        return {button.text(): button for button in buttons if isinstance(button, QPushButton)}

    def texts(self) -> tuple[str, str, str]:
        """Answer, details and reason as they are shown."""
        return self._text.text(), self._details.text(), self._reason.text()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, QColor(current_theme().border))
        painter.end()
