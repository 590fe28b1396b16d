"""Items of Dataloop as its platform and its package write them."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.domain.rotated import rotated_rectangle
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.dataloop import FORMAT
from core.formats.writing import write_data_set

BOX = [{"x": 10, "y": 20, "z": 0}, {"x": 50, "y": 40, "z": 0}]


def annotation(kind: str, coordinates: Any = None, label: Any = "cat", **more: Any) -> dict[str, Any]:
    record = {"id": "a1", "datasetId": "d", "itemId": "i", "type": kind, "label": label, "attributes": []}
    place = {} if coordinates is None else {"coordinates": coordinates}
    return record | place | {"metadata": {"system": {}, "user": {}}} | more


def item(
    *annotations: Any, filename: str = "/a.jpg", system: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    metadata = {"system": {"width": 100, "height": 80, "mimetype": "image/jpeg"} | (system or {})}
    return {
        "filename": filename,
        "datasetId": "d",
        "id": "i1",
        "metadata": metadata,
        "annotations": list(annotations),
    } | more


def folder_of(tmp_path: Path, *items: Any) -> Path:
    """As a download lies there: items beside json."""
    for number, content in enumerate(items):
        name = content["filename"].lstrip("/") if isinstance(content, dict) else f"list{number}"
        picture = tmp_path / "items" / name
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"x")
        file = (tmp_path / "json" / name).with_suffix(".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return tmp_path


def read(path: Path, root: Path | None = None) -> ReadResult:
    source = ImportSource(path, images_root=root)
    return gather(FORMAT.read(source, size_of=lambda _: PictureSize(100, 80)))


def read_one(tmp_path: Path, *annotations: Any, **more: Any) -> tuple[RawImage, ReadResult]:
    result = read(folder_of(tmp_path, item(*annotations, **more)))
    (image,) = result.images
    return image, result


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def test_a_download_is_read_from_any_of_its_places(tmp_path: Path) -> None:
    folder_of(tmp_path, item(annotation("box", BOX), filename="/deep/er/a.jpg"))
    assert FORMAT.detect(tmp_path) > 0.5

    for place in (
        tmp_path,
        tmp_path / "json",
        tmp_path / "json" / "deep",
        tmp_path / "json" / "deep" / "er" / "a.json",
    ):
        assert FORMAT.detect(place) > 0.5
        result = read(place)
        (image,) = result.images
        assert (result.images_root, image.path) == (tmp_path / "items", "deep/er/a.jpg")
        assert image.annotations[0].geometry == Box(10, 20, 50, 40)
        assert result.categories == ("cat",)


def test_shapes_of_every_kind(tmp_path: Path) -> None:
    ring = [{"x": 1, "y": 1}, {"x": 20, "y": 1}, {"x": 20, "y": 30}]
    other = [{"x": 50, "y": 50}, {"x": 70, "y": 50}, {"x": 70, "y": 60}]
    corners = [{"x": 10, "y": 0}, {"x": 20, "y": 10}, {"x": 10, "y": 20}, {"x": 0, "y": 10}]
    ellipse = {"center": {"x": 50, "y": 40, "z": 0}, "rx": 20, "ry": 10, "angle": 0}

    image, result = read_one(
        tmp_path,
        annotation("segment", [ring, other]),
        annotation("segment", ring),
        annotation("box", corners),
        annotation("ellipse", ellipse),
        annotation("class"),
        annotation("point", {"x": 1, "y": 2}),
        annotation("polyline", [ring]),
        annotation("cube_3d", {"x": 1}),
    )

    several, one, turned, round_, whole = [found.geometry for found in image.annotations]
    assert several == Polygon(((1, 1, 20, 1, 20, 30), (50, 50, 70, 50, 70, 60)))
    assert one == Polygon(((1, 1, 20, 1, 20, 30),))
    assert isinstance(turned, Polygon) and rotated_rectangle(turned) is not None
    assert isinstance(round_, Polygon) and round_.area == pytest.approx(3.14159 * 200, rel=0.01)
    assert whole is None
    told = {problem.kind: problem.text for problem in result.problems}
    assert (
        told["shapes-without-area"].startswith("2 annotations")
        and "point (1), polyline (1)" in told["shapes-without-area"]
    )
    assert told["ellipses"].startswith("1 ellipse")
    assert '"cube_3d", which is not read' in told["shape-invalid"]


def test_a_box_with_an_angle_is_turned_round_its_centre(tmp_path: Path) -> None:
    image, _ = read_one(tmp_path, annotation("box", [*BOX, 30.0]), annotation("box", [*BOX, 0]))

    turned, plain = [found.geometry for found in image.annotations]
    assert isinstance(turned, Polygon)
    found = rotated_rectangle(turned)
    assert found is not None
    assert (found.cx, found.cy, found.width, found.height, found.angle_degrees) == pytest.approx((30, 30, 40, 20, 30))
    assert plain == Box(10, 20, 50, 40)


@pytest.mark.parametrize("colour", [(255, 0, 0, 255), (0, 0, 0, 255)])
@pytest.mark.parametrize("is_inside", [True, False])
def test_a_mask_becomes_the_outline_of_exactly_its_pixels(tmp_path: Path, colour: Any, is_inside: bool) -> None:
    """Also where a class is drawn in black: what counts is what is not transparent."""
    picture = Image.new("RGBA", (100, 80))
    picture.paste(colour, (10, 20, 30, 25))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    text = "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()

    image, _ = read_one(tmp_path, annotation("binary", {"data": text} if is_inside else text))

    (found,) = image.annotations
    assert isinstance(found.geometry, Polygon)
    assert found.geometry.bounds() == Box(10, 20, 30, 25) and found.geometry.area == 100


def test_what_models_made_says_so(tmp_path: Path) -> None:
    def by(model: Any) -> dict[str, Any]:
        return {"metadata": {"system": {}, "user": {"model": model}}}

    image, _ = read_one(
        tmp_path,
        annotation("box", BOX, **by({"name": "yolo", "model_id": "m1", "confidence": 0.75})),
        annotation("box", BOX, **by({"model_id": "m1", "confidence": 7})),
        annotation("class", **by({})),
        annotation("box", BOX, **by("yolo")),
    )

    assert [(found.made_by, found.confidence) for found in image.annotations] == [
        ("yolo", 0.75),
        ("m1", None),
        ("a model without a name", None),
        ("", None),
    ]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ({"tags": {"train": True, "validation": None}}, "train"),
        ({"tags": {"validation": True}}, "val"),
        ({"subsets": {"test": True}}, "test"),
        ({"subsets": ["train"]}, "train"),
        ({"tags": {"train": True, "test": True}}, ""),
        ({"tags": {"blurred": True}}, ""),
    ],
)
def test_sets_are_stated_by_tags(tmp_path: Path, system: dict[str, Any], expected: str) -> None:
    image, result = read_one(tmp_path, annotation("box", BOX), system=system)

    assert image.stated_set == expected
    assert ("sets-unclear" in kinds(result)) == ("test" in str(system) and "train" in str(system))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, False),
        ({"system": {"annotationStatus": ["completed"]}}, True),
        ({"system": {"refs": [{"type": "task", "metadata": {"status": "approved"}}]}}, True),
        ({"status": "completed"}, True),
    ],
)
def test_an_item_is_empty_when_somebody_has_completed_it(tmp_path: Path, more: dict[str, Any], expected: bool) -> None:
    image, result = read_one(tmp_path, **more)

    assert image.annotations == () and image.is_explicit_negative == expected
    assert ("images-not-annotated" in kinds(result)) != expected


def test_hidden_and_discarded_items_and_films_are_left_out_and_counted(tmp_path: Path) -> None:
    result = read(
        folder_of(
            tmp_path,
            item(annotation("box", BOX), filename="/kept.jpg"),
            item(annotation("box", BOX), filename="/hidden.jpg", hidden=True),
            item(filename="/discarded.jpg", system={"annotationStatus": ["discarded"]}),
            item(filename="/film.mp4", system={"mimetype": "video/mp4"}),
        )
    )

    assert [image.path for image in result.images] == ["kept.jpg"]
    texts = " ".join(problem.text for problem in result.problems)
    assert (
        "2 items hidden or marked as discarded" in texts
        and '1 item is no picture and left out, e.g. "video/mp4"' in texts
    )


def test_links_to_annotations_are_told_as_such(tmp_path: Path) -> None:
    image, result = read_one(tmp_path, annotations="https://gate.example.org/annotations")

    assert not image.is_explicit_negative and "annotations-elsewhere" in kinds(result)


def test_faults_have_file_and_line_and_cost_nobody_else(tmp_path: Path) -> None:
    nan = float("nan")
    bad = [
        annotation("box", [{"x": 1, "y": 2}]),
        annotation("box", [{"x": nan, "y": 2}, {"x": 3, "y": 4}]),
        annotation("segment", [[{"x": 1}]]),
        annotation("segment", []),
        annotation("binary", "data:image/png;base64,AAAA"),
        annotation("binary", "https://elsewhere"),
        annotation("ellipse", {"center": {"x": 1, "y": 2}, "rx": "wide"}),
        annotation("box", BOX, label=None),
        annotation(["box"], BOX),  # type: ignore[arg-type]
        7,
    ]

    image, result = read_one(tmp_path, annotation("box", BOX), *bad)

    assert len(image.annotations) == 1
    assert len(result.problems) == len(bad)
    lines = [problem.line for problem in result.problems]
    assert None not in lines and lines == sorted(lines, key=lambda line: line or 0)
    assert {problem.file for problem in result.problems} == {str(tmp_path / "json" / "a.json")}


def test_a_list_of_items_is_read_like_a_folder_of_them(tmp_path: Path) -> None:
    root = tmp_path / "pictures"
    root.mkdir()
    for name in ("a.jpg", "b.jpg"):
        (root / name).write_bytes(b"x")
    items = [item(annotation("box", BOX), filename=f"/{name}") for name in ("a.jpg", "b.jpg", "gone.jpg")]
    (tmp_path / "export.json").write_text(json.dumps(items))

    result = read(tmp_path / "export.json", root)

    assert [image.path for image in result.images] == ["a.jpg", "b.jpg"]
    assert kinds(result) == ["image-missing"]


def test_pictures_found_by_likeness_take_none_from_others(tmp_path: Path) -> None:
    root = tmp_path / "pictures"
    (root / "x").mkdir(parents=True)
    for name in ("a.jpg", "x/a.jpg"):
        (root / name).write_bytes(b"x")
    (tmp_path / "json").mkdir()
    for name, filename in (("1", "/other/a.jpg"), ("2", "/a.jpg"), ("3", "/../a.jpg")):
        (tmp_path / "json" / f"{name}.json").write_text(json.dumps(item(annotation("box", BOX), filename=filename)))

    result = read(tmp_path / "json", root)

    assert {image.path: Path(image.source_file).name for image in result.images} == {
        "a.jpg": "2.json",
        "x/a.jpg": "1.json",
    }
    assert kinds(result) == ["path-unsafe"]


def test_ids_attributes_and_texts_come_out_again(tmp_path: Path) -> None:
    details = AnnotationDetails(
        "a7",
        "a1",
        text="Été",
        attributes=(
            ("dataloop:attributes", '["old", "torn"]'),
            ("colour", "red"),
            ("description", "see note"),
            ("dataloop:status", "approved"),
            ("dataloop:objectId", "3"),
        ),
    )
    image = RawImage(
        "deep/a.jpg",
        (
            RawAnnotation("cat", Box(10, 20, 50, 40), details=details),
            RawAnnotation("cat", None, made_by="yolo", confidence=0.5),
        ),
        100,
        80,
        stated_set="val",
        details=ImageDetails("i9", "https://gate.example.org/items/i9", (("dataloop:user", '{"shelf": "B"}'),)),
    )
    write_data_set(FORMAT, iter((image,)), ("cat",), tmp_path / "out")
    (tmp_path / "out" / "items" / "deep").mkdir(parents=True)
    (tmp_path / "out" / "items" / "deep" / "a.jpg").write_bytes(b"x")

    (back,) = read(tmp_path / "out").images

    found = back.annotations[0].details
    assert found is not None and sorted(found.attributes) == sorted(details.attributes)
    assert replace(found, attributes=()) == replace(details, attributes=())
    assert back.annotations[1] == image.annotations[1]
    assert replace(back, annotations=(), source_file="") == replace(image, annotations=())


def test_two_pictures_that_differ_in_their_ending_have_a_file_each(tmp_path: Path) -> None:
    images = [RawImage(name, (RawAnnotation("cat", Box(1, 1, 9, 9)),), 100, 80) for name in ("a.jpg", "a.png")]
    write_data_set(FORMAT, iter(images), ("cat",), tmp_path / "out")

    assert sorted(file.name for file in (tmp_path / "out" / "json").iterdir()) == ["a.json", "a.png.json"]


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"images": [], "annotations": [], "filename": "a"}', "7", '[{"a": 1}]']
)
def test_another_json_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(content)

    assert FORMAT.detect(file) == 0
    with pytest.raises(FormatError, match="is no item of Dataloop"):
        read(file)


def test_no_picture_at_all_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(item(annotation("box", BOX))))

    (last,) = [problem for problem in read(tmp_path).problems if problem.severity is Severity.ERROR]
    assert last.kind == "images-not-found"


def test_halves_of_signs_do_not_get_into_details(tmp_path: Path) -> None:
    metadata = {"system": {"attributes": {"a\ud800": "b\udfff"}}, "user": {}}
    image, _ = read_one(tmp_path, annotation("box", BOX, metadata=metadata, description="\udc00"), url="\ud800")

    assert image.details is not None and image.details.to_text().encode()
    assert all(found.details is None or found.details.to_text().encode() for found in image.annotations)
