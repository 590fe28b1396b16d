from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.imports import ImportSource, Severity
from core.errors import FormatError
from core.formats.alto import FORMAT
from core.formats.base import PictureSize, ReadResult, gather

Pictures = Callable[..., Path]

NAMESPACES = [
    "",
    ' xmlns="http://www.loc.gov/standards/alto/ns-v2#"',
    ' xmlns="http://www.loc.gov/standards/alto/ns-v4#"',
]
TAGS = (
    '<Tags><OtherTag ID="B1" LABEL="MainZone#1"/><OtherTag ID="B2" LABEL="GraphicZone"/>'
    '<OtherTag ID="L1" LABEL="HeadingLine"/><NamedEntityTag ID="N1" LABEL="Paris"/></Tags>'
)


def alto(body: str, *, name: str = "", unit: str = "pixel", page: str = 'WIDTH="100" HEIGHT="80"', ns: str = "") -> str:
    source = f"<sourceImageInformation><fileName>{name}</fileName></sourceImageInformation>" if name else ""
    return (
        f'<?xml version="1.0"?>\n<alto{ns}><Description><MeasurementUnit>{unit}</MeasurementUnit>{source}</Description>'
        f"{TAGS}<Layout><Page {page}><PrintSpace>\n{body}\n</PrintSpace></Page></Layout></alto>"
    )


def read(path: Path, images: Path | None = None, size: tuple[int, int] | None = (100, 80)) -> ReadResult:
    picture = PictureSize(*size) if size else None
    return gather(FORMAT.read(ImportSource(path, images_root=images), size_of=lambda _: picture))


def found(result: ReadResult) -> list[tuple[str | None, object]]:
    return [(annotation.category, annotation.geometry) for annotation in result.images[0].annotations]


def line(shape: str = 'HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"', inside: str = "", tags: str = "") -> str:
    return f'<TextLine ID="l" {shape} TAGREFS="{tags}">{inside}<String CONTENT="x"/></TextLine>'


LINE_BOX = Box(1, 2, 31, 12)


@pytest.mark.parametrize("ns", NAMESPACES)
def test_lines_and_zones(tmp_path: Path, pictures: Pictures, ns: str) -> None:
    pictures(tmp_path, "p.jpg")
    outline = '<Shape><Polygon POINTS="0,0 60,0 60,50 0,50"/></Shape>'
    body = f"""<TextBlock ID="b" TAGREFS="N1 B1" HPOS="0" VPOS="0" WIDTH="60" HEIGHT="50">{outline}
        {line(tags="L1")}</TextBlock>
        <Illustration ID="i" HPOS="0" VPOS="50" WIDTH="10" HEIGHT="10"/>
        <Illustration ID="j" HPOS="0" VPOS="50" WIDTH="20" HEIGHT="10" TAGREFS="B2"/>
        <ComposedBlock ID="c" TYPE="advertisement" HPOS="0" VPOS="60" WIDTH="10" HEIGHT="10"/>
        <GraphicalElement ID="g" HPOS="0" VPOS="70" WIDTH="10" HEIGHT="10"/>
        <TextBlock ID="grouping">{line(tags="", shape='HPOS="1" VPOS="40" WIDTH="30" HEIGHT="5"')}</TextBlock>"""
    (tmp_path / "p.xml").write_text(alto(body, name="p.jpg", ns=ns))
    result = read(tmp_path / "p.xml")
    assert found(result) == [
        ("MainZone", Polygon(((0, 0, 60, 0, 60, 50, 0, 50),))),
        ("text_line", LINE_BOX),
        ("illustration", Box(0, 50, 10, 60)),
        ("GraphicZone", Box(0, 50, 20, 60)),
        ("advertisement", Box(0, 60, 10, 70)),
        ("graphical_element", Box(0, 70, 10, 80)),
        ("text_line", Box(1, 40, 31, 45)),
    ]
    assert result.categories == (
        "text_line",
        "GraphicZone",
        "MainZone",
        "advertisement",
        "graphical_element",
        "illustration",
    )
    assert [(problem.kind, problem.severity) for problem in result.problems] == [
        ("line-types-merged", Severity.INFO),
        ("zone-numbers-dropped", Severity.INFO),
    ]
    assert "HeadingLine (1)" in result.problems[0].text
    assert "MainZone#1 (1)" in result.problems[1].text


