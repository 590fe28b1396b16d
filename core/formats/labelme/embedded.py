"""Pictures that stand inside LabelMe files (imageData) and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.domain.names import is_image_name
from core.errors import FormatError
from core.formats.labelme.files import LabelMeFile, labelme_files, read_labelme
from core.formats.reading.embedded import picture_bytes, picture_ending
from core.formats.reading.text_files import is_plain_file, read_limited

_MOST_BYTES = 2**29  # of a picture


def embedded_pictures(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file at a time, as `HoldsPictures` says: by the base name that the file states, in the file's own folder."""
    is_single = path.is_file()
    folder = path.parent if is_single else path
    if not any(_is_only_inside(file) for file in _files(path)):
        return
    taken: set[str] = set()
    for file in _files(path):
        beside = _beside(file)
        name = beside.name if beside is not None else _name_of(file, picture_ending(file.picture))
        place = (file.path.parent.relative_to(folder) / name).as_posix()
        if place not in taken and (data := _bytes_of(file, beside)) is not None:
            taken.add(place)
            yield place, data


def _files(path: Path) -> Iterator[LabelMeFile]:
    """Those that can be read."""
    for found in [path] if path.is_file() else labelme_files(path):
        if isinstance(found, Path):
            try:
                file = read_labelme(found)
            except (FormatError, OSError):
                continue
            if file is not None:
                yield file


def _is_only_inside(file: LabelMeFile) -> bool:
    return bool(picture_ending(file.picture)) and _beside(file) is None


def _beside(file: LabelMeFile) -> Path | None:
    """The picture that lies beside a file under the name that it states."""
    name = PurePosixPath(file.image_name.replace("\\", "/")).name
    place = file.path.parent / name
    return place if is_image_name(name) and is_plain_file(place) else None


def _bytes_of(file: LabelMeFile, beside: Path | None) -> bytes | None:
    """Of the picture; the one that lies beside is the original."""
    if beside is None:
        return picture_bytes(file.picture) if picture_ending(file.picture) else None
    try:
        return read_limited(beside, _MOST_BYTES)
    except FormatError:
        return None


def _name_of(file: LabelMeFile, ending: str) -> str:
    """The stated name without folders; one that is no picture's gives way to the file's own, by which `read` finds it
    too."""
    name = PurePosixPath(file.image_name.replace("\\", "/")).name
    is_sound = is_image_name(name) and name.isprintable() and ":" not in name
    return name if is_sound else file.path.stem + ending
