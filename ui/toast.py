"""Notices of the window: they float over the page, move nothing of it, take no focus, and stay where they were said."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QEnterEvent
from PySide6.QtWidgets import QGraphicsDropShadowEffect, QWidget

from core.domain.imports import Severity
from core.domain.messages import UserMessage
from ui.messages import MessageBanner

MARGIN = 16
FOOT = 60  # the lowest line of a page stays free: what is chosen and what acts on it, or Start
WIDTH = 520
SHORT_MS = 10_000  # what went well is said this long; what did not stays until it is dismissed or left behind
FRESH_MS = 1_500  # a notice this young comes along to the page that the same act leads to


class Toast(MessageBanner):
    """In the lower right corner of `host`, above the lowest line of its page."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._age = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHORT_MS)
        self._timer.timeout.connect(self.hide)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 4)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)
        host.installEventFilter(self)

    def show_message(self, message: UserMessage, *, action: str = "") -> None:
        super().show_message(message, action=action)
        self._age.start()
        self._timer.stop()
        if message.severity is Severity.INFO:
            self._timer.start()
        self._place()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def leave_page(self) -> None:
        """Another page is shown: what was said of the former one is not said there too."""
        if self.isVisibleTo(self._host) and self._age.elapsed() > FRESH_MS:
            self.dismiss()

    def _place(self) -> None:
        width = min(WIDTH, self._host.width() - 2 * MARGIN)
        height = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        height = min(max(height, self.minimumSizeHint().height()), self._host.height() - MARGIN - FOOT)
        left = self._host.width() - MARGIN - width
        self.setGeometry(left, self._host.height() - FOOT - height, width, height)

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """The details were opened or closed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """It waits while it is read."""
        self._timer.stop()
        super().enterEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
