"""Sizes are written by one function, in one family of units."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.domain.counting import in_bytes

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = ROOT / "core" / "domain" / "counting.py"
OWN_UNITS = re.compile(r"\} ?[kKMGT]i?B\b|\d ?[KMGT]iB\b|formattedDataSize")


def test_no_sentence_makes_units_of_its_own() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for room in ("app", "core", "ui")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != ALLOWED
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OWN_UNITS.search(line) and not line.lstrip().startswith(("#", '"""'))
    ]
    assert not found, "write sizes with core.domain.counting.in_bytes:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1500, "1.5 kB"),
        (16 * 2**30, "17.2 GB"),
        (123_000_000, "123 MB"),
        (2e12, "2.0 TB"),
    ],
)
def test_units_are_those_of_file_managers(n_bytes: int, text: str) -> None:
    assert in_bytes(n_bytes) == text
