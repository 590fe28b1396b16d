from __future__ import annotations

import pytest

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds


def ids(*keys: int) -> tuple[ImageId, ...]:
    return tuple(ImageId(str(key)) for key in keys)


def test_ids_read_like_a_tuple_of_them() -> None:
    some = ImageIds.of(ids(5, 3, 9, 4))
    assert len(some) == 4
    assert (some[0], some[-1]) == ("5", "4")
    assert list(some) == ["5", "3", "9", "4"]
    assert (*reversed(some),) == ("4", "9", "3", "5")
    assert some[1:3] == ids(3, 9)
    assert isinstance(some[1:3], ImageIds)
    with pytest.raises(IndexError):
        _ = some[4]
    assert ImageIds.of(some) is some


def test_an_image_is_found_by_its_id() -> None:
    some = ImageIds.of(ids(5, 3, 9, 4))
    assert [some.find(id) for id in ids(5, 4, 7)] == [0, 3, None]
    assert "9" in some
    assert "7" not in some
    assert "nothing" not in some
    assert None not in some
    assert (some.index("9"), some.index("9", 1, 3), some.index("4", -1)) == (2, 2, 3)
    with pytest.raises(ValueError, match="not among"):
        some.index("9", 3)


def test_no_ids_are_ids_too() -> None:
    none = ImageIds.of(())
    assert not none
    assert list(none) == []
    assert none.find("1") is None
    assert none == ()


def test_the_same_ids_in_the_same_order_are_equal() -> None:
    some = ImageIds.of(ids(5, 3))
    assert some == ImageIds.of(ids(5, 3))
    assert some == ids(5, 3)
    assert some == list(ids(5, 3))
    assert some != ids(3, 5)
    assert some != ids(5, 3, 1)
    assert some != ImageIds.of(ids(3, 5))
    assert some != "53"


def test_many_ids_are_all_read() -> None:
    assert list(ImageIds.of(ids(*range(25_000)))) == list(ids(*range(25_000)))
