"""The registry's door: opens, upgrades and guards the database, and hands out sessions.

All errors of the database leave through here as sentences (core.registry.faults).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import clock
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.errors import RegistryCorruptError, RegistryError, StorageError
from core.home import tighten
from core.registry.backups import ROUTINE_AGE, Backup, list_backups, make_backup, offer_newest, tighten_copies
from core.registry.connecting import Mode, connect, connected
from core.registry.counting import find_miscounted
from core.registry.faults import explain, locked
from core.registry.inspection import Condition, inspect
from core.registry.locks import WriterLock
from core.registry.occupied import Occupied
from core.registry.places import HOME
from core.registry.presence import Presence
from core.registry.remains import Remains
from core.registry.schema import APPLICATION_ID, SCHEMA, Schema, read_revision, upgrade
from core.registry.stores.driver import STOP
from core.stopping import Stop, StoppedError, current_stop

_WRITES = "calque_writes"  # execution option: "normal" or "durable" for a writing transaction


class Registry:
    """One SQLite file. Every method may be called on any thread; sessions belong to the thread that asked."""

    def __init__(
        self,
        file: Path,
        backups: Path,
        *,
        beside: Callable[[], Remains] = Remains,
        schema: Schema = SCHEMA,
        busy_timeout_s: float = 5.0,
    ) -> None:
        """`beside` finds what a registry that is gone has left: only where there is nothing, a new one is made."""
        self._file = file
        self._beside = beside
        self._presence = Presence(file)
        self._backups = backups
        self._schema = schema
        self._busy_timeout_s = busy_timeout_s
        self._writer = WriterLock(file)
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._is_read_only = False
        self._facts = {HOME: file.parent.absolute()}
        self.occupied = Occupied(file)

    @property
    def file(self) -> Path:
        return self._file

    @property
    def is_read_only(self) -> bool:
        """The file or its folder cannot be written to: everything can be looked at, nothing changed."""
        return self._is_read_only

    def open(self) -> None:
        """Check the file, make or upgrade it if need be, and be ready for sessions. Opening twice does nothing.

        Raises RegistryTooNewError, RegistryLockedError, RegistryCorruptError, RegistryLostError, RegistryError,
        RefusedError while it is being restored, StorageError.
        """
        with self._opening:
            if self._engine is not None:
                return
            try:
                self._presence.enter()
                finding = inspect(
                    self._file,
                    self._backups,
                    self._schema,
                    busy_timeout_s=self._busy_timeout_s,
                    remains=self._beside,
                )
                if finding.condition is not Condition.CURRENT:
                    self._bring_up_to_date(finding.condition)
                    self._presence.enter()  # now that its folder is there
                self._is_read_only = finding.mode in ("ro", "immutable")
                if not self._is_read_only:
                    self._close_to_others()
                mode: Mode = finding.mode if self._is_read_only else "rw"
                if mode == "rw":
                    self._switch_to_wal(mode)
            except sqlite3.Error as error:
                raise explain(error, self._file, self._backups) from error
            except DBAPIError as error:
                raise explain(error.orig, self._file, self._backups) from error
            except OSError as error:
                raise StorageError(
                    f'The registry "{shown(self._file)}" cannot be reached: {error.strerror or error}.',
                    hint="Check the permissions and the free space of its folder.",
                ) from error
            else:
                self._engine = self._make_engine(mode)
            finally:
                if self._engine is None:
                    self._presence.leave()

    def close(self) -> None:
        """Close every connection; the last one moves SQLite's log into the file."""
        with self._opening:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None
            self._writer.close()
            self._presence.leave()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database from its first query to its end.

        Raises StoppedError, in the middle of a query if need be, when the work it is part of is to end.
        """
        try:
            with Session(self._opened(), info=self._facts) as session, _ended_by(current_stop(), session):
                yield session
        except (DBAPIError, sqlite3.Error) as error:
            cause = _driver_error(error)
            if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                raise StoppedError from error
            raise explain(cause, self._file, self._backups) from error

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Session]:
        """A transaction, committed at the end and rolled back on any error.

        `durable` waits until the disk has it: for what must survive a power cut, such as a run's end.
        """
        engine = self._opened()
        self.check_writable()
        writing = engine.execution_options(**{_WRITES: "durable" if durable else "normal"})
        with self._pen():
            try:
                with Session(writing, info=self._facts) as session:
                    yield session
                    session.commit()
            except (DBAPIError, sqlite3.Error) as error:
                raise explain(_driver_error(error), self._file, self._backups) from error

    def check_writable(self) -> None:
        """Raises StorageError (E-103)."""
        if self._is_read_only:
            raise StorageError(
                f'The registry "{shown(self._file)}" is open for reading only.',
                hint="Make its folder writable, or start Calque with another --home.",
                code="E-103",
            )

    def back_up(self) -> Backup:
        """A verified copy beside the older ones. Raises StorageError, RegistryCorruptError."""
        try:
            return make_backup(self._file, self._backups)
        except sqlite3.Error as error:
            raise explain(error, self._file, self._backups) from error
        except OSError as error:
            raise StorageError(f'No backup could be made in "{shown(self._backups)}": {error.strerror}.') from error

    def back_up_if_due(self, max_age: timedelta = ROUTINE_AGE) -> Backup | None:
        """A copy when the newest one, those ahead of the clock aside, is older than that; None when it is not, or when
        nothing can be written."""
        now = clock.now()
        is_due = all(not timedelta(0) <= now - backup.made_at < max_age for backup in self.list_backups())
        if self._is_read_only or not is_due:
            return None
        return self.back_up()

    def list_backups(self) -> tuple[Backup, ...]:
        """Newest first."""
        return list_backups(self._backups)

    def check(self) -> tuple[Problem, ...]:
        """Read the whole database through; for `calque verify`. No problems = ()."""
        name = self._file.name
        try:
            with connected(self._file, "immutable" if self._is_read_only else "ro") as connection:
                verdicts = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
                orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
                miscounted = find_miscounted(connection) if verdicts == ["ok"] else ()
        except sqlite3.Error as error:
            return (Problem("registry-damaged", str(explain(error, self._file, self._backups)), name),)
        problems = [
            Problem("registry-damaged", f"{verdict}. {offer_newest(self._backups)}", name, severity=Severity.ERROR)
            for verdict in verdicts
            if verdict != "ok"
        ]
        problems += [
            Problem("registry-orphan", f"A row of {row[0]} refers to one of {row[2]} that is not there.", name)
            for row in orphans
        ]
        problems += [
            Problem(
                "registry-counts",
                f'The counts that are kept of the project "{shown(project)}" do not agree with its images and '
                f"annotations, which are untouched. `calque verify --recount` counts them anew.",
                name,
            )
            for project in miscounted
        ]
        return tuple(problems)

    def _opened(self) -> Engine:
        if self._engine is None:
            raise RegistryError("The registry is not open.")
        return self._engine

    @contextmanager
    def _pen(self) -> Iterator[None]:
        with self._writer.held(timeout_s=self._busy_timeout_s, refusal=lambda: locked(self._file)):
            yield

    def _bring_up_to_date(self, condition: Condition) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._pen():
            if condition is Condition.OLDER:
                make_backup(self._file, self._backups, label=f"before-{self._schema.head}")
            if condition is Condition.NEW and not self._file.exists():
                self._file.touch(mode=0o600)  # before SQLite makes it, which would leave it open to others
            self._switch_to_wal("rwc")
            # A migration that copies a table must not set off the cascades of the one it drops.
            engine = self._make_engine("rw", foreign_keys=False)
            try:
                with engine.execution_options(**{_WRITES: "durable"}).begin() as connection:
                    self._migrate(connection)
            finally:
                engine.dispose()

    def _close_to_others(self) -> None:
        """SQLite gives its log the rights of the file; what an older Calque made may be open to everybody."""
        for suffix in ("", "-wal", "-shm", "-writer", "-presence"):
            tighten(self._file.with_name(self._file.name + suffix))
        tighten_copies(self._backups)

    def _migrate(self, connection: Connection) -> None:
        raw = cast("sqlite3.Connection", connection.connection.driver_connection)
        if read_revision(raw) == self._schema.head:  # another process was faster
            return
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        upgrade(connection, self._schema)
        if raw.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise RegistryCorruptError(
                f'The registry "{shown(self._file)}" could not be upgraded: rows refer to others that are not there.',
                hint=offer_newest(self._backups),
            )

    def _switch_to_wal(self, mode: Mode) -> None:
        with connected(self._file, mode, busy_timeout_s=self._busy_timeout_s) as connection:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode=WAL")

    def _make_engine(self, mode: Mode, *, foreign_keys: bool = True) -> Engine:
        def make_connection() -> sqlite3.Connection:
            connection = connect(self._file, mode, busy_timeout_s=self._busy_timeout_s)
            connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA cache_size=-16000")  # KiB
            return connection

        engine = create_engine("sqlite://", creator=make_connection, poolclass=QueuePool, max_overflow=-1)
        event.listen(engine, "begin", _begin)
        return engine


def _driver_error(error: DBAPIError | sqlite3.Error) -> BaseException | None:
    """What the driver said: as it is from its own cursors, which the fastest queries use, else behind SQLAlchemy's."""
    return error.orig if isinstance(error, DBAPIError) else error


@contextmanager
def _ended_by(stop: Stop | None, session: Session) -> Iterator[None]:
    if stop is None:
        yield
        return
    stop.check()
    connection = session.connection()
    # A query under way is interrupted; between two of them there is nothing to interrupt, and the next must not begin.
    event.listen(connection, "before_cursor_execute", lambda *_: stop.check())
    session.info[STOP] = stop
    raw = cast("sqlite3.Connection", connection.connection.driver_connection)
    with stop.calling(raw.interrupt):
        yield


def _begin(connection: Connection) -> None:
    """Say BEGIN in our own words: a reader that turns into a writer later is refused at once, whatever the time-out."""
    writes = connection.get_execution_options().get(_WRITES)
    if writes is None:
        connection.exec_driver_sql("BEGIN")
        return
    # Per transaction, since the pool hands the same connection to durable and to ordinary ones.
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if writes == 'durable' else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
