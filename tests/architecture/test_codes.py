"""One table of codes: every code that is raised stands in it, is met by a test, and is explained in the guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.domain.codes import CODES, as_markdown

ROOT = Path(__file__).parents[2]
CODE = re.compile(r'"([EW]-\d{3})"')


def _codes_in(*folders: str, without: str = "") -> dict[str, str]:
    """Each code that the Python files name as a text of its own, with one of the files."""
    found = {}
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if file.name != without:
                found |= dict.fromkeys(CODE.findall(file.read_text(encoding="utf-8")), str(file.relative_to(ROOT)))
    return found


def test_the_table_has_exactly_the_codes_that_are_raised() -> None:
    raised = _codes_in("core", "app", "ui", without="codes.py")

    assert {code: file for code, file in raised.items() if code not in CODES} == {}, "not in core/domain/codes.py"
    assert sorted(CODES.keys() - raised.keys()) == [], "nobody raises these"


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_is_met_by_a_test(code: str) -> None:
    assert code in _codes_in("tests", without="test_codes.py")


def test_the_guide_has_the_table_as_it_is() -> None:
    page = (ROOT / "docs" / "guide" / "messages.md").read_text(encoding="utf-8")

    assert as_markdown() in page, "write core.domain.codes.as_markdown() into docs/guide/messages.md"


def test_meanings_are_told_apart() -> None:
    assert len({item.meaning for item in CODES.values()}) == len(CODES)
    assert all(item.meaning.endswith(".") and item.advice.endswith(".") for item in CODES.values())
