"""YOLO: a text file of rows for each image, as Ultralytics and Darknet lay them out. An empty file says "nothing here".

Rows are shares of the upright image's size, so the size of every labelled picture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.reading.image_index import ImageIndex, Match
from core.formats.reading.text_files import head_of
from core.formats.yolo.class_lists import is_marker
from core.formats.yolo.dota import read_dota_file
from core.formats.yolo.label_files import has_label_folder, has_labels_beside_images
from core.formats.yolo.layout import YoloLayout, find_layout, find_marker
from core.formats.yolo.rows import LabelFile, class_name, looks_like_rows, read_label_file
from core.formats.yolo.sets import assign_sets
from core.formats.yolo.tally import AUTO, BOXES, ORIENTED, POLYGONS, Tally
from core.formats.yolo.writing import FILE_NAME, write_yolo

_AROUND_ALL_PARTS = (("task", BOXES), ("task", ORIENTED))


class YoloFormat:
    """Reads a data.yaml, an obj.data or a folder; writes a data.yaml and label files that mirror the pictures."""

    info = FormatInfo(
        slug="yolo",
        title="YOLO",
        reads="YOLO (data.yaml, obj.data, or a folder with .txt labels)",
        writes=f"A {FILE_NAME}, a label file (.txt) for each image, and a list of images for each set.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.POLYGON_PARTS, "each part becomes an object of its own", unless=_AROUND_ALL_PARTS),
            Loss(
                Content.MIXED_IMAGES,
                "Ultralytics leaves them out, for it takes one kind of rows in a label file",
                unless=(*_AROUND_ALL_PARTS, ("task", POLYGONS)),
            ),
            Loss(Content.WHOLE_IMAGES, "left out, for every row of YOLO has a place"),
            Loss(Content.CROWDS, "written as single objects"),
            Loss(Content.WITHOUT_CLASS, "left out, for every row of YOLO has a class"),
            Loss(Content.UNSEEN_IMAGES, "get no label file, and some programs take that for empty", Severity.INFO),
        ),
        write_options=(
            FormatOption(
                "task",
                "Write",
                "A training takes rows of one kind: boxes to detect, outlines to segment, corners of oriented boxes.",
                (
                    (AUTO, "Shapes as they are"),
                    (BOXES, "Boxes: those around outlines"),
                    (POLYGONS, "Outlines: boxes as four corners"),
                    (ORIENTED, "Oriented boxes: the smallest around outlines"),
                ),
                AUTO,
            ),
        ),
        read_options=(
            FormatOption(
                "task",
                "Rows are",
                "What rows of corners are. Four corners at right angles throughout are oriented boxes; everything else "
                "are outlines.",
                (
                    (AUTO, "As they look, or as data.yaml says"),
                    (BOXES, "Boxes: those around outlines"),
                    (POLYGONS, "Outlines"),
                    (ORIENTED, "Oriented boxes"),
                ),
                AUTO,
            ),
        ),
        endings=(".yaml", ".yml", ".data", ".txt"),
        images_folder="images",
        precedence=20,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.9 if is_marker(path) else 0.0
        if find_marker(path) is not None:
            return 0.9
        if has_label_folder(path):
            return 0.8
        return 0.7 if has_labels_beside_images(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        layout = find_layout(source)
        return Reading(layout.images_root, _items(layout, source, size_of))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        task = options.option("task", AUTO)
        return write_yolo(images, categories, folder, has_pictures=options.has_pictures, task=task)


def _items(
    layout: YoloLayout, source: ImportSource, size_of: SizeOf
) -> Generator[RawImage | Problem, None, Iterable[str]]:
    yield from layout.problems
    keys = {file[: file.rindex(".")]: file for file in layout.label_files}
    index = ImageIndex(layout.images_root)
    sets = assign_sets(layout.sets, layout.base, index)
    yield from sets.problems
    stems = {key: _image_stem(key, layout, index) for key in keys}
    matches = index.match_stems(stems.values())
    label_files: dict[str, Path] = {}  # by image
    highest = -1
    tally = Tally(_task_of(layout, source))
    for key, file in keys.items():
        match, label_file = matches[stems[key]], layout.base / file
        if match.path is None:
            yield from _unmatched(match, label_file)
            continue
        if match.path in label_files:
            text = f'"{shown(match.path)}" already has labels in "{shown(label_files[match.path])}".'
            yield Problem("annotation-file-duplicate", f"{text} This file is left out.", str(label_file))
            continue
        if len(match.candidates) > 1:
            others = ", ".join(f'"{shown(path)}"' for path in match.candidates[1:3])
            text = f'The labels belong to "{shown(match.path)}" and not to {others}, of the same name.'
            yield Problem("image-ambiguous", text, str(label_file))
        label_files[match.path] = label_file
        classes = layout.list_of(file)
        names = classes.names if classes is not None else None
        read = partial(_read_labels, layout, file, names, tally)
        image, top, problems = _read_image(layout.images_root, match.path, label_file, read, size_of)
        if names is None:
            highest = max(highest, top)
        yield from problems
        stated = sets.of_image.get(match.path, "")
        yield replace(image, stated_set=stated) if stated else image
    if not label_files:
        text = f'None of the label files has its image below "{shown(layout.images_root)}".'
        text += " Choose the folder that holds the images."
        yield Problem("images-not-found", text, str(source.path), severity=Severity.ERROR)
    yield from tally.problems(str(source.path))
    for path, split in sets.of_image.items():
        if path not in label_files:
            yield RawImage(path, (), stated_set=split)  # that nobody has labelled
    named = [name for classes in layout.class_lists for name in classes.names]
    return [*named, *(class_name(number, None) for number in range(highest + 1)), *tally.classes]


def _image_stem(key: str, layout: YoloLayout, index: ImageIndex) -> str:
    """Where a label file's picture is to be looked for: where Ultralytics would look for that file, for whom the last
    folder "images" of a picture's path stands for "labels", if one is there; else by the path itself."""
    root, base = layout.images_root, layout.base
    if not root.is_relative_to(base):
        return key
    before = f"{root.relative_to(base).as_posix()}/" if root != base else ""
    parts = key.split("/")
    for at in reversed([at for at, part in enumerate(parts[:-1]) if part == "labels"]):
        path = "/".join((*parts[:at], "images", *parts[at + 1 :]))
        if path.startswith(before) and index.has_stem(path[len(before) :]):
            return path[len(before) :]
    return key


