from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.domain.rotated import rotated_rectangle
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, SizeOf, gather
from core.formats.cvat import FORMAT
from core.formats.writing import write_data_set

Pictures = Callable[..., Path]
Read = Callable[..., ReadResult]

META = """<meta><task><id>1</id><size>3</size><subset>Train</subset><labels>
<label><name>cat</name><color>#fff</color><attributes><attribute><name>colour</name></attribute></attributes></label>
<label><name>dog</name></label><label><name>nose</name><parent>dog</parent></label>
</labels></task><dumped>2024-01-01</dumped></meta>"""


@pytest.fixture
def read(tmp_path: Path, pictures: Pictures, always_100_by_80: SizeOf) -> Read:
    """Writes the inside of an annotations.xml above images/ and reads the folder."""

    def read(inside: str, *files: str, meta: str = "") -> ReadResult:
        pictures(tmp_path / "images", *(files or ("a.jpg",)))
        text = f'<?xml version="1.0"?>\n<annotations>\n<version>1.1</version>{meta}\n{inside}\n</annotations>'
        (tmp_path / "annotations.xml").write_text(text)
        return gather(FORMAT.read(ImportSource(tmp_path), size_of=always_100_by_80))

    return read


def image(inside: str, name: str = "a.jpg", more: str = "") -> str:
    return f'<image id="0" name="{name}" width="100" height="80" {more}>\n{inside}\n</image>'


BOX = '<box label="cat" source="manual" occluded="0" xtl="1.5" ytl="2" xbr="30" ybr="40" z_order="0"></box>'


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def test_boxes_polygons_and_tags(read: Read) -> None:
    inside = f'{BOX}<polygon label="dog" points="1.00,2.00;30.00,2.00;30.00,40.00"/><tag label="indoors"/>'
    result = read(image(inside), meta=META)
    assert [(item.category, item.geometry) for item in result.images[0].annotations] == [
        ("cat", Box(1.5, 2, 30, 40)),
        ("dog", Polygon(((1, 2, 30, 2, 30, 40),))),
        ("indoors", None),
    ]
    assert result.categories == ("cat", "dog", "indoors")
    assert result.images[0].stated_set == "train"
    assert result.problems == ()


def test_a_turned_box_keeps_its_corners(read: Read) -> None:
    """Turned by a quarter about its centre (20, 40), a box of 20 x 60 is one of 60 x 20."""
    inside = '<box label="cat" xtl="10" ytl="10" xbr="30" ybr="70" rotation="{}"/>'
    (quarter,) = read(image(inside.format(90))).images[0].annotations
    assert quarter.geometry is not None
    assert quarter.geometry.bounds() == Box(0, 30, 50, 50)  # the part beyond the border is cut off
    (some,) = read(image(inside.format(20))).images[0].annotations
    assert isinstance(some.geometry, Polygon)
    found = rotated_rectangle(some.geometry)
    assert found is not None and found.angle_degrees == pytest.approx(20) and found.width == pytest.approx(20)


def test_an_ellipse_becomes_a_polygon_and_is_told(read: Read) -> None:
    result = read(image('<ellipse label="cat" cx="50" cy="40" rx="30" ry="10" rotation="90"/>'))
    shape = result.images[0].annotations[0].geometry
    assert shape is not None
    assert shape.bounds().width == pytest.approx(20, abs=0.1) and shape.bounds().height == pytest.approx(60, abs=0.1)
    assert kinds(result) == ["ellipses"]


