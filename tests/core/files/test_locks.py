"""A lock is held by one, also where the file is removed in the moment in which it is taken."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from core.files import locks


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    handle = locks.try_lock(tmp_path / "lock")
    assert handle is not None
    assert locks.try_lock(tmp_path / "lock") is None
    assert locks.is_locked(tmp_path / "lock")
    os.close(handle)
    assert not locks.is_locked(tmp_path / "lock")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
def test_a_file_that_was_removed_meanwhile_is_locked_where_others_look_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, lock, n = tmp_path / "lock", locks._lock, []

    def removed_at_first(handle: int) -> bool:
        n.append(handle)
        if len(n) == 1:
            file.unlink()
        return lock(handle)

    with monkeypatch.context() as patched:
        patched.setattr(locks, "_lock", removed_at_first)
        handle = locks.try_lock(file)
    assert handle is not None
    assert locks.is_locked(file)
    os.close(handle)
