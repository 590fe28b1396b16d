"""Numbers with their nouns, and lengths of time, as people read them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale

from core.domain.durations import in_minutes
from ui.widgets.figures import counted_figure
from ui.widgets.formatting import count, counted


@pytest.mark.parametrize(("n", "words"), [(0, "0 images"), (1, "1 image"), (2, "2 images")])
def test_one_is_spoken_of_as_one(n: int, words: str) -> None:
    assert counted(n, "image") == words
    figure = counted_figure(n, "image")
    assert f"{figure.number} {figure.word}" == words


def test_a_noun_has_its_own_plural() -> None:
    assert counted(1, "class", "classes") == "1 class"
    assert counted(3, "class", "classes") == "3 classes"


def test_a_limit_of_one_minute_is_one_minute() -> None:
    assert [in_minutes(minutes) for minutes in (1, 0.5, 90)] == ["1 minute", "0.5 minutes", "90 minutes"]


@pytest.mark.parametrize(("locale", "words"), [("C", "1,204,000"), ("en_GB", "1,204,000"), ("de_DE", "1.204.000")])
def test_large_numbers_are_grouped_whatever_the_system_says(locale: str, words: str) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(locale))
    try:
        assert count(1_204_000) == words
    finally:
        QLocale.setDefault(before)
