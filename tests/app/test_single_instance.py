from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.single_instance import SingleInstance


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
