"""How good a model is in one number, with the set that it was measured on. No widgets."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain import metrics
from core.domain.metrics import metric_name
from core.domain.models import Headline
from ui.widgets.formatting import measure

CHOSEN = "chosen"
"""In place of a split: of images that were chosen for an evaluation, whatever set they were of."""
SET_NAMES = {CHOSEN: "chosen images", "train": "train set", "val": "validation set", "test": "test set"}


@dataclass(frozen=True, slots=True)
class Score:
    """`map50` is None where the headline is another measure than mAP50-95."""

    headline: Headline
    map50: float | None = None

    @property
    def first(self) -> tuple[str, float]:
        """Name and value of the number that people know a model by."""
        if self.map50 is not None:
            return metric_name(metrics.MAP50_OF[self.headline.metric]), self.map50
        return metric_name(self.headline.metric), self.headline.value

    @property
    def text(self) -> str:
        """ "test mAP50 0.834": the number means nothing without its set."""
        name, value = self.first
        return f"{self.headline.split} {name} {measure(value)}"

    @property
    def sentence(self) -> str:
        """ "mAP50 0.834 on the test set"."""
        name, value = self.first
        return f"{name} {measure(value)} on the {set_name(self.headline.split)}"

    @property
    def strict(self) -> str:
        """ "mAP50-95 0.524" beside mAP50; "" when there is one number only."""
        if self.map50 is None:
            return ""
        return f"{metric_name(self.headline.metric)} {measure(self.headline.value)}"


def set_name(split: str) -> str:
    return SET_NAMES.get(split, split)