@pytest.mark.parametrize(
    ("inside", "shape", "kind", "expected"),
    [
        (
            '<Shape><Polygon POINTS="1 2 3"/></Shape>',
            'HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"',
            "polygon-invalid",
            LINE_BOX,
        ),
        (
            '<Shape><Polygon POINTS="a b"/></Shape>',
            'HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"',
            "polygon-invalid",
            LINE_BOX,
        ),
        (
            '<Shape><Polygon POINTS="1 1 2 2 3 3"/></Shape>',
            'HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"',
            "polygon-without-area",
            LINE_BOX,
        ),
        (
            '<Shape><Polygon POINTS="1 1 2 NaN 3 3"/></Shape>',
            'HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"',
            "coordinates-not-finite",
            LINE_BOX,
        ),
        ("", 'HPOS="1" VPOS="2" WIDTH="30"', "coordinates-invalid", None),
        ("", 'HPOS="1" VPOS="2" WIDTH="-30" HEIGHT="10"', "box-negative-size", None),
        ("", 'HPOS="500" VPOS="2" WIDTH="30" HEIGHT="10"', "box-out-of-bounds", None),
        ("", 'HPOS="80" VPOS="2" WIDTH="30" HEIGHT="10"', "box-clipped", Box(80, 2, 100, 12)),
    ],
)
def test_bad_shapes(
    tmp_path: Path, pictures: Pictures, inside: str, shape: str, kind: str, expected: Box | None
) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line(shape, inside) + "\n" + line('HPOS="5" VPOS="5" WIDTH="9" HEIGHT="9"')))
    result = read(tmp_path / "p.xml")
    shapes = [geometry for _, geometry in found(result)]
    assert shapes == ([expected] if expected else []) + [Box(5, 5, 14, 14)]
    (problem,) = result.problems
    assert (problem.kind, problem.line) == (kind, 3)


def test_image_is_found_by_stated_name_then_by_stem(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path / "img", "one/stated.jpg", "one/p2.tif.jpeg", "two/stated.jpg")
    xml = tmp_path / "alto"
    for name, content in {
        "one/p1.xml": alto(line(), name="C:\\scans\\stated.jpg"),
        "one/p2.xml": alto(line(), name="other.tif"),
        "two/p1.xml": alto(line(), name="stated.jpg"),
        "two/p3.xml": alto(line(), name="gone.jpg"),
    }.items():
        (xml / name).parent.mkdir(parents=True, exist_ok=True)
        (xml / name).write_text(content)
    result = read(xml, tmp_path / "img")
    assert {Path(image.source_file).relative_to(xml).as_posix(): image.path for image in result.images} == {
        "one/p1.xml": "one/stated.jpg",
        "one/p2.xml": "one/p2.tif.jpeg",
        "two/p1.xml": "two/stated.jpg",
    }
    assert [problem.kind for problem in result.problems] == ["image-missing"]


def test_two_files_for_one_image(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line(), name="p.jpg"))
    (tmp_path / "q.xml").write_text(alto(line(), name="p.jpg"))
    result = read(tmp_path)
    assert len(result.images) == 1
    assert [problem.kind for problem in result.problems] == ["annotation-file-duplicate"]


@pytest.mark.parametrize("unit", ["mm10", "inch1200"])
def test_physical_units_are_scaled_by_the_image(tmp_path: Path, pictures: Pictures, unit: str) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line(), unit=unit, page='WIDTH="1000" HEIGHT="800"'))
    assert found(read(tmp_path)) == [("text_line", Box(0.1, 0.2, 3.1, pytest.approx(1.2)))]


def test_outlines_are_scaled_in_each_direction_by_its_own_factor(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    outline = '<Shape><Polygon POINTS="100,100 500,100 500,300"/></Shape>'
    (tmp_path / "p.xml").write_text(alto(line(inside=outline), unit="mm10", page='WIDTH="1000" HEIGHT="400"'))
    (image,) = read(tmp_path).images
    assert [annotation.geometry for annotation in image.annotations] == [Polygon(((10, 20, 50, 20, 50, 60),))]


def test_physical_units_without_a_page_size_are_refused_with_a_sentence(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line(), unit="mm10", page=""))
    result = read(tmp_path)
    assert [problem.kind for problem in result.problems] == ["unit-unknown-scale"]
    assert not result.images[0].is_explicit_negative


def test_page_of_another_resolution(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line(), page='WIDTH="200" HEIGHT="160"'))
    result = read(tmp_path)
    assert found(result) == [("text_line", Box(0.5, 1, 15.5, 6))]
    assert [problem.kind for problem in result.problems] == ["page-scaled"]
    (tmp_path / "p.xml").write_text(alto(line(), page='WIDTH="80" HEIGHT="100"'))
    result = read(tmp_path)
    assert found(result) == [("text_line", LINE_BOX)]
    assert [problem.kind for problem in result.problems] == ["image-size-differs"]


