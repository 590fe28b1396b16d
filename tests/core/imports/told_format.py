"""A small format of the tests that can say everything: JSON of images with rows of what is on them."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.formats import FormatInfo, FormatOption
from core.domain.geometry import Box
from core.domain.imports import ImportSource, Problem, RawAnnotation, RawImage
from core.errors import RefusedError
from core.formats.base import AnnotationFormat, Reading, SizeOf, WriteOptions, WriteResult
from core.formats.catalog import GROUP, FormatCatalog


class ToldFormat:
    info = FormatInfo(
        slug="told",
        title="Told",
        reads="a told .json",
        no_writing="It is only read.",
        read_options=(FormatOption("prefix", "Prefix", choices=(("", "none"), ("x-", "x-")), default=""),),
    )

    def detect(self, path: Path) -> float:
        return 1.0 if path.suffix == ".told" else 0.0

    def read(self, source: ImportSource, *, size_of: SizeOf) -> Reading:
        return Reading(source.images_root or source.path.parent, _items(source))

    def write(
        self, images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, options: WriteOptions
    ) -> WriteResult:
        raise RefusedError(self.info.no_writing)


def _items(source: ImportSource) -> Generator[RawImage | Problem, None, Iterable[str]]:
    content: dict[str, list[dict[str, Any]]] = json.loads(source.path.read_text())
    prefix = source.option("prefix")
    names: list[str] = []
    for path, rows in content.items():
        annotations = []
        for row in rows:
            details = AnnotationDetails(row.get("id", ""), text=row.get("text"))
            name = prefix + row["name"]
            names.append(name)
            annotations.append(
                RawAnnotation(
                    name,
                    Box(*row["box"]) if "box" in row else None,
                    details=details if details != AnnotationDetails() else None,
                    made_by=row.get("by", ""),
                )
            )
        yield RawImage(path, tuple(annotations), is_explicit_negative=all("by" in row for row in rows))
    return sorted(set(names))


FORMAT: AnnotationFormat = ToldFormat()


def told_catalog() -> FormatCatalog:
    return FormatCatalog([EntryPoint("told", "tests.core.imports.told_format:FORMAT", GROUP)])
