"""What lies in a folder that may be annotations: counted by what the files look like, for reasons and warnings."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePath

from core.domain.counting import counted
from core.domain.names import is_image_name, shown
from core.formats.reading.text_files import head_of
from core.formats.signs import (
    DATABASE_HEAD_BYTES,
    DATABASES,
    HEAD_BYTES,
    IN_USE,
    STRUCTURED,
    SUFFIXES,
    Sight,
    sight_in,
)

__all__ = ["Look", "Seen", "Sight", "look_at", "seen_in", "sight_of"]

_MOST_LOOKED_AT = 20_000
_MOST_OPENED = 2_000
_MOST_WALKED = 1_000_000
_LIST_BYTES = 65_536
_LISTS = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Seen:
    """How many files with an ending look like something; None = like nothing that is known."""

    suffix: str
    sight: Sight | None
    n: int


@dataclass(frozen=True, slots=True)
class Look:
    """The files of a folder (or the one file) that may be annotations, by ending and look. `is_all`: all of them were
    opened, else the first few thousand, and the others are counted with those of their ending. `lists` are files that
    name classes, with how many."""

    seen: tuple[Seen, ...] = ()
    is_all: bool = True
    lists: tuple[tuple[str, int], ...] = ()

    def of(self, slug: str) -> tuple[Seen, ...]:
        """What looks like this format."""
        return tuple(item for item in self.seen if item.sight is not None and item.sight.slug == slug)

    def files_of(self, slug: str) -> str:
        """In words: "364 .xml files"; "" when there are none."""
        before = "" if self.is_all else "about "
        return " and ".join(before + counted(item.n, f"{item.suffix} file") for item in self.of(slug))


def sight_of(file: Path) -> Sight | None:
    """None when it looks like nothing that is known."""
    if _is_open_database(file):
        return IN_USE
    head = head_of(file, HEAD_BYTES)
    if head.startswith(b"SQLite format 3"):
        head = head_of(file, DATABASE_HEAD_BYTES)
    return sight_in(file.suffix.lower(), head)


def _is_open_database(file: Path) -> bool:
    """A program has it open, perhaps this one: closing it after a look would drop SQLite's locks of the process."""
    beside = (file.with_name(file.name + ending) for ending in ("-wal", "-shm"))
    return file.suffix.lower() in DATABASES and any(map(os.path.lexists, beside))


def look_at(path: Path) -> Look:
    """Opens a few thousand files at most, and of each only the first bytes. Never raises."""
    if not path.is_dir():
        return Look((Seen(path.suffix.lower(), sight_of(path), 1),), lists=tuple(_lists([path])))
    counts: Counter[tuple[str, Sight | None]] = Counter()
    lists: list[Path] = []
    unopened: Counter[str] = Counter()
    n_opened = n_walked = 0
    for place, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        n_walked += len(names)
        for name in sorted(names):
            suffix = PurePath(name).suffix.lower()
            if name.startswith("."):
                continue
            if suffix in _LISTS and len(lists) < 10:
                lists.append(Path(place, name))
            if suffix in SUFFIXES and n_opened < _MOST_OPENED:
                n_opened += 1
                counts[suffix, sight_of(Path(place, name))] += 1
            elif suffix in SUFFIXES:
                unopened[suffix] += 1
        if n_walked > _MOST_WALKED:
            break
    for suffix, n in unopened.items():
        # They are most likely what the others of their ending are.
        alike = [(counts[key], key) for key in counts if key[0] == suffix]
        counts[max(alike, key=lambda pair: pair[0])[1] if alike else (suffix, None)] += n
    is_all = not unopened and n_walked <= _MOST_WALKED
    seen = tuple(Seen(suffix, sight, n) for (suffix, sight), n in counts.items())
    return Look(seen, is_all, tuple(_lists(lists)))


def seen_in(path: Path) -> str:
    """What is there, in words, e.g. "12 .xml files (Pascal VOC), 3 .txt files"."""
    if path.is_file():
        if path.stat().st_size == 0:
            return "the file is empty"
        sight = sight_of(path)
        if sight is None and path.suffix.lower() in STRUCTURED:
            return f"its content is of no {path.suffix} kind that is read"
        return (
            f"it is {sight.words}" if sight else f"a file of the kind {path.suffix or '(no ending)'} that is not read"
        )
    counts: Counter[str] = Counter()
    sights: dict[str, Sight | None] = {}
    n_looked_at = 0
    for folder, _, names in os.walk(path):
        for name in names:
            if is_image_name(name):
                continue
            suffix = PurePath(name).suffix.lower() or "nameless"
            counts[suffix] += 1
            if counts[suffix] <= 3 and not sights.get(suffix):
                sights[suffix] = sight_of(Path(folder, name))
        n_looked_at += len(names)
        if n_looked_at > _MOST_LOOKED_AT:
            break
    if not counts:
        return "it is empty"
    parts = []
    for suffix, n in counts.most_common(4):
        sight = sights.get(suffix)
        parts.append(counted(n, f"{shown(suffix)} file") + (f" ({sight.words})" if sight else ""))
    return "it has " + ", ".join(parts)


def _lists(files: list[Path]) -> list[tuple[str, int]]:
    """Those that look like a data.yaml, with the number of classes that they name."""
    found = []
    for file in files:
        if file.suffix.lower() not in _LISTS:
            continue
        n = _count_names(head_of(file, _LIST_BYTES).decode("utf-8", "replace"))
        if n:
            found.append((file.name, n))
    return found


def _count_names(text: str) -> int:
    """Of a YAML file's `names`, however they are written; roughly, for a sentence. The format reads them exactly."""
    match = re.search(r"^names\s*:[ \t]*(.*)", text, re.MULTILINE)
    if match is None:
        return 0
    if match[1].startswith(("[", "{")):
        inside = re.split(r"[\]}]", text[match.start(1) + 1 :], maxsplit=1)[0]
        return len([part for part in inside.split(",") if part.strip()])
    rows = text[match.end() :].splitlines()[1:]
    n = 0
    for row in rows:
        if row.strip() and not re.match(r"\s*(-\s|\d+\s*:)", row):
            break
        n += bool(row.strip())
    return n
