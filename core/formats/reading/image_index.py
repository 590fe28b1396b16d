"""Finds the pictures that annotation files name, by relative path and never by base name alone when that is unclear."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from core.domain.imports import Problem
from core.domain.names import IMAGE_SUFFIXES, is_image_name, shown
from core.formats.reading.spellings import spellings, without_task_prefix

K = TypeVar("K")

_MOST_CANDIDATES = 100  # kept of a name; else a hundred thousand names keep a thousand million of them
_MOST_PARTS = 50
_MANY = 50  # pictures of one end of a path, among which longer ends are looked up

CONTAINERS = frozenset({"images", "labels", "labeltxt", "obj_train_data", "obj_valid_data", "obj_test_data"})
"""Folders that only separate pictures from labels; ignored when the one is looked for by the other's path."""


class Match(NamedTuple):
    """`path` None = not found; then `candidates` holds several pictures that it might be (of very many some), or
    none."""

    path: str | None
    is_exact: bool = False
    candidates: tuple[str, ...] = ()

    @property
    def n_candidates(self) -> str:
        """How many there are, in words."""
        n = len(self.candidates)
        return str(n) if n < _MOST_CANDIDATES else f"{n} or more"


class StatedName(NamedTuple):
    """A name as a file states it, and the folders (relative to the images' folder, "" = that itself) to which it may be
    relative, the likeliest first."""

    name: str
    places: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        return self.places[0] if self.places else ""


class ImageIndex:
    """The picture files below `root` as relative paths with "/" between parts. Hidden names and links out are left out.

    With `max_entries` the walk gives up there, for folders that are only guessed to hold the pictures.
    """

    def __init__(self, root: Path, *, max_entries: int | None = None) -> None:
        self.root = root
        self.paths = tuple(sorted(_walk(root, max_entries)))
        self._known = frozenset(self.paths)

    def match_names(self, names: Iterable[str]) -> dict[str, Match]:
        """Each name (as an annotation file states it) with its picture; several exact names may mean the same one."""
        found = self.match_stated(StatedName(name) for name in names)
        return {stated.name: match for stated, match in found.items()}

    def match_stated(self, names: Iterable[StatedName]) -> dict[StatedName, Match]:
        """The same for names with the folders in which they are looked for first. A picture that lies in the first
        place of some names is nobody else's, unless they name it exactly."""
        wanted = list(dict.fromkeys(names))
        places = _Places(frozenset(stated.place for stated in wanted), self.paths)
        return _match(wanted, self._exact, lambda stated: self._similar(stated, places))

    def match_stems(self, keys: Iterable[str]) -> dict[str, Match]:
        """The same for paths of label files without their suffix, e.g. "labels/train/a" for "images/train/a.jpg"."""
        return _match(keys, self._exact_stem, self._similar_stem)

    def has_stem(self, stem: str) -> bool:
        """Whether there is a picture at this path below the root but for its ending."""
        return stem in self._stems

    def _exact(self, stated: StatedName) -> Sequence[str]:
        # No picture lies where a path leads out of the folder.
        first = next((place for place in stated.places if place != ".." and not place.startswith("../")), "")
        literal = f"{first}/{stated.name}" if first else stated.name
        if literal in self._known:  # nearly all
            return (literal,)
        for name in spellings(stated.name):
            for place in (*stated.places, ""):
                path = posixpath.normpath(posixpath.join(place, name))
                if path in self._known:
                    return (path,)
        return ()

    def _similar(self, stated: StatedName, places: _Places) -> Sequence[str]:
        """Below the first place before all others."""
        place, owner = stated.place, places.owner
        free = places.free_for(place)

        def is_free(path: str) -> bool:
            return owner[path] in free

        def is_inside(path: str) -> bool:
            return is_below(path, place) and is_free(path)

        for name in spellings(stated.name):
            parts = parts_of(name)
            found: list[str] = []
            if place in places.folders:
                found = self._names.ending_like(parts, is_inside, (places, place))
            if found := found or self._names.ending_like(parts, is_free, (places, free)):
                return found
        return ()

    def _exact_stem(self, key: str) -> Sequence[str]:
        return self._stems.get(key, ()) or self._stripped.get(strip_containers(key), ())

    def _similar_stem(self, key: str) -> Sequence[str]:
        """By the end of the path; then as if one of both names had no prefix of Label Studio's."""
        parts = parts_of(strip_containers(key))
        found = self._stem_ends.ending_like(parts, _any)
        if found or not parts:
            return found
        bare = without_task_prefix(parts[-1])
        if bare != parts[-1]:
            return self._stem_ends.ending_like([*parts[:-1], bare], _any)
        return self._bare_ends.ending_like(parts, _any)

    # Made when they are first asked for: a million pictures fill each of them.

    @cached_property
    def _names(self) -> _Ends:
        return _Ends((path, path) for path in self.paths)

    @cached_property
    def _stems(self) -> dict[str, list[str]]:
        return _collected((path, stem) for path in self.paths for stem in {_bare(path), _barest(path)})

    @cached_property
    def _stripped(self) -> dict[str, list[str]]:
        return _collected((path, stem) for path in self.paths for stem in _stripped_stems(path))

    @cached_property
    def _stem_ends(self) -> _Ends:
        return _Ends((path, stem) for path in self.paths for stem in _stripped_stems(path))

    @cached_property
    def _bare_ends(self) -> _Ends:
        """Of those with a prefix of Label Studio's, without it."""
        stems = ((path, stem.rpartition("/")) for path in self.paths for stem in _stripped_stems(path))
        bare = ((path, folder + slash, name, without_task_prefix(name)) for path, (folder, slash, name) in stems)
        return _Ends((path, place + without) for path, place, name, without in bare if without != name)


