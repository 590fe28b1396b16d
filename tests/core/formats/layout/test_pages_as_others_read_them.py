"""What eScriptorium, kraken and Transkribus want of a page besides its schema: each a test."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from tests.core.formats.layout.drawn_pages import FIRST, FULL, MAIN, PAGES, SIZE, line, parsed, write, written, zone

both_forms = pytest.mark.parametrize("slug", PAGES)

BOWTIE = Polygon(((10, 10, 110, 60, 110, 10, 10, 60),))
BEYOND = Polygon(((-5, -8, 420, 10, 420, 310, 3, 290),))


def image(*annotations: RawAnnotation, name: str = "p.jpg") -> RawImage:
    return RawImage(name, annotations, *SIZE)


def regions(root: ElementTree.Element) -> list[ElementTree.Element]:
    """All that may be a region, whatever it is called."""
    around = root.find(".//PrintSpace")
    page = root.find(".//Page") if around is None else around
    return [child for child in page if child.tag not in ("ReadingOrder", "Shape")]


def points(root: ElementTree.Element) -> list[tuple[str, list[tuple[float, float]]]]:
    """Every list of points with the element that has it."""
    found = []
    for element in root.iter():
        for key in ("points", "POINTS", "BASELINE"):
            if key in element.attrib:
                numbers = [float(word) for word in re.split("[ ,]", element.attrib[key])]
                found.append((f"{element.tag} {key}", list(zip(numbers[0::2], numbers[1::2], strict=True))))
    return found


@both_forms
def test_every_zone_is_a_text_region_right_below_the_page(tmp_path: Path, slug: str) -> None:
    """eScriptorium passes over ImageRegion, Illustration and regions in regions."""
    drawn = image(zone("GraphicZone", MAIN), zone("illustration", Box(1, 1, 9, 9)), zone("table_cell", FIRST, "c"))
    root = written(slug, tmp_path / "out", drawn)
    assert {region.tag for region in regions(root)} == {"TextRegion" if slug == "page" else "TextBlock"}
    assert len(regions(root)) == 3
    assert not any(element.tag.endswith(("Region", "Block")) for region in regions(root) for element in region)


def test_page_says_the_type_last_in_custom_and_nowhere_else(tmp_path: Path) -> None:
    root = written("page", tmp_path / "out", FULL)
    named = [region.get("custom", "") for region in regions(root)]
    assert [re.sub(r".*(structure \{)", r"\1", text) for text in named[:3]] == [
        "structure {type:MarginTextZone;}",
        "structure {type:MainZone#1;}",
        "structure {type:GraphicZone;}",
    ]
    assert not [element for element in root.iter() if "type" in element.attrib]


def test_signs_that_would_end_a_type_are_escaped(tmp_path: Path) -> None:
    category = r"a;b{c}:d\e"
    root = written("page", tmp_path / "out", image(zone(category, MAIN)))
    (custom,) = [region.get("custom", "") for region in regions(root)]
    assert custom.endswith(r"structure {type:a\u003bb\u007bc\u007d\u003ad\u005ce;}")


@both_forms
def test_every_line_has_an_outline_and_a_baseline(tmp_path: Path, slug: str) -> None:
    lines = written(slug, tmp_path / "out", FULL).findall(".//TextLine")
    assert len(lines) == 4
    if slug == "page":
        assert [[part.tag for part in item][:2] for item in lines] == [["Coords", "Baseline"]] * 4
        assert all(re.fullmatch(r"\d+,\d+( \d+,\d+)+", item.find("Baseline").get("points")) for item in lines)
    else:
        assert all(item.find("Shape/Polygon") is not None for item in lines)
        assert all(re.fullmatch(r"\d+ \d+( \d+ \d+)+", item.get("BASELINE", "")) for item in lines)


def test_a_line_of_alto_has_one_string_even_without_text(tmp_path: Path) -> None:
    """kraken refuses a line without; several would be put together without the spaces between."""
    lines = written("alto", tmp_path / "out", FULL).findall(".//TextLine")
    found = {item.get("ID"): [part.get("CONTENT") for part in item.findall("String")] for item in lines}
    assert found == {"l1": ["First  \u017fi vis"], "l2": ["Second & <last>"], "gone_1": [""], "alone": [""]}


def test_points_of_alto_have_no_commas(tmp_path: Path) -> None:
    root = written("alto", tmp_path / "out", FULL)
    stated = [element.get("POINTS", "") for element in root.iter("Polygon")]
    assert len(stated) == 7, "three zones and four lines"
    assert all(re.fullmatch(r"[\d.]+( [\d.]+)+", text) for text in stated)


def test_alto_measures_in_pixels_and_its_boxes_are_whole(tmp_path: Path) -> None:
    root = written("alto", tmp_path / "out", image(line(Polygon(((1.5, 2.25, 90.5, 3, 60, 40.75),)))))
    assert root.find("Description/MeasurementUnit").text == "pixel"
    (item,) = root.findall(".//TextLine")
    assert [item.get(key) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")] == ["1", "2", "90", "39"]


def test_page_is_in_whole_pixels(tmp_path: Path) -> None:
    shape = Polygon(((1.5, 2.25, 90.5, 3, 60, 40.75),))
    result = write("page", tmp_path / "out", image(line(shape, baseline=(1.25, 30.5, 80.75, 31.5))))
    root = parsed(tmp_path / "out" / "p.xml")
    assert root.find(".//TextLine/Coords").get("points") == "2,2 90,3 60,41"
    assert root.find(".//TextLine/Baseline").get("points") == "1,30 81,32"
    assert ("shape-rounded", "1 shape had fractions of pixels: PAGE is written in whole pixels.") in [
        (problem.kind, problem.text) for problem in result.problems
    ]


@both_forms
def test_the_file_lies_beside_its_picture_and_says_its_plain_name(tmp_path: Path, slug: str) -> None:
    root = written(slug, tmp_path / "out", FULL)
    assert (tmp_path / "out/vol 1/f 11.tif.xml").is_file() and (tmp_path / "out/vol 1/f 11.tif.jpeg").is_file()
    page = root.find(".//Page")
    name = page.get("imageFilename") if slug == "page" else root.find(".//fileName").text
    assert name == "f 11.tif.jpeg"


@pytest.mark.parametrize(
    ("slug", "version", "namespace"),
    [
        ("page", "2019", "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"),
        ("page", "2013", "http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15"),
        ("alto", "4.2", "http://www.loc.gov/standards/alto/ns-v4#"),
        ("alto", "4.4", "http://www.loc.gov/standards/alto/ns-v4#"),
    ],
)
def test_the_version_stands_in_the_file(tmp_path: Path, slug: str, version: str, namespace: str) -> None:
    """eScriptorium looks for the schema's place."""
    write(slug, tmp_path / "out", FULL, answers={"version": version})
    text = (tmp_path / "out/vol 1/f 11.tif.xml").read_text(encoding="utf-8")
    place = f"{namespace}/pagecontent.xsd" if slug == "page" else f"v4/alto-{version.replace('.', '-')}.xsd"
    assert f'xmlns="{namespace}"' in text and f'{place}"' in text
    assert ("<ReadingOrder>" in text) == (version != "4.2")


