"""Which colour each object has: by what became of it, by class, by source, by confidence, by IoU.

Colours are Okabe and Ito's, which people with any colour vision tell apart; and none carries a meaning alone: ground
truth is dashed, predictions are solid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from core.domain.outcomes import FALSE_NEGATIVES, FALSE_POSITIVES, PredictionState, TruthState
from ui.theme import category_colour, current_theme
from ui.viewer.overlays import OverlayKind, OverlayLayer

NEUTRAL = QColor("#8b93a3")
RIGHT = QColor("#009E73")  # bluish green
WRONG = QColor("#D55E00")  # vermillion
WRONG_CLASS = QColor("#CC79A7")  # reddish purple
MISSED = QColor("#0072B2")  # blue
LEAST_CONTRAST = 1.5  # of a filled box with its background; Okabe and Ito's yellow on white has less
FAINT = 0.15  # of what was right, where only errors are looked at

PREDICTION_COLOURS: Mapping[PredictionState, QColor] = {
    PredictionState.BELOW: NEUTRAL,
    PredictionState.TP: RIGHT,
    PredictionState.FP_CLASS: WRONG_CLASS,
    PredictionState.FP_LOC: WRONG,
    PredictionState.FP_BOTH: WRONG,
    PredictionState.FP_DUP: WRONG,
    PredictionState.FP_BKG: WRONG,
    PredictionState.IGNORED: NEUTRAL,
}
TRUTH_COLOURS: Mapping[TruthState, QColor] = {
    TruthState.CROWD: NEUTRAL,
    TruthState.MATCHED: RIGHT,
    TruthState.MISSED: MISSED,
    TruthState.MISSED_CLASS: MISSED,
    TruthState.MISSED_LOC: MISSED,
}
SOURCE_COLOURS: Mapping[OverlayKind, QColor] = {
    OverlayKind.GROUND_TRUTH: MISSED,
    OverlayKind.GROUND_TRUTH_B: MISSED,
    OverlayKind.PREDICTIONS_A: QColor("#E69F00"),
    OverlayKind.PREDICTIONS_B: QColor("#CC79A7"),
}
# From dark blue over grey to yellow, rising in lightness at every step: read by any colour vision and in grey.
RAMP = (
    QColor("#00224e"),
    QColor("#35456c"),
    QColor("#666970"),
    QColor("#948e77"),
    QColor("#c8b866"),
    QColor("#fee838"),
)
N_SHADES = 21  # steps of 0.05


class ColourBy(StrEnum):
    OUTCOME = "outcome"
    CLASS = "class"
    SOURCE = "source"
    CONFIDENCE = "confidence"
    IOU = "iou"


COLOUR_TITLES: Mapping[ColourBy, str] = {
    ColourBy.OUTCOME: "Outcome",
    ColourBy.CLASS: "Class",
    ColourBy.SOURCE: "Source",
    ColourBy.CONFIDENCE: "Confidence",
    ColourBy.IOU: "IoU",
}


@dataclass(frozen=True, slots=True, eq=False)
class ColourTable:
    """A number of `colours` for each object, in drawing order."""

    numbers: npt.NDArray[np.int64]
    colours: tuple[QColor, ...]

    def of(self, number: int) -> QColor:
        return self.colours[int(self.numbers[number])]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    colour: QColor
    text: str
    is_dashed: bool = False


def colour_table(layer: OverlayLayer, by: ColourBy, *, only_errors: bool = False) -> ColourTable:
    """The colours of a layer. By class where there is nothing else to go by: no outcome, no confidence.

    With `only_errors` what was right is nearly transparent.
    """
    table = _table(layer, by)
    states = layer.states()
    if not only_errors or states is None:
        return table
    is_right = ~np.isin(states, FALSE_NEGATIVES if layer.kind.is_truth else FALSE_POSITIVES)
    faint = tuple(_with_alpha(colour, FAINT) for colour in table.colours)
    return ColourTable(table.numbers + is_right * len(table.colours), table.colours + faint)


def overlay_colour(number: int) -> QColor:
    """Of a class's number; neutral for none."""
    return NEUTRAL if number < 0 else category_colour(number)


def contrast_colour(colour: QColor) -> QColor:
    """Black or white, whichever reads better on `colour` (relative luminance of sRGB)."""
    return QColor("#11151c") if _luminance(colour) > 0.18 else QColor("#ffffff")


