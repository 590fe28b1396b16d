"""Other processes, killed processes, and a disk that is full."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from core.errors import RegistryLockedError
from core.registry import faults
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.locks import describe_holder
from core.registry.stores import projects

_HOLD_LOCK = """
    import sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_program_that_holds_the_database_is_named(
    registry: Registry, registry_file: Path, start_child, tmp_path: Path
) -> None:
    child = start_child(_HOLD_LOCK, registry_file)
    assert child.stdout.readline() == "locked\n"
    with registry.read() as session:
        assert projects.list_projects(session) == (), "reading goes on"
    with pytest.raises(RegistryLockedError) as caught, registry.write() as session:
        projects.insert_project(session, name="Refused", root=tmp_path)
    assert "Another program is writing" in caught.value.text
    if Path("/proc/locks").exists():
        assert f"process {child.pid}" in caught.value.text
    child.stdin.close()
    child.wait()
    with registry.write() as session:
        projects.insert_project(session, name="Accepted", root=tmp_path)


def test_a_current_registry_opens_while_somebody_else_writes(
    registry: Registry, registry_file: Path, registry_backups: Path, start_child
) -> None:
    child = start_child(_HOLD_LOCK, registry_file)
    child.stdout.readline()
    with Registry(registry_file, registry_backups, busy_timeout_s=0.1) as second, second.read() as session:
        assert projects.list_projects(session) == ()


def test_a_database_locked_against_reading_is_told_as_locked(
    registry_file: Path, registry_backups: Path, start_child
) -> None:
    with Registry(registry_file, registry_backups):
        pass
    child = start_child(
        """
        import sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        print("locked", flush=True)
        sys.stdin.read()
        """,
        registry_file,
    )
    child.stdout.readline()
    with pytest.raises(RegistryLockedError):
        Registry(registry_file, registry_backups, busy_timeout_s=0.1).open()


def test_another_calque_that_writes_is_named(
    registry: Registry, registry_file: Path, registry_backups: Path, start_child, tmp_path: Path
) -> None:
    child = start_child(
        """
        import pathlib, sys
        from core.registry.database import Registry
        with Registry(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])) as registry, registry.write():
            print("writing", flush=True)
            sys.stdin.read()
        """,
        registry_file,
        registry_backups,
    )
    assert child.stdout.readline() == "writing\n"
    with pytest.raises(RegistryLockedError, match=f"process {child.pid}"), registry.write() as session:
        projects.insert_project(session, name="Refused", root=tmp_path)
    child.stdin.close()
    child.wait()
    assert describe_holder(registry_file) == ""
    with registry.write() as session:
        projects.insert_project(session, name="Accepted", root=tmp_path)


_WRITE_MANY = """
    import pathlib, sys
    from core.registry.database import Registry
    from core.registry.stores import projects
    file, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    with Registry(file, file.parent / "backups", busy_timeout_s=60) as registry:
        for i in range(int(sys.argv[3])):
            with registry.write() as session:
                projects.insert_project(session, name=f"{name} {i}", root=file.parent)
            print(i, flush=True)
"""


def test_processes_that_start_on_no_registry_and_write_at_once_lose_nothing(
    registry_file: Path, registry_backups: Path, start_child
) -> None:
    registry_file.parent.mkdir()
    children = [start_child(_WRITE_MANY, registry_file, name, 60) for name in ("a", "b", "c")]
    for child in children:
        _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors
    with Registry(registry_file, registry_backups) as registry:
        with registry.read() as session:
            assert len(projects.list_projects(session)) == 180
        assert registry.check() == ()


@pytest.mark.parametrize("n_acknowledged", [1, 7, 23])
def test_a_killed_writer_leaves_every_acknowledged_row_and_no_half_one(
    registry: Registry, registry_file: Path, start_child, n_acknowledged: int
) -> None:
    child = start_child(_WRITE_MANY, registry_file, "row", 100_000)
    for _ in range(n_acknowledged):
        child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    said = n_acknowledged + len(child.stdout.read().splitlines())
    child.wait()
    assert registry.check() == ()
    with registry.write() as session:
        names = {project.name for project in projects.list_projects(session)}
        assert len(names) in (said, said + 1)
        assert {f"row {i}" for i in range(said)} <= names
        projects.insert_project(session, name="after", root=registry_file.parent)


