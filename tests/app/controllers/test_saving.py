"""What is saved is there in full, or the old file stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.controllers.saving import SPREADSHEET, save_picture, save_text
from core.errors import StorageError


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = save_text(tmp_path / "a.csv", ["one\r\n", "zwei ü\r\n"], SPREADSHEET)
    assert path.read_bytes() == b"\xef\xbb\xbfone\r\nzwei \xc3\xbc\r\n"


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "log.txt"
    old.write_text("old")

    def pieces() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="No space left on device"):
        save_text(old, pieces())
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_pictures_are_written_in_the_format_of_their_name(tmp_path: Path) -> None:
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(255)
    save_picture(tmp_path / "a.png", picture)
    assert QImage(str(tmp_path / "a.png")).size() == picture.size()
    with pytest.raises(StorageError, match="nonsense"):
        save_picture(tmp_path / "a.nonsense", picture)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
