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
        """(value, shown text); what is ticked stays, also when it is no longer among them."""
        ticked = [(value, action.text().replace("&&", "&")) for value, action in self._ticked()]
        offered = {value for value, _text in choices}
        wanted = [*choices, *(choice for choice in ticked if choice[0] not in offered)]
        if [value for value, _text in wanted] == list(self._actions):
            return
        self._menu.clear()
        self._actions = {}
        chosen = {value for value, _text in ticked}
        for value, text in wanted:
            self._add(value, text, is_ticked=value in chosen)
        self._show()

    def chosen(self) -> tuple[Any, ...]:
        return tuple(value for value, _action in self._ticked())

    def clear(self) -> None:
        for action in self._actions.values():
            action.setChecked(False)

    def choose(self, value: Any, text: str = "") -> None:
        """Tick a choice; with a text, one that there is not is added."""
        if value not in self._actions and text:
            self._add(value, text, is_ticked=False)
        if value in self._actions:
            self._actions[value].setChecked(True)

    def _add(self, value: Any, text: str, *, is_ticked: bool) -> None:
        action = self._actions[value] = self._menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(is_ticked)
        action.toggled.connect(self._announce)

    def _ticked(self) -> list[tuple[Any, QAction]]:
        return [(value, action) for value, action in self._actions.items() if action.isChecked()]

    def _announce(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        texts = [action.text().replace("&&", "&") for _value, action in self._ticked()]
        shown = "" if not texts else f": {texts[0]}" if len(texts) == 1 else f": {len(texts)}"
        self.setText(f"{self._title}{shown}")
        self.setToolTip("\n".join(texts))
        self.setAccessibleName(self.text())
        self.setEnabled(bool(self._actions))
