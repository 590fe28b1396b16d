"""Which files were found to be what was frozen, and what they looked like then: they need not be hashed again.

A record lies beside the manifest. It is a convenience: one that is damaged, or of another folder, is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.tree import check_source
from core.domain.imports import Problem
from core.files.durable import write_durably

FORMAT = 1
_LOOKS = np.dtype([("size", "<i8"), ("mtime_ns", "<i8"), ("inode", "<i8")])
_UNKNOWN = -1
_SETTLED_NS = 2_000_000_000  # a file written just before it was hashed may be written again without looking other

Progress = Callable[[int, int], None]
"""Images done, images in all."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`problems` are the images that are missing or no longer what was frozen."""

    problems: tuple[Problem, ...]
    n_images: int
    n_hashed: int


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Paths relative to the root, SHA-256 in 32 bytes each, and what each file looked like when it had that content."""

    root: Path
    paths: Sequence[str]
    hashes: bytes
    looks: NDArray[Any]

    def sha256(self, index: int) -> str:
        """In hexadecimal, of the image at this place."""
        return self.hashes[32 * index : 32 * index + 32].hex()


def new_record(root: Path, images: Iterable[tuple[str, str]]) -> FileRecord:
    """Of images by path and SHA-256 at which nobody looked yet."""
    paths, hashes = [], bytearray()
    for path, sha256 in images:
        paths.append(path)
        hashes += bytes.fromhex(sha256)
    return FileRecord(root, paths, bytes(hashes), np.full(len(paths), _UNKNOWN, dtype=_LOOKS))


def seen_record(root: Path, paths: Sequence[str], hashes: bytes, looks: Sequence[tuple[int, int, int]]) -> FileRecord:
    """Of images that were found to have their content: `looks` are those of `look_of`."""
    return FileRecord(root, paths, hashes, np.array(looks, dtype=_LOOKS))


def check_files(record: FileRecord, progress: Progress) -> tuple[Checked, FileRecord]:
    """Hash what looks other than the record says; with the record for the next time."""
    total = len(record.paths)
    looks = np.full(total, _UNKNOWN, dtype=_LOOKS)
    problems, n_hashed = [], 0
    root, known = os.fspath(record.root), record.looks.tolist()
    for index, path in enumerate(record.paths):
        progress(index, total)
        file = f"{root}{os.sep}{path}"
        before = look_of(file)
        if before is None or before != known[index]:
            n_hashed += 1
            problem = check_source(path, record.sha256(index), record.root)
            if problem is not None:
                problems.append(problem)
                continue
            if before is None or before != look_of(file) or before[1] > time.time_ns() - _SETTLED_NS:
                continue
        looks[index] = before
    return Checked(tuple(problems), total, n_hashed), FileRecord(record.root, record.paths, record.hashes, looks)


def read_record(file: Path, root: Path) -> FileRecord | None:
    """None when there is none for this root that can be relied on."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        header = json.loads(head)
        n, is_ours = header["n"], header["format"] == FORMAT and header["root"] == os.fspath(root)
        if not is_ours or header["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        looks = np.frombuffer(body, dtype=_LOOKS, count=n)
        hashes = body[looks.nbytes : looks.nbytes + 32 * n]
        paths = os.fsdecode(body[looks.nbytes + 32 * n :]).split("\0") if n else []
        if len(paths) != n:
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return FileRecord(root, paths, hashes, looks)


def write_record(file: Path, record: FileRecord) -> None:
    """Raises OSError."""
    body = record.looks.tobytes() + record.hashes + os.fsencode("\0".join(record.paths))
    header = {
        "format": FORMAT,
        "n": len(record.paths),
        "root": os.fspath(record.root),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    write_durably(file, json.dumps(header).encode() + b"\n" + body)


def look_of(file: str) -> tuple[int, int, int] | None:
    """Size, time of the last change in ns, place on the disk; None when it is not there."""
    try:
        found = os.stat(file)  # noqa: PTH116 - a Path for each of a hundred thousand would take longer than the look
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
