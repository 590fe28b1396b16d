"""Letters written with a broad nib, as scribes and early printers shaped them; no font file is involved.

A letter is a few strokes, each a list of points in units of the x-height: x to the right, y up from the baseline. The
nib, held at a fixed angle, makes a stroke thick or thin by its direction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from PIL import Image, ImageDraw

_TOP, _BOTTOM = 2.0, -0.8  # of a letter's canvas
_OVERSAMPLING = 3

# Strokes are separated by "|", points by spaces. Strokes of more than two points are curves.
_STROKES = {
    "a": ".12,.82 .35,1 .6,.9 .66,.6 .66,.15 .8,.04|.66,.58 .35,.52 .13,.3 .2,.03 .45,.03 .66,.25",
    "b": ".15,1.7 .15,.05|.15,.75 .4,1 .7,.85 .76,.5 .65,.1 .38,0 .15,.12",
    "c": ".66,.82 .42,1 .17,.78 .12,.45 .25,.08 .5,0 .7,.18",
    "d": ".68,.82 .42,1 .16,.75 .12,.4 .28,.03 .5,.05 .68,.25|.68,1.7 .68,.02",
    "e": ".15,.52 .62,.62 .6,.9 .4,1 .17,.76 .13,.4 .3,.03 .52,.02 .7,.2",
    "f": ".6,1.58 .44,1.7 .28,1.5 .28,1.2 .28,0|.05,.95 .52,.95",
    "g": ".62,.86 .4,1 .17,.82 .2,.5 .44,.42 .62,.6 .62,.86"
    "|.38,.42 .22,.26 .6,.08 .74,-.2 .5,-.5 .16,-.4 .14,-.14 .34,.04",
    "h": ".15,1.7 .15,0|.15,.7 .4,1 .64,.9 .7,.6 .7,0",
    "i": ".17,1 .17,0|.15,1.5 .19,1.34",
    "l": ".17,1.7 .17,0",
    "m": ".15,1 .15,0|.15,.7 .36,1 .56,.9 .6,.6 .6,0|.6,.7 .82,1 1.02,.9 1.06,.6 1.06,0",
    "n": ".15,1 .15,0|.15,.7 .4,1 .64,.9 .7,.6 .7,0",
    "o": ".42,1 .16,.78 .12,.45 .24,.06 .45,0 .7,.22 .74,.55 .62,.92 .42,1",
    "p": ".15,1 .15,-.6|.15,.75 .4,1 .7,.85 .76,.5 .65,.1 .38,0 .15,.12",
    "q": ".68,.82 .42,1 .16,.75 .12,.4 .28,.03 .5,.05 .68,.25|.68,1 .68,-.6",
    "r": ".15,1 .15,0|.15,.66 .34,.98 .56,.9",
    "s": ".58,.82 .38,1 .17,.84 .2,.62 .5,.42 .6,.2 .42,0 .14,.14",
    "ſ": ".58,1.56 .43,1.7 .28,1.5 .28,1.2 .28,0",
    "t": ".27,1.32 .27,.9 .27,.22 .4,.02 .58,.12|.06,.96 .52,.96",
    "u": ".13,1 .13,.4 .22,.08 .44,.02 .68,.3|.68,1 .68,.02",
    "v": ".1,1 .42,.02|.42,.02 .72,1",
    "x": ".1,1 .7,0|.68,1 .1,0",
    "y": ".1,1 .44,.05|.74,1 .44,.05 .26,-.45 .08,-.5",
    "A": ".02,0 .56,1.6|.54,1.6 1.08,0|.24,.55 .84,.55",
    "B": ".18,0 .18,1.6|.18,1.58 .6,1.55 .74,1.2 .56,.9 .18,.86|.56,.9 .88,.7 .88,.25 .6,.02 .18,.02",
    "C": ".95,1.28 .6,1.6 .22,1.3 .1,.8 .22,.25 .6,0 .96,.3",
    "D": ".18,0 .18,1.6|.18,1.58 .66,1.5 1.02,1.1 1.02,.5 .66,.06 .18,.02",
    "E": ".18,0 .18,1.6|.18,1.56 .82,1.56|.18,.84 .66,.84|.18,.03 .86,.03",
    "F": ".18,0 .18,1.6|.18,1.56 .82,1.56|.18,.84 .66,.84",
    "G": ".95,1.28 .6,1.6 .22,1.3 .1,.8 .22,.25 .6,0 .94,.2|.94,.1 .94,.7|.66,.7 1.08,.7",
    "H": ".18,0 .18,1.6|.98,0 .98,1.6|.18,.84 .98,.84",
    "I": ".2,0 .2,1.6",
    "L": ".18,1.6 .18,0|.18,.03 .82,.03",
    "M": ".14,0 .22,1.6|.22,1.6 .66,.2|.66,.2 1.12,1.6|1.12,1.6 1.2,0",
    "N": ".16,0 .16,1.6|.16,1.6 .98,0|.98,0 .98,1.6",
    "O": ".6,1.6 .2,1.3 .1,.8 .22,.25 .6,0 1,.25 1.12,.8 1,1.35 .6,1.6",
    "P": ".18,0 .18,1.6|.18,1.58 .66,1.55 .86,1.2 .66,.82 .18,.76",
    "Q": ".6,1.6 .2,1.3 .1,.8 .22,.25 .6,0 1,.25 1.12,.8 1,1.35 .6,1.6|.6,.3 1.2,-.3",
    "R": ".18,0 .18,1.6|.18,1.58 .66,1.55 .84,1.2 .64,.86 .18,.8|.5,.82 1.02,0",
    "S": ".84,1.34 .5,1.6 .18,1.3 .3,.96 .72,.68 .86,.32 .5,0 .12,.26",
    "T": ".56,0 .56,1.56|.06,1.56 1.06,1.56",
    "V": ".04,1.6 .56,0|.56,0 1.06,1.6",
    "U": ".16,1.6 .16,.5 .3,.08 .6,0 .9,.12 1,.5 1,1.6",
    "X": ".06,1.6 1.02,0|1,1.6 .08,0",
    ".": ".12,.06 .18,.02",
    ",": ".18,.08 .1,-.22",
}  # fmt: skip
_ADVANCE = {
    "i": 0.4,
    "l": 0.4,
    ".": 0.36,
    ",": 0.36,
    "f": 0.56,
    "t": 0.64,
    "r": 0.62,
    "I": 0.46,
    "m": 1.24,
    "M": 1.42,
    "O": 1.28,
    "Q": 1.28,
    "ſ": 0.46,
}


@dataclass(frozen=True)
class Hand:
    """A way of writing. Lengths in x-heights, the nib's angle in degrees from the baseline."""

    nib_angle: float
    nib: float
    hairline: float  # the thinnest a stroke can get
    slant: float = 0.0  # to the right, per unit of height
    serif: float = 0.0  # half its length; 0 = none
    narrow: float = 1.0  # factor of the width
    is_joined: bool = False


