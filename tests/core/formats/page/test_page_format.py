from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import ImportSource, RawAnnotation, Severity
from core.errors import FormatError
from core.formats.base import PictureSize, ReadResult, gather
from core.formats.page import FORMAT

Pictures = Callable[..., Path]

VERSIONS = ("2010-03-19", "2013-07-15", "2016-07-15", "2017-07-15", "2018-07-15", "2019-07-15")
NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/{}"
SQUARE = Polygon(((0, 0, 60, 0, 60, 50, 0, 50),))
LINE = Polygon(((1, 2, 31, 2, 31, 12, 1, 12),))
LINE_COORDS = '<Coords points="1,2 31,2 31,12 1,12"/>'


def page(body: str, *, name: str = "p.jpg", version: str = "2019-07-15", more: str = "", metadata: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<PcGts xmlns="{NAMESPACE.format(version)}" pcGtsId="pc1">'
        f"<Metadata><Creator>x</Creator><Created>2020-02-03T04:05:06</Created>{metadata}</Metadata>\n"
        f'<Page imageFilename="{name}" imageWidth="100" imageHeight="80"{more}>\n{body}\n</Page></PcGts>'
    )


def region(inside: str, *, kind: str = "TextRegion", key: str = "r", points: str = "", more: str = "") -> str:
    coords = f'<Coords points="{points or "0,0 60,0 60,50 0,50"}"/>' if points != "none" else ""
    return f'<{kind} id="{key}"{more}>{coords}{inside}</{kind}>'


def line(coords: str = LINE_COORDS, *, key: str = "l", more: str = "", text: str = "") -> str:
    equivalent = f"<TextEquiv><Unicode>{text}</Unicode></TextEquiv>" if text else ""
    return f'<TextLine id="{key}"{more}>{coords}{equivalent}</TextLine>'


def read(
    path: Path, images: Path | None = None, size: tuple[int, int] | None = (100, 80), **options: str
) -> ReadResult:
    picture = PictureSize(*size) if size else None
    source = ImportSource(path, images_root=images, options=tuple(options.items()))
    return gather(FORMAT.read(source, size_of=lambda _: picture))


def of_one(tmp_path: Path, body: str, **more: str) -> ReadResult:
    (tmp_path / "p.jpg").write_bytes(b"x")
    (tmp_path / "p.xml").write_text(page(body, **more), encoding="utf-8")
    return read(tmp_path / "p.xml")


def found(result: ReadResult) -> list[tuple[str | None, Geometry]]:
    return [(annotation.category, annotation.geometry) for annotation in result.images[0].annotations]


def kinds(result: ReadResult) -> list[str]:
    return [problem.kind for problem in result.problems]


def by_id(result: ReadResult) -> dict[str, RawAnnotation]:
    return {item.details.stated_id: item for item in result.images[0].annotations if item.details is not None}


@pytest.mark.parametrize("version", VERSIONS)
def test_regions_and_lines_of_every_version(tmp_path: Path, version: str) -> None:
    baseline = '<Baseline points="1,10 31,11"/>'
    result = of_one(tmp_path, region(line(LINE_COORDS + baseline, text="Ave")), version=version)
    assert found(result) == [("text_region", SQUARE), ("text_line", LINE)]
    assert result.categories == ("text_line", "text_region")
    assert kinds(result) == []
    details = by_id(result)["l"].details
    assert details is not None
    assert (details.text, details.parent, details.baseline, details.order) == ("Ave", "r", (1, 10, 31, 11), 0)
    assert FORMAT.detect(tmp_path) == 0.9 and FORMAT.detect(tmp_path / "p.xml") == 1


def test_any_prefix_and_points_as_elements(tmp_path: Path) -> None:
    """As Aletheia wrote them in 2010."""
    coords = "<Coords>" + "".join(f'<Point x="{x}" y="{y}"/>' for x, y in ((1, 2), (31, 2), (31, 12), (1, 12)))
    body = region(f'<TextLine id="l">{coords}</Coords></TextLine>', kind="GraphicRegion")
    text = page(body, version="2010-03-19")
    for name in ("PcGts", "Metadata", "Creator", "Created", "Page", "GraphicRegion", "TextLine", "Coords", "Point"):
        text = text.replace(f"<{name}", f"<pc:{name}").replace(f"</{name}", f"</pc:{name}")
    (tmp_path / "p.xml").write_text(text.replace("xmlns=", "xmlns:pc="))
    (tmp_path / "p.jpg").write_bytes(b"x")
    assert found(read(tmp_path)) == [("graphic_region", SQUARE), ("text_line", LINE)]


