"""What all tables share: the metadata with its naming rules, and column types that keep what SQL would lose."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, Double, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    # Every constraint has a name: SQLite can alter a table only by copying it, and then finds constraints by name.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(DeclarativeBase):
    """Base of all rows."""

    metadata = METADATA
    type_annotation_map: ClassVar[dict[Any, Any]] = {float: Double()}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC without a zone, since SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class FileName(TypeDecorator[str]):
    """A name or path on disk as its bytes: on Linux not every name is text, and text columns refuse the rest.

    Bytes also compare in one order everywhere, so that a folder's content is one range of an index.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else os.fsdecode(value)


class Sha256(TypeDecorator[str]):
    """A SHA-256 given in hex and kept in 32 bytes; "" is kept as nothing."""

    impl = LargeBinary(32)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return bytes.fromhex(value) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return "" if value is None else value.hex()
