"""Which files of a folder are COCO, and where the pictures are that they name."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from core.domain.imports import ImportSource
from core.domain.set_names import set_named
from core.formats.reading.image_index import ImageIndex, StatedName, is_unsafe
from core.formats.reading.spellings import spellings
from core.formats.reading.text_files import head_of, is_plain_file

_SNIFFED_BYTES = 262_144
_SURE = 0.8
_GUESSED_ENTRIES = 50_000  # of a folder that is only guessed to hold the images
_MOST_ENTRIES = 1_000_000  # folders and JSON files among which COCO files are looked for
_MOST_SNIFFED = 100  # of one folder, to tell whether it holds COCO files
_SAMPLE = 200

_OF_OTHER_THINGS = ("captions", "person_keypoints", "image_info", "stuff", "panoptic")
"""Beginnings of the names of the other files of COCO's own set, which speak of the same images."""


@dataclass(frozen=True, slots=True)
class CocoFiles:
    """`beside` are those that lie next to files of instances and say other things of the same images."""

    chosen: tuple[Path, ...]
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Where the pictures are. `places` has, per annotation file, the folders below the root in which its names are
    looked for first, as paths relative to the root."""

    index: ImageIndex
    places: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    def stated(self, file: Path, name: str) -> StatedName:
        return StatedName(name, self.places.get(file, ()))


def likeness(file: Path) -> float:
    """How much a file looks like COCO from its beginning, 0 to 1."""
    if file.suffix.lower() != ".json":
        return 0.0
    head = head_of(file, _SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"["):  # perhaps detections, which `read` refuses in better words
        return 0.3 if b'"image_id"' in head and b'"category_id"' in head else 0.0
    n_keys = sum(key in head for key in (b'"images"', b'"annotations"', b'"categories"', b'"file_name"', b'"bbox"'))
    return {0: 0.0, 1: 0.3, 2: _SURE}.get(n_keys, 1.0)


def holds_coco(folder: Path) -> bool:
    return any(likeness(file) >= _SURE for file in _json_files(folder, _MOST_SNIFFED))


def choose_files(folder: Path, left_out: Iterable[Path] = ()) -> CocoFiles:
    """All COCO files of a folder at any depth; of COCO's own set the instances only."""
    unwanted = frozenset(map(os.path.realpath, left_out))
    files = [file for file in _json_files(folder) if likeness(file) >= _SURE]
    files = [file for file in files if not unwanted or os.path.realpath(file) not in unwanted]
    with_instances = {file.parent for file in files if file.name.startswith("instances")}
    beside = [file for file in files if file.parent in with_instances and file.name.startswith(_OF_OTHER_THINGS)]
    return CocoFiles(tuple(file for file in files if file not in beside), tuple(beside))


def find_pictures(source: ImportSource, names: dict[Path, list[str]]) -> Pictures:
    """By the names that each annotation file states. Where the person did not say where the pictures are, each file's
    are looked for around it, and the folder that holds them all is the images'."""
    given = source.images_root
    search = _Search()
    found = {file: search.base_of(file, stated, inside=given) for file, stated in names.items()}
    roots = [base.root for base in found.values() if base is not None]
    if given is not None:
        root = given
    elif roots:
        root = Path(os.path.commonpath(roots))
    else:
        first = next(iter(names))
        return Pictures(search.index_of(search.guesses(first)[0].root))
    return Pictures(ImageIndex(root), {file: _places(root, base, file) for file, base in found.items()})


@dataclass(frozen=True, slots=True)
class _Base:
    """A folder to which a file's names are relative, and the images' folder if that is so."""

    folder: Path
    root: Path


def _places(root: Path, base: _Base | None, file: Path) -> tuple[str, ...]:
    """The folder where the names of a file were found, then the file's own: as relative paths."""
    folders = [base.folder, file.parent] if base is not None else [file.parent]
    paths = [os.path.relpath(folder, root).replace(os.sep, "/") for folder in folders]
    return tuple(dict.fromkeys("" if path == "." else path for path in paths))


class _Search:
    """Looks around annotation files, of which there may be thousands: into each folder once."""

    def __init__(self) -> None:
        self._indexes: dict[Path, ImageIndex] = {}
        self._inner: dict[Path, list[Path]] = {}

    def base_of(self, file: Path, names: list[str], *, inside: Path | None) -> _Base | None:
        """The folder around an annotation file to which most of its names are relative; None when none is found."""
        guesses = [base for base in self.guesses(file) if inside is None or base.folder.is_relative_to(inside)]
        safe = (name for name in names if any(not is_unsafe(spelling) for spelling in spellings(name)))
        some = list(islice(safe, _SAMPLE))
        hits = [sum(_is_in(base.folder, name) for name in some) for base in guesses]
        if hits and max(hits) > 0:
            best = [base for base, n in zip(guesses, hits, strict=True) if n == max(hits)]
            return next((base for base in best if base.folder == file.parent), best[0])
        if inside is not None:
            return None
        for base in guesses:
            if any(match.path for match in self.index_of(base.folder).match_names(names[:_SAMPLE]).values()):
                return base
        return None

    def guesses(self, file: Path) -> list[_Base]:
        """Around the file; then in folders that are called as the set that the file's name speaks of."""
        beside = file.parent
        folders = [beside / "images", beside, beside.parent / "images", beside.parent]
        plain = [_Base(folder, folder) for folder in folders if folder.is_dir()]
        of_file = set_named(file.name)
        if of_file is None:
            return plain
        return plain + [
            _Base(inner, base.root)
            for base in plain
            for inner in self._folders_in(base.folder)
            if set_named(inner.name) is of_file
        ]

    def index_of(self, folder: Path) -> ImageIndex:
        """Of a folder that is only guessed to hold the images."""
        if folder not in self._indexes:
            self._indexes[folder] = ImageIndex(folder, max_entries=_GUESSED_ENTRIES)
        return self._indexes[folder]

    def _folders_in(self, folder: Path) -> list[Path]:
        if folder not in self._inner:
            self._inner[folder] = folders_in(folder)
        return self._inner[folder]


def folders_in(folder: Path) -> list[Path]:
    return [folder / entry.name for entry in _entries(folder, _is_folder)]


def _entries(folder: Path, is_wanted: Callable[[os.DirEntry[str]], bool]) -> list[os.DirEntry[str]]:
    """By name; hidden ones left out; none of a folder that cannot be listed. Pictures may be there by the million."""
    try:
        with os.scandir(folder) as found:
            wanted = [entry for entry in found if entry.name[0] != "." and is_wanted(entry)]
    except OSError:
        return []
    return sorted(wanted, key=lambda entry: entry.name)


def _is_in(folder: Path, name: str) -> bool:
    return any(is_plain_file(folder / spelling) for spelling in spellings(name) if not is_unsafe(spelling))


def _json_files(folder: Path, most: int | None = None) -> Iterator[Path]:
    """JSON files of the folder and of the folders in it, the outer before the inner, of each the first `most`; never
    hidden ones."""
    n_entries = 0
    waiting = deque([folder])
    while waiting and n_entries <= _MOST_ENTRIES:
        place = waiting.popleft()
        entries = _entries(place, lambda entry: _is_json(entry) or _is_folder(entry))
        n_entries += len(entries)
        yield from (place / entry.name for entry in [entry for entry in entries if _is_json(entry)][:most])
        waiting += [place / entry.name for entry in entries if _is_folder(entry)]


def _is_json(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(".json")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False
