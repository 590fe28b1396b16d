"""One condition of a filter: what is asked, how it is compared, with what."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.filter_fields import FIELDS
from core.domain.filter_values import UnfitError, fitting
from core.domain.filter_words import operator_in_words
from core.domain.filters import Condition, FilterValue, Operator
from ui.filters.offers import NO_OFFERS, FilterOffers
from ui.filters.value_editor import ValueEditor
from ui.filters.value_editors import editor_of
from ui.forms.problem_label import ProblemLabel
from ui.icons import icon


class ConditionRow(QWidget):
    changed = Signal()
    remove_requested = Signal(object)  # itself

    def __init__(
        self, offers: FilterOffers = NO_OFFERS, condition: Condition | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._offers = offers
        self._field = QComboBox()
        self._operator = QComboBox()
        self._editor: ValueEditor | None = None
        self._remove = QToolButton()
        self._problem = ProblemLabel()
        for key, field in FIELDS.items():
            self._field.addItem(field.title, key)
            self._field.setItemData(self._field.count() - 1, field.meaning, Qt.ItemDataRole.ToolTipRole)
        self._build()
        self._field.currentIndexChanged.connect(lambda _: self._take_field())
        self._operator.currentIndexChanged.connect(lambda _: self._take_operator())
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self))
        self._take_field()
        if condition is not None:
            self.set_condition(condition)

    def _build(self) -> None:
        self._field.setAccessibleName(self.tr("What is asked"))
        self._field.setMaxVisibleItems(len(FIELDS))
        self._operator.setAccessibleName(self.tr("How it is compared"))
        self._operator.setMinimumContentsLength(10)
        self._remove.setIcon(icon("x"))
        self._remove.setToolTip(self.tr("Remove the condition"))
        self._remove.setAccessibleName(self.tr("Remove the condition"))
        top = Qt.AlignmentFlag.AlignTop
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self._field, 0, top)
        self._row.addWidget(self._operator, 0, top)
        self._row.addWidget(self._remove, 0, top)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._row)
        column.addWidget(self._problem)

    def hide_remove(self) -> None:
        """Where there is no other."""
        self._remove.hide()

    def condition(self) -> Condition | None:
        """None while it says nothing that can be asked; `problem` says what is the matter."""
        value = self._editor.value() if self._editor is not None else None
        if value is None:
            return None
        try:
            return fitting(Condition(self._field.currentData(), Operator(self._operator.currentData()), value))
        except UnfitError:
            return None

    def problem(self) -> str:
        value = self._editor.value() if self._editor is not None else None
        if value is None:
            return self.tr("A value is missing, or cannot be read.")
        try:
            fitting(Condition(self._field.currentData(), Operator(self._operator.currentData()), value))
        except UnfitError as error:
            return str(error)
        return ""

    def show_problem(self, text: str | None = None) -> None:
        """What is the matter with it, or what is given."""
        found = self.problem() if text is None else text
        self._problem.show_problems([(found, True)] if found else [])

    def set_field(self, key: str) -> None:
        self._field.setCurrentIndex(self._field.findData(key))

    def set_condition(self, condition: Condition) -> None:
        with QSignalBlocker(self):
            self.set_field(condition.field)
            self._operator.setCurrentIndex(self._operator.findData(condition.operator.value))
            assert self._editor is not None
            self._editor.set_value(condition.value)

    def tab_widgets(self) -> list[QWidget]:
        """In the order in which Tab goes through them."""
        written = [self._editor.written] if self._editor is not None else []
        return [self._field, self._operator, *written, self._remove]

    def focus_value(self) -> None:
        if self._editor is not None:
            self._editor.written.setFocus()

    def _take_field(self) -> None:
        field = FIELDS[self._field.currentData()]
        self._field.setToolTip(field.meaning)
        with QSignalBlocker(self._operator):
            self._operator.clear()
            for operator in field.operators:
                self._operator.addItem(operator_in_words(field, operator), operator.value)
        self._take_operator(keeps_value=False)

    def _take_operator(self, *, keeps_value: bool = True) -> None:
        """Another editor where another kind of value is compared with; the value goes with it where it can."""
        field, operator = FIELDS[self._field.currentData()], Operator(self._operator.currentData())
        before: FilterValue | None = self._editor.value() if keeps_value and self._editor is not None else None
        fresh = editor_of(field, operator, self._offers.of(field.kind))
        old, self._editor = self._editor, fresh
        if before is not None:
            fresh.set_value(before)
        self._row.insertWidget(2, fresh, 1)
        fresh.show()
        self._order_tabs()
        if old is not None:
            self._row.removeWidget(old)
            old.hide()
            old.deleteLater()
        fresh.changed.connect(self._announce)
        self._announce()

    def _order_tabs(self) -> None:
        """The value comes after what it is compared with, although it was made last."""
        if self._editor is not None:
            QWidget.setTabOrder(self._operator, self._editor.written)
            QWidget.setTabOrder(self._editor.written, self._remove)

    def _announce(self) -> None:
        self._problem.show_problems([])
        self.changed.emit()

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Only within its window does an order hold."""
        super().showEvent(event)
        self._order_tabs()
