"""COCO instances: JSON files with images, annotations and categories.

Categories count by name; their ids are only links inside a file (0 is one like any other). An image that is listed
without annotations in a file that has annotations counts as looked at and empty, unless something of the file could
not be given to an image. Masks as RLE become outlines. When every outline of the files is nothing but its box's four
corners, as converters write them, the objects are boxes.

A file is read in slices. Plain objects become columns at once; what is not plain stays a record until its image is
told, and so do the objects of images in which something is to be looked at more closely (docs/adr/0033).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.coco.files import CocoFiles, choose_files, find_pictures, holds_coco, likeness
from core.formats.coco.parts import OtherKindError
from core.formats.coco.records import CocoDocument, read_document
from core.formats.coco.telling import Telling
from core.formats.coco.writing import BY_SET, FILE_NAME, FILES, ONE, write_coco


class CocoFormat:
    """Reads a file or all COCO files of a folder; writes `annotations.json`, or a file for each set."""

    info = FormatInfo(
        slug="coco",
        title="COCO",
        reads="COCO (.json)",
        writes=f"One file, {FILE_NAME}, for all images; where sets are stated, one for each (instances_train.json).",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.WHOLE_IMAGES, "written as boxes of the whole image"),
            Loss(Content.WITHOUT_CLASS, "left out, for every object of COCO has a class"),
            Loss(Content.UNSEEN_IMAGES, "not listed, for COCO would take them for empty ones", Severity.INFO),
        ),
        write_options=(
            FormatOption(
                FILES,
                "Files",
                "Images without a set go into annotations.json.",
                ((BY_SET, "One for each set"), (ONE, "One for all images")),
                BY_SET,
            ),
        ),
        endings=(".json",),
        images_folder="images",
        precedence=10,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return likeness(path)
        return 0.95 if holds_coco(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        files = CocoFiles((source.path,)) if source.path.is_file() else choose_files(source.path, source.left_out)
        if not files.chosen:
            raise FormatError(f'"{shown(source.path)}" holds no COCO file (.json).', file=source.path)
        documents, passed_over = _read_documents(files.chosen)
        pictures = find_pictures(source, {document.path: list(document.images) for document in documents})
        remarks = [*passed_over, *(_of_other_things(file) for file in files.beside)]
        return Reading(pictures.index.root, _items(Telling(documents, pictures, source, size_of), remarks))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_coco(images, categories, folder, options)


def _read_documents(files: Sequence[Path]) -> tuple[list[CocoDocument], list[Problem]]:
    """Among several files, one that speaks of something else than objects is passed over. Raises FormatError."""
    documents: list[CocoDocument] = []
    passed_over: list[OtherKindError] = []
    for file in files:
        try:
            documents.append(read_document(file))
        except OtherKindError as error:
            passed_over.append(error)
    if not documents:
        raise passed_over[0]
    return documents, [
        Problem("annotations-not-read", f"{error.text} It is passed over.", error.file) for error in passed_over
    ]


def _of_other_things(file: Path) -> Problem:
    text = f'"{shown(file.name)}" is passed over: beside a file of instances it says nothing more of objects.'
    return Problem("annotations-not-read", text, str(file), severity=Severity.INFO)


def _items(telling: Telling, remarks: Sequence[Problem]) -> Generator[RawImage | Problem, None, Iterable[str]]:
    yield from remarks
    return (yield from telling.items())


FORMAT: AnnotationFormat = CocoFormat()
