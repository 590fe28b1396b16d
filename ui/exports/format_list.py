"""The formats to choose from: each with what an export in it is made of. A search narrows them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
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
_REFUSAL = Qt.ItemDataRole.UserRole + 1
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
        self._formats: tuple[FormatInfo, ...] = ()
        self._words: tuple[str, ...] = ()
        self._needs_predictions = False
        self.currentItemChanged.connect(lambda _now, _before: self._announce())

    def set_formats(self, formats: Sequence[FormatInfo]) -> None:
        self._formats = tuple(formats)
        self._fill()

    def narrow(self, words: str) -> None:
        """Only those that speak of every word; the chosen one stays chosen where it is among them."""
        self._words = tuple(words.casefold().split())
        self._fill()

    def need_predictions(self, is_needed: bool) -> None:
        """Whether a format must hold who found an object and how sure."""
        self._needs_predictions = is_needed
        self._fill()

    def why_none(self) -> str:
        """Why no format is chosen, where it is for what was asked; else ""."""
        if self._words and not self.count():
            return self.tr("No format is called so.")
        if self._needs_predictions and any(info.can_write for info in self._formats):
            return self.tr("No format here holds a confidence.")
        return ""

    def _fill(self) -> None:
        chosen = self.chosen()
        found = [info for info in self._formats if all(word in _searched(info) for word in self._words)]
        self.blockSignals(True)
        self.clear()
        for info in sorted(found, key=self._refusal):
            refusal = self._refusal(info)
            item = QListWidgetItem(info.title)
            item.setData(_INFO, info)
            item.setData(_REFUSAL, refusal)
            item.setToolTip(refusal or info.writes)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{info.title}: {refusal or info.writes}")
            if refusal:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.blockSignals(False)
        self.choose(chosen.slug if chosen else "")

    def _refusal(self, info: FormatInfo) -> str:
        """Why it cannot be chosen; "" = it can."""
        if not info.can_write:
            return info.unavailable_reason or info.no_writing
        if self._needs_predictions and not info.holds_predictions:
            return self.tr("Holds no confidence: predictions would pass for labels.")
        return ""

    def choose(self, slug: str) -> None:
        """The format of that name, else the first that can be written."""
        items = [self.item(row) for row in range(self.count())]
        rows = [row for row, item in enumerate(items) if not item.data(_REFUSAL)]
        wanted = next((row for row in rows if items[row].data(_INFO).slug == slug), rows[0] if rows else -1)
        self.setCurrentRow(wanted)
        self._announce()

    def chosen(self) -> FormatInfo | None:
        item = self.currentItem()
        if item is None or item.data(_REFUSAL):
            return None
        info = item.data(_INFO)
        return info if isinstance(info, FormatInfo) else None

    def _announce(self) -> None:
        info = self.chosen()
        self.setProperty("guide_page", f"format-{info.slug}.md" if info is not None else "")  # F1
        self.format_changed.emit()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() or not self._words:
            return
        painter = QPainter(self.viewport())
        painter.setPen(current_theme().text_muted)
        painter.drawText(self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), self.why_none())
        painter.end()


def _searched(info: FormatInfo) -> str:
    return f"{info.title} {info.slug} {info.writes} {' '.join(info.endings)}".casefold()


def _told(index: QModelIndex | QPersistentModelIndex) -> str:
    info: FormatInfo = index.data(_INFO)
    return str(index.data(_REFUSAL) or info.writes)


class _FormatDelegate(QStyledItemDelegate):
    """The title, and below it what is written or why not, wrapped."""

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        width = option.widget.viewport().width() if isinstance(option.widget, QListWidget) else option.rect.width()
        room = QRect(0, 0, width - 2 * _MARGIN, 10_000)
        flags = int(Qt.TextFlag.TextWordWrap)
        text = option.fontMetrics.boundingRect(room, flags, _told(index))
        return QSize(width, option.fontMetrics.height() + text.height() + 2 * _MARGIN + 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        info: FormatInfo = index.data(_INFO)
        can_be_chosen = not index.data(_REFUSAL)
        inside = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.save()
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        group = QPalette.ColorGroup.Normal if can_be_chosen else QPalette.ColorGroup.Disabled
        painter.setPen(option.palette.color(group, QPalette.ColorRole.Text))
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft), info.title)
        painter.setFont(option.font)
        painter.setPen(current_theme().text_muted if can_be_chosen else current_theme().text_disabled)
        below = inside.adjusted(0, option.fontMetrics.height() + 2, 0, 0)
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap), _told(index))
        painter.restore()
