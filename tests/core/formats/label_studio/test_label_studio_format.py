from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.domain.rotated import rotated_rectangle
from core.errors import FormatError
from core.formats.base import HoldsPictures, PictureSize, ReadResult, SizeOf, gather
from core.formats.label_studio import FORMAT
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]
Read = Callable[..., ReadResult]


@pytest.fixture
def read(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> Read:
    """Writes an export beside pictures and reads the folder."""

    def read(content: Any, *files: str) -> ReadResult:
        pictures(tmp_path, *(files or ("a.jpg",)))
        (tmp_path / "export.json").write_text(json.dumps(content, indent=1))
        return gather(FORMAT.read(ImportSource(tmp_path), size_of=always_100_by_80))

    return read


def task(*results: Any, image: str = "/data/upload/1/0a1b2c3d-a.jpg", **more: Any) -> dict[str, Any]:
    annotations = [{"id": 1, "result": list(results), "was_cancelled": False}]
    return {"id": 1, "annotations": annotations, "data": {"image": image}, "predictions": []} | more


def region(value: Any, kind: str = "rectanglelabels", label: Any = "cat", **more: Any) -> dict[str, Any]:
    stated = value if label is None else value | {kind: [label]}
    size = {"original_width": 100, "original_height": 80, "image_rotation": 0}
    return {"id": "r1", "type": kind, "from_name": "label", "to_name": "image", "value": stated} | size | more


RECTANGLE = {"x": 10, "y": 25, "width": 50, "height": 50, "rotation": 0}
BOX = Box(10, 20, 60, 60)


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def first(result: ReadResult) -> Any:
    return result.images[0].annotations[0].geometry


def test_places_are_parts_of_a_hundred(read: Read) -> None:
    polygon = region({"points": [[0, 0], [50, 0], [50, 50]]}, "polygonlabels", "dog", id="r2")
    result = read([task(region(RECTANGLE), polygon)])
    assert [(item.category, item.geometry) for item in result.images[0].annotations] == [
        ("cat", BOX),
        ("dog", Polygon(((0, 0, 50, 0, 50, 40),))),
    ]
    assert result.categories == ("cat", "dog") and result.problems == ()


def test_a_picture_of_another_size_is_no_trouble(read: Read) -> None:
    result = read([task(region(RECTANGLE, original_width=1000, original_height=800))])
    assert first(result) == BOX and result.problems == ()
    assert kinds(read([task(region(RECTANGLE, original_width=800, original_height=1000))])) == ["image-form-differs"]


def test_rectangles_turn_clockwise_about_their_left_top_corner_in_pixels(read: Read) -> None:
    quarter = read([task(region({"x": 50, "y": 25, "width": 20, "height": 50, "rotation": 90}))])
    assert first(quarter) == Polygon(((50, 20, 50, 40, 10, 40, 10, 20),))
    some = rotated_rectangle(first(read([task(region(RECTANGLE | {"width": 20, "height": 25, "rotation": 30}))])))
    assert some is not None
    assert (some.width, some.height, some.angle_degrees) == pytest.approx((20, 20, 30))


@pytest.mark.parametrize(
    ("turn", "box"), [(90, (20, 30, 40, 70)), (180, (30, 40, 70, 60)), (270, (20, 30, 40, 70)), (360, (30, 20, 70, 40))]
)
def test_shapes_of_a_picture_that_was_turned_in_the_window(read: Read, turn: int, box: tuple[int, ...]) -> None:
    """In a view of 80 x 100 (or 100 x 80) pixels: 40 from the left, 20 from above, and so on."""
    view = (80, 100) if turn % 180 else (100, 80)
    place = {90: (10, 20, 40, 20), 180: (30, 20, 40, 20), 270: (30, 60, 40, 20), 360: (30, 20, 40, 20)}[turn]
    value = {
        "x": place[0] * 100 / view[0],
        "y": place[1] * 100 / view[1],
        "width": place[2] * 100 / view[0],
        "height": place[3] * 100 / view[1],
    }
    assert first(read([task(region(value, image_rotation=turn))])) == Box(*box)


def test_an_ellipse_becomes_a_polygon_and_is_told(read: Read) -> None:
    result = read([task(region({"x": 50, "y": 50, "radiusX": 10, "radiusY": 25, "rotation": 0}, "ellipselabels"))])
    assert first(result).bounds().width == pytest.approx(20) and first(result).bounds().height == pytest.approx(40)
    assert kinds(result) == ["ellipses"]


def brush(pixels: Any, *, is_repeated: bool = True) -> list[int]:
    """The brush's own run lengths, of a small mask: lengths of 3, 4, 8 and 16 bits."""
    values = [255 if channel == 3 and pixel else 0 for row in pixels for pixel in row for channel in range(4)]
    bits = f"{len(values):032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}"
    if is_repeated:
        for value in values:
            bits += f"1{0:02b}{0:03b}{value:08b}"
    else:
        bits += f"0{3:02b}{len(values) - 1:016b}" + "".join(f"{value:08b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


MASK = np.zeros((80, 100), dtype=bool)
MASK[20:22, 10:14] = MASK[22, 11:13] = True


@pytest.mark.parametrize("is_repeated", [True, False])
def test_a_brush_becomes_the_outline_of_exactly_its_pixels(read: Read, is_repeated: bool) -> None:
    value = {"format": "rle", "rle": brush(MASK, is_repeated=is_repeated)}
    result = read([task(region(value, "brushlabels"))])
    assert first(result).area == 10 and first(result).bounds() == Box(10, 20, 14, 23)
    assert result.problems == ()


def test_masks_as_coco_and_as_png_are_read_too(read: Read) -> None:
    counts = [0]
    for pixel in MASK.T.ravel():
        if (len(counts) % 2 == 0) != bool(pixel):
            counts.append(0)
        counts[-1] += 1
    coco = read([task(region({"rle": {"size": [80, 100], "counts": counts}}, "brushlabels"))])
    held = io.BytesIO()
    Image.fromarray(MASK.astype(np.uint8) * 255).save(held, "PNG")
    address = "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()
    png = read([task(region({"imageDataURL": address}, "bitmasklabels"))])
    assert first(coco).area == first(png).area == 10
    assert first(coco).bounds() == first(png).bounds() == Box(10, 20, 14, 23)


@pytest.mark.parametrize(
    "rle", [[], [0, 0, 125, 0], [1] * 400, [300], ["x"], "abc", None, {"size": 5}, brush(MASK)[:500], brush(MASK[:10])]
)
def test_a_damaged_brush_is_told_and_costs_no_other(read: Read, rle: Any) -> None:
    result = read([task(region({"rle": rle}, "brushlabels"), region(RECTANGLE, id="r2"))])
    assert kinds(result) == ["mask-invalid"] and first(result) == BOX


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ({"x": True, "y": 1, "width": 5, "height": 5}, "rectanglelabels", "coordinates-invalid"),
        ({"x": 1, "y": 1, "width": 5}, "rectanglelabels", "coordinates-invalid"),
        ({"x": float("nan"), "y": 1, "width": 5, "height": 5}, "rectanglelabels", "coordinates-not-finite"),
        ({"x": 1, "y": 1, "width": 0, "height": 5}, "rectanglelabels", "box-without-area"),
        ({"x": 90, "y": 1, "width": 50, "height": 5}, "rectanglelabels", "box-clipped"),
        ({"points": [[1, 2], [3, 4]]}, "polygonlabels", "coordinates-invalid"),
        ({"points": [[1, 2], [3, None], [4, 4]]}, "polygonlabels", "coordinates-invalid"),
        ({"points": "x"}, "polygonlabels", "coordinates-invalid"),
    ],
)
def test_a_bad_region_is_told_at_the_line_of_its_task(read: Read, value: Any, kind: str, expected: str) -> None:
    result = read([task(), task(region(value, kind), region(RECTANGLE, id="r2"), image="b.jpg")], "a.jpg", "b.jpg")
    (problem,) = result.problems
    assert problem.kind == expected and problem.line is not None and problem.file.endswith("export.json")
    text = Path(problem.file).read_text().splitlines()
    assert text[problem.line - 1].strip() == "{" and '"b.jpg"' not in "".join(text[: problem.line - 1])
    assert result.images[1].annotations[-1].geometry == BOX


