from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import WeightsError
from core.workers.checkpoints import list_checkpoints, read_checkpoint, save_checkpoint


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, 3, b"state")
    assert read_checkpoint(path) == b"state"
    assert path.name == "epoch-00003.ckpt"


def test_the_newest_two_are_kept(tmp_path: Path) -> None:
    for epoch in (8, 9, 10, 11):
        save_checkpoint(tmp_path, epoch, b"state %d" % epoch)
    assert [path.name for path in list_checkpoints(tmp_path)] == ["epoch-00011.ckpt", "epoch-00010.ckpt"]
    assert sorted(tmp_path.iterdir()) == sorted(list_checkpoints(tmp_path))


@pytest.mark.parametrize("damage", [b"", b"calque", b"calque-checkpoint 1 " + b"0" * 64 + b"\nstate"])
def test_a_damaged_or_missing_checkpoint_is_not_read(tmp_path: Path, damage: bytes) -> None:
    path = save_checkpoint(tmp_path, 1, b"state")
    path.write_bytes(damage)
    with pytest.raises(WeightsError, match="damaged"):
        read_checkpoint(path)
    path.unlink()
    with pytest.raises(WeightsError, match="cannot be read"):
        read_checkpoint(path)


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
