"""Writing of many kinds: Latin hands with a varied nib, and alphabets that nobody reads, made of strokes.

A bank holds some words of one hand as coverage, so that a page is set by scaling and placing them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from core.samples.letters import Hand, word_mask

Mask = npt.NDArray[np.uint8]
Chance = np.random.Generator
Points = list[tuple[float, float]]

X_HEIGHT = 16
"""Of a bank's words, in pixels. A word's canvas reaches from 2 x-heights above the baseline to 0.8 below it."""

ABOVE, BELOW = 2.0, 0.8
N_BANKS = 96

_OVERSAMPLING = 3
_LETTERS = "eeeeeaaaiiooouuttnnssrrllcdmmpqvbfghxy"
_CAPITALS = "ABCDEFGHILMNOPQRSTUVX"


@dataclass(frozen=True)
class Bank:
    """Words of one hand; `spaced` says whether gaps lie between them, `is_joined` that they were written, not set."""

    words: tuple[Image.Image, ...]
    capitals: tuple[Image.Image, ...]
    numbers: tuple[Image.Image, ...]
    is_spaced: bool = True
    is_joined: bool = False


@dataclass(frozen=True)
class _Alphabet:
    """How the letters of an invented script look; lengths in x-heights, chances of 0 to 1."""

    width: tuple[float, float]
    n_strokes: tuple[int, int]
    tall: float
    deep: float
    shapes: str  # of s(tem), b(ar), d(iagonal), a(rc), l(oop), o (dot)
    pen: float
    bar_above: bool = False  # a line from letter to letter at the top, as in Devanagari
    bar_below: bool = False  # one at the bottom, as in Arabic
    is_square: bool = False  # letters fill the whole height, as in Chinese


@lru_cache(maxsize=N_BANKS)
def make_bank(number: int) -> Bank:
    """The bank of that number: about a third print, a third written Latin hands, a third other scripts."""
    chance = np.random.default_rng([7, number])
    kind = number % 6
    if kind < 4:
        return _latin(chance, is_written=kind >= 2)
    return _invented(chance)


def _latin(chance: Chance, *, is_written: bool) -> Bank:
    is_joined = is_written and chance.random() < 0.7
    hand = Hand(
        nib_angle=float(chance.uniform(5, 50)),
        nib=float(chance.uniform(0.1, 0.36)),
        hairline=float(chance.uniform(0.05, 0.12)),
        slant=float(chance.uniform(0.1, 0.55)) if is_written or chance.random() < 0.2 else 0.0,
        serif=0.0 if is_joined else float(chance.choice([0.0, 0.1, 0.2])),
        narrow=float(chance.uniform(0.62, 1.05)),
        is_joined=is_joined,
    )
    lower = ["".join(chance.choice(list(_LETTERS), chance.integers(1, 11))) for _ in range(34)]
    lower += [str(chance.choice(list(_CAPITALS))) + word for word in lower[:6]]
    upper = ["".join(chance.choice(list(_CAPITALS), chance.integers(2, 9))) for _ in range(10)]
    short = ["".join(chance.choice(list("IXVLCQSBO"), chance.integers(1, 4))) for _ in range(6)]
    words, capitals, numbers = (
        tuple(_cut(word_mask(word, hand, X_HEIGHT)) for word in each) for each in (lower, upper, short)
    )
    return Bank(words, capitals, numbers, is_joined=is_written)


def _invented(chance: Chance) -> Bank:
    is_square = chance.random() < 0.25
    bars = chance.random()
    alphabet = _Alphabet(
        width=(0.9, 1.7) if is_square else (float(chance.uniform(0.3, 0.6)), float(chance.uniform(0.7, 1.3))),
        n_strokes=(3, 7) if is_square else (1, int(chance.integers(2, 5))),
        tall=float(chance.uniform(0, 0.4)),
        deep=float(chance.uniform(0, 0.4)),
        shapes="".join(chance.choice(list("sbdalo"), 5)) + "sb",
        pen=float(chance.uniform(0.09, 0.24)),
        bar_above=not is_square and bars < 0.25,
        bar_below=not is_square and bars > 0.7,
        is_square=is_square,
    )
    letters = [_letter(alphabet, chance) for _ in range(24)]

    def words(n: int, shortest: int, longest: int) -> tuple[Image.Image, ...]:
        lengths = chance.integers(shortest, longest, n)
        return tuple(_draw([letters[i] for i in chance.integers(0, 24, size)], alphabet) for size in lengths)

    longest = 16 if is_square else 9
    return Bank(words(40, 2, longest), words(10, 2, 8), words(6, 1, 3), is_spaced=not is_square or bars < 0.3)


def _letter(alphabet: _Alphabet, chance: Chance) -> tuple[float, list[Points]]:
    """Advance and strokes, y up from the baseline."""
    width = float(chance.uniform(*alphabet.width))
    top = 1.6 if alphabet.is_square else 1.55 if chance.random() < alphabet.tall else 1.0
    bottom = -0.6 if chance.random() < alphabet.deep and not alphabet.is_square else 0.0
    strokes = [
        _stroke(str(chance.choice(list(alphabet.shapes))), width * 0.8, bottom, top, chance)
        for _ in range(chance.integers(alphabet.n_strokes[0], alphabet.n_strokes[1] + 1))
    ]
    return width, strokes


def _stroke(shape: str, width: float, bottom: float, top: float, chance: Chance) -> Points:
    x, y = float(chance.uniform(0, width)), float(chance.uniform(bottom, top))
    if shape == "s":
        return [(x, bottom), (x, top)]
    if shape == "b":
        return [(0, y), (width, y)]
    if shape == "d":
        ends = (bottom, top) if chance.random() < 0.5 else (top, bottom)
        return [(0, ends[0]), (width, ends[1])]
    if shape == "o":
        return [(x, y), (x + 0.12, y)]
    turn = (0.0, 2 * np.pi) if shape == "l" else (float(chance.uniform(0, 6)), float(chance.uniform(2, 4.5)))
    angles = turn[0] + np.linspace(0, turn[1], 9)
    middle = ((bottom + top) / 2, (top - bottom) / 2)
    return [(width / 2 * (1 + np.cos(angle)), middle[0] + middle[1] * np.sin(angle)) for angle in angles]


def _draw(letters: Sequence[tuple[float, list[Points]]], alphabet: _Alphabet) -> Image.Image:
    scale = X_HEIGHT * _OVERSAMPLING
    length = sum(advance for advance, _ in letters)
    canvas = Image.new("L", (round((length + 0.4) * scale), round((ABOVE + BELOW) * scale)))
    draw = ImageDraw.Draw(canvas)
    width = max(1, round(alphabet.pen * scale))
    x = 0.2
    for advance, strokes in letters:
        for stroke in strokes:
            path = [((x + px) * scale, (ABOVE - py) * scale) for px, py in stroke]
            for start, end in pairwise(path):
                draw.line((*start, *end), fill=255, width=width)
        x += advance
    for is_drawn, height in ((alphabet.bar_above, 1.0), (alphabet.bar_below, 0.05)):
        if is_drawn:
            y = (ABOVE - height) * scale
            draw.line((0.2 * scale, y, (length + 0.1) * scale, y), fill=255, width=width)
    return _cut(canvas.reduce(_OVERSAMPLING))


def _cut(mask: Image.Image) -> Image.Image:
    """Without what is empty to the left and right; all words keep the same height."""
    box = mask.getbbox() or (0, 0, 1, 1)
    return mask.crop((box[0], 0, box[2], mask.height))
