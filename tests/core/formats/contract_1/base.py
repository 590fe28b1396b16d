"""What every annotation format offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.domain.imports import ImportSource, Problem, RawImage

SizeOf = Callable[[Path], tuple[int, int] | None]
"""Width and height of an upright picture file; None when it cannot be read (whoever passes it reports why)."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What annotation files say.

    `images` holds the pictures that the files speak of and that exist below `images_root`; pictures that no file
    mentions are for the caller to find. `categories` keeps the files' order and may name classes without an example.
    """

    images_root: Path
    images: tuple[RawImage, ...]
    categories: tuple[str, ...]
    problems: tuple[Problem, ...]


class AnnotationFormat(Protocol):
    """A format. Instances hold no state; every method may run on any thread."""

    @property
    def slug(self) -> str:
        """Stable name for command lines and stored imports, e.g. "coco"."""

    @property
    def title(self) -> str:
        """Name for people, e.g. "COCO"."""

    @property
    def reads(self) -> str:
        """What a person can point at, for the sentence that lists all formats."""

    def detect(self, path: Path) -> float:
        """How sure it is, 0 to 1, that `path` (a file or folder that exists) is of this format. Never raises."""

    def read(self, source: ImportSource, *, size_of: SizeOf) -> ReadResult:
        """Everything usable, and a problem for everything left out or changed.

        Raises FormatError (with the line where there is one) when the file as a whole cannot be read.
        """