def visible_edge(colour: QColor) -> QColor:
    """The colour itself, or the theme's muted one where it can hardly be told from the background of lists."""
    light, dark = sorted((_luminance(colour), _luminance(QColor(current_theme().surface))), reverse=True)
    is_clear = (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST
    return colour if is_clear else QColor(current_theme().text_muted)


def _luminance(colour: QColor) -> float:
    return float(0.2126 * colour.redF() ** 2.2 + 0.7152 * colour.greenF() ** 2.2 + 0.0722 * colour.blueF() ** 2.2)


def shade(value: float) -> QColor:
    """The ramp's colour for 0 to 1."""
    place = min(max(value, 0.0), 1.0) * (len(RAMP) - 1)
    lower = min(int(place), len(RAMP) - 2)
    low, high, part = RAMP[lower], RAMP[lower + 1], place - lower
    mixed = [round(a + (b - a) * part) for a, b in zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)]  # type: ignore[index]
    return QColor(*mixed)


def legend(layers: Sequence[OverlayLayer], by: ColourBy) -> list[LegendEntry]:
    """What the colours in use mean, the right first; empty for classes, which have a list of their own."""
    if by is ColourBy.SOURCE:
        return [LegendEntry(SOURCE_COLOURS[one.kind], one.title, one.kind.is_truth) for one in layers]
    if by in (ColourBy.CONFIDENCE, ColourBy.IOU):
        return [LegendEntry(shade(value), f"{value:.2f}") for value in (0.0, 0.25, 0.5, 0.75, 1.0)]
    if by is ColourBy.CLASS or all(one.judgement is None for one in layers):
        return []
    return outcome_legend(labels=any(one.is_label for layer in layers for one in layer.objects[:1]))


def outcome_legend(*, labels: bool = False) -> list[LegendEntry]:
    """What became of objects, or of labels, which are not looked for."""
    found, wrong, missed = ("Right", "Too many", "Missing") if labels else ("Found", "False positive", "Missed")
    return [
        LegendEntry(RIGHT, found),
        LegendEntry(WRONG, wrong),
        LegendEntry(WRONG_CLASS, "Wrong class"),
        LegendEntry(MISSED, missed, is_dashed=True),
    ]


def _table(layer: OverlayLayer, by: ColourBy) -> ColourTable:
    n, states = len(layer.objects), layer.states()
    if by is ColourBy.SOURCE:
        return ColourTable(np.zeros(n, dtype=np.int64), (SOURCE_COLOURS[layer.kind],))
    if by is ColourBy.OUTCOME and states is not None:
        known: Sequence[QColor] = tuple(TRUTH_COLOURS.values() if layer.kind.is_truth else PREDICTION_COLOURS.values())
        return ColourTable(states.astype(np.int64), tuple(known))
    if by is ColourBy.CONFIDENCE and not layer.kind.is_truth:
        values = np.fromiter((-1.0 if o.confidence is None else o.confidence for o in layer.objects), np.float64, n)
        return _ramp(values)
    if by is ColourBy.IOU and layer.judgement is not None:
        has_partner = layer.judgement.partners[layer.rows] >= 0
        return _ramp(np.where(has_partner, layer.judgement.ious[layer.rows], -1.0))
    if by in (ColourBy.CONFIDENCE, ColourBy.IOU):
        return ColourTable(np.zeros(n, dtype=np.int64), (NEUTRAL,))
    classes = np.fromiter((one.colour for one in layer.objects), np.int64, n)
    used, numbers = np.unique(classes, return_inverse=True)
    return ColourTable(numbers.astype(np.int64), tuple(overlay_colour(int(number)) for number in used))


def _ramp(values: npt.NDArray[np.float64]) -> ColourTable:
    """Values from 0 to 1; below 0 = none."""
    numbers = np.where(values < 0, N_SHADES, np.rint(np.clip(values, 0, 1) * (N_SHADES - 1)))
    shades = tuple(shade(number / (N_SHADES - 1)) for number in range(N_SHADES))
    return ColourTable(numbers.astype(np.int64), (*shades, NEUTRAL))


def _with_alpha(colour: QColor, alpha: float) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(alpha)
    return faint
