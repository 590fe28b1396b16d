"""Which .json files are Dataloop's, and the items in one: a file holds one item, or a list of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.domain.imports import Problem
from core.formats.reading.found_files import find_files
from core.formats.reading.json_files import element_lines, read_json
from core.formats.reading.json_values import as_size
from core.formats.reading.text_files import head_of

MAX_BYTES = 512 * 2**20
"""Of one file; masks inside make it large."""

_SNIFFED_BYTES = 262_144
_SNIFFED_FILES = 50
_KEYS = (b'"annotations"', b'"filename"')
_SIGNS = (b'"itemMetadata"', b'"annotationsCount"', b'"datasetId"', b'"itemId"', b'"annotationStatus"')
_OTHERS = (b'"categories"', b'"from_name"', b'"shapes"', b'"regions"', b'"annotated_regions"')


@dataclass(frozen=True, slots=True)
class Item:
    """`index` is its place in the file's list, None where it is all that the file holds."""

    path: Path
    text: str
    record: Mapping[str, Any]
    index: int | None = None

    @property
    def filename(self) -> str:
        """Below the data set's root, without the "/" that stands for it; "" when none is stated."""
        for key in ("filename", "name"):
            name = self.record.get(key)
            if isinstance(name, str) and name.strip("/ "):
                return name.lstrip("/")
        return ""

    @property
    def annotations(self) -> list[Any]:
        found = self.record.get("annotations")
        return found if isinstance(found, list) else []

    @property
    def system(self) -> Mapping[str, Any]:
        return self._metadata("system")

    @property
    def user(self) -> Mapping[str, Any]:
        return self._metadata("user")

    @property
    def size(self) -> tuple[int, int] | None:
        return as_size(self.system.get("width"), self.system.get("height"))

    def lines(self, indexes: Collection[int]) -> dict[int, int]:
        """Of the annotations with these numbers, where the file holds this item only."""
        return element_lines(self.text, "annotations", indexes) if indexes and self.index is None else {}

    def _metadata(self, part: str) -> Mapping[str, Any]:
        for key in ("metadata", "itemMetadata"):
            found = self.record.get(key)
            inner = found.get(part) if isinstance(found, dict) else None
            if isinstance(inner, dict):
                return inner
        return {}


def is_dataloop(file: Path) -> bool:
    """By its beginning. Never raises."""
    if file.suffix.lower() != ".json":
        return False
    head = head_of(file, _SNIFFED_BYTES)
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n[").startswith(b"{") or any(sign in head for sign in _OTHERS):
        return False
    n_keys = sum(key in head for key in _KEYS)
    n_signs = sum(sign in head for sign in _SIGNS)
    return n_signs > 0 and n_keys + n_signs > 2 if n_keys < 2 else n_signs > 0


def holds_dataloop(folder: Path) -> bool:
    """Whether some of the folder's first .json files are Dataloop's."""
    found = (file for file in find_files(folder, {".json"}) if isinstance(file, Path))
    return any(is_dataloop(file) for file in islice(found, _SNIFFED_FILES))


def dataloop_files(folder: Path, left_out: Collection[Path] = ()) -> Iterator[Path | Problem]:
    """All .json files below the folder in the order of names, but those left out."""
    unwanted = frozenset(map(os.path.realpath, left_out))
    for found in find_files(folder, {".json"}):
        if isinstance(found, Problem) or not unwanted or os.path.realpath(found) not in unwanted:
            yield found


def read_items(path: Path) -> list[Item]:
    """None of them when it is JSON of another kind. Raises FormatError when it cannot be read."""
    text, content = read_json(path, MAX_BYTES)
    if isinstance(content, list):
        return [Item(path, text, record, index) for index, record in enumerate(content) if _is_item(record)]
    return [Item(path, text, content)] if _is_item(content) else []


def _is_item(record: Any) -> bool:
    if not isinstance(record, dict) or "images" in record or "shapes" in record:
        return False
    has_name = isinstance(record.get("filename"), str) or isinstance(record.get("itemId"), str)
    # A link to annotations that are elsewhere stands where the export was made without them.
    return has_name and isinstance(record.get("annotations"), (list, str))
