from __future__ import annotations

import random

import pytest

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.projects.name_search import NameSearch, among

NAMES = ["été 1.png", "page 10.png", "page 101.png", "pagpage.png", "e", "日本 101"]


def searched(names: list[str], text: str) -> list[str]:
    ids = ImageIds.of([ImageId(str(7 * n + 3)) for n in range(len(names))])
    lines = "\n".join(names).encode()
    return [names[(int(id) - 3) // 7] for id in NameSearch(ids, lines).find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("é", ["été 1.png"]),
        ("page", ["page 10.png", "page 101.png", "pagpage.png"]),
        ("page 101", ["page 101.png"]),
        ("p", ["été 1.png", "page 10.png", "page 101.png", "pagpage.png"]),
        ("10", ["page 10.png", "page 101.png", "日本 101"]),
        ("本", ["日本 101"]),
        ("png\npage", []),
        ("\n", []),
        ("日本 101 and more", []),
        ("x" * 500, []),
        ("", NAMES),
    ],
)
def test_names_that_contain_the_text_are_found_in_their_order(text: str, expected: list[str]) -> None:
    assert searched(NAMES, text) == expected


def test_no_names_are_searched_too() -> None:
    nothing = NameSearch(ImageIds.of(()), b"")
    assert nothing.find("a") == ()
    assert nothing.find("") == ()


@pytest.mark.parametrize("seed", range(3))
def test_the_same_is_found_as_by_looking_at_each(seed: int) -> None:
    dice = random.Random(seed)
    names = ["".join(dice.choices("abé1.", k=dice.randint(1, 12))) for _ in range(3_000)]
    for _ in range(200):
        text = "".join(dice.choices("abé1.", k=dice.randint(1, 5)))
        assert searched(names, text) == [name for name in names if text in name]


def test_the_chosen_keep_the_order_of_the_list() -> None:
    listed = ImageIds.of([ImageId(id) for id in ("9", "2", "5", "1")])
    assert among(listed, ImageIds.of([ImageId(id) for id in ("1", "9", "7")])) == ("9", "1")


@pytest.mark.parametrize("text", ["0", "00", "000", "0000", "00000", "0" * 9, "0100", "1", "01", "10001", "0" * 20])
def test_text_that_is_in_every_name_many_times_is_found(text: str) -> None:
    names = ["0" * (n % 13) + "1" * (n % 2) + "000" * (n % 4) for n in range(1, 500)]
    assert searched(names, text) == [name for name in names if text in name]
