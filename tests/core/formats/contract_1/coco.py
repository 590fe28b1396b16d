"""COCO instances: one JSON file with images, annotations and categories.

Categories count by name; their ids are only links inside a file (0 is one like any other). An image that is listed
without annotations in a file that has annotations counts as looked at and empty. Masks as RLE are kept as their boxes.
When every outline of the files is nothing but its box's four corners, as converters write them, the objects are boxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from contract_1.base import ReadResult, SizeOf
from contract_1.coco_records import CocoDocument, CocoImage, read_document, to_annotation
from core.domain.counting import counted
from core.domain.geometry import Polygon
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.image_index import ImageIndex, Match, is_unsafe, missing_problem
from core.formats.reading.text_files import head_of, is_plain_file

FILE_NAME = "annotations.json"
_SNIFFED_BYTES = 262_144
_SURE = 0.8
_GUESSED_ENTRIES = 50_000  # of a folder that is only guessed to hold the images


class CocoFormat:
    """Reads a file or all COCO files of a folder; writes `annotations.json`."""

    slug = "coco"
    title = "COCO"
    reads = "COCO (.json)"

    def detect(self, path: Path) -> float:
        if path.is_file():
            return _likeness(path)
        return 0.95 if any(_likeness(file) >= _SURE for file in _json_files(path)) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> ReadResult:
        files = [source.path] if source.path.is_file() else _chosen_files(source.path)
        if not files:
            raise FormatError(f'"{shown(source.path)}" holds no COCO file (.json).', file=source.path)
        documents = [read_document(file) for file in files]
        names = [name for document in documents for name in document.images]
        index = _find_images(source, files[0].parent, names)
        matches = index.match_names(names)
        reading = _Reading(index.root, matches, size_of)
        for document in documents:
            reading.add(document)
        return reading.result(documents, source)


class _Reading:
    """Gathers the images of several documents."""

    def __init__(self, root: Path, matches: dict[str, Match], size_of: SizeOf) -> None:
        self._root = root
        self._matches = matches
        self._size_of = size_of
        self._images: dict[str, RawImage] = {}
        self._problems: list[Problem] = []
        self._elsewhere: list[tuple[str, str]] = []

    def add(self, document: CocoDocument) -> None:
        for name, image in document.images.items():
            match = self._matches[name]
            if is_unsafe(name):
                rest = "it was looked for below the images' folder" if match.path else "it is left out"
                text = f'"{shown(name)}" leads out of the images\' folder; {rest}.'
                document.report("images", image.index, "path-unsafe", text)
            elif match.path is None:
                problem = missing_problem(name, match, file=str(document.path))
                document.report("images", image.index, problem.kind, problem.text)
            elif not match.is_exact:
                self._elsewhere.append((name, match.path))
            size = self._size(document, image, match.path)
            found = [to_annotation(document, index, raw, size) for index, raw in document.objects.get(name, [])]
            if match.path is None:
                continue
            annotations = tuple(annotation for annotation in found if annotation is not None)
            is_empty = document.has_objects and name not in document.objects
            width, height = size or (None, None)
            self._put(RawImage(match.path, annotations, width, height, str(document.path), is_empty))
        self._problems.extend(document.problems())

    def _size(self, document: CocoDocument, image: CocoImage, path: str | None) -> tuple[int, int] | None:
        """Of the picture itself where it can be read, else as the file claims."""
        claimed = (image.width, image.height) if image.width and image.height else None
        actual = self._size_of(self._root / path) if path is not None else None
        if claimed and actual and claimed != actual:
            text = (
                f'"{shown(image.name)}" is {claimed[0]} x {claimed[1]} in the file, but has {actual[0]} x {actual[1]}'
            )
            if claimed == actual[::-1]:
                text += "; its annotations may have been made before it was turned upright"
            document.report("images", image.index, "image-size-differs", text + ".")
        return actual or claimed

    def _put(self, image: RawImage) -> None:
        """Several files, or several entries of one, may speak of the same image; equal objects count once."""
        before = self._images.get(image.path)
        together = (*before.annotations, *image.annotations) if before else image.annotations
        kept = tuple(dict.fromkeys(together))
        if len(kept) < len(together):
            text = (
                f'"{shown(image.path)}" repeats {counted(len(together) - len(kept), "annotation")}; each counts once.'
            )
            self._problems.append(Problem("annotation-duplicate", text, image.source_file, severity=Severity.INFO))
        self._images[image.path] = RawImage(
            image.path, kept, image.width, image.height, image.source_file, image.is_explicit_negative and not kept
        )

    def result(self, documents: list[CocoDocument], source: ImportSource) -> ReadResult:
        if self._elsewhere:
            name, path = self._elsewhere[0]
            example = f'"{shown(name)}" as "{shown(path)}"'
            lie = counted(len(self._elsewhere), "image lies", "images lie")
            text = f"{lie} elsewhere than the file says, e.g. {example}."
            self._problems.append(Problem("image-found-elsewhere", text, str(source.path), severity=Severity.INFO))
        if not self._images and any(document.images for document in documents):
            text = f'None of the images was found below "{shown(self._root)}". Choose the folder that holds them.'
            self._problems.insert(0, Problem("images-not-found", text, str(source.path), severity=Severity.ERROR))
        images = tuple(self._images.values())
        if _has_only_dummy_outlines(images):
            images = tuple(_with_boxes(image) for image in images)
            text = "Every outline is just the corners of its box, so the objects are taken as boxes."
            self._problems.append(Problem("outlines-are-boxes", text, str(source.path), severity=Severity.INFO))
        categories = dict.fromkeys(name for document in documents for name in document.categories.values())
        return ReadResult(self._root, images, tuple(categories), tuple(self._problems))


def _likeness(file: Path) -> float:
    head = head_of(file, _SNIFFED_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    if file.suffix.lower() != ".json":
        return 0.0
    if head.startswith(b"["):  # perhaps detections, which `read` refuses in better words
        return 0.3 if b'"image_id"' in head and b'"category_id"' in head else 0.0
    n_keys = sum(key in head for key in (b'"images"', b'"annotations"', b'"categories"', b'"file_name"', b'"bbox"'))
    return {0: 0.0, 1: 0.3, 2: _SURE}.get(n_keys, 1.0)


def _json_files(folder: Path) -> Iterator[Path]:
    """JSON files of the folder and of its folders, where exports put them ("annotations", "coco")."""
    places = [folder]
    try:
        places += sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))[:100]
        for place in places:
            yield from sorted(path for path in place.iterdir() if path.suffix.lower() == ".json")[:100]
    except OSError:
        return


def _chosen_files(folder: Path) -> list[Path]:
    """Those next to each other in the first folder that has any; of COCO's own set the instances only."""
    files = [file for file in _json_files(folder) if _likeness(file) >= _SURE]
    together = [file for file in files if file.parent == files[0].parent]
    instances = [file for file in together if file.name.startswith("instances")]
    return instances or together


def _find_images(source: ImportSource, beside: Path, names: list[str]) -> ImageIndex:
    """The folder below which most of the named images lie."""
    if source.images_root is not None:
        return ImageIndex(source.images_root)
    guesses = [beside / "images", beside, beside.parent / "images", beside.parent]
    guesses = [folder for folder in guesses if folder.is_dir()]
    some = [name for name in names if not is_unsafe(name)][:200]
    hits = [sum(is_plain_file(folder / name.replace("\\", "/")) for name in some) for folder in guesses]
    if hits and max(hits) > 0:
        return ImageIndex(guesses[hits.index(max(hits))])
    for folder in guesses:
        index = ImageIndex(folder, max_entries=_GUESSED_ENTRIES)
        if any(match.path for match in index.match_names(names[:200]).values()):
            return index
    return ImageIndex(guesses[0] if guesses else beside, max_entries=_GUESSED_ENTRIES)


def _has_only_dummy_outlines(images: Sequence[RawImage]) -> bool:
    shapes = [annotation.geometry for image in images for annotation in image.annotations]
    polygons = [shape for shape in shapes if isinstance(shape, Polygon)]
    return bool(polygons) and all(_is_rectangle(polygon) for polygon in polygons)


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
