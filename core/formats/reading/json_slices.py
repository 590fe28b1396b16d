"""Reads JSON files of any size in slices: the long arrays of the outermost object in pieces of whole elements.

Nobody looks for the end of an element first. A piece is cut where one element seems to end and the next to begin, put
into brackets and decoded: only if the cut lies between two elements, and in no string, can that be JSON. Where it is
not, the ends are found by counting brackets and quotes.
"""

from __future__ import annotations

import codecs
import gc
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from core.domain.counting import in_bytes
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.json_bytes import SPACE, find_elements
from core.formats.reading.stopping import stop_if_wanted
from core.formats.reading.text_files import read_pieces

MAX_BYTES = 2**34
MAX_ELEMENT = 2**24
"""Of an entry of an array, or of anything else that stands beside the arrays."""

_PIECE = 2**20
_TAIL = 2**16  # of a piece, in which a good cut is looked for
_TOGETHER = 100  # elements that are tried together where the piece as a whole was not as expected
_SEAM = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"[ \t\r\n]*', re.DOTALL)
_AIR = re.compile(rb"[ \t\r\n]*+")
_BOM = b"\xef\xbb\xbf"
_PASSED_OVER = msgspec.json.Decoder(list[msgspec.Raw])

_REFUSALS = (msgspec.MsgspecError, RecursionError, UnicodeError)

Decode = Callable[[bytes], list[Any]]
"""Makes values of a JSON array, or raises one of msgspec's errors for what it does not expect."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slice lies: in the file's text as UTF-8. `line` is that of its first byte, from 1."""

    offset: int
    length: int
    line: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Some elements of an array, `first` being the number of the first from 0. `values` are what the decoder made of
    them; where it refused, `records` is what the text says."""

    key: str
    first: int
    place: Place
    values: list[Any] | None
    records: list[Any] | None


@dataclass(frozen=True, slots=True)
class Member:
    """What else the outermost object says, and what the file says if it is no object (`key` None). Of a key that comes
    again the last one counts, as for every parser: an array begins with a Member whose value is an empty list."""

    key: str | None
    value: Any


def read_slices(path: Path, decoders: Mapping[str, Decode]) -> Iterator[Slice | Member]:
    """The arrays under the keys of `decoders` in slices, all else as members, in the order of the file.

    NaN and Infinity come through as floats, names that are not UTF-8 as Python has them from a disk. Raises
    FormatError with the line of a syntax error; for nesting without end; for an entry without end.
    """
    return _Reader(path, decoders).read()


def read_list(path: Path, decode: Decode) -> Iterator[Slice | Member]:
    """Of a file that is one long list, its elements in slices; one that is anything else comes as a Member without a
    key, which `MAX_ELEMENT` limits. Raises FormatError as `read_slices` does."""
    return _Reader(path, {}).read_list(decode)


def lines_of(path: Path, places: Mapping[int, Place], indexes: Iterable[int]) -> dict[int, int]:
    """The lines (from 1) on which elements of an array begin: `places` are those of its slices by first element.

    Reads those slices again, so it is asked only when there is something to report.
    """
    found: dict[int, int] = {}
    firsts = sorted(places)
    wanted: dict[int, list[int]] = {}
    at = 0
    for index in sorted(set(indexes)):
        while at + 1 < len(firsts) and firsts[at + 1] <= index:
            at += 1
        if firsts:
            wanted.setdefault(firsts[at], []).append(index)
    text = _Text(path)
    for first, some in wanted.items():
        place = places[first]
        data = text.again(place)
        starts = [0, *(end + 1 for end in find_elements(data).ends.tolist())]
        line, counted_to = place.line, 0
        for index in some:
            air = _AIR.match(data, starts[index - first]) if index - first < len(starts) else None
            start = counted_to if air is None else air.end()
            line += data.count(b"\n", counted_to, start)
            found[index], counted_to = line, start
    return found


def as_records(data: bytes) -> list[Any]:
    """A decoder for arrays of which nothing is expected."""
    raise msgspec.ValidationError


@contextmanager
def no_collection() -> Iterator[None]:
    """Without Python's search for circles, of which there are none in what is decoded: it would take half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Text:
    """The file as UTF-8 without a byte order mark, piece by piece."""

    def __init__(self, path: Path) -> None:
        self._path = path
        head = next(self._pieces(4096), b"")[:4096]
        self._encoding = json.detect_encoding(head)
        self._n_mark = len(_BOM) if head.startswith(_BOM) else 0

    def pieces(self) -> Iterator[bytes]:
        pieces = self._pieces(_PIECE)
        if self._encoding.startswith("utf-8"):
            first = next(pieces, b"")
            yield first[self._n_mark :]
            yield from pieces
            return
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        is_first = True
        for piece in pieces:
            text = decoder.decode(piece)
            yield (text.removeprefix("\ufeff") if is_first else text).encode("utf-8", "replace")
            is_first = False
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    def again(self, place: Place) -> bytes:
        """What lies at a place. Raises FormatError."""
        if self._encoding.startswith("utf-8"):
            try:
                with self._path.open("rb") as file:
                    file.seek(place.offset + self._n_mark)
                    return file.read(place.length)
            except OSError as error:
                text = f'"{shown(self._path.name)}" cannot be read: {error.strerror or error}.'
                raise FormatError(text, file=self._path) from error
        at, found = 0, b""
        for piece in self.pieces():
            found += piece[max(0, place.offset - at) : max(0, place.offset + place.length - at)]
            at += len(piece)
            if at >= place.offset + place.length:
                break
        return found

    def _pieces(self, n_bytes: int) -> Iterator[bytes]:
        return read_pieces(self._path, MAX_BYTES, n_bytes)


