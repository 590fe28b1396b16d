from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError, RefusedError
from core.files.whole_folder import MARKER
from core.formats.base import ReadResult, WriteResult, gather
from core.formats.catalog import FormatCatalog
from core.formats.class_folders import FORMAT
from core.formats.class_folders.writing import folder_names
from core.formats.testing import UnwritableFormatContract
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]


class TestClassFolders(UnwritableFormatContract):
    """The writing needs copies of the pictures, which moves them: it has tests of its own here."""

    format = FORMAT


def read(path: Path, **answers: object) -> ReadResult:
    return gather(FORMAT.read(ImportSource(path, **answers), size_of=lambda _: None))  # type: ignore[arg-type]


def told(result: ReadResult) -> dict[str, tuple[str | None, str]]:
    return {image.path: (image.annotations[0].category, image.stated_set) for image in result.images}


def test_sets_above_classes(tmp_path: Path, pictures: Pictures) -> None:
    """Ultralytics' layout, and ImageNet's."""
    pictures(tmp_path, "train/cat/1.jpg", "train/dog/x/2.jpg", "val/cat/3.jpg", "val/dog/4.jpg", "test/cat/5.jpg")
    (tmp_path / "train" / "empty class").mkdir()
    assert FORMAT.detect(tmp_path) > 0.4
    assert FormatCatalog().detect(tmp_path).info.slug == "class-folders"
    result = read(tmp_path)
    assert told(result) == {
        "train/cat/1.jpg": ("cat", "train"),
        "train/dog/x/2.jpg": ("dog", "train"),
        "val/cat/3.jpg": ("cat", "val"),
        "val/dog/4.jpg": ("dog", "val"),
        "test/cat/5.jpg": ("cat", "test"),
    }
    assert all(item.geometry is None for image in result.images for item in image.annotations)
    assert result.categories == ("cat", "dog", "empty class")
    assert result.problems == ()


def test_classes_alone_and_pictures_outside_of_them(tmp_path: Path, pictures: Pictures) -> None:
    names = [f"images/{name}/{n}.jpg" for name in ("cat", "Röhren (alt)") for n in range(3)]
    pictures(tmp_path, *names)
    assert FormatCatalog().detect(tmp_path).info.slug == "class-folders"
    pictures(tmp_path, "top.jpg", "images/other.jpg")
    result = read(tmp_path)
    assert told(result) == {name: (name.split("/")[1], "") for name in names}
    (problem,) = result.problems
    assert problem.kind == "image-without-class"
    assert problem.text == '2 images lie in no folder of a class and so without one, e.g. "images/other.jpg".'


def test_a_folder_for_training_alone_states_no_set(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "train/cat/1.jpg", "train/dog/2.jpg")
    assert {split for _, split in told(read(tmp_path)).values()} == {""}


@pytest.mark.parametrize(
    "names",
    [
        ("a.jpg", "b.jpg"),
        ("images/a.jpg", "images/b.jpg"),
        ("train/a.jpg", "val/b.jpg"),
        ("volume 1/a.jpg", "volume 2/b.jpg"),
        ("2019/a.jpg", "2020/a.jpg", "2021/a.jpg"),
        ("cat/a.jpg", "top1.jpg", "top2.jpg"),
        ("cat/a.jpg",),
    ],
)
def test_other_folders_of_pictures_are_taken_for_pictures_alone(
    tmp_path: Path, pictures: Pictures, names: tuple[str, ...]
) -> None:
    pictures(tmp_path, *names)
    assert FormatCatalog().detect(tmp_path).info.slug == "images"


def test_annotation_files_say_more_than_folders(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, *(f"{name}/{n}.jpg" for name in ("cat", "dog") for n in range(4)))
    (tmp_path / "t.csv").write_text("filename,label\ncat/1.jpg,kitten\n")
    assert FormatCatalog().detect(tmp_path).info.slug == "csv"


