"""A button that opens a list of things to tick: several of a kind at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget


class StayingMenu(QMenu):
    """Stays open while things are ticked."""

    # Qt overrides

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)


class FilterButton(QToolButton):
    """Nothing ticked = no restriction."""

    changed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._menu = StayingMenu(self)
        self._actions: dict[Any, QAction] = {}
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("role", "menu")
        self._show()

    def set_choices(self, choices: Sequence[tuple[Any, str]]) -> None:
        """(value, shown text); what is ticked and still there stays ticked."""
        if [value for value, _text in choices] == list(self._actions):
            return
        chosen = set(self.chosen())
        self._menu.clear()
        self._actions = {}
        for value, text in choices:
            action = self._menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(value in chosen)
            action.toggled.connect(self._announce)
            self._actions[value] = action
        self._show()

    def chosen(self) -> tuple[Any, ...]:
        return tuple(value for value, action in self._actions.items() if action.isChecked())

    def clear(self) -> None:
        for action in self._actions.values():
            action.setChecked(False)

    def choose(self, value: Any, is_chosen: bool = True) -> None:
        """Tick a choice; one that there is not is passed over."""
        if value in self._actions:
            self._actions[value].setChecked(is_chosen)

    def _announce(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        texts = [action.text().replace("&&", "&") for action in self._actions.values() if action.isChecked()]
        shown = "" if not texts else f": {texts[0]}" if len(texts) == 1 else f": {len(texts)}"
        self.setText(f"{self._title}{shown}")
        self.setToolTip("\n".join(texts))
        self.setAccessibleName(self.text())
        self.setEnabled(bool(self._actions))
