"""What formats write with, and the writing of a whole data set: all of it or nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import IO

from core.domain.counting import counted
from core.domain.formats import Content
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, RawImage, Severity
from core.domain.names import shown
from core.errors import RefusedError, StorageError
from core.files.faults import is_no_room
from core.files.whole_folder import whole_folder
from core.formats.base import AnnotationFormat, WriteOptions, WriteResult

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

PutPicture = Callable[[RawImage, Path], None]
"""Puts a copy of an image's picture at a path that does not exist yet."""


def write_data_set(
    annotation_format: AnnotationFormat,
    images: Iterable[RawImage],
    categories: Sequence[str],
    target: Path,
    *,
    put_picture: PutPicture | None = None,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> WriteResult:
    """Write a folder `target` in one pass over `images`; with `put_picture`, their pictures too. `answers` are to the
    format's `write_options`.

    The folder appears when it is complete. One that is there already must be empty, or made by this function and not
    changed since. Raises RefusedError, StorageError, and whatever `images` and `put_picture` raise.
    """
    info = annotation_format.info
    if not info.can_write:
        reason = info.no_writing or f"{info.title} is not available: {info.unavailable_reason}"
        raise RefusedError(reason, hint="Choose another format.")
    counts: Counter[Content] = Counter()
    with whole_folder(target) as folder:

        def passing() -> Iterator[RawImage]:
            for image in images:
                counts.update(contents_of(image))
                if put_picture is not None:
                    put_picture(image, folder / info.images_folder / image.path)
                yield image

        options = WriteOptions(has_pictures=put_picture is not None, options=answers)
        written = annotation_format.write(passing(), categories, folder, options=options)
    return replace(written, problems=(*info.loss_problems(counts, answers), *written.problems))


def contents_of(image: RawImage) -> Iterator[Content]:
    """What an image would bring into a file, once for each time that it occurs."""
    if not image.annotations:
        yield Content.NEGATIVES if image.is_explicit_negative else Content.UNSEEN_IMAGES
    shapes = {type(annotation.geometry) for annotation in image.annotations if annotation.category is not None}
    if {Box, Polygon} <= shapes:
        yield Content.MIXED_IMAGES
    for annotation in image.annotations:
        yield from _contents_of(annotation)


def _contents_of(annotation: RawAnnotation) -> Iterator[Content]:
    shape = annotation.geometry
    if annotation.category is None:
        yield Content.WITHOUT_CLASS
        return
    if shape is None:
        yield Content.WHOLE_IMAGES
    elif isinstance(shape, Polygon):
        yield Content.POLYGONS
        if len(shape.rings) > 1:
            yield Content.POLYGON_PARTS
    else:
        yield Content.BOXES
    if annotation.is_crowd:
        yield Content.CROWDS


class FileNames:
    """Names of annotation files that go by the name of their picture, without its ending."""

    def __init__(self, format_title: str) -> None:
        self._title = format_title
        self._taken: set[str] = set()

    def take(self, name: str, image: RawImage) -> str:
        """Raises RefusedError when another picture's file has the name."""
        if name in self._taken:
            text = f'"{shown(image.path)}" and another image differ only in their ending'
            hint = "Rename one of them, or choose another format."
            raise RefusedError(f"{text}; {self._title} has one annotation file for both.", hint=hint)
        self._taken.add(name)
        return name


def write_file(path: Path, text: str) -> None:
    """A new file of a data set's own folder. Raises StorageError, also where two names are one to the file system."""
    data = text.encode()
    try:
        try:
            handle = os.open(path, _NEW, 0o666)
        except FileNotFoundError:  # the folder is seldom missing, so it is not asked for first
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, _NEW, 0o666)
        with os.fdopen(handle, "wb", buffering=0) as file:
            while data:
                data = data[file.write(data) :]
    except OSError as error:
        raise _cannot_write(path, error) from error


@contextmanager
def open_whole(path: Path) -> Iterator[IO[str]]:
    """A text file to write, put in its place when the block ends well: an old one stays if anything goes wrong.

    Raises StorageError for an OSError of the block.
    """
    part = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        Path(part).chmod(0o644)  # annotation files are made to be passed on
        Path(part).replace(path)
    except BaseException as error:
        if part:
            with contextlib.suppress(OSError):
                Path(part).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _cannot_write(path, error) from error
        raise


def _cannot_write(path: Path, error: OSError) -> StorageError:
    reason = "the disk is full" if is_no_room(error) else error.strerror or str(error)
    code = "E-250" if is_no_room(error) else ""
    is_long = error.errno == errno.ENAMETOOLONG  # the image's own name, with the format's ending
    hint = "Shorten the name of its image, or choose another format." if is_long else "Choose another folder."
    return StorageError(f'"{shown(path)}" cannot be written: {reason}.', hint=hint, code=code)


class LeftOutDetails:
    """Counts what is known of annotations and a format has no place for: ids, order, baselines."""

    def __init__(self, format_title: str, *, holds_ids: bool = False) -> None:
        self._title = format_title
        self._holds_ids = holds_ids
        self._n = 0

    def look(self, annotations: Iterable[RawAnnotation]) -> None:
        for item in annotations:
            details = item.details
            if details is not None:
                is_more = details.parent or details.baseline or details.order is not None
                self._n += bool(is_more or (details.stated_id and not self._holds_ids))

    def problems(self) -> tuple[Problem, ...]:
        if not self._n:
            return ()
        have = counted(self._n, "annotation has", "annotations have")
        what = "a parent" if self._holds_ids else "an id"
        text = f"{have} {what}, a place in an order or a baseline, for which {self._title} has no place."
        return (Problem("details-left-out", text, severity=Severity.INFO),)
