from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.errors import FormatError
from core.formats.base import HoldsPictures, PictureSize, ReadResult, SizeOf, gather
from core.formats.labelme import FORMAT
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]
Read = Callable[..., ReadResult]


@pytest.fixture
def read(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> Read:
    """Writes shapes as a.json beside a.jpg and reads the folder."""

    def read(
        shapes: Any, files: tuple[str, ...] = ("a.jpg",), options: tuple[tuple[str, str], ...] = (), **more: Any
    ) -> ReadResult:
        pictures(tmp_path, *files)
        content = {"version": "5.0.1", "flags": {}, "shapes": shapes, "imagePath": "a.jpg", "imageData": None, **more}
        (tmp_path / "a.json").write_text(json.dumps(content, indent=2))
        return gather(FORMAT.read(ImportSource(tmp_path, options=options), size_of=always_100_by_80))

    return read


def shape(points: Any, kind: Any = "polygon", label: Any = "cat", **more: Any) -> dict[str, Any]:
    return {"label": label, "points": points, "group_id": None, "shape_type": kind, "flags": {}, **more}


def png(pixels: Any) -> str:
    held = io.BytesIO()
    Image.fromarray(np.array(pixels, dtype=np.uint8) * 255).save(held, "PNG")
    return base64.b64encode(held.getvalue()).decode()


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


TRIANGLE = [[1, 1], [20, 1], [20, 30]]


def test_rectangles_have_two_or_four_corners_in_any_order(read: Read) -> None:
    result = read(
        [
            shape([[30, 40], [10, 5]], "rectangle"),
            shape([[10, 5], [30, 5], [30, 40], [10, 40]], "rectangle"),
            shape([[20, 5], [30, 15], [20, 25], [10, 15]], "rotation", direction=0.785),
            shape([[20, 5], [30, 15], [20, 25], [10, 15]], "oriented_rectangle"),
        ]
    )
    first, second, third, fourth = result.images[0].annotations
    assert first.geometry == second.geometry == Box(10, 5, 30, 40)
    assert third.geometry == fourth.geometry == Polygon(((20, 5, 30, 15, 20, 25, 10, 15),))
    assert third.details == AnnotationDetails(attributes=(("labelme:direction", "0.785"),))
    assert result.problems == ()


def test_a_circle_becomes_a_polygon_and_is_told(read: Read) -> None:
    result = read([shape([[50, 40], [60, 40]], "circle")])
    (circle,) = result.images[0].annotations
    assert isinstance(circle.geometry, Polygon)
    ring = circle.geometry.rings[0]
    assert len(ring) == 128
    assert all(math.isclose(math.hypot(x - 50, y - 40), 10) for x, y in zip(ring[0::2], ring[1::2], strict=True))
    assert kinds(result) == ["circles"]


def test_lines_and_points_are_left_out_and_counted_with_their_file_and_line(read: Read) -> None:
    result = read([shape(TRIANGLE), shape([[1, 1], [5, 5]], "line"), shape([[3, 3]], "point")])
    (problem,) = result.problems
    assert problem.kind == "shapes-without-area" and problem.severity is Severity.WARNING
    assert problem.text == '2 lines and points have no area and are left out, e.g. line (1), point (1) in "a.json".'
    text = Path(problem.file).read_text().splitlines()
    assert problem.line is not None and '"line"' in "".join(text[problem.line - 1 : problem.line + 16])
    assert not result.images[0].is_explicit_negative


def test_only_lines_do_not_make_an_image_empty_but_no_shapes_do(read: Read) -> None:
    assert not read([shape([[1, 1], [5, 5]], "line")]).images[0].is_explicit_negative
    assert read([]).images[0].is_explicit_negative


def test_a_mask_becomes_the_outline_of_exactly_its_pixels(read: Read) -> None:
    pixels = [[0, 1, 1, 0], [1, 1, 1, 1], [0, 1, 1, 0]]
    result = read([shape([[10, 20], [13, 22]], "mask", mask=png(pixels))])
    (mask,) = result.images[0].annotations
    assert mask.geometry is not None and mask.geometry.area == 8
    assert mask.geometry.bounds() == Box(10, 20, 14, 23)
    assert result.problems == ()


def test_a_mask_of_another_size_or_no_picture_is_told(read: Read) -> None:
    shapes = [
        shape([[10, 20], [19, 22]], "mask", mask=png([[1, 1]])),
        shape([[1, 2], [3, 4]], "mask", mask="!!!"),
        shape([[1, 2], [3, 4]], "mask", mask=base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 50).decode()),
        shape([[1, 2]], "mask"),
    ]
    result = read(shapes)
    assert kinds(result) == ["mask-invalid"] * 4
    assert "2 x 1 pixels instead of the 10 x 3 of its box" in result.problems[0].text


