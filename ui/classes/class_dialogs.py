"""Small questions about one class: its name, its colour, what it is merged into, and how it is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.categories import MAX_CATEGORY_NAME, CategoryUse
from core.domain.ids import CategoryId
from core.domain.names import shown
from core.domain.projects import Category
from ui.theme import OKABE_ITO, category_colour, current_theme
from ui.widgets.formatting import counted
from ui.widgets.labels import label, set_role

SWATCH = 18
_COLOUR_NAMES = ("blue", "orange", "green", "pink", "vermilion", "sky blue", "yellow", "grey")
"""Those of OKABE_ITO."""
WIDTH = 400


class ClassQuestion(QDialog):
    """A dialog with a verb, a place for what is wrong, and for what should be known before."""

    def __init__(self, title: str, verb: str, parent: QWidget | None = None, *, is_danger: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(WIDTH)
        self.column = QVBoxLayout()
        self.column.setSpacing(8)
        self._note = label("", "muted", wrap=True)
        self._note.hide()
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._busy = label(self.tr("Working…"), "muted")
        self._busy.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.verb = self.buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(self.verb, "danger" if is_danger else "primary")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(18, 16, 18, 14)
        outer.setSpacing(10)
        outer.addLayout(self.column)
        outer.addWidget(self._note)
        outer.addWidget(self._problem)
        outer.addWidget(self._busy)
        outer.addWidget(self.buttons)
        self.buttons.rejected.connect(self.reject)

    def set_note(self, text: str) -> None:
        """What should be known before; "" = nothing."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def set_busy(self, is_busy: bool) -> None:
        """What was asked is being written; with a class of a million annotations that takes some seconds."""
        self.setEnabled(not is_busy)
        self._busy.setVisible(is_busy)

    def show_problem(self, text: str) -> None:
        """Why it was refused; the dialog stays."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    @property
    def problem(self) -> str:
        return self._problem.text()


class ClassNameDialog(ClassQuestion):
    """For a new class, or an old one's new name. A name that another class has can be merged into instead."""

    name_chosen = Signal(str)
    merge_requested = Signal(str)  # the name of the class to merge into

    def __init__(
        self, old_name: str | None, others: Collection[str], note: str = "", parent: QWidget | None = None
    ) -> None:
        """`old_name` None = a new class."""
        is_new = old_name is None
        title = "Add a class" if is_new else "Rename the class"
        super().__init__(title, "Add" if is_new else "Rename", parent)
        self._old_name = old_name or ""
        self._others = frozenset(others)
        self._is_new = is_new
        self._before = note
        self._name = QLineEdit(self._old_name)
        self._name.setMaxLength(MAX_CATEGORY_NAME)
        self._name.setAccessibleName(self.tr("Name"))
        heading = label(self.tr("&Name"))
        heading.setBuddy(self._name)
        self.column.addWidget(heading)
        self.column.addWidget(self._name)
        self._merge = QPushButton(self.tr("Merge instead…"))
        self.buttons.addButton(self._merge, QDialogButtonBox.ButtonRole.ActionRole)
        self._merge.clicked.connect(lambda: self.merge_requested.emit(self._text()))
        self.buttons.accepted.connect(lambda: self.name_chosen.emit(self._text()))
        self._name.textChanged.connect(self._check)
        self._check()

    def _text(self) -> str:
        return self._name.text().strip()

    def _check(self) -> None:
        name = self._text()
        is_taken = name in self._others and name != self._old_name
        problem = self.tr("A class named “{name}” already exists.").format(name=name) if is_taken else ""
        self.show_problem(problem)
        self._merge.setVisible(is_taken and not self._is_new)
        alike = next((one for one in self._others if one.casefold() == name.casefold() and one != self._old_name), "")
        words = self.tr("There is “{name}” too: only the capitals differ.").format(name=shown(alike))
        self.set_note(" ".join(text for text in (self._before, words if alike and not is_taken else "") if text))
        self.verb.setEnabled(bool(name) and not is_taken and name != self._old_name)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._name.setFocus()
        self._name.selectAll()


