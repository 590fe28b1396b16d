from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ui.widgets import motion
from ui.widgets.motion import wants_less_motion


@pytest.mark.parametrize(("factor", "is_less"), [("0", True), ("1", False), (None, False)])
def test_kde_says_it_by_the_duration_of_its_animations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: str | None, is_less: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(motion, "_portal", lambda: False)
    if factor is not None:
        (tmp_path / ".config").mkdir()
        (tmp_path / ".config" / "kdeglobals").write_text(f"[KDE]\nAnimationDurationFactor={factor}\n")
    assert wants_less_motion() is is_less


def test_a_system_that_cannot_be_asked_wants_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session bus here: no answer, no waiting."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    assert motion._portal() is False