@both_forms
def test_nothing_is_negative_or_outside_the_picture(tmp_path: Path, slug: str) -> None:
    drawn = image(zone("a", BEYOND), line(BEYOND, baseline=(-20, 200, 500, 320)), line(Box(390, 290, 500, 900)))
    result = write(slug, tmp_path / "out", drawn)
    found = points(parsed(tmp_path / "out/p.xml"))
    assert len(found) >= 5
    assert all(0 <= x <= SIZE[0] and 0 <= y <= SIZE[1] for _, pairs in found for x, y in pairs)
    assert "3 shapes reached beyond the image: the part inside is written." in [item.text for item in result.problems]


@both_forms
def test_an_outline_that_crosses_itself_is_put_right_and_told(tmp_path: Path, slug: str) -> None:
    result = write(slug, tmp_path / "out", image(zone("a", BOWTIE), zone("b", MAIN)))
    (_, corners), _ = points(parsed(tmp_path / "out/p.xml"))
    assert sorted(corners) == [(10, 10), (10, 60), (110, 10), (110, 60)]
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in sides), "a rectangle again"
    assert [problem.text[:25] for problem in result.problems] == ["1 outline crossed itself,"]


@both_forms
def test_ids_are_unique_and_of_xml_and_those_that_can_stay_do(tmp_path: Path, slug: str) -> None:
    def with_ids(*ids: str) -> RawImage:
        shapes = (Polygon(((5, 10 * at, 90, 10 * at, 90, 10 * at + 8),)) for at in range(len(ids)))
        return image(*(line(shape, key) for shape, key in zip(shapes, ids, strict=True)))

    wanted = ("line_1", "same", "same", "7", "a b", "", "été-1", "eSc_dummyblock_", "calque_lines", "zone_1")
    drawn = with_ids(*wanted)
    result = write(slug, tmp_path / "out", drawn)
    root = parsed(tmp_path / "out/p.xml")
    lines = [item.get("id") or item.get("ID") or "" for item in root.findall(".//TextLine")]
    assert [lines[wanted.index(key)] for key in ("line_1", "same", "été-1", "zone_1")] == [
        "line_1", "same", "été-1", "zone_1",
    ]  # fmt: skip
    ids = [value for element in root.iter() for key, value in element.items() if key in ("id", "ID")]
    assert len(ids) == len(set(ids)) and all(re.fullmatch(r"[^\W\d][\w.-]*", key) for key in ids)
    assert "eSc_dummyblock_" not in " ".join(ids)
    assert [problem.text[:7] for problem in result.problems if problem.kind == "id-made-anew"] == ["5 ids c"]