def test_a_picture_of_very_many_pixels_is_no_mask_that_is_read(read: Read) -> None:
    held = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(held, "PNG")  # 400 megapixels in 50 kB
    text = base64.b64encode(held.getvalue()).decode()
    result = read([shape([[0, 0], [19_999, 19_999]], "mask", mask=text)])
    assert kinds(result) == ["mask-invalid"]


def test_polygons_of_one_group_and_label_are_one_object(read: Read) -> None:
    second = [[50, 50], [60, 50], [60, 60]]
    result = read(
        [
            shape(TRIANGLE, group_id=1),
            shape(second, group_id=1, description="both"),
            shape(second, label="dog", group_id=1),
            shape([[1, 1], [9, 9]], "rectangle", group_id=1),
        ]
    )
    cat, dog, box = result.images[0].annotations
    assert cat.geometry == Polygon(((1, 1, 20, 1, 20, 30), (50, 50, 60, 50, 60, 60)))
    assert cat.details == AnnotationDetails(text="both")
    assert dog.details == box.details == AnnotationDetails(attributes=(("labelme:group_id", "1"),))
    assert kinds(result) == ["groups-joined"]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (shape([[1, 1]]), "shape-invalid"),
        (shape([[1, True], [2, 3], [4, 9]]), "shape-invalid"),
        (shape([[1, "x"], [2, 3], [4, 9]]), "shape-invalid"),
        (shape([[1, float("nan")], [2, 3], [4, 9]]), "coordinates-not-finite"),
        (shape([[1, 10**400], [2, 3], [4, 9]]), "coordinates-not-finite"),
        (shape([[200, 200], [300, 200], [300, 300]]), "polygon-out-of-bounds"),
        (shape([[-20, 1], [20, 1], [20, 30]]), "polygon-clipped"),
        (shape("abc"), "shape-invalid"),
        (shape(TRIANGLE, label=""), "class-missing"),
        (shape(TRIANGLE, label=None), "class-missing"),
        (shape(TRIANGLE, "cuboid"), "shape-invalid"),
        (shape([[1, 1], [2, 2], [3, 3]], "rectangle"), "shape-invalid"),
        (shape(TRIANGLE, "circle"), "shape-invalid"),
        (7, "shape-invalid"),
    ],
)
def test_a_bad_shape_is_told_at_its_line_and_costs_no_other(read: Read, record: Any, kind: str) -> None:
    result = read([shape(TRIANGLE), record, shape([[10, 5], [30, 40]], "rectangle")])
    (problem,) = result.problems
    assert problem.kind == kind and problem.line is not None and problem.line > 5
    assert problem.file.endswith("a.json")
    assert {type(item.geometry) for item in result.images[0].annotations} == {Polygon, Box}


def test_numbers_as_text_are_numbers_and_a_shape_without_kind_is_a_polygon(read: Read) -> None:
    result = read([{"label": "cat", "points": [["1", "1"], ["20", "1"], ["20", "30"]]}])
    assert result.images[0].annotations[0].geometry == Polygon(((1, 1, 20, 1, 20, 30),))


def test_what_other_programs_add_is_kept(read: Read) -> None:
    extra = {"description": "Ave", "difficult": True, "score": 0.5, "attributes": {"colour": "red"}, "kie_linking": []}
    result = read([shape(TRIANGLE, **(extra | {"flags": {"cut": True}}))], flags={"blurred": True, "dark": False})
    details = result.images[0].annotations[0].details
    pairs = (("difficult", "1"), ("score", "0.5"), ("cut", "true"), ("colour", "red"))
    assert details == AnnotationDetails(text="Ave", attributes=pairs)
    assert result.images[0].details == ImageDetails(attributes=(("blurred", "true"), ("dark", "false")))
    assert result.images[0].annotations[0].made_by == ""
    assert kinds(result) == ["scores"]


