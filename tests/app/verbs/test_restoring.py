"""`calque restore` and `calque doctor --reindex` as typed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from app.services import open_services
from core.home import Home
from tests.fixtures.old_home import OldHome, lay_out


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    return lay_out(tmp_path)


def call(old: OldHome, *words: str) -> int:
    return main(["--home", str(old.home), *words])


def lose(old: OldHome) -> None:
    for file in old.home.glob("registry.db*"):
        file.unlink()


def test_a_lost_registry_is_told_by_every_verb_and_restored(old: OldHome, capsys: pytest.CaptureFixture[str]) -> None:
    with open_services(Home(old.home)) as services:
        before = [record.id for record in services.runs.list_runs()]
        damaged, sound = services.registry.back_up(), services.registry.back_up()
    assert call(old, "restore") == 1
    assert "The registry is sound" in capsys.readouterr().err
    lose(old)
    damaged.path.write_bytes(b"not a copy")
    for verb in ("runs", "models", "verify"):
        assert call(old, verb) == 1
        assert "calque restore" in capsys.readouterr().err
    assert not (old.home / "registry.db").exists()
    assert call(old, "restore", damaged.path.name) == 1
    assert "damaged itself" in capsys.readouterr().err
    assert call(old, "restore", "nothing") == 1
    assert sound.path.name in capsys.readouterr().err, "the copies that there are"
    assert call(old, "restore", "--json") == 0
    assert json.loads(capsys.readouterr().out)["restored"] == str(sound.path)
    with open_services(Home(old.home)) as services:
        assert [record.id for record in services.runs.list_runs()] == before


def test_listing_again_says_what_it_could_not(old: OldHome, capsys: pytest.CaptureFixture[str]) -> None:
    lose(old)
    for file in (old.home / "backups").glob("*"):
        file.unlink()
    assert call(old, "restore") == 1
    assert "doctor --reindex" in capsys.readouterr().err
    assert call(old, "doctor", "--reindex") == 0
    said = capsys.readouterr().out
    assert "listed again" in said
    assert 'without their images, annotations and classes: "Old drawings"' in said
    assert call(old, "doctor", "--reindex") == 0
    assert "listed already" in capsys.readouterr().out


def test_a_registry_of_a_newer_calque_gives_way_to_no_copy_unasked(
    old: OldHome, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_services(Home(old.home)) as services:
        services.registry.back_up()
    file = old.home / "registry.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    assert call(old, "restore") == 1
    assert "newer Calque" in capsys.readouterr().err
    assert file.read_bytes() == before
