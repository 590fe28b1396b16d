"""A model card: Markdown from a file that may have come from elsewhere. Nothing is fetched, links open on a click."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

OPENABLE = ("https", "http", "mailto")


class CardView(QTextBrowser):
    link_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setAccessibleName(self.tr("Model card"))
        self.anchorClicked.connect(self._follow)

    def set_card(self, text: str) -> None:
        self.setMarkdown(text)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in OPENABLE:
            self.link_requested.emit(url.toString())

    # Qt overrides

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """No picture, style sheet or page, neither from the network nor from the disk; a picture is left blank."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return None
        blank = QImage(1, 1, QImage.Format.Format_ARGB32)
        blank.fill(0)
        return blank
