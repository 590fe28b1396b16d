"""Canvas, modes and panel as one thing for a page to use: it sets a picture and layers, and hears of selections."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.viewer.canvas import LayeredCanvas
from ui.viewer.colouring import ColourBy
from ui.viewer.layers_panel import LayersPanel
from ui.viewer.mode_bar import ModeBar
from ui.viewer.modes import ViewMode
from ui.viewer.overlays import OverlayLayer


class LayeredView(QWidget):
    """The modes above the canvas. `panel` is another widget of the page's, to be laid out where it likes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.modes = ModeBar()
        self.canvas = LayeredCanvas()
        self.panel = LayersPanel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.modes)
        column.addWidget(self.canvas, 1)
        self.modes.mode_changed.connect(self.canvas.set_mode)
        self.modes.interval_changed.connect(self._set_interval)
        self.canvas.mode_changed.connect(self.modes.set_mode)
        self.canvas.blinker.interval_changed.connect(self.modes.set_interval)
        self.panel.look_changed.connect(lambda kind, look: self.canvas.set_look(look, kind))
        self.panel.colour_changed.connect(self.canvas.set_colour_by)
        self.canvas.set_colour_by(ColourBy.OUTCOME)

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        """Of an image; for other thresholds give the same layers, `judged` anew."""
        self.canvas.set_layers(layers)
        self.panel.set_layers(layers)

    def set_mode(self, mode: ViewMode) -> None:
        self.canvas.set_mode(mode)

    def _set_interval(self, milliseconds: int | None) -> None:
        self.canvas.blinker.set_interval(milliseconds)
        # A system that asks for less motion has the last word.
        self.modes.set_interval(self.canvas.blinker.interval)
