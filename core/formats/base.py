"""What every annotation format offers: contract 2 (docs/adr/0015)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from core.domain.formats import FormatInfo
from core.domain.imports import ImportSource, Problem, RawImage, Severity


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Of the upright picture. `is_sideways`: it is stored turned by a quarter, so files made from its stored pixels
    state width and height the other way round."""

    width: int
    height: int
    is_sideways: bool = False

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height


SizeOf = Callable[[Path], PictureSize | None]
"""The size of a picture file; None when it cannot be read (whoever passes it reports why)."""


@runtime_checkable
class KnownSizes(Protocol):
    """A `SizeOf` that knows the sizes of many pictures of a folder by their relative paths ("/" between parts), and so
    needs no path of the system for each."""

    def __call__(self, path: Path, /) -> PictureSize | None: ...
    def below(self, root: Path) -> Callable[[str], PictureSize | None]: ...


def sizes_below(size_of: SizeOf, root: Path) -> Callable[[str], PictureSize | None]:
    """Of the pictures of a folder, by relative path."""
    return size_of.below(root) if isinstance(size_of, KnownSizes) else lambda path: size_of(root / path)


class Reading:
    """What annotation files say, told while they are read: iterate it once.

    Images are those that the files speak of and that exist below `images_root`, each once; pictures that no file
    mentions are for the caller to find. Raises FormatError on the way when a source turns out to be unreadable as a
    whole.
    """

    def __init__(self, images_root: Path, items: Generator[RawImage | Problem, None, Iterable[str]]) -> None:
        """`items` returns the categories when it is done: in the files' order, with those without an example."""
        self.images_root = images_root
        self._items = items
        self._categories: tuple[str, ...] | None = None

    def __iter__(self) -> Iterator[RawImage | Problem]:
        names = yield from self._items
        self._categories = tuple(dict.fromkeys(names))

    @property
    def categories(self) -> tuple[str, ...]:
        """Known when everything has been read."""
        if self._categories is None:
            raise RuntimeError("categories are known when the reading has been iterated to its end")
        return self._categories


@dataclass(frozen=True, slots=True)
class ReadResult:
    """Everything that a reading told, for whoever needs it at once. Problems that are errors come first."""

    images_root: Path
    images: tuple[RawImage, ...]
    categories: tuple[str, ...]
    problems: tuple[Problem, ...]


def gather(reading: Reading, *, on_image: Callable[[int], None] = lambda n: None) -> ReadResult:
    """`on_image` hears how many images there are so far, with each image and each problem; it may raise to stop."""
    images: list[RawImage] = []
    problems: list[Problem] = []
    for item in reading:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            images.append(item)
        on_image(len(images))
    problems.sort(key=lambda problem: problem.severity is not Severity.ERROR)
    return ReadResult(reading.images_root, tuple(images), reading.categories, tuple(problems))


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """`has_pictures`: copies of the pictures are put into the format's images folder beside what is written.
    `options` are answers to the format's `write_options`."""

    has_pictures: bool = True
    options: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str, default: str) -> str:
        return self.options.get(name, default)


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What was written. `problems` say what could not be held or was changed."""

    n_images: int  # that the files speak of
    n_annotations: int
    problems: tuple[Problem, ...] = ()


@runtime_checkable
class AnnotationFormat(Protocol):
    """A format. Instances hold no state; every method may run on any thread."""

    @property
    def info(self) -> FormatInfo:
        """What it is called and what it can hold."""

    def detect(self, path: Path) -> float:
        """How sure it is, 0 to 1, that `path` (a file or folder that exists) is of this format. Never raises."""

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        """Everything usable, and a problem for everything left out or changed; in one pass, an image at a time.

        Raises FormatError (with the line where there is one) when the source as a whole cannot be read, here or while
        the reading is iterated.
        """

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        """Writes annotation files, never pictures, so that `read` gives the same back, but for `info.losses`.

        `images` is iterated once; nothing of it is kept for long. `folder` is the format's own:
        `core.formats.writing.write_data_set` puts it in place when all is written, and tells what `info.losses` say;
        the problems here are those that only the format can know. The same input gives the same bytes.

        Raises RefusedError, StorageError.
        """


@runtime_checkable
class HoldsPictures(Protocol):
    """A format whose annotation files may hold pictures that are nowhere else. Optional, beside `AnnotationFormat`."""

    def embedded_pictures(self, path: Path) -> Iterator[tuple[str, bytes]]:
        """Of an annotation file or all of a folder, one picture at a time: where it belongs below a folder of pictures
        ("/" between parts, nothing that leads out), and its bytes. Nothing when no picture is only inside; else also
        those that lie beside their annotation file, for the folder that is filled has to hold all. Only what begins
        like a picture comes out of a file, and each name once. Files that cannot be read are passed over: `read` tells
        them.
        """
