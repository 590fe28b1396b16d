"""A sheet that ink is laid on: keeps what was printed where, then turns it into a photograph of an old page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from core.samples.letters import Hand, baseline_row, left_overhang, word_mask, word_width
from core.samples.paper import Field, PaperKind, cloud, draw_paper

WIDTH, HEIGHT = 640, 900
FINE = 2
"""Ink is laid at twice the page's resolution."""

Colour = tuple[int, int, int]
Outline = list[tuple[float, float]]

BLACK: Colour = (38, 32, 28)


@dataclass(frozen=True)
class DrawnObject:
    """An annotation: a category and its outline in pixels of the finished page."""

    category: str
    outline: tuple[tuple[float, float], ...]


class Sheet:
    """All coordinates are those of the finished page before it is turned."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self._layers: dict[Colour, Image.Image] = {}
        self._objects: list[tuple[str, Outline]] = []
        self._sag = chance.uniform(-3.0, 3.0)  # lines are not quite straight: the sheet lay open
        self._angle = chance.gauss(0, 0.55)

    def print_ink(self, mask: Image.Image, x: float, y: float, colour: Colour = BLACK, strength: float = 0.9) -> None:
        """Lays a mask of fine resolution with its left top corner at (x, y)."""
        if colour not in self._layers:
            self._layers[colour] = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
        layer = self._layers[colour]
        inked = mask.point([round(value * strength) for value in range(256)])
        place = (round(x * FINE), round(y * FINE))
        region = (*place, place[0] + mask.width, place[1] + mask.height)
        layer.paste(ImageChops.lighter(layer.crop(region), inked), place)

    def mark(self, category: str, outline: Outline) -> None:
        """Notes an object; its outline is drawn by nobody."""
        self._objects.append((category, outline))

    def write_line(
        self, words: list[str], x: float, baseline: float, width: float, hand: Hand, x_height: int, *, colour: Colour
    ) -> None:
        """One line of text, justified to `width` when it nearly fills it, and marked as such."""
        size = x_height * FINE
        widths = [word_width(word, hand, size) / FINE for word in words]
        space = x_height * 0.62
        rest = width - sum(widths)
        if len(words) > 1 and rest / (len(words) - 1) < x_height * 1.5:
            space = rest / (len(words) - 1)
        top, bottom = baseline_row(size) / FINE, left_overhang(hand, size) / FINE
        at = x
        for word, word_length in zip(words, widths, strict=True):
            shake = self.chance.gauss(0, 0.05 * x_height) if hand.is_joined else 0.0
            rise = self._rise(at + word_length / 2) + shake
            strength = self.chance.uniform(0.76, 0.93)  # no two pieces of type take the same ink
            self.print_ink(word_mask(word, hand, size), at - bottom, baseline + rise - top, colour, strength)
            at += word_length + space
        self._mark_line(x, at - space, baseline, x_height, hand)

    def finish(self, kind: PaperKind) -> tuple[Image.Image, tuple[DrawnObject, ...]]:
        """The page as photographed, and its objects where they ended up."""
        chance = np.random.default_rng(self.chance.getrandbits(32))
        page = draw_paper(kind, WIDTH, HEIGHT, chance)
        wear = 0.9 + 0.12 * cloud(WIDTH, HEIGHT, 70, chance)
        self._show_through(page)
        for colour, layer in self._layers.items():
            # Turning blurs as much as a lens does.
            turned = layer.reduce(FINE).rotate(self._angle, Image.Resampling.BICUBIC)
            coverage = np.asarray(turned, dtype=np.float32) / 255
            ink = (coverage * wear)[..., None]
            page *= 1 - ink * (1 - np.array(colour, dtype=np.float32) / 255)
        pixels = (np.clip(page, 0, 1) * 255 + 0.5).astype(np.uint8)
        objects = tuple(DrawnObject(category, self._turned(outline)) for category, outline in self._objects)
        return Image.fromarray(pixels), objects

    def _show_through(self, page: Field) -> None:
        """The print of the back shines through, mirrored and faint."""
        strength = self.chance.uniform(0.0, 0.07)
        layers = list(self._layers.values())[:1]  # the first ink is the text's
        for layer in layers:
            back = layer.reduce(FINE * 2).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            back = ImageChops.offset(back, 9, 11).filter(ImageFilter.GaussianBlur(0.8)).resize((WIDTH, HEIGHT))
            page *= 1 - strength * (np.asarray(back, dtype=np.float32) / 255)[..., None]

    def _rise(self, x: float) -> float:
        return self._sag * math.sin(math.pi * x / WIDTH)

    def _mark_line(self, x0: float, x1: float, baseline: float, x_height: int, hand: Hand) -> None:
        """Round the letters' bodies with most of what stands out above and below, as people draw lines."""
        lean = hand.slant * x_height
        n_steps = max(1, round((x1 - x0) / 90))
        places = [x0 + (x1 - x0) * step / n_steps for step in range(n_steps + 1)]
        above = [(x + lean, baseline + self._rise(x) - 1.72 * x_height) for x in places]
        below = [(x - 0.3 * lean, baseline + self._rise(x) + 0.58 * x_height) for x in reversed(places)]
        margin = 2.0
        above[0], below[-1] = (above[0][0] - margin - lean, above[0][1]), (below[-1][0] - margin, below[-1][1])
        above[-1], below[0] = (above[-1][0] + margin, above[-1][1]), (below[0][0] + margin, below[0][1])
        self.mark("text_line", [*above, *below])

    def _turned(self, outline: Outline) -> tuple[tuple[float, float], ...]:
        """Through the same rotation as the ink (counter-clockwise about the middle), and kept on the page."""
        cos, sin = math.cos(math.radians(self._angle)), math.sin(math.radians(self._angle))
        cx, cy = WIDTH / 2, HEIGHT / 2
        turned = []
        for x, y in outline:
            u, v = x - cx, y - cy
            tx, ty = cx + u * cos + v * sin, cy - u * sin + v * cos
            turned.append((round(min(max(tx, 0.0), WIDTH), 1), round(min(max(ty, 0.0), HEIGHT), 1)))
        return tuple(turned)
