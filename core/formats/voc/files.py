"""Which files of a folder are Pascal VOC, what picture they name, and where the pictures are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.found_files import find_files
from core.formats.reading.picture_folders import has_pictures, pictures_of
from core.formats.reading.text_files import head_of
from core.formats.reading.voc_objects import read_voc
from core.formats.reading.xml_files import read_root_name

ANNOTATIONS, PICTURES, MASKS = "Annotations", "JPEGImages", ("SegmentationObject", "SegmentationClass")
_HEAD = 2048
_PICTURE_FOLDERS = (PICTURES, "images", "Images")
_SNIFFED_FILES = 50
_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<annotation[\s>]")
_ELSEWHERE = re.compile(rb"<!|&|encoding=[\"'](?!utf-?8|us-ascii)", re.IGNORECASE)
_NAME = re.compile(rb"<filename>([^<]*)</filename>")
_PATH = re.compile(rb"<path>([^<]*)</path>")
_OBJECTS = b"<object>"
_SIGNS = (b"<filename>", _OBJECTS, b"<size>", b"<folder>")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file with the picture's `name` and `path` as it states them, "" when it does not."""

    file: Path
    name: str
    path: str


def is_voc(file: Path) -> bool:
    """Whether the outermost element is VOC's and has something in it. Never raises."""
    if file.suffix.lower() != ".xml":
        return False
    head = head_of(file, _HEAD)
    if _ROOT.match(head) and any(sign in head for sign in _SIGNS):
        return True
    try:
        return read_root_name(file) == "annotation" and bool(read_voc(file).root.children)
    except FormatError:
        return False


def holds_voc(folder: Path) -> bool:
    """Whether some of the folder's first .xml files are VOC."""
    files = (found for found in find_files(folder, {".xml"}) if isinstance(found, Path))
    return any(is_voc(file) for file in islice(files, _SNIFFED_FILES))


def find_named(folder: Path, problems: list[Problem]) -> Iterator[NamedFile]:
    """All VOC files below the folder in the order of names; what is wrong with other .xml files is noted."""
    others: Counter[str] = Counter()
    for found in find_files(folder, {".xml"}):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        head = head_of(found, _HEAD)
        try:
            root = "annotation" if _ROOT.match(head) else read_root_name(found)
            if root == "annotation":
                yield _named(found, head)
            else:
                others[root] += 1
        except FormatError as error:
            problems.append(Problem("annotation-file-unreadable", str(error), str(found), error.line))
    if others:
        kinds = ", ".join(f"{shown(root)} ({n})" for root, n in sorted(others.items()))
        n = counted(sum(others.values()), ".xml file is", ".xml files are")
        text = f"{n} no Pascal VOC and passed over: {kinds}."
        problems.append(Problem("annotations-not-read", text, str(folder), severity=Severity.INFO))
    if any((folder / name).is_dir() for name in MASKS):
        text = f'The masks in "{MASKS[0]}" are passed over: objects are read from the XML files.'
        problems.append(Problem("annotations-not-read", text, str(folder), severity=Severity.INFO))


def name_in(file: Path) -> NamedFile:
    """Usually read from the first bytes, where it stands before the objects. Raises FormatError."""
    return _named(file, head_of(file, _HEAD))


def _named(file: Path, head: bytes) -> NamedFile:
    head = head.partition(_OBJECTS)[0]
    found = _NAME.search(head)
    if found is not None and not _ELSEWHERE.search(head):
        path = _PATH.search(head)
        try:
            name = found[1].decode().strip()
            return NamedFile(file, name, path[1].decode().strip() if path is not None else "")
        except UnicodeDecodeError:
            pass
    document = read_voc(file)
    return NamedFile(file, document.name, document.path)


def base_of(folder: Path, top: Path) -> Path:
    """The data set's folder: that which holds the outermost "Annotations" between `top` and a folder of files, else
    this itself. `top` may be such a folder."""
    if top.name == ANNOTATIONS:
        return top.parent
    parts = folder.relative_to(top).parts
    return top.joinpath(*parts[: parts.index(ANNOTATIONS)]) if ANNOTATIONS in parts else folder


def guess_images_root(folder: Path, bases: Sequence[Path]) -> Path:
    """One data set's own "JPEGImages" or "images"; else the folder, or one beside it, that has pictures."""
    if len(bases) == 1 and (found := pictures_of(bases[0], _PICTURE_FOLDERS)).name in _PICTURE_FOLDERS:
        return found
    return folder if has_pictures(folder) else pictures_of(folder, _PICTURE_FOLDERS)
