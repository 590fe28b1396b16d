"""Reads annotation files through their format, and settles which way up their coordinates are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contract_1.base import AnnotationFormat, ReadResult
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.imports.examination import Headers
from core.imports.orientation import is_sideways


@dataclass(frozen=True, slots=True)
class Reading:
    """`turned` are the paths of images whose shapes are those of the picture as it is stored."""

    result: ReadResult
    turned: frozenset[str] = frozenset()


def read_annotations(annotation_format: AnnotationFormat, source: ImportSource, headers: Headers) -> Reading:
    """Coordinates are taken as those of the upright image, unless the file states the size of the stored one.

    To learn what a file itself states, it is read a second time without telling it the sizes of pictures that are
    stored sideways; formats that state no size have nothing to say then, and the first reading holds.
    """
    result = annotation_format.read(source, size_of=headers.size_of)
    root = result.images_root
    sideways = {path for image in result.images if _is_sideways(path := root / image.path, headers)}
    if not sideways:
        return Reading(result)

    def size_unless_sideways(path: Path) -> tuple[int, int] | None:
        return None if path in sideways else headers.size_of(path)

    stated = annotation_format.read(source, size_of=size_unless_sideways)
    turned = {
        image.path: image
        for image in stated.images
        if (path := root / image.path) in sideways and _states_stored_size(image, headers.size_of(path))
    }
    if not turned:
        return Reading(result)
    images = tuple(turned.get(image.path, image) for image in result.images)
    text = (
        f"{len(turned)} images are stored sideways and were annotated that way; their annotations were turned upright "
        f'with them, e.g. "{shown(min(turned))}".'
    )
    remark = Problem("annotations-turned", text, str(source.path), severity=Severity.INFO)
    # The second reading measured these images' shapes against the right size; the first one's complaints are void.
    return Reading(ReadResult(root, images, result.categories, (*stated.problems, remark)), frozenset(turned))


def _is_sideways(path: Path, headers: Headers) -> bool:
    header = headers.get(path)
    return header is not None and is_sideways(header.orientation) and header.width != header.height


def _states_stored_size(image: RawImage, upright: tuple[int, int] | None) -> bool:
    return upright is not None and (image.width, image.height) == upright[::-1]
