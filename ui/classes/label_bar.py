"""Giving a class to the chosen images: typed or picked, added, put in place of others, or taken off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from core.domain.categories import Labelling
from core.domain.names import shown
from core.domain.projects import Category
from ui.classes.class_dialogs import swatch
from ui.icons import icon
from ui.theme import category_colour
from ui.widgets.name_proposals import NEW, NameProposals

MAX_IN_MENU = 40
"""Classes in a menu; of more, the rest is typed."""


class LabelBar(QWidget):
    """Enter adds the class that is marked, Ctrl+Enter puts it in place of the others; a new name makes a class."""

    label_requested = Signal(object, str)  # Labelling, name of the class, "" where it takes none
    left = Signal()  # Escape: back to the grid

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self._class = QComboBox()
        self._class.setEditable(True)
        self._class.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._class.setIconSize(QSize(12, 12))
        self._class.setMinimumWidth(130)
        self._class.setMaximumWidth(220)
        self._class.setAccessibleName(self.tr("Class for the chosen images"))
        self._class.setToolTip(self.tr("Type or choose a class (L). Enter adds it, Ctrl+Enter replaces the others"))
        edit = self._class.lineEdit()
        assert edit is not None
        edit.setPlaceholderText(self.tr("Class…"))
        self.proposals = NameProposals(self._class, self.tr("New class “{name}”"))
        self.proposals.taken.connect(self._write_proposed)
        edit.returnPressed.connect(self._enter)
        self._class.installEventFilter(self)
        edit.installEventFilter(self)
        self._button = QToolButton()
        self._button.setIcon(icon("tags"))
        self._button.setText(self.tr("Label"))
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self._button.setToolTip(self.tr("Give the chosen images this class, as a whole"))
        self._button.setAccessibleName(self.tr("Label the chosen images"))
        self._button.clicked.connect(lambda: self._ask(Labelling.ADD))
        menu = QMenu(self)
        for text, labelling in self._verbs():
            menu.addAction(text).triggered.connect(lambda _=False, one=labelling: self._ask(one))
        self._button.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._class)
        row.addWidget(self._button)

    def _verbs(self) -> tuple[tuple[str, Labelling], ...]:
        return (
            (self.tr("&Add this class") + "\tEnter", Labelling.ADD),
            (self.tr("Replace the classes by &this one") + "\tCtrl+Enter", Labelling.REPLACE),
            (self.tr("Take this class &off"), Labelling.REMOVE),
            (self.tr("&Without concept: nothing is there") + "\t0", Labelling.WITHOUT_CONCEPT),
            (self.tr("&Unlabel: all classes off"), Labelling.CLEAR),
        )

    def set_categories(self, categories: Sequence[Category]) -> None:
        """Of the project. What was typed stays; a chosen class takes its new name, and goes where it is gone."""
        text = self._class.currentText()
        chosen = next((one.id for one in self._categories if shown(one.name) == text.strip()), None)
        if chosen is not None:
            text = next((shown(one.name) for one in categories if one.id == chosen), "")
        self._categories = tuple(categories)
        with QSignalBlocker(self._class):
            self._class.clear()
            for one in categories:
                self._class.addItem(swatch(category_colour(one.colour_number), 12), shown(one.name), one.name)
            self._class.setCurrentIndex(-1)
            self._class.setEditText(text)

    def begin(self) -> None:
        """Let a class be typed."""
        self._class.setFocus()
        edit = self._class.lineEdit()
        assert edit is not None
        edit.selectAll()
        self.proposals.propose_all()

    def class_at(self, number: int) -> str | None:
        """The name of the class of a digit key, 1 to 9."""
        return self._categories[number - 1].name if 0 < number <= len(self._categories) else None

    def fill_menu(self, menu: QMenu) -> None:
        """For the chosen images, in the grid's context menu."""
        for title, labelling in (
            (self.tr("&Add a class"), Labelling.ADD),
            (self.tr("&Replace the classes by"), Labelling.REPLACE),
            (self.tr("&Take off a class"), Labelling.REMOVE),
        ):
            part = menu.addMenu(icon("tags"), title)
            part.setEnabled(bool(self._categories))
            for number, one in enumerate(self._categories[:MAX_IN_MENU], 1):
                key = f"\t{number}" if labelling is Labelling.ADD and number < 10 else ""
                text = shown(one.name).replace("&", "&&") + key
                action = part.addAction(swatch(category_colour(one.colour_number), 14), text)
                action.triggered.connect(
                    lambda _=False, name=one.name, labelling=labelling: self.label_requested.emit(labelling, name)
                )
            if labelling is Labelling.ADD:
                part.addSeparator()
                part.addAction(self.tr("Another class…") + "\tL").triggered.connect(self.begin)
                part.setEnabled(True)
        for text, labelling in self._verbs()[3:]:
            menu.addAction(text).triggered.connect(
                lambda _=False, labelling=labelling: self.label_requested.emit(labelling, "")
            )

    def _ask(self, labelling: Labelling) -> None:
        if not labelling.takes_class:
            self.label_requested.emit(labelling, "")
            return
        text = self._class.currentText().strip()
        by_shown = {shown(one.name): one.name for one in self._categories}
        if text:
            self.label_requested.emit(labelling, by_shown.get(text, text))
        else:
            self.begin()

    def _enter(self) -> None:
        """Of the line itself: while classes are proposed, no filter sees the key."""
        self.proposals.take_marked()
        self.proposals.hide()
        is_replacing = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
        self._ask(Labelling.REPLACE if is_replacing else Labelling.ADD)

    def _write_proposed(self, row: int) -> None:
        if row != NEW:
            self._class.setEditText(self._class.itemText(row))

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and watched is self._class:
                return True  # the line has answered it
            if event.key() == Qt.Key.Key_Escape:
                self.left.emit()
                return True
        return super().eventFilter(watched, event)