def test_nothing_to_read_is_said(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg")
    assert [problem.kind for problem in read(tmp_path).problems] == ["images-not-found", "image-without-class"]
    with pytest.raises(FormatError, match="is not a folder"):
        read(tmp_path / "a.jpg")


def write(target: Path, images: list[RawImage], *, has_pictures: bool = True) -> WriteResult:
    def put(image: RawImage, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(image.path)

    names = list(dict.fromkeys(item.category or "" for image in images for item in image.annotations))
    return write_data_set(
        FORMAT, images, [name for name in names if name], target, put_picture=put if has_pictures else None
    )


def files(target: Path) -> dict[str, str]:
    found = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}
    return {name: path.read_text() for name, path in found.items() if path.name != MARKER}


def of_class(path: str, *names: str | None, stated_set: str = "") -> RawImage:
    return RawImage(path, tuple(RawAnnotation(name, None) for name in names), 10, 10, stated_set=stated_set)


def test_pictures_are_put_into_the_folders_of_their_classes_and_sets(tmp_path: Path) -> None:
    images = [
        of_class("a.jpg", "cat", stated_set="train"),
        of_class("sub/a.jpg", "cat", stated_set="train"),
        of_class("b.jpg", "dog", stated_set="val"),
        of_class("test/dog/c.jpg", "dog", stated_set="test"),
        of_class("dog/d.jpg", "cat", stated_set="test"),
    ]
    written = write(tmp_path / "out", images)
    assert (written.n_images, written.n_annotations, written.problems) == (5, 5, ())
    assert files(tmp_path / "out") == {
        "train/cat/a.jpg": "a.jpg",
        "train/cat/sub/a.jpg": "sub/a.jpg",
        "val/dog/b.jpg": "b.jpg",
        "test/dog/c.jpg": "test/dog/c.jpg",
        "test/cat/dog/d.jpg": "dog/d.jpg",
    }
    found = told(read(tmp_path / "out"))
    assert {path.rpartition("/")[2]: said for path, said in found.items()} == {
        "a.jpg": ("cat", "train"),
        "b.jpg": ("dog", "val"),
        "c.jpg": ("dog", "test"),
        "d.jpg": ("cat", "test"),
    }


def test_what_has_no_place_in_a_folder_is_told_and_left_out(tmp_path: Path) -> None:
    several = of_class("several.jpg", "dog", "cat")
    images = [
        several,
        RawImage("boxes.jpg", (RawAnnotation("cat", Box(1, 2, 3, 4)),), 10, 10),
        RawImage("empty.jpg", (), 10, 10, is_explicit_negative=True),
        RawImage("unseen.jpg", (), 10, 10),
        of_class("none.jpg", None),
        of_class("set.jpg", "cat", stated_set="train"),
    ]
    written = write(tmp_path / "out", images)
    assert set(files(tmp_path / "out")) == {"dog/several.jpg", "train/cat/set.jpg"}
    assert written.n_images == written.n_annotations == 2
    kinds = {problem.kind: problem.severity for problem in written.problems}
    assert kinds == {
        "boxes": Severity.WARNING,
        "without-class": Severity.WARNING,
        "negatives": Severity.WARNING,
        "unseen-images": Severity.INFO,
        "several-classes": Severity.WARNING,
        "image-in-no-set": Severity.INFO,
    }


def test_names_of_classes_become_folders_on_every_system(tmp_path: Path) -> None:
    names = ["a/b", "a:b", "con", "NUL.x", " .", "Cat", "cat", "train", "images", "x" * 300, "été", 'q"<>|?*']
    found = folder_names(names)
    assert found["a/b"] == "a_b" and found["a:b"] == "a_b_2"
    assert (found["con"], found["NUL.x"], found["train"], found["images"]) == ("con_", "NUL.x_", "train_", "images_")
    assert (found[" ."], found["Cat"], found["cat"], found["été"]) == ("class", "Cat", "cat_2", "été")
    assert len(found["x" * 300]) == 120
    written = write(tmp_path / "out", [of_class(f"{n}.jpg", name) for n, name in enumerate(names)])
    assert len(files(tmp_path / "out")) == len(names)
    changed = [problem.text for problem in written.problems if problem.kind == "category-name-changed"]
    assert len(changed) == len(names) - 2
    assert 'The class "a/b" is written as the folder "a_b".' in changed
    assert set(read(tmp_path / "out").categories) == set(found.values())


def test_pictures_of_one_name_lose_nothing(tmp_path: Path) -> None:
    write(tmp_path / "out", [of_class("a.jpg", "cat"), of_class("cat/a.jpg", "cat"), of_class("x/a.jpg", "cat")])
    assert sorted(files(tmp_path / "out").values()) == ["a.jpg", "cat/a.jpg", "x/a.jpg"]


def test_without_copies_of_the_pictures_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="made of the pictures themselves") as caught:
        write(tmp_path / "out", [of_class("a.jpg", "cat")], has_pictures=False)
    assert "--copy-images" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_details_are_left_out_without_harm(tmp_path: Path) -> None:
    item = RawAnnotation("cat", None, details=AnnotationDetails(text="x"))
    write(tmp_path / "out", [RawImage("a.jpg", (item,), 10, 10)])
    assert set(files(tmp_path / "out")) == {"cat/a.jpg"}


def test_names_of_folders_with_many_underscores_take_no_time_at_all(tmp_path: Path) -> None:
    for name in ("cat" + "_" * 100 + "1", "dog" + "_ " * 50 + "2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").write_bytes(b"x")
    assert FORMAT.detect(tmp_path) < 1


def test_a_folder_of_a_long_name_can_be_made(tmp_path: Path) -> None:
    for folder in folder_names(["猫" * 200, "猫" * 201, "x" * 300]).values():
        (tmp_path / folder).mkdir()
