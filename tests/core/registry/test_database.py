"""Sessions: what they promise, and in which words they fail."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.errors import RegistryError
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.schema import APPLICATION_ID
from core.registry.stores import projects
from core.registry.stores.driver import cursor_of
from core.stopping import Stop, StoppedError, stoppable


def pragma(registry: Registry, name: str) -> object:
    with registry.read() as session:
        return session.execute(text(f"PRAGMA {name}")).scalar()


def test_a_new_registry_is_made_with_its_folders_and_says_what_it_is(registry: Registry, registry_file: Path) -> None:
    assert registry_file.is_file()
    assert not registry.is_read_only
    assert pragma(registry, "journal_mode") == "wal"
    assert pragma(registry, "foreign_keys") == 1
    assert pragma(registry, "application_id") == APPLICATION_ID
    assert registry.check() == ()


def test_opening_again_keeps_what_was_written(registry_file: Path, registry_backups: Path, tmp_path: Path) -> None:
    with Registry(registry_file, registry_backups) as first, first.write() as session:
        projects.insert_project(session, name="Parish books", root=tmp_path)
    with Registry(registry_file, registry_backups) as second, second.read() as session:
        assert [project.name for project in projects.list_projects(session)] == ["Parish books"]


def test_opening_a_current_registry_does_not_import_alembic(registry: Registry, registry_file: Path) -> None:
    code = (
        "import sys, pathlib; from core.registry.database import Registry\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "with Registry(file, file.parent / 'backups') as registry, registry.read() as session: session.connection()\n"
        "print([name for name in sys.modules if name.startswith('alembic')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(registry_file)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_error_inside_a_write_undoes_all_of_it(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), registry.write() as session:
        projects.insert_project(session, name="Half", root=tmp_path)
        raise ZeroDivisionError
    with registry.read() as session:
        assert projects.list_projects(session) == ()


def test_a_reader_sees_one_state_while_a_writer_goes_on(registry: Registry, tmp_path: Path) -> None:
    with registry.read() as reading:
        assert projects.list_projects(reading) == ()
        with registry.write() as writing:
            projects.insert_project(writing, name="New", root=tmp_path)
        assert projects.list_projects(reading) == ()
    with registry.read() as reading:
        assert len(projects.list_projects(reading)) == 1


def test_a_durable_write_waits_for_the_disk_and_the_next_one_does_not(registry: Registry) -> None:
    with registry.write(durable=True) as session:
        assert session.execute(text("PRAGMA synchronous")).scalar() == 2
    with registry.write() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar() == 1


def test_a_writer_takes_the_lock_at_its_start(registry: Registry, registry_file: Path) -> None:
    with registry.write() as session:
        session.connection()
        with connected(registry_file, "rw", busy_timeout_s=0) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")


def test_many_threads_write_one_after_the_other(registry: Registry, tmp_path: Path) -> None:
    def add(n: int) -> None:
        for i in range(10):
            with registry.write() as session:
                projects.insert_project(session, name=f"{n}/{i}", root=tmp_path)

    threads = [threading.Thread(target=add, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with registry.read() as session:
        assert len(projects.list_projects(session)) == 80


def test_a_broken_rule_of_the_database_is_told_in_words(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="refused a change") as caught, registry.write() as session:
        projects.add_categories(session, "nobody", ["a"])  # type: ignore[arg-type]
    assert "FOREIGN KEY" in caught.value.text


def test_a_registry_that_is_not_open_says_so(registry_file: Path, registry_backups: Path) -> None:
    registry = Registry(registry_file, registry_backups)
    with pytest.raises(RegistryError, match="not open"), registry.read():
        pass
    registry.close()


def test_no_text_of_a_person_becomes_sql(registry: Registry, tmp_path: Path) -> None:
    name = "x'); DROP TABLE project; --"
    with registry.write() as session:
        projects.insert_project(session, name=name, root=tmp_path)
    with registry.read() as session:
        found = projects.find_project(session, name)
        assert found is not None
        assert found.name == name
        assert projects.find_project(session, "' OR 1=1 --") is None


ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(stop_now()) FROM n")


def test_a_query_that_is_stopped_ends_in_the_middle(registry: Registry) -> None:
    stop = Stop()
    with stoppable(stop), pytest.raises(StoppedError), registry.read() as session:
        raw = session.connection().connection.driver_connection
        raw.create_function("stop_now", 0, lambda: stop.set())
        session.execute(ENDLESS)
    with registry.read() as session:
        assert projects.list_projects(session) == (), "the connection is as good as before"


def test_a_stopped_read_asks_no_further_question(registry: Registry) -> None:
    stop = Stop()
    with stoppable(stop), pytest.raises(StoppedError), registry.read() as session:
        projects.list_projects(session)
        stop.set()
        projects.list_projects(session)
        pytest.fail("a query was answered")
    with stoppable(stop), pytest.raises(StoppedError), registry.read():
        pytest.fail("a session was given")


def test_what_is_being_written_is_written_to_its_end(registry: Registry, tmp_path: Path) -> None:
    stop = Stop()
    with stoppable(stop), registry.write() as session:
        stop.set()
        projects.insert_project(session, name="P", root=tmp_path)
    with registry.read() as session:
        assert len(projects.list_projects(session)) == 1


def _driver(session: Session) -> sqlite3.Connection:
    """The driver's own connection, as the fastest queries use it: past SQLAlchemy, and past its errors."""
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def test_a_stopped_read_asks_no_further_question_of_the_driver_either(registry: Registry) -> None:
    stop = Stop()
    with stoppable(stop), pytest.raises(StoppedError), registry.read() as session:
        cursor = cursor_of(session)
        assert cursor.execute("SELECT ?", (1,)).fetchone() == (1,)
        stop.set()
        cursor.execute("SELECT 2")
        pytest.fail("the query was carried out")
    stopped = Stop()
    with stoppable(stopped), registry.write() as session:
        stopped.set()
        assert cursor_of(session).execute("SELECT 3").fetchone() == (3,), "a write is carried out or rolled back whole"


def test_a_stop_ends_a_query_of_the_drivers_own_cursor_too(registry: Registry) -> None:
    stop = Stop()
    with stoppable(stop), pytest.raises(StoppedError), registry.read() as session:
        raw = _driver(session)
        raw.create_function("stop_now", 0, lambda: stop.set())
        raw.execute(str(ENDLESS))


def test_errors_of_the_drivers_own_cursor_are_told_in_words(registry: Registry) -> None:
    for verb in (registry.read, registry.write):
        with pytest.raises(RegistryError, match="The registry refused a change"), verb() as session:
            _driver(session).execute("SELECT * FROM nowhere")
