"""Where in their images objects lie: a map of cells, stronger in colour where there are more. Each is opened."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.domain.project_statistics import N_PLACES
from ui.theme import current_theme
from ui.widgets.formatting import counted

SIDE = 264
_STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PlaceMap(QWidget):
    opened = Signal(int)  # the cell, row by row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: npt.NDArray[np.int64] = np.zeros(N_PLACES * N_PLACES, dtype=np.int64)
        self._current = 0
        self._hovered: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name()

    def set_counts(self, counts: npt.NDArray[np.int64]) -> None:
        """N_PLACES x N_PLACES numbers, row by row from the top left."""
        self._counts = counts
        self._name()
        self.update()

    def _name(self) -> None:
        text = self._words(self._current)
        self.setAccessibleName(self.tr("Map of places, the arrow keys choose a cell. {cell}").format(cell=text))

    def _words(self, cell: int) -> str:
        row, column = divmod(cell, N_PLACES)
        return self.tr("{objects} with their middle in row {row}, column {column} of {n}").format(
            objects=counted(int(self._counts[cell]), "object"), row=row + 1, column=column + 1, n=N_PLACES
        )

    def _area(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) / 2, 0, side, side)

    def _cell_at(self, place: QPointF) -> int | None:
        area = self._area()
        if not area.contains(place):
            return None
        column = int((place.x() - area.left()) / area.width() * N_PLACES)
        row = int((place.y() - area.top()) / area.height() * N_PLACES)
        return min(row, N_PLACES - 1) * N_PLACES + min(column, N_PLACES - 1)

    def _rectangle(self, cell: int) -> QRectF:
        area, (row, column) = self._area(), divmod(cell, N_PLACES)
        side = area.width() / N_PLACES
        return QRectF(area.left() + column * side, area.top() + row * side, side, side)

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(SIDE, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self._area(), QColor(theme.neutral_soft))
        highest = int(self._counts.max()) or 1
        for cell, number in enumerate(self._counts.tolist()):
            if number:
                colour = QColor(theme.accent)
                # The root tells few from none where some cells have very many.
                colour.setAlphaF(0.08 + 0.92 * (number / highest) ** 0.5)
                painter.fillRect(self._rectangle(cell), colour)
        painter.setPen(QColor(theme.border))
        painter.drawRect(self._area().adjusted(0.5, 0.5, -0.5, -0.5))
        marked = self._current if self.hasFocus() else self._hovered
        if marked is not None:
            painter.setPen(QColor(theme.text))
            painter.drawRect(self._rectangle(marked).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self._cell_at(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = cell
            self._name()
            self.opened.emit(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            row, column = divmod(self._current, N_PLACES)
            across, down = _STEPS[key]
            column, row = (min(max(value, 0), N_PLACES - 1) for value in (column + across, row + down))
            self._current = row * N_PLACES + column
            self._name()
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._cell_at(QPointF(event.pos()))
            QToolTip.showText(
                event.globalPos() if cell is not None else QPoint(), "" if cell is None else self._words(cell), self
            )
            return True
        return super().event(event)
