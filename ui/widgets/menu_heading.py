"""A title between the entries of a menu; styles differ in whether they show Qt's own."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidgetAction

from ui.widgets.labels import label


def add_heading(menu: QMenu, title: str) -> list[QAction]:
    """A line and, below it, the title; "" = the line alone. What it added, for hiding it where nothing follows."""
    added = [menu.addSeparator()]
    if title:
        heading = QWidgetAction(menu)
        words = label(title, "muted")
        words.setContentsMargins(12, 4, 12, 2)
        heading.setDefaultWidget(words)
        heading.setText(title)
        heading.setEnabled(False)
        menu.addAction(heading)
        added.append(heading)
    return added
