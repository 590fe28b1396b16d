"""What files say besides classes and shapes survives its way through text."""

from __future__ import annotations

import pytest

from core.domain.details import AnnotationDetails, ImageDetails

FULL = AnnotationDetails(
    "l_1", "r_2", 3, 'a "line"\nof été 😀', (0.5, 10.0, 100.25, 12.0), True, (("type", "MainZone:column#1"), ("a", ""))
)


@pytest.mark.parametrize("details", [AnnotationDetails(), FULL, AnnotationDetails(text="", order=0)])
def test_annotation_details_come_back(details: AnnotationDetails) -> None:
    assert AnnotationDetails.from_text(details.to_text()) == details


@pytest.mark.parametrize(
    "details",
    [ImageDetails(), ImageDetails("7", "https://iiif.example.org/a/full/max/0/default.jpg", (("dpi", "300"),))],
)
def test_image_details_come_back(details: ImageDetails) -> None:
    assert ImageDetails.from_text(details.to_text()) == details


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format":2}', '{"format":1,"order":"x"}', '{"format":1,"baseline":["x"]}']
)
def test_what_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        AnnotationDetails.from_text(text)


def test_a_baseline_moves_with_the_picture() -> None:
    moved = FULL.moved(lambda x, y: (200 - y, x))
    assert moved.baseline == (190.0, 0.5, 188.0, 100.25)
    assert (moved.text, moved.stated_id) == (FULL.text, FULL.stated_id)


def test_bytes_that_are_not_utf_8_are_kept_as_they_are_shown() -> None:
    details = AnnotationDetails(text="caf\udce9", attributes=(("pla\udcffce", "a\ud800b"),))
    text = details.to_text()
    text.encode()
    back = AnnotationDetails.from_text(text)
    assert (back.text, back.attributes) == ("caf\\xe9", (("pla\\xffce", "a\\ud800b"),))
    assert back.to_text() == text


@pytest.mark.parametrize(
    "content", ['"baseline":[NaN,1]', '"baseline":[1,2,3]', '"order":-1', '"order":9223372036854775808']
)
def test_details_of_no_sense_are_refused(content: str) -> None:
    with pytest.raises(ValueError, match="damaged"):
        AnnotationDetails.from_text(f'{{"format":1,{content}}}')
