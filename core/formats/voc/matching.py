"""Finds the picture of each file: by the name that it states, else by that without its ending, else by its own."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from core.formats.reading.image_index import ImageIndex, Match, StatedName
from core.formats.voc.files import ANNOTATIONS, PICTURES, NamedFile

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Found:
    """`is_by_own_name`: no picture is called as the file states, and the file's own name was taken. `other`: a picture
    called like the file that is there too, while the file states another one."""

    match: Match
    is_by_own_name: bool = False
    other: str = ""


def match_files(files: Sequence[NamedFile], folder: Path, index: ImageIndex) -> dict[Path, Found]:
    """The surest matches first. A stated `path`, of another computer, tells a base name only."""
    result: dict[Path, Found] = {}
    of_folder = {place: _places(place, folder, index.root) for place in {file.file.parent for file in files}}
    places = {file.file: of_folder[file.file.parent] for file in files}
    stated = {file.file: StatedName(file.name, _usual(file.name, places[file.file])) for file in files if file.name}
    _take(stated, index.match_stated(stated.values()), result)
    waiting = [file for file in files if file.file not in result]
    paths = {file.file: StatedName(_base(file.path), places[file.file]) for file in waiting if _base(file.path)}
    _take(paths, index.match_stated(paths.values()), result)
    waiting = [file for file in waiting if file.file not in result]
    stems = {file.file: _beside(places[file.file], _stem(_base(file.name))) for file in waiting if _base(file.name)}
    _take(stems, index.match_stems(stems.values()), result)
    waiting = [file for file in waiting if file.file not in result]
    # Without its own place, a name of the file itself would be that of a picture in any folder.
    own = {file.file: _beside(places[file.file], file.file.stem) for file in waiting}
    matches = index.match_stems(own.values())
    _take(own, matches, result, has_name={file.file for file in waiting if file.name})
    for file in waiting:
        if file.file not in result:
            result[file.file] = Found(matches[own[file.file]])
    return _with_others(result, places, index)


def _with_others(
    result: dict[Path, Found], places: Mapping[Path, tuple[str, ...]], index: ImageIndex
) -> dict[Path, Found]:
    """After files were copied or pictures renamed, nobody can tell which picture is meant."""
    own = {
        file: _beside(places[file], file.stem)
        for file, found in result.items()
        if found.match.path is not None and file.stem not in (name := _base(found.match.path), _stem(name))
    }
    matches = index.match_stems(own.values())
    for file, key in own.items():
        path = matches[key].path
        if path is not None and matches[key].is_exact and path != result[file].match.path:
            result[file] = replace(result[file], other=path)
    return result


def _take(
    keys: Mapping[Path, K],
    matches: Mapping[K, Match],
    result: dict[Path, Found],
    has_name: set[Path] | frozenset[Path] = frozenset(),
) -> None:
    for file, key in keys.items():
        if matches[key].path is not None:
            result[file] = Found(matches[key], file in has_name)


def _places(place: Path, folder: Path, root: Path) -> tuple[str, ...]:
    """Where the pictures of a folder's files may lie below the images' folder: beside them; in the folder of pictures
    that mirrors that of annotations; and below the images' folder as they lie below their own."""
    mirrored = Path(*(PICTURES if part == ANNOTATIONS else part for part in place.parts))
    parts = place.relative_to(folder).parts
    below = parts[parts.index(ANNOTATIONS) + 1 :] if ANNOTATIONS in parts else parts
    found = [path.relative_to(root).as_posix() for path in (mirrored, place) if path.is_relative_to(root)]
    return tuple(dict.fromkeys("" if path == "." else path for path in (*found, "/".join(below))))


def _usual(name: str, places: tuple[str, ...]) -> tuple[str, ...]:
    """A name that repeats the folder that it is in is meant from above that folder."""
    repeats = [place for place in places if place and name.startswith(f"{place}/")]
    return tuple(place for place in places if place not in repeats)


def _beside(places: tuple[str, ...], stem: str) -> str:
    return posixpath.join(places[0], stem)


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
