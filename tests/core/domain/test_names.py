from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.domain.names import is_image_name, one_line, shown, typed_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain name.jpg", "plain name.jpg"),
        ("été 猫 😀.jpg", "été 猫 😀.jpg"),
        ("two\nlines\t.jpg", "two\\nlines\\t.jpg"),
        ("nul\0", "nul\\x00"),
        (os.fsdecode(b"caf\xe9.jpg"), "caf\\xe9.jpg"),
        ("right\u202eto left", "right\\u202eto left"),
        ("خانه\u200cها", "خانه\u200cها"),
    ],
)
def test_shown_is_printable_and_encodable(name: str, expected: str) -> None:
    assert shown(name) == expected
    shown(name).encode("utf-8")


def test_class_names_keep_to_one_line() -> None:
    assert one_line("  text \r\n line ") == "text line"


def test_lone_surrogates_of_any_kind_are_shown() -> None:
    assert shown("\ud83d").isprintable()


def test_image_names() -> None:
    assert is_image_name("a.JPG") and is_image_name("a.tif.jpeg") and is_image_name("a b.webp")
    assert not any(is_image_name(name) for name in (".a.jpg", "a.gif", "jpg", "a.jpg.txt", "a", ""))


def test_a_typed_path_starts_at_the_persons_home() -> None:
    assert typed_path("~/a") == Path.home() / "a"
    assert typed_path("~nobody-of-this-name/a") == Path("~nobody-of-this-name/a")
