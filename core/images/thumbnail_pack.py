"""Small pictures in one file: a hundred thousand files of their own would each cost an opening and a block on the disk.

The file is a SQLite database with a format number. It is a cache: what cannot be read is begun anew, what cannot be
written is done without. What was not wanted for longest goes when there is no room. Any number of threads and
processes may share it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

logger = logging.getLogger(__name__)

FORMAT = 1
DEFAULT_LIMIT = 2 * 10**9

_BUSY_MS = 2_000
_TOUCH_AFTER_S = 3600  # how exactly is known when a picture was wanted last
_TOUCHED_AT_ONCE = 200
_GONE_AT_ONCE = 32  # pictures that make room for one: so that nobody waits for thousands
_PAGES_AT_ONCE = 2_000  # given back to the disk

_MAKE = """
CREATE TABLE thumbnail (
 id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, white INTEGER NOT NULL, side INTEGER NOT NULL,
 used INTEGER NOT NULL, n_bytes INTEGER NOT NULL, content BLOB NOT NULL,
 UNIQUE (sha256, white, side)
);
CREATE INDEX ix_thumbnail_used ON thumbnail (used, n_bytes);
"""
_FIND = "SELECT id, used, content FROM thumbnail WHERE sha256 = ? AND white = ? AND side = ?"
_SIDES = "SELECT side FROM thumbnail WHERE sha256 = ? AND white = ? ORDER BY side DESC"
_PUT = """
INSERT INTO thumbnail (sha256, white, side, used, n_bytes, content) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (sha256, white, side) DO UPDATE SET used = excluded.used, n_bytes = excluded.n_bytes,
 content = excluded.content
"""
_OLDEST = "SELECT id, n_bytes FROM thumbnail ORDER BY used LIMIT ?"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PictureKey:
    sha256: bytes
    white: int
    side: int


class ThumbnailPack:
    """The file, opened when it is first asked for. `limit` is in bytes of pictures."""

    def __init__(self, file: Path, limit: int = DEFAULT_LIMIT) -> None:
        self._file = file
        self._limit = limit
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._is_useless = False
        self._n_bytes = 0
        self._touched: list[int] = []

    def find(self, key: PictureKey) -> bytes | None:
        return self._tried(lambda connection: self._find(connection, key))

    def sides(self, sha256: bytes, white: int) -> list[int]:
        """Of which sizes there are pictures, the largest first."""
        found = self._tried(lambda connection: [side for (side,) in connection.execute(_SIDES, (sha256, white))])
        return found or []

    def put(self, key: PictureKey, content: bytes, used: float | None = None) -> bool:
        """Whether it was kept; `used` is when it was wanted last, None = now."""
        return self._tried(lambda connection: self._put(connection, key, content, used)) or False

    def set_limit(self, limit: int) -> None:
        """What is too much by it goes with the pictures that come, or with `tidy`."""
        self._limit = limit

    @property
    def n_bytes(self) -> int:
        """Of all pictures, as far as this process knows."""
        self._tried(lambda connection: None)
        return self._n_bytes

    def tidy(self, check: Callable[[], None] = lambda: None) -> None:
        """Make room, and give it back to the disk. `check` is called between steps and may raise to give up."""
        while self._tried(self._make_room):
            check()
        while self._tried(_give_back):
            check()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                with suppress(sqlite3.Error):
                    self._note_touched(self._connection)
                self._connection.close()
                self._connection = None

    def _tried(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the work says; None where the file cannot be used."""
        with self._lock:
            if self._is_useless:
                return None
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                if _is_one_of(error, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    self._begin_anew(error)
                else:
                    self._is_useless = _is_one_of(error, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
                    logger.info("Thumbnails in %s cannot be kept now: %s", self._file, error)
            except OSError as error:
                self._is_useless = True
                logger.info("Thumbnails cannot be kept in %s: %s", self._file, error)
            return None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, timeout=_BUSY_MS / 1000, check_same_thread=False)
            try:
                connection.isolation_level = None
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Raises OSError when a newer Calque has made the file."""
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")  # a cache: what a power cut damages is begun anew
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            (format,) = connection.execute("PRAGMA user_version").fetchone()
            if format == 0:
                for statement in filter(None, map(str.strip, _MAKE.split(";"))):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
            elif format > FORMAT:
                raise OSError(f"its format is {format}, and this Calque knows {FORMAT}")
            (self._n_bytes,) = connection.execute("SELECT coalesce(sum(n_bytes), 0) FROM thumbnail").fetchone()

    def _find(self, connection: sqlite3.Connection, key: PictureKey) -> bytes | None:
        row = connection.execute(_FIND, (key.sha256, key.white, key.side)).fetchone()
        if row is None:
            return None
        number, used, content = row
        if time.time() - used > _TOUCH_AFTER_S:
            self._touched.append(number)
            if len(self._touched) >= _TOUCHED_AT_ONCE:
                self._note_touched(connection)
        return bytes(content)

    def _note_touched(self, connection: sqlite3.Connection) -> None:
        touched, self._touched = self._touched, []
        now = int(time.time())
        with suppress(sqlite3.OperationalError):  # the disk cannot be written, or another process writes for long
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.executemany("UPDATE thumbnail SET used = ? WHERE id = ?", [(now, id) for id in touched])

    def _put(self, connection: sqlite3.Connection, key: PictureKey, content: bytes, used: float | None) -> bool:
        moment = int(time.time() if used is None else used)
        connection.execute(_PUT, (key.sha256, key.white, key.side, moment, len(content), content))
        self._n_bytes += len(content)
        self._make_room(connection)
        return True

    def _make_room(self, connection: sqlite3.Connection) -> bool:
        """Whether something went."""
        if self._n_bytes <= self._limit:
            return False
        oldest = connection.execute(_OLDEST, (_GONE_AT_ONCE,)).fetchall()
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            for number, n_bytes in oldest:
                if self._n_bytes <= self._limit:
                    break
                connection.execute("DELETE FROM thumbnail WHERE id = ?", (number,))
                self._n_bytes -= n_bytes
        if not oldest:
            self._n_bytes = 0
        return bool(oldest)

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        logger.warning("The thumbnails in %s are damaged and are made anew: %s", self._file, error)
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            for end in ("", "-wal", "-shm"):
                self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        except OSError:
            self._is_useless = True


def _is_one_of(error: sqlite3.DatabaseError, *codes: int) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in codes


def _give_back(connection: sqlite3.Connection) -> bool:
    """Whether there is more to give."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if free < _PAGES_AT_ONCE:
        return False
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
    (left,) = connection.execute("PRAGMA freelist_count").fetchone()
    return bool(_PAGES_AT_ONCE <= left < free)
