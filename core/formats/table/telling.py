"""Tells the images of some tables, each once, whatever the order of their rows."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import SizeOf
from core.formats.reading.frames import Frame
from core.formats.reading.image_index import ImageIndex, Match, missing_problem
from core.formats.reading.stated_sizes import StatedSizes
from core.formats.table.columns import set_of
from core.formats.table.files import Row, read_rows
from core.formats.table.rows import annotations_in, extent_of, image_details, stated_size
from core.formats.table.scattered import together
from core.formats.table.survey import Survey, set_of_file, stated_names

Found = tuple[int, int, Row]  # number of the image, of the table, and the row


class Telling:
    """Of one import."""

    def __init__(self, found: Survey, source: ImportSource, folder: Path, root: Path, size_of: SizeOf) -> None:
        self._found = found
        self._source = source
        self._root = root
        self._size_of = size_of
        self._sizes = StatedSizes(is_drawn_as_stored=source.is_drawn_as_stored)
        self._categories: dict[str, None] = {}
        self._set_of_table = [set_of_file(table, found.tables, folder) for table in found.tables]
        self._n_in_several_sets: list[str] = []

    def items(self) -> Generator[RawImage | Problem, None, Iterable[str]]:
        found = self._found
        yield from found.problems
        index = ImageIndex(self._root)
        matches = _match(found, self._root, index)
        paths = [matches[key].path for key in found.keys]
        told = [path for path in paths if path is not None]
        first = {path: number for number, path in reversed(list(enumerate(paths))) if path is not None}
        image_of = {key: first[path] if (path := paths[n]) is not None else n for key, n in found.keys.items()}
        is_scattered = found.is_scattered or len(set(told)) < len(told)
        problems: list[Problem] = []
        rows: Iterator[Found] = self._rows(image_of, problems)
        if is_scattered:
            rows = together(rows, found.tables)
        try:
            yield from self._images(rows, paths, matches, problems)
        except OSError as error:
            text = f'"{shown(self._source.path)}" cannot be read any more: {error.strerror or error}.'
            raise FormatError(text, file=self._source.path) from error
        yield from problems
        if not told:
            text = f'None of the images was found below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(self._source.path), severity=Severity.ERROR)
        yield from self._remarks()
        marks = [name for table in found.tables for _, name in table.columns.marks]
        return [*marks, *sorted(self._categories)]

    def _rows(self, image_of: dict[tuple[int, str], int], problems: list[Problem]) -> Iterator[Found]:
        for number, table in enumerate(self._found.tables):
            for row in read_rows(table):
                if isinstance(row, Problem):
                    problems.append(row)
                elif (key := self._found.key_of(number, row)) in image_of:
                    yield image_of[key], number, row

    def _images(
        self,
        rows: Iterator[Found],
        paths: list[str | None],
        matches: dict[tuple[int, str], Match],
        problems: list[Problem],
    ) -> Iterator[RawImage | Problem]:
        keys = list(self._found.keys)
        for image, group in groupby(rows, key=lambda found: found[0]):
            path, of_image = paths[image], [(table, row) for _, table, row in group]
            yield from problems
            problems.clear()
            if path is None:
                table, row = of_image[0]
                file = str(self._found.tables[table].file)
                yield missing_problem(keys[image][1], matches[keys[image]], file=file, line=row.line)
            else:
                yield from self._image(path, of_image)

    def _image(self, path: str, rows: list[tuple[int, Row]]) -> Iterator[RawImage | Problem]:
        tables = self._found.tables
        file = str(tables[rows[0][0]].file)
        frame = self._frame(path, rows, file)
        annotations: list[RawAnnotation] = []
        n_problems = 0
        for number, row in rows:
            is_share = self._found.is_share[number]
            for said in annotations_in(row, tables[number], frame.size, is_share=is_share):
                if isinstance(said, Problem):
                    n_problems += 1
                    yield said
                else:
                    annotations.append(said)
                    self._categories[said.category or ""] = None
        details = None
        try:
            details = next((kept for n, row in rows if (kept := image_details(row, tables[n].columns))), None)
        except (ValueError, AttributeError, RecursionError):
            text = "The row has details of the image that cannot be read; they are left out."
            yield Problem("details-unreadable", text, file, rows[0][1].line)
        width, height = frame.size or (None, None)
        yield RawImage(
            path,
            tuple(annotations),
            width,
            height,
            file,
            not annotations and not n_problems and all(tables[number].columns.says_empty for number, _ in rows),
            self._set(path, rows),
            is_upright_stated=frame.is_upright_known,
            is_as_stored=frame.is_as_stored,
            is_frame_guessed=frame.is_guessed,
            details=details,
        )

    def _frame(self, path: str, rows: list[tuple[int, Row]], file: str) -> Frame:
        """Shares are those of the upright picture, whatever size is stated."""
        tables = self._found.tables
        picture = self._size_of(self._root / path)
        if any(self._found.is_share[number] for number, _ in rows):
            stated = next((size for number, row in rows if (size := stated_size(row, tables[number]))), None)
            return Frame(picture.size if picture is not None else stated)
        stated = next((size for number, row in rows if (size := stated_size(row, tables[number]))), None)
        extents = (box for number, row in rows if (box := extent_of(row, tables[number])) is not None)
        return self._sizes.frame(stated, picture, extents, path=path, file=file)

    def _set(self, path: str, rows: list[tuple[int, Row]]) -> str:
        sets = {set_of(self._cell_of_set(number, row)) or self._set_of_table[number] for number, row in rows}
        if len(sets) > 1:
            self._n_in_several_sets.append(path)
        return sets.pop() if len(sets) == 1 else ""

    def _cell_of_set(self, number: int, row: Row) -> str:
        return row.cell(self._found.tables[number].columns.roles.get("set"))

    def _remarks(self) -> Iterator[Problem]:
        yield from self._sizes.problems()
        if self._n_in_several_sets:
            n = counted(len(self._n_in_several_sets), "image is", "images are")
            text = f'{n} stated for several sets and put into none, e.g. "{shown(self._n_in_several_sets[0])}".'
            yield Problem("image-in-several-sets", text, str(self._source.path))


def _match(found: Survey, root: Path, index: ImageIndex) -> dict[tuple[int, str], Match]:
    """Names without an ending are those of pictures with one."""
    stated = stated_names(found, root)
    by_name = index.match_stated(stated.values())
    matches = {key: by_name[name] for key, name in stated.items()}
    waiting = [key for key, match in matches.items() if match.path is None and "." not in key[1].rpartition("/")[2]]
    by_stem = index.match_stems(key[1] for key in waiting)
    return matches | {key: by_stem[key[1]] for key in waiting}