def test_a_mask_becomes_the_outline_of_exactly_its_pixels(read: Read) -> None:
    """Rows of 4: .##. / #### / .##. with and without the last run of background."""
    for rle in ("1, 2, 1, 4, 1, 2, 1", "1,2,1,4,1,2"):
        result = read(image(f'<mask label="cat" rle="{rle}" left="10" top="20" width="4" height="3"/>'))
        shape = result.images[0].annotations[0].geometry
        assert shape is not None and shape.area == 8 and shape.bounds() == Box(10, 20, 14, 23)
        assert result.problems == ()


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ('<mask label="cat" rle="1,2" left="0" top="0" width="1" height="1"/>', "mask-invalid"),
        ('<mask label="cat" rle="9" left="0" top="0" width="3" height="3"/>', "mask-invalid"),
        ('<mask label="cat" rle="-1,9" left="0" top="0" width="3" height="3"/>', "mask-invalid"),
        ('<mask label="cat" rle="1,2" left="0" top="0" width="99999999" height="99999999"/>', "mask-invalid"),
        ('<mask label="cat"/>', "mask-invalid"),
        ('<box label="cat" xtl="nan" ytl="1" xbr="5" ybr="5"/>', "coordinates-not-finite"),
        ('<box label="cat" xtl="1_0" ytl="1" xbr="5" ybr="5"/>', "coordinates-invalid"),
        ('<box label="cat" xtl="1" ytl="1" xbr="5"/>', "coordinates-invalid"),
        ('<box label="cat" xtl="9" ytl="1" xbr="5" ybr="9"/>', "box-negative-size"),
        ('<box label="cat" xtl="-50" ytl="1" xbr="5" ybr="9"/>', "box-clipped"),
        ('<box xtl="1" ytl="1" xbr="5" ybr="5"/>', "class-missing"),
        ('<polygon label="cat" points="1,2;x,4;5,6"/>', "coordinates-invalid"),
        ('<polygon label="cat" points="1,2;3;5,6"/>', "coordinates-invalid"),
        ('<polygon label="cat" points="nan,2;3,4;5,6"/>', "coordinates-not-finite"),
        ('<polygon label="cat" points="1,2;3,4"/>', "polygon-too-few-points"),
        ('<ellipse label="cat" cx="1" cy="1"/>', "coordinates-invalid"),
        ('<blob label="cat"/>', "shape-invalid"),
    ],
)
def test_a_bad_shape_is_told_at_its_line_and_costs_no_other(read: Read, shape: str, kind: str) -> None:
    result = read(image(f"{BOX}\n{shape}\n{BOX}"))
    (problem,) = result.problems
    assert (problem.kind, problem.line) == (kind, 6) and problem.file.endswith("annotations.xml")
    assert len(result.images[0].annotations) >= 2 and not result.images[0].is_explicit_negative


def test_lines_points_cuboids_and_skeletons_are_counted_and_left_out(read: Read) -> None:
    skeleton = '<skeleton label="cat"><points label="nose" points="1,1"/></skeleton>'
    result = read(image(f'<polyline label="cat" points="1,1;2,2"/>\n<points label="cat" points="1,1"/>\n{skeleton}'))
    assert [problem.text for problem in result.problems] == [
        "3 lines, points, cuboids and skeletons are left out, e.g. points (1), polyline (1), skeleton (1) "
        'in "annotations.xml".'
    ]
    assert not result.images[0].is_explicit_negative


def test_images_without_shapes_are_empty_and_counted(read: Read) -> None:
    result = read(image(BOX) + image("", "b.jpg").replace("\n", "") + image("", "c.jpg"), "a.jpg", "b.jpg", "c.jpg")
    assert [item.is_explicit_negative for item in result.images] == [False, True, True]
    (problem,) = result.problems
    assert problem.kind == "images-empty" and problem.text.startswith("2 of 3 images are listed without shapes")
    assert problem.severity is Severity.WARNING


def test_polygons_and_masks_of_one_group_and_label_are_one_object(read: Read) -> None:
    one = '<polygon label="cat" points="1,2;30,2;30,40" group_id="3"/>'
    mask = '<mask label="cat" rle="0,4" left="50" top="50" width="2" height="2" group_id="3"/>'
    other = '<polygon label="dog" points="1,2;30,2;30,40" group_id="3"/>'
    cat, dog = read(image(one + mask + other)).images[0].annotations
    assert isinstance(cat.geometry, Polygon) and len(cat.geometry.rings) == 2 and cat.details is None
    assert dog.details == AnnotationDetails(attributes=(("cvat:group_id", "3"),))


def test_what_else_a_shape_says_is_kept(read: Read) -> None:
    inside = (
        '<box label="cat" source="semi-auto" occluded="1" xtl="1" ytl="2" xbr="3" ybr="4" z_order="2">'
        '<attribute name="colour">red</attribute><attribute name="text">Ave\nMaria</attribute></box>'
    )
    (item,) = read(image(inside)).images[0].annotations
    pairs = (("cvat:z_order", "2"), ("cvat:source", "semi-auto"), ("occluded", "1"), ("colour", "red"))
    assert item.details == AnnotationDetails(text="Ave\nMaria", attributes=pairs)
    assert item.made_by == ""


def test_what_newer_versions_say_of_a_shape_is_kept(read: Read) -> None:
    (item,) = read(image(BOX.replace("z_order", 'votes="3" score="0.75" z_order'))).images[0].annotations
    assert item.details == AnnotationDetails(attributes=(("cvat:votes", "3"), ("score", "0.75")))
    assert item.confidence is None


