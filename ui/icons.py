"""Icons from `resources/icons` (Lucide, ISC), recoloured for the theme in force and sharp at any scale."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.theme import current_theme

ICON_FOLDER = Path(__file__).resolve().parent.parent / "resources" / "icons"


@cache
def _source(name: str) -> str:
    return (ICON_FOLDER / f"{name}.svg").read_text(encoding="utf-8")


class ThemedIconEngine(QIconEngine):
    """Paints the SVG in the present theme's colour each time, so that a switch of theme needs no new icons."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def _colour(self, mode: QIcon.Mode) -> QColor:
        theme = current_theme()
        if mode == QIcon.Mode.Disabled:
            return QColor(theme.text_disabled)
        return QColor(getattr(theme, self._role))

    # Qt overrides

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        text = _source(self._name).replace("currentColor", self._colour(mode).name())
        renderer = QSvgRenderer(QByteArray(text.encode()))
        renderer.render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return QPixmap.fromImage(image)

    def clone(self) -> QIconEngine:
        return ThemedIconEngine(self._name, self._role)


def icon(name: str, *, role: str = "icon") -> QIcon:
    """The icon `name` (a file of `resources/icons`, without ".svg") in the colour `role` of the theme.

    Raises FileNotFoundError for a name that has no file.
    """
    _source(name)
    return QIcon(ThemedIconEngine(name, role))
