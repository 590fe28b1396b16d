"""From annotated images to what is used, and what is left out and why."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord, ImageState
from core.domain.snapshots import Split
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.training.review import data as reasons
from core.training.review.data import DataChoice, resolve_data

PROJECT = (
    Category(CategoryId("1"), "line", 0),
    Category(CategoryId("2"), "stamp", 1),
    Category(CategoryId("3"), "map", 2),
)
BOX = Box(10, 10, 30, 20)
RING = Polygon(((10, 10, 30, 10, 30, 20, 10, 20),))


def image(name: str, *objects: tuple[str | None, object], state: ImageState = ImageState.OK, crowd: bool = False):
    digest = hashlib.sha256(name.encode()).hexdigest()
    record = ImageRecord(ImageId(name), ProjectId("p"), f"{name}.jpg", 100, 80, 1, digest, 1000, state)
    ids = {c.name: c.id for c in PROJECT}
    return AnnotatedImage(
        record,
        tuple(
            Annotation(AnnotationId(f"{name}{i}"), record.id, ids.get(category), shape, is_crowd=crowd)
            for i, (category, shape) in enumerate(objects)
        ),
    )


def lines(n: int, shape: object = BOX, prefix: str = "l"):
    return [image(f"{prefix}{i}", ("line", shape)) for i in range(n)]


def resolve(train, *, val=None, test=None, task=DETECTION, **choice):
    images = {Split.TRAIN: train, Split.VAL: val, Split.TEST: test}
    return resolve_data(DataChoice(task, **choice), PROJECT, {k: v for k, v in images.items() if v is not None})


def test_classes_are_those_with_an_example_in_the_projects_order():
    data = resolve([image("a", ("map", BOX)), image("b", ("line", BOX)), *lines(3)], val=lines(2, prefix="v"))

    assert data.categories == ("line", "map")
    assert data.train_images_with == (4, 1)
    assert [c.n_images for c in data.counts()] == [5, 2, 0]
    assert data.counts()[0].category_counts == (4, 1)


def test_a_models_classes_come_first_and_keep_their_order():
    train = [image("a", ("map", BOX), ("line", BOX), ("stamp", BOX))]

    assert resolve(train, val=lines(1), model_classes=("map", "line")).categories == ("map", "line", "stamp")
    assert resolve(train, val=lines(1), model_classes=("map", "line"), classes=("line", "map")).categories == (
        "map",
        "line",
    )


def test_what_is_left_out_is_counted_by_reason():
    data = resolve(
        [
            *lines(4),
            image("damaged", ("line", BOX), state=ImageState.DAMAGED),
            image("missing", state=ImageState.MISSING),
            image("unlabelled"),
            image("negative", (None, None)),
            image("other", ("map", BOX)),
            image("whole", ("line", None)),
            image("flat", ("line", Box(5, 5, 5, 9))),
        ],
        val=lines(1, prefix="v"),
        classes=("line",),
    )

    assert dict(data.ignored) == {
        reasons.DAMAGED: 1,
        reasons.MISSING: 1,
        reasons.UNLABELLED: 2,  # also the one that has an annotation of the whole image only
        reasons.NO_OBJECTS: 3,
        reasons.NOT_CHOSEN: 1,
        reasons.BAD_SHAPES: 1,
        reasons.WHOLE_IMAGE: 1,
    }
    assert data.counts()[0].n_images == 4


def test_negatives_are_used_when_asked_for_but_never_what_nobody_annotated():
    train = [*lines(2), image("negative", (None, None)), image("other", ("map", BOX)), image("unlabelled")]

    data = resolve(train, val=lines(1, prefix="v"), classes=("line",), use_images_without_objects=True)

    assert {i.path for i in data.of_split(Split.TRAIN)} == {"l0.jpg", "l1.jpg", "negative.jpg", "other.jpg"}
    assert data.counts()[0].n_background == 2
    assert data.n_ignored(reasons.UNLABELLED) == 1


def test_without_validation_images_a_slice_is_carved():
    data = resolve(lines(10), val_ratio=0.2, seed=3)

    assert data.is_val_carved
    assert [c.n_images for c in data.counts()] == [8, 2, 0]
    assert data.train_images_with == (10,)
    assert resolve(lines(10), val_ratio=0.2, seed=3).images == data.images
    assert not resolve(lines(10), val=lines(1, prefix="v")).is_val_carved


def test_a_carving_that_cannot_be_is_told():
    data = resolve([*lines(5), image("x", ("map", BOX))])

    assert [issue.code for issue in data.issues] == ["E-440"]


def test_a_detector_gets_boxes_and_a_segmenter_rings():
    train = [image("a", ("line", RING)), image("b", ("line", BOX))]

    boxes = resolve(train, val=lines(1))
    rings = resolve(train, val=lines(1, RING))
    shapes = [item.geometry for i in boxes.of_split(Split.TRAIN) for item in i.objects]
    assert shapes == [BOX, BOX]
    rings = resolve(train, val=lines(1, RING), task=SEGMENTATION)
    shapes = [item.geometry for i in rings.of_split(Split.TRAIN) for item in i.objects]
    assert shapes == [RING, RING]
    assert rings.n_boxes_as_shapes == 1
    assert rings.boxes_only == ()


def test_a_class_with_boxes_only_is_named_for_a_segmenter():
    data = resolve([image("a", ("line", RING), ("map", BOX))], val=lines(1, RING), task=SEGMENTATION)

    assert data.boxes_only == ("map",)
    assert data.found_kinds == {"box", "polygon"}


def test_classes_that_only_validation_or_test_shows_are_named():
    data = resolve(lines(2), val=[image("v", ("map", BOX), ("line", BOX))], test=[image("t", ("stamp", BOX))])

    assert data.only_in == (("map", Split.VAL), ("stamp", Split.TEST))
    assert data.categories == ("line",)


def test_the_same_picture_in_two_sets_is_found_by_its_content():
    twin = image("v0", ("line", BOX))
    twin = replace(twin, image=replace(twin.image, sha256=lines(1)[0].image.sha256))

    (overlap,) = resolve(lines(3), val=[twin]).overlaps

    assert overlap.splits == (Split.TRAIN, Split.VAL)
    assert overlap.paths == ("v0.jpg",)


def test_crowd_regions_are_kept_and_not_counted():
    data = resolve([image("a", ("line", BOX), crowd=True), *lines(2)], val=lines(1, prefix="v"))

    assert data.counts()[0].n_images == 3
    assert data.counts()[0].n_objects == 2


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Box(-5, -5, 20, 30), Box(0, 0, 20, 30)),
        (Box(90, 70, 300, 300), Box(90, 70, 100, 80)),
        (Box(200, 10, 300, 20), None),
        (Box(5, 5, 5, 9), None),
        (Box(9, 9, 5, 5), None),
        (Box(math.nan, 0, 5, 5), None),
        (Polygon(((0, 0, 5, 5),)), None),
        (Polygon(((0, 0, 5, 5, 9, 9),)), None),
        (Polygon(((0, 0, 5, 5, 9, 9), (10, 10, 20, 10, 20, 20))), Box(10, 10, 20, 20)),
        (Polygon(()), None),
        (Polygon(((0, 0, math.inf, 0, 5, 5),)), None),
    ],
)
def test_shapes_are_cut_to_the_image_and_must_have_an_area(shape, expected):
    assert DETECTION.usable_shape(shape, 100, 80) == expected


def test_a_segmenter_keeps_the_rings_that_have_an_area():
    shape = Polygon(((0, 0, 5, 5), (10, 10, 20, 10, 20, 20)))

    assert SEGMENTATION.usable_shape(shape, 100, 80) == Polygon(((10, 10, 20, 10, 20, 20),))
