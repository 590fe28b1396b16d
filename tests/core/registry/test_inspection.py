"""Every state in which the file can be found, and that looking at it never changes it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core import clock
from core.errors import (
    RegistryCorruptError,
    RegistryError,
    RegistryLostError,
    RegistryTooNewError,
    StorageError,
)
from core.registry.backups import Backup
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.remains import Remains, find_remains
from core.registry.stores import projects


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def closed_file(registry_file: Path, registry_backups: Path, tmp_path: Path) -> Path:
    """A registry with a few pages of content that nobody has open."""
    with Registry(registry_file, registry_backups) as registry, registry.write() as session:
        for n in range(300):
            projects.insert_project(session, name=f"project {n}", root=tmp_path / str(n))
    return registry_file


def test_a_newer_registry_is_refused_and_left_alone(closed_file: Path, registry_backups: Path) -> None:
    with connected(closed_file, "rw") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = sha256(closed_file)
    with pytest.raises(RegistryTooNewError) as caught:
        Registry(closed_file, registry_backups).open()
    assert "9999" in caught.value.text
    assert "newer Calque" in caught.value.text
    assert "Update Calque" in caught.value.hint
    assert sha256(closed_file) == before
    assert not registry_backups.exists()


def test_a_newer_registry_with_an_unfinished_log_is_left_alone(closed_file: Path, registry_backups: Path) -> None:
    """A reader that closes last would move the log into the file if it were allowed to write."""
    with connected(closed_file, "rw") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        log, content = closed_file.with_name(f"{closed_file.name}-wal"), closed_file.read_bytes()
        saved_log = log.read_bytes()
    closed_file.write_bytes(content)
    log.write_bytes(saved_log)
    with pytest.raises(RegistryTooNewError):
        Registry(closed_file, registry_backups).open()
    assert closed_file.read_bytes() == content
    assert log.read_bytes() == saved_log


def test_bytes_of_something_else_are_refused_and_left_alone(registry_file: Path, registry_backups: Path) -> None:
    registry_file.parent.mkdir()
    registry_file.write_bytes(b"<html>not found</html>" * 1000)
    before = sha256(registry_file)
    with pytest.raises(RegistryCorruptError, match="damaged") as caught:
        Registry(registry_file, registry_backups).open()
    assert "There is no backup" in caught.value.hint
    assert sha256(registry_file) == before


@pytest.mark.parametrize("page", [1, 2, 5, 9])
def test_a_damaged_page_is_found_and_the_newest_backup_offered(
    closed_file: Path, registry_backups: Path, page: int
) -> None:
    with Registry(closed_file, registry_backups) as registry:
        backup = registry.back_up()
    content = bytearray(closed_file.read_bytes())
    start = (page - 1) * 4096 + (100 if page == 1 else 0)
    content[start : start + 100] = os.urandom(100)
    closed_file.write_bytes(content)
    with pytest.raises(RegistryCorruptError) as caught:
        Registry(closed_file, registry_backups).open()
    assert str(backup.path) in caught.value.hint
    assert "less than a minute old" in caught.value.hint
    assert closed_file.read_bytes() == bytes(content)


def test_damage_that_appears_while_it_is_open_is_named_too(closed_file: Path, registry_backups: Path) -> None:
    with Registry(closed_file, registry_backups) as registry:
        # Written through SQLite itself, as no other handle of the file may be closed while it is open.
        with connected(closed_file, "rw") as connection:
            connection.execute("PRAGMA writable_schema=ON")
            connection.execute("UPDATE sqlite_master SET rootpage = 99999 WHERE name = 'project'")
        problems = registry.check()
        assert problems
        assert problems[0].kind == "registry-damaged"
        with pytest.raises(RegistryCorruptError), registry.read() as session:
            projects.list_projects(session)


def test_an_empty_file_is_a_new_registry(registry_file: Path, registry_backups: Path) -> None:
    registry_file.parent.mkdir()
    registry_file.touch()
    with Registry(registry_file, registry_backups) as registry:
        assert registry.check() == ()


@pytest.mark.parametrize("loss", ["gone", "empty", "without a table"])
@pytest.mark.parametrize("left", ["copy", "run", "version"])
def test_a_lost_registry_is_never_replaced_by_an_empty_one(
    closed_file: Path, registry_backups: Path, tmp_path: Path, loss: str, left: str
) -> None:
    runs, models = tmp_path / "runs", tmp_path / "models"
    if left == "copy":
        with Registry(closed_file, registry_backups) as registry:
            registry.back_up()
    folder, mark = (runs / "one", "request.json") if left == "run" else (models / ("ab" * 32), "model.json")
    if left != "copy":
        folder.mkdir(parents=True)
        (folder / mark).touch()
    log = closed_file.with_name(f"{closed_file.name}-wal")
    closed_file.unlink()
    if loss == "empty":
        closed_file.touch()
        log.write_bytes(b"what was written last")
    elif loss == "without a table":
        with connected(closed_file, "rwc") as connection:
            connection.execute("PRAGMA user_version=1")
    before = sorted((path.name, sha256(path)) for path in closed_file.parent.glob("registry.sqlite*"))
    lost = Registry(closed_file, registry_backups, beside=lambda: find_remains(registry_backups, runs, models))
    with pytest.raises(RegistryLostError) as caught:
        lost.open()
    what = {"copy": "a copy of it (less than a minute old)", "run": "1 run", "version": "1 model version"}[left]
    assert what in caught.value.text
    assert ("calque restore" if left == "copy" else "calque doctor --reindex") in caught.value.hint
    after = sorted((path.name, sha256(path)) for path in closed_file.parent.glob("registry.sqlite*"))
    assert [item for item in after if "-presence" not in item[0]] == [i for i in before if "-presence" not in i[0]]


def test_all_that_is_left_is_said_in_one_sentence(tmp_path: Path) -> None:
    backup = Backup(tmp_path / "x", clock.now() - timedelta(days=3), "routine")
    assert str(Remains(12, 1, backup)) == "12 runs, 1 model version and a copy of it (3 days old)"
    assert str(Remains(1)) == "1 run"
    assert str(Remains(1, n_datasets=2)) == "1 run and 2 frozen datasets"
    assert Remains().is_empty


def test_a_database_of_another_program_is_left_alone(registry_file: Path, registry_backups: Path) -> None:
    registry_file.parent.mkdir()
    with connected(registry_file, "rwc") as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    before = sha256(registry_file)
    with pytest.raises(RegistryError, match="something else"):
        Registry(registry_file, registry_backups).open()
    assert sha256(registry_file) == before


def test_a_folder_in_its_place_is_named(registry_file: Path, registry_backups: Path) -> None:
    registry_file.mkdir(parents=True)
    with pytest.raises(StorageError, match="is a folder"):
        Registry(registry_file, registry_backups).open()


# --- places that cannot be written to: tried as a user without rights, since root may write everywhere -------------

_AS_NOBODY = """
import os, pathlib, sys
from core.registry.backups import Backup
from core.registry.database import Registry
from core.registry.remains import Remains, find_remains
from core.registry.stores import projects, runs
from core.errors import CalqueError
if os.getuid() == 0:  # only now: an ordinary user may not be allowed to read the interpreter's own files
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
file = pathlib.Path(sys.argv[1])
try:
    with Registry(file, file.parent / "backups") as registry:
        with registry.read() as session:
            print(len(projects.list_projects(session)), registry.is_read_only, registry.check())
        with registry.write() as session:
            projects.rename_project(session, "x", "y")
