"""Turned boxes of tiles become one as they lie: parallel lines, whose upright boxes overlap much, stay apart."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain.geometry import Polygon
from core.domain.predicting import Tiling
from core.domain.predictions import ImageRecord, PredictedImage, PredictedObject
from core.domain.rotated import Rotated, corners_of, rotated_rectangle, smallest_rectangle, trimmed
from core.metrics.rotated import paired_iou, quads_of
from core.predictions import turned
from core.predictions.merging import merge
from core.predictions.out.names import OutNames
from core.predictions.out.yolo import write_yolo_text
from core.predictions.tiles import Tile, lay_tiles

W, H = 1000, 800
TILES = lay_tiles(W, H, Tiling(400, 120))
LINES = [Rotated(500, 150 + 45 * i, 700, 20, 35) for i in range(10)]


def seen(tile: Tile) -> list[PredictedObject]:
    """What a network that finds everything would find in a tile."""
    found = []
    for number, line in enumerate(LINES):
        moved = corners_of(line).moved(lambda x, y: (x - tile.x0, y - tile.y0))
        part = trimmed(smallest_rectangle(moved), tile.width, tile.height)
        if part is not None and part.width * part.height > 200:
            outline = corners_of(part)
            box = outline.bounds().clipped(tile.width, tile.height)
            found.append(PredictedObject(0, 0.9 - number / 100, box, outline))
    return found


def overlap(one: Polygon, other: Polygon) -> float:
    return float(paired_iou(quads_of([one], 0, 0), quads_of([other], 0, 0), np.zeros(1, np.bool_))[0])


def test_a_slanting_line_that_no_tile_shows_whole_is_one_box_that_slants() -> None:
    found = merge(TILES, [seen(tile) for tile in TILES], W, H, iou=0.7, is_oriented=True)
    wanted = [trimmed(line, W, H) for line in LINES]
    assert len(found) == len(LINES)
    for item, line in zip(found, wanted, strict=True):
        assert item.polygon is not None and line is not None
        assert rotated_rectangle(item.polygon) is not None
        assert overlap(item.polygon, corners_of(line)) > 0.9
        assert item.box == item.polygon.bounds().clipped(W, H)


def test_of_two_that_lie_on_each_other_the_surer_stays_and_one_that_crosses_it_too() -> None:
    boxes = [Rotated(50, 50, 60, 20, 30), Rotated(51, 50, 60, 20, 31), Rotated(50, 50, 60, 20, 120)]
    items = [PredictedObject(0, 0.9 - i / 10, corners_of(box).bounds(), corners_of(box)) for i, box in enumerate(boxes)]
    assert turned.suppressed(items, 0.7) == (items[0], items[2])
    assert turned.suppressed((), 0.7) == ()


@pytest.mark.parametrize("cx", [30.0, 2.0])
def test_yolo_text_keeps_a_turned_box_a_rectangle_also_where_it_leads_out(tmp_path, cx: float) -> None:
    outline = corners_of(Rotated(cx, 40, 50, 10, 25))
    item = PredictedObject(0, 0.5, outline.bounds().clipped(100, 80), outline)
    write_yolo_text([ImageRecord(PredictedImage("a.png", "", 100, 80), (item,))], ("line",), tmp_path, OutNames([]))
    category, *numbers, confidence = (tmp_path / "labels" / "a.txt").read_text().split()
    values = [float(value) for value in numbers]
    ring = tuple(value * (80 if place % 2 else 100) for place, value in enumerate(values))
    assert (category, confidence) == ("0", "0.500000")
    assert overlap(Polygon((ring,)), outline) > 0.999
