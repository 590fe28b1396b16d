"""What every number means, in words: a list to choose from, the explanation beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.domain.analysis import Definition
from core.domain.definitions import DEFINITIONS, find_definition
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

SIZE = (760, 460)
LIST_WIDTH = 280


class DefinitionsWindow(QDialog):
    """Stays open beside what it explains."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What the numbers mean"))
        self.setModal(False)
        self.resize(*SIZE)
        self._search = SearchField(self.tr("Search"))
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Measures"))
        self._list.setFixedWidth(LIST_WIDTH)
        self._title = label("", "heading", wrap=True)
        self._text = label("", wrap=True)
        self._formula = label("", "mono", wrap=True)
        for part in (self._text, self._formula):
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for definition in DEFINITIONS.values():
            item = QListWidgetItem(definition.title)
            item.setData(Qt.ItemDataRole.UserRole, definition)
            self._list.addItem(item)
        self._make_layout()
        self._list.currentItemChanged.connect(self._show_chosen)
        self._search.search_changed.connect(self._filter)
        self._list.setCurrentRow(0)

    @property
    def shown(self) -> Definition | None:
        item = self._list.currentItem()
        found: Definition | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found

    def explain(self, name: str) -> None:
        """Go to a measure; one that a plug-in brought, and nobody explains, leaves the list as it is."""
        definition = find_definition(name)
        self._search.clear()
        self._filter("")
        for row in range(self._list.count()):
            if definition is not None and self._list.item(row).data(Qt.ItemDataRole.UserRole) == definition:
                self._list.setCurrentRow(row)
                self._list.scrollToItem(self._list.item(row))

    def shown_titles(self) -> list[str]:
        """What the search lets through."""
        items = (self._list.item(row) for row in range(self._list.count()))
        return [item.text() for item in items if not item.isHidden()]

    def _show_chosen(self) -> None:
        definition = self.shown
        if definition is not None:
            self._title.setText(definition.title)
            self._text.setText(definition.text)
            self._formula.setText(definition.formula)
            self._formula.setVisible(bool(definition.formula))

    def _filter(self, text: str) -> None:
        wanted = text.casefold()
        for row in range(self._list.count()):
            item = self._list.item(row)
            definition: Definition = item.data(Qt.ItemDataRole.UserRole)
            item.setHidden(wanted not in f"{definition.title} {definition.text}".casefold())

    def _make_layout(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self._search)
        left.addWidget(self._list, 1)
        right = QVBoxLayout()
        right.setContentsMargins(16, 4, 8, 4)
        right.setSpacing(12)
        for part in (self._title, self._text, self._formula):
            right.addWidget(part)
        right.addStretch()
        row = QHBoxLayout(self)
        row.addLayout(left)
        row.addLayout(right, 1)


def explain(widget: QWidget, name: str = "") -> DefinitionsWindow:
    """Open the explanations beside the window that `widget` is in, at the measure of this name; one window a window."""
    window = widget.window()
    found = window.findChild(DefinitionsWindow)
    shown = found if found is not None else DefinitionsWindow(window)
    if name:
        shown.explain(name)
    shown.show()
    shown.activateWindow()
    return shown
