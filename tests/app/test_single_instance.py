from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app import single_instance
from app.single_instance import SingleInstance, own_folder
from core.files.locks import try_lock


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A socket's path has room for a hundred signs; a test's own folder may be longer than that."""
    with tempfile.TemporaryDirectory(prefix="calque-") as folder:
        yield Path(folder)


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
    qtbot: QtBot, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    own = short_folder / f"calque-{os.getuid()}"
    instance = SingleInstance(short_folder / "home")
    assert instance.claim()
    assert sorted(path.is_socket() for path in own.iterdir()) == [False, True], "and its lock"
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    instance.release()

    own.chmod(0o777)
    with pytest.raises(PermissionError):
        own_folder()
    shutil.rmtree(own)
    own.symlink_to(short_folder)
    with pytest.raises(PermissionError):
        own_folder()

    session = short_folder / "session"
    session.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(session))
    assert own_folder() == session


def test_of_two_that_start_at_the_same_moment_one_is_first(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "LISTEN_S", 0.1)
    instance = SingleInstance(tmp_path)
    assert instance.claim()
    lock = next(own_folder().glob(f"{Path(instance._server.fullServerName()).name}.lock"))
    instance.release()
    first = try_lock(lock)  # and it does not listen yet
    assert first is not None
    assert not SingleInstance(tmp_path).claim()
    os.close(first)
    again = SingleInstance(tmp_path)
    assert again.claim()
    again.release()
    lock.unlink()


@pytest.mark.parametrize("is_open", [True, False])
def test_a_window_opens_where_nothing_can_be_told_of_others(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    is_open: bool,
) -> None:
    """Its folder is anybody's, or the socket's name is longer than the system takes."""
    temporary = tmp_path if is_open else tmp_path / ("t" * 100)
    temporary.mkdir(exist_ok=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    if is_open:
        (tmp_path / f"calque-{os.getuid()}").mkdir()
        (tmp_path / f"calque-{os.getuid()}").chmod(0o777)
    instance = SingleInstance(tmp_path / "home")
    assert instance.claim()
    assert "window" in caplog.text
    instance.release()


def test_a_home_is_the_same_by_each_of_its_names(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path / "link")
    assert first.claim()
    assert not second.claim()
    first.release()
