"""How strongly and with which lines a layer shows. Ground truth is always dashed, predictions are always solid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from ui.viewer.overlays import OverlayKind


class LineStyle(StrEnum):
    """The first three are for ground truth, the others for predictions: no choice turns one into the other."""

    DASHED = "dashed"
    DOTTED = "dotted"
    THICK_DASHED = "thick-dashed"
    SOLID = "solid"
    THIN = "thin"
    THICK = "thick"


TRUTH_STYLES = (LineStyle.DASHED, LineStyle.DOTTED, LineStyle.THICK_DASHED)
PREDICTION_STYLES = (LineStyle.SOLID, LineStyle.THIN, LineStyle.THICK)
SECOND_STYLES = (LineStyle.THIN, LineStyle.SOLID, LineStyle.THICK)
STYLE_TITLES: Mapping[LineStyle, str] = {
    LineStyle.DASHED: "Dashed",
    LineStyle.DOTTED: "Dotted",
    LineStyle.THICK_DASHED: "Thick dashes",
    LineStyle.SOLID: "Solid",
    LineStyle.THIN: "Thin",
    LineStyle.THICK: "Thick",
}
_WIDTHS: Mapping[LineStyle, float] = {LineStyle.THICK_DASHED: 1.7, LineStyle.THIN: 0.5, LineStyle.THICK: 1.7}
_DASHES: Mapping[LineStyle, tuple[float, float]] = {
    # Pixels of the screen.
    LineStyle.DASHED: (8.0, 5.0),
    LineStyle.DOTTED: (2.0, 3.0),
    LineStyle.THICK_DASHED: (10.0, 6.0),
}


def styles_of(kind: OverlayKind) -> tuple[LineStyle, ...]:
    """Those to choose from, the usual one first: B thinner than A, for outcomes have the same colours in both."""
    if kind is OverlayKind.PREDICTIONS_B:
        return SECOND_STYLES
    return TRUTH_STYLES if kind.is_truth else PREDICTION_STYLES


@dataclass(frozen=True, slots=True)
class OverlayLook:
    """Widths are pixels of the screen. `line` None = the usual one of the layer's kind."""

    opacity: float = 1.0
    fill: float = 0.16  # opacity of the fill, as a share of `opacity`
    line_width: float = 2.0
    has_labels: bool = False
    mask_fill: float | None = None  # of outlines and masks; None = as `fill`
    line: LineStyle | None = None
    is_shown: bool = True

    @property
    def shape_fill(self) -> float:
        return self.fill if self.mask_fill is None else self.mask_fill

    def style(self, kind: OverlayKind) -> LineStyle:
        """Never one of the other kind, whatever `line` says."""
        usual = styles_of(kind)
        return self.line if self.line in usual and self.line is not None else usual[0]


TRUTH_LOOK = OverlayLook(fill=0.0)
PREDICTION_LOOK = OverlayLook(fill=0.08, mask_fill=0.40)


def usual_look(kind: OverlayKind) -> OverlayLook:
    """Where predictions lie over ground truth: this an outline, those filled."""
    return TRUTH_LOOK if kind.is_truth else PREDICTION_LOOK


@dataclass(frozen=True, slots=True)
class LineKind:
    """How shapes from a size on the screen on are outlined."""

    from_px: float  # of the shape's shorter side
    width: float  # as a share of the look's line width; 0 = one pixel
    opacity: float
    dashes: float  # as a share of the style's length of dashes

    def pen(self, colour: QColor, look: OverlayLook, style: LineStyle, ratio: float = 1.0) -> QPen:
        """`ratio` = pixels of the device for each of the window's: a cosmetic pen counts the former."""
        stroke = QColor(colour)
        stroke.setAlphaF(colour.alphaF() * look.opacity * self.opacity)
        width = look.line_width * self.width * _WIDTHS.get(style, 1.0) if self.width else 1.0
        width = max(width, 1.0)
        pen = QPen(stroke, width * ratio)
        pen.setCosmetic(True)
        if style in _DASHES:
            pen.setDashPattern([max(length * self.dashes, 1.0) / width for length in _DASHES[style]])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen


STRONG = LineKind(30.0, 1.0, 1.0, 1.0)
MEDIUM = LineKind(12.0, 0.65, 1.0, 0.75)
SLIGHT = LineKind(0.0, 0.5, 0.65, 0.4)
# Without smoothing a line of one pixel takes a fast path of Qt's, dashed or not; a wider one costs twice as much.
PLAIN = LineKind(0.0, 0.0, 1.0, 0.6)
LINE_KINDS = (STRONG, MEDIUM, SLIGHT, PLAIN)


def halo_pen(look: OverlayLook, style: LineStyle, ratio: float = 1.0) -> QPen:
    """A dark line below the coloured one: it stands out on light paper and on dark photographs alike.

    Below dashes it is fainter, so that they stay dashes.
    """
    strength = 40 if style in _DASHES else 80
    pen = QPen(QColor(0, 0, 0, int(strength * look.opacity)), (look.line_width + 1.2) * ratio)
    pen.setCosmetic(True)
    return pen