def test_labels_in_a_result_of_their_own_texts_and_choices_of_a_region(read: Read) -> None:
    """Rectangle and Labels, as for reading text: results that share an id."""
    results = [
        region(RECTANGLE, "rectangle", None),
        region(RECTANGLE | {"labels": ["cat"]}, "labels", None),
        region(RECTANGLE | {"text": ["Ave", "Maria"]}, "textarea", None, from_name="transcription"),
        region(RECTANGLE | {"choices": ["red"]}, "choices", None, from_name="colour", meta={"text": ["look"]}),
    ]
    (item,) = read([task(*results)]).images[0].annotations
    assert (item.category, item.geometry) == ("cat", BOX)
    pairs = (("colour", "red"), ("label-studio:note", "look"))
    assert item.details == AnnotationDetails("r1", text="Ave\nMaria", attributes=pairs)


def test_choices_of_the_image_are_classes_and_the_rest_is_kept(read: Read) -> None:
    results = [
        {"id": "c", "type": "choices", "from_name": "kind", "value": {"choices": ["indoors", "night"]}},
        {"id": "t", "type": "taxonomy", "from_name": "tree", "value": {"taxonomy": [["animal", "cat"]]}},
        {"id": "s", "type": "rating", "from_name": "stars", "value": {"rating": 4}},
        {"id": "w", "type": "textarea", "from_name": "caption", "value": {"text": ["a cat"]}},
    ]
    result = read([task(*results, data={"image": "a.jpg", "camera": "x"})])
    classes = [(item.category, item.geometry) for item in result.images[0].annotations]
    assert classes == [("indoors", None), ("night", None), ("animal / cat", None)]
    assert result.images[0].details == ImageDetails(attributes=(("camera", "x"), ("stars", "4"), ("caption", "a cat")))


