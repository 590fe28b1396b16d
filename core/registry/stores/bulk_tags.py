"""Tags of many images at once, and exactly what came and went: a million cost seconds, not objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.registry.stores.driver import cursor_of
from core.registry.stores.upkeep import facts_written

Keys = NDArray[np.int64]
Told = Callable[[int], None]
"""Told of how many images more a tag is written; what it raises ends the work."""

_KEYS_AT_ONCE = 25_000

# The plus has SQLite go through the images that are named, not through all that have the tag.
_HAVE = """
SELECT image_id, note, created_at FROM image_tag
WHERE image_id IN (SELECT value FROM json_each(?)) AND +tag = ? ORDER BY image_id
"""
_THERE = "SELECT id FROM image WHERE id IN (SELECT value FROM json_each(?)) AND +project_id = ? ORDER BY id"
# In one piece: Python takes a second to fetch a million rows.
_TAGGED = """
SELECT group_concat(image.id) FROM image_tag JOIN image ON image.id = image_tag.image_id
WHERE image_tag.tag IN ({marks}) AND image.project_id = ?
"""
_GIVE = "INSERT OR IGNORE INTO image_tag (image_id, tag, note, created_at) VALUES (?, ?, ?, ?)"
_TAKE = "DELETE FROM image_tag WHERE image_id = ? AND tag = ?"


@dataclass(frozen=True, slots=True)
class TagChange:
    """These images, by key, got a tag, or lost it. `note` and `created_at` are those of the tag that came or went."""

    tag: str
    keys: Keys
    is_given: bool
    note: str
    created_at: str  # as the table has it


def list_there(session: Session, project: str, keys: Keys) -> Keys:
    """Those of the keys that are images of the project, ascending."""
    rows = cursor_of(session).execute(_THERE, (_listed(keys), project))
    return np.array([key for (key,) in rows], dtype=np.int64)


def give_tag(session: Session, project: str, keys: Keys, tag: str, at: datetime, note: str = "") -> TagChange:
    """To those of the project's images that have it not."""
    there = list_there(session, project, keys)
    have = [key for key, _, _ in cursor_of(session).execute(_HAVE, (_listed(there), tag))]
    fresh = there[~np.isin(there, np.array(have, dtype=np.int64))]
    return _give(session, TagChange(tag, fresh, True, note, _moment(at)))


def take_tag(session: Session, keys: Keys, tag: str) -> tuple[TagChange, ...]:
    """From those of the images that have it: a change for each note and moment."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key, note, created_at in cursor_of(session).execute(_HAVE, (_listed(keys), tag)):
        found[note, created_at].append(key)
    changes = tuple(
        TagChange(tag, np.array(gone, dtype=np.int64), False, note, created_at)
        for (note, created_at), gone in found.items()
    )
    for change in changes:
        _take(session, change)
    return changes


def list_tagged_keys(session: Session, project: str, tags: Sequence[str]) -> Keys:
    """The images of the project that have any of the tags."""
    marks = ",".join("?" * len(tags))
    (found,) = cursor_of(session).execute(_TAGGED.format(marks=marks), (*tags, project)).fetchone()
    return np.unique(np.fromstring(found, dtype=np.int64, sep=",")) if found else np.empty(0, dtype=np.int64)


def revert(
    session: Session, project: str, changes: Sequence[TagChange], told: Told = lambda n: None
) -> tuple[TagChange, ...]:
    """Take changes back, the last first. Images that went, or whose tag is as it was already, are passed over."""
    undone: list[TagChange] = []
    for change in reversed(changes):
        for start in range(0, len(change.keys), _KEYS_AT_ONCE):
            keys = change.keys[start : start + _KEYS_AT_ONCE]
            undone += _revert(session, project, replace(change, keys=keys))
            told(len(keys))
    return tuple(undone)


def _revert(session: Session, project: str, change: TagChange) -> tuple[TagChange, ...]:
    if change.is_given:
        return take_tag(session, change.keys, change.tag)
    there = list_there(session, project, change.keys)
    have = [key for key, _, _ in cursor_of(session).execute(_HAVE, (_listed(there), change.tag))]
    fresh = there[~np.isin(there, np.array(have, dtype=np.int64))]
    return (_give(session, TagChange(change.tag, fresh, True, change.note, change.created_at)),)


def _give(session: Session, change: TagChange) -> TagChange:
    keys = change.keys.tolist()
    cursor_of(session).executemany(_GIVE, [(key, change.tag, change.note, change.created_at) for key in keys])
    facts_written(session, keys)
    return change


def _take(session: Session, change: TagChange) -> None:
    keys = change.keys.tolist()
    cursor_of(session).executemany(_TAKE, [(key, change.tag) for key in keys])
    facts_written(session, keys)


def _listed(keys: Keys) -> str:
    return f"[{','.join(map(str, keys.tolist()))}]"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
