"""The formats to choose from: each with what an export in it is made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.domain.formats import FormatInfo
from ui.theme import current_theme

_INFO = Qt.ItemDataRole.UserRole
_MARGIN = 10


class FormatList(QListWidget):
    """Formats that cannot be written stand at the end, with the reason, and cannot be chosen."""

    format_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Format"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setItemDelegate(_FormatDelegate(self))
        self.currentItemChanged.connect(lambda _now, _before: self.format_changed.emit())

    def set_formats(self, formats: Sequence[FormatInfo]) -> None:
        chosen = self.chosen()
        self.blockSignals(True)
        self.clear()
        for info in sorted(formats, key=lambda info: not info.can_write):
            item = QListWidgetItem(info.title)
            item.setData(_INFO, info)
            item.setToolTip(_explanation(info))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{info.title}: {_explanation(info)}")
            if not info.can_write:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.blockSignals(False)
        self.choose(chosen.slug if chosen else "")

    def choose(self, slug: str) -> None:
        """The format of that name, else the first that can be written."""
        infos = [self.item(row).data(_INFO) for row in range(self.count())]
        rows = [row for row, info in enumerate(infos) if info.can_write]
        wanted = next((row for row in rows if infos[row].slug == slug), rows[0] if rows else -1)
        self.setCurrentRow(wanted)
        self.format_changed.emit()

    def chosen(self) -> FormatInfo | None:
        item = self.currentItem()
        info = item.data(_INFO) if item is not None else None
        return info if isinstance(info, FormatInfo) and info.can_write else None


def _explanation(info: FormatInfo) -> str:
    return info.unavailable_reason or info.no_writing or info.writes


class _FormatDelegate(QStyledItemDelegate):
    """The title, and below it what is written or why not, wrapped."""

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        width = option.widget.viewport().width() if isinstance(option.widget, QListWidget) else option.rect.width()
        room = QRect(0, 0, width - 2 * _MARGIN, 10_000)
        flags = int(Qt.TextFlag.TextWordWrap)
        text = option.fontMetrics.boundingRect(room, flags, _explanation(index.data(_INFO)))
        return QSize(width, option.fontMetrics.height() + text.height() + 2 * _MARGIN + 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        info: FormatInfo = index.data(_INFO)
        inside = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.save()
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        group = QPalette.ColorGroup.Normal if info.can_write else QPalette.ColorGroup.Disabled
        painter.setPen(option.palette.color(group, QPalette.ColorRole.Text))
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), info.title)
        painter.setFont(option.font)
        painter.setPen(current_theme().text_muted if info.can_write else current_theme().text_disabled)
        below = inside.adjusted(0, option.fontMetrics.height() + 2, 0, 0)
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap), _explanation(info))
        painter.restore()
