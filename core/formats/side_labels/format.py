"""A text file beside each picture (10.txt beside 10.jpg) with a class of the whole image in each line: ModelArts' form.

A file without lines says that somebody looked and found none. Rows of numbers are boxes of other programs and never
labels; long lines are texts.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from pathlib import Path, PurePosixPath

from core.domain.formats import Content, FormatInfo, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.reading.image_index import ImageIndex, missing_problem
from core.formats.reading.picture_folders import pictures_of
from core.formats.side_labels.files import PicturesBeside, label_files, likeness, may_be_labels
from core.formats.side_labels.labels import is_label, read_labels
from core.formats.writing import FileNames, write_file


class SideLabelsFormat:
    """Reads all text files of a folder that are called like a picture; writes such files."""

    info = FormatInfo(
        slug="side-labels",
        title="Labels beside the images",
        reads="text files of labels beside the images (.txt, a label in each line)",
        writes="A text file (.txt) for each image, at its path, with a class in each line.",
        shapes_read=frozenset({ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.IMAGE}),
        holds_negatives=True,
        losses=(
            Loss(Content.BOXES, "left out, for a label is one of the whole image"),
            Loss(Content.POLYGONS, "left out, for a label is one of the whole image"),
            Loss(Content.WITHOUT_CLASS, "left out, for a line is a class"),
            Loss(Content.UNSEEN_IMAGES, "get no file", Severity.INFO),
        ),
        endings=(".txt",),
        precedence=800,
    )

    def detect(self, path: Path) -> float:
        return likeness(path) if path.is_dir() else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        is_single = source.path.is_file()
        folder = source.path.parent if is_single else source.path
        problems: list[Problem] = []
        files = [source.path] if is_single else list(label_files(folder, problems))
        files = [file for file in files if file not in source.left_out]
        if not files:
            hint = problems[0].text if problems else "Each lies beside its image and is called like it."
            raise FormatError(f'"{shown(source.path)}" holds no text file of labels.', file=source.path, hint=hint)
        beside = PicturesBeside()
        is_beside = any(beside.has(file) for file in files)
        root = source.images_root or (folder if is_beside else pictures_of(folder))
        return Reading(root, _items(files, folder, root, source, problems))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        """Raises RefusedError for two images that differ in their ending only."""
        names = FileNames(self.info.title)
        n_images = n_annotations = 0
        for image in images:
            found = dict.fromkeys(item.category for item in image.annotations if item.geometry is None)
            labels = [name for name in found if name is not None]
            if labels or image.is_explicit_negative:
                name = names.take(str(PurePosixPath(image.path).with_suffix(".txt")), image)
                write_file(folder / name, "".join(f"{shown(label)}\n" for label in labels))
                n_images += 1
                n_annotations += len(labels)
        return WriteResult(n_images, n_annotations, tuple(_unreadable(categories)))


def _unreadable(categories: Iterable[str]) -> Iterable[Problem]:
    for name in categories:
        if not is_label(name):
            text = f'The class "{shown(name[:60])}" reads like a text, and is no label for who reads the files again.'
            yield Problem("category-name-unreadable", text)


def _items(
    files: Sequence[Path], folder: Path, root: Path, source: ImportSource, problems: Sequence[Problem]
) -> Generator[RawImage | Problem, None, Iterable[str]]:
    yield from problems
    keys = {file: file.relative_to(folder).as_posix().removesuffix(file.suffix) for file in files}
    matches = ImageIndex(root).match_stems(keys.values())
    told: dict[str, Path] = {}
    categories: set[str] = set()
    for file, key in keys.items():
        match = matches[key]
        if match.path is None:
            if match.candidates:
                yield missing_problem(file.stem, match, file=str(file))
            elif may_be_labels(file):
                text = f'No image is called like "{shown(file.name)}"; its labels are left out.'
                yield Problem("label-without-image", text, str(file))
            continue
        if match.path in told:
            text = f'"{shown(match.path)}" already has labels in "{shown(told[match.path])}"; this file is left out.'
            yield Problem("annotation-file-duplicate", text, str(file))
            continue
        try:
            labels = read_labels(file, source.names_encoding)
        except FormatError as error:
            yield Problem("annotation-file-unreadable", str(error), str(file), error.line)
            continue
        told[match.path] = file
        if len(match.candidates) > 1:
            others = ", ".join(f'"{shown(path)}"' for path in match.candidates[1:3])
            text = f'The labels belong to "{shown(match.path)}" and not to {others}, of the same name.'
            yield Problem("image-ambiguous", text, str(file))
        yield from labels.problems
        categories.update(name for name, _ in labels.names)
        annotations = tuple(RawAnnotation(name, None, line=line) for name, line in labels.names)
        is_empty = not annotations and not labels.problems
        yield RawImage(match.path, annotations, source_file=str(file), is_explicit_negative=is_empty)
    if not told:
        text = f'No text file is called like an image below "{shown(root)}". Choose the folder that holds the images.'
        yield Problem("images-not-found", text, str(source.path), severity=Severity.ERROR)
    return sorted(categories)


FORMAT: AnnotationFormat = SideLabelsFormat()
