"""ModelArts' manifest: a line of JSON for each image, whose objects are in Pascal VOC files beside it.

A manifest outlives the files that it names, and was made for a store on a server: pictures and Pascal VOC files are
found by the end of their address, and what is gone is told while the rest is read. An image without annotations was
not annotated; one whose Pascal VOC file has no objects was seen to be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.modelarts.files import ENDINGS, VocFiles, holds_manifests, is_manifest, manifests_in, match_sources
from core.formats.modelarts.telling import Telling, sources_in
from core.formats.modelarts.writing import (
    DEFAULT_NAME,
    DEFAULT_VERSION,
    IMAGES,
    KEEP,
    LABELS,
    LOCATION,
    NAME,
    RULE,
    VERSION,
    write_modelarts,
)
from core.formats.reading.image_index import ImageIndex
from core.formats.reading.picture_folders import pictures_of


class ModelArtsFormat:
    """Reads a manifest, the last one of a folder by name; writes one with Pascal VOC files."""

    info = FormatInfo(
        slug="modelarts",
        title="ModelArts",
        reads="ModelArts (.manifest with Pascal VOC files)",
        writes="A manifest (Dataset-V001.manifest), and an .xml file for each image with objects.",
        shapes_read=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        shapes_written=frozenset({ShapeKind.BOX, ShapeKind.POLYGON, ShapeKind.IMAGE}),
        holds_predictions=True,
        holds_splits=True,
        holds_negatives=True,
        losses=(
            Loss(Content.WITHOUT_CLASS, "left out, for every annotation of ModelArts has a name"),
            Loss(Content.UNSEEN_IMAGES, "not listed", Severity.INFO),
        ),
        endings=ENDINGS,
        images_folder=IMAGES,
        write_options=(
            FormatOption(NAME, "Name of the data set", "The manifest is called name-version.", (), DEFAULT_NAME),
            FormatOption(VERSION, "Version", "V001, V002 ...", (), DEFAULT_VERSION),
            FormatOption(LOCATION, "Location", "Where the folder will lie, e.g. s3://bucket/data. Empty = beside it."),
            FormatOption(
                LABELS,
                "Names of classes",
                'ModelArts takes 1 to 32 letters, digits, "-" and "_".',
                ((RULE, "As ModelArts takes them"), (KEEP, "As they are")),
                RULE,
            ),
        ),
        precedence=50,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.95 if is_manifest(path) else 0.0
        return 0.92 if holds_manifests(path) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        problems: list[Problem] = []
        file = source.path if source.path.is_file() else _chosen(source, problems)
        folder = source.path if source.path.is_dir() else file.parent
        sources = sources_in(file)
        root = source.images_root or pictures_of(folder)
        matches = match_sources(sources, ImageIndex(root), folder)
        telling = Telling(file, source, root, VocFiles.below(folder), size_of)
        return Reading(root, telling.items(matches, problems))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        return write_modelarts(images, categories, folder, options)


def _chosen(source: ImportSource, problems: list[Problem]) -> Path:
    """The last manifest by name, for the versions of a data set lie side by side. Raises FormatError without any."""
    files = [file for file in manifests_in(source.path, problems) if file not in source.left_out]
    if not files:
        raise FormatError(f'"{shown(source.path)}" holds no manifest (.manifest).', file=source.path)
    files.sort(key=lambda file: (file.name, str(file)))
    if len(files) > 1:
        n = counted(len(files), "manifest")
        text = f'Of {n}, "{shown(files[-1].name)}" is read, the last by name. Choose another one itself to read that.'
        choices = tuple(str(file) for file in files)
        problems.append(Problem("several-manifests", text, str(source.path), choices=choices))
    return files[-1]


FORMAT: AnnotationFormat = ModelArtsFormat()
