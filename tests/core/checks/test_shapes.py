"""Shapes that nobody can have meant."""

from __future__ import annotations

import numpy as np

from core.checks.shapes import find_faults
from core.domain.checks import CheckId
from core.domain.packed_rings import pack
from core.registry.stores.check_columns import BOX, POLYGON, AnnotationColumns

Corners = tuple[float, float, float, float]


def columns(*shapes: tuple[int, int, int, Corners]) -> AnnotationColumns:
    """Image, class, kind, corners of each; their keys count from 1."""
    images, categories, kinds, corners = zip(*shapes, strict=True)
    keys = np.arange(1, len(shapes) + 1)
    return AnnotationColumns(keys, np.array(images), np.array(categories), np.array(kinds), np.array(corners, float))


def found(annotations: AnnotationColumns, points: dict[int, bytes] | None = None) -> dict[CheckId, list[int]]:
    sizes = np.full(len(annotations.keys), 100)
    faults = find_faults(annotations, sizes, sizes, lambda keys: {key: (points or {})[key] for key in keys.tolist()})
    return {check: faults.of(check)[0].tolist() for check in faults.found if faults.of(check).shape[1]}


def test_boxes_without_area_beyond_the_image_and_tiny() -> None:
    annotations = columns(
        (1, 1, BOX, (10, 10, 10, 30)),
        (1, 1, BOX, (120, 10, 140, 30)),
        (1, 1, BOX, (90, 10, 104, 30)),
        (1, 1, BOX, (10, 10, 100.5, 30)),
        (1, 1, BOX, (50, 50, 51, 60)),
        (2, 1, 0, (np.nan, np.nan, np.nan, np.nan)),
        (2, 1, BOX, (np.nan, 1, 2, 3)),
    )
    assert found(annotations) == {CheckId.NO_AREA: [1, 2, 7], CheckId.OUTSIDE: [3], CheckId.TINY: [5]}


def test_the_later_of_two_boxes_of_one_class_on_each_other() -> None:
    annotations = columns(
        (1, 1, BOX, (10, 10, 50, 50)),
        (1, 2, BOX, (10, 10, 50, 50)),
        (1, 1, BOX, (11, 10, 50, 50)),
        (2, 1, BOX, (10, 10, 50, 50)),
        (1, 1, BOX, (10, 10, 40, 50)),
        (1, 1, BOX, (9.5, 10, 50, 50)),
    )
    assert found(annotations) == {CheckId.DOUBLE: [3, 6]}


def test_polygons_are_the_same_when_they_share_their_area_and_not_their_box_alone() -> None:
    one, other = (10.0, 10.0, 90.0, 10.0, 10.0, 90.0), (90.0, 90.0, 90.0, 10.0, 10.0, 90.0)
    box = (10, 10, 90, 90)
    annotations = columns((1, 1, POLYGON, box), (1, 1, POLYGON, box), (1, 1, POLYGON, box))
    points = {1: pack([one]), 2: pack([other]), 3: pack([(*one[2:], *one[:2])])}
    assert found(annotations, points) == {CheckId.DOUBLE: [3]}
