"""Writes an export as Arkindex makes them: one SQLite file, the same bytes for the same images."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from core.domain.imports import RawImage
from core.domain.names import shown
from core.errors import StorageError
from core.formats.arkindex.database import APPLICATION_ID
from core.formats.arkindex.rows import SETS, Rows, made_id
from core.formats.arkindex.schema import INDEXES, TABLES
from core.formats.base import WriteResult

FILE_NAME = "arkindex.sqlite"
VERSION = 12
"""Of the structure: the documentation of 11 has columns that arkindex-export 0.2.5 does not know any more."""

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,50}")
_PAGE = "page"


def write_arkindex(images: Iterable[RawImage], categories: Sequence[str], folder: Path) -> WriteResult:
    """Raises StorageError."""
    path = folder / FILE_NAME
    types = types_of(categories)
    with _new_database(path) as connection:
        connection.execute("INSERT INTO export_version VALUES (?)", (VERSION,))
        connection.executemany("INSERT INTO calque_class VALUES (?, ?)", ((slug, name) for name, slug in types.items()))
        rows = Rows(connection, types, page_type(types))
        n_images = n_annotations = 0
        for image in images:
            # An image that nobody looked at must not come back as one that was seen to be empty.
            if image.is_explicit_negative or any(item.category is not None for item in image.annotations):
                n_images += 1
                n_annotations += rows.add(image)
        if rows.sets:
            sets = ",".join(name for name in SETS if name in rows.sets)
            text = "The sets of the images when they were exported from Calque."
            connection.execute("INSERT INTO dataset VALUES (?, 'Calque', ?, ?)", (made_id("dataset"), text, sets))
        for index in INDEXES:
            connection.execute(f"CREATE {index}")
    return WriteResult(n_images, n_annotations)


def types_of(categories: Sequence[str]) -> dict[str, str]:
    """Slugs by name: the name itself where it is one, else a short form that no other has."""
    taken = {name for name in categories if _SLUG.fullmatch(name)}
    types: dict[str, str] = {}
    for name in categories:
        slug = name
        if name not in taken:
            plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
            base = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:40] or "class"
            slug = next(_free(base, taken))
            taken.add(slug)
        types[name] = slug
    return types


def page_type(types: dict[str, str]) -> str:
    """No class may be called like the pages: a class "page" is what somebody drew."""
    return next(_free(_PAGE, set(types.values())))


def _free(base: str, taken: set[str]) -> Iterator[str]:
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        if slug not in taken:
            yield slug
        number += 1


@contextlib.contextmanager
def _new_database(path: Path) -> Iterator[sqlite3.Connection]:
    """In one transaction, without files beside it. Raises StorageError for what SQLite reports."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            # All definitions fit into the first page, so that the file can be told by its beginning.
            for pragma in ("page_size = 16384", "journal_mode = OFF", "synchronous = OFF", "encoding = 'UTF-8'"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute("BEGIN")
            for table in TABLES:
                connection.execute(f"CREATE TABLE {table}")
            yield connection
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        is_full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
        reason = "the disk is full" if is_full else shown(str(error))
        text = f'"{shown(path.name)}" cannot be written: {reason}.'
        raise StorageError(text, hint="Choose another folder.", code="E-250" if is_full else "") from error
