"""Illustrations cut like woodcuts: contour and hatching, no greys, in a frame."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image, ImageChops, ImageDraw

Point = tuple[float, float]


class Block:
    """A block of wood: white where it was cut away, `ink` (255) where it prints. Sizes in pixels of the block."""

    def __init__(self, width: int, height: int, chance: Random) -> None:
        self.image = Image.new("L", (width, height))
        self.draw = ImageDraw.Draw(self.image)
        self.width = width
        self.height = height
        self.chance = chance
        self.pen = max(2, round(min(width, height) / 130))

    def line(self, points: Sequence[Point], pen: float = 1.0) -> None:
        """A cut line, never quite straight."""
        shaky = [
            (x + self.chance.gauss(0, self.pen * 0.3), y + self.chance.gauss(0, self.pen * 0.3)) for x, y in points
        ]
        self.draw.line(shaky, fill=255, width=max(1, round(self.pen * pen)), joint="curve")

    def shape(
        self, points: Sequence[Point], *, hatch: float | None = None, gap: float = 5.0, solid: bool = False
    ) -> None:
        """A closed contour that covers what is behind it; hatched at an angle in degrees, or all ink."""
        self.draw.polygon(list(points), fill=255 if solid else 0)
        if hatch is not None:
            self.hatch(points, hatch, gap)
        self.line([*points, points[0]], 1.2)

    def hatch(self, points: Sequence[Point], angle: float, gap: float) -> None:
        """Parallel strokes inside a contour, `gap` pens apart."""
        x0, y0 = (max(0, math.floor(min(p[axis] for p in points))) for axis in (0, 1))
        x1 = min(self.width, math.ceil(max(p[0] for p in points)))
        y1 = min(self.height, math.ceil(max(p[1] for p in points)))
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        inside = Image.new("L", (x1 - x0, y1 - y0))
        ImageDraw.Draw(inside).polygon([(x - x0, y - y0) for x, y in points], fill=255)
        strokes = Image.new("L", inside.size)
        pen = ImageDraw.Draw(strokes)
        reach = math.hypot(*inside.size)
        dx, dy = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        middle = (inside.width / 2, inside.height / 2)
        offset = -reach / 2
        while offset < reach / 2:
            cx, cy = middle[0] - dy * offset, middle[1] + dx * offset
            ends = [(cx - dx * reach, cy - dy * reach), (cx + dx * reach, cy + dy * reach)]
            pen.line(ends, fill=255, width=max(1, round(self.pen * self.chance.uniform(0.6, 1.1))))
            offset += self.pen * gap * self.chance.uniform(0.8, 1.2)
        region = (x0, y0, x1, y1)
        printed = ImageChops.lighter(self.image.crop(region), ImageChops.multiply(strokes, inside))
        self.image.paste(printed, region)


def draw_woodcut(width: int, height: int, chance: Random) -> Image.Image:
    """A framed scene as coverage (mode L)."""
    block = Block(width, height, chance)
    scene = chance.choice(SCENES)
    _sky(block)
    scene(block)
    _frame(block)
    return block.image


def _frame(block: Block) -> None:
    """A heavy rule and a thin one inside it; nothing of the scene reaches beyond."""
    w, h = block.width - 1, block.height - 1
    heavy = min(4 * block.pen, 14)
    thin = max(2, heavy // 4)
    for inset, thickness, ink in ((0, 2 * heavy, 0), (0, heavy, 255), (heavy + 2 * thin, thin, 255)):
        block.draw.rectangle((inset, inset, w - inset, h - inset), outline=ink, width=thickness)


def _sky(block: Block) -> None:
    w, h, chance = block.width, block.height, block.chance
    y = 0.06 * h
    while y < 0.45 * h:
        x = 0.0
        while x < w:  # broken strokes, thinner towards the horizon
            length = chance.uniform(0.08, 0.3) * w
            block.line([(x, y), (x + length, y + chance.uniform(-1, 1))], 0.7)
            x += length + chance.uniform(0.02, 0.16) * w
        y += block.pen * chance.uniform(5, 8)
    x, y, r = chance.uniform(0.15, 0.85) * w, chance.uniform(0.16, 0.26) * h, 0.07 * h
    block.draw.ellipse((x - 1.9 * r, y - 1.9 * r, x + 1.9 * r, y + 1.9 * r), fill=0)
    block.shape(_ellipse(x, y, r, r), hatch=chance.choice([None, 40.0]), gap=3)
    for turn in range(16):
        a = math.tau * turn / 16
        block.line(
            [
                (x + 1.25 * r * math.cos(a), y + 1.25 * r * math.sin(a)),
                (x + 1.8 * r * math.cos(a), y + 1.8 * r * math.sin(a)),
            ]
        )


def _hills(block: Block, base: float, n_hills: int = 3) -> None:
    w, h, chance = block.width, block.height, block.chance
    for index in range(n_hills):
        level = h * (base + 0.11 * index)
        phase, swing = chance.uniform(0, 6), h * chance.uniform(0.03, 0.07)
        top = [(x * w / 24, level + swing * math.sin(phase + x * chance.uniform(0.32, 0.36))) for x in range(25)]
        block.shape([*top, (w, h), (0, h)], hatch=chance.uniform(-35, 35), gap=3.4 + 1.6 * index)


def _village(block: Block) -> None:
    w, h, chance = block.width, block.height, block.chance
    _hills(block, 0.48)
    for _ in range(chance.randint(3, 5)):
        x, y, size = chance.uniform(0.12, 0.8) * w, chance.uniform(0.55, 0.8) * h, chance.uniform(0.16, 0.24) * h
        _house(block, x, y, size)
    _tree(block, chance.choice([0.13, 0.87]) * w, 0.93 * h, 0.5 * h)


def _house(block: Block, x: float, y: float, size: float) -> None:
    right, roof = x + 1.1 * size, y - 0.6 * size
    block.shape([(x, y), (x, roof), (right, roof), (right, y)], hatch=88, gap=4)
    block.shape(
        [
            (x - 0.1 * size, roof),
            (x + 0.3 * size, roof - 0.5 * size),
            (right - 0.2 * size, roof - 0.5 * size),
            (right + 0.1 * size, roof),
        ],
        hatch=20,
        gap=2.4,
    )
    for column in (0.22, 0.72):
        left, top = x + column * size, y - 0.45 * size
        block.shape(
            [(left, top), (left + 0.16 * size, top), (left + 0.16 * size, top + 0.2 * size), (left, top + 0.2 * size)],
            solid=True,
        )


def _castle(block: Block) -> None:
    w, h, chance = block.width, block.height, block.chance
    _hills(block, 0.56)
    left = chance.uniform(0.2, 0.36) * w
    towers = [(left, 0.3), (left + 0.2 * w, 0.2), (left + 0.36 * w, 0.34)]
    block.shape(
        [(left, 0.82 * h), (left, 0.48 * h), (left + 0.4 * w, 0.48 * h), (left + 0.4 * w, 0.82 * h)], hatch=0, gap=5
    )
    for x, top in towers:
        side = 0.1 * w
        block.shape([(x, 0.84 * h), (x, top * h), (x + side, top * h), (x + side, 0.84 * h)], hatch=90, gap=3.2)
        for tooth in range(4):
            tx = x - 0.01 * w + tooth * side * 0.29
            block.shape(
                [
                    (tx, top * h),
                    (tx, (top - 0.05) * h),
                    (tx + side * 0.18, (top - 0.05) * h),
                    (tx + side * 0.18, top * h),
                ],
                solid=True,
            )
        cx = x + side / 2
        block.shape(_ellipse(cx, (top + 0.14) * h, side * 0.13, 0.045 * h), solid=True)
    gate = left + 0.2 * w + 0.05 * w
    block.shape(_ellipse(gate, 0.78 * h, 0.03 * w, 0.1 * h), solid=True)
    _tree(block, (0.86 if left < 0.28 * w else 0.1) * w, 0.92 * h, 0.42 * h)


def _ship(block: Block) -> None:
    w, h, chance = block.width, block.height, block.chance
    x, y, size = chance.uniform(0.42, 0.58) * w, 0.7 * h, min(0.36 * w, 0.62 * h)
    for mast, tall in ((-0.45, 0.75), (0.0, 1.0), (0.5, 0.7)):
        mx = x + mast * size
        block.line([(mx, y), (mx, y - tall * size)], 2.2)
        for share in (0.42, 0.82):
            sy, half = y - tall * size * share, size * 0.2 * (1.25 - 0.5 * share)
            sail = [
                (mx - half, sy),
                (mx + half, sy),
                (mx + half * 1.25, sy + 0.26 * size),
                (mx, sy + 0.33 * size),
                (mx - half * 0.9, sy + 0.26 * size),
            ]
            block.shape(sail, hatch=80, gap=4.5)
        block.shape(
            [
                (mx, y - tall * size),
                (mx + 0.2 * size, y - tall * size + 0.05 * size),
                (mx, y - tall * size + 0.1 * size),
            ],
            solid=True,
        )
    hull = [(-0.95, -0.2), (-0.6, -0.1), (0.6, -0.1), (1.0, -0.3), (0.75, 0.2), (-0.7, 0.2)]
    block.shape([(x + a * size, y + b * size) for a, b in hull], hatch=4, gap=2.2)
    for row in range(9):
        level = y + 0.1 * size + row * (h - y) / 8
        wave = [(px, level + 0.012 * h * math.sin(px / w * 34 + row * 1.7)) for px in range(0, w + 8, 8)]
        block.line(wave, 1.0 + 0.1 * row)


def _wood(block: Block) -> None:
    w, h, chance = block.width, block.height, block.chance
    _hills(block, 0.6)
    for place in (0.2, 0.5, 0.8):
        _tree(
            block,
            (place + chance.uniform(-0.07, 0.07)) * w,
            chance.uniform(0.82, 0.94) * h,
            chance.uniform(0.48, 0.66) * h,
        )


def _tree(block: Block, x: float, y: float, size: float) -> None:
    chance = block.chance
    trunk = [
        (x - 0.06 * size, y),
        (x - 0.03 * size, y - 0.5 * size),
        (x + 0.03 * size, y - 0.5 * size),
        (x + 0.07 * size, y),
    ]
    block.shape(trunk, hatch=85, gap=2.2)
    for _ in range(11):
        turn, reach = chance.uniform(0, math.tau), chance.uniform(0.02, 0.2) * size
        cx, cy = x + reach * 1.2 * math.cos(turn), y - 0.68 * size + reach * math.sin(turn)
        r = chance.uniform(0.09, 0.14) * size
        block.shape(_ellipse(cx, cy, r * 1.15, r), hatch=chance.uniform(20, 60), gap=3)


def _portrait(block: Block) -> None:
    """A bust in an oval: what stands at the head of an author's works."""
    w, h = block.width, block.height
    x, y, r = w / 2, h / 2, 0.44 * min(w, h)
    frame = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)]
    block.shape(frame, hatch=0, gap=2.6)
    block.shape(_ellipse(x, y, r, 1.04 * r), hatch=60, gap=4.6)
    shoulders = [(-0.78, 0.74), (-0.6, 0.42), (-0.2, 0.28), (0.2, 0.28), (0.6, 0.42), (0.78, 0.74), (0.0, 1.0)]
    block.shape([(x + a * r, y + b * r) for a, b in shoulders], hatch=-50, gap=2.2)
    block.shape(_ellipse(x, y - 0.12 * r, 0.48 * r, 0.58 * r), hatch=25, gap=1.9)  # hair
    block.shape(_ellipse(x, y - 0.06 * r, 0.31 * r, 0.42 * r))
    for side in (-0.12, 0.12):
        block.shape(_ellipse(x + side * r, y - 0.12 * r, 0.045 * r, 0.025 * r), solid=True)
    block.line([(x, y - 0.1 * r), (x + 0.05 * r, y + 0.06 * r), (x - 0.01 * r, y + 0.07 * r)])
    block.line([(x - 0.1 * r, y + 0.19 * r), (x, y + 0.21 * r), (x + 0.1 * r, y + 0.18 * r)])
    block.line(_ellipse(x, y, 1.07 * r, 1.11 * r), 2.0)


def _ellipse(x: float, y: float, rx: float, ry: float, n_points: int = 36) -> list[Point]:
    return [
        (x + rx * math.cos(math.tau * i / n_points), y + ry * math.sin(math.tau * i / n_points))
        for i in range(n_points)
    ]


SCENES: tuple[Callable[[Block], None], ...] = (_village, _castle, _ship, _wood, _portrait)
