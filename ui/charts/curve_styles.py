"""Which pane a metric is drawn in, what it is called there, and how its line looks.

Any metric name is drawn: what is not known here goes to the pane of other measures under its own name.
Colours are Okabe and Ito's, for which people with any colour vision have a name; the line style says it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt

from core.domain import metrics

Line = Qt.PenStyle

# The blue and the vermillion are the pair furthest apart; a dark ground wants the lighter ones of the eight.
LIGHT_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#A46F00", "#3B3B3B", "#56B4E9")
DARK_COLOURS = ("#56B4E9", "#E69F00", "#2BC79A", "#E39CC3", "#F0E442", "#C9CED8", "#FF7F3F")

SPLIT_COLOURS = {"batch": 0, "train": 0, "val": 1, "test": 2}
LINES = (Line.SolidLine, Line.DashLine, Line.DotLine, Line.DashDotLine, Line.DashDotDotLine)
SYMBOLS = {"train": "s", "val": "o", "test": "d"}


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """A pane of the grid. `is_optional`: shown only when it has a curve. `ceiling`: the largest value it can show.
    `makes_way_for`: an empty one is not shown where that other pane has a curve."""

    key: str
    title: str
    is_optional: bool = False
    can_be_log: bool = False
    ceiling: float | None = None
    makes_way_for: str = ""


PANES = (
    PaneSpec("loss-batch", "Total loss (batch)", can_be_log=True),
    PaneSpec("loss-sets", "Total loss (train, val)", can_be_log=True),
    PaneSpec("lr", "Learning rate", can_be_log=True),
    PaneSpec("mask-accuracy", "Accuracy of masks", is_optional=True, ceiling=1.0),
    PaneSpec("mask-precision", "Precision and recall of masks", is_optional=True, ceiling=1.0),
    PaneSpec("label-accuracy", "Accuracy of labels", is_optional=True, ceiling=1.0),
    PaneSpec("accuracy", "Accuracy of boxes", ceiling=1.0, makes_way_for="label-accuracy"),
    PaneSpec("precision", "Precision and recall of boxes", ceiling=1.0, makes_way_for="label-accuracy"),
    PaneSpec("components", "Loss components (train, val)", is_optional=True, can_be_log=True),
    PaneSpec("other", "Other measures", is_optional=True),
)


@dataclass(frozen=True, slots=True)
class CurveStyle:
    """How one curve appears. `order` sorts the legend; `symbol` "" = points are not marked.

    `measure` and `set_name` are the label in two halves for a narrow pane, whose title says the rest.
    """

    pane: str
    label: str
    measure: str
    set_name: str  # "" = there is one curve of the measure
    help: str
    colour_index: int
    line: Qt.PenStyle
    symbol: str
    order: int
    is_shown: bool = True  # until the person says otherwise

    def colour(self, is_dark: bool) -> str:
        colours = DARK_COLOURS if is_dark else LIGHT_COLOURS
        return colours[self.colour_index % len(colours)]


_MEASURES = {
    # name: pane, name of the measure, what it is of the set, rank within the pane
    metrics.MAP50: ("accuracy", "Accuracy", "mAP50", 0),
    metrics.MAP50_95: ("accuracy", "Accuracy", "mAP50-95", 1),
    metrics.MASK_MAP50: ("mask-accuracy", "Accuracy", "mAP50", 0),
    metrics.MASK_MAP50_95: ("mask-accuracy", "Accuracy", "mAP50-95", 1),
    metrics.PIXEL_IOU: ("mask-accuracy", "Accuracy", "pixel IoU", 2),
    metrics.ACCURACY: ("label-accuracy", "Accuracy", "", 0),
    metrics.MEAN_AP: ("label-accuracy", "Accuracy", "mean AP", 1),
    metrics.PRECISION: ("precision", "Precision", "", 0),
    metrics.RECALL: ("precision", "Recall", "", 1),
    metrics.MASK_PRECISION: ("mask-precision", "Precision", "", 0),
    metrics.MASK_RECALL: ("mask-precision", "Recall", "", 1),
    metrics.LOSS_TOTAL: ("loss-sets", "Total loss", "", 0),
}
# Within a pane no two curves share colour and line: val solid and train dashed for the first measure, then these.
_MEASURE_LINES = {
    ("val", 0): Line.SolidLine,
    ("train", 0): Line.DashLine,
    ("val", 1): Line.DashDotLine,
    ("train", 1): Line.DotLine,
    ("val", 2): Line.DashDotDotLine,
    ("train", 2): Line.DashDotDotLine,
    ("test", 0): Line.DashDotDotLine,
    ("test", 1): Line.DashLine,
    ("test", 2): Line.DotLine,
}


def pane_of(name: str, split: str) -> str:
    """The key of the pane that draws a metric."""
    if is_learning_rate(name):
        return "lr"
    if split == "batch":
        return "loss-batch" if is_loss(name) else "other"
    if name in _MEASURES:
        return _MEASURES[name][0]
    return "components" if is_loss(name) else "other"


def style_of(name: str, split: str, rank: int = 0) -> CurveStyle:
    """The look of a curve. `rank` counts the names of a pane that have no look of their own, in order of arrival."""
    pane, help_text = pane_of(name, split), _help(name)
    if is_learning_rate(name):
        label = "Learning rate" + name.removeprefix(metrics.LEARNING_RATE).replace("/", " ")
        return CurveStyle(pane, label, label, "", help_text, rank, LINES[rank % len(LINES)], "", rank)
    if split == "batch":
        return _batch_style(pane, name, rank)
    if name in _MEASURES:
        return _measure_style(name, split)
    line = Line.DashLine if split == "train" else Line.SolidLine
    order = 2 * rank + (split != "train")
    title = title_of(name)
    return CurveStyle(
        pane, f"{title} ({split} set)", title, split, help_text, rank, line, SYMBOLS.get(split, "t"), order
    )


def is_loss(name: str) -> bool:
    return name == metrics.LOSS_TOTAL or "loss" in name


def is_learning_rate(name: str) -> bool:
    return name == metrics.LEARNING_RATE or name.startswith(f"{metrics.LEARNING_RATE}/")


def _batch_style(pane: str, name: str, rank: int) -> CurveStyle:
    if name == metrics.LOSS_TOTAL:
        return CurveStyle(pane, "Total loss (batch)", "Total loss", "", _help(name), 0, Line.SolidLine, "", -1)
    look = rank + 1  # the first look is the total's
    line = LINES[look % len(LINES)]
    is_shown = pane != "loss-batch"
    title = title_of(name)
    return CurveStyle(pane, f"{title} (batch)", title, "", _help(name), look, line, "", rank, is_shown=is_shown)


def _measure_style(name: str, split: str) -> CurveStyle:
    pane, before, measure, rank = _MEASURES[name]
    line = _MEASURE_LINES.get((split, rank), LINES[-1])
    order = 2 * rank + (split != "train")
    label = f"{before} ({split} set)" + (f": {measure}" if measure else "")
    colour = SPLIT_COLOURS.get(split, 3)
    return CurveStyle(pane, label, measure or before, split, _help(name), colour, line, SYMBOLS.get(split, "t"), order)


def title_of(name: str) -> str:
    """In words; a name that nobody has words for is shown as it is."""
    return metrics.LOSS_WORDS.get(name, (name, ""))[0]


def _help(name: str) -> str:
    if name not in metrics.LOSS_WORDS:
        return metrics.METRIC_HELP.get(name, "")
    return f'{metrics.LOSS_WORDS[name][1]}\nThe engine calls it "{name}".'
