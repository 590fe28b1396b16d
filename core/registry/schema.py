"""Which schema this program knows, which one a database has, and how it gets from one to the other.

Alembic takes a third of a second to import, so it is imported only when there is something to upgrade: that a
database is up to date is read from its `alembic_version` row directly.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

APPLICATION_ID = 0x43616C71
"""Written into the file's header ("Calq"), so that other tools can tell what the file is."""


@dataclass(frozen=True, slots=True)
class Schema:
    """`revisions` from the oldest to the newest; the last is the one that this program works with."""

    migrations: Path
    revisions: tuple[str, ...]

    @property
    def head(self) -> str:
        return self.revisions[-1]


SCHEMA = Schema(
    migrations=Path(__file__).with_name("migrations"), revisions=("0001", "0002", "0003", "0004", "0005", "0006")
)


def read_revision(connection: sqlite3.Connection) -> str | None:
    """The revision that a database says it has; None when there is no such statement in it."""
    has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if has_table is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether anything was ever made in the database."""
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def upgrade(connection: Connection, schema: Schema) -> None:
    """Bring the database to the head within the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(schema.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
