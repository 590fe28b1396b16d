"""Folders of several COCO files: which are read, whose pictures they mean, and what they say together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.geometry import Box
from core.domain.imports import ImportSource, Severity
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, SizeOf, gather
from core.formats.coco import FORMAT
from core.formats.reading.image_index import ImageIndex

Pictures = Callable[..., Path]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file with one box a name: `x` is where it begins, `category` what it is called."""

    def put(place: str, names: list[str], *, x: float = 1, category: str = "line", **more: Any) -> Path:
        document = {
            "images": [{"id": number, "file_name": name} for number, name in enumerate(names)],
            "annotations": [
                {"image_id": number, "category_id": 5, "bbox": [x, 1, 9, 9]} for number in range(len(names))
            ],
            "categories": [{"id": 5, "name": category}],
        }
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document | more))
        return path

    return put


@pytest.fixture
def read(tmp_path: Path, always_100_by_80: SizeOf) -> Callable[..., ReadResult]:
    def read(path: Path = tmp_path, root: Path | None = None, left_out: tuple[Path, ...] = ()) -> ReadResult:
        return gather(FORMAT.read(ImportSource(path, root, left_out=left_out), size_of=always_100_by_80))

    return read


def lefts(result: ReadResult) -> dict[str, list[float]]:
    return {image.path: [item.geometry.x0 for item in image.annotations] for image in result.images}  # type: ignore[union-attr]


