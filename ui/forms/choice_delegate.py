"""Paints a `Choice`: sign, title, a muted second line, and a note at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.forms.choice import CHOICE_ROLE, Choice
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.badge import tone_colours

PADDING = 9
ICON_SIDE = 18
GAP = 10


class ChoiceDelegate(QStyledItemDelegate):
    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        choice: Choice = index.data(CHOICE_ROLE)
        line = QFontMetrics(option.font).height()
        return QSize(120, 2 * PADDING + line * (2 if choice.subtitle else 1) + (2 if choice.subtitle else 0))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        choice: Choice = index.data(CHOICE_ROLE)
        state = option.state
        area = QRect(option.rect)
        theme = current_theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(option.font)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver) and choice.is_enabled
        if is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if is_selected else theme.raised))
            painter.drawRoundedRect(area.adjusted(2, 1, -2, -1), 5, 5)
        if is_selected:
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(QRectF(area.left() + 2, area.top() + 7, 3, area.height() - 14), 1.5, 1.5)
        left = area.left() + PADDING + 3
        if choice.icon_name:
            role = "icon" if choice.is_enabled else "text_disabled"
            square = QRect(left, area.center().y() - ICON_SIDE // 2, ICON_SIDE, ICON_SIDE)
            icon(choice.icon_name, role=role).paint(painter, square, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal)
            left += ICON_SIDE + GAP
        right = self._paint_note(painter, choice, area)
        self._paint_texts(painter, choice, QRect(left, area.top(), right - left, area.height()))
        painter.restore()

    def _paint_note(self, painter: QPainter, choice: Choice, area: QRect) -> int:
        """Returns where the room for the texts ends."""
        if not choice.note:
            return area.right() - PADDING
        metrics = painter.fontMetrics()
        note = metrics.elidedText(choice.note, Qt.TextElideMode.ElideRight, area.width() // 2)
        width = metrics.horizontalAdvance(note) + 16
        height = metrics.height() + 4
        pill = QRectF(area.right() - PADDING - width, area.center().y() - height / 2, width, height)
        background, text = tone_colours(choice.tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(background)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(text)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, note)
        return int(pill.left()) - GAP

    def _paint_texts(self, painter: QPainter, choice: Choice, room: QRect) -> None:
        theme = current_theme()
        metrics = painter.fontMetrics()
        font = QFont(painter.font())
        title_room = room.adjusted(0, PADDING, 0, 0)
        title_room.setHeight(metrics.height() if choice.subtitle else room.height() - 2 * PADDING)
        painter.setPen(QColor(theme.text if choice.is_enabled else theme.text_muted))
        font.setWeight(QFont.Weight.DemiBold if choice.subtitle else QFont.Weight.Normal)
        painter.setFont(font)
        title = painter.fontMetrics().elidedText(choice.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(title_room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        if not choice.subtitle:
            return
        font.setWeight(QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(theme.text_muted))
        line = title_room.translated(0, metrics.height() + 2)
        text = metrics.elidedText(choice.subtitle, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