ROMAN = Hand(nib_angle=10, nib=0.2, hairline=0.075, serif=0.19)
BOOK_HAND = Hand(nib_angle=35, nib=0.24, hairline=0.05, serif=0.08)
BLACK_LETTER = Hand(nib_angle=42, nib=0.32, hairline=0.05, serif=0.1, narrow=0.82)
CURSIVE = Hand(nib_angle=38, nib=0.18, hairline=0.09, slant=0.34, is_joined=True)


@lru_cache(maxsize=4096)
def word_mask(word: str, hand: Hand, x_height: int) -> Image.Image:
    """The word as coverage (mode L), one unit of x-height being `x_height` pixels; see `baseline_row`."""
    scale = x_height * _OVERSAMPLING
    width = sum(_advance(letter, hand) for letter in word) + (_TOP - _BOTTOM) * hand.slant + 0.5
    canvas = Image.new("L", (round(width * scale), round((_TOP - _BOTTOM) * scale)))
    pen = _Pen(ImageDraw.Draw(canvas), hand, scale, canvas.height)
    x = 0.15 - _BOTTOM * hand.slant
    for index, letter in enumerate(word):
        pen.write(letter, x)
        if hand.is_joined and index + 1 < len(word) and letter.islower() and word[index + 1].islower():
            pen.join(x + _advance(letter, hand) - 0.16, x + _advance(letter, hand) + 0.14)
        x += _advance(letter, hand)
    return canvas.reduce(_OVERSAMPLING)


