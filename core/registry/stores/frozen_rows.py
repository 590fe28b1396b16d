"""Images of a dataset with everything that is said of them, read in the order in which a manifest wants them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_blocks import Column

Check = Callable[[], None]
"""Called now and then; what it raises ends the work."""

_IMAGES = """
SELECT id, path, width, height, orientation, sha256, n_bytes, mtime_ns, state, damage, white, stated_set, details
FROM image WHERE id IN ({marks})
"""
_ANNOTATIONS = """
SELECT image_id, id, category_id, source, kind, x0, y0, x1, y1, points, confidence, is_crowd, version_id, set_id,
reviewed_at, is_corrected, author, edited_at, details
FROM annotation WHERE image_id IN ({marks}) ORDER BY id
"""
_TAGS = "SELECT image_id, tag FROM image_tag WHERE image_id IN ({marks}) ORDER BY tag"


class AnnotationRow(NamedTuple):
    """The columns of the table; times are text as SQLite has it."""

    image_id: int
    id: int
    category_id: int | None
    source: str
    kind: str
    x0: float | None
    y0: float | None
    x1: float | None
    y1: float | None
    points: bytes | None
    confidence: float | None
    is_crowd: int
    version_id: str | None
    set_id: str | None
    reviewed_at: str | None
    is_corrected: int
    author: str | None
    edited_at: str | None
    details: str | None


class FileLook(NamedTuple):
    """What an image's file was like when it was imported; `damage` says why it could not be read in full."""

    key: int
    path: str
    sha256: str
    n_bytes: int
    mtime_ns: int
    state: str
    damage: str
    width: int
    height: int
    orientation: int
    white: int


class DatasetImageFacts(NamedTuple):
    key: int
    path: str
    width: int
    height: int
    orientation: int
    sha256: str
    n_bytes: int
    white: int
    stated_set: str
    details: str | None
    annotations: Sequence[AnnotationRow]
    tags: Sequence[str]


def iter_looks(session: Session, keys: Column, check: Check = lambda: None) -> Iterator[FileLook]:
    """In the order of the keys."""
    cursor = cursor_of(session)
    for chunk in chunked(keys.tolist(), KEYS_PER_QUERY):
        check()
        found = {row[0]: row for row in cursor.execute(_IMAGES.format(marks=_marks(chunk)), chunk)}
        for key in chunk:
            _, path, width, height, orientation, sha256, n_bytes, mtime_ns, state, damage, white, _, _ = found[key]
            yield FileLook(
                key,
                os.fsdecode(path),
                _hex(sha256),
                n_bytes,
                mtime_ns,
                state,
                damage,
                width,
                height,
                orientation,
                white,
            )


def iter_facts(session: Session, keys: Column, check: Check = lambda: None) -> Iterator[DatasetImageFacts]:
    """In the order of the keys; of each all annotations, also those that models made, and all tags."""
    cursor = cursor_of(session)
    for chunk in chunked(keys.tolist(), KEYS_PER_QUERY):
        check()
        marks = _marks(chunk)
        found = {row[0]: row for row in cursor.execute(_IMAGES.format(marks=marks), chunk)}
        annotations: dict[int, list[AnnotationRow]] = {key: [] for key in chunk}
        for row in cursor.execute(_ANNOTATIONS.format(marks=marks), chunk):
            annotations[row[0]].append(AnnotationRow._make(row))
        tags: dict[int, list[str]] = {}
        for key, tag in cursor.execute(_TAGS.format(marks=marks), chunk):
            tags.setdefault(key, []).append(tag)
        for key in chunk:
            _, path, width, height, orientation, sha256, n_bytes, _, _, _, white, stated_set, details = found[key]
            yield DatasetImageFacts(
                key,
                os.fsdecode(path),
                width,
                height,
                orientation,
                _hex(sha256),
                n_bytes,
                white,
                stated_set,
                details,
                annotations[key],
                tags.get(key, ()),
            )


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex()


def _marks(items: Sequence[object]) -> str:
    return ",".join("?" * len(items))
