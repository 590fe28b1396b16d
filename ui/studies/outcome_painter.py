"""Draws one cell of the grid of outcomes: the picture with its boxes by outcome, the name, the badges.

Boxes are drawn at every repaint, so that a move of a slider costs no picture.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen

from core.domain.geometry import Box
from core.domain.names import shown
from core.domain.outcomes import NO_PARTNER, PredictionState, TruthState
from core.domain.predictions import Floats, ObjectTable
from core.domain.study_lists import StudyAnswer
from ui.grids.cell_grid import PADDING, CellState
from ui.icons import icon
from ui.studies.cells import CellKey, object_box, patch_box
from ui.studies.study_words import badge_texts, label_line, patch_title
from ui.theme import current_theme
from ui.viewer.colouring import MISSED, PREDICTION_COLOURS, RIGHT, TRUTH_COLOURS, WRONG

TEXT_GAP = 4
MARK_SIDE = 28
MOST_BOXES = 400  # on one thumbnail; of more one sees no single one
DASHES = (3.0, 2.5)


class OutcomePainter(QObject):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.side = 160
        self.pending: list[QRect] = []
        self.has_outcomes = True  # False: there is no ground truth, so nothing is right or wrong
        self.seen: frozenset[int] = frozenset()  # images that the model was trained on
        self.tags: dict[int, str] = {}  # images that have been tagged, and how

    def begin_frame(self, screen: QSize) -> None:
        """Nothing is kept between frames."""

    def cell_size(self, text_height: int) -> QSize:
        return QSize(self.side + 2 * PADDING, self.side + 2 * PADDING + 2 * (TEXT_GAP + text_height))

    def paint(
        self,
        painter: QPainter,
        place: QRect,
        key: CellKey,
        table: ObjectTable,
        answer: StudyAnswer,
        picture: QImage | None,
        *,
        is_failed: bool,
        state: CellState,
    ) -> None:
        self._paint_ground(painter, place, state)
        text_height = painter.fontMetrics().height()
        content = place.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        area = content.adjusted(0, 0, 0, -2 * (TEXT_GAP + text_height))
        name = QRect(content.left(), area.bottom() + 1 + TEXT_GAP, content.width(), text_height)
        below = name.translated(0, text_height + TEXT_GAP)
        box = self._shown_box(table, key)
        target = _fitted(box, area)
        if picture is None:
            self._paint_missing(painter, target, is_failed)
        else:
            painter.drawImage(target, picture)
        painter.save()
        # Upright lines need no smoothing, and are drawn several times faster without.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setClipRect(target)
        scale = target.width() / max(box.width, 1e-6)
        if key.is_patch:
            self._paint_patch_boxes(painter, key, table, answer, box, target, scale)
        else:
            self._paint_boxes(painter, key.image, table, answer, target, scale)
        painter.restore()
        if key.is_patch:
            self._paint_patch_texts(painter, name, below, key, table, answer)
        else:
            self._paint_name(painter, name, table, answer, key.image)
            line = label_line(table, answer.outcomes, key.image) if table.labels else None
            if line is None:
                self._paint_badges(painter, below, answer, key.image)
            else:
                self._paint_label_line(painter, below, *line)
        if key.image in self.seen:
            _paint_chip(painter, area.topLeft() + QPoint(5, 5), self.tr("seen in training"), "warning")

    def _shown_box(self, table: ObjectTable, key: CellKey) -> Box:
        if key.is_patch:
            return patch_box(table, key)
        image = table.images[key.image]
        return Box(0.0, 0.0, float(max(image.width, 1)), float(max(image.height, 1)))

    def _paint_ground(self, painter: QPainter, place: QRect, state: CellState) -> None:
        theme = current_theme()
        inside = place.adjusted(2, 2, -2, -2)
        if state.is_selected or state.is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if state.is_selected else theme.raised))
            painter.drawRoundedRect(inside, 8, 8)
        if state.has_focus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(inside), 8, 8)

    def _paint_missing(self, painter: QPainter, target: QRectF, is_failed: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().neutral_soft))
        painter.drawRoundedRect(target, 4, 4)
        name, role = ("triangle-alert", "warning") if is_failed else ("image", "text_disabled")
        mark = QRect(0, 0, MARK_SIDE, MARK_SIDE)
        mark.moveCenter(target.center().toPoint())
        icon(name, role=role).paint(painter, mark)

    def _paint_label_line(self, painter: QPainter, area: QRect, text: str, state: PredictionState | TruthState) -> None:
        """What was said of the image, with a square by its outcome."""
        colour = TRUTH_COLOURS[state] if isinstance(state, TruthState) else self._colour(int(state))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(area.left(), area.center().y() - 4, 9, 9), 2.5, 2.5)
        painter.setPen(QColor(current_theme().text))
        room = area.adjusted(13, 0, 0, 0)
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(_LEFT), elided)

    def _paint_boxes(
        self, painter: QPainter, image: int, table: ObjectTable, answer: StudyAnswer, target: QRectF, scale: float
    ) -> None:
        truths, predictions = table.truths_of(image), table.predictions_of(image)
        outcomes = answer.outcomes
        if table.labels and _is_whole(table, image):
            return  # a frame round the picture says nothing
        rects = _rects(table.truth_boxes[truths][:MOST_BOXES], target, scale)
        states = outcomes.truth_states[truths][:MOST_BOXES].tolist()
        for state, group in _grouped(states, rects):
            colour = TRUTH_COLOURS[TruthState(state)] if self.has_outcomes else MISSED
            _draw(painter, group, colour, is_dashed=True)
        # The surest come first; most of what a training kept is below any threshold.
        counting = np.flatnonzero(outcomes.prediction_states[predictions] != PredictionState.BELOW)[:MOST_BOXES]
        states = outcomes.prediction_states[predictions][counting].tolist()
        rects = _rects(table.prediction_boxes[predictions][counting], target, scale)
        for state, group in _grouped(states, rects):
            _draw(painter, group, self._colour(state), is_dashed=False)

    def _colour(self, state: int) -> QColor:
        return PREDICTION_COLOURS[PredictionState(state)] if self.has_outcomes else QColor("#E69F00")

    def _paint_patch_boxes(
        self,
        painter: QPainter,
        key: CellKey,
        table: ObjectTable,
        answer: StudyAnswer,
        box: Box,
        target: QRectF,
        scale: float,
    ) -> None:
        outcomes = answer.outcomes
        partners = outcomes.truth_predictions if key.is_truth else outcomes.prediction_truths
        partner = int(partners[key.row])
        pair = [key] if partner == NO_PARTNER else [CellKey(key.image, not key.is_truth, partner), key]
        for one in pair:
            its = object_box(table, one)
            rect = QRectF(
                target.left() + (its.x0 - box.x0) * scale,
                target.top() + (its.y0 - box.y0) * scale,
                its.width * scale,
                its.height * scale,
            )
            if one.is_truth:
                colour = TRUTH_COLOURS[TruthState(int(outcomes.truth_states[one.row]))]
            else:
                colour = self._colour(int(outcomes.prediction_states[one.row]))
            _draw(painter, [rect], colour, is_dashed=one.is_truth)

    def _paint_name(self, painter: QPainter, area: QRect, table: ObjectTable, answer: StudyAnswer, image: int) -> None:
        """With what the image is tagged as, or by how much F1 of predictions B differs."""
        name = shown(table.images[image].key.rpartition("/")[2])
        tag = self.tags.get(image, "") if answer.second is None else _difference(answer.second.delta_f1[image])
        if tag:
            width = painter.fontMetrics().horizontalAdvance(tag) + 8
            painter.setPen(QColor(current_theme().text_muted))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tag)
            area = area.adjusted(0, 0, -width, 0)
        painter.setPen(QColor(current_theme().text))
        text = short_name(name, painter.fontMetrics(), area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_badges(self, painter: QPainter, area: QRect, answer: StudyAnswer, image: int) -> None:
        scores = answer.scores
        if not self.has_outcomes:
            number = int(scores.fp[image] + scores.tp[image])
            text = self.tr("{n} predicted").format(n=number)
            painter.setPen(QColor(current_theme().text_muted))
            painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
            return
        metrics = painter.fontMetrics()
        numbers = (int(scores.tp[image]), int(scores.fp[image]), int(scores.fn[image]))
        texts: tuple[str, ...] = badge_texts(scores, image)
        if sum(metrics.horizontalAdvance(text) + 13 for text in texts) + 12 > area.width():
            texts = tuple(text.replace(" ", "") for text in texts)  # where thumbnails are small
        used = sum(metrics.horizontalAdvance(text) + 13 for text in texts)
        gap = min(max((area.width() - used) // 2, 2), 9)
        left = area.left()
        for text, number, colour in zip(texts, numbers, (RIGHT, WRONG, MISSED), strict=True):
            width = metrics.horizontalAdvance(text)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour if number else QColor(current_theme().neutral_soft))
            painter.drawRoundedRect(QRectF(left, area.center().y() - 4, 9, 9), 2.5, 2.5)
            painter.setPen(QColor(current_theme().text if number else current_theme().text_muted))
            painter.drawText(QRect(left + 12, area.top(), width + 2, area.height()), int(_LEFT), text)
            left += width + 13 + gap

    def _paint_patch_texts(
        self, painter: QPainter, first: QRect, second: QRect, key: CellKey, table: ObjectTable, answer: StudyAnswer
    ) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(QColor(current_theme().text))
        elide = Qt.TextElideMode.ElideRight
        painter.drawText(first, int(_LEFT), metrics.elidedText(patch_title(table, key), elide, first.width()))
        states = answer.outcomes.truth_states if key.is_truth else answer.outcomes.prediction_states
        text, colour = self._short(key, int(states[key.row]), table)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(second.left(), second.center().y() - 4, 9, 9), 2.5, 2.5)
        painter.setPen(QColor(current_theme().text_muted))
        room = second.adjusted(13, 0, 0, 0)
        painter.drawText(room, int(_LEFT), metrics.elidedText(text, elide, room.width()))

    def _short(self, key: CellKey, state: int, table: ObjectTable) -> tuple[str, QColor]:
        if key.is_truth:
            return self.tr("missing") if table.labels else self.tr("missed"), MISSED
        if not self.has_outcomes:
            return self.tr("predicted"), self._colour(state)
        if table.labels:
            return {
                PredictionState.TP: self.tr("right"),
                PredictionState.FP_CLASS: self.tr("wrong"),
                PredictionState.FP_BKG: self.tr("too many"),
            }.get(PredictionState(state), ""), self._colour(state)
        words = {
            PredictionState.TP: self.tr("true positive"),
            PredictionState.FP_CLASS: self.tr("wrong class"),
            PredictionState.FP_LOC: self.tr("badly placed"),
            PredictionState.FP_BOTH: self.tr("wrong class and place"),
            PredictionState.FP_DUP: self.tr("found twice"),
            PredictionState.FP_BKG: self.tr("nothing is there"),
        }
        return words.get(PredictionState(state), ""), self._colour(state)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def short_name(name: str, metrics: QFontMetrics, room: int) -> str:
    """Of a file, in so many pixels. Names differ at their ends: what gives way first is the suffix."""
    if metrics.horizontalAdvance(name) > room:
        name = name.rpartition(".")[0] or name
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)


def _is_whole(table: ObjectTable, image: int) -> bool:
    """Whether all that is said of the image is said of it as a whole."""
    facts = table.images[image]
    boxes = np.concatenate(
        [table.prediction_boxes[table.predictions_of(image)], table.truth_boxes[table.truths_of(image)]]
    )
    return bool((boxes == (0.0, 0.0, facts.width, facts.height)).all())


def _difference(f1: float) -> str:
    """No sign where it rounds to nothing."""
    return f"ΔF1 {f1:+.2f}" if abs(f1) >= 0.005 else "ΔF1 0.00"


def _fitted(box: Box, area: QRect) -> QRectF:
    """As large as there is room, in the middle of it."""
    scale = min(area.width() / max(box.width, 1e-6), area.height() / max(box.height, 1e-6))
    width, height = box.width * scale, box.height * scale
    x, y = area.left() + (area.width() - width) / 2, area.top() + (area.height() - height) / 2
    return QRectF(x, y, width, height)


def _rects(boxes: Floats, target: QRectF, scale: float) -> list[QRectF]:
    placed = boxes * scale
    placed[:, (0, 2)] += target.left()
    placed[:, (1, 3)] += target.top()
    return [QRectF(x0, y0, x1 - x0, y1 - y0) for x0, y0, x1, y1 in placed.tolist()]


def _grouped(states: list[int], rects: list[QRectF]) -> Iterable[tuple[int, list[QRectF]]]:
    groups: dict[int, list[QRectF]] = {}
    for state, rect in zip(states, rects, strict=True):
        groups.setdefault(state, []).append(rect)
    return groups.items()


def _draw(painter: QPainter, rects: list[QRectF], colour: QColor, *, is_dashed: bool) -> None:
    pen = QPen(colour, 1.6)
    if is_dashed:
        pen.setDashPattern(list(DASHES))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRects(rects)


def _paint_chip(painter: QPainter, at: QPoint, text: str, tone: str) -> None:
    theme, metrics = current_theme(), painter.fontMetrics()
    place = QRectF(at.x(), at.y(), metrics.horizontalAdvance(text) + 14, metrics.height() + 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(theme, f"{tone}_soft")))
    painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
    painter.setPen(QColor(getattr(theme, tone)))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
