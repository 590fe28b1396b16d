from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, Severity
from core.errors import FormatError
from core.formats.base import ReadResult, SizeOf, gather
from core.formats.coco import FORMAT

Pictures = Callable[..., Path]


@pytest.fixture
def read_coco(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> Callable[..., ReadResult]:
    """Writes a document beside a folder of pictures and reads it. Defaults: a.jpg, b.jpg; classes 0 cat and 7 dog."""

    def read(
        annotations: list[Any],
        images: list[Any] | None = None,
        categories: list[Any] | None = None,
        files: tuple[str, ...] = ("a.jpg", "b.jpg"),
    ) -> ReadResult:
        pictures(tmp_path / "images", *files)
        document = {
            "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}] if images is None else images,
            "annotations": annotations,
            "categories": [{"id": 0, "name": "cat"}, {"id": 7, "name": "dog"}] if categories is None else categories,
        }
        path = tmp_path / "instances.json"
        path.write_text(json.dumps(document, indent=1))
        return gather(FORMAT.read(ImportSource(path), size_of=always_100_by_80))

    return read


def an(category: Any = 0, bbox: Any = (10, 10, 20, 20), image: Any = 1, **more: Any) -> dict[str, Any]:
    return {"image_id": image, "category_id": category, "bbox": list(bbox) if isinstance(bbox, tuple) else bbox, **more}


def test_category_zero_is_a_category_and_names_count(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an(0), an(7, image=2)])
    assert result.categories == ("cat", "dog")
    assert [image.annotations[0].category for image in result.images] == ["cat", "dog"]
    assert result.problems == ()


def test_listed_without_annotations_is_a_negative_only_beside_annotated_ones(
    read_coco: Callable[..., ReadResult],
) -> None:
    assert [image.is_explicit_negative for image in read_coco([an()]).images] == [False, True]
    assert [image.is_explicit_negative for image in read_coco([]).images] == [False, False]
    # The only annotation was bad: that does not make the image an empty one.
    assert [image.is_explicit_negative for image in read_coco([an(99)]).images] == [False, True]


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (an(bbox=[10, 10, float("nan"), 5]), "coordinates-not-finite"),
        (an(bbox=[10, 10, float("inf"), 5]), "coordinates-not-finite"),
        (an(bbox=[10, 10, 10**400, 5]), "coordinates-not-finite"),
        (an(bbox=[10, 10, 0, 5]), "box-without-area"),
        (an(bbox=[10, 10, -3, 5]), "box-negative-size"),
        (an(bbox=[200, 10, 5, 5]), "box-out-of-bounds"),
        (an(bbox=[True, 10, 5, 5]), "box-invalid"),
        (an(bbox=[1, 2, 3]), "box-invalid"),
        (an(bbox=["1", "2", "3", "4"]), "box-invalid"),
        (an(bbox=None), "box-invalid"),
        (an(category=3), "category-unknown"),
        (an(category=True), "category-unknown"),
        (an(image=77), "image-id-unknown"),
        (an(image=None), "image-id-unknown"),
        ([1, 2], "annotation-invalid"),
    ],
)
def test_bad_object_is_told_with_its_line_and_costs_nothing_else(
    read_coco: Callable[..., ReadResult], tmp_path: Path, bad: Any, kind: str
) -> None:
    result = read_coco([an(), bad, an(7)])
    assert [annotation.category for annotation in result.images[0].annotations] == ["cat", "dog"]
    (problem,) = result.problems
    assert problem.kind == kind
    assert "2" in problem.text
    lines = (tmp_path / "instances.json").read_text().splitlines()
    assert problem.line is not None
    assert lines[problem.line - 1].strip() in ("{", "[")
    assert lines[: problem.line].count("  {") + lines[: problem.line].count("  [") == 4  # two images, two annotations


def test_spilling_box_is_clipped_and_told_beyond_a_pixel(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an(bbox=(90, 10, 30, 10)), an(7, bbox=(-0.6, 0, 100.9, 80.4))])
    assert [annotation.geometry for annotation in result.images[0].annotations] == [
        Box(90, 10, 100, 20),
        Box(0, 0, 100, 80),
    ]
    (problem,) = result.problems
    assert problem.kind == "box-clipped"
    assert "20 px" in problem.text


