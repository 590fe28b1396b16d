"""Whether files are what the registry says of them, before a dataset is frozen: looked at, and hashed where they look
other than they did when they were imported."""

from __future__ import annotations

import os
from pathlib import Path

from core.datasets.checked_files import look_of
from core.datasets.tree import source_of
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.projects import ImageState
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.registry.stores.frozen_rows import FileLook


class FileChecks:
    """Of the files that passed: paths, SHA-256 one after the other, and what each looks like now."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._start = f"{os.fspath(root)}{os.sep}"
        self.paths: list[str] = []
        self.hashes = bytearray()
        self.looks: list[tuple[int, int, int]] = []
        self.problems: list[Problem] = []

    def check(self, image: FileLook) -> None:
        problem = self._find_problem(image)
        if problem is not None:
            self.problems.append(problem)

    def _find_problem(self, image: FileLook) -> Problem | None:
        name = shown(image.path)
        if image.state == ImageState.DAMAGED.value:
            return _unreadable(image.path, image.damage or f'"{name}" could not be read in full.')
        look = look_of(self._start + image.path)
        if look is None:
            return _unreadable(image.path, f'"{name}" is not there.')
        if not image.sha256 or (look[0], look[1]) != (image.n_bytes, image.mtime_ns):
            try:
                found = sha256_of(source_of(image.path, self._root))
            except ImageFileError as error:
                return _unreadable(image.path, error.text)
            if found != image.sha256:
                text = f'"{name}" changed since it was imported.'
                return Problem("image-changed", text, image.path, severity=Severity.ERROR, code="E-224")
        self.paths.append(image.path)
        self.hashes += bytes.fromhex(image.sha256)
        self.looks.append(look)
        return None


def _unreadable(path: str, text: str) -> Problem:
    return Problem("image-unreadable", text, path, severity=Severity.ERROR, code="E-222")
