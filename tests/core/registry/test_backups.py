"""Copies that can be trusted, and the way back from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import clock
from core.errors import NotFoundError, StorageError
from core.registry.backups import KEPT_ROUTINE, Backup, list_backups, make_backup, offer_newest, restore_backup
from core.registry.database import Registry
from core.registry.stores import projects


def names(registry: Registry) -> set[str]:
    with registry.read() as session:
        return {project.name for project in projects.list_projects(session)}


def test_a_backup_holds_what_is_committed_even_if_only_in_the_log(registry: Registry, tmp_path: Path) -> None:
    with registry.write() as session:
        projects.insert_project(session, name="A", root=tmp_path)
    backup = registry.back_up()
    assert registry.list_backups() == (backup,)
    assert [path.name for path in backup.path.parent.iterdir()] == [backup.path.name], "one file, nothing beside it"
    with Registry(backup.path, tmp_path / "none") as copy:
        assert names(copy) == {"A"}


def test_a_backup_is_possible_while_a_transaction_is_open(registry: Registry, tmp_path: Path) -> None:
    with registry.write() as session:
        projects.insert_project(session, name="Uncommitted", root=tmp_path)
        backup = registry.back_up()
    with Registry(backup.path, tmp_path / "none") as copy:
        assert names(copy) == set()


def test_only_the_newest_routine_copies_are_kept(
    registry: Registry, registry_file: Path, registry_backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for day in range(KEPT_ROUTINE + 3):
        monkeypatch.setattr(clock, "now", lambda day=day: start + timedelta(days=day))
        make_backup(registry_file, registry_backups, label="before-0002" if day == 0 else "routine")
    kept = list_backups(registry_backups)
    assert len(kept) == KEPT_ROUTINE + 1
    assert kept[0].made_at == start + timedelta(days=KEPT_ROUTINE + 2)
    assert kept[-1].label == "before-0002", "the copy made before an upgrade stays"


def test_a_copy_is_made_when_the_newest_is_too_old(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    day = timedelta(days=1)
    first = registry.back_up_if_due(day)
    assert first is not None
    assert registry.back_up_if_due(day) is None
    monkeypatch.setattr(clock, "now", lambda: first.made_at + day)
    assert registry.back_up_if_due(day) is not None
    assert len(registry.list_backups()) == 2


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=5), "less than a minute"),
        (timedelta(minutes=1, seconds=30), "1 minute"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=3, hours=4), "3 days"),
    ],
)
def test_the_offer_names_the_newest_copy_and_its_age(
    registry: Registry, registry_backups: Path, monkeypatch: pytest.MonkeyPatch, age: timedelta, words: str
) -> None:
    backup = registry.back_up()
    monkeypatch.setattr(clock, "now", lambda: backup.made_at + age)
    offer = offer_newest(registry_backups)
    assert f"is {words} old" in offer
    assert str(backup.path) in offer


def test_restoring_brings_the_copy_back_and_keeps_the_damaged_file(
    registry_file: Path, registry_backups: Path, tmp_path: Path
) -> None:
    with Registry(registry_file, registry_backups) as registry:
        with registry.write() as session:
            projects.insert_project(session, name="A", root=tmp_path)
        backup = registry.back_up()
    registry_file.write_bytes(b"damage")
    aside = restore_backup(registry_file, backup)
    assert aside.read_bytes() == b"damage"
    with Registry(registry_file, registry_backups) as registry:
        assert names(registry) == {"A"}
        assert registry.check() == ()


def test_a_backup_that_is_gone_is_named_and_nothing_is_moved(registry_file: Path, registry_backups: Path) -> None:
    registry_file.parent.mkdir()
    registry_file.write_bytes(b"damage")
    gone = Backup(registry_backups / "registry-gone.sqlite", clock.now(), "routine")
    with pytest.raises(NotFoundError, match="does not exist"):
        restore_backup(registry_file, gone)
    assert registry_file.read_bytes() == b"damage"


def test_a_place_without_room_for_backups_is_named(registry_file: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with Registry(registry_file, blocked / "backups") as registry, pytest.raises(StorageError, match="No backup"):
        registry.back_up()