class ClassColourDialog(ClassQuestion):
    """The palette that people with any colour vision tell apart comes first."""

    colour_chosen = Signal(str)  # #rrggbb, "" = that of the class's place in the list

    def __init__(self, category: Category, parent: QWidget | None = None) -> None:
        super().__init__("Colour of the class", "Use", parent)
        self._category = category
        self._chosen = category.colour
        self.column.addWidget(label(shown(category.name), "heading", wrap=True))
        grid = QGridLayout()
        grid.setSpacing(6)
        self._swatches: dict[str, QToolButton] = {}
        for place, colour in enumerate(OKABE_ITO):
            button = QToolButton()
            button.setCheckable(True)
            button.setIcon(swatch(QColor(colour), SWATCH + 6))
            button.setIconSize(QSize(SWATCH + 6, SWATCH + 6))
            button.setToolTip(_COLOUR_NAMES[place])
            button.setAccessibleName(_COLOUR_NAMES[place])
            button.clicked.connect(lambda _=False, colour=colour: self.choose(colour.lower()))
            grid.addWidget(button, place // 4, place % 4)
            self._swatches[colour.lower()] = button
        row = QHBoxLayout()
        row.addLayout(grid)
        row.addStretch(1)
        self.column.addLayout(row)
        self._other = QPushButton(self.tr("&Another colour…"))
        self._other.clicked.connect(self._ask_other)
        self._usual = QPushButton(self.tr("The &usual colour of its place in the list"))
        self._usual.clicked.connect(lambda: self.choose(""))
        self._shown = label("", "muted")
        for widget in (self._other, self._usual, self._shown):
            self.column.addWidget(widget)
        self.buttons.accepted.connect(lambda: self.colour_chosen.emit(self._chosen))
        self.choose(self._chosen)

    def choose(self, colour: str) -> None:
        self._chosen = colour
        for known, button in self._swatches.items():
            button.setChecked(known == colour)
        shown_colour = QColor(colour) if colour else category_colour(self._category.index)
        self.verb.setIcon(swatch(shown_colour))
        words = named(shown_colour.name())
        if not colour:
            words = self.tr("{colour}, by its place in the list").format(colour=words)
        self._shown.setText(self.tr("Chosen: {words}").format(words=words))

    def _ask_other(self) -> None:
        dialog = QColorDialog(QColor(self._chosen or category_colour(self._category.index)), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self.choose(colour.name()))
        dialog.open()


def named(colour: str) -> str:
    """ "yellow" of the palette, else the colour as it is written."""
    known = dict(zip((one.lower() for one in OKABE_ITO), _COLOUR_NAMES, strict=True))
    return known.get(colour.lower(), colour)


class MergeClassDialog(ClassQuestion):
    merge_chosen = Signal(object)  # CategoryId of the class that stays

    def __init__(
        self,
        use: CategoryUse,
        others: Sequence[Category],
        into: CategoryId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Merge classes", "Merge", parent)
        self._use = use
        self._others = tuple(others)
        self._target = QComboBox()
        self._target.setAccessibleName(self.tr("The class that stays"))
        for one in others:
            self._target.addItem(swatch(category_colour(one.colour_number)), shown(one.name), one.id)
        if into is not None:
            self._target.setCurrentIndex(max(self._target.findData(into), 0))
        heading = label(self.tr("Merge “{name}” &into").format(name=shown(use.name)), wrap=True)
        heading.setBuddy(self._target)
        self.column.addWidget(heading)
        self.column.addWidget(self._target)
        self._target.currentIndexChanged.connect(self._tell)
        self.buttons.accepted.connect(lambda: self.merge_chosen.emit(self._target.currentData()))
        self.verb.setEnabled(bool(others))
        if not others:
            self.show_problem(self.tr("There is no other class to merge into."))
        self._tell()

    def _tell(self) -> None:
        if not self._others:
            return
        text = self.tr(
            "{annotations} on {images} become “{target}”, and “{name}” goes. "
            "An image that is of both as a whole is of “{target}” once."
        ).format(
            annotations=counted(self._use.n_annotations, "annotation"),
            images=counted(self._use.n_images, "image"),
            target=self._target.currentText(),
            name=shown(self._use.name),
        )
        self.set_note(f"{text} {self._use.models_text}".strip())


class DeleteClassDialog(ClassQuestion):
    delete_chosen = Signal(bool)  # whether images that have only it go to the trash

    def __init__(self, use: CategoryUse, parent: QWidget | None = None) -> None:
        super().__init__("Delete the class", "Delete", parent, is_danger=True)
        annotations = counted(use.n_annotations, "annotation")
        self.column.addWidget(label(self.tr("Delete “{name}”?").format(name=shown(use.name)), "heading", wrap=True))
        self._keep = QRadioButton(
            self.tr("The class and its {annotations}; all images stay").format(annotations=annotations)
        )
        text = self.tr("And remove {images} that have only it from the project, to the trash").format(
            images=counted(use.n_only, "image")
        )
        self._remove = QRadioButton(text if use.n_only else self.tr("No image has only this class"))
        self._remove.setEnabled(use.n_only > 0)
        self._keep.setChecked(True)
        for choice in (self._keep, self._remove):
            self.column.addWidget(choice)
        notes = [self.tr("No file is deleted. Undo brings everything back.")]
        if use.n_by_models:
            notes.insert(0, self.tr("{n} of it go too.").format(n=counted(use.n_by_models, "accepted prediction")))
        notes.append(use.models_text)
        self.set_note(" ".join(note for note in notes if note))
        self.buttons.accepted.connect(lambda: self.delete_chosen.emit(self._remove.isChecked()))
        cancel = self.buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self.verb.setAutoDefault(False)
        cancel.setDefault(True)
        cancel.setFocus()


def swatch(colour: QColor, side: int = SWATCH) -> QIcon:
    """A square of the colour, with an edge that shows on light and on dark."""
    ratio = 2
    picture = QPixmap(side * ratio, side * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(colour)
    painter.setPen(QColor(current_theme().text_muted))
    painter.drawRoundedRect(1, 1, side - 2, side - 2, 3, 3)
    painter.end()
    found = QIcon(picture)
    found.addPixmap(picture, QIcon.Mode.Selected)  # else Qt tints it, and the colour is another
    return found
