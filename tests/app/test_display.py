"""A machine on which no window can open is told why, by the real program in a process of its own."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.display import PACKAGES, display_problem

ROOT = Path(__file__).resolve().parents[2]


def start(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`calque` without a verb, on a machine that has only these displays."""
    kept = {key: value for key, value in os.environ.items() if key not in _OF_DISPLAYS}
    return subprocess.run(
        [sys.executable, "-m", "app", "--home", str(home)],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


_OF_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.parametrize("library", ["libxcb-cursor.so.0", "libxkbcommon-x11.so.0", "libEGL.so.1"])
def test_a_missing_library_is_named_with_its_packages(tmp_path: Path, library: str) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / library).touch()  # the loader finds it first, and cannot load it
    ended = start(tmp_path / "home", DISPLAY=":0", LD_LIBRARY_PATH=str(tmp_path / "lib"))
    debian, fedora = PACKAGES[library]
    assert ended.returncode == 1
    [sentence] = ended.stderr.splitlines()
    assert library in sentence
    commands = dict(re.findall(r"sudo (apt|dnf) install ([^”]+)”", sentence))  # others may be missing here as well
    assert debian in commands["apt"].split() and fedora in commands["dnf"].split()


def test_no_display_is_a_sentence(tmp_path: Path) -> None:
    ended = start(tmp_path / "home")
    assert ended.returncode == 1
    [sentence] = ended.stderr.splitlines()
    assert "there is no display" in sentence and "calque --help" in sentence


def test_a_display_that_does_not_answer_is_a_sentence() -> None:
    def load(name: str) -> object:
        return object() if name.endswith("libqxcb.so") else ctypes.CDLL(name)

    assert "“:987”" in display_problem({"DISPLAY": ":987"}, load=load)


def test_other_platforms_and_systems_are_left_to_qt() -> None:
    def load(name: str) -> object:
        raise OSError(f"{name}: cannot open shared object file: No such file or directory")

    assert display_problem({"QT_QPA_PLATFORM": "offscreen"}, load=load) == ""
    assert display_problem({"QT_QPA_PLATFORM": "vnc:size=800x600"}, load=load) == ""
    assert display_problem({}, platform="darwin", load=load) == ""


def test_wayland_needs_nothing_of_x11_and_falls_back_to_it() -> None:
    asked: list[str] = []

    def load(name: str) -> object:
        asked.append(Path(name).name)
        if "wayland" not in name:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return object()

    assert display_problem({"WAYLAND_DISPLAY": "wayland-0"}, load=load) == ""
    assert asked == ["libqwayland.so"]
    assert "libxcb.so.1" in display_problem({"WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "xcb"}, load=load)


def test_a_library_that_no_table_knows_is_named() -> None:
    def load(name: str) -> object:
        if name.endswith("libqxcb.so"):
            raise OSError("libnovelty.so.3: cannot open shared object file: No such file or directory")
        return object()

    text = display_problem({"DISPLAY": ":0"}, load=load)
    assert "lacks the library libnovelty.so.3." in text and "apt" not in text
