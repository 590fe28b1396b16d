"""Where a context menu of a table opens."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QAbstractItemView


def menu_place(view: QAbstractItemView, wished: QPoint) -> QPoint | None:
    """On the screen: where the mouse wished it over a row, else, as by the menu key, at the row that has the focus.

    None when there is no such row.
    """
    if not view.indexAt(wished).isValid():
        if not view.currentIndex().isValid():
            return None
        wished = view.visualRect(view.currentIndex()).center()
    return view.viewport().mapToGlobal(wished)
