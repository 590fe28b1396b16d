"""Files that would execute code are told by their pickle, before anybody opens them."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from core.workers.foreign_weights import refuse_weights


class Bomb:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


def test_weights_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "w.pt"
    torch.save({"model": torch.nn.Linear(2, 3), "epoch": 3, "where": tmp_path}, file)

    assert refuse_weights(file) == ""


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("is_archive", [True, False])
def test_code_is_named_and_not_executed(tmp_path: Path, protocol: int, is_archive: bool) -> None:
    file, marker = tmp_path / "w.pt", tmp_path / "executed"
    torch.save({"a": Bomb(marker)}, file, pickle_protocol=protocol, _use_new_zipfile_serialization=is_archive)

    assert "system" in refuse_weights(file)
    assert "would execute code" in refuse_weights(file)
    assert not marker.exists()


def test_names_that_come_out_of_the_memo_are_seen(tmp_path: Path) -> None:
    """The same module twice: the second time only its number stands there."""
    file = tmp_path / "w.pt"
    file.write_bytes(pickle.dumps([os.getcwd, os.system, eval], protocol=4))

    assert "would execute code" in refuse_weights(file)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"PK\x03\x04cut", b"\x80\x02", b"\x80\x04\x8d" + b"\xff" * 6 + b"\x00" * 2]
)
def test_what_is_no_weights_file_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "w.pt"
    file.write_bytes(content)

    assert "cannot be read as weights" in refuse_weights(file)


def test_an_archive_of_something_else(tmp_path: Path) -> None:
    file = tmp_path / "w.pt"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert "holds no data of torch.save" in refuse_weights(file)


def test_a_damaged_archive_is_said(tmp_path: Path) -> None:
    file = tmp_path / "w.pt"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(range(256)) * 50)
    content = bytearray(file.read_bytes())
    content[60:63] = b"\xff\xff\xff"
    file.write_bytes(content)

    assert "cannot be read as weights" in refuse_weights(file)
