"""What Calque keeps is its owner's alone, what an older one kept too."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from app.services import open_services
from core.home import Home
from core.registry.stores import projects


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(root: Path) -> list[Path]:
    return [path for path in (root, *root.rglob("*")) if rights(path) & 0o077]


def test_a_new_home_is_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        with open_services(Home(tmp_path / "home")) as services:
            with services.registry.write() as session:
                projects.insert_project(session, name="A", root=tmp_path)
            services.registry.back_up()
            assert {path.name for path in (tmp_path / "home").glob("registry.db*")} >= {
                "registry.db",
                "registry.db-wal",
            }
            assert open_to_others(tmp_path / "home") == []
    finally:
        os.umask(before)


def test_an_older_home_is_closed_and_what_is_not_calques_is_left(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with open_services(home) as services:
        services.registry.back_up()
    home.samples.mkdir()
    for path in (home.root, *home.root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with open_services(home):
        assert open_to_others(home.root) == []
    mine = home.root / "my notes.txt"
    mine.touch(mode=0o644)
    home.root.chmod(0o755)
    with open_services(home):
        assert open_to_others(home.root) == [home.root, mine], "a folder that a person shares"


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "big disk"
    elsewhere.mkdir(mode=0o755)
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.runs.symlink_to(elsewhere)
    with open_services(home):
        assert rights(elsewhere) == 0o755
