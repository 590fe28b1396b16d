"""Text, ids, baselines, types and reading order of ALTO."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box
from core.domain.imports import ImportSource, RawAnnotation, RawImage, Severity
from core.formats.alto import FORMAT
from core.formats.base import PictureSize, ReadResult, WriteOptions, gather

PLACE = 'HPOS="1" VPOS="2" WIDTH="30" HEIGHT="10"'


def of_one(folder: Path, body: str, *, before: str = "", unit: str = "pixel", page: str = "") -> ReadResult:
    (folder / "p.jpg").write_bytes(b"x")
    (folder / "p.xml").write_text(
        f"<alto><Description><MeasurementUnit>{unit}</MeasurementUnit></Description>{before}"
        f'<Layout><Page ID="p1" WIDTH="100" HEIGHT="80"{page}><PrintSpace>\n{body}\n'
        "</PrintSpace></Page></Layout></alto>",
        encoding="utf-8",
    )
    return gather(FORMAT.read(ImportSource(folder / "p.xml"), size_of=lambda _: PictureSize(100, 80)))


def by_id(result: ReadResult) -> dict[str, RawAnnotation]:
    return {item.details.stated_id: item for item in result.images[0].annotations if item.details is not None}


def line(inside: str = "", *, key: str = "l", more: str = "") -> str:
    return f'<TextLine ID="{key}" {PLACE} {more}>{inside}</TextLine>'


def words(*contents: str, between: str = "") -> str:
    return between.join(f'<String CONTENT="{text}" HPOS="1" VPOS="2" WIDTH="3" HEIGHT="4"/>' for text in contents)


@pytest.mark.parametrize(
    ("inside", "text", "n_unkept"),
    [
        ('<String CONTENT="in principio erat"/>', "in principio erat", 0),
        (words("in", "principio", between="<SP/>"), "in principio", 1),
        (words("in", "principio"), "in principio", 1),
        (words("in", "prin", between="<SP/>") + '<HYP CONTENT="-"/>', "in prin-", 1),
        ('<String CONTENT=""/>', None, 0),
        ("<String/><SP/>", None, 0),
        ("", None, 0),
    ],
)
def test_text_is_that_of_the_words(tmp_path: Path, inside: str, text: str | None, n_unkept: int) -> None:
    result = of_one(tmp_path, line(inside))
    details = by_id(result)["l"].details
    assert details is not None and details.text == text
    assert [(problem.kind, problem.severity) for problem in result.problems] == [
        ("details-not-kept", Severity.INFO)
    ] * n_unkept


@pytest.mark.parametrize(
    ("stated", "baseline", "kind"),
    [
        ("1 10 31 11", (1, 10, 31, 11), ""),
        ("1,10 31,11.5", (1, 10, 31, 11.5), ""),
        ("11", (1, 11, 31, 11), ""),  # how far down the page, before 4.2
        ("", (), ""),
        ("1 10 31", (), "baseline-invalid"),
        ("x y", (), "baseline-invalid"),
        ("1 10 nan 10", (), "baseline-invalid"),
        ("1 10 1 10", (), "baseline-invalid"),
        ("-30 10 31 10", (0, 10, 31, 10), "baseline-clipped"),
    ],
)
def test_baselines(tmp_path: Path, stated: str, baseline: tuple[float, ...], kind: str) -> None:
    result = of_one(tmp_path, line(more=f'BASELINE="{stated}"'))
    details = by_id(result)["l"].details
    assert details is not None and details.baseline == baseline and not details.is_baseline_derived
    assert all(isinstance(value, float) for value in details.baseline), "as the registry gives them back"
    assert [(problem.kind, problem.line) for problem in result.problems] == ([(kind, 2)] if kind else [])


def test_baselines_are_scaled_like_outlines(tmp_path: Path) -> None:
    body = line(more='BASELINE="10 100 310 100"').replace('HEIGHT="10"', 'HEIGHT="100"')
    result = of_one(tmp_path, body, unit="mm10", page="")
    details = by_id(result)["l"].details
    assert details is not None and details.baseline == (10, 80, 100, 80), "the page has 100 x 80 tenths"


def test_lines_and_zones_say_in_which_block_they_lie(tmp_path: Path) -> None:
    body = (
        f'<ComposedBlock ID="c" {PLACE}><TextBlock ID="b" {PLACE}>{line(key="in b")}</TextBlock>'
        f'<TextBlock ID="groups">{line(key="in groups")}</TextBlock></ComposedBlock>'
        f'<TextBlock ID="eSc_dummyblock_">{line(key="of none")}</TextBlock>'
        f"<TextBlock {PLACE}>{line(key='of one without id')}</TextBlock>"
    )
    result = of_one(tmp_path, body)
    parents = {key: item.details.parent for key, item in by_id(result).items() if item.details is not None}
    assert parents == {
        "c": "", "b": "c", "in b": "b", "in groups": "groups", "of none": "", "block_1": "",
        "of one without id": "block_1",
    }  # fmt: skip
    assert not result.problems


def test_the_order_of_the_elements_counts_unless_another_is_stated(tmp_path: Path) -> None:
    body = "".join(
        f'<TextBlock ID="{key}" {PLACE}>{line(key=key + "1")}{line(key=key + "2")}</TextBlock>' for key in "ab"
    )

    def orders(before: str) -> dict[str, int | None]:
        result = of_one(tmp_path, body, before=before)
        return {key: item.details.order for key, item in by_id(result).items() if item.details is not None}

    assert orders("") == {"a": 0, "a1": 0, "a2": 1, "b": 1, "b1": 0, "b2": 1}
    group = (
        '<OrderedGroup ID="o"><ElementRef ID="e1" REF="b"/><OrderedGroup ID="n" REF="a"><ElementRef ID="e2" REF="a2"/>'
    )
    stated = f"<ReadingOrder>{group}</OrderedGroup></OrderedGroup></ReadingOrder>"
    assert orders(stated) == {"b": 0, "a": 1, "a2": 0, "a1": 1, "b1": 0, "b2": 1}
    several = f"<ReadingOrder><UnorderedGroup ID='u'>{group}</OrderedGroup></OrderedGroup><OrderedGroup ID='z'/>"
    assert orders(f"{several}</UnorderedGroup></ReadingOrder>")["b"] == 0


def test_what_else_is_said_is_kept_or_counted(tmp_path: Path) -> None:
    tags = '<Tags><OtherTag ID="A" LABEL="seal"/><OtherTag ID="B" LABEL="stamp"/></Tags>'
    inside = line(more='LANG="la" CS="true"')
    block = (
        f'<TextBlock ID="b" {PLACE} TAGREFS="A B" LANG="fr" ROTATION="90" BASEDIRECTION="rtl" STYLEREFS="s" IDNEXT="c">'
    )
    circle = f'<TextBlock ID="c" {PLACE}><Shape><Circle HPOS="1" VPOS="2" RADIUS="3"/></Shape></TextBlock>'
    result = of_one(
        tmp_path, f"{block}{inside}</TextBlock>{circle}", before=tags, page=' PHYSICAL_IMG_NR="7" POSITION="Left"'
    )
    details = {key: item.details for key, item in by_id(result).items()}
    assert details["b"] is not None and details["l"] is not None
    kept = (("alto:LANG", "fr"), ("alto:ROTATION", "90"), ("alto:BASEDIRECTION", "rtl"))
    assert (by_id(result)["b"].category, details["b"].attributes) == ("seal", kept)
    assert details["l"].attributes == (("alto:LANG", "la"),)
    image = result.images[0].details
    assert image is not None and image.stated_id == "p1"
    assert image.attributes == (("alto:PHYSICAL_IMG_NR", "7"), ("alto:POSITION", "Left"))
    (problem,) = result.problems
    for words_said in (
        "lines and zones with text styles (1)", "zones that name the next in reading order (1)",
        "lines and zones with more than one tag (1)", "lines and zones with other attributes (CS, links ...) (1)",
        "round outlines, of which the box is taken (1)",
    ):  # fmt: skip
        assert words_said in problem.text


@pytest.mark.parametrize(("version", "direction"), [("4.2", ""), ("4.4", ' BASEDIRECTION="rtl"')])
def test_languages_and_directions_are_written_where_the_version_has_them(
    tmp_path: Path, version: str, direction: str
) -> None:
    attributes = (("alto:LANG", "ar"), ("alto:BASEDIRECTION", "rtl"), ("alto:ROTATION", "90"))
    details = AnnotationDetails("z", attributes=attributes)
    broken = AnnotationDetails("y", attributes=(("alto:LANG", 'a"b'), ("alto:ROTATION", "x")))
    shape = Box(1, 2, 31, 12)
    image = RawImage("p.jpg", (RawAnnotation("a", shape, details=details), RawAnnotation("a", shape, details=broken)))
    FORMAT.write(iter((image,)), ("a",), tmp_path, options=WriteOptions(options={"version": version}))
    text = (tmp_path / "p.xml").read_text()
    assert f' LANG="ar"{direction} ROTATION="90">' in text
    assert text.count("LANG=") == text.count("ROTATION=") == 1
