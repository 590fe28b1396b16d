from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import WeightsError
from core.workers.checkpoints import epoch_of, list_checkpoints, newest_valid, read_checkpoint, save_checkpoint


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, 3, b"state")
    assert read_checkpoint(path) == b"state"
    assert epoch_of(path) == 3


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    for epoch in (8, 9, 10, 11):
        save_checkpoint(tmp_path, epoch, b"state %d" % epoch)
    assert [epoch_of(path) for path in list_checkpoints(tmp_path)] == [11, 10]
    assert sorted(tmp_path.iterdir()) == sorted(list_checkpoints(tmp_path))


@pytest.mark.parametrize("damage", [b"", b"calque", b"calque-checkpoint 1 " + b"0" * 64 + b"\nstate"])
def test_a_damaged_newest_checkpoint_gives_way_to_the_older(tmp_path: Path, damage: bytes) -> None:
    older = save_checkpoint(tmp_path, 1, b"older")
    newest = save_checkpoint(tmp_path, 2, b"newer")
    newest.write_bytes(damage)
    assert newest_valid(tmp_path) == older
    with pytest.raises(WeightsError, match="damaged"):
        read_checkpoint(newest)


def test_without_any_there_is_none(tmp_path: Path) -> None:
    assert newest_valid(tmp_path) is None
    with pytest.raises(WeightsError, match="cannot be read"):
        read_checkpoint(tmp_path / "epoch-00001.ckpt")


def test_a_full_disk_leaves_the_older_checkpoints_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = save_checkpoint(tmp_path, 1, b"older")

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path, 2, b"newer")
    assert list(tmp_path.iterdir()) == [older]
    assert read_checkpoint(older) == b"older"
