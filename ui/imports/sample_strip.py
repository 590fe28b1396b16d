"""A few images of an import with their shapes drawn: the quickest way to see that boxes and images belong together."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.domain.imports import ImportPreview, RawAnnotation
from core.domain.names import shown
from ui.icons import icon
from ui.theme import current_theme
from ui.viewer.layers import raw_layer
from ui.viewer.looks import OverlayLook
from ui.viewer.painting import LayerPainter
from ui.viewer.view_transform import ViewTransform
from ui.widgets.formatting import counted

GAP = 10
MIN_TILE = 120
LOOK = OverlayLook(line_width=1.8, fill=0.14)


@dataclass(slots=True)
class _Tile:
    path: str
    annotations: tuple[RawAnnotation, ...]
    is_turn_doubtful: bool = False
    image: QImage | None = None
    size: tuple[int, int] = (0, 0)  # of the whole image
    failure: str = ""
    place: QRect = field(default_factory=QRect)


class SampleStrip(QWidget):
    """Tiles side by side, as many as fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[_Tile] = []
        self._colours: dict[str, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(self.tr("Examples of the images with their annotations"))

    def set_preview(self, preview: ImportPreview) -> None:
        """Empty tiles for the preview's examples; their pictures follow."""
        self._tiles = [_Tile(one.path, one.annotations, one.is_turn_doubtful) for one in preview.sample]
        self._colours = {name: number for number, (name, _) in enumerate(preview.categories)}
        self.setVisible(bool(self._tiles))
        self.update()

    def set_picture(self, path: str, image: QImage, width: int, height: int) -> None:
        """A small copy of the image `path`, which has `width` x `height` pixels itself."""
        for tile in self._tiles:
            if tile.path == path:
                tile.image, tile.size = image, (width, height)
        self.update()

    def set_failure(self, path: str, text: str) -> None:
        for tile in self._tiles:
            if tile.path == path:
                tile.failure = text
        self.update()

    def _paint_tile(self, painter: QPainter, tile: _Tile, area: QRect) -> None:
        theme = current_theme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawRoundedRect(area, 6, 6)
        if tile.image is None:
            mark = QRect(0, 0, 24, 24)
            mark.moveCenter(area.center())
            name, role = ("triangle-alert", "warning") if tile.failure else ("image", "text_disabled")
            icon(name, role=role).paint(painter, mark)
            return
        fitted = tile.image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(area.topLeft(), fitted)
        place.moveCenter(area.center())
        painter.drawImage(QRectF(place), tile.image, QRectF(tile.image.rect()))
        painter.save()
        painter.setClipRect(place)
        painter.translate(place.topLeft())
        layer = raw_layer(tile.annotations, self._colours, *tile.size)
        LayerPainter(layer).paint(painter, ViewTransform(place.width() / max(tile.size[0], 1)), place.size(), look=LOOK)
        painter.restore()
        if tile.is_turn_doubtful:
            self._paint_mark(painter, area)

    def _paint_mark(self, painter: QPainter, area: QRect) -> None:
        """Says that the picture is stored turned, over its upper left corner."""
        theme = current_theme()
        text = self.tr("stored turned")
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        mark = QRect(area.left() + 6, area.top() + 6, metrics.horizontalAdvance(text) + 30, metrics.height() + 6)
        if mark.width() > area.width() - 12:
            mark.setWidth(26)  # the icon alone; the tooltip has the words
            text = ""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(mark, 5, 5)
        icon("rotate-ccw", role="warning").paint(painter, QRect(mark.left() + 6, mark.center().y() - 6, 14, 14))
        painter.setPen(QColor(theme.text))
        painter.drawText(mark.adjusted(24, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(400, 150)

    def minimumSizeHint(self) -> QSize:
        """Low, for the tables below when there is much above."""
        return QSize(200, 76)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._tiles:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        n_tiles = max(1, min(len(self._tiles), (self.width() + GAP) // (MIN_TILE + GAP)))
        width = (self.width() - GAP * (n_tiles - 1)) / n_tiles
        for number, tile in enumerate(self._tiles):
            if number >= n_tiles:
                tile.place = QRect()
                continue
            tile.place = QRect(round(number * (width + GAP)), 0, round(width), self.height())
            self._paint_tile(painter, tile, tile.place)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            tile = next((one for one in self._tiles if one.place.contains(event.pos())), None)
            if tile is not None:
                words = counted(len(tile.annotations), "annotation")
                lines = [shown(tile.path), tile.failure or words]
                if tile.is_turn_doubtful:
                    lines.append(self.tr("Stored turned (EXIF): look whether the shapes lie where they belong."))
                QToolTip.showText(event.globalPos(), "\n".join(lines), self)
                return True
        return super().event(event)
