"""Conditions that hold together, or of which one is enough: groups in groups, as deep as three."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.filters import Condition, Group, Joint
from ui.filters.condition_row import ConditionRow
from ui.filters.offers import NO_OFFERS, FilterOffers
from ui.icons import icon

DEEPEST = 3
"""What can be built. A text can say more, and is shown as deep as it is."""


class GroupBox(QFrame):
    changed = Signal()
    remove_requested = Signal(object)  # itself

    def __init__(self, offers: FilterOffers = NO_OFFERS, depth: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers = offers
        self._depth = depth
        self._joint = QComboBox()
        self._joint.addItem(self.tr("All of these hold"), Joint.AND.value)
        self._joint.addItem(self.tr("Any of these holds"), Joint.OR.value)
        self._joint.setAccessibleName(self.tr("How the conditions are joined"))
        self._add = QPushButton(icon("plus"), self.tr("Add condition"))
        self._add_group = QPushButton(icon("layers"), self.tr("Add group"))
        self._remove = QToolButton()
        self.items: list[ConditionRow | GroupBox] = []
        self._build()
        self._joint.currentIndexChanged.connect(self.changed)
        self._add.clicked.connect(lambda: self.add_condition().focus_value())
        self._add_group.clicked.connect(lambda: self._new_group())
        self._remove.clicked.connect(lambda: self.remove_requested.emit(self))

    def _build(self) -> None:
        if self._depth > 1:
            self.setProperty("role", "card")
        self._remove.setIcon(icon("x"))
        self._remove.setToolTip(self.tr("Remove the group"))
        self._remove.setAccessibleName(self.tr("Remove the group"))
        self._remove.setVisible(self._depth > 1)
        self._add_group.setVisible(self._depth < DEEPEST)
        self._add_group.setToolTip(self.tr("Conditions in brackets, joined otherwise than these"))
        head = QHBoxLayout()
        head.addWidget(self._joint)
        head.addStretch(1)
        head.addWidget(self._remove)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._add)
        foot.addWidget(self._add_group)
        foot.addStretch(1)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        column = QVBoxLayout(self)
        margin = 10 if self._depth > 1 else 0
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(self._column)
        column.addLayout(foot)

    def group(self) -> Group | None:
        """None while a condition of it says nothing. A group of nothing within another one is passed over."""
        found: list[Condition | Group] = []
        for item in self.items:
            one = item.condition() if isinstance(item, ConditionRow) else item.group()
            if one is None:
                return None
            if isinstance(one, Condition) or one.items:
                found.append(one)
        return Group(Joint(self._joint.currentData()), tuple(found)) if found else Group()

    def show_problems(self) -> None:
        """Beside each condition, what is the matter with it."""
        for item in self.items:
            if isinstance(item, ConditionRow):
                item.show_problem()
            else:
                item.show_problems()

    def set_group(self, group: Group) -> None:
        """Nothing is announced."""
        with QSignalBlocker(self):
            for item in list(self.items):
                self._take_out(item)
            self._joint.setCurrentIndex(self._joint.findData(group.joint.value))
            for one in group.items:
                if isinstance(one, Condition):
                    self.add_condition(one)
                else:
                    self.add_group().set_group(one)

    def tab_widgets(self) -> list[QWidget]:
        """In the order in which Tab goes through them: as they stand."""
        inside = [widget for item in self.items for widget in item.tab_widgets()]
        return [self._joint, self._remove, *inside, self._add, self._add_group]

    def add_condition(self, condition: Condition | None = None) -> ConditionRow:
        row = ConditionRow(self._offers, condition)
        self._put_in(row)
        return row

    def add_group(self) -> GroupBox:
        box = GroupBox(self._offers, self._depth + 1)
        self._put_in(box)
        return box

    def _new_group(self) -> None:
        box = self.add_group()
        joint = Joint.OR if self._joint.currentData() == Joint.AND.value else Joint.AND
        box.set_group(Group(joint))
        box.add_condition().focus_value()

    def _put_in(self, item: ConditionRow | GroupBox) -> None:
        self.items.append(item)
        self._column.addWidget(item)
        item.show()
        item.changed.connect(self.changed)
        item.remove_requested.connect(self._remove_item)
        self.changed.emit()

    def _remove_item(self, item: ConditionRow | GroupBox) -> None:
        self._take_out(item)
        self._add.setFocus()
        self.changed.emit()

    def _take_out(self, item: ConditionRow | GroupBox) -> None:
        self.items.remove(item)
        self._column.removeWidget(item)
        item.hide()
        item.deleteLater()