def sets(result: ReadResult) -> dict[str, str]:
    return {image.path: image.stated_set for image in result.images}


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def test_a_name_means_the_picture_beside_the_file_that_states_it(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    for place, folder in (("train/_annotations.coco.json", "train"), ("valid/_annotations.coco.json", "valid")):
        write(place, ["1.jpg", "2.jpg"], x=len(folder) + (folder == "valid"))
        pictures(tmp_path, f"{folder}/1.jpg", f"{folder}/2.jpg")
    result = read()
    assert result.images_root == tmp_path
    assert lefts(result) == {"train/1.jpg": [5], "train/2.jpg": [5], "valid/1.jpg": [6], "valid/2.jpg": [6]}
    assert sets(result) == {"train/1.jpg": "train", "train/2.jpg": "train", "valid/1.jpg": "val", "valid/2.jpg": "val"}
    assert kinds(result) == []


def test_a_picture_that_is_gone_is_not_taken_from_another_set(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    write("train/a.json", ["1.jpg"], x=1)
    write("valid/a.json", ["1.jpg", "2.jpg"], x=2)
    pictures(tmp_path, "train/1.jpg", "train/2.jpg", "valid/1.jpg")
    result = read()
    assert lefts(result) == {"train/1.jpg": [1], "valid/1.jpg": [2]}
    assert kinds(result) == ["image-missing"]


@pytest.mark.parametrize("given", [False, True])
def test_folders_in_folders(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult], given: bool
) -> None:
    """Exports unpacked beside each other; with the images' folder as the person gave it, and without."""
    for number in (1, 2):
        write(f"project/job{number}/annotations/instances_default.json", ["f.jpg", "../images/g.jpg"], x=number)
        pictures(tmp_path, f"project/job{number}/images/f.jpg", f"project/job{number}/images/g.jpg")
    assert FORMAT.detect(tmp_path) > 0.9
    result = read(tmp_path, tmp_path if given else None)
    before = "project/" if given else ""
    assert lefts(result) == {f"{before}job{n}/images/{name}.jpg": [n] for n in (1, 2) for name in ("f", "g")}
    assert kinds(result) == []
    assert set(sets(result).values()) == {""}


def test_equal_names_in_folders_called_as_the_files_sets(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    write("annotations/instances_train2017.json", ["1.jpg"], x=1)
    write("annotations/instances_val2017.json", ["1.jpg"], x=2)
    pictures(tmp_path, "train2017/1.jpg", "val2017/1.jpg")
    result = read()
    assert lefts(result) == {"train2017/1.jpg": [1], "val2017/1.jpg": [2]}
    assert Counter(sets(result).values()) == {"train": 1, "val": 1}
    (only,) = read(tmp_path / "annotations/instances_val2017.json").images
    assert (only.path, only.stated_set) == ("val2017/1.jpg", "val")


def test_a_single_file_is_of_the_set_that_its_folder_says_only_among_others(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    file = write("test/a.json", ["1.jpg"])
    pictures(tmp_path, "test/1.jpg")
    assert set(sets(read(file)).values()) == {""}
    (tmp_path / "train").mkdir()
    assert set(sets(read(file)).values()) == {"test"}


def test_versions_of_a_file_are_for_the_person_to_choose_from(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    now = write("train.json", ["1.jpg", "2.jpg"], x=1)
    old = write("train_backup.json", ["1.jpg", "2.jpg"], x=2)
    older = write("old/annotations.json", ["../2.jpg"], x=3)
    other = write("train_more.json", ["3.jpg"], x=4)
    pictures(tmp_path, "1.jpg", "2.jpg", "3.jpg")
    result = read()
    (problem,) = result.problems
    assert (problem.kind, problem.severity) == ("same-images-differ", Severity.ERROR)
    assert set(problem.choices) == {str(now), str(old), str(older)}
    assert '"train.json"' in problem.text and '"train_backup.json"' in problem.text
    assert "train_more" not in problem.text and "2 images" in problem.text
    chosen = read(left_out=(now, older))
    assert lefts(chosen) == {"1.jpg": [2], "2.jpg": [2], "3.jpg": [4]}
    assert kinds(chosen) == []
    assert lefts(read(other)) == {"3.jpg": [4]}


def test_copies_of_a_file_say_everything_once(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    write("all.json", ["1.jpg", "2.jpg"])
    write("train.json", ["1.jpg"])
    write("val.json", ["2.jpg"])
    pictures(tmp_path, "1.jpg", "2.jpg")
    result = read()
    assert lefts(result) == {"1.jpg": [1], "2.jpg": [1]}
    assert sets(result) == {"1.jpg": "train", "2.jpg": "val"}
    assert Counter(kinds(result)) == {"same-images-alike": 2, "annotation-duplicate": 1}
    assert {problem.severity for problem in result.problems} == {Severity.INFO}


def test_a_file_of_each_class_is_taken_together(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    write("cats.json", ["1.jpg", "2.jpg"], category="cat", x=1)
    write("dogs.json", ["1.jpg"], category="dog", x=2)
    pictures(tmp_path, "1.jpg", "2.jpg")
    result = read()
    assert lefts(result) == {"1.jpg": [1, 2], "2.jpg": [1]}
    assert kinds(result) == ["same-images-other-classes"]


def test_versions_that_call_an_object_differently_are_versions_all_the_same(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    """On the second image they have no class in common, but on the first they have."""
    categories = [{"id": 5, "name": "cat"}, {"id": 6, "name": "dog"}]

    def boxes(x: float, second: int) -> list[dict[str, Any]]:
        return [{"image_id": n, "category_id": c, "bbox": [x, 1, 9, 9]} for n, c in ((0, 5), (1, second))]

    write("a.json", ["1.jpg", "2.jpg"], annotations=boxes(1, 5), categories=categories)
    write("b.json", ["1.jpg", "2.jpg"], annotations=boxes(2, 6), categories=categories)
    pictures(tmp_path, "1.jpg", "2.jpg")
    (problem,) = read().problems
    assert problem.kind == "same-images-differ" and "the same 2 images" in problem.text


def test_an_image_of_two_sets_is_of_none(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    write("train.json", ["1.jpg", "2.jpg"])
    write("val.json", ["2.jpg", "3.jpg"])
    pictures(tmp_path, "1.jpg", "2.jpg", "3.jpg")
    result = read()
    assert sets(result) == {"1.jpg": "train", "2.jpg": "", "3.jpg": "val"}
    assert "same-images-in-two-sets" in kinds(result)
    assert "share 1 image" in next(p.text for p in result.problems if p.kind == "same-images-in-two-sets")


def test_files_of_other_things_are_passed_over_and_said(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    write("instances.json", ["1.jpg"])
    write("captions.json", ["1.jpg"], annotations=[{"image_id": 0, "caption": "A line."}])
    pan = write("extra.json", ["1.jpg"], annotations=[{"image_id": 0, "segments_info": []}])
    pictures(tmp_path, "1.jpg")
    result = read()
    assert lefts(result) == {"1.jpg": [1]}
    assert Counter((problem.kind, problem.severity) for problem in result.problems) == {
        ("annotations-not-read", Severity.INFO): 1,
        ("annotations-not-read", Severity.WARNING): 1,
    }
    with pytest.raises(FormatError, match="panoptic") as caught:
        read(pan)
    assert "instances" in caught.value.hint


def test_names_of_addresses_are_tried_after_the_literal_ones(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    names = ["a%20b.jpg", "c%20d.jpg", "/data/local-files/?d=x/e%C3%A9.jpg", "https://example.org/u/f%23.jpg?v=1#top"]
    write("a.json", names)
    pictures(tmp_path, "a%20b.jpg", "a b.jpg", "c d.jpg", "x/e\u00e9.jpg", "f#.jpg")
    assert set(lefts(read())) == {"a%20b.jpg", "c d.jpg", "x/e\u00e9.jpg", "f#.jpg"}


def turned(n_sideways: int) -> SizeOf:
    """Pictures called 0.jpg and so on: the first are stored sideways, as 100 x 80; all others stand as 100 x 80."""
    return lambda path: PictureSize(80, 100, True) if int(path.stem) < n_sideways else PictureSize(100, 80)


@pytest.mark.parametrize(
    ("boxes", "stored", "kind"),
    [
        # An upright picture has 80 x 100: the first box leaves the stored frame, the second leaves the upright one.
        ({0: [10, 85, 10, 10]}, [], "drawn-upright"),
        ({0: [85, 10, 10, 10]}, [0], ""),
        ({0: [10, 10, 10, 10]}, [0], "drawn-unknown"),
        ({0: [10, 85, 10, 10], 1: [10, 10, 10, 10]}, [], "drawn-upright"),
        ({0: [10, 10, 10, 10], 1: [10, 85, 10, 10]}, [], "drawn-upright"),
        ({0: [10, 10, 10, 10], 1: [85, 10, 10, 10]}, [0, 1], ""),
        ({0: [10, 85, 10, 10], 1: [85, 10, 10, 10], 2: [5, 5, 5, 5]}, [1, 2], "drawn-unknown"),
        # Pictures that stand as they are stored prove nothing about those that do not.
        ({0: [10, 10, 10, 10], 7: [85, 10, 10, 10]}, [0], "drawn-unknown"),
    ],
)
def test_shapes_show_on_which_picture_they_were_drawn(
    tmp_path: Path, pictures: Pictures, write: Write, boxes: dict[int, list[float]], stored: list[int], kind: str
) -> None:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 100, "height": 80} for n in boxes]
    annotations = [{"image_id": n, "category_id": 5, "bbox": box} for n, box in boxes.items()]
    file = write("a.json", [], images=images, annotations=annotations)
    pictures(tmp_path, *(f"{n}.jpg" for n in boxes))
    result = gather(FORMAT.read(ImportSource(file), size_of=turned(3)))
    assert [int(Path(image.path).stem) for image in result.images if image.is_as_stored] == stored
    said = set(kinds(result))
    assert said - {"drawn-upright"} == {kind} - {"", "drawn-upright"}
    assert ("drawn-upright" in said) == any(n not in stored for n in boxes if n < 3)
    for image in result.images:
        (item,) = image.annotations
        x, y, w, h = boxes[int(Path(image.path).stem)]
        assert item.geometry == Box(x, y, x + w, y + h), "nothing is cut off"


def test_the_person_says_on_which_picture_shapes_were_drawn_that_fit_both(
    tmp_path: Path, pictures: Pictures, write: Write
) -> None:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 100, "height": 80} for n in range(2)]
    file = write("a.json", [], images=images, annotations=[{"image_id": 0, "category_id": 5, "bbox": [9, 9, 9, 9]}])
    pictures(tmp_path, "0.jpg", "1.jpg")
    guessed, said = (
        gather(FORMAT.read(ImportSource(file, is_drawn_as_stored=choice), size_of=turned(2)))
        for choice in (None, False)
    )
    assert (guessed.images[0].is_as_stored, guessed.images[0].is_frame_guessed) == (True, True)
    assert "drawn-unknown" in kinds(guessed)
    assert (said.images[0].is_as_stored, said.images[0].is_upright_stated) == (False, True)
    assert "drawn-unknown" not in kinds(said)


def test_every_file_of_a_folder_is_read_however_many_there_are(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    for number in range(130):
        write(f"{number:03}.json", [f"{number:03}.jpg"])
    pictures(tmp_path, *(f"{number:03}.jpg" for number in range(130)))
    assert len(read().images) == 130


def test_files_beside_very_many_others_are_found(
    tmp_path: Path, pictures: Pictures, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.formats.coco.files._MOST_ENTRIES", 5)
    pictures(tmp_path, *(f"a/{number}.jpg" for number in range(10)))
    write("b/c/a.json", ["1.jpg"])
    assert FORMAT.detect(tmp_path) > 0.5


def test_a_folder_is_looked_into_once_however_many_files_lie_beside_it(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    walked: list[Path] = []

    class Counting(ImageIndex):
        def __init__(self, root: Path, *, max_entries: int | None = None) -> None:
            walked.append(root)
            super().__init__(root, max_entries=max_entries)

    monkeypatch.setattr("core.formats.coco.files.ImageIndex", Counting)
    for number in range(9):
        write(f"labels/{number}.json", [f"{number}.jpg"])
    pictures(tmp_path, *(f"pictures/{number}.jpg" for number in range(9)))
    assert len(read().images) == 9
    assert len(walked) < 9


@pytest.mark.parametrize(
    ("record", "is_empty"),
    [
        ({"image_id": 1, "category_id": 5, "bbox": [1, 1, "x", 9]}, False),
        ({"image_id": 1, "category_id": 7, "bbox": [1, 1, 9, 9]}, False),
        ({"image_id": 99, "category_id": 5, "bbox": [1, 1, 9, 9]}, False),
        ({"image_id": 1, "category_id": 5, "bbox": [1, 1, 9, 9], "score": 0.9}, False),
    ],
    ids=["bad box", "unknown class", "unknown image", "an object that a model found"],
)
@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_an_object_that_is_lost_in_one_file_makes_no_negative_by_another(
    record: dict[str, Any],
    is_empty: bool,
    names: tuple[str, str],
    tmp_path: Path,
    pictures: Pictures,
    write: Write,
    read: Callable[..., ReadResult],
) -> None:
    images = [{"id": number, "file_name": f"{number}.jpg"} for number in range(2)]
    sound = {"image_id": 0, "category_id": 5, "bbox": [1, 1, 9, 9]}
    write(f"{names[0]}.json", [], category="cat", images=images, annotations=[sound])
    write(f"{names[1]}.json", [], category="dog", images=images, annotations=[sound, record])
    pictures(tmp_path, "0.jpg", "1.jpg")
    assert {image.path: image.is_explicit_negative for image in read().images} == {"0.jpg": False, "1.jpg": is_empty}


def test_files_that_agree_are_not_to_be_chosen_between(
    tmp_path: Path, pictures: Pictures, write: Write, read: Callable[..., ReadResult]
) -> None:
    """Two halves, and an older version of the whole: who takes a half needs the other one too."""
    halves = [write("half1.json", ["1.jpg"], x=1), write("half2.json", ["2.jpg"], x=1)]
    whole = write("whole.json", ["1.jpg", "2.jpg"], x=30)
    pictures(tmp_path, "1.jpg", "2.jpg")
    choices = [set(problem.choices) for problem in read().problems if problem.choices]
    assert choices == [{str(half), str(whole)} for half in halves]
    assert lefts(read(left_out=(whole,))) == {"1.jpg": [1], "2.jpg": [1]}
