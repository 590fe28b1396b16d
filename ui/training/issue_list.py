"""What stands in the way of a start, and what is worth knowing, each with a way to where it is mended."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.training import Issue
from ui.forms.problem_label import IconView
from ui.icons import icon
from ui.training.steps import REVIEW, STEP_TITLES, step_of
from ui.training.wording import counted
from ui.widgets.labels import label


class IssueList(QWidget):
    step_requested = Signal(str, str)  # step, field

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
        self.links: list[QToolButton] = []

    def show_issues(self, issues: Iterable[Issue], *, is_checking: bool) -> None:
        ordered = sorted(issues, key=lambda issue: not issue.is_error)
        n_errors = sum(issue.is_error for issue in ordered)
        n_warnings = len(ordered) - n_errors
        if is_checking:
            self._sign.set_icon("loader", "text_muted")
            self._heading.setText(self.tr("Checking what you entered…"))
        elif n_errors:
            self._sign.set_icon("circle-alert", "error")
            found = counted(n_errors, "problem", "problems")
            self._heading.setText(self.tr("{n} to solve before the start").format(n=found))
        elif n_warnings:
            self._sign.set_icon("triangle-alert", "warning")
            found = counted(n_warnings, "warning", "warnings")
            self._heading.setText(self.tr("Ready to start, with {n}").format(n=found))
        else:
            self._sign.set_icon("circle-check", "success")
            self._heading.setText(self.tr("Ready to start"))
        self._lines.setVisible(bool(ordered))
        self._lines.setEnabled(not is_checking)
        if ordered != self._shown:
            self._shown = ordered
            self._fill()

    def _fill(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.links = []
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, issue in enumerate(self._shown):
            role = "error" if issue.is_error else "warning"
            sign = IconView("circle-alert" if issue.is_error else "triangle-alert", role=role)
            self._grid.addWidget(sign, row, 0, middle)
            text = label(issue.text, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setToolTip(issue.code)
            self._grid.addWidget(text, row, 1)
            step = step_of(issue.page)
            if step == REVIEW:
                continue
            link = QToolButton()
            link.setText(self.tr("Go to {step}").format(step=STEP_TITLES[step].replace("&", "&&")))
            link.setIcon(icon("arrow-right"))
            link.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            link.clicked.connect(
                lambda _checked=False, step=step, field=issue.field: self.step_requested.emit(step, field)
            )
            self.links.append(link)
            self._grid.addWidget(link, row, 2, middle)
