"""What the classes of YOLO's numbers are called: the file that names them, for each label file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.encodings import NamesText, decode_names
from core.formats.reading.image_index import parts_of
from core.formats.reading.json_files import read_json
from core.formats.reading.text_files import decode_lines, head_of, is_plain_file, read_limited
from core.formats.reading.yaml_files import MAX_BYTES, parse_yaml
from core.formats.yolo.data_yaml import MOST_CLASSES, YAML_ENDINGS, by_number, yaml_names
from core.formats.yolo.rows import looks_like_rows

NOTES = "notes.json"
NAME_FILES = ("classes.txt", "obj.names", "_darknet.labels", "classes.names", "names.txt", "labels.txt")
_MOST_NOTES = 10  # of a kind on one list
_MOST_MARKERS = 50  # looked at in one folder
_USUAL_MARKERS = ("data.yaml", "dataset.yaml", "obj.data")


@dataclass(frozen=True, slots=True)
class ClassList:
    """`names` by number, as the file `file` states them."""

    names: tuple[str, ...]
    file: Path


def markers_in(folder: Path) -> list[Path]:
    """The files of a folder that read like a data.yaml or an obj.data, those of the usual names first."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.lower().endswith((*YAML_ENDINGS, ".data"))]
    except OSError:
        return []
    names.sort(key=lambda name: (name.lower() not in _USUAL_MARKERS, name))
    return [folder / name for name in names[:_MOST_MARKERS] if is_marker(folder / name)]


def is_marker(file: Path) -> bool:
    """Whether the file reads like a data.yaml or an obj.data."""
    head = b"\n" + head_of(file, 2**16).removeprefix(b"\xef\xbb\xbf")
    if file.suffix.lower() in YAML_ENDINGS:
        return b"\nnames:" in head and any(key in head for key in (b"\ntrain:", b"\nval:", b"\nnc:", b"\npath:"))
    return file.suffix.lower() == ".data" and b"names" in head and b"=" in head


class ClassLists:
    """Finds the list for label files below `top`, and notes what is wrong with the lists that it uses.

    The nearest file on the way up counts; before plain lists, a data.yaml or obj.data anywhere on that way, for such
    a file speaks of the data set as a whole; before all, the one that the person chose. What another one of the way
    says otherwise is noted.
    """

    def __init__(self, top: Path, problems: list[Problem], *, encoding: str | None, marker: Path | None) -> None:
        """`marker`: a file that the person pointed at. Raises FormatError when it cannot be read."""
        self._top = top
        self._problems = problems
        self._encoding = encoding
        self._read: dict[Path, ClassList | None] = {}
        self._known: dict[Path, ClassList | None] = {}
        self._here: dict[Path, tuple[list[ClassList], list[ClassList]]] = {}
        self._compared: set[tuple[Path, Path]] = set()
        self._given = None if marker is None else self._list_in(marker)

    def list_for(self, folder: Path) -> ClassList | None:
        """Of the label files in a folder; None when no file names their classes. Raises FormatError."""
        if folder not in self._known:
            self._known[folder] = self._find(folder)
        return self._known[folder]

    def list_beside(self) -> ClassList | None:
        """That of a folder right in the top one, for label files that have none on their way up."""
        files = (file for place in _beside(self._top) for file in _files_at(place))
        return next(iter(self._lists(files)), None)

    def _find(self, folder: Path) -> ClassList | None:
        markers: list[ClassList] = []
        plain: list[ClassList] = []
        for place in _way_up(folder, self._top):
            if place not in self._here:
                names = self._lists([place / NOTES, *(place / name for name in NAME_FILES)])
                self._here[place] = (self._lists(markers_in(place)[:1]), names)
            markers += self._here[place][0]
            plain += self._here[place][1]
        found = [*([self._given] if self._given else ()), *markers, *plain]
        for other in (*markers[:1], *(one for one in plain if one.file.parent == plain[0].file.parent)):
            self._compare(found[0], other)
        return found[0] if found else None

    def _lists(self, files: Iterable[Path]) -> list[ClassList]:
        return [found for file in files if (found := self._list_in(file)) is not None]

    def _list_in(self, file: Path) -> ClassList | None:
        """What the file says, read once. A file that is none, or names nothing, is no list."""
        if file not in self._read:
            names = self._names_in(file) if is_plain_file(file) else None
            if file.name == NOTES and os.path.lexists(file) and not is_plain_file(file):
                text = f'"{NOTES}" is left out: it is not a file with content.'
                self._problems.append(Problem("annotation-file-special", text, str(file)))
            self._read[file] = ClassList(names, file) if names else None
        return self._read[file]

    def _names_in(self, file: Path) -> tuple[str, ...] | None:
        if file.name == NOTES:
            return self._clean(self._names_of_notes(file), file)
        if file.suffix.lower() in YAML_ENDINGS:
            text = self._decoded(file, lambda text: list(yaml_names(parse_yaml(text, file), file) or ()))
            return self._clean(yaml_names(parse_yaml(text.text, file), file), file, text)
        if file.suffix.lower() == ".data":
            target = self._target_of(file)
            found = self._list_in(target) if target is not None and target != file else None
            return found.names if found is not None else None
        if looks_like_rows(head_of(file)):
            return None  # the labels of an image of that name
        text = self._decoded(file, _lines_of)
        names = _lines_of(text.text)
        if not names:
            self._problems.append(Problem("names-file-empty", f'"{shown(file.name)}" names no class.', str(file)))
        return self._clean(names, file, text)

    def _target_of(self, file: Path) -> Path | None:
        """The names that an obj.data names: by the longest end of its path beside it, or up to the top, for Darknet
        starts from there."""
        parts = parts_of(darknet_value(file, "names"))
        ends = ["/".join(parts[start:]) for start in range(len(parts))]
        places = list(_way_up(file.parent, self._top))
        found = (place / end for place in places for end in ends if is_plain_file(place / end))
        return next(found, None)

    def _names_of_notes(self, file: Path) -> list[str] | None:
        """A file that cannot be read is noted: another list may do."""
        try:
            return names_of_notes(read_json(file)[1])
        except FormatError as error:
            self._problems.append(Problem("annotation-file-unreadable", str(error), str(file), error.line))
            return None

    def _decoded(self, file: Path, names_in: Any) -> NamesText:
        text = decode_names(read_limited(file, MAX_BYTES), file, self._encoding, names_in)
        if text.problem is not None:
            self._problems.append(text.problem)
        return text

    def _clean(self, names: Sequence[str] | None, file: Path, text: NamesText | None = None) -> tuple[str, ...] | None:
        """Every class with a name; classes of the same name are noted, for they become one."""
        if not names:
            return None
        name_of = (text or NamesText("")).name_of
        result: list[str] = []
        known: set[str] = set()
        notes: dict[str, list[str]] = {"category-without-name": [], "category-duplicate-name": []}
        for index, raw in enumerate(names):
            name = name_of(raw)
            if not name:
                name = f"class {index}"
                notes["category-without-name"].append(f'Class {index} has no name and is called "{name}".')
            elif name in known:
                note = f'"{shown(name)}" is the name of several classes, which become one.'
                notes["category-duplicate-name"].append(note)
            result.append(name)
            known.add(name)
        for kind, texts in notes.items():
            rest = len(texts) - _MOST_NOTES
            if rest > 0:
                texts[_MOST_NOTES - 1] += f" It is like that with {counted(rest, 'other class', 'other classes')}."
            self._problems += [Problem(kind, text, str(file)) for text in texts[:_MOST_NOTES]]
        return tuple(result)

    def _compare(self, used: ClassList, other: ClassList) -> None:
        pair = (used.file, other.file)
        if used.file == other.file or pair in self._compared:
            return
        self._compared.add(pair)
        both = zip(used.names, other.names, strict=False)
        found = next(((n, a, b) for n, (a, b) in enumerate(both) if a != b), None)
        if found is not None:
            index, ours, theirs = found
            here, there = (shown(_below(file, self._top)) for file in pair)
            text = f'"{here}" and "{there}" name the classes differently: class {index} is "{shown(ours)}" in the one'
            text += f' and "{shown(theirs)}" in the other. "{here}" is followed; check the names.'
            self._problems.append(Problem("category-names-differ", text, str(other.file)))


