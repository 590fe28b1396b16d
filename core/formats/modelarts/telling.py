"""Tells the images of a manifest, line by line."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.modelarts.files import VocFiles, missing_voc
from core.formats.modelarts.records import Entry, entries_of, image_details, is_hard, set_of, source_of
from core.formats.reading.frames import Frame
from core.formats.reading.image_index import Match, missing_problem
from core.formats.reading.json_lines import JsonLine, read_json_lines
from core.formats.reading.stated_sizes import StatedSizes
from core.formats.reading.voc_objects import VocDocument, extents_of, read_objects, read_voc


class Telling:
    """Of one import."""

    def __init__(self, file: Path, source: ImportSource, root: Path, voc_files: VocFiles, size_of: SizeOf) -> None:
        self._file = file
        self._source = source
        self._root = root
        self._voc_files = voc_files
        self._size_of = size_of
        self._sizes = StatedSizes(is_drawn_as_stored=source.is_drawn_as_stored)
        self._categories: set[str] = set()
        self._n_parts = self._n_swapped = 0

    def items(
        self, matches: dict[str, Match], problems: Sequence[Problem]
    ) -> Generator[RawImage | Problem, None, Iterable[str]]:
        yield from problems
        told: dict[str, int] = {}  # lines by image
        n_lines = 0
        for line in read_json_lines(self._file):
            if isinstance(line, Problem):
                yield line
                continue
            n_lines += 1
            source = source_of(line.value)
            match = matches.get(source)
            if match is None:
                yield self._problem("image-missing", "The line names no picture (source); it is left out.", line)
            elif match.path is None:
                yield missing_problem(source, match, file=str(self._file), line=line.line)
            elif match.path in told:
                text = f'"{shown(match.path)}" is already described in line {told[match.path]}; this line is left out.'
                yield self._problem("image-duplicate", text, line)
            else:
                told[match.path] = line.line
                yield from self._image(match.path, line)
        if not told:
            text = f'None of the pictures was found below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)
        yield from self._remarks()
        return sorted(self._categories)

    def _image(self, path: str, line: JsonLine) -> Iterator[RawImage | Problem]:
        entries = list(entries_of(line.value, line.line))
        problems: list[Problem] = [self._problem(*entry.problem, line) for entry in entries if entry.problem[0]]
        documents: list[tuple[Entry, VocDocument]] = []
        for entry in entries:
            if entry.location:
                found = self._document(entry.location, line)
                if isinstance(found, Problem):
                    problems.append(found)
                else:
                    documents.append((entry, found))
        frame = self._frame(path, documents)
        annotations = [entry.annotation for entry in entries if entry.annotation is not None]
        for entry, document in documents:
            content = read_objects(document, frame.size, made_by=entry.made_by)
            problems += content.problems
            annotations += content.annotations
            self._n_parts += content.n_parts
            self._n_swapped += content.n_swapped
        self._categories.update(annotation.category or "" for annotation in annotations)
        yield from problems
        width, height = frame.size or (None, None)
        yield RawImage(
            path,
            tuple(annotations),
            width,
            height,
            str(self._file),
            bool(documents) and not annotations and not problems and all(not entry.made_by for entry, _ in documents),
            set_of(line.value),
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
            details=image_details(line.value),
            is_hard=is_hard(line.value),
        )

    def _document(self, location: str, line: JsonLine) -> VocDocument | Problem:
        found = self._voc_files.find(location)
        if len(found) != 1:
            return missing_voc(location, found, file=self._file, line=line.line)
        try:
            return read_voc(found[0])
        except FormatError as error:
            return Problem("annotation-file-unreadable", str(error), str(found[0]), error.line)

    def _frame(self, path: str, documents: Sequence[tuple[Entry, VocDocument]]) -> Frame:
        picture = self._size_of(self._root / path)
        stated = next((document.size for _, document in documents if document.size), None)
        extents = (extent for _, document in documents for extent in extents_of(document, 0.0))
        return self._sizes.frame(stated, picture, extents, path=path, file=str(self._file))

    def _problem(self, kind: str, text: str, line: JsonLine) -> Problem:
        return Problem(kind, text, str(self._file), line.line)

    def _remarks(self) -> Iterator[Problem]:
        yield from self._sizes.problems()
        place = str(self._source.path)
        if self._n_parts:
            text = f"{counted(self._n_parts, 'part of an object is', 'parts of objects are')} left out."
            yield Problem("parts-left-out", text, place, severity=Severity.INFO)
        if self._n_swapped:
            n = counted(self._n_swapped, "box is", "boxes are")
            text = f"{n} stated with swapped corners, which were put right."
            yield Problem("box-swapped", text, place, severity=Severity.INFO)


def sources_in(file: Path) -> dict[str, None]:
    """The pictures that the lines name, in their order. Raises FormatError when no line says anything."""
    found: dict[str, None] = {}
    first: Problem | None = None
    for line in read_json_lines(file):
        if isinstance(line, Problem):
            first = first or line
        elif source := source_of(line.value):
            found[source] = None
    if not found:
        text = f'"{shown(file.name)}" is no manifest: none of its lines names a picture (source).'
        raise FormatError(text, file=file, line=first.line if first else None, hint=first.text if first else "")
    return found
