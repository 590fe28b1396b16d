"""Ornamented initials and library stamps, as coverage (mode L)."""

from __future__ import annotations

import math
from random import Random

from PIL import Image, ImageChops, ImageDraw

from core.samples.letters import ROMAN, Hand, baseline_row, left_overhang, word_mask, word_width

_HEAVY = Hand(nib_angle=14, nib=0.26, hairline=0.09, serif=0.2)
_STAMP_WORDS = (
    "BIBLIOTHECA NATIONALIS",
    "SIGILLUM CIVITATIS",
    "BIBL ACADEMIAE",
    "EX LIBRIS COLLEGII",
    "MUSEUM S MARTINI",
)


def draw_initial(letter: str, side: int, chance: Random) -> Image.Image:
    """A square block with the letter among leaves, dark on light or light on dark."""
    block = Image.new("L", (side, side))
    draw = ImageDraw.Draw(block)
    is_dark = chance.random() < 0.5
    pen = max(2, side // 60)
    if is_dark:
        draw.rectangle((2 * pen, 2 * pen, side - 2 * pen, side - 2 * pen), fill=255)
    ground, ink = (255, 0) if is_dark else (0, 255)
    _leaves(draw, side, ink, pen, chance)
    face = _letter(letter, side)
    rim = face.resize((round(face.width * 1.1), round(face.height * 1.1)))
    place = ((side - rim.width) // 2, (side - rim.height) // 2)
    block.paste(ground, place, rim)  # a clear rim sets the letter off from the leaves
    place = ((side - face.width) // 2, (side - face.height) // 2)
    block.paste(ink, place, face)
    for inset, width in ((0, 2 * pen), (3 * pen, pen)):
        draw.rectangle((inset, inset, side - 1 - inset, side - 1 - inset), outline=255, width=width)
    return block


def draw_stamp(width: int, height: int, chance: Random) -> Image.Image:
    """A round or oval stamp: rings, words along them, an emblem; unevenly inked and turned a little."""
    stamp = Image.new("L", (width, height))
    draw = ImageDraw.Draw(stamp)
    pen = max(3, min(width, height) // 48)
    for inset, thickness in ((pen, 2 * pen), (round(0.25 * min(width, height)), pen)):
        draw.ellipse((inset, inset, width - 1 - inset, height - 1 - inset), outline=255, width=thickness)
    _words_along(stamp, chance.choice(_STAMP_WORDS), chance)
    _emblem(draw, width, height, pen, chance)
    cells = (max(2, width // 20), max(2, height // 20))
    blotches = Image.frombytes("L", cells, chance.randbytes(cells[0] * cells[1]))
    blotches = blotches.resize(stamp.size, Image.Resampling.BICUBIC)
    uneven = ImageChops.multiply(stamp, blotches.point(lambda value: min(255, 110 + value)))
    return uneven.rotate(chance.uniform(-25, 25), Image.Resampling.BICUBIC, expand=True)


def _letter(letter: str, side: int) -> Image.Image:
    x_height = round(side * 0.44)
    mask = word_mask(letter, _HEAVY, x_height)
    box = mask.getbbox() or (0, 0, 1, 1)
    return mask.crop(box)


def _leaves(draw: ImageDraw.ImageDraw, side: int, ink: int, pen: int, chance: Random) -> None:
    """Scrolls with leaves on them, springing from the corners, and berries in the gaps."""
    for _ in range(46):
        x, y = chance.uniform(0.08, 0.92) * side, chance.uniform(0.08, 0.92) * side
        radius = chance.uniform(0.6, 1.3) * pen
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)
    for corner in range(4):
        for turns, start in ((1.1, 0.1), (0.8, 0.3)):
            points = []
            hand = chance.choice((-1, 1))
            for step in range(30):
                t = step / 29
                angle = math.tau * turns * t * hand + corner * math.pi / 2 + start
                reach = side * 0.26 * (1 - 0.75 * t)
                cx = side * (0.27 if corner in (0, 3) else 0.73)
                cy = side * (0.27 if corner < 2 else 0.73)
                points.append((cx + reach * math.cos(angle), cy + reach * math.sin(angle)))
            draw.line(points, fill=ink, width=pen, joint="curve")
            for x, y in points[2:-4:5]:
                leaf = side * 0.035
                tilt = chance.uniform(0, math.pi)
                tip = (leaf * 1.6 * math.cos(tilt), leaf * 1.6 * math.sin(tilt))
                wide = (-leaf * 0.5 * math.sin(tilt), leaf * 0.5 * math.cos(tilt))
                middle = (x + tip[0] / 2, y + tip[1] / 2)
                leaf_shape = [
                    (x, y),
                    (middle[0] + wide[0], middle[1] + wide[1]),
                    (x + tip[0], y + tip[1]),
                    (middle[0] - wide[0], middle[1] - wide[1]),
                ]
                draw.polygon(leaf_shape, fill=ink)


def _words_along(stamp: Image.Image, words: str, chance: Random) -> None:
    """Letters upright on the middle of the ring between the two lines."""
    width, height = stamp.size
    ring = 0.135 * min(width, height)
    x_height = max(6, round(ring * 0.72))
    spread = math.tau * 0.9 / max(len(words), 1)
    start = -math.pi / 2 - spread * (len(words) - 1) / 2
    for index, letter in enumerate(words):
        if letter == " ":
            continue
        angle = start + index * spread
        tile = word_mask(letter, ROMAN, x_height)
        left = left_overhang(ROMAN, x_height)
        tile = tile.crop((left, 0, left + word_width(letter, ROMAN, x_height), baseline_row(x_height) + x_height // 3))
        tile = tile.rotate(-math.degrees(angle) - 90, Image.Resampling.BICUBIC, expand=True)
        x = width / 2 + (width / 2 - ring) * math.cos(angle)
        y = height / 2 + (height / 2 - ring) * math.sin(angle)
        stamp.paste(255, (round(x - tile.width / 2), round(y - tile.height / 2)), tile)


def _emblem(draw: ImageDraw.ImageDraw, width: int, height: int, pen: int, chance: Random) -> None:
    x, y, r = width / 2, height / 2, 0.2 * min(width, height)
    kind = chance.randrange(3)
    if kind == 0:  # a star
        points = [
            (
                x + r * (1 if i % 2 == 0 else 0.45) * math.sin(math.pi * i / 5),
                y - r * (1 if i % 2 == 0 else 0.45) * math.cos(math.pi * i / 5),
            )
            for i in range(10)
        ]
        draw.polygon(points, fill=255)
    elif kind == 1:  # a shield with a bend
        shield = [
            (x - 0.75 * r, y - r),
            (x + 0.75 * r, y - r),
            (x + 0.75 * r, y + 0.2 * r),
            (x, y + r),
            (x - 0.75 * r, y + 0.2 * r),
        ]
        draw.polygon(shield, outline=255, width=2 * pen)
        draw.line([(x - 0.7 * r, y - 0.9 * r), (x + 0.5 * r, y + 0.5 * r)], fill=255, width=3 * pen)
    else:  # an open book
        for side in (-1, 1):
            page = [
                (x, y - 0.6 * r),
                (x + side * 1.05 * r, y - 0.8 * r),
                (x + side * 1.05 * r, y + 0.5 * r),
                (x, y + 0.75 * r),
            ]
            draw.polygon(page, outline=255, width=2 * pen)
            for row in (-0.35, -0.05, 0.25):
                draw.line(
                    [(x + side * 0.2 * r, y + row * r), (x + side * 0.85 * r, y + (row - 0.12) * r)],
                    fill=255,
                    width=pen,
                )
