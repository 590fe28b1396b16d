"""Rows with more than a class and a place: confidences, tracks, keypoints."""

from __future__ import annotations

import sys
import tracemalloc
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from label_folders import BOX, kinds, objects, read, write

from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation

TRIANGLE = "0 0.1 0.1 0.9 0.1 0.5 0.9"


def folder(root: Path, *texts: str, more: dict[str, str] | None = None) -> Path:
    files = {f"labels/{n}.txt": text for n, text in enumerate(texts)} | {
        f"images/{n}.jpg": "" for n in range(len(texts))
    }
    return write(root, {"classes.txt": "cat\ndog\n", **files, **(more or {})})


def test_rows_with_a_confidence_are_predictions(tmp_path: Path) -> None:
    result = read(folder(tmp_path, f"{BOX} 0.9\n{TRIANGLE} 0.25\n", "", "1 0.5 0.5 0.2 0.5 1\n"))
    first, second, third = objects(result)
    assert first == RawAnnotation("cat", Box(40, 20, 60, 60), line=1, made_by="predictions", confidence=0.9)
    assert isinstance(second.geometry, Polygon) and second.confidence == 0.25
    assert (third.category, third.confidence, third.made_by) == ("dog", 1.0, "predictions")
    assert kinds(result) == ["predictions"]
    assert result.problems[0].text.startswith("3 rows have a confidence")


def test_a_row_with_a_number_too_many_among_others_is_no_prediction(tmp_path: Path) -> None:
    result = read(folder(tmp_path, f"{BOX}\n{BOX} 0.9\n"))
    assert [item.made_by for item in objects(result)] == [""]
    assert [(problem.kind, problem.line) for problem in result.problems] == [("row-columns", 2)]


def test_each_folder_has_its_own_form(tmp_path: Path) -> None:
    files = {"images/truth/a.jpg": "", "images/found/b.jpg": "", "classes.txt": "cat"}
    write(tmp_path, {**files, "labels/truth/a.txt": BOX, "labels/found/b.txt": f"{BOX} 0.5"})
    result = read(tmp_path)
    assert {image.path: image.annotations[0].confidence for image in result.images} == {
        "truth/a.jpg": None,
        "found/b.jpg": 0.5,
    }


def test_what_disagrees_after_the_first_rows_takes_the_confidence_from_all(tmp_path: Path) -> None:
    """The last file of many decides as the first does."""
    result = read(folder(tmp_path, *[f"{BOX} 0.5\n"] * 5, f"{BOX}\n"))
    assert kinds(result) == ["row-columns"] * 5 and len(objects(result)) == 1


@pytest.mark.parametrize("value", ["1.5", "-0.1", "nan", "x"])
def test_a_last_column_that_is_no_confidence_is_none(tmp_path: Path, value: str) -> None:
    result = read(folder(tmp_path, f"{BOX} 0.5\n{BOX} {value}\n"))
    assert not any(item.made_by for item in objects(result))
    assert len(kinds(result)) == 2


def test_tracks_are_kept_aside(tmp_path: Path) -> None:
    result = read(folder(tmp_path, f"{BOX} 12\n1 0.5 0.5 0.2 0.5 1\n"))
    assert [item.details and item.details.get("yolo:track") for item in objects(result)] == ["12", "1"]
    assert not any(item.made_by for item in objects(result)) and kinds(result) == ["tracks-aside"]


def test_confidence_and_track_both(tmp_path: Path) -> None:
    result = read(folder(tmp_path, f"{BOX} 0.5 3\n{TRIANGLE} 0.25 4\n"))
    assert [(item.confidence, item.details and item.details.get("yolo:track")) for item in objects(result)] == [
        (0.5, "3"),
        (0.25, "4"),
    ]
    assert isinstance(objects(result)[0].geometry, Box)


def test_triangles_are_no_boxes_with_confidence_and_track(tmp_path: Path) -> None:
    result = read(folder(tmp_path, "0 0.1 0.1 0.9 0.1 0.5 1\n"))
    assert isinstance(objects(result)[0].geometry, Polygon) and kinds(result) == []


POSE = f"{BOX} 0.4 0.4 2 0.6 0.6 0"


def test_keypoints_by_the_yaml(tmp_path: Path) -> None:
    yaml = "train: images\nval: images\nkpt_shape: [2, 2]\nnames: [cat]\n"
    rows = f"{BOX} 0.4 0.4 0.6 0.6\n1 0.5 0.5 0.2 0.5\n{BOX}\n{TRIANGLE}\n"
    result = read(folder(tmp_path, rows, more={"data.yaml": yaml.replace("cat", "cat, dog")}))
    first, second, third = objects(result)
    assert first.geometry == second.geometry == third.geometry == Box(40, 20, 60, 60)
    assert first.details is not None and first.details.get("yolo:keypoints") == "0.4 0.4 0.6 0.6"
    assert second.details is None
    assert [(problem.kind, problem.line) for problem in result.problems] == [
        ("row-columns", 4),
        ("keypoints-aside", None),
    ]


def test_keypoints_by_their_visibility_without_a_yaml(tmp_path: Path) -> None:
    result = read(folder(tmp_path, f"{POSE}\n", f"1 {POSE[2:]}"))
    assert [item.geometry for item in objects(result)] == [Box(40, 20, 60, 60)] * 2
    assert {item.details and item.details.get("yolo:keypoints") for item in objects(result)} == {"0.4 0.4 2 0.6 0.6 0"}
    assert kinds(result) == ["keypoints-aside"] and result.problems[0].text.startswith("2 rows")


def test_predicted_keypoints_have_a_confidence_too(tmp_path: Path) -> None:
    yaml = "train: images\nval: images\nkpt_shape: [2, 3]\nnames: [cat]\n"
    (found,) = objects(read(folder(tmp_path, f"{POSE} 0.75\n", more={"data.yaml": yaml})))
    assert (found.confidence, found.details and found.details.get("yolo:keypoints")) == (0.75, "0.4 0.4 2 0.6 0.6 0")


@pytest.mark.parametrize("told", ["17", "[17]", "[a, b]", "[-1, 3]", "[2, 4]", "{a: 1}", "[99999999, 3]", "[[1], 3]"])
def test_a_shape_of_keypoints_that_is_none_is_passed_over(tmp_path: Path, told: str) -> None:
    yaml = f"train: images\nval: images\nkpt_shape: {told}\nnames: [cat]\n"
    assert len(objects(read(folder(tmp_path, BOX, more={"data.yaml": yaml})))) == 1


def test_a_row_of_millions_of_numbers_is_left_out_and_takes_little_room(tmp_path: Path) -> None:
    tracemalloc.start()
    result = read(folder(tmp_path, f"{BOX}\n0 {'0.5 ' * 4_000_000}\n", f"0 {'0.5 ' * 1_500_000}0.25\n"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(problem.kind, problem.line) for problem in result.problems] == [("row-too-long", 2), ("row-too-long", 1)]
    assert len(objects(result)) == 1 and peak < 200e6