def test_empty_page_is_a_negative_and_several_pages_are_told(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg", "q.jpg")
    (tmp_path / "p.xml").write_text(alto(""))
    (tmp_path / "q.xml").write_text(alto(line()).replace("</Layout>", "<Page/></Layout>"))
    result = read(tmp_path)
    assert [image.is_explicit_negative for image in result.images] == [True, False]
    assert [problem.kind for problem in result.problems] == ["several-pages"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<alto><Layout></alto>", "line 1"),
        ("<PcGts/>", "not ALTO"),
        ("<alto/>", "no page"),
        (alto("", unit="furlong"), "furlong"),
        ('<!DOCTYPE alto [<!ENTITY a "b">]><alto>&a;</alto>', "DOCTYPE"),
        ("<alto>" + "<a>" * 5000, "nested too deeply"),
        ('<?xml version="1.0" encoding="klingon"?><alto/>', "encoding"),
    ],
)
def test_whole_file_refused_alone_and_passed_over_in_a_folder(
    tmp_path: Path, pictures: Pictures, content: str, words: str
) -> None:
    pictures(tmp_path, "good.jpg", "bad.jpg")
    (tmp_path / "bad.xml").write_text(content)
    (tmp_path / "good.xml").write_text(alto(line()))
    with pytest.raises(FormatError, match=words):
        read(tmp_path / "bad.xml")
    result = read(tmp_path)
    assert [image.path for image in result.images] == ["good.jpg"]
    if "alto" in content:
        assert [problem.kind for problem in result.problems] == ["annotation-file-unreadable"]


def test_no_xml_file_is_passed_over_in_silence(tmp_path: Path, pictures: Pictures) -> None:
    """Empty, with much before the root element, a pipe, a link to nowhere, of another kind, broken before its root."""
    names = ("good", "late", "prefixed")
    pictures(tmp_path, *(f"{name}.jpg" for name in names))
    late = alto(line()).replace("<alto", "<!-- " + "history " * 5000 + "-->\n<alto", 1)
    prefixed = alto(line()).replace("<alto>", '<x:alto xmlns:x="http://www.loc.gov/standards/alto/ns-v4#">')
    contents = {
        "good.xml": alto(line()),
        "late.xml": late,
        "prefixed.xml": prefixed.replace("</alto>", "</x:alto>"),
        "empty.xml": "",
        "spaces.xml": " \n",
        "broken.xml": "<?xml version='1.0'?><!-- no end",
        "voc.xml": "<annotation><object/></annotation>",
        "page.xml": "<!DOCTYPE PcGts><PcGts/>",
        "mets.xml": "<mets/>",
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "gone.xml").symlink_to(tmp_path / "nothing.xml")
    assert FORMAT.detect(tmp_path) > 0.5
    result = read(tmp_path)
    assert [image.path for image in result.images] == ["good.jpg", "late.jpg", "prefixed.jpg"]
    assert all(len(image.annotations) == 1 for image in result.images)
    said: dict[str, set[str]] = {}
    for problem in result.problems:
        said.setdefault(problem.kind, set()).add(Path(problem.file).name)
    assert said == {
        "annotation-file-special": {"pipe.xml", "gone.xml"},
        "annotation-file-unreadable": {"empty.xml", "spaces.xml", "broken.xml"},
        "annotations-not-read": {tmp_path.name},
    }
    assert '"empty.xml" is empty.' in {problem.text.removesuffix(" Export it again.") for problem in result.problems}
    others = [problem for problem in result.problems if problem.kind == "annotations-not-read"]
    assert [problem.severity for problem in others] == [Severity.WARNING, Severity.INFO]
    assert "2 .xml files" in others[0].text and "PAGE (1), Pascal VOC (1)" in others[0].text
    assert "METS (1)" in others[1].text


def test_only_late_files_are_detected_too(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line()).replace("<alto", "<!--" + "x" * 9000 + "--><alto", 1))
    assert FORMAT.detect(tmp_path) > 0.5
    assert FORMAT.detect(tmp_path / "p.xml") == 1


