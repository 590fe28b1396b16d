"""The guide says of every format what there is: its table, its pages, what they ask."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from app.guide import guide_folder
from core.domain.formats import FormatInfo
from core.formats.catalog import FormatCatalog

FORMATS = FormatCatalog().list_formats()
SECTIONS = ("What is read", "What is not", "What is lost when written", "Which programs open the result")
TABLE = Path(__file__).parents[3] / "packaging" / "format_table.py"

each_format = pytest.mark.parametrize("info", FORMATS, ids=lambda info: info.slug)


def page_of(info: FormatInfo) -> str:
    return (guide_folder() / f"format-{info.slug}.md").read_text(encoding="utf-8")


def test_the_table_of_the_guide_is_what_the_formats_say() -> None:
    page = (guide_folder() / "formats.md").read_text(encoding="utf-8")
    written = runpy.run_path(str(TABLE))["with_table"](page)
    assert page == written, "run: python packaging/format_table.py"


@each_format
def test_every_format_has_a_page_with_the_same_sections(info: FormatInfo) -> None:
    lines = page_of(info).splitlines()
    headings = [line.removeprefix("## ").removesuffix(" read") for line in lines if line.startswith("## ")]
    assert [section for section in SECTIONS if section.removesuffix(" read") not in headings] == []
    assert lines[0].startswith("# ")
    assert f"--format {info.slug}" in page_of(info), "an example command"


@each_format
def test_every_question_of_a_format_stands_on_its_page_with_its_answers(info: FormatInfo) -> None:
    page = page_of(info)
    missing = [
        words
        for option in (*info.read_options, *info.write_options)
        for words in (option.name, *(value for value, _ in option.choices))
        if words not in page
    ]
    assert missing == []


def test_no_page_speaks_of_a_format_that_is_not_there() -> None:
    pages = {path.stem.removeprefix("format-") for path in guide_folder().glob("format-*.md")}
    assert pages <= {info.slug for info in FORMATS}