def test_what_is_no_area_of_an_image_is_counted(read: Read) -> None:
    results = [
        region({"x": 1, "y": 1}, "keypointlabels"),
        region({"start": 0, "end": 5, "hypertextlabels": ["x"]}, "hypertextlabels", None, id="h"),
        {"type": "relation", "from_id": "a", "to_id": "b"},
    ]
    result = read([task(*results)])
    assert [problem.text for problem in result.problems] == [
        "2 results have no area of an image and are left out, e.g. hypertextlabels (1), keypointlabels (1).",
        "1 relation is left out.",
    ]
    assert not result.images[0].is_explicit_negative


def test_a_region_without_a_label_and_one_with_two(read: Read) -> None:
    two = region(RECTANGLE | {"rectanglelabels": ["cat", "dog"]}, label=None, id="r2")
    result = read([task(region(RECTANGLE, label=None), two)])
    assert [item.category for item in result.images[0].annotations] == ["cat", "dog"]
    assert kinds(result) == ["class-missing", "labels-several"]


def test_of_several_annotations_one_counts(read: Read) -> None:
    def annotation(x: int, **more: Any) -> dict[str, Any]:
        return {"result": [region(RECTANGLE | {"x": x})], "was_cancelled": False} | more

    older, newer = annotation(0, updated_at="2024-01-01T10:00"), annotation(10, updated_at="2024-02-01T10:00")
    result = read([task(annotations=[newer, older])])
    assert first(result).x0 == 10 and kinds(result) == ["annotations-several"]
    assert first(read([task(annotations=[newer, older | {"ground_truth": True}])])).x0 == 0
    assert first(read([task(annotations=[newer | {"was_cancelled": True}, older])])).x0 == 0


