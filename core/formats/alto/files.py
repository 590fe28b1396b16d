"""Which files of a folder are ALTO, and where their pictures are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import is_image_name, shown
from core.errors import FormatError
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import head_of
from core.formats.reading.xml_files import read_root_name

_SNIFFED_FILES = 50
# Outermost elements of other files with annotations, and what people call these files.
_OTHER_KINDS = {"annotation": "Pascal VOC", "PcGts": "PAGE", "annotations": "CVAT", "mets": "METS", "TEI": "TEI"}
_WITH_SHAPES = ("annotation", "PcGts", "annotations")


def holds_alto(folder: Path) -> bool:
    """Whether some of the folder's first files are ALTO."""
    files = (found for found in find_files(folder, {".xml"}) if isinstance(found, Path))
    return any(is_alto(file) for file in islice(files, _SNIFFED_FILES))


def alto_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """All below the folder in the order of names; and what is wrong with the other .xml files."""
    files: list[Path] = []
    problems: list[Problem] = []
    others: Counter[str] = Counter()
    for found in find_files(folder, {".xml"}):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        try:
            root = "alto" if _begins_as_alto(found) else read_root_name(found)
        except FormatError as error:
            problems.append(Problem("annotation-file-unreadable", str(error), str(found), error.line))
            continue
        if root == "alto":
            files.append(found)
        else:
            others[root] += 1
    return files, [*problems, *_passed_over(others, folder)]


def is_alto(file: Path) -> bool:
    if file.suffix.lower() != ".xml":
        return False
    try:
        return _begins_as_alto(file) or read_root_name(file) == "alto"
    except FormatError:
        return False


def guess_images_root(folder: Path) -> Path:
    """The folder itself if it has pictures anywhere, else a folder "images" in it or beside it."""
    if any(is_image_name(name) for _, _, names in os.walk(folder) for name in names):
        return folder
    return next((place for place in (folder.parent / "images", folder.parent) if place.is_dir()), folder)


def _begins_as_alto(file: Path) -> bool:
    """Usually the first bytes tell it, and the file need not be parsed."""
    return b"<alto" in head_of(file)


def _passed_over(others: Counter[str], folder: Path) -> Iterator[Problem]:
    """A warning for kinds that hold annotations."""
    for is_known in (True, False):
        counts = {root: n for root, n in others.items() if (root in _WITH_SHAPES) is is_known}
        if counts:
            kinds = ", ".join(f"{_OTHER_KINDS.get(root, shown(root))} ({n})" for root, n in sorted(counts.items()))
            n = counted(sum(counts.values()), ".xml file is", ".xml files are")
            text = f"{n} no ALTO and passed over: {kinds}."
            severity = Severity.WARNING if is_known else Severity.INFO
            yield Problem("annotations-not-read", text, str(folder), severity=severity)
