"""Illustrations of many kinds as coverage of ink, by fields of noise: engravings, maps, drawings, photographs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from core.samples.pages.scripts import Chance, Mask
from core.samples.woodcuts import draw_woodcut

Field = npt.NDArray[np.float32]


def smooth_noise(width: int, height: int, cells: int, chance: Chance) -> Field:
    """Of -1 to 1 about, height x width, with features of a `cells`-th of the longer side."""
    longer = max(width, height)
    shape = (max(2, round(cells * height / longer)), max(2, round(cells * width / longer)))
    coarse = Image.fromarray(chance.uniform(-1, 1, shape).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))


def draw_figure(width: int, height: int, chance: Chance) -> tuple[Mask, str]:
    """Coverage of height x width, and whether its outline is a "box" or an "oval"."""
    draw = _FIGURES[chance.integers(len(_FIGURES))]
    mask = draw(width, height, chance)
    if chance.random() < 0.45:
        _frame(mask, int(chance.integers(1, 4)))
    elif chance.random() < 0.25:
        return _oval(mask), "oval"
    return mask, "box"


def draw_band(width: int, height: int, chance: Chance) -> Mask:
    """A headpiece: one ornament again and again."""
    side = max(4, round(height * chance.uniform(0.6, 1.4)))
    half = _blobs(max(2, side // 2), height, chance)
    tile = np.concatenate([half, half[:, ::-1]], axis=1)
    n_tiles = -(-width // tile.shape[1])
    mask = np.tile(tile, (1, n_tiles))[:, :width].copy()
    if chance.random() < 0.5:
        _frame(mask, 1)
    return mask


def draw_vignette(width: int, height: int, chance: Chance) -> Mask:
    """A tailpiece: symmetrical, on no ground, narrower towards the foot."""
    half = _blobs(max(2, width // 2), height, chance)
    mask = np.concatenate([half, half[:, ::-1]], axis=1)
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]].astype(np.float32)
    inside = np.abs(x / mask.shape[1] - 0.5) * 2 < 1 - 0.9 * y / mask.shape[0]
    return np.where(inside, mask, 0).astype(np.uint8)


def _blobs(width: int, height: int, chance: Chance) -> Mask:
    field = smooth_noise(width, height, int(chance.integers(3, 8)), chance)
    wave = np.abs(field) if chance.random() < 0.5 else field
    return np.where(wave > chance.uniform(0.0, 0.25), 235, 0).astype(np.uint8)


def _engraving(width: int, height: int, chance: Chance) -> Mask:
    """Darkness as hatching: the lines swell where it is dark."""
    dark = smooth_noise(width, height, 4, chance) + 0.5 * smooth_noise(width, height, 12, chance)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    bend = 6 * smooth_noise(width, height, 3, chance)
    covered = np.zeros((height, width), np.float32)
    for _ in range(chance.integers(1, 3)):
        angle, pitch = chance.uniform(0, np.pi), chance.uniform(2.2, 5)
        lines = np.sin((x * np.cos(angle) + y * np.sin(angle) + bend) * 2 * np.pi / pitch)
        covered = np.maximum(covered, np.clip(lines + 1.6 * dark - 0.2, 0, 1))
    edges = np.abs(dark - np.round(dark * 2) / 2) < 0.02
    return (np.maximum(covered, edges) * 240).astype(np.uint8)


def _map(width: int, height: int, chance: Chance) -> Mask:
    field = smooth_noise(width, height, int(chance.integers(4, 9)), chance) * chance.uniform(3, 8)
    steep = np.abs(np.gradient(field)[0]) + np.abs(np.gradient(field)[1])
    lines = np.abs(field - np.round(field)) < 0.8 * steep
    return np.where(lines, 220, 0).astype(np.uint8)


def _photograph(width: int, height: int, chance: Chance) -> Mask:
    levels = smooth_noise(width, height, 3, chance) + 0.5 * smooth_noise(width, height, 8, chance)
    levels = levels + np.float32(0.2) * smooth_noise(width, height, 30, chance)
    if chance.random() < 0.5:
        levels = np.round(levels * 3) / 3
    return np.asarray(np.clip(130 + 120 * levels, 20, 250), np.uint8)


def _drawing(width: int, height: int, chance: Chance) -> Mask:
    """Figures of lines and circles, as of machines or plants."""
    canvas = Image.new("L", (width * 2, height * 2))
    draw = ImageDraw.Draw(canvas)
    pen = int(chance.integers(2, 5))
    for _ in range(chance.integers(6, 26)):
        x, y = chance.uniform(0, 2 * width), chance.uniform(0, 2 * height)
        reach = chance.uniform(0.05, 0.35) * min(width, height) * 2
        kind = chance.integers(4)
        box = (x - reach, y - reach * 0.7, x + reach, y + reach * 0.7)
        if kind == 0:
            draw.ellipse(box, outline=230, width=pen)
        elif kind == 1:
            start = float(chance.uniform(0, 360))
            draw.arc(box, start, start + float(chance.uniform(40, 300)), fill=230, width=pen)
        elif kind == 2:
            points = [(x + reach * dx, y + reach * dy) for dx, dy in chance.uniform(-1, 1, (5, 2))]
            draw.line(points, fill=230, width=pen, joint="curve")
        else:
            points = [(x + reach * dx, y + reach * dy) for dx, dy in chance.uniform(-1, 1, (4, 2))]
            draw.polygon(points, outline=230, fill=int(chance.integers(0, 200)), width=pen)
    return np.array(canvas.reduce(2))


def _woodcut(width: int, height: int, chance: Chance) -> Mask:
    return np.array(draw_woodcut(max(width, 60), max(height, 60), Random(int(chance.integers(2**31)))))


_FIGURES: tuple[Callable[[int, int, Chance], Mask], ...] = (
    _engraving,
    _engraving,
    _map,
    _photograph,
    _drawing,
    _drawing,
    _woodcut,
    _woodcut,
)


def _frame(mask: Mask, pen: int) -> None:
    mask[:pen], mask[-pen:], mask[:, :pen], mask[:, -pen:] = 245, 245, 245, 245


def _oval(mask: Mask) -> Mask:
    height, width = mask.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5)
    return np.where(away < 0.5, mask, 0).astype(np.uint8)
