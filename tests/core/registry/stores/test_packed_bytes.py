from __future__ import annotations

import pytest

from core.registry.stores.packed_bytes import PackedBytes, Packing

VALUES = [b"a/1.png", b"", b"\xff\x00", b"b", b""]


def test_they_are_read_like_a_list() -> None:
    packed = PackedBytes.of(VALUES)
    assert len(packed) == len(VALUES)
    assert list(packed) == VALUES
    assert [packed[place] for place in range(len(VALUES))] == VALUES
    assert packed[-3] == b"\xff\x00"
    assert list(packed[1:4]) == VALUES[1:4]
    assert packed.content == b"a/1.png\xff\x00b"
    assert packed.lengths().tolist() == [7, 0, 2, 1, 0]
    for place in (5, -6):
        with pytest.raises(IndexError):
            packed[place]


def test_they_come_in_parts() -> None:
    packing = Packing()
    for values in (VALUES, [], VALUES * 5000):
        packing.add(values)
    assert list(packing.packed()) == VALUES * 5001
    assert list(Packing().packed()) == []