def test_automatic_annotations_say_that_a_model_made_them(read: Read) -> None:
    inside = BOX.replace("manual", "auto").replace("z_order", 'score="0.5" z_order')
    (item,) = read(image(inside)).images[0].annotations
    assert item.made_by == "CVAT automatic annotation" and item.confidence == 0.5


@pytest.mark.parametrize("name", ["a.jpg", "sub/a.jpg", "sub\\a.jpg", "C:\\x\\a.jpg", "a.png", "a"])
def test_the_picture_is_found_however_it_is_named(read: Read, name: str) -> None:
    assert [item.path for item in read(image(BOX, name)).images] == ["a.jpg"]


def test_subsets_are_folders_of_the_images_and_sets(read: Read) -> None:
    both = image(BOX, more='subset="train"') + image("", more='subset="Validation"') + image(BOX, "b.jpg")
    result = read(both, "train/a.jpg", "Validation/a.jpg", "b.jpg")
    assert [(item.path, item.stated_set) for item in result.images] == [
        ("train/a.jpg", "train"),
        ("Validation/a.jpg", "val"),
        ("b.jpg", ""),
    ]


def test_an_image_that_comes_twice_is_told(read: Read) -> None:
    result = read(image(BOX) + image(BOX))
    assert len(result.images) == 1 and kinds(result) == ["image-described-twice"]


def test_names_that_lead_out_or_are_missing_are_told(read: Read) -> None:
    result = read(image(BOX) + image(BOX, "../../etc/passwd.jpg") + image(BOX, "gone.jpg") + image(BOX, ""))
    assert kinds(result) == ["path-unsafe", "image-missing", "image-missing"]
    assert all(problem.line for problem in result.problems)


TRACK = """<track id="4" label="cat">
<box frame="0" outside="0" occluded="0" keyframe="1" xtl="1" ytl="2" xbr="30" ybr="40"/>
<box frame="1" outside="0" occluded="0" keyframe="0" xtl="2" ytl="2" xbr="30" ybr="40"/>
<box frame="2" outside="1" occluded="0" keyframe="1" xtl="2" ytl="2" xbr="30" ybr="40"/>
</track>"""


def test_tracks_are_read_where_the_frames_are_pictures(read: Read) -> None:
    names = ("frame_000000.png", "frame_000001.png", "frame_000002.png", "frame_000003.png")
    result = read(TRACK, *names, meta=META)
    assert [(item.path, len(item.annotations), item.is_explicit_negative) for item in result.images] == [
        ("frame_000000.png", 1, False),
        ("frame_000001.png", 1, False),
        ("frame_000002.png", 0, True),
    ]
    assert result.images[0].annotations[0].details == AnnotationDetails(attributes=(("cvat:track", "4"),))
    assert kinds(result) == ["images-empty"]


def test_tracks_without_frames_are_told_with_what_to_do(read: Read) -> None:
    result = read(TRACK)
    assert set(kinds(result)) == {"tracks-not-read", "images-not-found"}
    problem = next(problem for problem in result.problems if problem.kind == "tracks-not-read")
    assert problem.text.startswith("1 track has 2 shapes on frames of a video") and problem.line == 4


def test_shapes_of_the_stored_picture_are_told_from_upright_ones(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a.jpg")
    path = tmp_path / "a.xml"

    def read_one(box: str) -> RawImage:
        path.write_text(f"<annotations><version>1.1</version>{image(box)}</annotations>")
        size = PictureSize(80, 100, is_sideways=True)
        return gather(FORMAT.read(ImportSource(path), size_of=lambda _: size)).images[0]

    assert read_one('<box label="a" xtl="1" ytl="1" xbr="95" ybr="70"/>').is_as_stored
    assert read_one('<box label="a" xtl="1" ytl="1" xbr="70" ybr="95"/>').is_upright_stated


def test_several_files_of_a_folder_and_other_xml(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "one/images/a.jpg", "two/images/a.jpg")
    for place in ("one", "two"):
        (tmp_path / place / "annotations.xml").write_text(f"<annotations><version/>{image(BOX)}</annotations>")
    (tmp_path / "broken.xml").write_text("<annotations><meta><image>")
    (tmp_path / "voc.xml").write_text("<annotation><filename>a.jpg</filename></annotation>")
    result = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _: None))
    assert [item.path for item in result.images] == ["one/images/a.jpg", "two/images/a.jpg"]
    assert kinds(result) == ["annotation-file-unreadable"]


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<!DOCTYPE annotations [<!ENTITY a "aaaa">]><annotations><version>&a;</version></annotations>')
    assert FORMAT.detect(path) <= 1
    with pytest.raises(FormatError, match="DOCTYPE"):
        gather(FORMAT.read(ImportSource(path), size_of=lambda _: None))