def test_the_class_of_a_region(tmp_path: Path) -> None:
    """Its structure's type, else its own, else its element's name; numbers left off."""
    regions = [
        region("", key="a", more=' custom="readingOrder {index:0;} structure {type:MainZone#1;}"'),
        region("", key="b", more=' type="heading" custom="structure {type:caption;}"'),
        region("", key="c", more=' type="page-number"'),
        region("", key="d", kind="ImageRegion"),
        region("", key="e", kind="CustomRegion", more=' type="Stamp"'),
        region("", key="f", more=r' custom="structure {score:0.5; type:a\u003bb c;}"'),
        region("", key="g", kind="LineDrawingRegion", more=' custom="structure{type:;} broken {"'),
    ]
    result = of_one(tmp_path, "".join(regions))
    assert [category for category, _ in found(result)] == [
        "MainZone", "caption", "page-number", "image_region", "Stamp", "a;b c", "line_drawing_region",
    ]  # fmt: skip
    assert [(problem.kind, problem.severity) for problem in result.problems] == [
        ("zone-numbers-dropped", Severity.INFO),
        ("details-not-kept", Severity.INFO),
    ]
    assert "regions with another type besides that of their structure (1)" in result.problems[1].text


def test_lines_lie_in_the_innermost_region_that_has_an_id(tmp_path: Path) -> None:
    cell = region(line(key="l1"), kind="TableCell", key="cell", more=' row="0" col="1"')
    table = region(cell, kind="TableRegion", key="table")
    inner = region(line(key="l2"), key="inner")
    result = of_one(tmp_path, table + region(inner + line(key="l3"), key="outer") + line(key="l4"))
    details = {key: item.details for key, item in by_id(result).items()}
    assert {key: item.parent for key, item in details.items() if item is not None} == {
        "table": "", "cell": "table", "l1": "cell", "outer": "", "inner": "outer", "l2": "inner", "l3": "outer",
        "l4": "",
    }  # fmt: skip
    (problem,) = result.problems
    assert "lines and regions with other attributes (rows, columns, colours ...) (1)" in problem.text
    assert by_id(result)["cell"].category == "table_cell"


def test_lines_of_escriptorium_s_dummy_are_of_no_region_and_nothing_is_told(tmp_path: Path) -> None:
    result = of_one(tmp_path, region(line(key="l"), key="eSc_dummyblock_", points="none"))
    assert found(result) == [("text_line", LINE)] and kinds(result) == []
    details = by_id(result)["l"].details
    assert details is not None and details.parent == ""


def test_reading_order_of_groups_in_groups(tmp_path: Path) -> None:
    order = """<ReadingOrder><OrderedGroup id="o">
      <RegionRefIndexed index="2" regionRef="a"/><RegionRefIndexed index="0" regionRef="d"/>
      <OrderedGroupIndexed id="q" index="1" regionRef="c">
        <RegionRefIndexed index="1" regionRef="f"/><RegionRefIndexed index="0" regionRef="e"/></OrderedGroupIndexed>
      <UnorderedGroupIndexed id="u" index="3"><RegionRef regionRef="b"/></UnorderedGroupIndexed>
      </OrderedGroup></ReadingOrder>"""
    result = of_one(tmp_path, order + "".join(region("", key=key) for key in "abcdefg"))
    orders = {key: item.details.order for key, item in by_id(result).items() if item.details is not None}
    assert sorted(orders, key=lambda key: orders[key] or 0) == list("dcefabg"), "what is not named comes last"


def test_reading_order_of_transkribus_in_custom(tmp_path: Path) -> None:
    lines = "".join(line(key=key, more=f' custom="readingOrder {{index:{at};}}"') for key, at in (("x", 1), ("y", 0)))
    first = region("", key="b", more=' custom="readingOrder {index:1;}"')
    second = region(lines, key="a", more=' custom="readingOrder {index:0;}"')
    result = of_one(tmp_path, first + second)
    orders = {key: item.details.order for key, item in by_id(result).items() if item.details is not None}
    assert orders == {"a": 0, "b": 1, "y": 0, "x": 1}


