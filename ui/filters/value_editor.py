"""What all editors of a condition's value have in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.domain.filters import FilterValue


class ValueEditor(QWidget):
    """`value` is None while nothing is written, or what cannot be read."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.written: QWidget = self  # what has the focus; a proxy would have a place of its own among the tabs
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def value(self) -> FilterValue | None:
        raise NotImplementedError

    def set_value(self, value: FilterValue) -> None:
        raise NotImplementedError

    def _fill(self, *widgets: QWidget) -> None:
        """The first is the one that is written in."""
        widgets[0].setAccessibleName(self.tr("Value"))
        self.written = widgets[0]
        for at, widget in enumerate(widgets):
            self._row.addWidget(widget, 1 if at == 0 else 0)
