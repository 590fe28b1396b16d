"""Pictures that stand inside LabelMe files (imageData) and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.domain.imports import Problem
from core.domain.names import is_image_name
from core.errors import FormatError
from core.formats.labelme.files import LabelMeFile, labelme_files, read_labelme
from core.formats.reading.embedded import picture_bytes, picture_ending
from core.formats.reading.text_files import is_plain_file


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
        data = picture_bytes(file.picture)
        if data is not None:
            taken.add(place)
            yield place, data


def _name_of(file: LabelMeFile, ending: str) -> str:
    """The stated name without folders; one that is no picture's gives way to the file's own, by which `read` finds it
    too."""
    name = PurePosixPath(file.image_name.replace("\\", "/")).name
    is_sound = is_image_name(name) and name.isprintable() and ":" not in name
    return name if is_sound else file.path.stem + ending
