"""What is said of a damaged file stays short, however long its names are."""

from __future__ import annotations

from core.domain.imports import MOST_SIGNS, Problem
from core.errors import FormatError


def test_a_sentence_of_a_million_signs_loses_its_middle() -> None:
    text = f'The image "{"x" * 1_000_000}" is not there, so 3 boxes were left out.'
    for kept in (Problem("image-missing", text).text, FormatError(text).text):
        assert len(kept) <= MOST_SIGNS
        assert kept.startswith('The image "xxx') and kept.endswith("so 3 boxes were left out.")


def test_other_sentences_are_kept_as_they_are() -> None:
    assert Problem("a", "x" * MOST_SIGNS).text == "x" * MOST_SIGNS
