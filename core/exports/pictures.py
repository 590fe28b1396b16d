"""Puts pictures beside the annotations that are written: copies of them, or links to them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.projects import ImageRecord
from core.images.opening import ImageFileError, open_regular

_CHUNK = 2**20


class PictureCopier:
    """Copies byte for byte; a picture that is gone or has changed is told and costs no other."""

    def __init__(self, root: Path, since: str = "it was imported") -> None:
        """`since` follows "was changed"."""
        self._root = root
        self._since = since
        self.n_copied = 0
        self.problems: list[Problem] = []

    def put(self, image: ImageRecord, place: Path) -> None:
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
        if image.sha256 and digest.hexdigest() != image.sha256:
            text = f'"{shown(image.path)}" was changed since {self._since}; it was copied as it is now.'
            self.problems.append(Problem("image-changed", text, file=image.path))

    def remarks(self) -> Iterator[Problem]:
        """All that has to be said when everything was put."""
        yield from self.problems


class PictureLinker:
    """A second name for the same file where the disk allows it, else a symbolic link. Nothing is read: a picture that
    has changed since it was imported is noticed by its size alone."""

    def __init__(self, root: Path, since: str = "it was imported") -> None:
        self._root = root
        self._since = since
        self.n_hard = 0
        self.n_symbolic = 0
        self.problems: list[Problem] = []

    def put(self, image: ImageRecord, place: Path) -> None:
        """Raises OSError when not even a symbolic link can be made."""
        source = Path(os.path.realpath(self._root / image.path))
        try:
            with open_regular(source) as file:
                n_bytes = os.fstat(file.fileno()).st_size
        except ImageFileError as error:
            text = f"{error.text} Its annotations are written, but it was not linked."
            self.problems.append(Problem("image-not-linked", text, file=image.path))
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):  # another disk, a file system without links, or a file of somebody else's
            os.link(source, place)
            self.n_hard += 1
        if not place.exists():
            place.symlink_to(source)
            self.n_symbolic += 1
        if image.n_bytes and n_bytes != image.n_bytes:
            text = f'"{shown(image.path)}" was changed since {self._since}; it was linked as it is now.'
            self.problems.append(Problem("image-changed", text, file=image.path))

    def remarks(self) -> Iterator[Problem]:
        """All that has to be said when everything was put."""
        yield from self.problems
        if self.n_hard:
            pictures = counted(self.n_hard, "picture is", "pictures are")
            text = f"{pictures} the project's own file under a second name: what changes one changes the other."
            yield Problem("images-hard-linked", text, severity=Severity.INFO)
        if self.n_symbolic:
            pictures = counted(self.n_symbolic, "picture is a symbolic link", "pictures are symbolic links")
            text = (
                f"{pictures}, which lead nowhere when the project's folder or the export is moved; a program that "
                "changes one changes the project's own file."
            )
            yield Problem("images-symbolic-links", text, severity=Severity.INFO)
