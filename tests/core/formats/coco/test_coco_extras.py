"""What COCO files say besides class and shape: kept, and written again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError
from core.formats.base import ReadResult, SizeOf, WriteOptions, gather
from core.formats.coco import FORMAT

Pictures = Callable[..., Path]

SIZE = (100, 80)


@pytest.fixture
def read(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> Callable[..., ReadResult]:
    def read(document: dict[str, Any]) -> ReadResult:
        pictures(tmp_path / "images", "a.jpg", "b.jpg")
        (tmp_path / "a.json").write_text(json.dumps(document))
        return gather(FORMAT.read(ImportSource(tmp_path / "a.json"), size_of=always_100_by_80))

    return read


def a_document(**more: Any) -> dict[str, Any]:
    record = {"id": 5, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20]}
    return {
        "images": [{"id": 1, "file_name": "a.jpg"}],
        "annotations": [record | more],
        "categories": [{"id": 1, "name": "person"}],
    }


def test_keypoints_are_kept_with_a_remark_that_names_them(read: Callable[..., ReadResult]) -> None:
    document = a_document(keypoints=[12, 13, 2, 0, 0, 0], num_keypoints=1)
    document["categories"][0] |= {"keypoints": ["nose", "left eye"], "skeleton": [[1, 2]], "supercategory": "animal"}
    result = read(document)
    (annotation,) = result.images[0].annotations
    assert annotation.geometry == Box(10, 10, 30, 30)
    assert annotation.details == AnnotationDetails(attributes=(("coco:keypoints", "[12, 13, 2, 0, 0, 0]"),))
    problems = {problem.kind: problem for problem in result.problems}
    assert set(problems) == {"keypoints-kept", "supercategories-left-out"}
    assert all(problem.severity is Severity.INFO for problem in problems.values())
    assert problems["keypoints-kept"].text.startswith("1 object has keypoints (nose, left eye)")
    assert problems["supercategories-left-out"].text.startswith("1 category has a supercategory")


@pytest.mark.parametrize("keypoints", [[], [0, 0, 0], [1, 2], "x", [1, "2", 2], [float("nan"), 1, 1], {}])
def test_keypoints_that_are_none_leave_the_object_as_it_is(read: Callable[..., ReadResult], keypoints: Any) -> None:
    result = read(a_document(keypoints=keypoints))
    assert result.images[0].annotations == (RawAnnotation("person", Box(10, 10, 30, 30)),)
    assert result.problems == ()


def test_attributes_of_cvat_and_addresses_of_pictures_are_kept(read: Callable[..., ReadResult]) -> None:
    document = a_document(attributes={"occluded": False, "colour": "red", "n": 2, "é\ud800": [1]})
    document["images"][0] |= {"coco_url": "", "flickr_url": "https://example.org/a.jpg?x=é"}
    (image,) = read(document).images
    assert image.details == ImageDetails("1", "https://example.org/a.jpg?x=é")
    (annotation,) = image.annotations
    assert annotation.details is not None
    assert annotation.details.attributes == (
        ("occluded", "false"),
        ("colour", "red"),
        ("n", "2"),
        ("é\\ud800", "[1]"),
    )
    assert ImageDetails.from_text(image.details.to_text()) == image.details


@pytest.mark.parametrize("details", [ImageDetails("7"), ImageDetails("7", "http://a/b?c=d"), ImageDetails('"', "a\\")])
def test_details_of_images_come_back_out_of_their_text(details: ImageDetails) -> None:
    assert ImageDetails.from_text(details.to_text()) == details


def test_all_of_it_is_written_again(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> None:
    kept = AnnotationDetails(
        attributes=(("occluded", "true"), ("note", "1x"), ("coco:keypoints", "[1, 2, 2, 0, 0, 0]"))
    )
    images = [
        RawImage(
            "a.jpg",
            (
                RawAnnotation("cat", Polygon(((10, 10, 40, 10, 40, 40),)), details=kept),
                RawAnnotation("cat", Box(1, 1, 9, 9), made_by="predictions", confidence=0.25),
            ),
            *SIZE,
            details=ImageDetails("20", "http://a/b.jpg"),
        ),
        RawImage("b.jpg", (RawAnnotation("cat", Box(1, 1, 9, 9)),), *SIZE, details=ImageDetails("20")),
        RawImage("c.jpg", (RawAnnotation("cat", None),), *SIZE, details=ImageDetails("no number")),
    ]
    FORMAT.write(images, ["cat"], tmp_path, options=WriteOptions())
    written = json.loads((tmp_path / "annotations.json").read_text())
    assert [image["id"] for image in written["images"]] == [20, 1, 2]
    assert written["images"][0]["coco_url"] == "http://a/b.jpg"
    first, second, _, whole = written["annotations"]
    assert (first["attributes"], first["keypoints"]) == ({"occluded": True, "note": "1x"}, [1, 2, 2, 0, 0, 0])
    assert (first["num_keypoints"], first["area"], first["segmentation"]) == (1, 450.0, [[10, 10, 40, 10, 40, 40]])
    assert (second["score"], second["segmentation"], second["area"]) == (0.25, [], 64.0)
    assert whole["bbox"] == [0.0, 0.0, 100.0, 80.0]
    pictures(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    back = gather(FORMAT.read(ImportSource(tmp_path / "annotations.json"), size_of=always_100_by_80))
    assert back.images[0].annotations == images[0].annotations
    assert back.images[0].details == images[0].details


def test_sets_get_a_file_each_unless_one_is_wanted(
    tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf
) -> None:
    annotation = RawAnnotation("cat", Box(1, 1, 9, 9))
    images = [
        RawImage(f"{number}.jpg", (annotation,), *SIZE, stated_set=name)
        for number, name in enumerate(("train", "", "val"))
    ]
    for answer, files in (
        ("by-set", {"instances_train.json", "annotations.json", "instances_val.json"}),
        ("one", {"annotations.json"}),
    ):
        folder = tmp_path / answer
        folder.mkdir()
        written = FORMAT.write(images, ["cat"], folder, options=WriteOptions(options={"files": answer}))
        assert (written.n_images, written.n_annotations) == (3, 3)
        assert {path.name for path in folder.iterdir()} == files
    pictures(tmp_path / "by-set", "0.jpg", "1.jpg", "2.jpg")
    back = gather(FORMAT.read(ImportSource(tmp_path / "by-set"), size_of=always_100_by_80))
    assert {image.path: image.stated_set for image in back.images} == {"0.jpg": "train", "1.jpg": "", "2.jpg": "val"}


def test_results_are_told_to_be_imported_as_predictions(tmp_path: Path, always_100_by_80: SizeOf) -> None:
    (tmp_path / "a.json").write_text('[{"image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "score": 0.5}]')
    with pytest.raises(FormatError) as caught:
        FORMAT.read(ImportSource(tmp_path / "a.json"), size_of=always_100_by_80)
    assert "calque import-predictions" in caught.value.hint
