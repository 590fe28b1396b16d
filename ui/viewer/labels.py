"""Class names beside the shapes; one that would cover another is left out, so that many stay readable."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.viewer.colouring import contrast_colour
from ui.viewer.overlays import OverlayObject
from ui.viewer.view_transform import ViewTransform

LABEL_MIN_PX = 22.0  # narrower shapes get no label
MAX_LABELS = 250
MAX_TRIED = 4000
MOST_SIGNS = 32  # of average width; a longer name is shortened in its middle
MOST_STACKED = 24  # labels of one region, below each other
CELL = 4  # pixels of the screen, for finding out what is taken


class LabelPainter:
    """Draws the labels of one picture; all its layers share the room."""

    def __init__(self, painter: QPainter, size: QSize) -> None:
        self._painter = painter
        self._taken = np.zeros((size.height() // CELL + 2, size.width() // CELL + 2), dtype=np.bool_)
        self._n_drawn = self._n_tried = 0
        font = painter.font()
        font.setPointSizeF(max(font.pointSizeF() * 0.9, 7.0))
        self._font = font

    def paint(self, objects: Iterable[tuple[OverlayObject, QColor]], view: ViewTransform, opacity: float) -> None:
        """At the shapes' left top corners, in the order given."""
        painter = self._painter
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        metrics = painter.fontMetrics()
        for one, colour in objects:
            if self._n_drawn >= MAX_LABELS or self._n_tried >= MAX_TRIED:
                break
            if one.bounds.width * view.scale < LABEL_MIN_PX:
                continue
            self._n_tried += 1
            room = MOST_SIGNS * metrics.averageCharWidth()
            text = metrics.elidedText(label_text(one), Qt.TextElideMode.ElideMiddle, room)
            x, y = view.to_view(one.bounds.x0, one.bounds.y0)
            width, height = metrics.horizontalAdvance(text) + 10.0, metrics.height() + 2.0
            chip = QRectF(x - 1, y - height if y >= height else y, width, height)
            if one.is_label:
                chip.moveTop(y + 2 if one.is_whole_image else chip.top())
                chip.moveLeft(x + 3 if one.is_whole_image else chip.left())
            is_free = self._take(chip)
            for _ in range(MOST_STACKED if one.is_label else 0):
                if is_free:
                    break
                chip.translate(0, height + CELL + 1)
                is_free = self._take(chip)
            if is_free:
                self._n_drawn += 1
                _paint_chip(painter, chip, text, colour, opacity, is_hollow=one.is_label and one.kind.is_truth)
        painter.restore()

    def _take(self, chip: QRectF) -> bool:
        """Whether there was room for it and is on the picture."""
        rows, columns = self._taken.shape
        top, bottom = max(int(chip.top()) // CELL, 0), min(int(chip.bottom()) // CELL + 1, rows)
        left, right = max(int(chip.left()) // CELL, 0), min(int(chip.right()) // CELL + 1, columns)
        if top >= bottom or left >= right or self._taken[top:bottom, left:right].any():
            return False
        self._taken[top:bottom, left:right] = True
        return True


def label_text(one: OverlayObject) -> str:
    """The class, and how sure the model was."""
    return one.title if one.confidence is None else f"{one.title} {one.confidence:.2f}"


def _paint_chip(
    painter: QPainter, chip: QRectF, text: str, colour: QColor, opacity: float, *, is_hollow: bool = False
) -> None:
    """What is true of a region is drawn hollow beside what was predicted, as outlines are dashed elsewhere."""
    if is_hollow:
        paper = QColor(contrast_colour(colour))
        paper.setAlphaF(0.92 * opacity)
        painter.setPen(QPen(colour, 2.0, Qt.PenStyle.DashLine))
        painter.setBrush(paper)
        painter.drawRoundedRect(chip.adjusted(1, 1, -1, -1), 3, 3)
        painter.setPen(contrast_colour(paper))
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
        return
    background = QColor(colour)
    background.setAlphaF(0.92 * opacity * colour.alphaF())
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(background)
    painter.drawRoundedRect(chip, 3, 3)
    painter.setPen(contrast_colour(colour))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
