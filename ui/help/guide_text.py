"""Shows a page of the guide: Markdown with pictures that fit the room and the theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QResizeEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from ui.theme import current_theme, theme_notifier

RESIZE_PAUSE_MS = 150
ROOM_BESIDE = 28  # the document's own margins and the scroll bar


class GuideText(QTextBrowser):
    page_shown = Signal(str)  # file
    link_requested = Signal(object)  # QUrl of another place than the guide

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._drawn_width = 0
        self.setAccessibleName(self.tr("The guide"))
        self.setOpenLinks(False)
        self.document().setDocumentMargin(12)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(RESIZE_PAUSE_MS)
        self._pause.timeout.connect(self._draw_anew)
        self.anchorClicked.connect(self._follow)
        theme_notifier().theme_changed.connect(self._draw_anew_soon)
        # Always there: one that comes and goes would change the room, and so the pictures, and so the room.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    @property
    def page(self) -> str:
        """The name of the file that is shown, e.g. "run.md"."""
        return self.source().fileName()

    @property
    def heading(self) -> str:
        """With which the page begins."""
        return self.document().firstBlock().text()

    def open_page(self, page: str) -> None:
        """Show a file of the guide's folder."""
        self._drawn_width = self.viewport().width()
        self.setSource(QUrl.fromLocalFile(str(self._folder / page)), QTextDocument.ResourceType.MarkdownResource)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.page_shown.emit(page)

    def _follow(self, link: QUrl) -> None:
        target = self.source().resolved(link)
        if target.isLocalFile() and Path(target.toLocalFile()).parent == self._folder:
            self.open_page(target.fileName())
        else:
            self.link_requested.emit(target)

    def _draw_anew_soon(self) -> None:
        self._pause.start()

    def _draw_anew(self) -> None:
        """The pictures in their new size or for another theme; the text stays where it is."""
        if not self.page:
            return
        place = self.verticalScrollBar().value() / max(self.verticalScrollBar().maximum(), 1)
        self._drawn_width = self.viewport().width()
        self.document().clear()
        self.reload()
        self.verticalScrollBar().setValue(round(place * self.verticalScrollBar().maximum()))

    # Qt overrides

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        file = Path(self.source().resolved(QUrl(name)).toLocalFile())
        dark = file.with_name(file.name.replace("-light.", "-dark."))
        if current_theme().is_dark and dark.is_file():
            file = dark
        picture = QImage(str(file))
        ratio = self.devicePixelRatioF()
        room = round((self.viewport().width() - ROOM_BESIDE) * ratio)
        if picture.width() > room > 0:
            picture = picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.viewport().width() != self._drawn_width:
            self._pause.start()
