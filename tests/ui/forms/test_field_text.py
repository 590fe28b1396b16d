from __future__ import annotations

import pytest

from core.domain.workers import ConfigValue, FieldKind, FieldSpec
from ui.forms.field_text import facts_text, matches, range_text, value_text

CHOICE = FieldSpec("size", FieldKind.CHOICE, "Size", "Larger is slower.", "n", choices=(("n", "nano"), (1, "one")))
NUMBER = FieldSpec("imgsz", FieldKind.INTEGER, "Image size", default=640, minimum=32, maximum=4096, unit="px")


@pytest.mark.parametrize(
    ("spec", "value", "text"),
    [
        (CHOICE, "n", "nano"),
        (CHOICE, 1, "one"),
        (CHOICE, True, "On"),
        (CHOICE, "x", "x"),
        (NUMBER, 640, "640 px"),
        (NUMBER, None, "Automatic"),
        (NUMBER, [1, 2], "[1, 2]"),
        (NUMBER, "", "empty"),
    ],
)
def test_values_in_words(spec: FieldSpec, value: ConfigValue, text: str) -> None:
    assert value_text(spec, value) == text


def test_the_default_and_the_range_are_said() -> None:
    assert facts_text(NUMBER) == "Default 640 px · 32 to 4096"
    assert facts_text(CHOICE) == "Default nano"
    assert range_text(FieldSpec("a", FieldKind.FLOAT, "A", minimum=0.5)) == "at least 0.5"
    assert range_text(FieldSpec("a", FieldKind.FLOAT, "A", maximum=2.0)) == "at most 2"


def test_a_search_looks_at_title_name_help_and_choices() -> None:
    assert matches(CHOICE, "slow")
    assert matches(CHOICE, "SIZE nano")
    assert matches(NUMBER, "imgsz")
    assert not matches(CHOICE, "size epochs")
