"""F6 leads the keyboard through the parts of a page, Shift+F6 back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget


class PaneKeys(QObject):
    def __init__(self, page: QWidget, list_panes: Callable[[], Sequence[QWidget]]) -> None:
        """`list_panes` gives the parts in the order in which they are seen; those that are hidden are passed over."""
        super().__init__(page)
        self._list_panes = list_panes
        for keys, step in (("F6", 1), ("Shift+F6", -1)):
            shortcut = QShortcut(QKeySequence(keys), page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self._go(step))

    def _go(self, step: int) -> None:
        panes = [pane for pane in self._list_panes() if pane.isVisible()]
        focus = QApplication.focusWidget()
        has_focus = [focus is not None and (pane is focus or pane.isAncestorOf(focus)) for pane in panes]
        pane = panes[(has_focus.index(True) + step) % len(panes) if any(has_focus) else 0]
        target = _first_to_focus(pane)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _first_to_focus(pane: QWidget) -> QWidget | None:
    """The pane itself, or the first within it that takes the keyboard."""
    if pane.focusProxy() is not None or pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return pane
    inside = (one for one in pane.findChildren(QWidget) if one.isVisible() and one.isEnabled())
    return next((one for one in inside if one.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