def test_flags_become_classes_on_request(read: Read) -> None:
    result = read([], options=(("flags", "classes"),), flags={"blurred": True, "dark": False})
    (image,) = result.images
    assert image.annotations == (RawAnnotation("blurred", None),)
    assert result.categories == ("blurred",) and not image.is_explicit_negative and image.details is None


@pytest.mark.parametrize(
    "stated", ["a.jpg", "..\\pictures\\a.jpg", "C:\\Users\\me\\a.jpg", "/home/me/a.jpg", "old.png", None, 5]
)
def test_the_picture_is_found_however_it_is_named(read: Read, stated: Any) -> None:
    assert [image.path for image in read([shape(TRIANGLE)], imagePath=stated).images] == ["a.jpg"]


def test_files_and_pictures_may_lie_in_two_folders(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/deep/a.jpg", "images/b.jpg")
    for name, stated in (("deep/a", "..\\..\\images\\deep\\a.jpg"), ("b", "b.jpg")):
        path = tmp_path / "labels" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"version": "5", "flags": {}, "shapes": [], "imagePath": stated}))
    for source in (tmp_path, tmp_path / "labels"):
        result = gather(FORMAT.read(ImportSource(source), size_of=lambda _: None))
        assert {image.path.removeprefix("images/") for image in result.images} == {"deep/a.jpg", "b.jpg"}


def test_a_sure_match_is_not_taken_by_a_likely_one(tmp_path: Path, pictures: Pictures) -> None:
    """The file that comes first names a picture of another folder, which has a file of its own."""
    pictures(tmp_path, "z/b.jpg")
    (tmp_path / "a.json").write_text(json.dumps({"shapes": [shape(TRIANGLE)], "imagePath": "b.jpg"}))
    (tmp_path / "z/b.json").write_text(json.dumps({"shapes": [], "imagePath": "b.jpg"}))
    result = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _: None))
    assert [(image.path, image.is_explicit_negative) for image in result.images] == [("z/b.jpg", True)]
    assert kinds(result) == ["image-missing"]


def test_two_files_of_one_picture_are_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg")
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps({"shapes": [shape(TRIANGLE)], "imagePath": "a.jpg"}))
    result = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _: None))
    assert len(result.images) == 1 and kinds(result) == ["annotation-file-duplicate"]


def test_another_size_than_stated_is_told_once(read: Read) -> None:
    result = read([shape(TRIANGLE)], imageHeight=160, imageWidth=200)
    assert kinds(result) == ["image-size-differs"]
    assert kinds(read([shape(TRIANGLE)], imageHeight=None, imageWidth="x")) == []


def test_shapes_of_the_stored_picture_are_told_from_those_of_the_upright_one(
    tmp_path: Path, pictures: Pictures
) -> None:
    pictures(tmp_path, "a.jpg")
    path = tmp_path / "a.json"

    def size_of(_: Path) -> PictureSize:
        return PictureSize(80, 100, is_sideways=True)

    def image(points: Any) -> RawImage:
        content = {"shapes": [shape(points)], "imagePath": "a.jpg", "imageWidth": 100, "imageHeight": 80}
        path.write_text(json.dumps(content))
        return gather(FORMAT.read(ImportSource(path), size_of=size_of)).images[0]

    assert image([[1, 1], [95, 1], [95, 70]]).is_as_stored
    assert image([[1, 1], [70, 1], [70, 95]]).is_upright_stated
    assert image(TRIANGLE).is_frame_guessed


def test_other_json_files_are_passed_over_and_damaged_ones_told(read: Read, tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text('{"a": 1}')
    (tmp_path / "broken.json").write_text('{"shapes": [')
    (tmp_path / "strange.json").write_text('{"shapes": {"label": 5}}')
    result = read([shape(TRIANGLE)])
    assert sorted(kinds(result)) == ["annotation-file-unreadable"] * 2 + ["annotations-not-read"]
    assert len(result.images) == 1
    with pytest.raises(FormatError, match="is not LabelMe"):
        gather(FORMAT.read(ImportSource(tmp_path / "notes.json"), size_of=lambda _: None))


def test_files_that_the_person_left_out_are_not_read(read: Read, tmp_path: Path) -> None:
    read([shape(TRIANGLE)])
    source = ImportSource(tmp_path, left_out=(tmp_path / "a.json",))
    assert gather(FORMAT.read(source, size_of=lambda _: None)).images == ()


def test_a_file_is_recognised_where_the_picture_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"imagePath": "a.jpg", "imageData": "x" * 100_000, "shapes": []}))
    assert FORMAT.detect(path) > 0.5 and FORMAT.detect(tmp_path) > 0.5
    path.write_text(json.dumps({"images": [], "annotations": [], "shapes": []}))
    assert FORMAT.detect(path) == 0


