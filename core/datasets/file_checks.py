"""Whether files are what the registry says of them, before a dataset is frozen: looked at, and hashed where they look
other than they did when they were imported. One that changed is taken as it is now, where that can be done."""

from __future__ import annotations

import os
from pathlib import Path

from core.datasets.checked_files import look_of
from core.datasets.taking_anew import Taken, look_anew, unreadable
from core.datasets.tree import source_of
from core.domain.imports import Problem
from core.domain.names import shown
from core.domain.projects import ImageState
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.registry.stores.frozen_rows import FileLook


class FileChecks:
    """Of the files that passed: paths, SHA-256 one after the other, and what each looks like now. `taken` are those
    that are not what they were, by the keys of their images."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._start = f"{os.fspath(root)}{os.sep}"
        self.paths: list[str] = []
        self.hashes = bytearray()
        self.looks: list[tuple[int, int, int]] = []
        self.problems: list[Problem] = []
        self.taken: dict[int, Taken] = {}

    def check(self, image: FileLook) -> None:
        """Look at the image's file, and hash it where it looks other than it did; faults go into `problems`."""
        problem = self._find_problem(image)
        if problem is not None:
            self.problems.append(problem)

    def _find_problem(self, image: FileLook) -> Problem | None:
        name = shown(image.path)
        look = look_of(self._start + image.path)
        if look is None:
            return unreadable(image.path, f'"{name}" is not there.')
        looks_same = (look[0], look[1]) == (image.n_bytes, image.mtime_ns)
        sha256 = image.sha256
        if image.state == ImageState.DAMAGED.value and looks_same:
            return unreadable(image.path, image.damage or f'"{name}" could not be read in full.')
        if not image.sha256 or not looks_same:
            try:
                sha256 = sha256_of(source_of(image.path, self._root))
            except ImageFileError as error:
                return unreadable(image.path, error.text)
        if sha256 != image.sha256 or image.state == ImageState.DAMAGED.value:
            found = look_anew(image, self._root)
            if isinstance(found, Problem):
                return found
            self.taken[image.key] = found
            sha256 = found.now.sha256
        self.paths.append(image.path)
        self.hashes += bytes.fromhex(sha256)
        self.looks.append(look)
        return None
