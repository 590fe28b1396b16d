"""The sets that a VOC data set states: by lists in ImageSets, or by folders called train, valid and test."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from urllib.parse import unquote

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.set_names import set_named
from core.errors import FormatError
from core.formats.reading.text_files import decode_lines, read_limited
from core.formats.voc.files import ANNOTATIONS

IMAGE_SETS = "ImageSets"
KINDS = ("Main", "Segmentation", "Layout")
MAX_BYTES = 2**28
_OF_A_CLASS = re.compile(r".+_(train|val|test|trainval)$", re.IGNORECASE)
_MOST_SIGNS = 4096  # of a line


@dataclass(slots=True)
class ListedSets:
    """Of one data set's folder. `sets` by id: the path of an XML file below "Annotations" without its ending."""

    sets: dict[str, set[str]] = field(default_factory=dict)
    lists: dict[str, Path] = field(default_factory=dict)  # by set
    problems: list[Problem] = field(default_factory=list)

    def take(self, key: str) -> str:
        """The set of an XML file, "" for none or several; it then counts as told."""
        found = self.sets.pop(key, None)
        return next(iter(found)) if found is not None and len(found) == 1 else ""


def read_lists(base: Path, known: Collection[str]) -> ListedSets:
    """The lists of the first kind that has any. Per-class lists say no more than they do. `known` are the ids of the
    XML files."""
    found = ListedSets()
    kinds = [kind for kind in KINDS if (base / IMAGE_SETS / kind).is_dir()]
    for kind in kinds:
        _read_kind(base / IMAGE_SETS / kind, known, found)
        if found.lists:
            others = ", ".join(other for other in kinds if other != kind)
            if others:
                text = f'The sets are those of "{IMAGE_SETS}/{kind}"; those of {others} are passed over.'
                _remark(found, "sets-passed-over", text, base / IMAGE_SETS)
            break
    twice = sorted(key for key, sets in found.sets.items() if len(sets) > 1)
    if twice:
        text = f"{counted(len(twice), 'image is', 'images are')} stated for several sets and put into none, e.g. "
        found.problems.append(Problem("image-in-several-sets", f'{text}"{shown(twice[0])}".', str(base / IMAGE_SETS)))
    return found


def key_of(folder: Path, base: Path) -> str:
    """What stands before the names of a folder's XML files in a list."""
    place = base / ANNOTATIONS
    below = folder.relative_to(place if folder.is_relative_to(place) else base).as_posix()
    return "" if below == "." else f"{below}/"


def sets_of_folders(folders: Mapping[Path, PurePath]) -> Mapping[Path, str]:
    """The sets that folders ("train", "valid/sub" below the top) are called by, when they are of different sets; else
    nothing."""
    found = {folder: _set_of_folder(below) for folder, below in folders.items()}
    return {folder: name for folder, name in found.items() if name} if len({*found.values()} - {""}) > 1 else {}


def missing_problems(missing: Mapping[str, list[str]], lists: Mapping[str, Path]) -> Iterator[Problem]:
    """`missing`: ids by the set that lists them."""
    for name, keys in missing.items():
        n = counted(len(keys), "image")
        text = f'{n} of "{shown(lists[name].name)}" ({name}) {"was" if len(keys) == 1 else "were"} not found, '
        yield Problem("set-image-missing", f'{text}e.g. "{shown(keys[0])}".', str(lists[name]))


def _set_of_folder(folder: PurePath) -> str:
    for part in folder.parts:
        split = set_named(part) if part.isalpha() else None
        if split is not None:
            return split.value
    return ""


def _read_kind(folder: Path, known: Collection[str], found: ListedSets) -> None:
    strange: list[str] = []
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".txt")
    except OSError:
        return
    for file in files:
        split = set_named(file.stem) if file.stem.isalpha() else None
        if split is None:
            if file.stem.lower() != "trainval" and not _OF_A_CLASS.match(file.stem):
                strange.append(file.name)
            continue
        try:
            lines = decode_lines(read_limited(file, MAX_BYTES))
        except FormatError as error:
            found.problems.append(Problem("annotation-file-unreadable", str(error), str(file), error.line))
            continue
        found.lists.setdefault(split.value, file)
        n_long = sum(len(line) >= _MOST_SIGNS for line in lines)
        if n_long:
            n = counted(n_long, "line is", "lines are")
            text = f'{n} too long for a name in "{shown(file.name)}" and left out.'
            found.problems.append(Problem("set-line-invalid", text, str(file)))
        for line in lines:
            if len(line) < _MOST_SIGNS and (key := _key(line.strip(), known)):
                found.sets.setdefault(key, set()).add(split.value)
    if strange:
        some = ", ".join(f'"{shown(name)}"' for name in strange[:3])
        text = f"{counted(len(strange), 'list')} of images ({some}) {'is' if len(strange) == 1 else 'are'} called like "
        _remark(found, "sets-passed-over", "no set (train, val, test) and passed over.", folder, text)


def quoted(key: str) -> str:
    """An id such that `_key` reads it again."""
    needs_marks = _without_flag(key) != key or key.startswith('"') or key != key.strip()
    return f'"{key}"' if needs_marks else key


def _key(line: str, known: Collection[str]) -> str:
    """An id: without the mark (1, -1, 0) that lists of a class have, without quotes, with what an address escapes."""
    bare = _without_flag(line)
    inner = bare[1:-1] if len(bare) > 1 and bare[0] == bare[-1] == '"' else bare
    spellings = (line, inner, unquote(inner, errors="surrogateescape"), bare)
    return next((key for key in spellings if key in known), inner)


def _without_flag(line: str) -> str:
    """Without 1, -1 or 0 behind white space."""
    before = line[:-1].removesuffix("-").removesuffix("+") if line.endswith(("0", "1")) else line
    return before.rstrip() if before != before.rstrip() else line


def _remark(found: ListedSets, kind: str, text: str, file: Path, begin: str = "") -> None:
    found.problems.append(Problem(kind, begin + text, str(file), severity=Severity.INFO))
