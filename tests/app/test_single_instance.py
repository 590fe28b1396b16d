from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.single_instance import SingleInstance, own_folder


def test_the_second_raises_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second, elsewhere = (SingleInstance(path) for path in (tmp_path, tmp_path, tmp_path / "other"))
    raised: list[bool] = []
    first.raise_requested.connect(lambda: raised.append(True))
    assert first.claim()
    assert elsewhere.claim()
    assert not second.claim()
    qtbot.waitUntil(lambda: raised == [True])
    first.release()
    assert second.claim()
    second.release()
    elsewhere.release()


def test_its_socket_lies_in_a_folder_that_is_closed_to_others(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    own = tmp_path / f"calque-{os.getuid()}"
    instance = SingleInstance(tmp_path / "home")
    assert instance.claim()
    assert [path.is_socket() for path in own.iterdir()] == [True]
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    instance.release()

    own.chmod(0o777)
    with pytest.raises(PermissionError):
        own_folder()
    own.rmdir()
    own.symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        own_folder()

    session = tmp_path / "session"
    session.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    assert own_folder() == session
