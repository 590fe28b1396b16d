"""Whether a project's images show pages: by the names of its classes, else by how its shapes lie."""

from __future__ import annotations

import pytest

from core.domain.geometry import Box
from core.training.draft.pages_or_things import folded, is_page_class, pages_by_names, pages_by_shapes


@pytest.mark.parametrize(
    ("name", "word"),
    [("TextLine", "text_line"), ("text-line", "text_line"), ("Text line:main", "text_line"), ("Fußzeile", "fusszeile")],
)
def test_names_are_folded(name: str, word: str) -> None:
    assert folded(name) == word


@pytest.mark.parametrize(
    "name", ["text_line", "TextLine", "lines", "Zeile", "ligne", "MainZone:column", "Illustrations"]
)
def test_classes_of_pages(name: str) -> None:
    assert is_page_class(name)


@pytest.mark.parametrize("name", ["dining table", "traffic light", "outline", "person", "power line", ""])
def test_classes_of_other_things(name: str) -> None:
    assert not is_page_class(name)


def test_most_shapes_must_be_of_such_classes() -> None:
    assert "text_line" in pages_by_names({"text_line": 60, "hole": 40})
    assert pages_by_names({"text_line": 40, "hole": 60}) == ""
    assert pages_by_names({"text_line": 0, "hole": 0}) == ""
    assert pages_by_names({}) == ""


def lines(n: int) -> list[Box]:
    return [Box(10, 20 * i, 200 + i, 20 * i + 12) for i in range(n)]


def test_stacked_flat_shapes_are_lines_of_text() -> None:
    things = [Box(5 * i, 3 * i, 5 * i + 30, 3 * i + 40) for i in range(8)]
    beside = [Box(100 * i, 10, 100 * i + 80, 20) for i in range(8)]
    assert pages_by_shapes([lines(8), lines(12), things])
    assert pages_by_shapes([things, things, lines(9)]) == ""
    assert pages_by_shapes([beside]) == "", "a row of flat things is no column of text"
    assert pages_by_shapes([lines(3)]) == ""
    assert pages_by_shapes([]) == ""
    assert pages_by_shapes([[*lines(6), *things]]) == ""
