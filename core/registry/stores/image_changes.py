"""What each growth of a project's revision was about: noted with it, read by who keeps something of all images."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection

from sqlalchemy.orm import Session

from core.domain.ids import ProjectId
from core.registry.stores.driver import cursor_of

MOST_NAMED = 1_000
"""Of a growth that is about more images, any may have changed."""

N_KEPT = 500
"""Growths of a project's revision that are remembered."""

_NOTE = """
INSERT OR REPLACE INTO image_change (project_id, revision, images) SELECT id, revision, ? FROM project WHERE id = ?
"""
_FORGET = """
DELETE FROM image_change WHERE project_id = ? AND revision <= (SELECT revision FROM project WHERE id = ?) - ?
"""
_SINCE = "SELECT images FROM image_change WHERE project_id = ? AND revision > ? AND revision <= ?"


def note_growth(session: Session, project: str, images: Collection[int] | None) -> None:
    """The project's revision has just grown, and was about these images; None = any may have changed."""
    named = None if images is None or len(images) > MOST_NAMED else _to_bytes(images)
    cursor = cursor_of(session)
    cursor.execute(_NOTE, (named, project))
    cursor.execute(_FORGET, (project, project, N_KEPT))


def list_changed(session: Session, project: ProjectId, since: int, until: int) -> list[int] | None:
    """The images, ascending, that the growths after the revision `since` up to `until` were about. None = any may have
    changed, be it because too much has happened to remember."""
    rows = cursor_of(session).execute(_SINCE, (project, since, until)).fetchall()
    if len(rows) != until - since or any(named is None for (named,) in rows):
        return None
    found = {key for (named,) in rows for key in _from_bytes(named)}
    return sorted(found) if len(found) <= MOST_NAMED else None


def _to_bytes(images: Collection[int]) -> bytes:
    keys = array("q", sorted(images))
    if sys.byteorder == "big":
        keys.byteswap()
    return keys.tobytes()


def _from_bytes(named: bytes) -> array[int]:
    keys = array("q", named)
    if sys.byteorder == "big":
        keys.byteswap()
    return keys
