"""The sets of a dataset as a table to which images can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from ui.datasets.set_tables import SetsModel, SmallTable
from ui.theme import current_theme
from ui.widgets.dropping import dragged_images, has_images


class SetDropTable(SmallTable):
    images_dropped = Signal(object, object)  # SetId, DraggedImages

    def __init__(self, model: SetsModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(model, name, parent)
        self._sets = model
        self._over = QModelIndex()
        self.refusal = ""  # why no image can be put into a set, "" = they can
        self.setAcceptDrops(True)

    def _show_over(self, index: QModelIndex) -> None:
        self._over = index
        self.viewport().update()

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_images(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        if has_images(event) and index.isValid() and not self.refusal:
            event.acceptProposedAction()
            self._show_over(index)
            return
        event.ignore()
        self._show_over(QModelIndex())
        if has_images(event) and self.refusal:
            QToolTip.showText(self.viewport().mapToGlobal(at), self.refusal, self)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(QModelIndex())

    def dropEvent(self, event: QDropEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        dragged = dragged_images(event)
        self._show_over(QModelIndex())
        if index.isValid() and dragged is not None and not self.refusal:
            event.acceptProposedAction()
            self.images_dropped.emit(self._sets.sets[index.row()].id, dragged)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._over.isValid():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(current_theme().accent), 2))
            row = self.visualRect(self._over)
            painter.drawRect(1, row.top() + 1, self.viewport().width() - 2, row.height() - 2)
            painter.end()
