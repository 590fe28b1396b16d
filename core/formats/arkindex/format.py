"""Arkindex's export of a project: a SQLite database of elements with outlines on images that a server holds.

Columns are looked up, not assumed, for each version of Arkindex has its own; the file is opened such that nothing
beside it changes. Elements of one type stand for pages; those of the other types that have an outline are annotations
of a class of that name; what a worker made is told apart from what a person drew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, RawImage, Severity
from core.domain.names import listed_names, shown
from core.errors import FormatError
from core.formats.arkindex.database import is_sqlite, open_database
from core.formats.arkindex.pictures import find_pictures
from core.formats.arkindex.structure import find_structure
from core.formats.arkindex.telling import Telling
from core.formats.arkindex.writing import FILE_NAME, write_arkindex
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult

_ENDINGS = (".sqlite", ".sqlite3", ".db")
_MOST_ENTRIES = 2_000  # of a folder, to tell whether it holds an export


class ArkindexFormat:
    """Reads a database, or the only one of a folder; writes `arkindex.sqlite`."""

    info = FormatInfo(
        slug="arkindex",
        title="Arkindex export",
        reads="Arkindex's SQLite export (.sqlite)",
        writes=f"One SQLite database, {FILE_NAME}, for all images.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.POLYGON_PARTS, "each part becomes an element, for a polygon of Arkindex has one ring"),
            Loss(Content.CROWDS, "written as ordinary elements"),
            Loss(Content.WITHOUT_CLASS, "left out, for every element of Arkindex has a type"),
            Loss(Content.UNSEEN_IMAGES, "not listed, for they would come back as empty ones", Severity.INFO),
        ),
        endings=_ENDINGS,
        images_folder="images",
        read_options=(
            FormatOption(
                "page-type", "Type of the pages", "The type of element that stands for a picture; empty: found."
            ),
            FormatOption(
                "types", "Types to take as classes", "Types of elements with commas between; empty: all but the pages."
            ),
            FormatOption("dataset", "Dataset whose sets are taken", "Its name; needed where there are several."),
            FormatOption(
                "rectangles",
                "Rectangles are",
                "Arkindex knows polygons only; a rectangle may have been drawn as a box.",
                (
                    ("by-class", "Boxes where a class has nothing else"),
                    ("boxes", "Boxes"),
                    ("polygons", "Polygons"),
                ),
                "by-class",
            ),
            FormatOption(
                "pictures",
                "The picture files are",
                "Arkindex can show a page turned or mirrored; picture files may be made from what it shows.",
                (
                    ("by-size", "As stored, or as shown where their size says so"),
                    ("stored", "As stored on the server"),
                    ("shown", "As Arkindex shows them"),
                ),
                "by-size",
            ),
        ),
        precedence=40,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return _likeness(path)
        return 0.9 if any(_likeness(file) == 1.0 for file in _databases(path)) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        path = _database_of(source)
        with open_database(path) as database:
            structure = find_structure(database, source)
            pictures = find_pictures(database, source, structure.page_type)
        return Reading(pictures.root, Telling(source, path, structure, pictures, size_of).items())

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_arkindex(images, categories, folder)


def _likeness(path: Path) -> float:
    """A file that is called a database and is none gets a sentence rather than silence."""
    if not is_sqlite(path):
        return 0.1 if path.suffix.lower() in _ENDINGS else 0.0
    try:
        with open_database(path) as database:
            if not (database.has("element", "image_id", "polygon") and database.has("image", "url")):
                return 0.1
            return 1.0 if "export_version" in database.tables else 0.8
    except FormatError:
        return 0.3


def _databases(folder: Path) -> list[Path]:
    """Plain files of the folder itself, by name."""
    try:
        with os.scandir(folder) as found:
            entries = [entry for _, entry in zip(range(_MOST_ENTRIES), found, strict=False)]
            names = [entry.name for entry in entries if entry.name.lower().endswith(_ENDINGS) and entry.is_file()]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(".") and is_sqlite(folder / name)]


def _database_of(source: ImportSource) -> Path:
    if source.path.is_file():
        return source.path
    unwanted = {os.path.realpath(path) for path in source.left_out}
    found = [path for path in _databases(source.path) if os.path.realpath(path) not in unwanted]
    found = [path for path in found if _likeness(path) > 0.5] or found
    if not found:
        raise FormatError(f'"{shown(source.path)}" holds no SQLite database.', file=source.path, code="E-201")
    if len(found) > 1:
        text = f"There are {len(found)} databases ({listed_names([path.name for path in found])})."
        raise FormatError(text, file=source.path, hint="Choose one of the files.")
    return found[0]


FORMAT: AnnotationFormat = ArkindexFormat()