def word_width(word: str, hand: Hand, x_height: int) -> int:
    """How far the pen moves on over the word; its mask is wider by the overhang on both sides."""
    return round(sum(_advance(letter, hand) for letter in word) * x_height)


def left_overhang(hand: Hand, x_height: int) -> int:
    """The column of a word's mask at which its first letter begins."""
    return round((0.15 - _BOTTOM * hand.slant) * x_height)


def baseline_row(x_height: int) -> int:
    """The row of a word's mask on which the letters stand."""
    return round(_TOP * x_height)


def _advance(letter: str, hand: Hand) -> float:
    return _ADVANCE.get(letter, 1.2 if letter.isupper() else 0.86) * hand.narrow


class _Pen:
    def __init__(self, draw: ImageDraw.ImageDraw, hand: Hand, scale: float, height: int) -> None:
        self._draw = draw
        self._hand = hand
        self._scale = scale
        self._height = height
        angle = math.radians(hand.nib_angle)
        self._nib = (math.cos(angle) * hand.nib / 2 * scale, -math.sin(angle) * hand.nib / 2 * scale)

    def write(self, letter: str, x: float) -> None:
        for stroke in _strokes(letter):
            self._sweep([(x + px * self._hand.narrow, py) for px, py in stroke])
            if self._hand.serif and len(stroke) == 2 and abs(stroke[0][0] - stroke[1][0]) < 0.1:
                for px, py in stroke:
                    if py in (0, 1, 1.6, 1.7):
                        half = self._hand.serif
                        self._line([(x + px * self._hand.narrow - half, py), (x + px * self._hand.narrow + half, py)])

    def join(self, x0: float, x1: float) -> None:
        """The hairline that leads from one letter of a cursive to the next."""
        self._line([(x0 - 0.1, 0.05), ((x0 + x1) / 2, 0.12), (x1 + 0.02, 0.7)])

    def _sweep(self, points: list[tuple[float, float]]) -> None:
        path = [self._place(point) for point in (_curve(points) if len(points) > 2 else points)]
        nx, ny = self._nib
        for (ax, ay), (bx, by) in pairwise(path):
            corners = [(ax - nx, ay - ny), (bx - nx, by - ny), (bx + nx, by + ny), (ax + nx, ay + ny)]
            self._draw.polygon(corners, fill=255)
        self._draw.line(path, fill=255, width=max(1, round(self._hand.hairline * self._scale)), joint="curve")

    def _line(self, points: list[tuple[float, float]]) -> None:
        width = max(1, round(self._hand.hairline * self._scale))
        self._draw.line([self._place(point) for point in points], fill=255, width=width, joint="curve")

    def _place(self, point: tuple[float, float]) -> tuple[float, float]:
        x, y = point
        return (x + y * self._hand.slant) * self._scale, self._height - (y - _BOTTOM) * self._scale


@lru_cache(maxsize=128)
def _strokes(letter: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    strokes = []
    for stroke in _STROKES[letter].split("|"):
        pairs = (point.split(",") for point in stroke.split())
        strokes.append(tuple((float(x), float(y)) for x, y in pairs))
    return tuple(strokes)


def _curve(points: list[tuple[float, float]], n_steps: int = 6) -> list[tuple[float, float]]:
    """A smooth line through the points (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    result = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(n_steps):
            t = step / n_steps
            result.append(
                (
                    _blend(a[0], b[0], c[0], d[0], t),
                    _blend(a[1], b[1], c[1], d[1], t),
                )
            )
    return [*result, points[-1]]


def _blend(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
