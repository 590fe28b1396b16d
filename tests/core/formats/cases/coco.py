from __future__ import annotations

from cases.case import Case

HERE = (40, 30, 80, 60)  # where the objects of most cases are
THERE = (90, 60, 130, 100)

COCO: tuple[Case, ...] = (
    Case(
        "08c",
        n_images=7,
        objects={"birds": 0, "gull": 7},
        kinds={"supercategories-left-out": 3},
        sets={"train": 4, "val": 2, "test": 1},
    ),
    Case(
        "08d",
        n_images=4,
        objects={"thing": 4},
        sets={"train": 2, "val": 2},
        boxes={
            "train/000000.jpg": HERE,
            "train/000001.jpg": HERE,
            "valid/000000.jpg": THERE,
            "valid/000001.jpg": THERE,
        },
    ),
    Case(
        "11",
        n_images=6,
        objects={"leaf": 6},
        kinds={"crowds-are-objects": 1},
        says=("Every object (6) is marked as a crowd", "taken as objects"),
        boxes={"leaf_0.jpg": (40, 30, 80, 70)},
    ),
    Case(
        "13b",
        n_images=6,
        objects={"thing": 6},
        boxes={"job1/images/frame_000000.jpg": HERE, "job2/images/frame_000000.jpg": THERE},
    ),
    Case("15", n_images=4, objects={"thing": 4}, boxes={f"p{n}.jpg": HERE for n in range(4)}),
    Case("15b", n_images=2, objects={"thing": 2}),
    Case(
        "16",
        n_images=3,
        objects={"thing": 3},
        kinds={"image-found-elsewhere": 1},
        boxes={"images/vue du pont 1.jpg": HERE, "images/caf\u00e9 2.jpg": HERE, "images/plan#3.jpg": HERE},
    ),
    Case("18", n_images=8, objects={"thing": 8}),
    Case("41", n_images=8, objects={"thing": 8}),
    Case(
        "42",
        n_images=6,
        objects={"thing": 2},
        n_negatives=4,
        kinds={"images-empty": 1},
        says=("4 of 6 images are listed without annotations",),
    ),
    Case(
        "44",
        n_images=3,
        objects={"Cat": 1, "cat": 0},
        kinds={"image-duplicate-id": 1, "annotation-of-duplicate-id": 1, "category-duplicate-name": 1}
        | {"category-similar-name": 1},
        says=("2 annotations left out", "used for several images"),
        boxes={"p2.jpg": HERE},
    ),
    Case("45", n_images=4, objects={"thing": 4}, sets={"train": 3, "val": 1}),
    Case(
        "46",
        n_images=2,
        objects={"thing": 4},
        sets={"train": 2},
        kinds={"same-images-differ": 1, "annotations-not-read": 1},
        says=(
            "predictions of a model (COCO results). Predictions are no ground truth",
            '"train.json" and "train_backup.json" describe the same 2 images in different ways',
        ),
        can_import=False,
    ),
    Case("46", path="train.json", n_images=2, objects={"thing": 2}, sets={"train": 2}, boxes={"p0.jpg": HERE}),
)
