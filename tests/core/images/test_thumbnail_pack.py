from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

import pytest

from core.images.thumbnail_pack import FORMAT, PictureKey, ThumbnailPack


def key(number: int, side: int = 96, white: int = 0) -> PictureKey:
    return PictureKey(number.to_bytes(32, "big"), white, side)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "thumbnails.sqlite"


def test_what_is_put_is_found_by_all_of_its_key(file: Path) -> None:
    pack = ThumbnailPack(file)
    assert pack.find(key(1)) is None
    assert pack.put(key(1), b"one")
    assert pack.put(key(1, side=48), b"small")
    assert pack.put(key(1, white=9), b"bright")
    assert pack.put(key(1), b"one again")
    other = ThumbnailPack(file)
    for asked in (pack, other):
        assert asked.find(key(1)) == b"one again"
        assert asked.find(key(1, white=9)) == b"bright"
        assert asked.find(key(2)) is None
        assert asked.sides(key(1).sha256, 0) == [96, 48]
    pack.close()
    other.close()
    again = ThumbnailPack(file)
    assert again.find(key(1)) == b"one again"
    assert again.n_bytes == len(b"one again" + b"small" + b"bright")


def test_what_was_not_wanted_for_longest_makes_room(file: Path) -> None:
    pack, now = ThumbnailPack(file, limit=50 * 1000), time.time()
    for n in range(50):
        pack.put(key(n), bytes(1000), used=now - 10_000 + n)
    pack.find(key(0))  # wanted now
    pack.close()  # notes it
    pack = ThumbnailPack(file, limit=50 * 1000)
    for n in range(50, 60):
        pack.put(key(n), bytes(1000))
    there = {n for n in range(60) if pack.find(key(n)) is not None}
    assert there == {0, *range(11, 60)}
    assert pack.n_bytes == 50 * 1000


def test_a_smaller_limit_gives_room_back_to_the_disk(file: Path) -> None:
    pack = ThumbnailPack(file)
    for n in range(1500):
        pack.put(key(n), bytes(20_000))
    before = file.stat().st_size
    steps = []
    pack.set_limit(100_000)
    pack.tidy(lambda: steps.append(1))
    pack.close()
    assert pack.n_bytes <= 100_000
    assert len(steps) > 10, "in steps that can be given up"
    assert file.stat().st_size < before / 3


@pytest.mark.parametrize("content", [b"no database, whatever its name says" * 100, b"SQLite format 3\0" + bytes(4080)])
def test_a_damaged_file_is_begun_anew(file: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    pack = ThumbnailPack(file)
    with caplog.at_level(logging.WARNING):
        pack.find(key(1))
    assert "made anew" in caplog.text
    assert pack.put(key(1), b"one")
    assert pack.find(key(1)) == b"one"
    caplog.clear()


def test_a_file_of_a_newer_version_is_left_alone(file: Path) -> None:
    ThumbnailPack(file).put(key(1), b"one")
    connection = sqlite3.connect(file)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    pack = ThumbnailPack(file)
    assert pack.find(key(1)) is None
    assert not pack.put(key(2), b"two")
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT content FROM thumbnail").fetchall() == [(b"one",)]
    connection.close()


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    pack = ThumbnailPack(tmp_path / "cache" / "thumbnails.sqlite")
    assert not pack.put(key(1), b"one")
    assert pack.find(key(1)) is None
    assert pack.n_bytes == 0
    pack.tidy()
