from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.voc import FORMAT
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]
SIZE = (100, 80)
BOX = Box(10, 20, 30, 40)


def round_trip(tmp_path: Path, *images: RawImage) -> ReadResult:
    for image in images:
        (tmp_path / "pictures" / image.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pictures" / image.path).write_bytes(b"x")
    write_data_set(FORMAT, images, sorted({a.category or "" for i in images for a in i.annotations}), tmp_path / "out")
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures")
    return gather(FORMAT.read(source, size_of=lambda _: PictureSize(*SIZE)))


def test_details_of_objects_and_images_come_back(tmp_path: Path) -> None:
    details = AnnotationDetails(
        "id<7>",
        "page & 1",
        3,
        " two\r\nlines \t",
        (1.5, 2, 30, 4),
        True,
        (("pose", "Left"), ("difficult", "1"), ("coco:keypoints", "[1, 2]"), ("note", "a\nb <c>")),
    )
    annotations = (
        RawAnnotation("cat", BOX, details=details),
        RawAnnotation("cat", Polygon(((1, 2, 30, 2, 30, 20),)), is_crowd=True),
        RawAnnotation("cat", BOX, details=AnnotationDetails(text="")),
    )
    about = ImageDetails("17", "https://x.org/iiif/a&b", (("voc:verified", "yes"), ("voc:database", "mine"), ("k", "")))
    result = round_trip(tmp_path, RawImage("a.jpg", annotations, *SIZE, details=about))
    assert result.problems == ()
    (image,) = result.images
    assert image.details == about
    assert [(item.is_crowd, item.details) for item in image.annotations] == [
        (False, details),
        (True, None),
        (False, AnnotationDetails(text="")),
    ]


def test_sets_come_back_also_of_images_without_a_file(tmp_path: Path) -> None:
    images = (
        RawImage("a.jpg", (RawAnnotation("cat", BOX),), *SIZE, stated_set="train"),
        RawImage("été/b c -1.jpg", (), *SIZE, is_explicit_negative=True, stated_set="val"),
        RawImage("sub/a.jpg", (), *SIZE, stated_set="test"),
        RawImage("d.jpg", (RawAnnotation("cat", BOX),), *SIZE),
    )
    result = round_trip(tmp_path, *images)
    sets = [{image.path: image.stated_set for image in some} for some in (result.images, images)]
    assert sets[0] == sets[1]
    assert result.problems == ()
    assert (tmp_path / "out/ImageSets/Main/train.txt").read_text() == "a\n"


def test_pictures_that_differ_in_their_ending_or_its_case_lose_nothing(tmp_path: Path) -> None:
    paths = ("a.jpg", "a.png", "a.png.jpg", "A.jpg", "b/a.jpg")
    images = [RawImage(path, (RawAnnotation(f"c{n}", BOX),), *SIZE, stated_set="train") for n, path in enumerate(paths)]
    result = round_trip(tmp_path, *images)
    found = {image.path: (image.annotations[0].category, image.stated_set) for image in result.images}
    assert found == {path: (f"c{n}", "train") for n, path in enumerate(paths)}
    assert result.problems == ()


def test_a_name_with_signs_that_xml_cannot_hold(tmp_path: Path) -> None:
    result = round_trip(tmp_path, RawImage("a\x01\nb.jpg", (RawAnnotation("cat", BOX),), *SIZE))
    assert [image.path for image in result.images] == ["a\x01\nb.jpg"]


def test_other_programs_find_what_they_look_for(tmp_path: Path) -> None:
    """The elements that VOC's own tools, torchvision and Ultralytics' converter ask for, outlines with a box."""
    polygon = RawAnnotation("cat", Polygon(((1, 2, 30, 2, 30, 20),)))
    round_trip(tmp_path, RawImage("sub/a.jpg", (polygon,), *SIZE, stated_set="train"))
    root = ElementTree.parse(tmp_path / "out/Annotations/sub/a.xml").getroot()
    texts = {place: root.findtext(place) for place in ("filename", "size/width", "size/height", "size/depth")}
    assert texts == {"filename": "sub/a.jpg", "size/width": "100", "size/height": "80", "size/depth": "3"}
    (found,) = root.iter("object")
    said = [found.findtext(key) for key in ("name", "pose", "truncated", "difficult")]
    assert said == ["cat", "Unspecified", "0", "0"]
    assert [found.findtext(f"bndbox/{key}") for key in ("xmin", "ymin", "xmax", "ymax")] == ["1", "2", "30", "20"]
    assert found.findtext("polygon/x2") == "30"


def test_pixels_counted_from_1_are_said_in_the_file_and_come_back(tmp_path: Path) -> None:
    shapes = (BOX, Polygon(((1, 2, 30, 2, 30, 20),)))
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(b"x")
    image = RawImage("a.jpg", tuple(RawAnnotation("cat", shape) for shape in shapes), *SIZE)
    write_data_set(FORMAT, [image], ["cat"], tmp_path / "out", answers={"pixels": "from-1"})
    text = (tmp_path / "out/Annotations/a.xml").read_text()
    corners = [
        ElementTree.fromstring(text).findtext(f"object/bndbox/{key}") for key in ("xmin", "ymin", "xmax", "ymax")
    ]
    assert corners == ["11", "21", "30", "40"]
    for options in ((), (("pixels", "from-1"),)):
        source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures", options=options)
        (back,) = gather(FORMAT.read(source, size_of=lambda _: PictureSize(*SIZE))).images
        assert [item.geometry for item in back.annotations] == list(shapes)
        assert back.details is None
