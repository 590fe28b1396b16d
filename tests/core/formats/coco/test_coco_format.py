from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, Problem, Severity
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


def told(result: ReadResult) -> list[Problem]:
    """Without the remark that images listed without annotations count as empty."""
    return [problem for problem in result.problems if problem.kind != "images-empty"]


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
        (an(bbox=["1", "2", "x", "4"]), "box-invalid"),
        (an(bbox=["1", "2", "nan", "4"]), "box-invalid"),
        (an(bbox=["1", "2", "1_0", "4"]), "box-invalid"),
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
    is_astray = kind in ("image-id-unknown", "annotation-invalid")
    (problem, *more) = told(result)
    assert [other.kind for other in more] == ["images-not-judged"] * is_astray
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
    (problem,) = told(result)
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
    assert [problem.kind for problem in told(result)] == [
        "polygon-invalid",
        "polygon-without-area",
        "polygon-part-dropped",
        "polygon-invalid",
        "annotation-duplicate",
    ]


def test_outlines_that_are_only_boxes_are_boxes(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an(segmentation=[[10, 10, 10, 30, 30, 30, 30, 10]]), an(7)])
    assert [annotation.geometry for annotation in result.images[0].annotations] == [Box(10, 10, 30, 30)] * 2
    assert [problem.kind for problem in told(result)] == ["outlines-are-boxes"]


def test_masks_become_outlines_and_crowds_stay_crowds(read_coco: Callable[..., ReadResult]) -> None:
    rle = {"size": [80, 100], "counts": [85, 10, 7905]}  # ten pixels of the second column
    broken = {"size": [80, 100], "counts": [10, 20]}
    result = read_coco(
        [
            an(segmentation=rle),
            an(7, segmentation=rle, iscrowd=1),
            an(segmentation=broken),
            an(7, bbox=None, segmentation=broken),
            an(7, segmentation={"size": [8, 10], "counts": [0, 80]}),
        ]
    )
    mask = Polygon(((1.0, 5.0, 2.0, 5.0, 2.0, 15.0, 1.0, 15.0),))
    found = result.images[0].annotations
    assert [item.geometry for item in found] == [mask, mask, Box(10, 10, 30, 30), Box(10, 10, 30, 30)]
    assert [item.is_crowd for item in found] == [False, True, False, False]
    assert [problem.kind for problem in told(result)] == ["mask-invalid", "box-invalid", "mask-invalid", "crowds"]


def test_a_file_of_crowds_only_is_one_of_objects(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an(iscrowd=1), an(7, image=2, iscrowd=True)])
    assert not [item for image in result.images for item in image.annotations if item.is_crowd]
    (problem,) = result.problems
    assert (problem.kind, problem.severity) == ("crowds-are-objects", Severity.WARNING)
    assert "(2)" in problem.text
    mixed = read_coco([an(iscrowd=1), an(7)])
    assert [item.is_crowd for item in mixed.images[0].annotations] == [True, False]
    assert "1 object marked" in next(problem.text for problem in mixed.problems if problem.kind == "crowds")


@pytest.mark.parametrize(
    ("listed", "used"),
    [(1, 1.0), (1, "1"), (1.0, 1), (1.0, "1"), ("1", 1), ("1", 1.0), ("one", "one"), (10**40, 10**40)],
)
def test_an_id_is_the_same_however_it_is_written(read_coco: Callable[..., ReadResult], listed: Any, used: Any) -> None:
    result = read_coco(
        [an(used, image=used), an(7, image=7)],
        images=[{"id": listed, "file_name": "a.jpg"}, {"id": 7, "file_name": "b.jpg"}],
        categories=[{"id": listed, "name": "cat"}, {"id": 7, "name": "dog"}],
    )
    assert [[item.category for item in image.annotations] for image in result.images] == [["cat"], ["dog"]]
    assert result.problems == ()


def test_an_id_as_text_and_the_same_as_number_stay_two_where_both_are_there(
    read_coco: Callable[..., ReadResult],
) -> None:
    result = read_coco(
        [an(0, image="1"), an(7, image=1.0), an(0, image="01")],
        images=[{"id": 1, "file_name": "a.jpg"}, {"id": "1", "file_name": "b.jpg"}],
    )
    found = {image.path: [item.category for item in image.annotations] for image in result.images}
    assert found == {"a.jpg": ["dog"], "b.jpg": ["cat"]}
    assert [problem.kind for problem in result.problems] == ["image-id-unknown"]


def test_numbers_written_as_text_are_numbers(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an(bbox=["1", " 2.5", "3e1", ".5"]), an(segmentation=[["1", "2", "30", "2", "30", "20"]])],
        images=[{"id": 1, "file_name": "a.jpg", "width": "100", "height": "80"}],
    )
    box, polygon = (item.geometry for item in result.images[0].annotations)
    assert box == Box(1, 2.5, 31, 3)
    assert polygon == Polygon(((1.0, 2.0, 30.0, 2.0, 30.0, 20.0),))


@pytest.mark.parametrize("astray", [an(image=99), an(image=None), an(image=1.5), [1, 2]])
def test_an_annotation_of_no_image_makes_no_image_empty(read_coco: Callable[..., ReadResult], astray: Any) -> None:
    result = read_coco([an(), astray])
    assert [image.is_explicit_negative for image in result.images] == [False, False]
    problem = next(problem for problem in result.problems if problem.kind == "images-not-judged")
    assert "1 image listed" in problem.text and "1 annotation could" in problem.text
    assert "images-empty" not in [problem.kind for problem in result.problems]


