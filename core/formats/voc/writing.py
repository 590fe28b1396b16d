"""Writes Pascal VOC: Annotations/*.xml at the pictures' paths, and the lists of ImageSets where sets are stated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO

from core.domain.imports import RawImage
from core.formats.base import WriteResult
from core.formats.reading.spellings import stated_name
from core.formats.voc.files import ANNOTATIONS, PICTURES
from core.formats.voc.sets import IMAGE_SETS, KINDS, quoted
from core.formats.voc_xml import XmlNames, to_voc_xml
from core.formats.writing import open_whole, write_file


def write_voc(images: Iterable[RawImage], folder: Path, *, is_from_1: bool = False) -> WriteResult:
    """Raises StorageError."""
    (folder / ANNOTATIONS).mkdir(exist_ok=True)
    names = XmlNames()
    n_images = n_annotations = 0
    with contextlib.ExitStack() as stack:
        lists = _Lists(folder / IMAGE_SETS / KINDS[0], stack)
        for image in images:
            is_spoken_of = image.is_explicit_negative or any(one.category is not None for one in image.annotations)
            if is_spoken_of:
                key = names.take(image.path)
                text, n_objects = to_voc_xml(image, name=image.path, folder=PICTURES, is_from_1=is_from_1)
                write_file(folder / ANNOTATIONS / f"{key}.xml", text)
                n_images += 1
                n_annotations += n_objects
            if image.stated_set:
                lists.add(image.stated_set, key if is_spoken_of else str(PurePosixPath(image.path).with_suffix("")))
    return WriteResult(n_images, n_annotations)


class _Lists:
    """The lists of sets, each made when its first image comes."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._open: dict[str, IO[str]] = {}

    def add(self, name: str, key: str) -> None:
        if name not in self._open:
            self._open[name] = self._stack.enter_context(open_whole(self._folder / f"{name}.txt"))
        self._open[name].write(f"{quoted(stated_name(key))}\n")