def _task_of(layout: YoloLayout, source: ImportSource) -> str:
    told = source.option("task", AUTO)
    return ORIENTED if told == AUTO and layout.is_oriented else told


def _read_labels(
    layout: YoloLayout, file: str, names: Sequence[str] | None, tally: Tally, size: tuple[int, int]
) -> LabelFile:
    """Raises FormatError."""
    path = layout.base / file
    if layout.is_dota:
        return read_dota_file(path, size, tally)
    return read_label_file(path, names, size, layout.form_of(file), tally)


def _read_image(
    root: Path, path: str, label_file: Path, read: Callable[[tuple[int, int]], LabelFile], size_of: SizeOf
) -> tuple[RawImage, int, Sequence[Problem]]:
    """The image with its labels, the highest class number in use, and what is wrong with the labels."""
    picture = size_of(root / path)
    if picture is None:
        text = f'The size of "{shown(path)}" could not be read, so its labels are left out.'
        problem = Problem("image-size-unknown", text, str(label_file))
        return RawImage(path, (), source_file=str(label_file)), -1, [problem]
    try:
        labels = read(picture.size)
    except FormatError as error:
        problem = Problem("annotation-file-unreadable", str(error), str(label_file))
        return RawImage(path, (), *picture.size, str(label_file)), -1, [problem]
    image = RawImage(path, labels.annotations, *picture.size, str(label_file), labels.is_empty, details=labels.details)
    return image, labels.highest_class, labels.problems


def _unmatched(match: Match, label_file: Path) -> list[Problem]:
    if match.candidates:
        some = ", ".join(f'"{shown(path)}"' for path in match.candidates[:3])
        text = f"The labels could belong to any of {match.n_candidates} images ({some}); they are left out."
        return [Problem("image-ambiguous", text, str(label_file))]
    head = head_of(label_file)
    if head.strip() and not looks_like_rows(head) and label_file.parent.name.lower() != "labels":
        return []  # a text file that has nothing to do with labels
    text = f'No image belongs to "{shown(label_file.name)}"; its labels are left out.'
    return [Problem("label-without-image", text, str(label_file))]


FORMAT: AnnotationFormat = YoloFormat()
