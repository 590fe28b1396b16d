"""Columns of a table that share the room there is: some as wide as what they hold, the others by their weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

PADDING = 20  # left and right of a heading together
N_ROWS = 30  # looked at beyond those that are seen: each costs a fifth of a millisecond
ROOM_FOR_ARROW = 16  # of the column that is sorted


class ColumnRoom(QObject):
    """Call `share` when the content has changed. A column that the person drags keeps its width from then on."""

    def __init__(
        self, view: QAbstractItemView, header: QHeaderView, *, weights: Mapping[Any, int], least: int = 90
    ) -> None:
        """`weights` by column: these share what the others leave; none of them gets less than `least` pixels."""
        super().__init__(view)
        self._view = view
        self._header = header
        self._weights = dict(weights)
        self._least = least
        self._by_hand: set[int] = set()
        self._is_sharing = False
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        header.setResizeContentsPrecision(N_ROWS)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.sectionResized.connect(self._note_hand)
        header.sortIndicatorChanged.connect(lambda _column, _order: self.share())
        view.viewport().installEventFilter(self)

    def share(self) -> None:
        """Give each column its width for the content and the room there are now."""
        header = self._header
        self._is_sharing = True
        taken = 0
        shared = {}
        for column in range(header.count()):
            if header.isSectionHidden(column):
                continue
            if column in self._by_hand:
                taken += header.sectionSize(column)
            elif column in self._weights:
                shared[column] = self._weights[column]
            else:
                arrow = ROOM_FOR_ARROW if column == header.sortIndicatorSection() else 0
                width = max(self._view.sizeHintForColumn(column), self._heading_width(column) + arrow)
                header.resizeSection(column, width)
                taken += width
        least = {column: max(self._least, self._heading_width(column)) for column in shared}
        for column, width in shares(self._view.viewport().width() - taken, shared, least).items():
            header.resizeSection(column, width)
        self._is_sharing = False

    def _heading_width(self, column: int) -> int:
        """Its own hint leaves room for an arrow in every column."""
        font = self._header.font()
        font.setBold(True)
        text = str(self._header.model().headerData(column, self._header.orientation()))
        return QFontMetrics(font).horizontalAdvance(text) + PADDING

    def _note_hand(self, column: int, _old: int, _new: int) -> None:
        if not self._is_sharing and self._view.isVisible():
            self._by_hand.add(column)

    # Qt overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.share()
        return super().eventFilter(watched, event)


def shares(room: int, weights: Mapping[int, int], least: Mapping[int, int]) -> dict[int, int]:
    """Pixels for each: by weight, but none less than its least; these take from the others. Together they are `room`,
    unless that is less than all that is needed."""
    result: dict[int, int] = {}
    left = dict(weights)
    while left:
        total = sum(left.values())
        short = [column for column, weight in left.items() if room * weight // total < least[column]]
        if not short:
            break
        for column in short:
            result[column] = least[column]
            room -= least[column]
            del left[column]
    total = sum(left.values())
    for column, weight in left.items():
        width = room * weight // total
        result[column] = width
        room, total = room - width, total - weight
    return result
