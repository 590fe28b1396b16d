"""Where the pictures of annotation files are, when nobody says it."""

from __future__ import annotations

import os
from pathlib import Path

from core.domain.names import is_image_name

_MOST_ASIDE = 200_000
"""Entries looked at in a folder that is not the one that was chosen."""


def has_pictures(folder: Path, most: int | None = None) -> bool:
    """Whether there is a picture's name anywhere below; gives up after `most` entries."""
    n_seen = 0
    for _, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        n_seen += len(names) + len(subfolders)
        if any(is_image_name(name) for name in names):
            return True
        if most is not None and n_seen > most:
            return False
    return False


def pictures_of(folder: Path, names: tuple[str, ...] = ("images", "Images")) -> Path:
    """A folder of one of these names in it, if that has pictures; else the folder itself, else such a folder beside it,
    if they have some; else the folder itself."""
    for name in names:
        if (folder / name).is_dir() and has_pictures(folder / name):
            return folder / name
    if has_pictures(folder):
        return folder
    for place in (folder.parent / name for name in names):
        if place.is_dir() and has_pictures(place, _MOST_ASIDE):
            return place
    return folder
