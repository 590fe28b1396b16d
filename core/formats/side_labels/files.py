"""Which text files of a folder are labels of pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import is_image_name
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import decode_lines, head_of
from core.formats.side_labels.labels import labels_of, looks_like_labels

_NOT_LABELS = frozenset(
    {
        *("classes.txt", "labels.txt", "names.txt", "notes.txt"),
        *("readme.txt", "license.txt", "requirements.txt"),
    }
)
_HEAD = 8192
_SNIFFED_FILES = 200
_FEW_FILES = 5
_SURE, _LIKELY = 0.6, 0.4


def label_files(folder: Path, problems: list[Problem]) -> Iterator[Path]:
    """All text files but those that are known to be something else by their name."""
    for found in find_files(folder, (".txt",)):
        if isinstance(found, Problem):
            problems.append(found)
        elif found.name.lower() not in _NOT_LABELS:
            yield found


def may_be_labels(file: Path) -> bool:
    """By its first bytes. Rows of numbers, and texts, are none."""
    head = head_of(file, _HEAD)
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return looks_like_labels("\n".join(_whole_lines(head)))


def likeness(folder: Path) -> float:
    """High when labels come again from file to file, as classes do and transcriptions do not."""
    n_files = n_rows = 0
    seen: set[str] = set()
    beside = PicturesBeside()
    for file in label_files(folder, []):
        if not beside.has(file):
            continue
        if not may_be_labels(file):
            return 0.0
        rows = labels_of("\n".join(_whole_lines(head_of(file, _HEAD))))
        n_files += bool(rows)
        n_rows += len(rows)
        seen.update(rows)
        if n_files >= _SNIFFED_FILES:
            break
    if not n_files:
        return 0.0
    if n_files < _FEW_FILES:
        return _LIKELY
    return _SURE if len(seen) <= 0.6 * n_rows else 0.0


def _whole_lines(head: bytes) -> list[str]:
    lines = decode_lines(head)
    return lines[:-1] if len(head) == _HEAD else lines


class PicturesBeside:
    """Says of files, folder by folder, whether a picture that is called like them lies beside them. A folder is listed
    once: there may be a hundred thousand files and no picture."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._stems: frozenset[str] = frozenset()

    def has(self, file: Path) -> bool:
        if file.parent != self._folder:
            self._folder = file.parent
            self._stems = frozenset(_stems_of_pictures(file.parent))
        return file.stem in self._stems


def _stems_of_pictures(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name.rpartition(".")[0] for entry in entries if is_image_name(entry.name))
    except OSError:
        return
