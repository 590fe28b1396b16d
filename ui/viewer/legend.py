"""What the colours mean, each with the line that is drawn in it: dashed for what is there, solid for predictions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import current_theme
from ui.viewer.colouring import LegendEntry

LINE_PX = 22
GAP = 8
ROW_GAP = 4


class Legend(QWidget):
    """As many entries in a row as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[LegendEntry, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        return self._entries

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        self._entries = tuple(entries)
        lines = {True: self.tr("dashed"), False: self.tr("solid")}
        self.setAccessibleName(self.tr("What the colours mean"))
        self.setAccessibleDescription(", ".join(f"{one.text}: {lines[one.is_dashed]}" for one in self._entries))
        self.setVisible(bool(self._entries))
        self.updateGeometry()
        self.update()

    def _places(self, width: int) -> list[QRect]:
        """Of each entry; the last tells the height."""
        places, x, y = [], 0, 0
        height = self.fontMetrics().height()
        for one in self._entries:
            needed = LINE_PX + 6 + self.fontMetrics().horizontalAdvance(one.text) + GAP
            if x and x + needed > width + GAP:
                x, y = 0, y + height + ROW_GAP
            places.append(QRect(x, y, needed, height))
            x += needed
        return places

    # Qt overrides

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        return places[-1].bottom() + 1 if places else 0

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(200))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for one, place in zip(self._entries, self._places(self.width()), strict=True):
            pen = QPen(one.colour, 3.0)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if one.is_dashed:
                pen.setDashPattern([2.0, 1.2])
            middle = place.center().y() + 0.5
            painter.setPen(pen)
            painter.drawLine(QPointF(place.left(), middle), QPointF(place.left() + LINE_PX, middle))
            painter.setPen(QColor(current_theme().text))
            painter.drawText(place.adjusted(LINE_PX + 6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, one.text)
        painter.end()