@pytest.mark.parametrize("page", ['WIDTH="1e999" HEIGHT="80"', 'WIDTH="nan" HEIGHT="nan"', 'WIDTH="-1" HEIGHT="0"'])
@pytest.mark.parametrize("size", [(100, 80), None])
def test_a_page_size_that_is_none_costs_nothing_else(
    tmp_path: Path, pictures: Pictures, page: str, size: tuple[int, int] | None
) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(line(), page=page))
    result = read(tmp_path, size=size)
    assert len(result.images) == 1
    assert not result.images[0].is_explicit_negative


WORDS = '<String HPOS="10" VPOS="20" WIDTH="5" HEIGHT="6"/><SP/><String HPOS="18" VPOS="18" WIDTH="7" HEIGHT="9"/>'


@pytest.mark.parametrize(
    ("body", "boxes", "kinds"),
    [
        (f"<TextLine>{WORDS}</TextLine>", [Box(10, 18, 25, 27)], ["lines-from-strings"]),
        (f'<TextLine BASELINE="10 26 25 26">{WORDS}</TextLine>', [Box(10, 18, 25, 27)], ["lines-from-strings"]),
        (
            f'<TextLine><Shape><Polygon POINTS=""/></Shape>{WORDS}</TextLine>',
            [Box(10, 18, 25, 27)],
            ["polygon-invalid"],
        ),
        (
            f'<TextLine HPOS="1" VPOS="1" WIDTH="0" HEIGHT="4">{WORDS}</TextLine>',
            [Box(10, 18, 25, 27)],
            ["box-without-area"],
        ),
        (
            f'<TextLine><Shape><Polygon POINTS="1,1 2,2"/></Shape>{WORDS}</TextLine>',
            [Box(10, 18, 25, 27)],
            ["polygon-too-few-points"],
        ),
        (f'<TextLine HPOS="1" VPOS="2">{WORDS}</TextLine>', [Box(10, 18, 25, 27)], ["coordinates-invalid"]),
        ('<TextLine ID="t" BASELINE="1 2 30 2"/>', [], ["line-without-outline"]),
        ('<TextLine ID="t"/>', [], ["line-without-outline"]),
        ('<TextLine><String CONTENT="x" HPOS="1"/></TextLine>', [], ["line-without-outline"]),
        ('<TextLine><String HPOS="nan" VPOS="1" WIDTH="inf" HEIGHT="1"/></TextLine>', [], ["line-without-outline"]),
        ('<TextBlock ID="groups only"/>', [], []),
    ],
)
def test_every_line_counts_as_stated(
    tmp_path: Path, pictures: Pictures, body: str, boxes: list[Box], kinds: list[str]
) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto(body))
    result = read(tmp_path)
    assert [shape for _, shape in found(result)] == boxes
    assert [problem.kind for problem in result.problems] == kinds
    assert result.images[0].is_explicit_negative == ("TextLine" not in body)


def test_a_master_s_name_finds_its_copy_and_never_takes_another_s(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "images/0001.jpg", "images/0002.jpg", "images/0003.jpg")
    for name, stated in (("a", "0002.tif"), ("0002", "0001.jpg"), ("0003", ""), ("alto_4", "0004.tif")):
        (tmp_path / "alto").mkdir(exist_ok=True)
        (tmp_path / "alto" / f"{name}.xml").write_text(alto(line(), name=stated))
    result = read(tmp_path)
    assert {Path(image.source_file).stem: image.path for image in result.images} == {
        "a": "images/0002.jpg",
        "0002": "images/0001.jpg",
        "0003": "images/0003.jpg",
    }
    assert [problem.kind for problem in result.problems] == ["image-missing"]


def test_a_zone_without_a_place_is_told_and_its_page_is_no_negative(tmp_path: Path, pictures: Pictures) -> None:
    pictures(tmp_path, "p.jpg")
    (tmp_path / "p.xml").write_text(alto('<Illustration ID="i"/>', name="p.jpg"))
    result = read(tmp_path)
    assert [(problem.kind, problem.line) for problem in result.problems] == [("region-without-outline", 3)]
    assert [image.is_explicit_negative for image in result.images] == [False]


@pytest.mark.parametrize("side", ["1e308", "9223372036854775808", "nan", "0.5", "-3"])
def test_a_page_of_no_sensible_size_states_none(tmp_path: Path, pictures: Pictures, side: str) -> None:
    root = pictures(tmp_path, "a.jpg")
    (root / "a.xml").write_text(alto(line(), name="a.jpg", page=f'WIDTH="{side}" HEIGHT="80"'))
    (image,) = read(root / "a.xml", root, size=None).images
    assert (image.width, image.height) == (None, None)
