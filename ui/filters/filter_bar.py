"""The line of chips over the images: all that restricts them, what else can be asked, and the filters that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from core.domain.filter_words import condition_in_words, in_words
from core.domain.filters import Condition, Group, Joint, Operator, SavedFilter
from core.domain.judgements import HARD_CASE, LABEL_SUSPICIOUS, SPLIT_TAGS
from core.domain.names import shown
from ui.charts.legend import FlowLayout
from ui.filters.chip import CHIP_HEIGHT, Chip
from ui.icons import icon
from ui.widgets.labels import label


class FilterBar(QWidget):
    """Its filter holds together with what other parts of the page restrict: these are `fixed` chips."""

    filter_changed = Signal(object)  # Group
    condition_requested = Signal(object)  # the place of the condition that is to be changed, None = a new one
    builder_requested = Signal()
    text_requested = Signal()
    fixed_removed = Signal(str)  # key
    saved_chosen = Signal(object)  # SavedFilter
    save_requested = Signal()
    overwrite_requested = Signal(object)  # SavedFilter
    rename_requested = Signal(object)  # SavedFilter
    delete_requested = Signal(object)  # SavedFilter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = Group()
        self._fixed: tuple[tuple[str, str], ...] = ()
        self._saved: tuple[SavedFilter, ...] = ()
        self._current: str | None = None  # name of the saved one that is shown
        self.add = QToolButton()
        self.saved = QToolButton()
        self._chips: list[QWidget] = []
        self._place = QWidget()
        self._flow = FlowLayout(self._place, spacing=6, line_spacing=6)
        self._build()
        self.add.clicked.connect(lambda: self.condition_requested.emit(None))
        self._show()

    def _build(self) -> None:
        self.add.setIcon(icon("plus"))
        self.add.setText(self.tr("Add condition"))
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setFixedHeight(CHIP_HEIGHT)
        self.add.setToolTip(self.tr("Ask something more of the images (Ctrl+Shift+F)"))
        self.saved.setText(self.tr("Filters"))
        self.saved.setIcon(icon("funnel"))
        self.saved.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.saved.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.saved.setProperty("role", "menu")
        self.saved.setToolTip(self.tr("Saved filters, groups of conditions, and the filter as text"))
        self.saved.setAccessibleName(self.tr("Saved filters"))
        menu = QMenu(self.saved)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self.fill_menu(menu))
        self.saved.setMenu(menu)
        self._flow.addWidget(self.add)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._place, 1)
        row.addWidget(self.saved, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.addLayout(row)

    @property
    def group(self) -> Group:
        return self._group

    def set_group(self, group: Group, name: str | None = None) -> None:
        """Show this filter, which has this name where it is kept; nothing is announced."""
        self._group, self._current = group, name
        self._show()

    def set_fixed(self, chips: Sequence[tuple[str, str]]) -> None:
        """What else restricts the images: keys and words."""
        if tuple(chips) != self._fixed:
            self._fixed = tuple(chips)
            self._show()

    def set_saved(self, saved: Sequence[SavedFilter]) -> None:
        self._saved = tuple(saved)
        if self._current is not None and self._current not in [one.name for one in saved]:
            self._current = None
        self._show()

    def add_item(self, item: Condition | Group) -> None:
        """One more condition, which holds together with the others."""
        if self._group.joint is Joint.OR and len(self._group.items) > 1:
            self._put(Group(Joint.AND, (self._group, item)))
        else:
            self._put(Group(Joint.AND, (*self._group.items, item)))

    def replace_item(self, at: int, item: Condition | Group) -> None:
        items = list(self._group.items)
        items[at] = item
        self._put(replace(self._group, items=tuple(items)))

    def remove_item(self, at: int) -> None:
        items = self._group.items[:at] + self._group.items[at + 1 :]
        self._put(replace(self._group, items=items) if items else Group())

    @property
    def words(self) -> list[str]:
        """Of the chips, in their order."""
        return [chip.words for chip in self._chips if isinstance(chip, Chip)]

    @property
    def chips(self) -> list[Chip]:
        return [chip for chip in self._chips if isinstance(chip, Chip)]

    def fill_menu(self, menu: QMenu) -> None:
        menu.clear()
        for one in self._saved:
            entry = menu.addAction(shown(one.name).replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(one.name == self._current)
            entry.setEnabled(not one.problem)
            entry.setToolTip(one.problem or in_words(one.filter))
            entry.triggered.connect(lambda _on, one=one: self.saved_chosen.emit(one))
        if not self._saved:
            menu.addAction(self.tr("No filter is saved yet")).setEnabled(False)
        ready = menu.addMenu(icon("sparkles"), self.tr("&Ready-made"))
        for words, condition in (
            (self.tr("Unlabelled"), Condition("annotated", Operator.EQ, False)),
            (self.tr("For neither train, validation nor test"), Condition("tag", Operator.NIN, SPLIT_TAGS)),
            (self.tr("Hard cases"), Condition("tag", Operator.EQ, HARD_CASE)),
            (self.tr("Label suspicious"), Condition("tag", Operator.EQ, LABEL_SUSPICIOUS)),
            (self.tr("Damaged or missing"), Condition("problem", Operator.EXISTS, True)),
        ):
            ready.addAction(words).triggered.connect(lambda _on, condition=condition: self.add_item(condition))
        menu.addSeparator()
        menu.addAction(icon("save"), self.tr("&Save as…"), self.save_requested.emit).setEnabled(bool(self._group.items))
        for title, name, signal in (
            (self.tr("&Overwrite"), "replace", self.overwrite_requested),
            (self.tr("&Rename"), "pencil", self.rename_requested),
            (self.tr("&Delete"), "trash-2", self.delete_requested),
        ):
            of = menu.addMenu(icon(name), title)
            of.setEnabled(bool(self._saved) and (signal is not self.overwrite_requested or bool(self._group.items)))
            for one in self._saved:
                text = shown(one.name).replace("&", "&&") + ("…" if signal is self.rename_requested else "")
                of.addAction(text).triggered.connect(lambda _on, one=one, signal=signal: signal.emit(one))
        menu.addSeparator()
        menu.addAction(icon("list-checks"), self.tr("&Conditions and groups…"), self.builder_requested.emit)
        menu.addAction(icon("code"), self.tr("Edit as &text…"), self.text_requested.emit)

    def _put(self, group: Group) -> None:
        self._group, self._current = group, None
        self._show()
        self.filter_changed.emit(group)

    def _show(self) -> None:
        had_focus = any(chip.isAncestorOf(self.focusWidget() or self.add) for chip in self._chips)
        for old in self._chips:
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._chips = [*self._fixed_chips(), *self._own_chips()]
        for at, chip in enumerate(self._chips):
            self._flow.insert_widget(at, chip)
            chip.show()
        self._place.updateGeometry()
        name = f": {shown(self._current)}" if self._current else ""
        self.saved.setText(self.tr("Filters{name}").format(name=name).replace("&", "&&"))
        if had_focus:
            self.add.setFocus()

    def _fixed_chips(self) -> list[QWidget]:
        chips: list[QWidget] = []
        for key, words in self._fixed:
            chip = Chip(words, can_change=False)
            chip.remove_requested.connect(lambda key=key: self.fixed_removed.emit(key))
            chips.append(chip)
        return chips

    def _own_chips(self) -> list[QWidget]:
        chips: list[QWidget] = []
        for at, item in enumerate(self._group.items):
            if at and self._group.joint is Joint.OR:
                chips.append(_or(self.tr("or")))
            chip = Chip(condition_in_words(item) if isinstance(item, Condition) else in_words(item))
            chip.clicked.connect(lambda at=at, item=item: self._change(at, item))
            chip.remove_requested.connect(lambda at=at: self.remove_item(at))
            chips.append(chip)
        return chips

    def _change(self, at: int, item: Condition | Group) -> None:
        if isinstance(item, Condition):
            self.condition_requested.emit(at)
        else:
            self.builder_requested.emit()


def _or(text: str) -> QLabel:
    made = label(text, "muted")
    made.setFixedHeight(CHIP_HEIGHT)
    return made
