"""Whether the images' files are where they were, and what they were."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.checks.data import CheckedData
from core.files.hashing import sha256_of_file
from core.images.opening import ImageFileError
from core.images.reading import read_header

Check = Callable[[int], None]
"""Called with each number of files done; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class FileFaults:
    """Places of images. Of those that changed, `unfit` have another size in pixels now, or are no pictures any more."""

    missing: tuple[int, ...]
    changed: tuple[int, ...]
    unfit: tuple[int, ...] = ()


def look_at_files(data: CheckedData, check: Check) -> FileFaults:
    """A file of another size has changed; of one that was written since, the content is compared."""
    images, root = data.images, data.project.root
    missing, changed, unfit = [], [], []
    for done, place in enumerate(np.flatnonzero(data.is_checked).tolist()):
        check(done)
        path = root / os.fsdecode(images.paths[place])
        try:
            found = path.stat()
        except OSError:
            missing.append(place)
            continue
        if found.st_size != images.n_bytes[place] or (
            found.st_mtime_ns != images.mtimes[place] and not _is_same(path, images.hashes[place])
        ):
            changed.append(place)
            if not _has_size(path, int(images.widths[place]), int(images.heights[place])):
                unfit.append(place)
    return FileFaults(tuple(missing), tuple(changed), tuple(unfit))


def _has_size(path: Path, width: int, height: int) -> bool:
    try:
        header = read_header(path)
    except ImageFileError:
        return False
    return (header.width, header.height) == (width, height)


def _is_same(path: Path, sha256: bytes) -> bool:
    try:
        return sha256_of_file(path) == sha256.hex()
    except OSError:
        return False
