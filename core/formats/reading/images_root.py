"""Where the pictures are when the person has not said it."""

from __future__ import annotations

import os
from pathlib import Path

from core.domain.names import is_image_name


def guess_images_root(folder: Path, *, inner: str = "") -> Path:
    """The folder of the annotation files if it has pictures anywhere, else a folder "images" beside it, else the folder
    around it if that has pictures of its own or in its other folders' first level.

    `inner` is the folder in which programs put pictures beside their file: it counts where no picture is beside it.
    """
    if inner and (folder / inner).is_dir() and not any(is_image_name(name) for name in _names_in(folder)):
        return folder / inner
    if any(is_image_name(name) for _, _, names in os.walk(folder) for name in names):
        return folder
    beside = folder.parent / "images"
    if beside.is_dir():
        return beside
    return folder.parent if _has_pictures_near(folder.parent) else folder


def _has_pictures_near(folder: Path) -> bool:
    try:
        inside = [folder, *(entry for entry in sorted(folder.iterdir())[:200] if entry.is_dir())]
        return any(is_image_name(entry.name) for place in inside for entry in place.iterdir())
    except OSError:
        return False


def _names_in(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
