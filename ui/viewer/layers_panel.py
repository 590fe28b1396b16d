"""How each layer shows: drawn or not, opacity, fill, line; and what its colours mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from ui.viewer.colouring import COLOUR_TITLES, ColourBy, legend
from ui.viewer.legend import Legend
from ui.viewer.looks import STYLE_TITLES, OverlayLook, styles_of, usual_look
from ui.viewer.overlays import OverlayKind, OverlayLayer
from ui.widgets.formatting import percent
from ui.widgets.labels import label

TITLE_PX = 150  # of a layer's title beside its line; the tool tip has all of it


class LayerRow(QWidget):
    """The controls of one layer."""

    look_changed = Signal(object, object)  # OverlayKind, OverlayLook

    def __init__(self, kind: OverlayKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._look = usual_look(kind)
        self.shown = QCheckBox()
        self.shown.setChecked(True)
        self.shown.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.line = QComboBox()
        self.line.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for style in styles_of(kind):
            self.line.addItem(STYLE_TITLES[style], style)
        self.opacity, self._opacity_value = _slider(round(self._look.opacity * 100)), label("", "muted")
        self.fill, self._fill_value = _slider(round(self._look.shape_fill * 100)), label("", "muted")
        head = QHBoxLayout()
        head.addWidget(self.shown, 1)
        head.addWidget(self.line)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        rows = ((self.tr("Opacity"), self.opacity, self._opacity_value), (self.tr("Fill"), self.fill, self._fill_value))
        for row, (text, slider, value) in enumerate(rows):
            grid.addWidget(label(text, "muted"), row, 0)
            grid.addWidget(slider, row, 1)
            value.setMinimumWidth(44)
            grid.addWidget(value, row, 2)
        grid.setColumnMinimumWidth(0, 56)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(grid)
        self.set_title(kind.value)
        self.shown.toggled.connect(lambda _: self._announce())
        self.line.currentIndexChanged.connect(lambda _: self._announce())
        self.opacity.valueChanged.connect(lambda _: self._announce())
        self.fill.valueChanged.connect(lambda _: self._announce())
        self._show_values()

    def set_title(self, title: str) -> None:
        metrics = self.shown.fontMetrics()
        self.shown.setText(metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, TITLE_PX).replace("&", "&&"))
        names = (
            (self.shown, self.tr("Show {layer}")),
            (self.line, self.tr("Line of {layer}")),
            (self.opacity, self.tr("Opacity of {layer}")),
            (self.fill, self.tr("Fill of {layer}")),
        )
        for widget, name in names:
            widget.setAccessibleName(name.format(layer=title))
            widget.setToolTip(name.format(layer=title))

    def set_labels(self, has_labels: bool) -> None:
        self._look = replace(self._look, has_labels=has_labels)
        self._announce()

    def look(self) -> OverlayLook:
        return replace(
            self._look,
            is_shown=self.shown.isChecked(),
            opacity=self.opacity.value() / 100,
            mask_fill=self.fill.value() / 100,
            # A box's inside is the picture itself: it takes a fifth of what an outline or a mask does.
            fill=self.fill.value() / 500,
            line=self.line.currentData(),
        )

    def _announce(self) -> None:
        self._show_values()
        self.look_changed.emit(self._kind, self.look())

    def _show_values(self) -> None:
        self._opacity_value.setText(percent(self.opacity.value() / 100))
        self._fill_value.setText(percent(self.fill.value() / 100))


class LayersPanel(QWidget):
    """Setters: `set_layers`. The two layers that a ground truth may have are one row."""

    look_changed = Signal(object, object)  # OverlayKind, OverlayLook
    colour_changed = Signal(object)  # ColourBy

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[OverlayLayer, ...] = ()
        self._colour = QComboBox()
        self._colour.setAccessibleName(self.tr("Colour by"))
        self._colour.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for by in ColourBy:
            self._colour.addItem(COLOUR_TITLES[by], by)
        self._legend = Legend()
        self._labels = QCheckBox(self.tr("&Labels"))
        self._labels.setToolTip(self.tr("Write the class beside each shape (L)"))
        self._labels.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rows: dict[OverlayKind, LayerRow] = {
            kind: LayerRow(kind) for kind in OverlayKind if kind is not OverlayKind.GROUND_TRUTH_B
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        colours = QHBoxLayout()
        colours.addWidget(label(self.tr("Colour by"), "muted"))
        colours.addWidget(self._colour, 1)
        column.addLayout(colours)
        column.addWidget(self._legend)
        for row in self.rows.values():
            column.addWidget(row)
            row.look_changed.connect(self.look_changed)
        column.addWidget(self._labels)
        self._colour.currentIndexChanged.connect(lambda _: self._choose_colour())
        self._labels.toggled.connect(self._set_labels)
        self.set_layers(())

    @property
    def colour_by(self) -> ColourBy:
        return ColourBy(self._colour.currentData())

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        """Those that there are; how each shows stays."""
        self._layers = tuple(layers)
        for kind, row in self.rows.items():
            layer = next((one for one in self._layers if one.kind is kind), None)
            row.setVisible(layer is not None)
            if layer is not None:
                row.set_title(layer.title or kind.value)
        self._show_legend()

    def set_colour_by(self, by: ColourBy) -> None:
        self._colour.setCurrentIndex(self._colour.findData(by))

    def toggle(self, kind: OverlayKind) -> None:
        """Draw a layer, or do not."""
        self.rows[kind].shown.toggle()

    def toggle_labels(self) -> None:
        self._labels.toggle()

    def looks(self) -> dict[OverlayKind, OverlayLook]:
        return {kind: row.look() for kind, row in self.rows.items()}

    def _set_labels(self, has_labels: bool) -> None:
        for row in self.rows.values():
            row.set_labels(has_labels)

    def _choose_colour(self) -> None:
        self._show_legend()
        self.colour_changed.emit(self.colour_by)

    def _show_legend(self) -> None:
        self._legend.set_entries(legend(self._layers, self.colour_by))


def _slider(value: int) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, 100)
    slider.setValue(value)
    # Clicks leave the focus where it is, so that the arrow keys go on turning pages.
    slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return slider