def test_text_is_that_of_the_lowest_index_else_of_the_words(tmp_path: Path) -> None:
    def equivalent(text: str, index: str = "") -> str:
        stated = f' index="{index}"' if index else ""
        return f"<TextEquiv{stated}><Unicode>{text}</Unicode></TextEquiv>"

    word = '<Word id="w{}"><Coords points="1,2 9,2 9,9"/>{}</Word>'
    words = word.format(1, equivalent("de")) + word.format(2, equivalent("la"))
    result = of_one(
        tmp_path,
        region(
            line(LINE_COORDS + equivalent("second", "1") + equivalent("first", "0"), key="a")
            + line(LINE_COORDS + words + equivalent("whole"), key="b")
            + line(LINE_COORDS + words, key="c")
            + line(key="d")
            + equivalent("text of all"),
        )
        + region(equivalent("caption"), key="picture", kind="ImageRegion"),
    )
    texts = {key: item.details.text for key, item in by_id(result).items() if item.details is not None}
    assert texts == {"r": None, "a": "first", "b": "whole", "c": "de la", "d": None, "picture": "caption"}
    (problem,) = result.problems
    assert problem.severity is Severity.INFO
    assert "lines whose words have places of their own (2)" in problem.text
    assert "lines and regions with other readings (1)" in problem.text


def test_what_else_is_said_of_a_page_and_its_elements_is_kept(tmp_path: Path) -> None:
    custom = "readingOrder {index:0;} textStyle {offset:0; length:2; bold:true;} structure {type:heading;}"
    body = region(
        line(more=f' custom="{custom}" primaryLanguage="French"'),
        more=' orientation="-1.5" readingDirection="left-to-right"',
    )
    metadata = '<TranskribusMetadata docId="7" imgUrl="https://example.org/7"/>'
    result = of_one(tmp_path, body, more=' type="content"', metadata=metadata)
    image = result.images[0].details
    assert image is not None
    assert (image.stated_id, image.url) == ("pc1", "https://example.org/7")
    assert (image.get("page:type"), image.get("page:Created")) == ("content", "2020-02-03T04:05:06")
    details = {key: item.details for key, item in by_id(result).items()}
    assert details["r"] is not None and details["l"] is not None
    assert details["r"].attributes == (("page:orientation", "-1.5"), ("page:readingDirection", "left-to-right"))
    assert details["l"].attributes == (
        ("type", "heading"),
        ("page:primaryLanguage", "French"),
        ("page:custom", "textStyle {offset:0; length:2; bold:true;}"),
    )
    assert kinds(result) == ["line-types-merged"]


def test_what_is_passed_over_is_counted(tmp_path: Path) -> None:
    body = (
        '<Border><Coords points="0,0 99,0 99,79"/></Border><PrintSpace><Coords points="0,0 99,0 99,79"/></PrintSpace>'
        "<Relations/>" + region("<TextStyle/>")
    )
    (problem,) = of_one(tmp_path, body).problems
    assert problem.kind == "details-not-kept"
    assert "page borders (Border, PrintSpace) (2)" in problem.text and "text styles (1)" in problem.text


