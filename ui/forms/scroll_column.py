"""A column that scrolls when it is taller than its room, no wider than people like to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

SCROLL_BAR_ROOM = 10


class ScrollColumn(QScrollArea):
    """`max_width` 0 = as wide as there is room."""

    def __init__(self, content: QWidget, *, max_width: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, SCROLL_BAR_ROOM, 0)
        if max_width:
            content.setMaximumWidth(max_width)
        row.addWidget(content, 1000)
        row.addStretch(1)
        self.setWidget(holder)
        # The area is transparent: the page behind it shows.
        holder.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