def test_empty_images_are_told_with_their_number(read_coco: Callable[..., ReadResult]) -> None:
    images = [{"id": number, "file_name": f"{number}.jpg"} for number in range(5)]
    files = tuple(f"{number}.jpg" for number in range(5))
    few = read_coco([an(image=number) for number in range(4)], images, files=files)
    (problem,) = few.problems
    assert (problem.kind, problem.severity) == ("images-empty", Severity.INFO)
    assert problem.text.startswith("1 of 5 images is")
    (problem,) = read_coco([an(image=0)], images, files=files).problems
    assert problem.severity is Severity.WARNING and problem.text.startswith("4 of 5 images are")


def test_objects_of_an_image_id_of_two_images_are_nobody_s(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an(image=1), an(7, image=1.0), an(image=2)],
        images=[{"id": 1, "file_name": "a.jpg"}, {"id": 1.0, "file_name": "b.jpg"}, {"id": 2, "file_name": "c.jpg"}],
        files=("a.jpg", "b.jpg", "c.jpg"),
    )
    assert {image.path: len(image.annotations) for image in result.images} == {"a.jpg": 0, "b.jpg": 0, "c.jpg": 1}
    assert not any(image.is_explicit_negative for image in result.images)
    assert [problem.kind for problem in result.problems] == ["image-duplicate-id", "annotation-of-duplicate-id"]
    assert result.problems[1].text.startswith("2 annotations left out")
    again = read_coco([an()], images=[{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "a.jpg"}])
    assert [len(image.annotations) for image in again.images] == [1], "the same entry twice means the same image"


def test_objects_of_a_category_id_of_two_names_are_of_neither(read_coco: Callable[..., ReadResult]) -> None:
    categories = [
        {"id": 0, "name": "cat"},
        {"id": 0, "name": "dog"},
        {"id": 1, "name": "owl"},
        {"id": 1, "name": "owl"},
    ]
    result = read_coco([an(0), an(1), an(0, image=2)], categories=categories)
    found = {image.path: [item.category for item in image.annotations] for image in result.images}
    assert found == {"a.jpg": ["owl"], "b.jpg": []}
    assert not any(image.is_explicit_negative for image in result.images)
    kinds = [problem.kind for problem in result.problems]
    assert kinds == ["category-duplicate-id", "annotation-of-duplicate-category"]


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
    assert result.categories == ("cat", "x", "class 9")
    assert [image.path for image in result.images] == ["a.jpg", "b.jpg"]
    assert [annotation.geometry for annotation in result.images[0].annotations] == [Box(10, 10, 30, 30)]
    assert result.images[1].annotations == ()
    assert {problem.kind for problem in result.problems} == {
        "category-duplicate-name",
        "category-duplicate-id",
        "category-without-name",
        "category-invalid",
        "image-duplicate-name",
        "image-duplicate-id",
        "image-invalid",
        "annotation-of-duplicate-id",
        "annotation-of-duplicate-category",
    }


def test_names_that_lead_out_are_looked_for_inside_only(read_coco: Callable[..., ReadResult], tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"x")
    names = ["../secret.jpg", "/home/someone/data/a.jpg", "C:\\data\\b.jpg", "/etc/passwd"]
    result = read_coco([an()], images=[{"id": number, "file_name": name} for number, name in enumerate(names, 1)])
    assert [image.path for image in result.images] == ["a.jpg", "b.jpg"]
    assert [problem.kind for problem in told(result)] == ["path-unsafe"] * 2 + ["image-found-elsewhere"]


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
    assert [problem.kind for problem in told(result)] == ["image-found-elsewhere"]


def test_no_image_found_is_an_error(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an()], images=[{"id": 1, "file_name": "gone.jpg"}])
    assert result.images == ()
    assert (result.problems[0].kind, result.problems[0].severity) == ("images-not-found", Severity.ERROR)


def test_size_of_the_picture_has_the_last_word(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco(
        [an(bbox=(10, 75, 20, 20))], images=[{"id": 1, "file_name": "a.jpg", "width": 80, "height": 100}]
    )
    assert (result.images[0].width, result.images[0].height) == (100, 80)
    assert [problem.kind for problem in result.problems] == ["box-clipped", "image-size-turned"]
    assert "turned upright" in result.problems[1].text


def test_what_has_a_score_was_made_by_a_model(read_coco: Callable[..., ReadResult]) -> None:
    result = read_coco([an(score=0.5), an(7, score=1), an(7, image=2, score=None), an(score="0.9", bbox=(1, 1, 5, 5))])
    found = {
        image.path: [(item.category, item.made_by, item.confidence) for item in image.annotations]
        for image in result.images
    }
    assert found == {
        "a.jpg": [("cat", "predictions", 0.5), ("dog", "predictions", 1.0), ("cat", "predictions", 0.9)],
        "b.jpg": [("dog", "", None)],
    }
    assert not any(image.is_explicit_negative for image in result.images)
    assert result.problems == ()


def test_predictions_alone_make_no_image_empty(read_coco: Callable[..., ReadResult]) -> None:
    assert not any(image.is_explicit_negative for image in read_coco([an(score=0.5)]).images)


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
    assert [problem.kind for problem in told(result)] == ["image-missing"]
    assert all(problem.text.isprintable() for problem in result.problems)


def test_boxes_that_cvat_turned_are_told(read_coco: Callable[..., ReadResult]) -> None:
    box = {"image_id": 1, "category_id": 0, "bbox": [10, 20, 30, 40]}
    turned = box | {"attributes": {"rotation": 30.0}}
    objects = [
        turned,
        turned | {"segmentation": [[10, 20, 30, 25, 20, 40]]},
        *(box | {"attributes": {"rotation": value}} for value in (0.0, 360, "x", None, float("inf"))),
    ]

    (problem,) = told(read_coco([one | {"id": n} for n, one in enumerate(objects)]))

    assert problem.kind == "box-rotation-left-out" and problem.text.startswith("1 box is taken as not turned")
