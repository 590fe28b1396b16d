"""What a data.yaml may say, and where its data set may lie."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from label_folders import BOX, kinds, read, write

from core.errors import FormatError

SETS = "train: images/train\nval: images/val\n"
FILES = {
    "images/train/a.jpg": "",
    "images/val/b.jpg": "",
    "labels/train/a.txt": BOX,
    "labels/val/b.txt": BOX.replace("0", "1", 1),
}


def at(place: str) -> dict[str, str]:
    return {f"{place}/{name}": content for name, content in FILES.items()}


@pytest.mark.parametrize(
    ("names", "categories", "told"),
    [
        ("nc: 2\nnames: [cat, dog]", ("cat", "dog"), []),
        ("nc: 2\nnames: {0: cat, 1: dog}", ("cat", "dog"), []),
        ("names:\n  '0': cat\n  '1': dog", ("cat", "dog"), []),
        ("names: cat, dog", ("cat", "dog"), []),
        ("names: \"['cat', 'dog']\"", ("cat", "dog"), []),
        ("nc: 80\nnames: [cat, dog]", ("cat", "dog"), ["class-count-differs"]),
        ("nc: x\nnames: [cat, dog]", ("cat", "dog"), []),
        ("names: {1: dog}", ("class 0", "dog"), ["category-without-name"]),
    ],
)
def test_names_of_every_form(tmp_path: Path, names: str, categories: tuple[str, ...], told: list[str]) -> None:
    result = read(write(tmp_path, {**FILES, "data.yaml": f"{SETS}{names}\n"}))
    assert result.categories == categories and kinds(result) == told


def test_how_to_download_is_told_and_never_run(tmp_path: Path) -> None:
    script = f"  from pathlib import Path\n  Path({str(tmp_path / 'ran')!r}).touch()\n"
    yaml = f"{SETS}names: [cat, dog]\ndownload: |\n{script}"
    assert kinds(read(write(tmp_path, {**FILES, "data.yaml": yaml}))) == ["download-ignored"]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("path", ["coco8", "../datasets/coco8", "/content/datasets/coco8", "C:\\data\\coco8", ".", ""])
@pytest.mark.parametrize("point_at", ["", "coco8.yaml"])
def test_a_folder_that_the_yaml_calls_by_its_own_name(tmp_path: Path, path: str, point_at: str) -> None:
    root = write(tmp_path / "coco8", {**FILES, "coco8.yaml": f"path: {path}\n{SETS}names: [cat, dog]\n"})
    result = read(root / point_at)
    assert {image.path: image.stated_set for image in result.images} == {"train/a.jpg": "train", "val/b.jpg": "val"}
    assert kinds(result) == []


@pytest.mark.parametrize("path", ["coco8", "../datasets/coco8", "/usr/src/datasets/coco8"])
@pytest.mark.parametrize(("yaml", "data"), [("coco8.yaml", "coco8"), ("cfg/coco8.yaml", "datasets/coco8")])
def test_a_yaml_above_or_beside_its_data_set(tmp_path: Path, path: str, yaml: str, data: str) -> None:
    write(tmp_path, {**at(data), yaml: f"path: {path}\n{SETS}names: [cat, dog]\n"})
    result = read(tmp_path)
    assert {image.path: image.stated_set for image in result.images} == {"train/a.jpg": "train", "val/b.jpg": "val"}
    assert result.categories == ("cat", "dog") and kinds(result) == []


def test_a_yaml_alone_does_not_lead_beside_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {**at("datasets/coco8"), "cfg/coco8.yaml": f"path: ../datasets/coco8\n{SETS}names: [cat, dog]\n"})
    with pytest.raises(FormatError) as refused:
        read(tmp_path / "cfg" / "coco8.yaml")
    assert "choose the folder that holds both" in refused.value.hint


def test_the_layout_of_roboflow(tmp_path: Path) -> None:
    files = {"train/images/a.jpg": "", "valid/images/b.jpg": "", "train/labels/a.txt": BOX, "valid/labels/b.txt": BOX}
    yaml = "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 1\nnames: ['cat']\n"
    result = read(write(tmp_path, {**files, "data.yaml": f"{yaml}roboflow:\n  workspace: x\n  version: 1\n"}))
    assert {image.path: image.stated_set for image in result.images} == {
        "train/images/a.jpg": "train",
        "valid/images/b.jpg": "val",
    }
    assert kinds(result) == ["set-not-found"]


@pytest.mark.parametrize(
    ("label", "image"),
    [
        ("1a2b3c4d-page", "1a2b3c4d-page"),
        ("1a2b3c4d-page", "page"),
        ("page", "1a2b3c4d-page"),
    ],
)
def test_label_studios_names_with_and_without_their_prefix(tmp_path: Path, label: str, image: str) -> None:
    files = {f"images/{image}.jpg": "", f"labels/{label}.txt": BOX, "classes.txt": "cat\n"}
    result = read(write(tmp_path, {**files, "images/other.jpg": "", "labels/other.txt": ""}))
    assert {item.path: len(item.annotations) for item in result.images} == {f"{image}.jpg": 1, "other.jpg": 0}
    assert kinds(result) == []


def test_two_uploads_of_one_name_are_not_mistaken(tmp_path: Path) -> None:
    files = {"images/1a2b3c4d-page.jpg": "", "images/99999999-page.jpg": "", "labels/page.txt": BOX}
    result = read(write(tmp_path, {**files, "classes.txt": "cat\n"}))
    assert "image-ambiguous" in kinds(result) and not any(image.annotations for image in result.images)


def test_an_empty_label_file_says_that_somebody_looked_and_a_missing_one_does_not(tmp_path: Path) -> None:
    files = {
        "images/a.jpg": "",
        "images/b.jpg": "",
        "labels/a.txt": "",
        "data.yaml": "train: train.txt\nnames: [cat]\n",
    }
    result = read(write(tmp_path, {**files, "train.txt": "images/b.jpg\n"}))
    assert {image.path: (image.is_explicit_negative, image.stated_set) for image in result.images} == {
        "a.jpg": (True, ""),
        "b.jpg": (False, "train"),
    }