except CalqueError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Reachable by every user, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


def as_nobody(file: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-c", _AS_NOBODY, str(file)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.strip().splitlines()


def test_a_registry_in_a_read_only_folder_can_be_looked_at(public_folder: Path, tmp_path: Path) -> None:
    file = public_folder / "registry.sqlite"
    with Registry(file, public_folder / "backups") as registry, registry.write() as session:
        projects.insert_project(session, name="Old", root=tmp_path)
    for leftover in public_folder.glob("registry.sqlite-*"):
        leftover.unlink()
    file.chmod(0o444)
    public_folder.chmod(0o555)
    lines = as_nobody(file)
    assert lines[0] == "1 True ()"
    assert lines[1].startswith("StorageError")
    assert "for reading only" in lines[1]


def test_a_registry_cannot_be_made_in_a_read_only_folder(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    lines = as_nobody(public_folder / "calque" / "registry.sqlite")
    assert len(lines) == 1
    assert lines[0].startswith("StorageError")
    assert "cannot be written to" in lines[0]


def test_an_unreadable_registry_is_named(public_folder: Path) -> None:
    file = public_folder / "registry.sqlite"
    with Registry(file, public_folder / "backups"):
        pass
    file.chmod(0o000)
    lines = as_nobody(file)
    assert lines[0].startswith("StorageError")
    assert "permission" in lines[0]
