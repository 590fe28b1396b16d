"""A list to choose from that shortens its text with an ellipsis where there is no room, instead of cutting it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QToolTip, QWidget

_FREE = 2  # pixels beside the text


class ElidedCombo(QComboBox):
    """Narrower than its entries may be. The tool tip says what it is, and its whole text where that is shortened."""

    def __init__(self, name: str, least: int = 8, parent: QWidget | None = None) -> None:
        """`name` says what is chosen; there is always room for `least` characters."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setMinimumContentsLength(least)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    @property
    def shown_text(self) -> str:
        """What there is room for."""
        return self._elided(self._option())

    def _option(self) -> QStyleOptionComboBox:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return option

    def _elided(self, option: QStyleOptionComboBox) -> str:
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        if not self.itemIcon(self.currentIndex()).isNull():
            room -= self.iconSize().width() + 4
        # In the middle: names differ at their ends.
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideMiddle, room - _FREE)

    # Qt overrides

    def sizeHint(self) -> QSize:
        """Qt's own is too narrow by the pixels that are kept free here: a text that just fits was shortened."""
        return super().sizeHint() + QSize(2 * _FREE, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = self._option()
        option.currentText = self._elided(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.shown_text != self.currentText():
            QToolTip.showText(event.globalPos(), f"{self.toolTip()}: {self.currentText()}", self)
            return True
        return super().event(event)