def test_polygons_and_their_faults(read_coco: Callable[..., ReadResult]) -> None:
    ring = [10, 10, 30, 10, 30, 30, 10.5, 31]
    result = read_coco(
        [
            an(segmentation=[ring]),
            an(segmentation=[ring, [50, 50, 60, 50, 55, 60]]),
            an(segmentation=[[1, 2, 3]]),
            an(segmentation=[[1, 1, 5, 5, 9, 9]]),
            an(7, segmentation=[ring, [1, 1, 1, 1, 1, 1]]),
            an(7, segmentation=["x"]),
            an(7, bbox=None, segmentation=[[10, 10, 40, 10, 40, 40]]),
        ]
    )
    shapes = [annotation.geometry for annotation in result.images[0].annotations]
    box = Box(10, 10, 30, 30)
    assert shapes[0] == Polygon((tuple(float(value) for value in ring),))
    assert isinstance(shapes[1], Polygon) and len(shapes[1].rings) == 2
    # The third and fourth are equal as boxes and count once.
    assert shapes[2] == box
    assert isinstance(shapes[3], Polygon) and len(shapes[3].rings) == 1
    assert shapes[4] == box
    assert isinstance(shapes[5], Polygon)
    kinds = [problem.kind for problem in result.problems]
    assert kinds == [
        "annotation-duplicate",
        "polygon-invalid",
        "polygon-without-area",
        "polygon-part-dropped",
        "polygon-invalid",
    ]


def test_outlines_that_are_only_boxes_are_boxes(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an(segmentation=[[10, 10, 10, 30, 30, 30, 30, 10]]), an(7)])
    assert [annotation.geometry for annotation in result.images[0].annotations] == [Box(10, 10, 30, 30)] * 2
    assert [problem.kind for problem in result.problems] == ["outlines-are-boxes"]


def test_masks_are_kept_as_boxes_and_crowds_as_crowds(read_coco: Callable[..., ReadResult]) -> None:
    rle = {"size": [80, 100], "counts": [10, 20]}
    result = read_coco([an(segmentation=rle), an(7, segmentation=rle, iscrowd=1), an(7, bbox=None, segmentation=rle)])
    assert [annotation.is_crowd for annotation in result.images[0].annotations] == [False, True]
    assert [(problem.kind, problem.severity) for problem in result.problems] == [
        ("mask-rle", Severity.WARNING),
        ("mask-rle", Severity.INFO),
        ("box-invalid", Severity.WARNING),
    ]


def test_duplicate_names_ids_and_categories(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an(0, image=1), an(8, bbox=(1, 1, 2, 2), image=2), an(0, image=3), an(0, image=1)],
        images=[
            {"id": 1, "file_name": "a.jpg"},
            {"id": 2, "file_name": "a.jpg"},
            {"id": 3, "file_name": "./a.jpg"},
            {"id": 1, "file_name": "b.jpg"},
            {"id": True, "file_name": "b.jpg"},
            {"id": 9},
        ],
        categories=[
            {"id": 0, "name": "cat"},
            {"id": 8, "name": " cat "},
            {"id": 8, "name": "x"},
            {"id": 9},
            {"name": 1},
        ],
    )
    assert result.categories == ("cat", "class 9")
    assert [image.path for image in result.images] == ["a.jpg"]
    assert [annotation.geometry for annotation in result.images[0].annotations] == [
        Box(10, 10, 30, 30),
        Box(1, 1, 3, 3),
    ]
    assert {problem.kind for problem in result.problems} == {
        "category-duplicate-name",
        "category-duplicate-id",
        "category-without-name",
        "category-invalid",
        "image-duplicate-name",
        "image-duplicate-id",
        "image-invalid",
        "annotation-duplicate",
    }


def test_names_that_lead_out_are_looked_for_inside_only(read_coco: Callable[..., ReadResult], tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    names = ["../secret.jpg", "/home/someone/data/a.jpg", "C:\\data\\b.jpg", "/etc/passwd"]
    result = read_coco([an()], images=[{"id": number, "file_name": name} for number, name in enumerate(names, 1)])
    assert [image.path for image in result.images] == ["a.jpg", "b.jpg"]
    assert [problem.kind for problem in result.problems] == ["path-unsafe"] * 4


def test_same_base_name_in_two_folders_stays_two(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an(0, image=1), an(7, image=2), an(7, image=3)],
        images=[
            {"id": 1, "file_name": "x/a.jpg"},
            {"id": 2, "file_name": "y\\a.jpg"},
            {"id": 3, "file_name": "a.jpg"},
        ],
        files=("x/a.jpg", "y/a.jpg", "z/a.jpg", "w/a.jpg"),
    )
    assert [(image.path, image.annotations[0].category) for image in result.images] == [
        ("x/a.jpg", "cat"),
        ("y/a.jpg", "dog"),
    ]
    (problem,) = result.problems
    assert problem.kind == "image-ambiguous"


