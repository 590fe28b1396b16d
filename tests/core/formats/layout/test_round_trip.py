"""What PAGE and ALTO say of zones and lines comes out again, and what Calque adds does not come back as an object."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage, Severity
from tests.core.formats.layout.drawn_pages import FIRST, FULL, MAIN, NOTE, PAGES, SIZE, by_id, line, read, write, zone

both_forms = pytest.mark.parametrize("slug", PAGES)


def there_and_back(slug: str, folder: Path, image: RawImage, **options: str) -> RawImage:
    write(slug, folder, image)
    result = read(slug, folder, **options)
    assert [problem for problem in result.problems if problem.severity is not Severity.INFO] == []
    (back,) = result.images
    return back


@both_forms
def test_everything_comes_back(tmp_path: Path, slug: str) -> None:
    back = there_and_back(slug, tmp_path / "out", FULL)
    before, after = by_id(FULL), by_id(back)
    assert back.details is not None and FULL.details is not None
    assert back.details.stated_id == "p11"
    assert before.keys() == after.keys() and len(back.annotations) == len(FULL.annotations)
    for key, item in before.items():
        was, now = item.details, after[key].details
        assert was is not None and now is not None
        assert (after[key].category, after[key].geometry) == (item.category, item.geometry)
        assert (now.parent, now.text, now.get("type"), now.get("label")) == (
            was.parent, was.text, was.get("type"), was.get("label"),
        )  # fmt: skip
        if was.baseline:
            assert (now.baseline, now.is_baseline_derived) == (was.baseline, False)
        assert now.is_baseline_derived == (key in ("gone_1", "alone"))
        assert now.order == was.order


@both_forms
def test_a_second_trip_changes_nothing(tmp_path: Path, slug: str) -> None:
    once = there_and_back(slug, tmp_path / "out", FULL)
    twice = there_and_back(slug, tmp_path / "again", once)
    assert replace(twice, source_file="") == replace(once, source_file="")


@pytest.mark.parametrize(("first", "second"), [PAGES, PAGES[::-1]])
def test_from_one_form_to_the_other(tmp_path: Path, first: str, second: str) -> None:
    once = by_id(there_and_back(first, tmp_path / "out", FULL))
    other = by_id(there_and_back(second, tmp_path / "other", FULL))
    plain = {key: replace(item, line=None) for key, item in once.items()}
    assert plain == {key: replace(item, line=None) for key, item in other.items()}
    back = by_id(there_and_back(second, tmp_path / "again", RawImage("p.jpg", tuple(once.values()), *SIZE)))
    assert plain == {key: replace(item, line=None) for key, item in back.items()}


@both_forms
def test_the_address_of_the_picture_comes_back(tmp_path: Path, slug: str) -> None:
    back = there_and_back(slug, tmp_path / "out", FULL)
    assert back.details is not None and back.details.url == "https://example.org/iiif/f11"


@both_forms
def test_without_any_details(tmp_path: Path, slug: str) -> None:
    """As other formats bring them: lines from the top to the bottom, ids made."""
    annotations = (
        RawAnnotation("text_line", Box(10, 200, 300, 220)),
        RawAnnotation("seal", NOTE),
        RawAnnotation("text_line", Box(10, 100, 300, 120)),
    )
    back = by_id(there_and_back(slug, tmp_path / "out", RawImage("p.jpg", annotations, *SIZE)))
    assert {key: item.geometry for key, item in back.items()} == {
        "zone_1": NOTE, "line_1": Box(10, 100, 300, 120), "line_2": Box(10, 200, 300, 220),
    }  # fmt: skip
    details = [item.details for item in back.values()]
    assert [item.order for item in details if item is not None] == [0, 0, 1]
    assert [item.parent for item in details if item is not None] == ["", "", ""]


@both_forms
def test_lines_of_a_class_of_their_own_type(tmp_path: Path, slug: str) -> None:
    drawn = RawImage(
        "p.jpg",
        (line(FIRST, "a", attributes=(("type", "HeadingLine"),)), line(NOTE, "b"), zone("seal", MAIN, "s")),
        *SIZE,
    )
    write(slug, tmp_path / "out", drawn)
    (image,) = read(slug, tmp_path / "out", lines="by-type").images
    found = {key: item.category for key, item in by_id(image).items()}
    assert found == {"a": "HeadingLine", "b": "text_line", "s": "seal"}
    again = there_and_back(slug, tmp_path / "again", image, lines="by-type")
    assert {key: item.category for key, item in by_id(again).items()} == found, "still lines"
    assert {key: item.category for key, item in by_id(there_and_back(slug, tmp_path / "one", image)).items()} == {
        "a": "text_line", "b": "text_line", "s": "seal",
    }  # fmt: skip


@both_forms
def test_zones_in_each_other_in_a_circle_are_all_written(tmp_path: Path, slug: str) -> None:
    drawn = RawImage(
        "p.jpg",
        (
            zone("a", MAIN, "one", parent="two"),
            zone("b", FIRST, "two", parent="one"),
            zone("c", NOTE, "own", parent="own"),
        ),
        *SIZE,
    )
    back = by_id(there_and_back(slug, tmp_path / "out", drawn))
    assert {key: item.category for key, item in back.items()} == {"one": "a", "two": "b", "own": "c"}


@both_forms
def test_a_zone_whose_id_cannot_stay_keeps_its_lines(tmp_path: Path, slug: str) -> None:
    drawn = RawImage("p.jpg", (zone("a", MAIN, "7 b"), line(FIRST, "l", parent="7 b")), *SIZE)
    back = by_id(there_and_back(slug, tmp_path / "out", drawn))
    details = back["l"].details
    assert details is not None and details.parent == "zone_1"


@both_forms
def test_a_picture_of_unknown_size_gets_a_page_around_its_shapes(tmp_path: Path, slug: str) -> None:
    drawn = RawImage("p.jpg", (RawAnnotation("a", Polygon(((1, 2, 30.5, 2, 30, 40.2),))),))
    write(slug, tmp_path / "out", drawn)
    text = (tmp_path / "out/p.xml").read_text()
    names = ("imageWidth", "imageHeight") if slug == "page" else ("WIDTH", "HEIGHT")
    assert f'{names[0]}="31" {names[1]}="41"' in text


@both_forms
def test_a_baseline_outside_or_of_one_point_is_derived_anew(tmp_path: Path, slug: str) -> None:
    drawn = RawImage(
        "p.jpg",
        (
            replace(line(FIRST), details=AnnotationDetails("a", baseline=(-50, -50, -20, -20))),
            replace(line(NOTE), details=AnnotationDetails("b", baseline=(20, 20))),
        ),
        *SIZE,
    )
    back = by_id(there_and_back(slug, tmp_path / "out", drawn))
    assert [item.details is not None and item.details.is_baseline_derived for item in back.values()] == [True, True]
