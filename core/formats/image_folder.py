"""A folder of pictures without annotations."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from core.domain.formats import FormatInfo
from core.domain.imports import ImportSource, Problem, RawImage
from core.domain.names import is_image_name, shown
from core.errors import FormatError, RefusedError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.reading.image_index import ImageIndex


class ImageFolderFormat:
    """The last resort of detection: chosen when nothing else was found beside the pictures."""

    info = FormatInfo(
        slug="images",
        title="Images without annotations",
        reads="a folder of images",
        no_writing="A folder of images cannot hold annotations.",
        precedence=1000,
    )

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.0
        return 0.1 if any(is_image_name(name) for _, _, names in os.walk(path) for name in names) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        root = source.images_root or source.path
        if not root.is_dir():
            raise FormatError(f'"{shown(root)}" is not a folder.', file=root, hint="Choose a folder with images.")
        return Reading(root, _items(root))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        raise RefusedError(self.info.no_writing, hint="Choose another format.")


def _items(root: Path) -> Generator[RawImage | Problem, None, Iterable[str]]:
    for path in ImageIndex(root).paths:
        yield RawImage(path, ())
    return ()


FORMAT: AnnotationFormat = ImageFolderFormat()
