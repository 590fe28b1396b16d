from __future__ import annotations

from core.domain.geometry import Box, Polygon
from core.domain.predicting import Tiling
from core.domain.predictions import PredictedObject
from core.predictions.merging import merge
from core.predictions.tiles import Tile, lay_tiles

W, H = 1000, 600
TILING = Tiling(400, 100)
TILES = lay_tiles(W, H, TILING)


def seen(objects: list[tuple[int, float, Box]], tiles: tuple[Tile, ...] = TILES) -> list[list[PredictedObject]]:
    """What a network that finds everything would find in each tile."""
    found = []
    for tile in tiles:
        here = []
        for category, confidence, box in objects:
            part = box.moved(lambda x, y, t=tile: (x - t.x0, y - t.y0)).inside(tile.width, tile.height)
            if part is not None:
                here.append(PredictedObject(category, confidence, part))
        found.append(here)
    return found


def merged(objects: list[tuple[int, float, Box]], tiles: tuple[Tile, ...] = TILES) -> list[tuple[int, float, Box]]:
    items = merge(tiles, seen(objects, tiles), W, H, iou=0.7)
    return [(item.category, item.confidence, item.box) for item in items]


def test_tiles_cover_the_image_evenly_and_overlap_at_least_as_asked() -> None:
    xs = sorted({tile.x0 for tile in TILES})
    assert xs == [0, 300, 600]
    assert {tile.x1 for tile in TILES if tile.x0 == 600} == {W}
    assert {(tile.width, tile.height) for tile in TILES} == {(400, 400)}
    assert lay_tiles(300, 300, TILING) == (Tile(0, 0, 300, 300, is_whole=True),)
    assert lay_tiles(1000, 300, TILING)[0] == Tile(0, 0, 400, 300)
    assert lay_tiles(W, H, Tiling(400, 100, with_whole=True))[-1].is_whole
    assert lay_tiles(W, H, None) == (Tile(0, 0, W, H, is_whole=True),)


def test_an_object_in_several_tiles_is_one() -> None:
    objects = [(0, 0.9, Box(310, 310, 390, 390)), (1, 0.8, Box(20, 20, 60, 60))]
    assert merged(objects) == objects


def test_a_line_across_the_page_is_one_though_no_tile_shows_more_than_a_part() -> None:
    lines = [(0, 0.9 - i / 100, Box(10, 40 * i + 5, 990, 40 * i + 35)) for i in range(14)]
    assert merged(lines) == lines


def test_neighbours_of_a_class_stay_apart() -> None:
    words = [(0, 0.9 - i / 100, Box(30 * i, 100, 30 * i + 28, 120)) for i in range(33)]
    assert merged(words) == words


def test_classes_are_never_joined() -> None:
    objects = [(0, 0.9, Box(250, 50, 450, 90)), (1, 0.8, Box(250, 50, 450, 90))]
    assert merged(objects) == objects


def test_what_one_tile_told_apart_stays_apart() -> None:
    """Two overlapping objects, both whole in one tile, and both pieces in the next."""
    objects = [(0, 0.9, Box(200, 50, 390, 90)), (0, 0.8, Box(200, 75, 390, 115))]
    assert merged(objects) == objects


def test_a_cut_piece_within_a_larger_one_is_no_object_of_its_own() -> None:
    left, right = Tile(0, 0, 400, 400), Tile(300, 0, 700, 400)
    whole = PredictedObject(0, 0.6, Box(100, 100, 395, 300))
    stump = PredictedObject(0, 0.9, Box(0, 150, 80, 200))  # at the left border of the right tile
    (found,) = merge((left, right), ([whole], [stump]), 700, 400, iou=0.7)
    assert (found.box, found.confidence) == (Box(100, 100, 395, 300), 0.9)
    inner = PredictedObject(0, 0.9, Box(10, 150, 80, 200))  # ends before the border: an object that lies within
    assert len(merge((left, right), ([whole], [inner]), 700, 400, iou=0.7)) == 2


def test_the_whole_image_finds_what_no_tile_can_show() -> None:
    tiles = lay_tiles(W, H, Tiling(400, 100, with_whole=True))
    large = Box(50, 50, 950, 550)
    found = [[] for _ in tiles[:-1]] + [[PredictedObject(0, 0.7, large)]]
    assert [item.box for item in merge(tiles, found, W, H, iou=0.7)] == [large]
    objects = [(0, 0.9, large), (1, 0.8, Box(20, 20, 60, 60))]
    assert merged(objects, tiles) == objects


def test_outlines_of_pieces_become_one_outline() -> None:
    left, right = Tile(0, 0, 400, 400), Tile(300, 0, 700, 400)

    def drawn(x0: float, x1: float) -> PredictedObject:
        ring = (x0, 100.0, x1, 100.0, x1, 140.0, x0, 140.0)
        return PredictedObject(0, 0.5, Box(x0, 100, x1, 140), Polygon((ring,)))

    (found,) = merge((left, right), ([drawn(50, 400)], [drawn(0, 350)]), 700, 400, iou=0.7)
    assert found.polygon is not None and len(found.polygon.rings) == 1
    assert found.polygon.bounds() == found.box == Box(50, 100, 650, 140)
    assert found.polygon.area == 600 * 40


def test_nothing_found_is_nothing() -> None:
    assert merge(TILES, [[] for _ in TILES], W, H, iou=0.7) == ()


def test_what_a_tile_told_apart_stays_apart() -> None:
    tiles = (Tile(0, 0, 400, 400), Tile(300, 0, 700, 400))
    first = [PredictedObject(0, 0.9, Box(310, 10, 390, 110)), PredictedObject(0, 0.8, Box(310, 40, 390, 140))]
    second = [PredictedObject(0, 0.7, Box(10, 10, 90, 110))]  # the first of those, as the second tile shows it
    found = merge(tiles, [first, second], 700, 400, iou=0.7)
    assert [(item.confidence, item.box) for item in found] == [
        (0.9, Box(310, 10, 390, 110)), (0.8, Box(310, 40, 390, 140)),
    ]  # fmt: skip