def test_an_element_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<annotations><version/>" + image("<box>" + "x" * 20_000_000 + "</box>") + "</annotations>")
    with pytest.raises(FormatError, match="too large"):
        gather(FORMAT.read(ImportSource(path), size_of=lambda _: None))


def test_a_round_trip_keeps_details_sets_turned_boxes_and_what_models_made(tmp_path: Path, pictures: Pictures) -> None:
    turned = Polygon(((20.0, 10.0, 40.0, 30.0, 30.0, 40.0, 10.0, 20.0),))
    pairs = (("cvat:z_order", "2"), ("cvat:source", "semi-auto"), ("occluded", "1"), ("colour", "red"))
    item = RawAnnotation("cat", turned, details=AnnotationDetails(text="Ave\nMaria", attributes=pairs))
    model = RawAnnotation("cat", Box(1, 2, 3, 4), made_by="v1 of pages", confidence=0.25)
    images = RawImage("sub/a.jpg", (item, model), 100, 80, stated_set="val")
    pictures(tmp_path / "pictures", "sub/a.jpg")
    write_data_set(FORMAT, iter([images]), ("cat", "dog"), tmp_path / "out")
    source = ImportSource(tmp_path / "out", images_root=tmp_path / "pictures")
    result = gather(FORMAT.read(source, size_of=lambda _: None))
    first, second = result.images[0].annotations
    assert first.details == item.details and isinstance(first.geometry, Polygon)
    assert first.geometry.rings[0] == pytest.approx(turned.rings[0], abs=1e-6)
    assert (second.made_by, second.confidence) == (model.made_by, model.confidence)
    assert result.images[0].stated_set == "val" and result.categories == ("cat", "dog")


def test_what_is_written_is_what_cvat_asks_for(tmp_path: Path) -> None:
    """Its loader wants these attributes, ids that are numbers, and labels that the task knows."""
    details = AnnotationDetails(text="a\x07b", attributes=(("colour", "red"),))
    polygon = RawAnnotation("cat", Polygon(((1, 2, 30, 2, 30, 40), (50, 50, 60, 50, 60, 60))), details=details)
    image = RawImage("sub/a.jpg", (RawAnnotation("cat", Box(1, 2, 3, 4)), polygon), 100, 80)
    write_data_set(FORMAT, iter([image]), ("cat",), tmp_path / "out")
    root = ElementTree.parse(tmp_path / "out/annotations.xml").getroot()
    assert [label.text for label in root.iterfind("meta/task/labels/label/name")] == ["cat"]
    (element,) = root.iterfind("image")
    assert element.attrib == {"id": "0", "name": "sub/a.jpg", "width": "100", "height": "80"}
    box, first, second = element
    assert {"label", "source", "occluded", "xtl", "ytl", "xbr", "ybr", "z_order"} == set(box.attrib)
    assert first.attrib["group_id"] == second.attrib["group_id"] == "1"
    assert first.attrib["points"] == "1,2;30,2;30,40"
    labels = json.loads((tmp_path / "out/labels.json").read_text())
    assert [(label["name"], [one["name"] for one in label["attributes"]]) for label in labels] == [
        ("cat", ["colour", "text"])
    ]


def test_ids_and_orders_that_it_cannot_hold_are_told(tmp_path: Path) -> None:
    item = RawAnnotation("line", Box(1, 2, 3, 4), details=AnnotationDetails("l1"))
    written = write_data_set(FORMAT, iter([RawImage("a.jpg", (item,), 100, 80)]), ("line",), tmp_path / "out")
    assert [problem.kind for problem in written.problems] == ["details-left-out"]


def test_a_track_of_a_model_is_no_ground_truth(read: Read) -> None:
    track = TRACK.replace('label="cat"', 'label="cat" source="auto"')
    result = read(track, "frame_000000.png", "frame_000001.png")
    makers = [item.made_by for one in result.images for item in one.annotations]
    assert makers and set(makers) == {"CVAT automatic annotation"}


def test_a_frame_whose_only_shape_is_left_out_is_no_negative(read: Read) -> None:
    track = '<track id="1" label="cat"><box frame="0" outside="0" xtl="a" ytl="2" xbr="3" ybr="4"/></track>'
    result = read(track, "frame_000000.png", "frame_000001.png")
    assert [one.is_explicit_negative for one in result.images] == [False, True]
    assert "coordinates-invalid" in kinds(result)
