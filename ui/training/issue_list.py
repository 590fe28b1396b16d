"""Whether the training can start, and what stands in its way that has no place beside an answer."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.training import Issue, Remedy
from ui.forms.problem_label import IconView
from ui.training.steps import OVERVIEW, step_of
from ui.widgets.formatting import counted
from ui.widgets.labels import label


class IssueList(QWidget):
    """The heading counts all issues; those of an answer are told beside it, the others here, with a button where one
    can be mended at once."""

    remedy_requested = Signal(object)  # Remedy

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = IconView("loader", side=22)
        self._heading = label("", "heading", wrap=True)
        self._lines = QWidget()
        self._grid = QGridLayout(self._lines)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.head = QHBoxLayout()
        self.head.setSpacing(10)
        self.head.addWidget(self._sign)
        self.head.addWidget(self._heading, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self.head)
        column.addWidget(self._lines)
        self._shown: list[Issue] = []

    def heading(self) -> str:
        return self._heading.text()

    def lines(self) -> list[str]:
        return [issue.text for issue in self._shown]

    def show_issues(self, issues: Iterable[Issue], *, is_checking: bool) -> None:
        ordered = sorted(issues, key=lambda issue: not issue.is_error)
        n_errors = sum(issue.is_error for issue in ordered)
        n_remarks = len(ordered) - n_errors
        if is_checking:
            self._sign.set_icon("loader", "text_muted")
            self._heading.setText(self.tr("Checking what is proposed…"))
        elif n_errors:
            self._sign.set_icon("circle-alert", "error")
            found = counted(n_errors, "problem", "problems")
            self._heading.setText(self.tr("{n} to solve before the start").format(n=found))
        elif n_remarks:
            self._sign.set_icon("triangle-alert", "warning")
            found = counted(n_remarks, "remark", "remarks")
            self._heading.setText(self.tr("The training can start, with {n}").format(n=found))
        else:
            self._sign.set_icon("circle-check", "success")
            self._heading.setText(self.tr("Ready to start"))
        own = [issue for issue in ordered if step_of(issue.page) == OVERVIEW]
        self._lines.setVisible(bool(own))
        self._lines.setEnabled(not is_checking)
        if own != self._shown:
            self._shown = own
            self._fill()

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, issue in enumerate(self._shown):
            role = "error" if issue.is_error else "warning"
            sign = IconView("circle-alert" if issue.is_error else "triangle-alert", role=role)
            self._grid.addWidget(sign, row, 0, middle)
            text = label(issue.in_words, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(text, row, 1)
            if issue.remedy is not None:
                self._grid.addWidget(self._button(issue.remedy), row, 2, middle)

    def _button(self, remedy: Remedy) -> QPushButton:
        button = QPushButton(remedy.text)
        button.clicked.connect(lambda: self.remedy_requested.emit(remedy))
        return button
