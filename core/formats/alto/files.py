"""Which files of a folder are ALTO, and where their pictures are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.domain.names import is_image_name
from core.formats.reading.text_files import head_of

_SNIFFED_FILES = 50
_SNIFFED_FOLDERS = 200


def holds_alto(folder: Path) -> bool:
    """Whether some of the folder's first files are ALTO."""
    files = list(_xml_files(folder, _SNIFFED_FILES, _SNIFFED_FOLDERS))
    return any(is_alto(file) for file in files)


def alto_files(folder: Path) -> list[Path]:
    """All below the folder, in the order of names."""
    return [file for file in _xml_files(folder) if is_alto(file)]


def is_alto(file: Path) -> bool:
    if file.suffix.lower() != ".xml":
        return False
    head = head_of(file)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")
    return b"<alto" in head or b":alto" in head


def guess_images_root(folder: Path) -> Path:
    """The folder itself if it has pictures anywhere, else a folder "images" in it or beside it."""
    if any(is_image_name(name) for _, _, names in os.walk(folder) for name in names):
        return folder
    return next((place for place in (folder.parent / "images", folder.parent) if place.is_dir()), folder)


def _xml_files(folder: Path, most: int | None = None, most_folders: int | None = None) -> Iterator[Path]:
    n_files = 0
    for n_folders, (place, subfolders, names) in enumerate(os.walk(folder), start=1):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".xml") and not name.startswith("."):
                yield Path(place, name)
                n_files += 1
                if most is not None and n_files >= most:
                    return
        if most_folders is not None and n_folders >= most_folders:
            return
