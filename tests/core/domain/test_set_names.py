from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.set_names import set_named, set_of_path, sets_of_image
from core.domain.snapshots import Split


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("train", Split.TRAIN),
        ("Training", Split.TRAIN),
        ("train2017", Split.TRAIN),
        ("instances_train.json", Split.TRAIN),
        ("autosplit_train.txt", Split.TRAIN),
        ("val", Split.VAL),
        ("VALID", Split.VAL),
        ("validation set", Split.VAL),
        ("instances_val2017.json", Split.VAL),
        ("eval", Split.VAL),
        ("test", Split.TEST),
        ("test-dev2017", Split.TEST),
        ("testing", Split.TEST),
        ("", None),
        ("images", None),
        ("trainval", None),
        ("train_val", None),
        ("contest", None),
        ("value", None),
        ("trains of Prussia", None),
        ("_annotations.coco.json", None),
    ],
)
def test_the_set_that_a_name_means(name: str, expected: Split | None) -> None:
    assert set_named(name) is expected


def test_the_nearest_part_of_a_path_has_the_say() -> None:
    assert set_of_path("train/_annotations.coco.json") is Split.TRAIN
    assert set_of_path(Path("train", "images", "val.json")) is Split.VAL
    assert set_of_path("train/val_or_test/x.json") is Split.TRAIN
    assert set_of_path("pages/x.json") is None


@pytest.mark.parametrize(
    ("tags", "stated", "folder", "sets"),
    [
        ((), "", "pages", ()),
        ((), "", "pages/valid/test", (Split.VAL,)),
        ((), "test", "train", (Split.TEST,)),
        (("hard", "validation"), "test", "train", (Split.VAL,)),
        (("train", "test"), "", "", (Split.TRAIN, Split.TEST)),
    ],
)
def test_tags_say_the_set_before_the_import_and_that_before_the_folder(
    tags: tuple[str, ...], stated: str, folder: str, sets: tuple[Split, ...]
) -> None:
    assert sets_of_image(tags, stated, folder) == sets
