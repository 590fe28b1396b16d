"""How sure the headlines of an evaluation are, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.analysis import MeasuredValue
from core.domain.counting import counted
from core.domain.snapshots import Split


@dataclass(frozen=True, slots=True)
class Sureness:
    """Of one set: each headline by its title, with its interval. F1 is that at `confidence`; `of_tags`: tags are said
    from the version's thresholds on, while the table of the set takes those that are best on it."""

    split: Split
    values: Mapping[str, MeasuredValue]
    confidence: float
    n_images: int
    of_tags: bool = False

    @property
    def is_wide(self) -> bool:
        """So few images that the intervals say little."""
        return any(value.interval is not None and value.interval.is_wide for value in self.values.values())

    def sentence(self) -> str:
        """ "95 % intervals over 12 images: mAP50 0.943 (0.890 to 0.970), ..."; "" where nothing could be measured."""
        told = [f"{title} {text}" for title in self.values if (text := self.text(title))]
        if not told:
            return ""
        said = ", tags said from the version's own thresholds on" if self.of_tags else ""
        sentence = f"95 % intervals over {counted(self.n_images, 'image')}{said}: {', '.join(told)}."
        if self.is_wide:
            sentence += " With so few images they are wide: it takes more images to be sure."
        return sentence

    def text(self, title: str) -> str:
        """ "0.943 (0.890 to 0.970)", "" where it was not measured."""
        value = self.values[title]
        if value.value is None or value.interval is None:
            return ""
        at = f" at confidence {self.confidence:.2f}" if title == "F1" else ""
        return f"{value.value:.3f}{at} ({value.interval.low:.3f} to {value.interval.high:.3f})"
