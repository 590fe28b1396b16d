"""Curves as SVG within the page: colours that the colour-blind tell apart, and dashes for who sees none."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.reports.html import text

WIDTH, HEIGHT = 460, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 14, 40
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2", "12 4")
_MOST_POINTS = 400

Place = Callable[[float, float], tuple[float, float]]
"""Where a point of the curves lies in the drawing."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def chart(
    lines: Sequence[Line],
    *,
    x_title: str,
    y_title: str,
    y_range: tuple[float, float] | None = None,
    x_range: tuple[float, float] | None = None,
    marks: Sequence[tuple[float, str]] = (),
) -> str:
    """`marks` are upright lines with their names. "" without a point that can be drawn."""
    kept = [Line(line.name, *_finite(line)) for line in lines]
    kept = [line for line in kept if line.xs]
    if not kept:
        return ""
    x0, x1 = x_range or _range([x for line in kept for x in line.xs])
    y0, y1 = y_range or _range([y for line in kept for y in line.ys], from_zero=True)

    def at(x: float, y: float) -> tuple[float, float]:
        left = LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)
        top = HEIGHT - BOTTOM - (min(max(y, y0), y1) - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)
        return round(left, 1), round(top, 1)

    parts = [_grid(x0, x1, y0, y1, at, x_title, y_title)]
    for place, (x, name) in enumerate(marks):
        (left, bottom), (_, top) = at(x, y0), at(x, y1)
        parts.append(f'<line x1="{left}" y1="{top}" x2="{left}" y2="{bottom}" stroke="currentColor" opacity=".5"/>')
        parts.append(f'<text x="{left + 4}" y="{top + 10 + 12 * place}" font-size="11">{text(name)}</text>')
    for place, line in enumerate(kept):
        points = " ".join(f"{left},{top}" for left, top in (at(x, y) for x, y in zip(line.xs, line.ys, strict=True)))
        colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
        style = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{style} points="{points}"/>')
        if len(kept) > 1:
            top = TOP + 12 + 15 * place
            parts.append(
                f'<line x1="{WIDTH - 140}" y1="{top}" x2="{WIDTH - 116}" y2="{top}" stroke="{colour}" '
                f'stroke-width="2"{style}/>'
                f'<text x="{WIDTH - 110}" y="{top + 4}" font-size="11">{text(line.name)}</text>'
            )
    names = ", ".join(line.name for line in kept)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" fill="currentColor" '
        f'aria-label="{text(f"{y_title} over {x_title}: {names}")}">{"".join(parts)}</svg>'
    )


def _grid(x0: float, x1: float, y0: float, y1: float, at: Place, x_title: str, y_title: str) -> str:
    parts = []
    for value in _ticks(y0, y1):
        left, top = at(x0, value)
        right, _ = at(x1, value)
        parts.append(
            f'<line x1="{left}" y1="{top}" x2="{right}" y2="{top}" stroke="currentColor" opacity=".15"/>'
            f'<text x="{left - 6}" y="{top + 4}" font-size="11" text-anchor="end" opacity=".75">{value:g}</text>'
        )
    for value in _ticks(x0, x1):
        left, bottom = at(value, y0)
        parts.append(
            f'<text x="{left}" y="{bottom + 15}" font-size="11" text-anchor="middle" opacity=".75">{value:g}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 6}" font-size="12" text-anchor="middle">{text(x_title)}</text>'
        f'<text x="12" y="{HEIGHT / 2}" font-size="12" text-anchor="middle" '
        f'transform="rotate(-90 12 {HEIGHT / 2})">{text(y_title)}</text>'
    )
    return "".join(parts)


def _finite(line: Line) -> tuple[list[float], list[float]]:
    """Without what is no number, and thinned to what can be seen."""
    pairs = [(float(x), float(y)) for x, y in zip(line.xs, line.ys, strict=True) if math.isfinite(x + y)]
    step = max(1, math.ceil(len(pairs) / _MOST_POINTS))
    kept = pairs[::step]
    if pairs and kept[-1] != pairs[-1]:
        kept.append(pairs[-1])
    return [x for x, _ in kept], [y for _, y in kept]


def _range(values: Sequence[float], *, from_zero: bool = False) -> tuple[float, float]:
    low, high = (min(0.0, *values) if from_zero else min(values)), max(values)
    return (low, high) if high > low else (low, low + 1.0)


def _ticks(low: float, high: float) -> list[float]:
    """Four to eight round numbers."""
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(step * factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= 6)
    first = math.ceil(low / step - 1e-9)
    return [round(n * step, 10) for n in range(first, math.floor(high / step + 1e-9) + 1)]
