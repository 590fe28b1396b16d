"""Which .json files are LabelMe, and what one says: its shapes as records, its picture's name, size and flags."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.domain.counting import in_bytes
from core.domain.imports import Problem
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.encodings import NamesText, decode_names
from core.formats.reading.found_files import find_files
from core.formats.reading.json_files import element_lines, read_json
from core.formats.reading.json_values import as_size
from core.formats.reading.text_files import head_of, read_limited, read_pieces

MAX_BYTES = 256 * 2**20
"""Of one file; a picture inside makes it large."""

_MOST_SAID = 32 * 2**20  # besides the picture: as Python's values it takes many times as much
_SNIFFED_FILES = 50
_PIECE = 2**20
_SHAPES = b'"shapes"'
_SIGNS = (b'"imagePath"', b'"imageData"', b'"shape_type"', b'"imageHeight"', b'"flags"', b'"lineColor"')
_NO_UTF8 = re.compile("[\udc80-\udcff]")  # bytes as Python keeps them
_PICTURE = re.compile(rb'"imageData"\s*:\s*"')
_OTHERS = (b'"annotations"', b'"categories"', b'"from_name"')


@dataclass(frozen=True, slots=True)
class LabelMeFile:
    """A parsed file. `image_name` as it stands there, "" = none is stated. `picture` is the picture inside, as
    base64, "" = there is none."""

    path: Path
    text: str
    shapes: list[Any]
    image_name: str
    size: tuple[int, int] | None
    flags: Mapping[str, Any]
    picture: str
    others: Mapping[str, Any]  # what else the file says of its image
    problem: Problem | None = None  # of names that are not UTF-8

    def lines(self, indexes: Collection[int]) -> dict[int, int]:
        """Of the shapes with these numbers."""
        return element_lines(self.text, "shapes", indexes) if indexes else {}


def is_labelme(file: Path) -> bool:
    """By its beginning, and where a picture stands before the shapes by a search through all of it. Never raises."""
    if file.suffix.lower() != ".json":
        return False
    head = head_of(file)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or any(sign in head for sign in _OTHERS):
        return False
    if _SHAPES in head:
        return any(sign in head for sign in _SIGNS)
    return any(sign in head for sign in _SIGNS) and _holds_shapes(file)


def holds_labelme(folder: Path) -> bool:
    """Whether some of the folder's first .json files are LabelMe."""
    return any(is_labelme(file) for file in islice(_json_files(folder), _SNIFFED_FILES))


def labelme_files(folder: Path, left_out: Collection[Path] = ()) -> Iterator[Path | Problem]:
    """All .json files below the folder in the order of names, but those left out."""
    unwanted = frozenset(map(os.path.realpath, left_out))
    for found in find_files(folder, {".json"}):
        if isinstance(found, Problem) or not unwanted or os.path.realpath(found) not in unwanted:
            yield found


def read_labelme(path: Path, names_encoding: str | None = None) -> LabelMeFile | None:
    """None when it is JSON of another kind. Raises FormatError when it cannot be read. `names_encoding` is what the
    person chose for names that are not UTF-8."""
    size = path.stat().st_size
    if size > _PIECE and not _holds_shapes(path):
        return None  # a large file of another kind is never parsed
    if size > _MOST_SAID and _size_without_picture(path) > _MOST_SAID:
        text = f'"{shown(path.name)}" has more than {in_bytes(_MOST_SAID)} besides its picture.'
        raise FormatError(text, file=path, hint="Split it into smaller files.")
    text, content = read_json(path, MAX_BYTES)
    problem = None
    if not text.isascii() and _NO_UTF8.search(text):
        named = decode_names(text.encode("utf-8", "surrogateescape"), path, names_encoding, _labels_in)
        problem = named.problem
        if named.is_unread:
            _show_bytes(content, named)
        else:
            text, content = named.text, json.loads(named.text)
    if not isinstance(content, dict) or "shapes" not in content:
        return None
    shapes = content["shapes"]
    if not isinstance(shapes, list):
        raise FormatError(f'"{shown(path.name)}" has shapes that are no list.', file=path, hint="Export it again.")
    name, picture, flags = content.get("imagePath"), content.get("imageData"), content.get("flags")
    return LabelMeFile(
        path,
        text,
        shapes,
        name.strip() if isinstance(name, str) else "",
        as_size(content.get("imageWidth"), content.get("imageHeight")),
        flags if isinstance(flags, dict) else {},
        picture if isinstance(picture, str) else "",
        {key: value for key, value in content.items() if key not in _KNOWN_KEYS},
        problem,
    )


def _show_bytes(content: Any, named: NamesText) -> None:
    """Labels whose signs nobody can read, by their bytes. Names of pictures stay as the disk may have them."""
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
        for shape, shown_shape in zip(content["shapes"], json.loads(named.text)["shapes"], strict=True):
            if isinstance(shape.get("label"), str):
                shape["label"] = named.name_of(shown_shape["label"])


def _labels_in(text: str) -> list[str]:
    """Of a text in some encoding that is tried. Raises FormatError when that cannot be it."""
    try:
        shapes = json.loads(text)["shapes"]
        return [shape["label"] for shape in shapes if isinstance(shape.get("label"), str)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise FormatError("The text is no JSON with shapes.") from error


_KNOWN_KEYS = frozenset(
    {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth", "lineColor", "fillColor"}
)


def _json_files(folder: Path) -> Iterator[Path]:
    return (found for found in find_files(folder, {".json"}) if isinstance(found, Path))


def _size_without_picture(path: Path) -> int:
    data = read_limited(path, MAX_BYTES)
    match = _PICTURE.search(data)
    end = data.find(b'"', match.end()) if match else -1  # base64 has no quotes
    return len(data) - (end - match.end() if match and end >= 0 else 0)


def _holds_shapes(file: Path) -> bool:
    before = b""
    try:
        for piece in read_pieces(file, MAX_BYTES, _PIECE):
            if _SHAPES in before + piece:
                return True
            before = piece[-len(_SHAPES) :]
    except FormatError:
        return False
    return False
