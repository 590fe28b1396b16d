from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPolygonF

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId
from core.domain.imports import RawAnnotation
from core.domain.predictions import PredictedObject
from core.domain.projects import AnnotatedImage, Annotation, Category, Source
from ui.viewer.colouring import overlay_colour
from ui.viewer.layers import WITHOUT_CLASS, ground_truth_layer, prediction_layer, raw_layer
from ui.viewer.overlays import OverlayKind

TEXT, PICTURE = CategoryId("text"), CategoryId("picture")


def test_small_shapes_lie_on_top_of_large_ones(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    areas = [one.area for one in ground_truth_layer(annotated, categories).objects]
    assert areas == sorted(areas, reverse=True)


def test_the_smallest_shape_under_the_point_is_found(
    annotated: AnnotatedImage, categories: tuple[Category, ...]
) -> None:
    layer = ground_truth_layer(annotated, categories)
    inside_both, inside_box, outside = layer.find_at(120, 120, 2), layer.find_at(60, 60, 2), layer.find_at(10, 290, 2)
    assert inside_both is not None
    assert inside_both.key == "a1"
    assert inside_box is not None
    assert inside_box.key == "a0"
    assert outside is None


def test_hidden_classes_are_neither_drawn_nor_found(
    annotated: AnnotatedImage, categories: tuple[Category, ...]
) -> None:
    layer = ground_truth_layer(annotated, categories)
    found = layer.find_at(120, 120, 2, hidden={TEXT})
    assert found is not None
    assert found.category == PICTURE
    shown = layer.visible_in(Box(0, 0, 400, 300), hidden={TEXT})
    assert {layer.objects[number].category for number in shown} == {PICTURE}


def test_only_what_touches_the_view_is_visible(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    layer = ground_truth_layer(annotated, categories)
    keys = {layer.objects[number].key for number in layer.visible_in(Box(290, 0, 400, 60))}
    assert keys == {"a2", "a3"}


def test_a_point_in_a_polygons_box_but_outside_it_is_not_inside() -> None:
    triangle = RawAnnotation("zone", Polygon(((0.0, 0.0, 100.0, 0.0, 0.0, 100.0),)))
    layer = raw_layer([triangle], {"zone": 0}, 200, 200)
    assert layer.find_at(10, 10, 1) is not None
    assert layer.find_at(90, 90, 1) is None


def test_thin_shapes_can_be_hit_beside_them() -> None:
    layer = raw_layer([RawAnnotation("line", Box(0, 50, 200, 51))], {"line": 0}, 200, 200)
    assert layer.find_at(100, 54, 5) is not None
    assert layer.find_at(100, 60, 5) is None


def test_predictions_are_not_ground_truth(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    prediction = Annotation(AnnotationId("p"), annotated.image.id, TEXT, Box(0, 0, 5, 5), Source.MODEL, 0.7)
    both = replace(annotated, annotations=(*annotated.annotations, prediction))
    assert ground_truth_layer(both, categories).find("p") is None


def test_counts_per_class(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    assert ground_truth_layer(annotated, categories).counts() == {TEXT: 3, PICTURE: 1}


def test_a_shape_without_class_has_a_name_and_a_neutral_colour() -> None:
    layer = raw_layer([RawAnnotation(None, Box(0, 0, 5, 5))], {}, 10, 10)
    assert layer.objects[0].title == WITHOUT_CLASS
    assert layer.objects[0].colour == -1


def test_an_explicit_negative_is_no_shape(annotated: AnnotatedImage, categories: tuple[Category, ...]) -> None:
    negative = Annotation(AnnotationId("n"), annotated.image.id, None, None)
    assert ground_truth_layer(replace(annotated, annotations=(negative,)), categories).objects == ()
    assert raw_layer([RawAnnotation(None, None)], {}, 10, 10).objects == ()


def test_the_area_of_a_polygon_is_not_that_of_its_box() -> None:
    layer = raw_layer([RawAnnotation("zone", Polygon(((0.0, 0.0, 100.0, 0.0, 0.0, 100.0),)))], {"zone": 0}, 200, 200)
    assert layer.objects[0].area == pytest.approx(5000)


def test_an_image_without_annotations_has_an_empty_layer(
    annotated: AnnotatedImage, categories: tuple[Category, ...]
) -> None:
    layer = ground_truth_layer(replace(annotated, annotations=()), categories)
    assert layer.visible_in(Box(0, 0, 400, 300)) == []
    assert layer.find_at(10, 10, 5) is None


def test_what_is_hit_is_what_trying_every_shape_finds() -> None:
    """Random outlines and boxes, each point against all of them, edges aside."""
    random = np.random.default_rng(11)
    raw: list[RawAnnotation] = []
    for _ in range(300):
        x, y = random.uniform(0, 900, 2)
        angles = np.sort(random.uniform(0, 2 * np.pi, 9))
        radii = random.uniform(15, 90, 9)
        if random.random() < 0.5:
            points = np.stack([x + radii * np.cos(angles), y + radii * np.sin(angles)], axis=1)
            raw.append(RawAnnotation("zone", Polygon((tuple(points.ravel().tolist()),))))
        else:
            raw.append(RawAnnotation("line", Box(x, y, x + radii[0], y + radii[1])))
    layer = raw_layer(raw, {}, 1000, 1000)
    drawn = layer.drawn({CategoryId("line")})
    zones = [one for one in layer.objects if one.rings]
    painted = [
        QPolygonF([QPointF(*p) for p in zip(one.rings[0][::2], one.rings[0][1::2], strict=True)]) for one in zones
    ]
    for x, y in random.uniform(0, 1000, (800, 2)).tolist():
        inside = [
            one
            for one, polygon in zip(zones, painted, strict=True)
            if polygon.containsPoint(QPointF(x, y), Qt.FillRule.OddEvenFill)
        ]
        expected = min(inside, key=lambda one: one.area, default=None)
        number = layer.number_at(x, y, 0.01, drawn)
        assert (None if number is None else layer.objects[number]) is expected


def test_predictions_keep_their_rows_whatever_their_size() -> None:
    predictions = [PredictedObject(0, 0.9, Box(0, 0, 10, 10)), PredictedObject(1, 0.8, Box(0, 0, 50, 50))]
    layer = prediction_layer(OverlayKind.PREDICTIONS_A, predictions, ("a", "b"), "V001")
    assert [one.row for one in layer.objects] == [1, 0]
    assert [one.title for one in layer.objects] == ["b", "a"]
    assert layer.number_of(0) == 1
    assert layer.number_of(7) is None


def test_a_class_is_drawn_in_the_colour_that_a_person_chose(
    annotated: AnnotatedImage, categories: tuple[Category, ...]
) -> None:
    layer = ground_truth_layer(annotated, (replace(categories[0], colour="#12ab34"), categories[1]))
    colours = {one.title: overlay_colour(one.colour).name() for one in layer.objects}
    assert colours == {"text_line": "#12ab34", "illustration": overlay_colour(1).name()}
