"""Trainings of tasks that label: what they use of whole images and crops, counted before and frozen as counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from label_workshop import Label, LabelShop, codes, ignored, text

from core.datasets.regions import regions_of
from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.snapshots import NO_CATEGORY, SnapshotImage, Split
from core.domain.training import TrainingDraft, TrainingReview
from core.training.review import tally as reasons

CLASSIFICATION, TAGGING = TaskId("classification"), TaskId("tagging")
BOX, OTHER = Box(2, 3, 20, 21), Box(30, 5, 50, 40)
RING = Polygon(((5.0, 5.0, 25.0, 6.0, 15.0, 30.0),))

Open = Callable[[Mapping[str, Sequence[Label]]], LabelShop]


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[Open]:
    made: list[LabelShop] = []

    def make(content: Mapping[str, Sequence[Label]]) -> LabelShop:
        made.append(LabelShop(tmp_path, content))
        return made[0]

    yield make
    for shop in made:
        shop.close()


def of(prefix: str, n: int, *labels: Label) -> dict[str, list[Label]]:
    return {f"{prefix}{i:02}.jpg": list(labels) for i in range(n)}


ANIMALS = {**of("cat", 6, ("cat", None)), **of("dog", 6, ("dog", None))}


def frozen(shop: LabelShop, draft: TrainingDraft, review: TrainingReview) -> list[SnapshotImage]:
    """What Start freezes; it is what the review counted (G-02)."""
    assert review.can_start, review.issues
    run = shop.training.submit(draft).value
    manifest = shop.datasets.open(run.snapshot)
    images = list(manifest.images())
    for count in review.splits:
        found = [image for image in images if image.split is count.split]
        labels = [item.category for image in found for item in image.objects if item.category != NO_CATEGORY]
        assert count.n_images == len(found)
        assert count.n_objects == len(labels)
        assert count.category_counts == tuple(labels.count(i) for i in range(len(review.categories)))
        assert count.n_background == sum(all(o.category == NO_CATEGORY for o in i.objects) for i in found)
        assert count.n_regions == sum(len(regions_of(image.objects)) for image in found)
    stated = {c.split: (c.n_images, c.n_objects, c.category_counts, c.n_background) for c in review.splits}
    assert {c.split: (c.n_images, c.n_objects, c.category_counts, c.n_background) for c in manifest.counts} == stated
    return images


def labels_of(images: Sequence[SnapshotImage]) -> dict[str, list[int]]:
    return {image.path: sorted(item.category for item in image.objects) for image in images}


def test_a_classifier_uses_images_with_exactly_one_class(open_shop: Open) -> None:
    shop = open_shop(
        {
            **ANIMALS,
            "both.jpg": [("cat", None), ("dog", None)],
            "none.jpg": [(None, None)],
            "boxed.jpg": [("cat", BOX)],
            "bare.jpg": [],
        }
    )
    draft = shop.draft(task=CLASSIFICATION)
    review = shop.training.review(draft)

    assert review.categories == ("cat", "dog")
    assert sum(count.n_images for count in review.splits) == 12
    assert ignored(review) == {
        reasons.UNLABELLED_IMAGES: 2,
        reasons.WITHOUT_CLASS: 1,
        reasons.SEVERAL_CLASSES: 1,
        reasons.OTHER_SHAPES: 1,
    }
    assert text(review, "W-320") == "4 images are skipped: 3 without class, 1 with several classes."
    images = frozen(shop, draft, review)
    assert labels_of(images) == {p: [0 if p.startswith("cat") else 1] for p in ANIMALS}
    assert all(item.geometry is None for image in images for item in image.objects)


def test_only_the_chosen_classes_decide_whether_there_is_one(open_shop: Open) -> None:
    shop = open_shop({**ANIMALS, "tame.jpg": [("cat", None), ("tame", None)], "wild.jpg": [("wild", None)]})
    draft = shop.draft(task=CLASSIFICATION, categories=("cat", "dog"))
    review = shop.training.review(draft)

    assert ignored(review) == {reasons.WITHOUT_CLASS: 1, reasons.OTHER_LABELS: 2}
    assert "tame.jpg" in labels_of(frozen(shop, draft, review))


@pytest.mark.parametrize("uses_others", [False, True])
def test_a_tagger_takes_images_without_concept_for_negatives_and_never_unlabelled_ones(
    open_shop: Open, uses_others: bool
) -> None:
    shop = open_shop(
        {
            **ANIMALS,
            **of("none", 5, (None, None)),
            "both.jpg": [("cat", None), ("dog", None)],
            "two.jpg": [("cat", None), ("dog", None)],
            "else.jpg": [("house", None)],
            "bare.jpg": [],
            "boxed.jpg": [("cat", BOX)],
        }
    )
    draft = shop.draft(task=TAGGING, categories=("cat", "dog"), use_images_without_objects=uses_others)
    review = shop.training.review(draft)

    found = labels_of(frozen(shop, draft, review))
    assert found["both.jpg"] == [0, 1]
    assert all(found[f"none{i:02}.jpg"] == [] for i in range(5))
    assert ("else.jpg" in found) == uses_others
    assert not {"bare.jpg", "boxed.jpg"} & found.keys()
    assert ignored(review)[reasons.UNLABELLED_IMAGES] == 2
    assert "W-320" not in codes(review)


@pytest.mark.parametrize(("n_both", "is_refused"), [(0, False), (1, True), (2, False)])
def test_a_tagger_with_one_image_of_several_classes_cannot_hold_any_back(
    open_shop: Open, n_both: int, is_refused: bool
) -> None:
    shop = open_shop({**ANIMALS, **of("both", n_both, ("cat", None), ("dog", None))})

    review = shop.training.review(shop.draft(task=TAGGING, categories=("cat", "dog")))
    assert ("E-440" in codes(review)) == is_refused
    assert "E-440" not in codes(shop.training.review(shop.draft(task=CLASSIFICATION, categories=("cat", "dog"))))
    if is_refused:
        assert text(review, "E-440").startswith("Only one image shows several classes")


def test_every_image_with_two_classes_is_refused(open_shop: Open) -> None:
    shop = open_shop(of("a", 6, ("cat", None), ("dog", None)))
    review = shop.training.review(shop.draft(task=CLASSIFICATION))

    assert not review.can_start
    assert text(review, "E-321") == "No image has exactly one class."


@pytest.mark.parametrize("task", [CLASSIFICATION, TAGGING])
def test_every_image_without_concept_is_refused(open_shop: Open, task: TaskId) -> None:
    shop = open_shop(of("a", 6, (None, None)))
    review = shop.training.review(shop.draft(task=task))

    assert not review.can_start
    wanted = "E-321" if task == CLASSIFICATION else "E-401"
    assert wanted in codes(review)


def test_one_class_and_a_class_with_four_images_are_refused_with_numbers(open_shop: Open) -> None:
    shop = open_shop({**ANIMALS, **of("rare", 4, ("fox", None))})

    one = shop.training.review(shop.draft(task=CLASSIFICATION, categories=("cat",)))
    few = shop.training.review(shop.draft(task=CLASSIFICATION))
    assert text(one, "E-401") == "At least two classes are needed; found 1."
    assert text(few, "E-402") == "Each class needs at least 5 images: fox: 4."
    assert not one.can_start
    assert not few.can_start


def test_a_tagger_of_one_class_needs_images_without_it(open_shop: Open) -> None:
    shop = open_shop(of("cat", 6, ("cat", None)))
    draft = shop.draft(task=TAGGING)

    alone = shop.training.review(draft)
    assert text(alone, "E-401") == (
        "At least two classes are needed; found 1. One alone needs images without it, and there are none."
    )
    assert not alone.can_start


def test_a_tagger_of_one_class_trains_with_five_negatives(open_shop: Open) -> None:
    shop = open_shop({**of("cat", 6, ("cat", None)), **of("none", 5, (None, None))})
    draft = shop.draft(task=TAGGING)

    images = frozen(shop, draft, shop.training.review(draft))
    assert Counter(len(image.objects) for image in images) == {1: 6, 0: 5}


def test_four_negatives_are_too_few_for_one_class(open_shop: Open) -> None:
    shop = open_shop({**of("cat", 6, ("cat", None)), **of("none", 4, (None, None))})

    review = shop.training.review(shop.draft(task=TAGGING))
    assert text(review, "E-402") == "Each class needs at least 5 images: without any class: 4."


PAGES: dict[str, list[Label]] = {
    f"page{i:02}.jpg": [("initial", BOX), ("picture", RING), ("line", OTHER)] for i in range(6)
}


def test_crops_of_several_classes_are_told_apart(open_shop: Open) -> None:
    shop = open_shop({**PAGES, "flat.jpg": [("initial", Box(5, 5, 5, 9)), ("picture", BOX)], "bare.jpg": []})
    draft = shop.draft(task=CLASSIFICATION, crop_of=("initial", "picture"))
    review = shop.training.review(draft)

    assert review.categories == ("initial", "picture")
    assert sum(count.n_regions for count in review.splits) == 13
    assert ignored(review) == {reasons.NO_CROPS: 1, reasons.BAD_SHAPES: 1}
    images = frozen(shop, draft, review)
    first = next(image for image in images if image.path == "page00.jpg")
    assert {(item.category, item.geometry) for item in first.objects} == {(0, BOX), (1, RING)}


def test_crops_of_one_class_have_the_classes_of_annotations_with_the_same_shape(open_shop: Open) -> None:
    near = Box(BOX.x0 + 0.9, BOX.y0, BOX.x1, BOX.y1 - 0.9)
    shop = open_shop(
        {
            **of("red", 6, ("stamp", BOX), ("red", near), ("stamp", OTHER)),
            **of("blue", 6, ("stamp", RING), ("blue", RING)),
            "both.jpg": [("stamp", BOX), ("red", BOX), ("blue", BOX)],
            "far.jpg": [("stamp", BOX), ("red", Box(4, 3, 20, 21))],
        }
    )
    draft = shop.draft(task=CLASSIFICATION, crop_of=("stamp",))
    review = shop.training.review(draft)

    assert review.categories == ("red", "blue")
    assert ignored(review) == {reasons.CROPS_WITHOUT_CLASS: 7, reasons.CROPS_WITH_SEVERAL: 1}
    assert text(review, "W-320") == "8 crops are skipped: 7 without class, 1 with several classes."
    images = frozen(shop, draft, review)
    assert {item.geometry for image in images for item in image.objects} == {BOX, RING}


@pytest.mark.parametrize("uses_others", [False, True])
def test_crops_of_other_classes_are_negatives_of_a_tagger_when_wished(open_shop: Open, uses_others: bool) -> None:
    shop = open_shop({**PAGES, **of("said", 5, ("picture", RING), (None, RING))})
    draft = shop.draft(
        task=TAGGING,
        crop_of=("initial", "picture"),
        categories=("initial",),
        use_images_without_objects=uses_others,
    )
    review = shop.training.review(draft)

    images = frozen(shop, draft, review)
    negatives = [item for image in images for item in image.objects if item.category == NO_CATEGORY]
    assert len(negatives) == (11 if uses_others else 5)
    assert ignored(review) == ({} if uses_others else {reasons.CROPS_WITHOUT_CLASS: 6})


def test_conditions_choose_images_that_show_classes(open_shop: Open) -> None:
    shop = open_shop(
        {
            **of("cat", 6, ("cat", None), ("indoors", BOX)),
            **of("dog", 6, ("dog", None), ("indoors", BOX), ("lead", OTHER)),
            **of("hound", 2, ("dog", None), ("indoors", BOX)),
            **of("fox", 6, ("fox", None), ("outdoors", None)),
            **of("wolf", 3, ("wolf", None)),
        }
    )
    where = (("indoors", "cat"), ("lead", "indoors"), ("outdoors",))
    draft = shop.draft(task=CLASSIFICATION, conditions=where, categories=("cat", "dog", "fox"))
    review = shop.training.review(draft)

    assert ignored(review)[reasons.NOT_MET] == 5
    found = labels_of(frozen(shop, draft, review))
    assert Counter(path.rstrip("0123456789.jpg") for path in found) == {"cat": 6, "do": 6, "fox": 6}


def test_shapes_that_are_one_within_the_image_are_one_crop(open_shop: Open) -> None:
    spilling = Box(-5, -5, 20, 20)
    drawn = Polygon(((-3.0, -9.0, 20.0, -2.0, 20.0, 20.0, -4.0, 20.0),))
    labels = [("initial", spilling), ("picture", Box(0, 0, 20, 20)), ("initial", drawn), ("picture", OTHER)]
    shop = open_shop({**PAGES, **of("edge", 6, *labels)})
    draft = shop.draft(task=CLASSIFICATION, crop_of=("initial", "picture"))
    review = shop.training.review(draft)

    assert ignored(review)[reasons.CROPS_WITH_SEVERAL] == 6
    images = {image.path: image for image in frozen(shop, draft, review)}
    assert [item.geometry for item in images["edge00.jpg"].objects] == [OTHER]


def test_conditions_choose_images_of_other_tasks_too(open_shop: Open) -> None:
    shop = open_shop({**PAGES, **of("plain", 4, ("line", OTHER)), **of("good", 4, ("line", OTHER), ("good", None))})
    draft = shop.draft(conditions=(("initial",), ("good",)), categories=("line",))
    review = shop.training.review(draft)

    assert review.can_start, review.issues
    assert sum(count.n_images for count in review.splits) == 10
    assert ignored(review)[reasons.NOT_MET] == 4


def test_classes_that_do_not_exist_are_named(open_shop: Open) -> None:
    shop = open_shop(PAGES)

    where = shop.training.review(shop.draft(conditions=(("initial", "ghost"),)))
    crops = shop.training.review(shop.draft(task=CLASSIFICATION, crop_of=("initial", "ghost")))
    assert text(where, "E-310") == 'The condition names "ghost", which does not exist.'
    assert text(crops, "E-310") == 'The crops name "ghost", which does not exist.'
    assert not where.can_start
    assert not crops.can_start


def test_crops_need_shapes_and_a_task_that_labels(open_shop: Open) -> None:
    shop = open_shop(ANIMALS)

    shapeless = shop.training.review(shop.draft(task=CLASSIFICATION, crop_of=("cat", "dog")))
    assert text(shapeless, "E-311") == "Crops need boxes or polygons."
    looking = shop.training.review(shop.draft(task=TaskId("detection"), crop_of=("cat",)))
    assert text(looking, "E-312").startswith("detection looks for objects on whole images")


def test_a_project_of_boxes_alone_is_no_project_of_whole_images(open_shop: Open) -> None:
    shop = open_shop(PAGES)

    review = shop.training.review(shop.draft(task=CLASSIFICATION))
    assert text(review, "E-122").startswith(
        '"Fake worker" trains classification models, but this project has box and polygon annotations only.'
    )


def test_a_task_that_the_worker_does_not_train_is_refused(open_shop: Open) -> None:
    shop = open_shop(ANIMALS)

    review = shop.training.review(shop.draft(task=TaskId("oriented")))
    assert "E-122" in codes(review)
    assert "oriented" in text(review, "E-122")


def test_the_same_data_has_the_same_id_in_whatever_order_it_came(open_shop: Open, tmp_path: Path) -> None:
    near = Box(BOX.x0 + 0.5, BOX.y0 + 0.5, BOX.x1, BOX.y1)
    content = of("red", 6, ("stamp", BOX), ("stamp", near), ("red", near)) | of(
        "blue", 6, ("stamp", RING), ("blue", RING)
    )
    shop = open_shop(content)
    other = LabelShop(tmp_path / "other", {path: list(reversed(labels)) for path, labels in content.items()})
    ids = []
    for one in (shop, other):
        draft = one.draft(task=CLASSIFICATION, crop_of=("stamp",), categories=("red", "blue"))
        ids.append(one.training.submit(draft).value.snapshot)
    other.close()

    assert ids[0] == ids[1]


def test_a_class_on_one_image_cannot_validate(open_shop: Open) -> None:
    shop = open_shop({"page.jpg": [("initial", Box(i * 9, 1, i * 9 + 8, 9)) for i in range(6)], **PAGES})
    shop.add("page.jpg", *[("rare", Box(i * 9, 20, i * 9 + 8, 29)) for i in range(6)])

    review = shop.training.review(shop.draft(task=CLASSIFICATION, crop_of=("initial", "rare")))
    assert 'class "rare" would have no' in text(review, "E-440")
    assert "E-402" not in codes(review)


def test_validation_is_carved_by_class(open_shop: Open) -> None:
    shop = open_shop({**of("cat", 40, ("cat", None)), **of("dog", 10, ("dog", None))})
    draft = shop.draft(task=CLASSIFICATION, val_ratio=0.2)
    review = shop.training.review(draft)

    counts = {count.split: count.category_counts for count in review.splits}
    assert counts[Split.TRAIN] == (32, 8)
    assert counts[Split.VAL] == (8, 2)
    frozen(shop, draft, review)


def test_a_classifier_of_a_project_with_shapes_alone_is_proposed_to_cut_them_out(open_shop: Open) -> None:
    shop = open_shop({**of("a", 2, ("cat", BOX)), **of("b", 2, ("dog", OTHER))})
    draft = shop.draft(task=CLASSIFICATION)
    assert set(shop.training.propose_configuration(draft, is_new_method=True).draft.crop_of) == {"cat", "dog"}
    assert shop.training.propose_configuration(draft).draft.crop_of == ()

    shop.add("a00.jpg", ("dog", None))

    assert shop.training.propose_configuration(draft, is_new_method=True).draft.crop_of == ()
