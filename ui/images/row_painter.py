"""Draws one row of the list: a small thumbnail, then the text of each column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle

from core.domain.projects import Category, ImageState
from ui.grids.cell_grid import CellState
from ui.icons import icon
from ui.images.column_header import ColumnHeader
from ui.images.image_columns import names_of
from ui.images.seen_images import Cell
from ui.theme import current_theme

PICTURE_SIDE = 26
MARGIN = 8  # between a column's edges and its text
NAME = "name"


class RowPainter(QObject):
    """`header` says where the columns are."""

    def __init__(self, header: ColumnHeader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.side = PICTURE_SIDE
        self.pending: list[QRect] = []
        self._header = header
        self._names = names_of(())

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._names = names_of(categories)

    def begin_frame(self, screen: QSize) -> None:
        """Nothing is kept from row to row."""

    def cell_size(self, text_height: int) -> QSize:
        return QSize(self._header.length(), max(text_height + 12, PICTURE_SIDE + 6))

    def paint(self, painter: QPainter, place: QRect, cell: Cell, state: CellState) -> None:
        theme = current_theme()
        if state.is_selected or state.is_hovered:
            painter.fillRect(place, QColor(theme.selection if state.is_selected else theme.raised))
        painter.setPen(QPen(QColor(theme.neutral_soft), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        for column, left, width in self._header.places():
            at = QStyle.visualRect(
                painter.layoutDirection(), place, QRect(place.left() + left, place.top(), width, place.height())
            )
            room = at.adjusted(MARGIN, 0, -MARGIN, 0)
            if column.key == NAME:
                picture = QRect(room.left(), room.center().y() - PICTURE_SIDE // 2 + 1, PICTURE_SIDE, PICTURE_SIDE)
                self._paint_picture(painter, QStyle.visualRect(painter.layoutDirection(), room, picture), cell)
                beside = room.adjusted(PICTURE_SIDE + MARGIN, 0, 0, 0)
                room = QStyle.visualRect(painter.layoutDirection(), room, beside)
            if cell.annotated is None:
                continue
            is_wrong = column.key == "state" and cell.annotated.image.state != ImageState.OK
            colour = theme.error if is_wrong else theme.text if column.key == NAME else theme.text_muted
            painter.setPen(QColor(colour))
            middle = Qt.TextElideMode.ElideMiddle if column.key in (NAME, "folder") else Qt.TextElideMode.ElideRight
            text = painter.fontMetrics().elidedText(column.text(cell.annotated, self._names), middle, room.width())
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | side), text)
        if state.has_focus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -2), 4, 4)

    def _paint_picture(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        if cell.thumbnail is not None:
            size = cell.thumbnail.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(area.topLeft(), size)
            place.moveCenter(area.center())
            painter.drawImage(place, cell.thumbnail)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().neutral_soft))
        painter.drawRoundedRect(area, 3, 3)
        if cell.failure:
            icon("triangle-alert", role="warning").paint(painter, area.adjusted(5, 5, -5, -5))