@both_forms
def test_lines_lie_in_their_zone_in_reading_order(tmp_path: Path, slug: str) -> None:
    root = written(slug, tmp_path / "out", FULL)
    found = [
        (
            region.get("id") or region.get("ID"),
            [item.get("id") or item.get("ID") for item in region.findall("TextLine")],
        )
        for region in regions(root)
    ]
    assert found == [("note", []), ("main", ["l1", "l2"]), ("g", []), ("gone", ["gone_1"]), ("calque_lines", ["alone"])]


def test_page_states_the_reading_order_twice(tmp_path: Path) -> None:
    """As an element, and in `custom` for Transkribus, which looks there for that of lines."""
    root = written("page", tmp_path / "out", FULL)
    references = root.findall(".//ReadingOrder/OrderedGroup/RegionRefIndexed")
    order = ["note", "main", "g", "gone", "calque_lines"]
    assert [(item.get("index"), item.get("regionRef")) for item in references] == [
        (str(i), k) for i, k in enumerate(order)
    ]
    lines = [item.get("custom", "") for item in root.findall(".//TextLine")]
    assert [re.match(r"readingOrder \{index:(\d);\}", text)[1] for text in lines] == ["0", "1", "0", "0"]


def test_alto_names_the_class_of_zones_and_the_type_of_lines_by_tags(tmp_path: Path) -> None:
    root = written("alto", tmp_path / "out", FULL)
    tags = {tag.get("ID"): tag.get("LABEL") for tag in root.findall("Tags/OtherTag")}
    named = {item.get("ID"): tags.get(item.get("TAGREFS", "")) for item in root.iter() if item.tag.startswith("Text")}
    assert named == {
        "note": "MarginTextZone", "main": "MainZone#1", "g": "GraphicZone", "gone": None, "calque_lines": None,
        "l1": "HeadingLine", "l2": None, "gone_1": None, "alone": None,
    }  # fmt: skip


@both_forms
def test_text_that_xml_cannot_hold_is_replaced(tmp_path: Path, slug: str) -> None:
    root = written(slug, tmp_path / "out", image(line(FIRST, text="a\x00b\ud800c\n\td")))
    found = root.find(".//Unicode").text if slug == "page" else root.find(".//String").get("CONTENT")
    assert found == "a\ufffdb\ufffdc\n\td"


@both_forms
def test_classes_that_are_lines_can_be_named(tmp_path: Path, slug: str) -> None:
    drawn = image(zone("heading", FIRST), zone("seal", MAIN))
    root = written(slug, tmp_path / "out", drawn, **{"line-classes": "text_line, heading"})
    assert len(root.findall(".//TextLine")) == 1
    assert "heading" in (root.find(".//TextLine").get("custom") or root.find(".//OtherTag[2]").get("LABEL") or "")


@both_forms
def test_a_derived_baseline_says_so(
    tmp_path: Path, slug: str, marks: Callable[[ElementTree.Element], list[bool]]
) -> None:
    result = write(slug, tmp_path / "out", FULL)
    assert marks(parsed(tmp_path / "out/vol 1/f 11.tif.xml")) == [False, False, True, True]
    told = [problem.text for problem in result.problems if problem.kind == "baseline-derived"]
    assert told == [
        "2 lines without a baseline: one was derived from the outline, and is marked as derived in the file."
    ]
    details = AnnotationDetails("x", baseline=(22, 45, 278, 47), is_baseline_derived=True)
    again = replace(line(FIRST), details=details)  # one that was derived before stays marked
    write(slug, tmp_path / "again", image(again))
    assert marks(parsed(tmp_path / "again/p.xml")) == [True]


@pytest.fixture
def marks(slug: str) -> Callable[[ElementTree.Element], list[bool]]:
    key, mark = ("custom", "calque {baseline:derived;") if slug == "page" else ("PROCESSINGREFS", "calque_baseline")
    return lambda root: [mark in item.get(key, "") for item in root.findall(".//TextLine")]


@pytest.mark.parametrize("slug", ["alto", "page"])
def test_an_image_of_which_nothing_can_be_written_gets_no_page(tmp_path: Path, slug: str) -> None:
    """It would come back as one that was seen to be empty."""
    whole = image(RawAnnotation("portrait", None), name="q.jpg")
    result = write(slug, tmp_path, image(RawAnnotation("text_line", Box(1, 2, 30, 12))), whole)
    assert [file.name for file in tmp_path.rglob("*.xml")] == ["p.xml"]
    assert result.n_images == 1
