"""ALTO v2 to v4: an XML file for each page, with lines and zones.

Every TextLine is of the class `text_line`, whatever the type its tag states (DefaultLine, HeadingLine, InterlinearLine,
DropCapitalLine ...): a person who brings pages wants to train on text lines, and types that are rare and look alike
would only split them. Zones are classes of their own by the label of their tag (MainZone, GraphicZone ...), numbers
left off ("MainZone#1" is a MainZone); zones without a tag are called by their element (text_block, illustration ...).
What was merged is told as a remark. A page without lines and zones says "nothing here".
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from contract_1.base import ReadResult, SizeOf
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import is_image_name, shown
from core.errors import FormatError
from core.formats.alto.page import TEXT_LINE, AltoFile, read_alto, read_page
from core.formats.reading.image_index import ImageIndex, Match
from core.formats.reading.text_files import head_of

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SNIFFED_FILES = 50
_SNIFFED_FOLDERS = 200


class AltoFormat:
    """Reads a file or all ALTO files below a folder; writes a file for each image."""

    slug = "alto"
    title = "ALTO"
    reads = "ALTO v2 to v4 (.xml)"

    def detect(self, path: Path) -> float:
        if path.is_file():
            return float(_is_alto(path))
        files = list(_xml_files(path, _SNIFFED_FILES, _SNIFFED_FOLDERS))
        return 0.9 if any(_is_alto(file) for file in files) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> ReadResult:
        files = [source.path] if source.path.is_file() else [f for f in _xml_files(source.path) if _is_alto(f)]
        if not files:
            raise FormatError(f'"{shown(source.path)}" holds no ALTO file (.xml).', file=source.path)
        folder = source.path.parent if source.path.is_file() else source.path
        root = source.images_root or _guess_images_root(folder)
        reading = _Reading(folder, root, size_of)
        for file in files:
            try:
                reading.open(read_alto(file))
            except FormatError as error:
                if source.path.is_file():
                    raise
                reading.problems.append(Problem("annotation-file-unreadable", str(error), str(file), error.line))
        return reading.result(source)


class _Reading:
    """Gathers the pages; images are matched when all files are known, so that the surest matches come first."""

    def __init__(self, folder: Path, root: Path, size_of: SizeOf) -> None:
        self.problems: list[Problem] = []
        self._folder = folder
        self._root = root
        self._index = ImageIndex(root)
        self._size_of = size_of
        self._files: list[AltoFile] = []

    def open(self, file: AltoFile) -> None:
        self._files.append(file)

    def result(self, source: ImportSource) -> ReadResult:
        matches = self._match()
        images: dict[str, RawImage] = {}
        line_types: Counter[str] = Counter()
        numbered: Counter[str] = Counter()
        for file in self._files:
            match = matches[file.path]
            if match.path is None:
                self._report_missing(file, match)
                continue
            if match.path in images:
                other = shown(images[match.path].source_file)
                text = f'"{shown(match.path)}" is already described by "{other}". This file is left out.'
                self.problems.append(Problem("annotation-file-duplicate", text, str(file.path)))
                continue
            size = self._size_of(self._root / match.path)
            content = read_page(file, size or _stated_size(file))
            self.problems.extend(content.problems)
            line_types.update(content.line_types)
            numbered.update(content.numbered)
            is_empty = content.n_stated == 0 and not content.problems
            width, height = size or (None, None)
            images[match.path] = RawImage(
                match.path, tuple(content.annotations), width, height, str(file.path), is_empty
            )
        if not images:
            text = f'None of the pages has its image below "{shown(self._root)}". Choose the folder that holds them.'
            self.problems.insert(0, Problem("images-not-found", text, str(source.path), severity=Severity.ERROR))
        self._remark(line_types, numbered, source)
        found = {annotation.category or "" for image in images.values() for annotation in image.annotations}
        categories = [TEXT_LINE] * (TEXT_LINE in found) + sorted(found - {TEXT_LINE})
        return ReadResult(self._root, tuple(images.values()), tuple(categories), tuple(self.problems))

    def _match(self) -> dict[Path, Match]:
        """By the file name that the page states, looked for beside the XML first; else by the XML's own name."""
        stated = {file.path: self._beside(file.path, file.image_name) for file in self._files}
        own = {file.path: self._beside(file.path, file.path.stem) for file in self._files}
        by_name = self._index.match_names(name for name in stated.values() if name)
        by_stem = self._index.match_stems(own.values())
        result: dict[Path, Match] = {}
        for file in self._files:
            match = by_name.get(stated[file.path]) if stated[file.path] else None
            result[file.path] = match if match and match.path else by_stem[own[file.path]]
        return result

    def _beside(self, file: Path, name: str) -> str:
        """The name as a path below the folder of the XML files, which the images' folder is taken to mirror."""
        name = name.replace("\\", "/").rpartition("/")[2]
        folder = file.parent.relative_to(self._folder).as_posix()
        return name if folder == "." or not name else f"{folder}/{name}"

    def _report_missing(self, file: AltoFile, match: Match) -> None:
        told = f'"{shown(file.image_name)}"' if file.image_name else "of the same name"
        rest = f"could be any of {len(match.candidates)} files" if match.candidates else "was not found"
        text = f"The image {told} of the page {rest}; the page is left out."
        self.problems.append(Problem("image-ambiguous" if match.candidates else "image-missing", text, str(file.path)))

    def _remark(self, line_types: Counter[str], numbered: Counter[str], source: ImportSource) -> None:
        for kind, counts, words in (
            ("line-types-merged", line_types, f'Lines of these types are all read as the class "{TEXT_LINE}"'),
            ("zone-numbers-dropped", numbered, "The numbers of these zones are left off"),
        ):
            if counts:
                listed = ", ".join(f"{shown(label)} ({count})" for label, count in counts.most_common())
                self.problems.append(Problem(kind, f"{words}: {listed}.", str(source.path), severity=Severity.INFO))


def _is_alto(file: Path) -> bool:
    if file.suffix.lower() != ".xml":
        return False
    head = head_of(file)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")
    return b"<alto" in head or b":alto" in head


def _xml_files(folder: Path, most: int | None = None, most_folders: int | None = None) -> Iterator[Path]:
    n_files = 0
    for n_folders, (place, subfolders, names) in enumerate(os.walk(folder), start=1):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".xml") and not name.startswith("."):
                yield Path(place, name)
                n_files += 1
                if most is not None and n_files >= most:
                    return
        if most_folders is not None and n_folders >= most_folders:
            return


def _guess_images_root(folder: Path) -> Path:
    """The folder itself if it has pictures anywhere, else a folder "images" in it or beside it."""
    if any(is_image_name(name) for _, _, names in os.walk(folder) for name in names):
        return folder
    return next((place for place in (folder.parent / "images", folder.parent) if place.is_dir()), folder)


def _stated_size(file: AltoFile) -> tuple[int, int] | None:
    if file.unit == "pixel" and file.width and file.height and file.width > 0 and file.height > 0:
        return int(file.width), int(file.height)
    return None
