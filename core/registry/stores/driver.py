"""The driver's own cursor, for queries about millions of rows."""

from __future__ import annotations

import sqlite3
from typing import Any, cast

from sqlalchemy.orm import Session

from core.stopping import Stop

STOP = "calque_stop"
"""In a reading session's info: what ends it."""


class StoppableCursor(sqlite3.Cursor):
    """A query under way is interrupted by the session; between two of them there is nothing to interrupt."""

    stop: Stop | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> StoppableCursor:
        if self.stop is not None:
            self.stop.check()
        super().execute(sql, parameters)
        return self


def cursor_of(session: Session) -> StoppableCursor:
    """Of the session's own connection and transaction, without a row object for each of millions."""
    connection = cast("sqlite3.Connection", session.connection().connection.driver_connection)
    cursor = connection.cursor(StoppableCursor)
    cursor.stop = session.info.get(STOP)
    return cursor
