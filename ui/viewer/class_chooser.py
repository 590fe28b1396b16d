"""The class of what is drawn and selected: chosen by its first letters from what is proposed, or typed anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QWidget

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.viewer.colouring import overlay_colour
from ui.viewer.wishes import ClassWish
from ui.widgets.name_proposals import NEW, NameProposals

MAX_KEYS = 9
_SWATCH = 12


class ClassChooser(QComboBox):
    chosen = Signal(object)  # ClassWish
    left = Signal()  # by Escape: the keyboard goes back to the image

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self._current: CategoryId | None = None
        self._has_answered = False
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(self.tr("Class of what is drawn and selected"))
        self.setToolTip(self.tr("Type its first letters or a new class, and Enter (C). 1 to 9: of what is selected"))
        self.view().setAccessibleName(self.tr("Classes"))
        self.setMinimumContentsLength(14)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setIconSize(QSize(_SWATCH, _SWATCH))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line = self.lineEdit()
        assert line is not None  # it is editable
        line.setPlaceholderText(self.tr("Class"))
        line.setAccessibleName(self.accessibleName())
        line.returnPressed.connect(self._enter)
        self.proposals = NameProposals(self, self.tr("New class “{name}”"))
        self.proposals.taken.connect(self._take_proposed)
        self.activated.connect(self._activate)

    @property
    def current(self) -> CategoryId | None:
        return self._current

    def set_categories(self, categories: Sequence[Category]) -> None:
        """What was chosen stays, while there is such a class."""
        categories = tuple(categories)
        if [(one.id, one.name, one.colour_number) for one in categories] == [
            (one.id, one.name, one.colour_number) for one in self._categories
        ]:
            return
        typed = self.currentText() if self.hasFocus() else None
        self._categories = categories
        with QSignalBlocker(self):
            self.clear()
            for number, one in enumerate(categories):
                self.addItem(swatch(overlay_colour(one.colour_number)), one.name)
                if number < MAX_KEYS:
                    tip = self.tr("Alt+{n}").format(n=number + 1)
                    self.setItemData(number, tip, Qt.ItemDataRole.ToolTipRole)
        if self._current not in {one.id for one in categories}:
            self._current = categories[0].id if len(categories) == 1 else None
        self._show_current()
        if typed is not None:
            self.setEditText(typed)

    def set_current(self, category: CategoryId | None) -> None:
        self._current = category
        self._show_current()

    def choose_number(self, number: int) -> None:
        """The class at a place of the list, from 0."""
        if number < len(self._categories):
            self._take_row(number)

    def ask(self) -> None:
        """Let the person type, or choose one of those that there are."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        line = self.lineEdit()
        if line is not None:
            line.selectAll()
        self.proposals.propose_all()

    def name_of(self, category: CategoryId | None) -> str:
        return next((one.name for one in self._categories if one.id == category), "")

    def _show_current(self) -> None:
        row = next((n for n, one in enumerate(self._categories) if one.id == self._current), -1)
        with QSignalBlocker(self):
            self.setCurrentIndex(row)
            if row < 0:
                self.setEditText("")

    def _take_row(self, row: int) -> None:
        if 0 <= row < len(self._categories):
            self.set_current(self._categories[row].id)
            self._answer(ClassWish(self._categories[row].id))

    def _activate(self, row: int) -> None:
        """Of the list itself; while names are proposed, Qt tells of the one in the line here, whatever is marked."""
        if not self.proposals.is_open:
            self._take_row(row)

    def _take_proposed(self, row: int) -> None:
        if row == NEW:
            self._answer(ClassWish(name=self.currentText().strip()))
        else:
            self._take_row(row)

    def _enter(self) -> None:
        if self.proposals.take_marked():
            return
        name = self.currentText().strip()
        known = next((n for n, one in enumerate(self._categories) if one.name == name), None)
        if known is None:  # one of other capitals is meant, unless there is none
            known = next((n for n, one in enumerate(self._categories) if one.name.casefold() == name.casefold()), None)
        if known is not None:
            self._take_row(known)
        elif name:
            self._answer(ClassWish(name=name))

    def _answer(self, wanted: ClassWish) -> None:
        """Once: Qt tells of Enter in the line, in the list, and as a choice."""
        if not self._has_answered:
            self._has_answered = True
            QTimer.singleShot(0, self, self._listen)
            self.chosen.emit(wanted)

    def _listen(self) -> None:
        self._has_answered = False

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if event.type() == QEvent.Type.ShortcutOverride and is_escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.proposals.hide()
            self._show_current()
            self.left.emit()
        else:
            super().keyPressEvent(event)


def swatch(colour: QColor) -> QIcon:
    """A class's colour, as lists show it."""
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(0, 0, _SWATCH, _SWATCH, 3, 3)
    painter.end()
    return QIcon(pixmap)