class TestPicturesInside:
    def unpack(self, path: Path) -> Iterator[tuple[str, bytes]]:
        assert isinstance(FORMAT, HoldsPictures)
        return FORMAT.embedded_pictures(path)

    def write(self, path: Path, name: str, data: bytes = b"\x89PNG\r\n\x1a\nrest") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {"shapes": [shape(TRIANGLE)], "imagePath": name, "imageData": base64.b64encode(data).decode()}
        path.write_text(json.dumps(content))

    def test_a_picture_that_is_nowhere_else_is_told_with_what_to_do(self, tmp_path: Path) -> None:
        self.write(tmp_path / "in/a.json", "a.png")
        result = gather(FORMAT.read(ImportSource(tmp_path / "in"), size_of=lambda _: None))
        (problem,) = result.problems
        assert problem.kind == "picture-embedded" and problem.severity is Severity.ERROR
        assert "--unpack-to" in problem.text and "a.json" in problem.text

    def test_unpacked_they_are_found_again(self, tmp_path: Path, pictures: Pictures) -> None:
        source, target = tmp_path / "in", tmp_path / "out"
        self.write(source / "a.json", "..\\..\\a.png")
        self.write(source / "deep" / "b.json", "no picture's name")
        self.write(source / "c.json", "c.png")
        self.write(source / "d.json", "d.png", b"no picture")
        pictures(source, "c.png")
        for name, data in self.unpack(source):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(data)
        assert sorted(path.name for path in target.rglob("*.png")) == ["a.png", "b.png", "c.png"]
        assert (target / "c.png").read_bytes() == b"x"  # the original, which lies beside its file
        result = gather(FORMAT.read(ImportSource(source, images_root=target), size_of=lambda _: None))
        assert {image.path for image in result.images} == {"a.png", "c.png", "deep/b.png"}

    def test_nothing_is_unpacked_where_all_pictures_lie_beside_their_files(
        self, tmp_path: Path, pictures: Pictures
    ) -> None:
        self.write(tmp_path / "c.json", "c.png")
        pictures(tmp_path, "c.png")
        assert list(self.unpack(tmp_path)) == []

    def test_of_two_files_with_one_name_the_first_counts(self, tmp_path: Path) -> None:
        self.write(tmp_path / "a.json", "same.png")
        self.write(tmp_path / "b.json", "same.png")
        assert [name for name, _ in self.unpack(tmp_path)] == ["same.png"]
        assert [name for name, _ in self.unpack(tmp_path / "b.json")] == ["same.png"]


def test_details_come_back_as_they_were(tmp_path: Path, pictures: Pictures) -> None:
    pairs = (("difficult", "1"), ("score", "0.5"), ("cut", "true"), ("colour", "red"), ("labelme:direction", "0.7"))
    details = AnnotationDetails(text="Ave", attributes=(("labelme:group_id", "1"), *pairs))
    triangle, other = (1.0, 1.0, 20.0, 1.0, 20.0, 30.0), (50.0, 50.0, 60.0, 50.0, 60.0, 60.0)
    image = RawImage(
        "sub/a.jpg",
        (
            RawAnnotation("cat", Polygon((triangle,)), details=details),
            RawAnnotation("cat", Polygon((triangle, other))),
            RawAnnotation("cat", Polygon((other, triangle))),
        ),
        100,
        80,
        details=ImageDetails(attributes=(("blurred", "true"), ("camera", "x"))),
    )
    pictures(tmp_path / "pictures", "sub/a.jpg")
    write_data_set(FORMAT, iter([image]), ("cat",), tmp_path / "out")
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures")
    (back,) = gather(FORMAT.read(source, size_of=lambda _: None)).images
    assert back.annotations == image.annotations and back.details == image.details


def test_ids_and_baselines_that_it_cannot_hold_are_told(tmp_path: Path) -> None:
    item = RawAnnotation("line", Box(1, 2, 3, 4), details=AnnotationDetails("l1", order=0, baseline=(1, 4, 3, 4)))
    written = write_data_set(FORMAT, iter([RawImage("a.jpg", (item,), 100, 80)]), ("line",), tmp_path / "out")
    assert [problem.kind for problem in written.problems] == ["details-left-out"]


