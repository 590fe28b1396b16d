"""Which images are used at all: every one, or those that show some classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.projects import Category
from ui.forms.problem_label import ProblemLabel
from ui.icons import icon
from ui.training.class_checklist import ClassGrid, ClassModel
from ui.widgets.labels import label

Conditions = tuple[tuple[str, ...], ...]


class ConditionDialog(QDialog):
    """Check the classes that an image must all show."""

    names_chosen = Signal(object)  # tuple of names

    def __init__(self, categories: Sequence[Category], names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Images that show all of these classes"))
        self.resize(560, 320)
        self._model = ClassModel(self)
        self._model.set_content(categories, {})
        self._model.set_checked(names, is_free=True)
        view = ClassGrid()
        view.setModel(self._model)
        view.setAccessibleName(self.tr("Classes that an image must all show"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._take = QPushButton(self.tr("Use these"))
        self._take.setProperty("role", "primary")
        buttons.addButton(self._take, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(label(self.tr("An image is used when it shows every class that is checked here."), wrap=True))
        column.addWidget(view)
        column.addStretch(1)
        column.addWidget(buttons)
        self._take.setDefault(True)
        view.fit()
        self._model.checked_changed.connect(self._refresh)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._refresh()

    def class_model(self) -> ClassModel:
        return self._model

    def _refresh(self) -> None:
        self._take.setEnabled(bool(self._model.checked()))

    # Qt overrides

    def accept(self) -> None:
        self.names_chosen.emit(self._model.checked())
        super().accept()


class ConditionsSection(QWidget):
    """A row for each list of classes; an image that meets one of them is used."""

    conditions_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self._conditions: Conditions = ()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._none = label(self.tr("Every chosen image is used."), "muted")
        self.add = QPushButton(icon("plus"), self.tr("Only images that show…"))
        self.control = self.add
        self._problem = ProblemLabel()
        foot = QHBoxLayout()
        foot.addWidget(self.add)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._none)
        column.addLayout(self._rows)
        column.addWidget(self._problem)
        column.addLayout(foot)
        self.add.clicked.connect(lambda: self.open_dialog(None))
        self._show()

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._categories = tuple(categories)
        self.add.setEnabled(bool(categories))

    def conditions(self) -> Conditions:
        return self._conditions

    def set_conditions(self, conditions: Conditions) -> None:
        """Nothing is announced."""
        if conditions != self._conditions:
            self._conditions = conditions
            self._show()

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)

    def texts(self) -> list[str]:
        """What the rows say."""
        return [condition_words(names) for names in self._conditions]

    def open_dialog(self, row: int | None) -> ConditionDialog:
        """None = a further row."""
        names = self._conditions[row] if row is not None else ()
        dialog = ConditionDialog(self._categories, names, self)
        dialog.names_chosen.connect(lambda chosen: self._take(row, chosen))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def remove(self, row: int) -> None:
        self._change((*self._conditions[:row], *self._conditions[row + 1 :]))
        self.add.setFocus()

    def _take(self, row: int | None, names: tuple[str, ...]) -> None:
        if row is None:
            self._change((*self._conditions, names))
        else:
            self._change((*self._conditions[:row], names, *self._conditions[row + 1 :]))

    def _change(self, conditions: Conditions) -> None:
        self._conditions = tuple(dict.fromkeys(conditions))
        self._show()
        self.conditions_changed.emit()

    def _show(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, names in enumerate(self._conditions):
            self._rows.addWidget(self._row(number, names))
        self._none.setVisible(not self._conditions)
        self.add.setText(self.tr("Or images that show…") if self._conditions else self.tr("Only images that show…"))

    def _row(self, number: int, names: tuple[str, ...]) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        text = condition_words(names)
        shown = self.tr("or {text}").format(text=text) if number else text[:1].upper() + text[1:]
        line.addWidget(label(shown, "strong", wrap=True), 1)
        change = QPushButton(self.tr("Change…"))
        change.setAccessibleName(self.tr("Change: {text}").format(text=text))
        remove = QPushButton(icon("x"), "")
        remove.setAccessibleName(self.tr("Remove: {text}").format(text=text))
        remove.setToolTip(self.tr("Remove this condition"))
        line.addWidget(change)
        line.addWidget(remove)
        change.clicked.connect(lambda: self.open_dialog(number))
        remove.clicked.connect(lambda: self.remove(number))
        return row


def condition_words(names: Sequence[str]) -> str:
    """ "images that show A and B"."""
    return f"images that show {' and '.join(names)}"
