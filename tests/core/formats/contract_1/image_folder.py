"""A folder of pictures without annotations."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path, PurePath

from contract_1.base import ReadResult, SizeOf
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import is_image_name, shown
from core.errors import FormatError
from core.formats.reading.image_index import ImageIndex

_PERHAPS_ANNOTATIONS = frozenset({".xml", ".json", ".csv", ".jsonl", ".geojson"})


class ImageFolderFormat:
    """The last resort of detection: chosen when nothing else was found beside the pictures."""

    slug = "images"
    title = "Images without annotations"
    reads = "a folder of images"

    def detect(self, path: Path) -> float:
        if path.is_file():
            return 0.0
        return 0.1 if any(is_image_name(name) for _, _, names in os.walk(path) for name in names) else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> ReadResult:
        root = source.images_root or source.path
        if not root.is_dir():
            raise FormatError(f'"{shown(root)}" is not a folder.', file=root, hint="Choose a folder with images.")
        images = tuple(RawImage(path, ()) for path in ImageIndex(root).paths)
        return ReadResult(root, images, (), tuple(_unread(root)))


def _unread(root: Path) -> list[Problem]:
    """Files that may well be annotations in a form that is not read: better said than passed over."""
    suffixes = Counter(
        PurePath(name).suffix.lower()
        for _, _, names in os.walk(root)
        for name in names
        if not name.startswith(".") and PurePath(name).suffix.lower() in _PERHAPS_ANNOTATIONS
    )
    return [
        Problem(
            "annotations-not-read",
            f"{count} {suffix} files were found, but not in a form that is read; they are passed over.",
            str(root),
            severity=Severity.INFO,
        )
        for suffix, count in sorted(suffixes.items())
    ]