class _Reader:
    def __init__(self, path: Path, decoders: Mapping[str, Decode]) -> None:
        self._path = path
        self._name = shown(path.name)
        self._decoders = decoders
        self._pieces = _Text(path).pieces()
        self._data = b""
        self._offset = 0  # of what has been taken off the front
        self._line = 1
        self._line_offset = 0  # where that line begins
        self._is_end = False

    def read(self) -> Iterator[Slice | Member]:
        self._skip_space()
        if not self._data:
            raise FormatError(f'"{self._name}" is empty.', file=self._path, hint="Export it again.")
        if self._data[:1] != b"{":
            yield self._all_of_it()
            return
        self._take(1)
        self._skip_space()
        if self._data[:1] != b"}":
            yield from self._members()
        self._take(1)
        self._skip_space()
        if self._data:
            raise self._wrong("Extra data", 0)

    def read_list(self, decode: Decode) -> Iterator[Slice | Member]:
        self._skip_space()
        if not self._data:
            raise FormatError(f'"{self._name}" is empty.', file=self._path, hint="Export it again.")
        if self._data[:1] != b"[":
            yield self._all_of_it()
            return
        yield from self._array("", decode)
        self._skip_space()
        if self._data:
            raise self._wrong("Extra data", 0)

    def _members(self) -> Iterator[Slice | Member]:
        while True:
            key = self._key()
            decode = self._decoders.get(key)
            if self._data[:1] == b"[":
                yield Member(key, [])
                for found in self._array(key, decode or _PASSED_OVER.decode):
                    if decode is not None:
                        yield found
            else:
                yield Member(key, self._value())
            self._skip_space()
            if self._data[:1] == b"}":
                return
            if self._data[:1] != b",":
                raise self._wrong("Expecting ',' delimiter", 0)
            self._take(1)

    def _all_of_it(self) -> Member:
        """A document that is no object; of a list the beginning is enough to know what it is."""
        if self._data[:1] == b"[":
            first = next(self._array("", as_records), None)
            return Member(None, [] if first is None else first.records)
        while not self._is_end and len(self._data) <= MAX_ELEMENT:
            self._more()
        return Member(None, self._parsed(self._data, 0))

    def _key(self) -> str:
        self._skip_space()
        end = self._end_of_key()
        text = self._data[:end]
        if text[:1] != b'"' or self._data[end : end + 1] != b":":
            raise self._wrong("Expecting property name enclosed in double quotes", 0)
        key = self._parsed(text, 0)
        self._take(end + 1)
        self._skip_space()
        return str(key)

    def _end_of_key(self) -> int:
        match = _STRING.match(self._data)
        while (match is None or match.end() == len(self._data)) and not self._is_end and len(self._data) < _PIECE:
            self._more()
            match = _STRING.match(self._data)
        return match.end() if match is not None else 0

    def _value(self) -> Any:
        while True:
            elements = find_elements(self._data)
            if len(elements.ends):
                end = int(elements.ends[0])
                break
            if self._is_end:
                end = len(self._data)
                break
            self._more_of_one()
        value = self._parsed(self._data[:end], 0)
        self._take(end)
        return value

    def _array(self, key: str, decode: Decode) -> Iterator[Slice]:
        self._take(1)
        self._skip_space()
        if self._data[:1] == b"]":
            self._take(1)
            return
        first = 0
        while True:
            stop_if_wanted()
            while len(self._data) < _PIECE and not self._is_end:
                self._more()
            found = self._guessed(key, first, decode)
            if found is not None:
                yield found
                first += len(found.values or ())
                self._take(found.place.length)
                self._over_comma()
                continue
            for found in self._counted(key, first, decode):
                yield found
                first += len(found.values if found.values is not None else found.records or ())
            if self._data[:1] == b"]":
                self._take(1)
                return
            self._over_comma()

    def _guessed(self, key: str, first: int, decode: Decode) -> Slice | None:
        """A piece that ends where an object seems to end and another to begin, if it proves to be one."""
        start = min(len(self._data), _PIECE)
        cut = 0
        for match in _SEAM.finditer(self._data, max(0, start - _TAIL), start):
            cut = match.start() + 1
        if not cut:
            return None
        try:
            with no_collection():
                values = decode(b"[" + self._data[:cut] + b"]")
        except _REFUSALS:
            return None
        return Slice(key, first, Place(self._offset, cut, self._line), values, None)

    def _counted(self, key: str, first: int, decode: Decode) -> Iterator[Slice]:
        """All whole elements at hand, some at a time; the text after them begins with a comma or the bracket."""
        elements = find_elements(self._data)
        while not len(elements.ends):
            if self._is_end:
                self._parsed(b"[" + self._data, 1)  # which tells what is wrong
                raise self._wrong("Expecting ',' delimiter", len(self._data))
            self._more_of_one()
            elements = find_elements(self._data)
        ends = elements.ends.tolist()
        start, line = 0, self._line
        for number in range(0, len(ends), _TOGETHER):
            some = ends[number : number + _TOGETHER]
            text = self._data[start : some[-1]]
            place = Place(self._offset + start, len(text), line)
            yield self._decoded(key, first + number, text, place, len(some), decode)
            start = some[-1] + 1
            line += text.count(b"\n")
        self._take(ends[-1])

    def _decoded(self, key: str, first: int, text: bytes, place: Place, n: int, decode: Decode) -> Slice:
        whole = b"[" + text + b"]"
        try:
            values = decode(whole)
            if len(values) == n:
                return Slice(key, first, place, values, None)
        except _REFUSALS:
            pass
        start = place.offset - self._offset
        records = self._parsed(whole, 1 - start)
        if len(records) != n:
            raise self._wrong("Expecting value", start + len(text))
        return Slice(key, first, place, None, records)

    def _over_comma(self) -> None:
        if self._data[:1] != b",":
            self._skip_space()
        if self._data[:1] != b",":
            raise self._wrong("Expecting ',' delimiter", 0)
        self._take(1)
        self._skip_space()
        if self._data[:1] in (b"]", b""):
            raise self._wrong("Expecting value", 0)

    def _parsed(self, data: bytes, added: int) -> Any:
        """What some text at the front says, of which the first `added` bytes are ours (less, if it begins later)."""
        text = data.decode("utf-8", "surrogateescape")
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            at = len(text[: error.pos].encode("utf-8", "surrogateescape"))
            raise self._wrong(error.msg, at - added) from error
        except RecursionError:
            text = f'"{self._name}" is nested too deeply to be an annotation file.'
            raise FormatError(text, file=self._path) from None
        except ValueError as error:
            text = f'"{self._name}" has a number that cannot be read: {error}.'
            raise FormatError(text, file=self._path) from error

    def _wrong(self, message: str, at: int) -> FormatError:
        """A syntax error so many bytes behind the front."""
        before = self._data[: max(0, at)]
        line = self._line + before.count(b"\n")
        n_signs = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        n_before = 0 if b"\n" in before else self._offset - self._line_offset
        where = f"line {line}, column {n_before + n_signs + 1}"
        text = f'"{self._name}" is not valid JSON at {where}: {message}.'
        return FormatError(text, file=self._path, line=line, hint="Export it again.")

    def _skip_space(self) -> None:
        while True:
            rest = self._data.lstrip(SPACE)
            if len(rest) < len(self._data):
                self._take(len(self._data) - len(rest))
            if self._data or self._is_end:
                return
            self._more()

    def _take(self, n: int) -> None:
        n_lines = self._data.count(b"\n", 0, n)
        if n_lines:
            self._line += n_lines
            self._line_offset = self._offset + self._data.rfind(b"\n", 0, n) + 1
        self._offset += n
        self._data = self._data[n:]

    def _more(self) -> None:
        piece = next(self._pieces, None)
        if piece is None:
            self._is_end = True
        elif piece:
            self._data = self._data + piece if self._data else piece

    def _more_of_one(self) -> None:
        """For an element that is larger than what is at hand: twice as much."""
        size = len(self._data)
        if size > MAX_ELEMENT:
            text = f'"{self._name}" has an entry of more than {in_bytes(MAX_ELEMENT)} at line {self._line}.'
            raise FormatError(text, file=self._path, line=self._line, hint="Export it again.")
        while len(self._data) < max(2 * size, _PIECE) and not self._is_end:
            self._more()