def test_images_in_subfolders_and_other_case_are_found(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an()],
        images=[{"id": 1, "file_name": "train2017/A.JPG"}, {"id": 2, "file_name": "cafe\u0301.jpg"}],
        files=("deep/a.jpg", "caf\u00e9.jpg"),
    )
    assert {image.path for image in result.images} == {"deep/a.jpg", "caf\u00e9.jpg"}
    assert [problem.kind for problem in result.problems] == ["image-found-elsewhere"]


def test_no_image_found_is_an_error(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an()], images=[{"id": 1, "file_name": "gone.jpg"}])
    assert result.images == ()
    assert (result.problems[0].kind, result.problems[0].severity) == ("images-not-found", Severity.ERROR)


def test_size_of_the_picture_has_the_last_word(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an(bbox=(10, 75, 20, 20))], images=[{"id": 1, "file_name": "a.jpg", "width": 80, "height": 100}]
    )
    assert (result.images[0].width, result.images[0].height) == (100, 80)
    assert [problem.kind for problem in result.problems] == ["image-size-differs", "box-clipped"]
    assert "turned upright" in result.problems[0].text


def test_scores_give_detections_away(read_coco: Callable[..., ReadResult]) -> None:
    assert [problem.kind for problem in read_coco([an(score=0.5)]).problems] == ["annotations-have-scores"]


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        ('{"images": [],\n "annotations": [}', "line 2, column 18", 2),
        ("", "is empty", None),
        ('[{"image_id": 1, "category_id": 2}]', "not ground truth", None),
        ('{"pictures": []}', 'no list "images"', None),
        ('{"images": [], "annotations": 5}', '"annotations" is not a list', None),
        ("[" * 100_000, "nested too deeply", None),
        ("[" + "1" * 1_000_000 + "]", "number", None),
    ],
)
def test_whole_file_refused(
    tmp_path: Path, always_100_by_80: SizeOf, content: str, words: str, line: int | None
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(FormatError) as caught:
        gather(FORMAT.read(ImportSource(path), size_of=always_100_by_80))
    assert words in caught.value.text
    assert caught.value.line == line


@pytest.mark.parametrize("place", ["sub/images", "sub", "images", "."])
def test_images_are_found_around_the_file(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf, place: str
) -> None:
    pictures(tmp_path / place, "t/a.jpg")
    path = tmp_path / "sub" / "instances.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"images": [{"id": 1, "file_name": "t/a.jpg"}], "annotations": [], "categories": []}))
    result = gather(FORMAT.read(ImportSource(path), size_of=always_100_by_80))
    assert (result.images_root / result.images[0].path).samefile(tmp_path / place / "t" / "a.jpg")


def test_folder_of_several_files_is_read_together(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    pictures(tmp_path, "train/a.jpg", "val/b.jpg")
    for split, name, categories in (("train", "a", ["cat"]), ("val", "b", ["dog", "cat"])):
        document = {
            "images": [{"id": 1, "file_name": f"{split}/{name}.jpg"}],
            "annotations": [an(1)],
            "categories": [{"id": number, "name": category} for number, category in enumerate(categories, 1)],
        }
        path = tmp_path / "annotations" / f"instances_{split}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document))
    (tmp_path / "annotations" / "captions_val.json").write_text(json.dumps({"images": [], "annotations": []}))
    result = gather(FORMAT.read(ImportSource(tmp_path), size_of=always_100_by_80))
    assert result.categories == ("cat", "dog")
    assert [(image.path, image.annotations[0].category) for image in result.images] == [
        ("train/a.jpg", "cat"),
        ("val/b.jpg", "dog"),
    ]


def test_lines_are_found_in_a_file_on_one_line_and_with_keys_in_any_order(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    pictures(tmp_path, "a.jpg")
    path = tmp_path / "x.json"
    path.write_text(
        '{"categories": [{"id": 1, "name": "annotations"}],\n"annotations": [\n{"image_id": 1},\n\n{"image_id": 2}],\n'
        '"images": [{"id": 1, "file_name": "a.jpg"}]}'
    )
    problems = gather(FORMAT.read(ImportSource(path), size_of=always_100_by_80)).problems
    assert {(problem.kind, problem.line) for problem in problems} == {("image-id-unknown", 5), ("category-unknown", 3)}


def test_lone_surrogates_do_not_break_anything(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an()],
        images=[{"id": 1, "file_name": "\ud83d.jpg"}, {"id": 2, "file_name": "a.jpg"}],
        categories=[{"id": 0, "name": "cat \ud83d\n"}],
    )
    assert result.categories == ("cat \\ud83d",)
    assert [problem.kind for problem in result.problems] == ["image-missing"]
    assert all(problem.text.isprintable() for problem in result.problems)
