"""Opens SQLite files of unknown origin such that nothing beside them changes and no query runs for ever.

`immutable=1` takes no lock and makes neither -wal nor -shm, whatever mode the file was left in; it is safe as long as
nobody writes. A file that a program has open, which one sees by what lies beside it, is therefore not even touched: to
open and close it would drop the locks of this process, and it may be Calque's own registry. One that changes meanwhile
is told.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.text_files import head_of

HEADER = b"SQLite format 3\0"
APPLICATION_ID = 0x43616C71
"""In the header of files that Calque made: its rectangles are boxes, its pages without elements are empty ones."""

_LONGEST_VALUE = 2**24  # bytes of a polygon or a text
_STEPS = 100_000  # virtual machine's instructions between two looks at the limit
_FREE_STEPS = 3_000  # times _STEPS before the first row, whatever the size: seconds
_BYTES_PER_STEP = 200  # of the file for one more: sorting takes a while
_LEAST_BYTES_PER_ROW = 4

Row = tuple[Any, ...]


@dataclass(slots=True)
class Database:
    """An open file. `tables` has the columns of each plain table; views and virtual tables are none."""

    path: Path
    connection: sqlite3.Connection
    n_bytes: int
    tables: dict[str, frozenset[str]] = field(default_factory=dict)
    _n_steps: int = 0

    def has(self, table: str, *columns: str) -> bool:
        return table in self.tables and self.tables[table].issuperset(columns)

    def column(self, table: str, alias: str, name: str, otherwise: str = "NULL") -> str:
        """`alias.name` if the table of this export has that column."""
        return f"{alias}.{name}" if self.has(table, name) else otherwise

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """One after the other. Raises FormatError for a damaged file and for a query that comes to no end."""
        most = self.n_bytes // _LEAST_BYTES_PER_ROW + 100_000
        self._n_steps = 0
        try:
            with contextlib.closing(self.connection.execute(query, values)) as cursor:
                for number, row in enumerate(cursor):
                    self._n_steps = 0
                    if number > most:
                        raise self._damaged("it seems to have more rows than its size allows")
                    yield row
        except (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError, MemoryError) as error:
            raise self._damaged(_reason(error)) from error

    def one(self, query: str, values: Sequence[object] = ()) -> Row | None:
        return next(iter(list(self.rows(query, values))), None)

    def _is_too_long(self) -> int:
        self._n_steps += 1
        return int(self._n_steps > _FREE_STEPS + self.n_bytes // _BYTES_PER_STEP)

    def _damaged(self, reason: str) -> FormatError:
        text = f'"{shown(self.path.name)}" cannot be read to its end: {reason}.'
        return FormatError(text, file=self.path, hint="Export it from Arkindex again.")


def is_sqlite(path: Path) -> bool:
    """By its first bytes; no for one that a program has open."""
    return not _in_use(path) and head_of(path, len(HEADER)) == HEADER


@contextlib.contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """Raises FormatError (E-201) for what is no SQLite database, and at the end when it changed meanwhile."""
    name = shown(path.name)
    beside = _in_use(path)
    if beside:
        text = f'"{name}" is in use, or has changes that are not in it yet: "{shown(beside)}" lies beside it.'
        raise FormatError(text, file=path, hint="Close the program that has it open, or take a fresh export.")
    if not is_sqlite(path):
        hint = "Choose the database that Arkindex made when the project was exported."
        raise FormatError(f'"{name}" is not a SQLite database.', file=path, hint=hint, code="E-201")
    before = _state(path)
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise FormatError(f'"{name}" cannot be opened: {_reason(error)}.', file=path) from error
    with contextlib.closing(connection):
        database = Database(path, connection, before[0])
        _restrict(database)
        database.tables = _plain_tables(database)
        yield database
    if _state(path) != before:
        raise FormatError(f'"{name}" was changed while it was read.', file=path, hint="Import it once more.")


def _in_use(path: Path) -> str:
    """The name of a log or of shared memory beside it; "" when there is none."""
    names = (path.name + ending for ending in ("-wal", "-shm", "-journal"))
    return next((name for name in names if os.path.lexists(path.with_name(name))), "")


def _state(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError as error:
        reason = error.strerror or str(error)
        raise FormatError(f'"{shown(path.name)}" cannot be read: {reason}.', file=path) from error
    return facts.st_size, facts.st_mtime_ns


def _restrict(database: Database) -> None:
    connection = database.connection
    # Names that are no UTF-8 must survive, as they do when a folder is listed.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.set_progress_handler(database._is_too_long, _STEPS)
    for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0"):
        list(database.rows(f"PRAGMA {pragma}"))


def _plain_tables(database: Database) -> dict[str, frozenset[str]]:
    """A view may be an endless query, a virtual table a program: neither counts. Names are looked up, never put into
    a query from the file."""
    found = database.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    names = [name for name, sql in found if not str(sql).lstrip().upper().startswith("CREATE VIRTUAL")]
    tables = {}
    for name in names:
        if isinstance(name, str) and name.isidentifier():
            columns = database.rows(f"PRAGMA table_info({name})")
            tables[name] = frozenset(str(row[1]) for row in columns)
    return tables


def _reason(error: BaseException) -> str:
    if isinstance(error, sqlite3.OperationalError) and str(error) == "interrupted":
        return "a question to it comes to no end"
    if isinstance(error, (sqlite3.DataError, MemoryError)):
        return "it holds a value that is too large"
    return shown(str(error)) or type(error).__name__