def test_empty_is_not_skipped_and_not_open(read: Read) -> None:
    skipped = task(image="b.jpg", annotations=[{"result": [], "was_cancelled": True}])
    untouched = task(image="c.jpg", annotations=[])
    draft = task(image="d.jpg", annotations=[], drafts=[{"result": []}])
    result = read([task(image="a.jpg"), skipped, untouched, draft], "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    assert [(image.path, image.is_explicit_negative) for image in result.images] == [("a.jpg", True)]
    assert kinds(result) == ["tasks-skipped", "tasks-open", "drafts"]


def test_predictions_say_which_model_made_them_and_how_sure_it_was(read: Read) -> None:
    predictions = [
        {"model_version": "v7", "score": 0.5, "result": [region(RECTANGLE), region(RECTANGLE, id="r2", score=0.25)]},
        {"result": [region(RECTANGLE)]},
    ]
    (image,) = read([task(annotations=[], predictions=predictions)]).images
    assert [(item.made_by, item.confidence) for item in image.annotations] == [
        ("v7", 0.5),
        ("v7", 0.25),
        ("Label Studio prediction", None),
    ]
    assert not image.is_explicit_negative


@pytest.mark.parametrize(
    "address",
    [
        "/data/upload/1/0a1b2c3d-my_page_1.jpg",
        "/data/local-files/?d=pages/my%20page%20(1).jpg",
        "s3://bucket/pages/my%20page%20(1).jpg",
        "https://example.org/pages/my%20page%20(1).jpg?token=5",
        "C:\\pages\\my page (1).jpg",
    ],
)
def test_the_picture_is_found_however_it_is_named(read: Read, address: str) -> None:
    files = ("pages/my page (1).jpg", "pages/other.jpg")
    assert [image.path for image in read([task(image=address)], *files).images] == [files[0]]


def test_missing_pictures_and_what_is_no_task_are_told_with_their_line(read: Read) -> None:
    result = read([task(), task(image="gone.jpg"), 5, {"data": {}}, task(image="../../etc/x.jpg")])
    assert kinds(result) == ["image-missing", "task-invalid", "task-invalid", "path-unsafe"]
    assert all(problem.line for problem in result.problems)
    other = Path(result.problems[0].file).with_name("other.json")
    other.write_text('{"a": 1}')
    with pytest.raises(FormatError, match="no list of tasks"):
        gather(FORMAT.read(ImportSource(other), size_of=lambda _: None))


def test_the_small_export(read: Read) -> None:
    rectangle = RECTANGLE | {"rectanglelabels": ["cat"], "original_width": 100, "original_height": 80}
    own = {"annotator": 1, "annotation_id": 7, "created_at": "2024-01-01", "updated_at": "2024-01-02", "lead_time": 2.5}
    rows = [
        {"image": "/data/upload/1/0a1b2c3d-a.jpg", "id": 1, "label": [rectangle], "choice": "indoors", **own},
        {"image": "/data/upload/1/0a1b2c3d-a.jpg", "id": 1, "label": [], **(own | {"updated_at": "2023-01-01"})},
        {"image": "b.jpg", "id": 2, "kind": {"choices": ["x", "y"]}, "caption": "text", **own},
        {"image": "c.jpg", "id": 3, **own},
        {"image": "d.jpg", "id": 4, "bbox": [rectangle], "transcription": ["Ave"], **own},
    ]
    a, b, c, d = read(rows, "a.jpg", "b.jpg", "c.jpg", "d.jpg").images
    assert [(item.category, item.geometry) for item in a.annotations] == [("cat", BOX), ("indoors", None)]
    assert [item.category for item in b.annotations] == ["x", "y"]
    assert b.details == ImageDetails(attributes=(("caption", "text"),))
    assert c.is_explicit_negative
    assert d.annotations[0].details == AnnotationDetails(text="Ave")


def test_a_task_a_file_as_label_studio_synchronises_them(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/a.jpg", "images/b.jpg")
    (tmp_path / "1").write_text("no ending")
    (tmp_path / "1.json").write_text(json.dumps(task(region(RECTANGLE))))
    synchronised = {"id": 5, "result": [region(RECTANGLE)], "task": {"id": 2, "data": {"image": "s3://x/b.jpg"}}}
    (tmp_path / "2.json").write_text(json.dumps(synchronised))
    (tmp_path / "3.json").write_text('{"result": [{"from_name": ')
    result = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _: PictureSize(100, 80)))
    assert [image.path for image in result.images] == ["a.jpg", "b.jpg"]
    assert kinds(result) == ["annotation-file-unreadable"]
    assert result.images[1].details == ImageDetails(url="s3://x/b.jpg")


def test_older_exports_have_completions(read: Read) -> None:
    record = {"id": 1, "completions": [{"result": [region(RECTANGLE)]}], "data": {"image": "a.jpg"}}
    assert first(read([record])) == BOX


def test_shapes_of_the_stored_picture_are_told_from_upright_ones(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg")
    path = tmp_path / "a.json"
    path.write_text(json.dumps([task(region(RECTANGLE), image="a.jpg")]))
    size = PictureSize(80, 100, is_sideways=True)
    (image,) = gather(FORMAT.read(ImportSource(path), size_of=lambda _: size)).images
    assert image.is_as_stored and image.annotations[0].geometry == BOX


def test_a_picture_inside_a_task_can_be_unpacked(tmp_path: Path) -> None:
    address = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "export.json").write_text(json.dumps([task(region(RECTANGLE), image=address)]))
    result = gather(FORMAT.read(ImportSource(source), size_of=lambda _: None))
    assert set(kinds(result)) == {"picture-embedded", "images-not-found"}
    assert isinstance(FORMAT, HoldsPictures)
    for name, data in FORMAT.embedded_pictures(source):
        target.mkdir()
        (target / name).write_bytes(data)
    result = gather(FORMAT.read(ImportSource(source, images_root=target), size_of=lambda _: None))
    assert [image.path for image in result.images] == ["task-1.png"] and first(result) == BOX


