"""The sets that a YOLO data set states."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.imports import ImportSource
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.yolo import FORMAT

Pictures = Callable[..., Path]
ROW = "0 0.5 0.5 0.2 0.5\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


def read(path: Path) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path), size_of=lambda _: PictureSize(100, 80)))


def sets(result: ReadResult) -> dict[str, str]:
    return {image.path: image.stated_set for image in result.images}


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


LISTS = {"{}train.txt": "./images/a.jpg\n./images/b.jpg\n", "{}val.txt": "./images/c.jpg\n"}
FOUR = {"a.jpg": "train", "b.jpg": "train", "c.jpg": "val", "d.jpg": ""}


@pytest.fixture
def four(tmp_path: Path, pictures: Pictures) -> Path:
    """Four labelled images in folders "images" and "labels"."""
    pictures(tmp_path, *(f"images/{name}.jpg" for name in "abcd"))
    write(tmp_path, {f"labels/{name}.txt": ROW for name in "abcd"})
    write(tmp_path, {"classes.txt": "cat\n"})
    return tmp_path


@pytest.mark.parametrize("prefix", ["", "autosplit_"])
@pytest.mark.parametrize(
    "yaml",
    [
        "",
        "path: .\ntrain: {}train.txt\nval: {}val.txt\nnames: [cat]\n",
        "train: /home/ann/data/{}train.txt\nval: [C:\\data\\{}val.txt]\nnames: [cat]\n",
        "train: images\nval: images\nnames: [cat]\n",
    ],
)
def test_lists_of_images(four: Path, prefix: str, yaml: str) -> None:
    write(four, {name.format(prefix): content for name, content in LISTS.items()})
    write(four, {"data.yaml": yaml.replace("{}", prefix)} if yaml else {})
    result = read(four)
    assert sets(result) == FOUR
    assert kinds(result) == ["image-in-no-set"]
    assert "1 image is in none" in result.problems[0].text and "d.jpg" in result.problems[0].text


@pytest.mark.parametrize("lines", ["/home/ann/set/images/{}.jpg", "C:\\set\\images\\{}.jpg", "../other/images/{}.JPG"])
def test_lists_of_another_computer(four: Path, lines: str) -> None:
    write(four, {"train.txt": f"{lines.format('a')}\n{lines.format('b')}\n", "val.txt": f"{lines.format('c')}\r\n"})
    assert sets(read(four)) == FOUR


@pytest.mark.parametrize(
    "yaml",
    [
        "train: images/train\nval: images/val\ntest: images/test\n",
        "path: ../set\ntrain: ../images/train\nvalid: [images/val]\ntest: images/test/\n",
        "train: images/train\nval: ['images/val/b.jpg']\ntest: images/test\n",
    ],
)
def test_folders_and_images(tmp_path: Path, pictures: Pictures, yaml: str) -> None:
    pictures(tmp_path, "images/train/a.jpg", "images/train/deep/a.jpg", "images/val/b.jpg", "images/test/nobody.jpg")
    write(tmp_path, {"labels/train/a.txt": ROW, "labels/train/deep/a.txt": ROW, "labels/val/b.txt": ROW})
    write(tmp_path, {"data.yaml": f"{yaml}names: [cat]\n"})
    result = read(tmp_path)
    assert sets(result) == {
        "train/a.jpg": "train",
        "train/deep/a.jpg": "train",
        "val/b.jpg": "val",
        "test/nobody.jpg": "test",  # that has no labels is in its set all the same
    }
    (nobody,) = (image for image in result.images if image.path == "test/nobody.jpg")
    assert not nobody.source_file and not nobody.is_explicit_negative


def test_darknet(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "obj_train_data/a.jpg", "obj_train_data/b.jpg")
    write(
        tmp_path,
        {
            "obj.data": "classes = 1\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\n",
            "obj.names": "cat\n",
            "train.txt": "data/obj_train_data/a.jpg\n",
            "valid.txt": "data/obj_train_data/b.jpg\n",
            "obj_train_data/a.txt": ROW,
            "obj_train_data/b.txt": ROW,
        },
    )
    assert sets(read(tmp_path)) == {"obj_train_data/a.jpg": "train", "obj_train_data/b.jpg": "val"}


@pytest.mark.parametrize(
    "yaml", ["train: images\nval: images\n", "train: images\n", "nc: 1\n", "train: 5\nval: {a: b}\ntest: []\n"]
)
def test_no_set_is_stated(four: Path, yaml: str) -> None:
    write(four, {"data.yaml": f"{yaml}names: [cat]\n"})
    assert set(sets(read(four)).values()) == {""}


def test_an_image_of_two_sets_is_in_none_and_said(four: Path) -> None:
    write(four, {"train.txt": "images/a.jpg\nimages/b.jpg\n", "val.txt": "images/b.jpg\nimages/c.jpg\nimages/d.jpg\n"})
    result = read(four)
    assert sets(result) == {"a.jpg": "train", "b.jpg": "", "c.jpg": "val", "d.jpg": "val"}
    assert kinds(result) == ["image-in-several-sets"]


def test_what_a_list_names_and_is_not_there_is_counted(four: Path) -> None:
    write(four, {"train.txt": "images/a.jpg\nimages/x.jpg\nimages/y.jpg\n", "val.txt": "images/b.jpg\n"})
    write(four, {"data.yaml": "train: train.txt\nval: val.txt\ntest: nowhere\nnames: [cat]\n"})
    problems = {problem.kind: problem for problem in read(four).problems}
    assert set(problems) == {"set-image-missing", "set-not-found", "image-in-no-set"}
    assert "2 images" in problems["set-image-missing"].text and "images/x.jpg" in problems["set-image-missing"].text
    assert "nowhere" in problems["set-not-found"].text


def test_hostile_targets(four: Path) -> None:
    """None is followed out of the folder, and none waits."""
    os.mkfifo(four / "train.txt")
    (four / "val.txt").symlink_to("/etc/passwd")
    write(four, {"data.yaml": 'train: train.txt\nval: val.txt\ntest: ["../../../etc", "a\\0b.txt"]\nnames: [cat]\n'})
    result = read(four)
    assert set(sets(result).values()) == {""}
    assert kinds(result).count("annotation-file-special") == 2


def test_darknets_own_folders_are_stated_from_where_it_is_started(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "data/obj/a.jpg", "data/obj/b.jpg")
    write(
        tmp_path,
        {
            "cfg/obj.data": "classes = 2\ntrain = data/train.txt\nvalid = data/later.txt\nnames = data/coco.names\n",
            "data/coco.names": "cat\ndog\n",
            "data/train.txt": "data/obj/a.jpg\n",
            "data/later.txt": "data/obj/b.jpg\n",
            "data/obj/a.txt": ROW,
            "data/obj/b.txt": ROW,
        },
    )

    result = read(tmp_path)

    assert sets(result) == {"data/obj/a.jpg": "train", "data/obj/b.jpg": "val"}
    assert result.categories == ("cat", "dog") and not result.problems
