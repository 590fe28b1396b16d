"""Opens SQLite connections. Nothing else in Calque opens the registry's file, not even to read or copy its bytes:

closing any other handle of a file drops the locks that this process holds on it (POSIX), and with them the writer's
protection.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

SQLITE_VERSION = sqlite3.sqlite_version

Mode = Literal["ro", "rw", "rwc", "immutable"]
"""As in SQLite's URIs; "immutable" reads a file on a medium where no lock or log can be written."""


def connect(file: Path, mode: Mode, *, busy_timeout_s: float = 5.0) -> sqlite3.Connection:
    """A connection without implicit transactions, usable from any thread (by one at a time)."""
    option = "immutable=1" if mode == "immutable" else f"mode={mode}"
    return sqlite3.connect(
        f"file:{quote(os.fsencode(file.absolute()))}?{option}",
        uri=True,
        timeout=busy_timeout_s,
        isolation_level=None,  # transactions are begun by name: a writer must say so at its start
        check_same_thread=False,
        cached_statements=256,
    )


@contextmanager
def connected(file: Path, mode: Mode, *, busy_timeout_s: float = 5.0) -> Iterator[sqlite3.Connection]:
    """A connection that is closed at the end; sqlite3's own context manager only ends the transaction."""
    connection = connect(file, mode, busy_timeout_s=busy_timeout_s)
    try:
        yield connection
    finally:
        connection.close()
