"""Copies that can be trusted, and the way back from them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core import clock
from core.errors import NotFoundError, RefusedError, RegistryCorruptError, StorageError
from core.registry.backups import Backup, list_backups, make_backup, newest_of, offer_newest
from core.registry.database import Registry
from core.registry.restoring import newest_sound, restore_backup
from core.registry.stores import projects
from tests.core.registry.conftest import RunChild


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


def copies_of_days(file: Path, folder: Path, days: range, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days of the copies that are left when one was made on each of `days` since 2026 began."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for day in days:
        monkeypatch.setattr(clock, "now", lambda day=day: start + timedelta(days=day))
        make_backup(file, folder)
    return [backup.made_at.date() for backup in list_backups(folder)]


def test_copies_are_thinned_by_age_and_not_pushed_out(
    registry: Registry, registry_file: Path, registry_backups: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with registry.write() as session:
        projects.insert_project(session, name="A", root=tmp_path)
    before = make_backup(registry_file, registry_backups, label="before-0002")
    full = copies_of_days(registry_file, registry_backups, range(200), monkeypatch)[1:]
    assert full[:12] == [date(2026, 7, 19) - timedelta(days=n) for n in range(12)], "each of the last days"
    assert sum(one.month == 6 for one in full) >= 3, "a copy a week before them"
    assert {one.month for one in full} == set(range(1, 8)), "a copy a month before those"
    assert len(full) < 30
    assert before in list_backups(registry_backups)


def test_ten_days_of_an_empty_registry_push_out_no_full_copy(
    registry: Registry, registry_file: Path, registry_backups: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with registry.write() as session:
        key = projects.insert_project(session, name="A", root=tmp_path)
    copies_of_days(registry_file, registry_backups, range(20), monkeypatch)
    with registry.write() as session:
        projects.remove_project(session, key)
    copies_of_days(registry_file, registry_backups, range(20, 50), monkeypatch)
    held = []
    for backup in list_backups(registry_backups):
        with Registry(backup.path, tmp_path / "none") as copy:
            held.append(names(copy))
    assert held.count({"A"}) >= 3


def test_a_copy_from_the_future_does_not_end_copies(
    registry: Registry, registry_file: Path, registry_backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=4000))
    ahead = make_backup(registry_file, registry_backups)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert "stamped in the future" in offer_newest(registry_backups), "better than none"
    made = registry.back_up_if_due()
    assert made is not None
    assert registry.back_up_if_due() is None
    assert newest_of(list_backups(registry_backups)) == made
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    assert registry.back_up_if_due() is not None
    assert ahead.path.is_file()


def test_what_a_killed_copy_left_is_swept(registry: Registry, registry_backups: Path, start_child: RunChild) -> None:
    registry_backups.mkdir()
    gone = start_child("")
    gone.wait()
    left = [registry_backups / f"registry-x-routine.{pid}.partial" for pid in (gone.pid, "old")]
    left.append(registry_backups / "registry-20260101T000000000000Z-routine.partial")
    at_work = registry_backups / f"registry-x-routine.{os.getppid()}.partial"
    for file in (*left, at_work):
        file.touch()
    registry.back_up()
    assert at_work.exists()
    assert not any(file.exists() for file in left)


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
    assert aside is not None
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


def test_nothing_is_restored_under_somebody_who_has_it_open(
    registry: Registry, registry_file: Path, tmp_path: Path
) -> None:
    backup = registry.back_up()
    with registry.write() as session:
        projects.insert_project(session, name="Since", root=tmp_path)
    with pytest.raises(RefusedError, match="in use by another Calque"):
        restore_backup(registry_file, backup)
    assert names(registry) == {"Since"}
    registry.close()
    aside = restore_backup(registry_file, backup)
    registry.open()
    assert names(registry) == set()
    assert aside is not None
    with Registry(aside, tmp_path / "none") as former:
        assert names(former) == {"Since"}


def test_a_damaged_copy_is_found_before_anything_is_moved(
    registry: Registry, registry_file: Path, registry_backups: Path
) -> None:
    sound, damaged, empty = (registry.back_up() for _ in range(3))
    registry.close()
    content = bytearray(damaged.path.read_bytes())
    content[4096:8192] = os.urandom(4096)
    damaged.path.write_bytes(content)
    empty.path.write_bytes(b"")
    before = registry_file.read_bytes()
    for backup in (damaged, empty):
        with pytest.raises(RegistryCorruptError, match="damaged itself"):
            restore_backup(registry_file, backup)
    assert registry_file.read_bytes() == before
    assert newest_sound(registry_backups) == (sound, (empty, damaged))
