"""Columns that share the room there is."""

from __future__ import annotations

import pytest

from ui.widgets.column_room import shares


@pytest.mark.parametrize("room", [0, 100, 250, 299, 300, 301, 360, 1042, 1043])
def test_the_shares_are_the_room_unless_that_is_less_than_is_needed(room: int) -> None:
    given = shares(room, {0: 5, 6: 2, 7: 1}, {0: 90, 6: 107, 7: 100})
    assert sum(given.values()) == max(room, 297)
    assert given[0] >= 90 and given[6] >= 107 and given[7] >= 100


def test_what_is_left_goes_by_the_weights() -> None:
    assert shares(700, {0: 5, 6: 2}, {0: 90, 6: 90}) == {0: 500, 6: 200}
    assert shares(200, {0: 5, 6: 2}, {0: 90, 6: 90}) == {0: 110, 6: 90}
    assert shares(200, {}, {}) == {}
