"""Puts the pictures that an export has copied into folders of their classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from core.domain.counting import counted
from core.domain.imports import Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import RefusedError, StorageError
from core.formats.base import WriteResult
from core.formats.class_folders.layout import Place, is_container, place_of, set_of_folder

UNSORTED = ".unsorted"
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_MOST = 120  # bytes; a file's name has at most 255


def write_class_folders(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, has_pictures: bool
) -> WriteResult:
    """The pictures lie in `UNSORTED`, each when its image has come. Raises RefusedError without them, StorageError."""
    if not has_pictures:
        text = "Folders of classes are made of the pictures themselves."
        raise RefusedError(text, hint="Copy or link the pictures too (--copy-images, --link-images).")
    folders = folder_names(categories)
    used: dict[str, str] = {}
    n_images = n_several = n_in_sets = 0
    for image in images:
        names = list(dict.fromkeys(item.category for item in image.annotations if item.geometry is None))
        found = [name for name in names if name is not None]
        picture = folder / UNSORTED / image.path
        if not found:
            _remove(picture)
            continue
        n_images += 1
        n_several += len(found) > 1
        n_in_sets += bool(image.stated_set)
        used[found[0]] = folders[found[0]]
        _move(picture, folder, _target(image, folders[found[0]]))
    _remove_folders(folder / UNSORTED)
    problems = [*_changes(used), *_several(n_several), *_without_set(n_images - n_in_sets, n_in_sets)]
    return WriteResult(n_images, n_images, tuple(problems))


def folder_names(categories: Sequence[str]) -> dict[str, str]:
    """A folder for each class that every system can make, no two alike, and none that reads like a set."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in categories:
        safe = _UNSAFE.sub("_", name).encode()[:_MOST].decode(errors="ignore").strip(" .") or "class"
        if _RESERVED.fullmatch(safe) or set_of_folder(safe) or is_container(safe):
            safe = f"{safe}_"
        free, number = safe, 2
        while free.casefold() in taken:
            free, number = f"{safe}_{number}", number + 1
        taken.add(free.casefold())
        found[name] = free
    return found


def _target(image: RawImage, label: str) -> PurePosixPath:
    """Below the set and the class; a path that says the same already is kept."""
    if place_of(image.path) == Place(label, image.stated_set):
        return PurePosixPath(image.path)
    parts = [part for part in (image.stated_set, label) if part]
    return PurePosixPath(*parts, image.path)


def _move(picture: Path, folder: Path, target: PurePosixPath) -> None:
    place, number = folder / target, 2
    try:
        while place.is_symlink() or place.exists():
            place = folder / target.with_name(f"{target.stem}_{number}{target.suffix}")
            number += 1
        place.parent.mkdir(parents=True, exist_ok=True)
        picture.rename(place)
    except OSError as error:
        raise _failed(place, error) from error


def _remove(picture: Path) -> None:
    try:
        picture.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(picture, error) from error


def _remove_folders(top: Path) -> None:
    """What is left of the pictures' first place is empty folders."""
    try:
        for place in sorted((path for path in top.rglob("*") if path.is_dir()), key=lambda path: -len(path.parts)):
            place.rmdir()
        if top.is_dir():
            top.rmdir()
    except OSError as error:
        raise _failed(top, error) from error


def _failed(place: Path, error: OSError) -> StorageError:
    text = f'"{shown(place)}" cannot be written: {error.strerror or error}.'
    return StorageError(text, hint="Choose another folder.")


def _changes(folders: Mapping[str, str]) -> Iterable[Problem]:
    for name, folder in folders.items():
        if folder != name:
            text = f'The class "{shown(name)}" is written as the folder "{folder}".'
            yield Problem("category-name-changed", text)


def _several(n: int) -> Iterable[Problem]:
    if n:
        text = f"{counted(n, 'image has', 'images have')} several classes: written in the folder of the first of them."
        yield Problem("several-classes", text)


def _without_set(n_without: int, n_in_sets: int) -> Iterable[Problem]:
    if n_without and n_in_sets:
        n = counted(n_without, "image is in no set and lies", "images are in no set and lie")
        yield Problem("image-in-no-set", f"{n} beside the folders of the sets.", severity=Severity.INFO)