def test_what_is_written_is_what_labelme_asks_for(tmp_path: Path) -> None:
    """Its loader wants these keys, labels as text, points as pairs and a picture's name that leads from the file."""
    box = RawAnnotation("cat", Box(1, 2, 30, 40))
    write_data_set(FORMAT, iter([RawImage("sub/a.jpg", (box,), 100, 80)]), ("cat",), tmp_path / "out")
    content = json.loads((tmp_path / "out/sub/a.json").read_text())
    assert {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"} == set(content)
    assert content["imagePath"] == "a.jpg" and content["imageData"] is None
    (shape,) = content["shapes"]
    assert shape == {
        "label": "cat",
        "points": [[1.0, 2.0], [30.0, 40.0]],
        "group_id": None,
        "description": "",
        "shape_type": "rectangle",
        "flags": {},
        "mask": None,
    }


@pytest.mark.parametrize("turned", ["polygon", "rotation", "oriented_rectangle"])
def test_turned_rectangles_are_written_as_asked_and_come_back(tmp_path: Path, pictures: Pictures, turned: str) -> None:
    shape = Polygon(((20.0, 10.0, 40.0, 30.0, 30.0, 40.0, 10.0, 20.0),))
    upright = Polygon(((10.0, 10.0, 40.0, 10.0, 40.0, 40.0, 10.0, 40.0),))
    image = RawImage("a.jpg", (RawAnnotation("cat", shape), RawAnnotation("cat", upright)), 100, 80)
    write_data_set(FORMAT, iter([image]), ("cat",), tmp_path / "out", answers={"turned": turned})
    records = json.loads((tmp_path / "out/a.json").read_text())["shapes"]
    assert [record["shape_type"] for record in records] == [turned, "polygon"]
    assert ("direction" in records[0]) == (turned == "rotation")
    pictures(tmp_path / "out", "a.jpg")
    (back,) = gather(FORMAT.read(ImportSource(tmp_path / "out"), size_of=lambda _: None)).images
    for now, before in zip(back.annotations, (shape, upright), strict=True):
        assert isinstance(now.geometry, Polygon)
        assert now.geometry.rings[0] == pytest.approx(before.rings[0], abs=1e-5)


def test_a_file_with_too_much_besides_its_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"imagePath": "a.jpg", "shapes": [' + "1," * 17_000_000 + "1]}")
    with pytest.raises(FormatError, match="besides its picture"):
        gather(FORMAT.read(ImportSource(path), size_of=lambda _: None))
    path.write_text('{"imagePath": "a.jpg", "shapes": [], "imageData": "' + "A" * 34_000_000 + '"}')
    assert "image-missing" in kinds(gather(FORMAT.read(ImportSource(path), size_of=lambda _: None)))


def test_names_that_are_not_utf8_are_offered_and_read_as_chosen(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg", "b.jpg")
    for name in "ab":
        content = {
            "shapes": [shape(TRIANGLE, label="识别文字"), shape(TRIANGLE, label="图片")],
            "imagePath": f"{name}.jpg",
        }
        (tmp_path / f"{name}.json").write_bytes(json.dumps(content, ensure_ascii=False).encode("gbk"))
    unread = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _: None))
    (problem,) = unread.problems
    assert problem.kind == "names-not-utf8" and problem.offers[0][0] == "gbk"
    assert all(name.isprintable() and name.isascii() for name in unread.categories)
    chosen = gather(FORMAT.read(ImportSource(tmp_path, names_encoding="gbk"), size_of=lambda _: None))
    assert chosen.categories == ("识别文字", "图片") and kinds(chosen) == ["names-encoding"]
    with pytest.raises(FormatError):
        source = ImportSource(tmp_path / "a.json", names_encoding="no-such")
        gather(FORMAT.read(source, size_of=lambda _: None))


def test_halves_of_signs_never_reach_the_database(read: Read) -> None:
    result = read([shape(TRIANGLE, description="a\ud800b", attributes={"x\ud800": "y\udfff"})])
    details = result.images[0].annotations[0].details
    assert details is not None
    details.to_text().encode()
    assert details.text == "a\ufffdb"
