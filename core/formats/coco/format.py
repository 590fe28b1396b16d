"""COCO instances: one JSON file with images, annotations and categories.

Categories count by name; their ids are only links inside a file (0 is one like any other). An image that is listed
without annotations in a file that has annotations counts as looked at and empty. Masks as RLE are kept as their boxes.
When every outline of the files is nothing but its box's four corners, as converters write them, the objects are boxes.

A file is parsed whole; its records become values one by one, and what has been told is let go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.geometry import Polygon
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.coco.files import chosen_files, find_images, holds_coco, likeness
from core.formats.coco.records import CocoDocument, CocoImage, read_document, to_annotation
from core.formats.coco.writing import FILE_NAME, write_coco
from core.formats.reading.frames import Frame, frame_of, states_upright
from core.formats.reading.image_index import Match, is_unsafe, missing_problem


class CocoFormat:
    """Reads a file or all COCO files of a folder; writes `annotations.json`."""

    info = FormatInfo(
        slug="coco",
        title="COCO",
        reads="COCO (.json)",
        writes=f"One file, {FILE_NAME}, for all images.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_negatives=True,
        losses=(
            Loss(Content.WHOLE_IMAGES, "written as boxes of the whole image"),
            Loss(Content.WITHOUT_CLASS, "left out, for every object of COCO has a class"),
            Loss(Content.UNSEEN_IMAGES, "not listed, for COCO would take them for empty ones", Severity.INFO),
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
        files = [source.path] if source.path.is_file() else chosen_files(source.path)
        if not files:
            raise FormatError(f'"{shown(source.path)}" holds no COCO file (.json).', file=source.path)
        documents = [read_document(file) for file in files]
        names = [name for document in documents for name in document.images]
        index = find_images(source, files[0].parent, names)
        telling = _Telling(index.root, index.match_names(names), size_of)
        return Reading(index.root, telling.items(documents, source))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_coco(images, categories, folder)


class _Telling:
    """Tells the images of several documents."""

    def __init__(self, root: Path, matches: Mapping[str, Match], size_of: SizeOf) -> None:
        self._root = root
        self._matches = matches
        self._size_of = size_of
        self._elsewhere: list[tuple[str, str]] = []

    def items(
        self, documents: Sequence[CocoDocument], source: ImportSource
    ) -> Generator[RawImage | Problem, None, Iterable[str]]:
        """Images that several entries speak of come when the last of these has been seen."""
        are_boxes = self._outlines_are_boxes(documents)
        to_come = Counter(self._matches[name].path for document in documents for name in document.images)
        is_any_named = any(document.images for document in documents)
        held: dict[str, RawImage] = {}
        n_images = 0
        for document in documents:
            for name, entry in document.images.items():
                image = self._image(document, name, entry)
                if image is None:
                    continue
                to_come[image.path] -= 1
                image, repeats = _joined(held.pop(image.path, None), image)
                yield from repeats
                if to_come[image.path]:
                    held[image.path] = image
                    continue
                n_images += 1
                yield _with_boxes(image) if are_boxes else image
            yield from document.problems()
            document.forget()
        if self._elsewhere:
            yield self._elsewhere_remark(source)
        if is_any_named and not n_images:
            text = f'None of the images was found below "{shown(self._root)}". Choose the folder that holds them.'
            yield Problem("images-not-found", text, str(source.path), severity=Severity.ERROR)
        if are_boxes:
            text = "Every outline is just the corners of its box, so the objects are taken as boxes."
            yield Problem("outlines-are-boxes", text, str(source.path), severity=Severity.INFO)
        return [name for document in documents for name in document.categories.values()]

    def _image(self, document: CocoDocument, name: str, entry: CocoImage) -> RawImage | None:
        """What an entry and its objects say; None, after reporting it, when the picture was not found."""
        match = self._matches[name]
        if is_unsafe(name):
            rest = "it was looked for below the images' folder" if match.path else "it is left out"
            text = f'"{shown(name)}" leads out of the images\' folder; {rest}.'
            document.report("images", entry.index, "path-unsafe", text)
        elif match.path is None:
            problem = missing_problem(name, match, file=str(document.path))
            document.report("images", entry.index, problem.kind, problem.text)
        elif not match.is_exact:
            self._elsewhere.append((name, match.path))
        frame = self._frame(document, entry, match.path)
        is_empty = document.has_objects and name not in document.objects
        found = [to_annotation(document, index, raw, frame.size) for index, raw in document.objects.pop(name, ())]
        if match.path is None:
            return None
        annotations = tuple(annotation for annotation in found if annotation is not None)
        width, height = frame.size or (None, None)
        return RawImage(
            match.path,
            annotations,
            width,
            height,
            str(document.path),
            is_empty,
            is_upright_stated=states_upright(entry.size, self._size_of(self._root / match.path)),
            is_as_stored=frame.is_as_stored,
        )

    def _frame(self, document: CocoDocument, entry: CocoImage, path: str | None) -> Frame:
        """Of the picture itself where it can be read, else as the file claims. Reports where the two differ."""
        picture = self._size_of(self._root / path) if path is not None else None
        frame = frame_of(entry.size, picture)
        if entry.size and frame.size and frame.size != entry.size:
            across, down = entry.size
            actual = f"{frame.size[0]} x {frame.size[1]}"
            text = f'"{shown(entry.name)}" is {across} x {down} in the file, but has {actual}'
            if entry.size == frame.size[::-1]:
                text += "; its annotations may have been made before it was turned upright"
            document.report("images", entry.index, "image-size-differs", text + ".")
        return frame

    def _outlines_are_boxes(self, documents: Sequence[CocoDocument]) -> bool:
        """Whether there are outlines, all of them rectangles. Ends at the first that is none."""
        is_any = False
        for document in documents:
            silent = replace(document, findings=[])
            for name, entry in document.images.items():
                outlined = [item for item in document.objects.get(name, ()) if item[1].get("segmentation")]
                path = self._matches[name].path
                if not outlined or path is None:
                    continue
                frame = frame_of(entry.size, self._size_of(self._root / path))
                for index, raw in outlined:
                    annotation = to_annotation(silent, index, raw, frame.size)
                    if annotation is not None and isinstance(annotation.geometry, Polygon):
                        if not _is_rectangle(annotation.geometry):
                            return False
                        is_any = True
        return is_any

    def _elsewhere_remark(self, source: ImportSource) -> Problem:
        name, path = self._elsewhere[0]
        example = f'"{shown(name)}" as "{shown(path)}"'
        lie = counted(len(self._elsewhere), "image lies", "images lie")
        text = f"{lie} elsewhere than the file says, e.g. {example}."
        return Problem("image-found-elsewhere", text, str(source.path), severity=Severity.INFO)


def _joined(before: RawImage | None, image: RawImage) -> tuple[RawImage, Iterator[Problem]]:
    """Several files, or several entries of one, may speak of the same image; equal objects count once."""
    together = (*before.annotations, *image.annotations) if before else image.annotations
    kept = tuple(dict.fromkeys(together))
    if not before and len(kept) == len(together):
        return image, iter(())
    repeats = []
    if len(kept) < len(together):
        text = f'"{shown(image.path)}" repeats {counted(len(together) - len(kept), "annotation")}; each counts once.'
        repeats = [Problem("annotation-duplicate", text, image.source_file, severity=Severity.INFO)]
    joined = replace(image, annotations=kept, is_explicit_negative=image.is_explicit_negative and not kept)
    return joined, iter(repeats)


def _is_rectangle(polygon: Polygon) -> bool:
    box = polygon.bounds()
    corners = {(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)}
    ring = polygon.rings[0]
    points = list(zip(ring[0::2], ring[1::2], strict=True))
    return len(polygon.rings) == 1 and len(points) in (4, 5) and set(points) == corners and polygon.area == box.area


def _with_boxes(image: RawImage) -> RawImage:
    def boxed(annotation: RawAnnotation) -> RawAnnotation:
        shape = annotation.geometry
        return replace(annotation, geometry=shape.bounds()) if isinstance(shape, Polygon) else annotation

    return replace(image, annotations=tuple(boxed(annotation) for annotation in image.annotations))


FORMAT: AnnotationFormat = CocoFormat()