def several_lists_problem(lists: Sequence[ClassList], top: Path) -> Problem | None:
    """Says that folders number their classes in their own ways; None when all agree."""
    if len({one.names for one in lists}) < 2:
        return None
    some = ", ".join(f'"{shown(_below(one.file, top))}"' for one in lists[:3])
    more = f" and {len(lists) - 3} more" if len(lists) > 3 else ""
    text = f"{len(lists)} files name the classes of the labels near them ({some}{more}), and number them differently. "
    text += "Classes of the same name are one class."
    return Problem("category-lists-merged", text, str(top), severity=Severity.INFO)


def names_of_notes(content: Any) -> list[str] | None:
    """The names by the ids in Label Studio's notes.json; None for the content of another kind of file."""
    records = content.get("categories") if isinstance(content, dict) else None
    by_id: dict[int, str] = {}
    for record in records if isinstance(records, list) else ():
        name = record.get("name") if isinstance(record, dict) else None
        key = str(record.get("id")).strip() if isinstance(record, dict) else ""
        if isinstance(name, str) and key.isascii() and key.isdecimal() and len(key) < 7:
            by_id.setdefault(int(key), name)
    return by_number(by_id) if by_id and max(by_id) <= MOST_CLASSES else None


def darknet_value(file: Path, key: str) -> str:
    """The value of a key of an obj.data, "" when it has none. Raises FormatError."""
    for line in decode_lines(read_limited(file, MAX_BYTES)):
        name, _, value = line.partition("=")
        if name.strip() == key:
            return value.strip()
    return ""


def _lines_of(text: str) -> list[str]:
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _way_up(folder: Path, top: Path) -> Iterator[Path]:
    yield folder
    if folder != top and folder.is_relative_to(top):
        for place in folder.parents:
            yield place
            if place == top:
                return


def _beside(top: Path) -> list[Path]:
    """The folders right in the top one."""
    try:
        return sorted(path for path in top.iterdir() if path.is_dir() and not path.name.startswith("."))[:50]
    except OSError:
        return []


def _files_at(place: Path) -> list[Path]:
    return [*markers_in(place)[:1], place / NOTES, *(place / name for name in NAME_FILES)]


def _below(file: Path, top: Path) -> str:
    return file.relative_to(top).as_posix() if file.is_relative_to(top) else file.name
