"""Which files are Deepomatic's, and the records of images in one, a few at a time.

There are four kinds: an object with `tags` and `images`; an object for one image; lines, of which the first says the
views and each other one an image; and predictions ("vulcan"), an object or a list of them.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from core.domain.counting import in_bytes
from core.domain.imports import Problem
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.found_files import find_files
from core.formats.reading.json_files import read_json
from core.formats.reading.json_slices import Place, Slice, as_records, lines_of, read_slices
from core.formats.reading.text_files import head_of, read_pieces

ENDINGS = (".json", ".txt", ".jsonl")
MAX_LINE = 2**26
_MAX_BYTES = 2**34
_MAX_WHOLE = 2**28  # of a file that is parsed as a whole
_PIECE = 2**20
_SNIFFED_BYTES = 65_536
_SNIFFED_FILES = 50
_STUDIO = (b'"annotated_regions"', b'"region_type"')
_VULCAN = (b'"outputs"', b'"labels"', b'"predicted"')
_HEADER = (b'"views"', b'"splits"', b'"concepts"')
_LINE = (b'"data"', b'"annotations"', b'"concepts"')


@dataclass(frozen=True, slots=True)
class Views:
    """Concepts of views by the kind of view: what the first line of lines says."""

    whole: frozenset[str] = frozenset()  # of classification and tagging: they speak of what is given them as a whole
    detected: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What is said of one image. `line` None = it has no line of its own, or nobody has asked for it yet."""

    content: Mapping[str, Any]
    line: int | None = None


@dataclass(slots=True)
class Batch:
    """Some records of a file. Lines of those in slices are looked up when something is to be told."""

    records: list[Record] = field(default_factory=list)
    views: Views = Views()
    problems: list[Problem] = field(default_factory=list)
    path: Path | None = None
    place: Place | None = None
    _lines: dict[int, int] = field(default_factory=dict)  # of the records of a slice, when one is asked for

    def line(self, index: int) -> int | None:
        if self.place is None or self.path is None:
            return self.records[index].line
        if not self._lines:
            self._lines = lines_of(self.path, {0: self.place}, range(len(self.records)))
        return self._lines.get(index)


def is_deepomatic(file: Path) -> bool:
    """By its beginning. Never raises."""
    if file.suffix.lower() not in ENDINGS:
        return False
    head = head_of(file, _SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith((b"{", b"[")):
        return False
    if any(sign in head for sign in _STUDIO) or all(sign in head for sign in _VULCAN):
        return True
    return head.startswith(b"{") and (all(s in head for s in _HEADER) or all(s in head for s in _LINE))


def holds_deepomatic(folder: Path) -> bool:
    """Whether some of the folder's first files are Deepomatic's."""
    found = (file for file in find_files(folder, ENDINGS) if isinstance(file, Path))
    return any(is_deepomatic(file) for file in islice(found, _SNIFFED_FILES))


def deepomatic_files(folder: Path, left_out: Collection[Path] = ()) -> Iterator[Path | Problem]:
    """Those below the folder in the order of names, but those left out."""
    unwanted = frozenset(map(os.path.realpath, left_out))
    for found in find_files(folder, ENDINGS):
        if isinstance(found, Problem) or (is_deepomatic(found) and os.path.realpath(found) not in unwanted):
            yield found


def read_batches(path: Path) -> Iterator[Batch]:
    """Raises FormatError when the file cannot be read, or is of another kind."""
    head = head_of(path, _SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    first = head.partition(b"\n")[0].strip()
    if first.startswith(b"{") and first.endswith(b"}") and (_is_line(first) or path.suffix.lower() != ".json"):
        yield from _lines(path)
    elif b'"images"' in head and head.startswith(b"{"):
        yield from _images(path)
    else:
        yield from _whole(path)


def _is_line(first: bytes) -> bool:
    return all(sign in first for sign in _HEADER) or all(sign in first for sign in _LINE)


def _images(path: Path) -> Iterator[Batch]:
    """Of an object with the array `images`, in slices."""
    for part in read_slices(path, {"images": as_records, "tags": as_records}):
        if isinstance(part, Slice) and part.key == "tags":
            yield Batch(views=Views(names=tuple(name for name in part.records or () if isinstance(name, str))))
        elif isinstance(part, Slice):
            found = [Record(record if isinstance(record, dict) else {}) for record in part.records or ()]
            yield Batch(found, path=path, place=part.place)


def _whole(path: Path) -> Iterator[Batch]:
    """One image, or predictions."""
    _, content = read_json(path, _MAX_WHOLE)
    found = content if isinstance(content, list) else [content]
    records = [
        Record(item) for item in found if isinstance(item, dict) and ("annotated_regions" in item or "outputs" in item)
    ]
    if not records:
        text = f'"{shown(path.name)}" is no file of Deepomatic: it has neither regions nor predictions of an image.'
        raise FormatError(text, file=path, hint="Choose another format.")
    yield Batch(records)


def _lines(path: Path) -> Iterator[Batch]:
    views = Views()
    batch = Batch()
    for number, data in _text_lines(path):
        content = _parsed(data)
        if isinstance(content, str):
            text = f'Line {number} of "{shown(path.name)}" {content}; it is left out.'
            batch.problems.append(Problem("line-invalid", text, str(path), number))
        elif "views" in content and "data" not in content:
            views = _views(content)
            batch.views = views
        else:
            batch.records.append(Record(content, number))
        if len(batch.records) + len(batch.problems) >= 100:
            yield batch
            batch = Batch(views=views)
    yield batch


def _text_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Numbers from 1 and bytes of lines that are not blank; None for one that is longer than lines are read."""
    number, rest = 1, b""
    is_long = False
    for piece in read_pieces(path, _MAX_BYTES, _PIECE):
        *lines, last = piece.split(b"\n")
        for line in lines:
            whole = rest + line
            if is_long or whole.strip():
                yield number, None if is_long else whole.removeprefix(b"\xef\xbb\xbf")
            number, rest, is_long = number + 1, b"", False
        rest = b"" if is_long else rest + last
        if len(rest) > MAX_LINE:
            rest, is_long = b"", True
    if is_long or rest.strip():
        yield number, None if is_long else rest.removeprefix(b"\xef\xbb\xbf")


def _parsed(data: bytes | None) -> Mapping[str, Any] | str:
    """What a line says, or why it says nothing, as the end of a sentence."""
    if data is None:
        return f"is longer than the {in_bytes(MAX_LINE)} that are read"
    try:
        content = json.loads(data.decode("utf-8", "surrogateescape"))
    except RecursionError:
        return "is nested too deeply"
    except json.JSONDecodeError as error:
        return f"is not valid JSON at column {error.colno}: {error.msg}"
    except ValueError:
        return "has a number that cannot be read"
    return content if isinstance(content, dict) else "is no object"


def _views(header: Mapping[str, Any]) -> Views:
    """Child views are in the list too, or in their parent's `children`."""
    whole: set[str] = set()
    detected: set[str] = set()
    names: dict[str, None] = {}
    waiting = deque(header["views"] if isinstance(header["views"], list) else ())
    while waiting:
        view = waiting.popleft()
        if not isinstance(view, dict):
            continue
        concepts = view.get("concepts")
        for concept in concepts if isinstance(concepts, list) else []:
            name = concept.get("name") if isinstance(concept, dict) else concept
            if isinstance(name, str):
                names.setdefault(name)
                (detected if view.get("type") == "detection" else whole).add(name)
        children = view.get("children")
        waiting += children if isinstance(children, list) else []
    return Views(frozenset(whole), frozenset(detected), tuple(names))
