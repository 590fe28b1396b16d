"""One page of many kinds from a seed."""

from __future__ import annotations

import numpy as np
from PIL import Image

from core.samples.pages.ink import Outline, Page
from core.samples.pages.layout import compose, draw_habit
from core.samples.pages.photograph import age, photograph, shape_of
from core.samples.sheet import DrawnObject

CATEGORIES = ("text_line", "illustration", "initial", "stamp", "table", "text_zone", "marginalia", "page_number")

LONGER = (440, 900)
"""The longer side of a flat page in pixels, from and to; what it lies on comes round it."""

_TURNED = 0.03  # of the pages lie on their side, with lines that run upwards or downwards
_LEAST = 2.0  # pixels that an outline must have in both directions to be kept


def draw_varied_page(seed: int, longer: int | None = None) -> tuple[Image.Image, tuple[DrawnObject, ...]]:
    """The picture and what is on it. Equal seeds give equal bytes. `longer` fixes the flat page's longer side."""
    chance = np.random.default_rng([11, seed])
    side = longer or int(chance.integers(LONGER[0], LONGER[1] + 1))
    page = Page(*shape_of(chance, side), draw_habit(chance), chance)
    compose(page)
    picture, outlines = photograph(age(page), [outline for _, outline in page.objects], chance)
    if chance.random() < _TURNED:
        height = picture.height
        picture = picture.transpose(Image.Transpose.ROTATE_270)
        outlines = [np.stack([height - outline[:, 1], outline[:, 0]], axis=1) for outline in outlines]
    drawn = (
        DrawnObject(category, tuple((round(float(x), 1), round(float(y), 1)) for x, y in outline))
        for (category, _), outline in zip(page.objects, outlines, strict=True)
        if _has_room(outline)
    )
    return picture, tuple(drawn)


def _has_room(outline: Outline) -> bool:
    size = np.ptp(outline, axis=0)
    return bool(size.min() >= _LEAST)
