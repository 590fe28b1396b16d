"""Tables of annotations: a row for each object, read by the names of the columns.

A file is gone through twice: first for the images that it names, for a sure name must not lose its picture to a likely
one, and for what only all rows show together (whether coordinates are shares of the image); then to be told. Where an
image's rows do not follow each other, they are brought together in files on the disk.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.reading.found_files import find_files
from core.formats.table.files import ENDINGS, Table, holds_tables, is_table, open_table
from core.formats.table.survey import AS_SHARES, AUTO, COORDINATES, IN_PIXELS, images_root, survey
from core.formats.table.telling import Telling
from core.formats.table.writing import FILE_NAME, write_table


class TableFormat:
    """Reads a table, or all tables of a folder that speak of images; writes one."""

    info = FormatInfo(
        slug="csv",
        title="CSV",
        reads="CSV (tables of boxes, outlines or classes, .csv or .tsv)",
        writes=f"One table, {FILE_NAME}, with a row for each object.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.WITHOUT_CLASS, "left out, for a row without a class says that its image is empty"),
            Loss(Content.UNSEEN_IMAGES, "get no row", Severity.INFO),
        ),
        endings=ENDINGS,
        images_folder="images",
        read_options=(
            FormatOption(
                COORDINATES,
                "Coordinates",
                "Usually the numbers show it themselves.",
                ((AUTO, "As the numbers show"), (IN_PIXELS, "Pixels"), (AS_SHARES, "Shares of the image, 0 to 1")),
                AUTO,
            ),
        ),
        precedence=40,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.9 if is_table(path) else 0.0
        return 0.65 if holds_tables(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        problems: list[Problem] = []
        tables = list(_tables(source, problems))
        if not tables:
            hint = problems[0].text if problems else "A table has a column of images and one of classes or boxes."
            text = f'"{shown(source.path)}" {"is" if is_single else "holds"} no table that speaks of images.'
            raise FormatError(text, file=source.path, hint=hint)
        problems += [table.problem for table in tables if table.problem is not None]
        found = survey(tables, source)
        root = images_root(found, source, folder)
        return Reading(root, _items(Telling(found, source, folder, root, size_of), problems))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_table(images, folder)


def _tables(source: ImportSource, problems: list[Problem]) -> Iterator[Table]:
    """What cannot be read, or speaks of something else, is noted; of a single file it is raised."""
    if source.path.is_file():
        table = open_table(source.path, source.names_encoding)
        yield from [table] if table is not None else []
        return
    others: list[str] = []
    for found in find_files(source.path, ENDINGS):
        if isinstance(found, Problem):
            problems.append(found)
            continue
        try:
            table = None if found in source.left_out else open_table(found, source.names_encoding)
        except FormatError as error:
            problems.append(Problem("annotation-file-unreadable", str(error), str(found), error.line))
            continue
        if table is not None:
            yield table
        else:
            others.append(found.name)
    if others:
        some = ", ".join(f'"{shown(name)}"' for name in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        text = f"Passed over, for they do not speak of images: {some}{more}."
        problems.append(Problem("annotations-not-read", text, str(source.path), severity=Severity.INFO))


def _items(telling: Telling, problems: Sequence[Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
    yield from problems
    return (yield from telling.items())


FORMAT: AnnotationFormat = TableFormat()
