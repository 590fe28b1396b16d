"""Copies pictures beside the annotations that are written."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import shown
from core.domain.projects import ImageRecord
from core.images.opening import ImageFileError, open_regular

_CHUNK = 2**20


class PictureCopier:
    """Copies byte for byte; a picture that is gone or has changed is told and costs no other."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.n_copied = 0
        self.problems: list[Problem] = []

    def copy(self, image: ImageRecord, place: Path) -> None:
        """Raises OSError when the copy cannot be written."""
        try:
            source = open_regular(self._root / image.path)
        except ImageFileError as error:
            text = f"{error.text} Its annotations are written, but it was not copied."
            self.problems.append(Problem("image-not-copied", text, file=image.path))
            return
        with source:
            place.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with place.open("xb") as copy:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
        self.n_copied += 1
        if digest.hexdigest() != image.sha256:
            text = f'"{shown(image.path)}" was changed since it was imported; it was copied as it is now.'
            self.problems.append(Problem("image-changed", text, file=image.path))
