"""Thousands of tests begin with an empty registry; only the first of a process is made by the migrations.

Later ones get the statements that those left, which costs a tenth of the time. What the migrations do is tested where
this is not used (tests/core/registry).
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, cast

from core.registry import database
from core.registry.schema import SCHEMA, Schema, has_tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

upgrade = database.upgrade
"""The real one."""

_statements: list[str] = []


def install() -> None:
    setattr(database, "upgrade", _upgrade)  # noqa: B010 - a module's name, which the type checker guards


def remove() -> None:
    setattr(database, "upgrade", upgrade)  # noqa: B010


def _upgrade(connection: Connection, schema: Schema) -> None:
    raw = cast("sqlite3.Connection", connection.connection.driver_connection)
    if schema is not SCHEMA or has_tables(raw):
        upgrade(connection, schema)
    elif _statements:
        for statement in _statements:
            raw.execute(statement)
    else:
        upgrade(connection, schema)
        _statements.extend(_statements_of(raw))


def _statements_of(raw: sqlite3.Connection) -> list[str]:
    """What makes the same once more: tables and indexes in their order, and the rows that a fresh registry has."""
    is_ours = "sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    found = raw.execute(f"SELECT name, type, sql FROM sqlite_master WHERE {is_ours} ORDER BY rowid").fetchall()
    statements = [sql for _name, _type, sql in found]
    for name in (name for name, type, _sql in found if type == "table"):
        for row in raw.execute(f'SELECT * FROM "{name}"'):
            values = ", ".join(raw.execute(f"SELECT {', '.join(['quote(?)'] * len(row))}", row).fetchone())
            statements.append(f'INSERT INTO "{name}" VALUES ({values})')
    return statements
