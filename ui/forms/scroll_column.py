"""A column that scrolls when it is taller than its room, no wider than people like to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

SCROLL_BAR_ROOM = 10


class ScrollColumn(QScrollArea):
    """The content is given at once or, for large ones, with `set_content` when the area is where it belongs."""

    def __init__(self, content: QWidget | None = None, *, max_width: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Contents"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        # An empty holder first: a scroll area measures, and so styles, everything in a widget that it is given.
        self.setWidget(holder)
        # The area is transparent, so that the page or card behind it shows; to be said after it has its widget.
        holder.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
        self._row = QHBoxLayout(holder)
        self._row.setContentsMargins(0, 0, SCROLL_BAR_ROOM, 0)
        if content is not None:
            self.set_content(content, max_width=max_width)

    def set_content(self, content: QWidget, *, max_width: int = 0) -> None:
        """Once. `max_width` 0 = as wide as there is room."""
        if max_width:
            content.setMaximumWidth(max_width)
        self._row.addWidget(content, 1000)
        self._row.addStretch(1)
