"""A flat page under the pen: coverage of ink by colour, and the outlines of what was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.samples.pages.scripts import ABOVE, BELOW, X_HEIGHT, Bank, Chance, Mask, make_bank

Colour = tuple[int, int, int]
Outline = npt.NDArray[np.float64]
"""Points (n, 2) in pixels."""


@dataclass(frozen=True)
class Style:
    """A hand at its size: `x_height` and the pitch of lines in pixels, the width of its letters as a factor."""

    bank: int
    x_height: float
    pitch: float
    stretch: float = 1.0
    shake: float = 0.0  # how far words leave the baseline, in x-heights
    strength: float = 0.9
    colour: Colour = (34, 30, 28)

    def words(self) -> Bank:
        return make_bank(self.bank)


@dataclass(frozen=True)
class Habit:
    """How somebody outlined lines on all pages of a kind, in x-heights from the baseline and the ends."""

    above: float
    below: float
    beside: float
    wave: float  # 0 = a straight band


class Page:
    """`objects` are category and outline, in the order they were drawn."""

    def __init__(self, width: int, height: int, habit: Habit, chance: Chance) -> None:
        self.width, self.height = width, height
        self.habit = habit
        self.chance = chance
        self.layers: dict[Colour, Mask] = {}
        self.objects: list[tuple[str, Outline]] = []

    def print_ink(self, mask: Mask, x: float, y: float, colour: Colour, strength: float = 1.0) -> None:
        """Lays coverage with its left top corner at (x, y); what would lie outside is left out."""
        left, top = round(x), round(y)
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(self.width, left + mask.shape[1]), min(self.height, top + mask.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        part = mask[y0 - top : y1 - top, x0 - left : x1 - left]
        if strength < 1:
            part = (part * np.float32(strength)).astype(np.uint8)
        layer = self.layers.setdefault(colour, np.zeros((self.height, self.width), np.uint8))
        np.maximum(layer[y0:y1, x0:x1], part, out=layer[y0:y1, x0:x1])

    def rule(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, strength: float = 0.8) -> None:
        """A filled rectangle of ink, at least one pixel thick."""
        size = (max(1, round(y1 - y0)), max(1, round(x1 - x0)))
        self.print_ink(np.full(size, 255, np.uint8), x0, y0, colour, strength)

    def mark(self, category: str, outline: Outline) -> None:
        self.objects.append((category, outline))

    def mark_box(self, category: str, x0: float, y0: float, x1: float, y1: float) -> None:
        self.mark(category, np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64))

    def write(
        self,
        x: float,
        baseline: float,
        width: float,
        style: Style,
        *,
        kind: str = "words",
        n_words: int = 1000,
        align: float = 0.0,
        is_justified: bool = False,
        spacing: float = 0.0,
    ) -> bool:
        """One line of words that fit into `width`, marked as a text line; False when none fits.

        `kind` names a list of the bank. `align`: 0 = left, 0.5 = centred, 1 = right. `spacing` widens the gaps.
        """
        words = _choose(style, kind, width, n_words, spacing, self.chance)
        if not words:
            return False
        gap = style.x_height * (0.55 + spacing) if style.words().is_spaced else 0.15 * style.x_height
        length = sum(word.shape[1] for word in words) + gap * (len(words) - 1)
        if is_justified and len(words) > 1 and width - length < 1.6 * style.x_height * (len(words) - 1):
            gap += (width - length) / (len(words) - 1)
            length = width
        x += align * max(0.0, width - length)
        at = x
        for word in words:
            rise = self.chance.normal(0, style.shake) * style.x_height if style.shake else 0.0
            strength = style.strength * self.chance.uniform(0.82, 1.0)
            self.print_ink(word, at, baseline + rise - ABOVE * style.x_height, style.colour, strength)
            at += word.shape[1] + gap
        self._mark_line(x, at - gap, baseline, style, is_capital=kind != "words")
        return True

    def _mark_line(self, x0: float, x1: float, baseline: float, style: Style, *, is_capital: bool) -> None:
        habit, size = self.habit, style.x_height
        n_points = int(np.clip((x1 - x0) / (2.2 * size), 2, 24))
        xs = np.linspace(x0 - habit.beside * size, x1 + habit.beside * size, n_points)
        wave = habit.wave * size
        above = baseline - habit.above * size + self.chance.uniform(-wave, wave, n_points)
        below = baseline + habit.below * size * (0.8 if is_capital else 1) + self.chance.uniform(-wave, wave, n_points)
        ends = np.stack([xs, above], axis=1), np.stack([xs, below], axis=1)[::-1]
        self.mark("text_line", np.concatenate(ends))


def _choose(style: Style, kind: str, width: float, most: int, spacing: float, chance: Chance) -> list[Mask]:
    words = scaled_words(style.bank, kind, round(style.x_height, 1), round(style.stretch, 2))
    gap = style.x_height * (0.55 + spacing) if style.words().is_spaced else 0.15 * style.x_height
    chosen: list[Mask] = []
    used = 0.0
    for index in chance.integers(0, len(words), min(most, 60)):
        word = words[index]
        if used + word.shape[1] > width:
            if chosen:
                break
            continue
        chosen.append(word)
        used += word.shape[1] + gap
    return chosen


@lru_cache(maxsize=96)
def scaled_words(bank: int, kind: str, x_height: float, stretch: float) -> tuple[Mask, ...]:
    """A bank's list of words at that size."""
    factor = x_height / X_HEIGHT
    height = max(2, round((ABOVE + BELOW) * x_height))
    found = []
    for word in getattr(make_bank(bank), kind):
        size = (max(1, round(word.width * factor * stretch)), height)
        found.append(np.asarray(word.resize(size, Image.Resampling.BOX if factor < 0.5 else Image.Resampling.BILINEAR)))
    return tuple(found)