def test_a_round_trip_keeps_ids_texts_attributes_turns_parts_and_what_models_made(
    tmp_path: Path, pictures: Pictures
) -> None:
    turned = Polygon(((20.0, 10.0, 40.0, 30.0, 30.0, 40.0, 10.0, 20.0),))
    parts = Polygon(((1.0, 1.0, 20.0, 1.0, 20.0, 30.0), (50.0, 50.0, 60.0, 50.0, 60.0, 60.0)))
    pairs = (("label-studio:note", "look"), ("label-studio:meta.x", '{"y": 1}'), ("colour", "red"))
    items = (
        RawAnnotation("cat", turned, details=AnnotationDetails("line_7", text="Ave\nMaria", attributes=pairs)),
        RawAnnotation("cat", parts, details=AnnotationDetails("both")),
        RawAnnotation("dog", Box(1, 2, 3, 4), details=AnnotationDetails("m1"), made_by="v1 of pages", confidence=0.25),
    )
    image = RawImage("sub/a.jpg", items, 100, 80, details=ImageDetails(attributes=(("camera", "x"),)))
    pictures(tmp_path / "pictures", "sub/a.jpg")
    write_data_set(FORMAT, iter([image]), ("cat", "dog", "bird"), tmp_path / "out")
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures")
    result = gather(FORMAT.read(source, size_of=lambda _: None))
    back = result.images[0]
    assert [item.details for item in back.annotations] == [item.details for item in items]
    assert [(item.made_by, item.confidence) for item in back.annotations] == [
        ("", None),
        ("", None),
        ("v1 of pages", 0.25),
    ]
    for now, before in zip(back.annotations[:2], (turned, parts), strict=True):
        assert isinstance(now.geometry, Polygon)
        for ring, wanted in zip(now.geometry.rings, before.rings, strict=True):
            assert ring == pytest.approx(wanted, abs=1e-6)
    assert back.details == image.details and result.categories == ("cat", "dog", "bird")
    assert kinds(result) == ["parts-joined"] and result.problems[0].severity is Severity.INFO


def test_what_is_written_is_what_label_studio_asks_for(tmp_path: Path) -> None:
    items = (RawAnnotation("c & d", Box(10, 20, 60, 60)), RawAnnotation("c & d", None))
    details = ImageDetails(url="https://example.org/iiif/1/full/max/0/default.jpg")
    image = RawImage("sub/a b.jpg", items, 100, 80, details=details)
    answers = {"images": "addresses"}
    write_data_set(FORMAT, iter([image]), ("c & d",), tmp_path / "one")
    write_data_set(FORMAT, iter([image]), ("c & d",), tmp_path / "two", answers=answers)
    (one,) = json.loads((tmp_path / "one/tasks.json").read_text())
    (two,) = json.loads((tmp_path / "two/tasks.json").read_text())
    assert one["data"] == {"image": "/data/local-files/?d=sub/a%20b.jpg"}
    assert two["data"] == {"image": details.url}
    box, choice = one["annotations"][0]["result"]
    assert box["value"] == RECTANGLE | {"rectanglelabels": ["c & d"]}
    assert {"id", "from_name", "to_name", "type", "original_width", "original_height", "value"} <= set(box)
    assert choice["type"] == "choices" and choice["value"] == {"choices": ["c & d"]}
    config = (tmp_path / "one/label_config.xml").read_text()
    names = [f'name="{result["from_name"]}" toName="image"' for result in (box, choice)]
    assert all(name in config for name in names) and '<Image name="image" value="$image"' in config
    assert config.count('value="c &amp; d"') == 3


def test_an_image_of_unknown_size_is_told(tmp_path: Path) -> None:
    image = RawImage("a.jpg", (RawAnnotation("a", Box(1, 2, 3, 4)),))
    written = write_data_set(FORMAT, iter([image]), ("a",), tmp_path / "out")
    assert [problem.kind for problem in written.problems] == ["size-unknown"] and written.n_images == 0


@pytest.mark.parametrize(
    ("content", "is_it"),
    [
        ([task(region(RECTANGLE))], True),
        ([task()], True),
        (task(region(RECTANGLE)), True),
        ([{"image": "a.jpg", "annotation_id": 1, "annotator": 1, "lead_time": 1.0}], True),
        ([{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}], False),
        ({"images": [], "annotations": [], "categories": []}, False),
        ({"shapes": [], "imagePath": "a.jpg", "version": "5"}, False),
        ([1, 2], False),
    ],
)
def test_what_is_recognised(tmp_path: Path, content: Any, is_it: bool) -> None:
    (tmp_path / "a.json").write_text(json.dumps(content))
    assert (FORMAT.detect(tmp_path / "a.json") > 0) == (FORMAT.detect(tmp_path) > 0) == is_it


def test_halves_of_signs_never_reach_the_database(read: Read) -> None:
    text = region(RECTANGLE | {"text": ["a\ud800b"]}, "textarea", None)
    data = {"image": "https://example.org/x/a.jpg?\ud800", "camera": "\udfff"}
    result = read([task(region(RECTANGLE), text, data=data)])
    details = result.images[0].annotations[0].details
    assert details is not None and details.text == "a\ufffdb"
    assert result.images[0].details is not None
    result.images[0].details.to_text().encode()
