"""What the two built-in tasks want of shapes, and what they say of what they cannot use."""

from __future__ import annotations

import math

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.metrics import MAP50_95, MASK_MAP50_95
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.tasks.task import Task

RING = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)


def test_a_detector_is_given_boxes_and_a_segmenter_rings() -> None:
    box, polygon = Box(1, 2, 5, 9), Polygon((RING,))
    assert DETECTION.usable_shape(box, 20, 20) == box
    assert DETECTION.usable_shape(polygon, 20, 20) == Box(0, 0, 10, 10)
    assert SEGMENTATION.usable_shape(box, 20, 20) == Polygon(((1, 2, 5, 2, 5, 9, 1, 9),))
    assert SEGMENTATION.usable_shape(polygon, 20, 20) == polygon


@pytest.mark.parametrize("task", [DETECTION, SEGMENTATION])
@pytest.mark.parametrize(
    "shape",
    [
        Box(30, 30, 40, 40),
        Box(5, 5, 5, 9),
        Box(0, 0, math.inf, 5),
        Polygon(((1.0, 1.0, 2.0, 2.0),)),
        Polygon(((1.0, 1.0, 2.0, 2.0, 3.0, 3.0),)),
        Polygon(((1.0, math.nan, 2.0, 2.0, 3.0, 0.0),)),
        Polygon(()),
    ],
)
def test_what_has_no_area_in_the_image_is_of_no_use(task: Task, shape: Box | Polygon) -> None:
    assert task.usable_shape(shape, 20, 20) is None


def test_a_segmenter_refuses_a_project_without_outlines_and_names_what_was_found() -> None:
    text = SEGMENTATION.refuse_project("Masks", {"whole-image", "box"})
    assert text == '"Masks" trains segmentation models, but this project has box and whole image annotations only.'
    assert SEGMENTATION.refuse_project("Masks", {"box", "polygon"}) == ""
    assert SEGMENTATION.refuse_project("Masks", ()) == "", "an empty project is refused for being empty"
    assert DETECTION.refuse_project("Boxes", {"whole-image"}) == ""


def test_a_segmenter_refuses_classes_without_outlines_where_others_have_some() -> None:
    (text,) = SEGMENTATION.refuse_classes({"box", "polygon"}, ["map"])
    assert text == (
        'A segmenter needs polygons or masks; "map" has only boxes. Train a detector, or leave the class out.'
    )
    assert SEGMENTATION.refuse_classes({"box"}, ["map"]) == (), "the project as a whole is refused"
    assert DETECTION.refuse_classes({"box", "polygon"}, ["map"]) == ()


def test_boxes_only_stand_in_for_outlines() -> None:
    assert SEGMENTATION.stands_in("box")
    assert not SEGMENTATION.stands_in("polygon")
    assert not DETECTION.stands_in("box")


def test_the_headline_is_of_what_the_task_draws() -> None:
    assert (DETECTION.headline, DETECTION.has_masks) == (MAP50_95, False)
    assert (SEGMENTATION.headline, SEGMENTATION.has_masks) == (MASK_MAP50_95, True)
