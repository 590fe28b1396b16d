"""From annotated images to what is used, and what is left out and why."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import plain_data
import pytest
from block_workshop import resolve_images
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord, ImageState
from core.domain.snapshots import Split
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.training.review import tally as reasons
from core.training.review.data import DataChoice

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
    return resolve_both(train, val=val, test=test, task=task, **choice)[0]


def resolve_both(train, *, val=None, test=None, task=DETECTION, **choice):
    """Also the paths of the images in use, by split."""
    images = {Split.TRAIN: train, Split.VAL: val, Split.TEST: test}
    resolved, paths = resolve_images(
        DataChoice(task, **choice), PROJECT, {k: v for k, v in images.items() if v is not None}
    )
    used = {split: set() for split in Split}
    for key, split in zip(resolved.images.keys.tolist(), resolved.images.splits.tolist(), strict=True):
        used[tuple(Split)[split]].add(paths[key])
    return resolved.data, used


def test_classes_are_those_with_an_example_in_the_projects_order():
    data = resolve([image("a", ("map", BOX)), image("b", ("line", BOX)), *lines(3)], val=lines(2, prefix="v"))

    assert data.categories == ("line", "map")
    assert data.train_images_with == (4, 1)
    assert [c.n_images for c in data.splits] == [5, 2, 0]
    assert data.splits[0].category_counts == (4, 1)


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
        reasons.WHOLE_IMAGES: 1,
    }
    assert data.splits[0].n_images == 4


def test_negatives_are_used_when_asked_for_but_never_what_nobody_annotated():
    train = [*lines(2), image("negative", (None, None)), image("other", ("map", BOX)), image("unlabelled")]

    data, used = resolve_both(train, val=lines(1, prefix="v"), classes=("line",), use_images_without_objects=True)

    assert used[Split.TRAIN] == {"l0.jpg", "l1.jpg", "negative.jpg", "other.jpg"}
    assert data.splits[0].n_background == 2
    assert data.n_ignored(reasons.UNLABELLED) == 1


def test_without_validation_images_a_slice_is_carved():
    data = resolve(lines(10), val_ratio=0.2, seed=3)

    assert data.is_val_carved
    assert [c.n_images for c in data.splits] == [8, 2, 0]
    assert data.train_images_with == (10,)
    assert resolve_both(lines(10), val_ratio=0.2, seed=3) == resolve_both(lines(10), val_ratio=0.2, seed=3)
    assert not resolve(lines(10), val=lines(1, prefix="v")).is_val_carved


def test_a_carving_that_cannot_be_is_told():
    data = resolve([*lines(5), image("x", ("map", BOX))])

    assert [issue.code for issue in data.issues] == ["E-440"]


def test_boxes_that_stand_for_shapes_are_counted_for_a_segmenter():
    train = [image("a", ("line", RING)), image("b", ("line", BOX))]

    assert resolve(train, val=lines(1)).n_boxes_as_shapes == 0
    rings = resolve(train, val=lines(1, RING), task=SEGMENTATION)
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

    assert data.splits[0].n_images == 3
    assert data.splits[0].n_objects == data.n_objects(Split.TRAIN) == 2
    alone = resolve([image(name, ("line", BOX), crowd=True) for name in "abc"], val=lines(1, prefix="v"))
    assert (alone.n_objects(Split.TRAIN), alone.train_images_with, alone.categories) == (0, (3,), ("line",))


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


numbers = st.one_of(st.integers(-20, 120).map(float), st.floats(-20, 120, width=32))
rings = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6).map(lambda points: sum(points, ()))
lying = st.tuples(numbers, numbers, numbers).map(lambda v: (v[0], v[1], v[0], v[1], v[2], v[1]))
geometries = st.one_of(
    st.just(BOX),
    st.just(RING),
    st.none(),
    st.builds(Box, numbers, numbers, numbers, numbers),
    st.just(Box(0.0, 0.0, math.inf, 5.0)),
    st.lists(st.one_of(rings, lying), min_size=1, max_size=3).map(lambda found: Polygon(tuple(found))),
    st.just(Polygon(((0.0, 0.0, math.nan, 0.0, 5.0, 5.0),))),
)
objects = st.tuples(st.sampled_from(["line", "stamp", "map", None]), geometries, st.booleans())
pictures = st.tuples(
    st.lists(objects, max_size=5),
    st.sampled_from([ImageState.OK] * 8 + [ImageState.DAMAGED, ImageState.MISSING]),
    st.integers(0, 30),  # the content: some are copies
    st.sampled_from([(".jpg", 1), (".JPEG", 1), (".jpg", 6), (".png", 1)]),
)
collections = st.lists(pictures, max_size=25)
classes = st.lists(st.sampled_from(["line", "stamp", "map", "unheard of"]), unique=True, max_size=3).map(tuple)


def drawn(split: Split, found) -> list[AnnotatedImage]:
    images = []
    ids = {c.name: c.id for c in PROJECT}
    for number, (shapes, state, content, (suffix, orientation)) in enumerate(found):
        path = f"{split.value}/{number:03}{suffix}"
        digest = hashlib.sha256(str(content).encode()).hexdigest()
        record = ImageRecord(ImageId(path), ProjectId("p"), path, 100, 80, orientation, digest, 1000 + number, state)
        annotations = tuple(
            Annotation(AnnotationId(str(i)), record.id, ids.get(name), shape, is_crowd=crowd)
            for i, (name, shape, crowd) in enumerate(shapes)
        )
        images.append(AnnotatedImage(record, annotations))
    return images


def plain_room(data) -> int:
    """As it was estimated in version 0.1."""
    total = 0
    for image in data.images:
        n_bytes = data.n_bytes[image.path]
        is_copied = image.path.lower().endswith((".jpg", ".jpeg")) and image.orientation == 1
        total += n_bytes if is_copied else max(n_bytes, image.width * image.height * 3 // 2)
    return total


@settings(deadline=None, max_examples=150)
@given(
    collections,
    st.one_of(st.none(), collections),
    st.one_of(st.none(), collections),
    st.builds(
        DataChoice,
        task=st.sampled_from([DETECTION, SEGMENTATION]),
        classes=classes,
        model_classes=classes,
        use_images_without_objects=st.booleans(),
        val_ratio=st.sampled_from([0.0, 0.2, 0.5, 0.123456]),
        seed=st.integers(0, 2),
    ),
)
def test_the_numbers_are_those_of_looking_at_each_object(train, val, test, choice):
    made = {Split.TRAIN: train, Split.VAL: val, Split.TEST: test}
    images = {split: drawn(split, found) for split, found in made.items() if found is not None}

    before = plain_data.resolve_data(choice, PROJECT, images)
    resolved, paths = resolve_images(choice, PROJECT, images)
    now = resolved.data

    for name in (
        "categories", "n_found", "n_annotated", "ignored", "train_images_with", "only_in", "found_kinds",
        "boxes_only", "n_boxes_as_shapes", "is_val_carved",
    ):  # fmt: skip
        assert getattr(now, name) == getattr(before, name), name
    assert {issue.code for issue in now.issues} == {issue.code for issue in before.issues}
    assert now.splits == before.counts()
    assert set(now.overlaps) == set(before.overlaps)
    assert now.most_objects == max((len(image.objects) for image in before.images), default=0)
    assert now.tree_bytes == plain_room(before)
    chosen = zip(resolved.images.keys.tolist(), resolved.images.splits.tolist(), strict=True)
    assert {(paths[key], tuple(Split)[split]) for key, split in chosen} == {(i.path, i.split) for i in before.images}
