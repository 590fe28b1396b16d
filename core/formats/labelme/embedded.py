"""Pictures that stand inside LabelMe files (imageData) and nowhere else."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.domain.imports import Problem
from core.domain.names import is_image_name
from core.errors import FormatError
from core.formats.labelme.files import LabelMeFile, labelme_files, read_labelme
from core.formats.reading.text_files import is_plain_file

_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"\0\0\0\x0cjP  ", ".jp2"),
)


def embedded_pictures(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file at a time, as `HoldsPictures` says: by the base name that the file states, in the file's own folder."""
    is_single = path.is_file()
    folder = path.parent if is_single else path
    taken: set[str] = set()
    for found in [path] if is_single else labelme_files(folder):
        if isinstance(found, Problem):
            continue
        try:
            file = read_labelme(found)
        except (FormatError, OSError):
            continue
        ending = picture_ending(file.picture) if file else ""
        if file is None or not ending:
            continue
        name = _name_of(file, ending)
        place = (found.parent.relative_to(folder) / name).as_posix()
        if place in taken or is_plain_file(found.parent / name):
            continue
        try:
            data = base64.b64decode(file.picture, validate=False)
        except (binascii.Error, ValueError):
            continue
        taken.add(place)
        yield place, data


def picture_ending(text: str) -> str:
    """The ending of a picture that is stored as base64, by its first bytes; "" when it is none that is known."""
    try:
        head = base64.b64decode(text[:64].encode("ascii"), validate=False)
    except (binascii.Error, ValueError):
        return ""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((ending for magic, ending in _MAGIC if head.startswith(magic)), "")


def _name_of(file: LabelMeFile, ending: str) -> str:
    """The stated name without folders; one that is no picture's gives way to the file's own, by which `read` finds it
    too."""
    name = PurePosixPath(file.image_name.replace("\\", "/")).name
    is_sound = is_image_name(name) and name.isprintable() and ":" not in name
    return name if is_sound else file.path.stem + ending
