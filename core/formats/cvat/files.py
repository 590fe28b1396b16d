"""Which .xml files are CVAT's, and which images they speak of."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import head_of
from core.formats.reading.xml_files import Node, read_root_name, stream_attributes

ROOT = "annotations"
_SNIFFED_FILES = 50
_SIGNS = (b"<meta", b"<image", b"<version", b"<track")


@dataclass(frozen=True, slots=True)
class ImageName:
    """An image as a file names it. `subset` as stated, "" = none."""

    file: Path
    name: str
    subset: str = ""


@dataclass(slots=True)
class Meta:
    """What stands at the head of a file. `size` is the number of frames, None = not stated."""

    labels: list[str] = field(default_factory=list)
    subset: str = ""  # of all images
    size: int | None = None


def is_cvat(file: Path) -> bool:
    """By its beginning, however much of a comment stands before. Never raises."""
    if file.suffix.lower() != ".xml":
        return False
    head = head_of(file)
    if b"<annotations" in head:
        return any(sign in head for sign in _SIGNS) or len(head) < 200
    try:
        return b"<" in head and b"<annotation" not in head and read_root_name(file) == ROOT
    except FormatError:
        return False


def holds_cvat(folder: Path) -> bool:
    """Whether some of the folder's first .xml files are CVAT's."""
    files = (found for found in find_files(folder, {".xml"}) if isinstance(found, Path))
    return any(is_cvat(file) for file in islice(files, _SNIFFED_FILES))


def cvat_files(folder: Path, left_out: Collection[Path] = ()) -> Iterator[Path | Problem]:
    """All of CVAT below the folder in the order of names, but those left out; files of other kinds are passed over."""
    unwanted = frozenset(map(os.path.realpath, left_out))
    for found in find_files(folder, {".xml"}):
        if isinstance(found, Problem) or (is_cvat(found) and (not unwanted or os.path.realpath(found) not in unwanted)):
            yield found


def read_names(file: Path) -> list[ImageName]:
    """Of the images, in the file's order. Raises FormatError when it is not CVAT, or broken anywhere."""
    names: list[ImageName] = []
    for number, (element, attributes, _) in enumerate(stream_attributes(file, {"image"})):
        if number:
            names.append(name_of(file, attributes.get("name", ""), attributes.get("subset", "")))
        elif element != ROOT:
            text = f'"{shown(file.name)}" is not CVAT: its outermost element is "{shown(element)}".'
            raise FormatError(text, file=file, line=1)
    return names


def name_of(file: Path, name: str, subset: str) -> ImageName:
    return ImageName(file, name.strip(), subset.strip())


def read_meta(node: Node) -> Meta:
    """Of a task, a job, or a project with its tasks."""
    meta = Meta()
    for found in node.walk():
        if found.name == "labels":
            meta.labels += [name for label in found.children if (name := _label_name(label))]
        elif found.name in ("task", "job"):
            meta.subset = meta.subset or _text(found, "subset")
            size = _text(found, "size")
            meta.size = int(size) if size.isdecimal() and len(size) < 10 else meta.size
    return meta


def _label_name(label: Node) -> str:
    """ "" for a point of a skeleton, which is no class of its own."""
    return "" if _text(label, "parent") else one_line(_text(label, "name"))


def _text(node: Node, name: str) -> str:
    child = node.find(name)
    return child.text.strip() if child is not None else ""