def test_a_process_killed_inside_a_transaction_leaves_the_state_before_it(
    registry: Registry, registry_file: Path, start_child
) -> None:
    child = start_child(
        """
        import os, pathlib, signal, sys
        from core.registry.database import Registry
        from core.registry.stores import images, projects
        file = pathlib.Path(sys.argv[1])
        with Registry(file, file.parent / "backups") as registry, registry.write() as session:
            project = projects.insert_project(session, name="Half", root=file.parent)
            facts = [images.ImageFacts(f"a/{i}.png", 1, 1, 1, "00" * 32, 1, 1) for i in range(30_000)]
            images.insert_images(session, project, facts)
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        registry_file,
    )
    child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    assert registry.check() == ()
    with registry.write() as session:
        assert projects.list_projects(session) == ()


def test_a_full_disk_is_said_and_nothing_saved_before_is_lost(
    registry: Registry, registry_file: Path, start_child, tmp_path: Path
) -> None:
    with registry.write() as session:
        projects.insert_project(session, name="Before", root=tmp_path)
    child = start_child(
        """
        import pathlib, resource, sys
        from core.errors import StorageError
        from core.registry.database import Registry
        from core.registry.stores import images, projects
        file = pathlib.Path(sys.argv[1])
        registry = Registry(file, file.parent / "backups")
        registry.open()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
        try:
            with registry.write() as session:
                project = projects.insert_project(session, name="Too much", root=file.parent)
                facts = [images.ImageFacts(f"a/{i}.png", 1, 1, 1, "00" * 32, 1, 1) for i in range(60_000)]
                images.insert_images(session, project, facts)
        except StorageError as error:
            print(error)
        with registry.read() as session:
            print([project.name for project in projects.list_projects(session)])
        with registry.write() as session:
            projects.insert_project(session, name="After", root=file.parent)
        registry.close()
        """,
        registry_file,
    )
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    sentence, names = output.splitlines()
    assert "free" in sentence
    assert "what was saved before is safe" in sentence
    assert names == "['Before']"
    assert registry.check() == ()
    with registry.read() as session:
        assert {project.name for project in projects.list_projects(session)} == {"Before", "After"}


def test_a_damaged_log_costs_the_last_writes_and_not_the_registry(
    registry_file: Path, registry_backups: Path, tmp_path: Path
) -> None:
    with Registry(registry_file, registry_backups) as registry, registry.write() as session:
        projects.insert_project(session, name="Saved", root=tmp_path)
    log = registry_file.with_name(f"{registry_file.name}-wal")
    with Registry(registry_file, registry_backups) as registry:
        with registry.write() as session:
            projects.insert_project(session, name="In the log", root=tmp_path)
        content, log_content = None, log.stat().st_size
        assert log_content > 0
        with connected(registry_file, "ro") as keep_open:
            keep_open.execute("SELECT 1 FROM project").fetchone()
            content = registry_file.read_bytes()
            damaged = bytearray(log.read_bytes())
    damaged[40:140] = os.urandom(100)
    registry_file.write_bytes(content)
    log.write_bytes(damaged)
    registry_file.with_name(f"{registry_file.name}-shm").unlink(missing_ok=True)
    with Registry(registry_file, registry_backups) as registry:
        assert registry.check() == ()
        with registry.read() as session:
            assert [project.name for project in projects.list_projects(session)] == ["Saved"]


@pytest.mark.parametrize(("room", "sentence"), [(2**62, "is full"), (0, "could not be read or written")])
def test_an_io_error_without_room_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, sentence: str
) -> None:
    """`room` decides whether the disk under the test counts as full."""
    monkeypatch.setattr(faults, "_ROOM_FOR_INDEX", room)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | 19 << 8
    assert sentence in faults.explain(error, tmp_path / "registry.db", tmp_path).text
