"""ALTO v2 to v4: an XML file for each page, with lines and zones.

Every TextLine is of the class `text_line`, whatever the type its tag states (DefaultLine, HeadingLine, InterlinearLine,
DropCapitalLine ...): a person who brings pages wants to train on text lines, and types that are rare and look alike
would only split them. Zones are classes of their own by the label of their tag (MainZone, GraphicZone ...), numbers
left off ("MainZone#1" is a MainZone); zones without a tag are called by their element (text_block, illustration ...).
What was merged is told as a remark. A page without lines and zones says "nothing here".

The names of the pictures stand at the beginning of the files; they are all looked at first, for a sure match must not
lose its picture to a likely one. Then each page is read and told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from core.domain.counting import counted
from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.alto.files import alto_files, guess_images_root, holds_alto, is_alto
from core.formats.alto.page import TEXT_LINE, AltoFile, read_alto, read_image_name, read_page
from core.formats.alto.writing import write_alto
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.reading.frames import states_upright
from core.formats.reading.image_index import ImageIndex, Match


class AltoFormat:
    """Reads a file or all ALTO files below a folder; writes a file for each image."""

    info = FormatInfo(
        slug="alto",
        title="ALTO",
        reads="ALTO v2 to v4 (.xml)",
        writes="A page (.xml) for each image, at its path. “text_line” becomes lines, other classes become zones.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_negatives=True,
        losses=(
            Loss(Content.POLYGON_PARTS, "written as their largest part"),
            Loss(Content.WHOLE_IMAGES, "left out, for ALTO has lines and zones only"),
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for a zone without a tag is a text block"),
            Loss(Content.UNSEEN_IMAGES, "get no page", Severity.INFO),
        ),
        endings=(".xml",),
        precedence=30,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return float(is_alto(path))
        return 0.9 if holds_alto(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        files, problems = ([source.path], []) if is_single else alto_files(source.path)
        if not files:
            raise FormatError(f'"{shown(source.path)}" holds no ALTO file (.xml).', file=source.path)
        folder = source.path.parent if is_single else source.path
        root = source.images_root or guess_images_root(folder)
        telling = _Telling(folder, root, size_of, problems, is_single=is_single)
        return Reading(root, telling.items(files, source))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_alto(images, categories, folder)


class _Telling:
    """Tells the pages of some files. A file that is all there is must be readable, one of many need not."""

    def __init__(
        self, folder: Path, root: Path, size_of: SizeOf, problems: Sequence[Problem], *, is_single: bool
    ) -> None:
        """`problems` are those of the search for the files."""
        self._problems = problems
        self._folder = folder
        self._root = root
        self._size_of = size_of
        self._is_single = is_single
        self._categories: set[str] = set()
        self._line_types: Counter[str] = Counter()
        self._numbered: Counter[str] = Counter()
        self._n_from_strings = 0

    def items(self, files: Sequence[Path], source: ImportSource) -> Generator[RawImage | Problem, None, Iterable[str]]:
        yield from self._problems
        names: dict[Path, str] = {}
        for file in files:
            try:
                names[file] = read_image_name(file)
            except FormatError as error:
                yield self._unreadable(file, error)
        matches = self._match(names)
        told: dict[str, Path] = {}  # by image, the file that spoke of it
        for file, match in matches.items():
            try:
                page = read_alto(file)
            except FormatError as error:
                yield self._unreadable(file, error)
                continue
            if match.path is None:
                yield _missing(page, match)
            elif match.path in told:
                other = shown(told[match.path])
                text = f'"{shown(match.path)}" is already described by "{other}". This file is left out.'
                yield Problem("annotation-file-duplicate", text, str(file))
            else:
                told[match.path] = file
                yield from self._page(page, match.path)
        if not told:
            text = f'None of the pages has its image below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(source.path), severity=Severity.ERROR)
        yield from self._remarks(source)
        return [TEXT_LINE] * (TEXT_LINE in self._categories) + sorted(self._categories - {TEXT_LINE})

    def _unreadable(self, file: Path, error: FormatError) -> Problem:
        if self._is_single:
            raise error
        return Problem("annotation-file-unreadable", str(error), str(file), error.line)

    def _page(self, file: AltoFile, path: str) -> Iterator[RawImage | Problem]:
        picture = self._size_of(self._root / path)
        size = picture.size if picture is not None else None
        content = read_page(file, size or _stated_size(file))
        yield from content.problems
        self._line_types.update(content.line_types)
        self._numbered.update(content.numbered)
        self._n_from_strings += content.n_from_strings
        self._categories.update(annotation.category or "" for annotation in content.annotations)
        is_empty = content.n_stated == 0 and not content.problems
        width, height = size or (None, None)
        yield RawImage(
            path,
            tuple(content.annotations),
            width,
            height,
            str(file.path),
            is_empty,
            is_upright_stated=states_upright(_stated_size(file), picture),
        )

    def _match(self, names: Mapping[Path, str]) -> dict[Path, Match]:
        """The image of each file, those of the surest matches first.

        By the file name that the page states, looked for beside the XML first; else by that name with another ending
        (a master's name beside a smaller copy); else by the XML's own name.
        """
        index = ImageIndex(self._root)
        stated = {file: self._beside(file, name) for file, name in names.items()}
        stems = {file: name[: len(name) - len(PurePosixPath(name).suffix)] for file, name in stated.items()}
        own = {file: self._beside(file, file.stem) for file in names}
        by_name = index.match_names(name for name in stated.values() if name)
        by_stem = index.match_stems(stem for stem in stems.values() if stem)
        by_own = index.match_stems(own.values())
        result: dict[Path, Match] = {}
        for keys, matches in ((stated, by_name), (stems, by_stem), (own, by_own)):
            for file in names:
                match = matches.get(keys[file])
                if match is not None and match.path is not None and file not in result:
                    result[file] = match
        return result | {file: by_own[own[file]] for file in names if file not in result}

    def _beside(self, file: Path, name: str) -> str:
        """The name as a path below the folder of the XML files, which the images' folder is taken to mirror."""
        name = name.replace("\\", "/").rpartition("/")[2]
        folder = file.parent.relative_to(self._folder).as_posix()
        return name if folder == "." or not name else f"{folder}/{name}"

    def _remarks(self, source: ImportSource) -> Iterator[Problem]:
        if self._n_from_strings:
            text = f"{counted(self._n_from_strings, 'line')} without a place of their own: the boxes of their words "
            text += "(String) were put together."
            yield Problem("lines-from-strings", text, str(source.path), severity=Severity.INFO)
        for kind, counts, words in (
            ("line-types-merged", self._line_types, f'Lines of these types are all read as the class "{TEXT_LINE}"'),
            ("zone-numbers-dropped", self._numbered, "The numbers of these zones are left off"),
        ):
            if counts:
                listed = ", ".join(f"{shown(label)} ({count})" for label, count in counts.most_common())
                yield Problem(kind, f"{words}: {listed}.", str(source.path), severity=Severity.INFO)


def _missing(file: AltoFile, match: Match) -> Problem:
    told = f'"{shown(file.image_name)}"' if file.image_name else "of the same name"
    rest = f"could be any of {len(match.candidates)} files" if match.candidates else "was not found"
    text = f"The image {told} of the page {rest}; the page is left out."
    return Problem("image-ambiguous" if match.candidates else "image-missing", text, str(file.path))


def _stated_size(file: AltoFile) -> tuple[int, int] | None:
    if file.unit == "pixel" and all(side and math.isfinite(side) and side > 0 for side in (file.width, file.height)):
        return int(file.width or 0), int(file.height or 0)
    return None


FORMAT: AnnotationFormat = AltoFormat()
