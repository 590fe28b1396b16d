"""A hand-made field: title above, control, help below, problems beside it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.forms.problem_label import ProblemLabel
from ui.widgets.labels import label


class LabelledField(QWidget):
    """The title's mnemonic leads to `control`, which is also named by it for screen readers."""

    def __init__(
        self,
        title: str,
        control: QWidget,
        *,
        help_text: str = "",
        trailing: QWidget | None = None,
        focus: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.control = control
        self._focus = focus or control
        self.title = label(title)
        self.title.setBuddy(self._focus)
        self._focus.setAccessibleName(title.replace("&", ""))
        self._focus.setAccessibleDescription(help_text)
        self.help = label(help_text, "muted", wrap=True, parent=self)
        self.help.setVisible(bool(help_text))
        self.problem = ProblemLabel()
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(control, 1000)
        if trailing is not None:
            row.addWidget(trailing)
        row.addStretch(1)  # a control of fixed width stays at the left
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.problem)
        column.addWidget(self.help)

    def set_help(self, text: str) -> None:
        self.help.setText(text)
        self.help.setVisible(bool(text))

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self.problem.show_problems(problems)
        if bool(self._focus.property("problem")) != self.problem.is_error:
            self._focus.setProperty("problem", self.problem.is_error)
            self._focus.style().unpolish(self._focus)
            self._focus.style().polish(self._focus)
