"""Which files of a folder are pages of a form, and where their pictures are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.layout.content import ParsedPage
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import head_of
from core.formats.reading.xml_files import read_root_name

_SNIFFED_FILES = 50
# Outermost elements of other files with annotations, and what people call these files.
_OTHER_KINDS = {
    "annotation": "Pascal VOC",
    "PcGts": "PAGE",
    "alto": "ALTO",
    "annotations": "CVAT",
    "mets": "METS",
    "TEI": "TEI",
}
_WITH_SHAPES = ("annotation", "PcGts", "alto", "annotations")


@dataclass(frozen=True, slots=True)
class PageForm:
    """A form of page files. `read_image_name` reads no further than it must; both readers raise FormatError.

    `is_path` says that the image name may be a path that counts from the file's folder or the images' folder.
    """

    title: str
    root: str  # outermost element
    read_image_name: Callable[[Path], str]
    read: Callable[[Path], ParsedPage]
    is_path: bool = False

    def holds_pages(self, folder: Path) -> bool:
        """Whether some of the folder's first files are of this form."""
        files = (found for found in find_files(folder, {".xml"}) if isinstance(found, Path))
        return any(self.is_page(file) for file in islice(files, _SNIFFED_FILES))

    def is_page(self, file: Path) -> bool:
        if file.suffix.lower() != ".xml":
            return False
        try:
            return self._begins_as_one(file) or read_root_name(file) == self.root
        except FormatError:
            return False

    def files_below(self, folder: Path) -> tuple[list[Path], list[Problem]]:
        """All below the folder in the order of names; and what is wrong with the other .xml files."""
        files: list[Path] = []
        problems: list[Problem] = []
        others: Counter[str] = Counter()
        for found in find_files(folder, {".xml"}):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            try:
                root = self.root if self._begins_as_one(found) else read_root_name(found)
            except FormatError as error:
                problems.append(Problem("annotation-file-unreadable", str(error), str(found), error.line))
                continue
            if root == self.root:
                files.append(found)
            else:
                others[root] += 1
        return files, [*problems, *self._passed_over(others, folder)]

    def _begins_as_one(self, file: Path) -> bool:
        """Usually the first bytes tell it, and the file need not be parsed."""
        return f"<{self.root}".encode() in head_of(file)

    def _passed_over(self, others: Counter[str], folder: Path) -> Iterator[Problem]:
        """A warning for kinds that hold annotations."""
        for is_known in (True, False):
            counts = {root: n for root, n in others.items() if (root in _WITH_SHAPES) is is_known}
            if counts:
                kinds = ", ".join(f"{_OTHER_KINDS.get(root, shown(root))} ({n})" for root, n in sorted(counts.items()))
                n = counted(sum(counts.values()), ".xml file is", ".xml files are")
                text = f"{n} no {self.title} and passed over: {kinds}."
                severity = Severity.WARNING if is_known else Severity.INFO
                yield Problem("annotations-not-read", text, str(folder), severity=severity)