@pytest.mark.parametrize(
    ("coords", "kind", "expected"),
    [
        ("", "line-without-outline", None),
        ('<Baseline points="1,2 9,2"/>', "line-without-outline", None),
        ('<Coords points="1,2 3"/>', "polygon-invalid", None),
        ('<Coords points="a,b c,d e,f"/>', "polygon-invalid", None),
        ('<Coords><Point x="1"/></Coords>', "polygon-invalid", None),
        ('<Coords points="1,2 nan,2 3,3"/>', "coordinates-not-finite", None),
        ('<Coords points="1,2 1,2 1,2"/>', "polygon-too-few-points", None),
        ('<Coords points="1,2 2,2 3,2"/>', "polygon-without-area", None),
        ('<Coords points="500,2 600,2 600,9"/>', "polygon-out-of-bounds", None),
        ('<Coords points="-9,2 9,2 9,9"/>', "polygon-clipped", Polygon(((0, 2, 9, 2, 9, 9),))),
        (f'{LINE_COORDS}<Baseline points="1,2"/>', "baseline-invalid", LINE),
        (f'{LINE_COORDS}<Baseline points="1,2 x"/>', "baseline-invalid", LINE),
        (f'{LINE_COORDS}<Baseline points="1,2 inf,2"/>', "baseline-invalid", LINE),
        (f'{LINE_COORDS}<Baseline points="-9,-9 -8,-8"/>', "baseline-invalid", LINE),
        (f'{LINE_COORDS}<Baseline points="-9,5 31,5"/>', "baseline-clipped", LINE),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_place(
    tmp_path: Path, coords: str, kind: str, expected: Geometry
) -> None:
    result = of_one(tmp_path, region("\n" + line(coords) + line(key="good")))
    assert [shape for _, shape in found(result)] == [SQUARE, *([expected] if expected else []), LINE]
    (problem,) = result.problems
    assert (problem.kind, problem.line, problem.file) == (kind, 5, str(tmp_path / "p.xml"))
    assert "TextLine l " in problem.text


def test_points_may_have_fractions_and_commas_and_spaces_anywhere(tmp_path: Path) -> None:
    coords = '<Coords points=" 1.5,2.25  31 2,  31,12.75 1, 12 "/>'
    assert found(of_one(tmp_path, line(coords))) == [("text_line", Polygon(((1.5, 2.25, 31, 2, 31, 12.75, 1, 12),)))]


def test_a_line_without_an_outline_takes_the_boxes_of_its_words(tmp_path: Path) -> None:
    places = ("10,20 15,20 15,26", "18,18 25,27 20,25")
    words = "".join(f'<Word id="w{at}"><Coords points="{place}"/></Word>' for at, place in enumerate(places))
    result = of_one(tmp_path, line(words))
    assert found(result) == [("text_line", Box(10, 18, 25, 27))]
    assert kinds(result) == ["lines-from-strings", "details-not-kept"]


def test_a_region_without_an_outline_keeps_its_lines(tmp_path: Path) -> None:
    result = of_one(tmp_path, region(line(), points="none") + region("", points="none", key="empty"))
    assert found(result) == [("text_line", LINE)]
    assert [problem.text for problem in result.problems] == [
        "TextRegion r has no outline; its lines are kept.",
        "TextRegion empty has no outline; it is left out.",
    ]
    details = by_id(result)["l"].details
    assert details is not None and details.parent == "r"


def test_ids_of_regions_that_a_page_has_twice_get_a_number(tmp_path: Path) -> None:
    result = of_one(tmp_path, region(line(key="a"), key="r") + region(line(key="b"), key="r"))
    details = {key: item.details for key, item in by_id(result).items()}
    assert {key: item.parent for key, item in details.items() if item is not None} == {
        "r": "", "a": "r", "r_1": "", "b": "r_1",
    }  # fmt: skip
    assert "ids of zones that a page has twice, which got a number (1)" in result.problems[0].text


def test_a_page_of_another_resolution_is_scaled(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(b"x")
    (tmp_path / "p.xml").write_text(page(line(LINE_COORDS + '<Baseline points="1,10 31,10"/>')))
    result = read(tmp_path, size=(200, 160))
    assert found(result) == [("text_line", Polygon(((2, 4, 62, 4, 62, 24, 2, 24),)))]
    details = by_id(result)["l"].details
    assert details is not None and details.baseline == (2, 20, 62, 20)
    assert kinds(result) == ["page-scaled"]
    assert kinds(read(tmp_path, size=(80, 100))) == ["image-size-differs"]
    assert found(read(tmp_path, size=None)) == [("text_line", LINE)]


@pytest.mark.parametrize(
    ("stated", "picture"),
    [
        ("C:\\scans\\p.jpg", "one/p.jpg"),
        ("/mnt/x/p.jpg", "one/p.jpg"),
        ("https://example.org/scans/p.jpg?size=full", "one/p.jpg"),
        ("p.tif", "one/p.jpg"),
        ("other.jpg", "one/own.jpg"),
        ("", "one/own.jpg"),
        ("IMG/0001.tif", "IMG/0001.tif"),  # as OCR-D says it, from the workspace's top
        ("../../etc/p.jpg", "one/p.jpg"),
    ],
)
def test_the_picture_is_found(tmp_path: Path, pictures: Pictures, stated: str, picture: str) -> None:
    pictures(tmp_path, "one/p.jpg", "one/own.jpg", "two/p.jpg", "IMG/0001.tif", "THUMBS/0001.tif")
    (tmp_path / "one/own.xml").write_text(page(line(), name=stated))
    assert [image.path for image in read(tmp_path).images] == [picture]


def test_an_empty_page_is_a_negative_and_several_pages_are_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg", "q.jpg")
    (tmp_path / "p.xml").write_text(page(""))
    (tmp_path / "q.xml").write_text(page(line(), name="q.jpg").replace("</PcGts>", "<Page/></PcGts>"))
    result = read(tmp_path)
    assert [image.is_explicit_negative for image in result.images] == [True, False]
    assert kinds(result) == ["several-pages"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<PcGts><Page></PcGts>", "line 1"),
        ("<alto/>", "not PAGE"),
        ("<PcGts/>", "no page"),
        ("<PcGts><a><Page/></a></PcGts>", "no page"),
        ('<!DOCTYPE PcGts [<!ENTITY a "b">]><PcGts>&a;</PcGts>', "DOCTYPE"),
        ("<PcGts>" + "<a>" * 5000, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_alone_and_passed_over_in_a_folder(
    tmp_path: Path, pictures: Pictures, content: str, words: str
) -> None:
    pictures(tmp_path, "good.jpg", "bad.jpg")
    (tmp_path / "bad.xml").write_text(content)
    (tmp_path / "good.xml").write_text(page(line(), name="good.jpg"))
    with pytest.raises(FormatError, match=words):
        read(tmp_path / "bad.xml")
    result = read(tmp_path)
    assert [image.path for image in result.images] == ["good.jpg"]
    assert kinds(result) == ["annotations-not-read" if "alto" in content else "annotation-file-unreadable"]


def test_pictures_around_transkribus_s_folder_of_pages_are_found(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "a/0001.jpg", "a/0002.jpg", "b/0001.jpg", "b/0002.tif")
    for document in ("a", "b"):
        (tmp_path / document / "page").mkdir()
        for name in ("0001", "0002"):
            stated = f"{name}.tif" if name == "0002" else f"{name}.jpg"
            (tmp_path / document / "page" / f"{name}.xml").write_text(page(line(), name=stated))
    result = read(tmp_path)
    assert {image.path: Path(image.source_file).relative_to(tmp_path).as_posix() for image in result.images} == {
        "a/0001.jpg": "a/page/0001.xml",
        "a/0002.jpg": "a/page/0002.xml",  # of another ending, and not the one of the other document
        "b/0001.jpg": "b/page/0001.xml",
        "b/0002.tif": "b/page/0002.xml",
    }
    assert kinds(result) == []


def test_pages_drawn_on_the_picture_as_it_is_stored_say_so(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(page(line('<Coords points="1,2 99,2 99,12 1,12"/><Baseline points="1,10 99,10"/>')))
    turned = PictureSize(80, 100, is_sideways=True)  # its file has 100 x 80
    source = ImportSource(tmp_path)
    result = gather(FORMAT.read(source, size_of=lambda _: turned))
    (image,) = result.images
    assert (image.is_as_stored, image.is_frame_guessed, image.width, image.height) == (True, False, 100, 80)
    assert image.annotations[0].geometry == Polygon(((1, 2, 99, 2, 99, 12, 1, 12),))
    assert kinds(result) == []


def test_pages_that_fit_the_upright_picture_only_are_not_turned(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(page(line('<Coords points="1,82 31,82 31,98 1,98"/>')))
    turned = PictureSize(80, 100, is_sideways=True)
    result = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _: turned))
    (image,) = result.images
    assert (image.is_as_stored, image.is_upright_stated, image.width, image.height) == (False, True, 80, 100)
    assert image.annotations[0].geometry == Polygon(((1, 82, 31, 82, 31, 98, 1, 98),))


def test_an_empty_page_of_another_resolution_is_a_negative(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(page(""))
    result = read(tmp_path, size=(200, 160))
    assert [image.is_explicit_negative for image in result.images] == [True]


def test_a_custom_of_a_million_letters_takes_no_time_at_all(tmp_path: Path) -> None:
    custom = f' custom="{"a" * 1_000_000} structure {{type:heading;}}"'
    assert [name for name, _ in found(of_one(tmp_path, region("", more=custom)))] == ["heading"]


def test_pages_of_another_resolution_are_told_once(tmp_path: Path, pictures: Pictures) -> None:
    for name in "abc":
        pictures(tmp_path, f"{name}.jpg")
        (tmp_path / f"{name}.xml").write_text(page(line(), name=f"{name}.jpg"))
    (problem,) = read(tmp_path, size=(200, 160)).problems
    assert (problem.kind, problem.file) == ("page-scaled", str(tmp_path / "a.xml"))
    assert problem.text.startswith("3 pages were measured on pictures of another size")