class _Places:
    """The folders to which the names of one question are relative, and which pictures are whose."""

    def __init__(self, places: frozenset[str], paths: Sequence[str]) -> None:
        self._places = places
        self._paths = paths

    @cached_property
    def owner(self) -> dict[str, str]:
        """The innermost place that a picture lies in, "" for none."""
        return {path: next((up for up in _folders_of(path) if up in self._places), "") for path in self._paths}

    @cached_property
    def folders(self) -> frozenset[str]:
        """Those that pictures lie in, at any depth."""
        return frozenset(folder for path in self._paths for folder in _folders_of(path))

    @cached_property
    def _owners(self) -> frozenset[str]:
        return frozenset(self.owner.values())

    def free_for(self, place: str) -> frozenset[str]:
        """Whose pictures names of a place may have: its own, and those of the places around it."""
        return self._owners.intersection((place, *_folders_of(place)))


def _folders_of(path: str) -> Iterator[str]:
    """The innermost first, "" the last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


class _Ends:
    """Texts, each of which stands for a path, by their last part and by their last two: pages are called the same in
    thousands of folders."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._by_one: dict[str, list[tuple[str, str]]] = {}
        self._by_two: dict[str, list[tuple[str, str]]] = {}
        self._by_more: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self._found: dict[tuple[Hashable, str], list[str]] = {}
        for path, text in texts:
            parts = _normal(text).rsplit("/", 2)
            self._by_one.setdefault(parts[-1], []).append((path, text))
            if len(parts) > 1:
                self._by_two.setdefault("/".join(parts[-2:]), []).append((path, text))

    def ending_like(self, parts: list[str], is_wanted: Callable[[str], bool], scope: Hashable = None) -> list[str]:
        """The wanted paths whose texts end like `parts`, by the longest ending that any of them has. Those that are
        wanted are the same for the same `scope`."""
        if not parts:
            return []
        two = _normal("/".join(parts[-2:]))
        both = self._by_two.get(two, []) if len(parts) > 1 else []
        if len(both) > _MANY:
            longer = self._longer(two, both)
            for start in range(len(parts) - 1):
                tail = parts[start:]
                items = longer.get(_normal("/".join(tail)), []) if len(tail) > 2 else both
                if items and (found := self._ending(tail, items, is_wanted, scope)):
                    return found
        elif wanted := [item for item in both if is_wanted(item[0])]:
            return _longest_tail(parts, wanted)
        last = parts[-1:]
        return self._ending(last, self._by_one.get(_normal(last[0]), []), is_wanted, scope)

    def _ending(
        self, tail: list[str], items: list[tuple[str, str]], is_wanted: Callable[[str], bool], scope: Hashable
    ) -> list[str]:
        """Of texts that end like that: found once, for thousands of names may have the same end."""
        key = (scope, "/".join(tail))
        if key not in self._found:
            self._found[key] = _longest_tail(tail, [item for item in items if is_wanted(item[0])])
        return self._found[key]

    def _longer(self, two: str, items: list[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
        """The texts whose last two parts are `two`, by every longer end."""
        if two not in self._by_more:
            by_end: dict[str, list[tuple[str, str]]] = {}
            for item in items:
                parts = _normal(item[1]).split("/")
                for start in range(max(0, len(parts) - _MOST_PARTS), len(parts) - 2):
                    by_end.setdefault("/".join(parts[start:]), []).append(item)
            self._by_more[two] = by_end
        return self._by_more[two]


def _any(_: str) -> bool:
    return True


def is_unsafe(name: str) -> bool:
    """Absolute, with a drive letter, climbing out by "..", or with a NUL: nothing that may be followed as it stands."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or bool(re.match(r"[A-Za-z]:", plain)) or ".." in plain.split("/") or "\0" in name


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; both with "/" between parts, "" = the top."""
    return not folder or path == folder or path.startswith(folder + "/")


def parts_of(name: str) -> list[str]:
    """The parts of a path of any system that lie below its last "..", its drive and its root."""
    parts = [part for part in re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/")).split("/") if part not in ("", ".")]
    climbs = [index for index, part in enumerate(parts) if part == ".."]
    return parts[climbs[-1] + 1 :] if climbs else parts


def strip_containers(path: str) -> str:
    """The path without folders such as "images" and "labels"."""
    folders, slash, name = path.rpartition("/")
    kept = [part for part in folders.split("/") if part.lower() not in CONTAINERS] if slash else []
    return "/".join([*kept, name])


def missing_problem(name: str, match: Match, *, file: str, line: int | None = None) -> Problem:
    """Why the picture that a file names was not found."""
    if match.candidates:
        some = ", ".join(f'"{shown(path)}"' for path in match.candidates[:3])
        text = f'"{shown(name)}" could be any of {match.n_candidates} images ({some}); its annotations are left out.'
        return Problem("image-ambiguous", text, file=file, line=line)
    text = f'The image "{shown(name)}" was not found; its annotations are left out.'
    return Problem("image-missing", text, file=file, line=line)


def _match(
    names: Iterable[K], exact: Callable[[K], Sequence[str]], similar: Callable[[K], Sequence[str]]
) -> dict[K, Match]:
    """Exact names first, so that a name which is only similar cannot take another's picture."""
    matches: dict[K, Match] = {}
    taken: set[str] = set()
    waiting: list[K] = []
    for name in dict.fromkeys(names):
        found = exact(name)
        if found:
            matches[name] = Match(found[0], is_exact=len(found) == 1, candidates=tuple(found))
            taken.add(found[0])
        else:
            waiting.append(name)
    for name in waiting:
        free = list(islice((path for path in similar(name) if path not in taken), _MOST_CANDIDATES))
        if len(free) == 1:
            matches[name] = Match(free[0], candidates=tuple(free))
            taken.add(free[0])
        else:
            matches[name] = Match(None, candidates=tuple(free))
    return matches


def _collected(texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, text in texts:
        found.setdefault(text, []).append(path)
    return found


def _longest_tail(parts: list[str], candidates: list[tuple[str, str]]) -> list[str]:
    """The paths whose text ends like `parts`, by the longest ending that any has; same letters before other cases."""
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        for normal in (str, _normal):
            wanted = normal(tail)
            found = [path for path, text in candidates if ("/" + normal(text)).endswith("/" + wanted)]
            if found:
                return list(dict.fromkeys(found))
    return []


def _walk(root: Path, max_entries: int | None) -> Iterable[str]:
    real_root = os.path.realpath(root)
    n_entries = 0
    waiting = [""]
    while waiting:
        base = waiting.pop()
        try:
            with os.scandir(root / base) as listing:
                entries = list(listing)
        except OSError:
            continue
        n_entries += len(entries)
        if max_entries is not None and n_entries > max_entries:
            return
        for entry in entries:
            path = f"{base}/{entry.name}" if base else entry.name
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    waiting.append(path)
            elif is_image_name(entry.name) and _is_file(entry) and not _leaves(entry, real_root):
                yield path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _leaves(entry: os.DirEntry[str], real_root: str) -> bool:
    return entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(real_root)


def _normal(text: str) -> str:
    """Names written on another system: other Unicode composition, other case."""
    return unicodedata.normalize("NFC", text).casefold()


def _bare(path: str) -> str:
    """Without the last suffix."""
    return path[: len(path) - len(_suffix(path))]


def _barest(path: str) -> str:
    """Without any suffix of pictures: "page_f11.tif.jpeg" -> "page_f11"."""
    while _suffix(path).lower() in IMAGE_SUFFIXES:
        path = _bare(path)
    return path


def _suffix(path: str) -> str:
    """As PurePath has it, which is slow for a million names."""
    name = path[path.rfind("/") + 1 :]
    at = name.rfind(".")
    return name[at:] if 0 < at < len(name) - 1 else ""


def _stripped_stems(path: str) -> set[str]:
    return {strip_containers(_bare(path)), strip_containers(_barest(path))}
