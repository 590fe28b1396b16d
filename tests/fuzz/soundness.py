"""What has to hold of whatever a format made of a file, however damaged."""

from __future__ import annotations

import math
from pathlib import Path, PurePosixPath

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.imports import MOST_SIGNS, Problem, RawAnnotation, RawImage
from core.domain.names import shown
from core.errors import FormatError
from core.formats.base import ReadResult

_LARGEST_SIDE = 2**31


def check_error(error: FormatError) -> None:
    _check_sentence(error.text)
    assert shown(error.hint) == error.hint, f"the hint cannot be printed: {error.hint!r}"
    assert error.line is None or error.line >= 1, f"line {error.line}"


def check_result(result: ReadResult, inside: Path) -> None:
    """`inside` is the folder that was read: no image lies elsewhere."""
    paths = [image.path for image in result.images]
    assert len(set(paths)) == len(paths), "an image was told twice"
    assert len(set(result.categories)) == len(result.categories)
    for category in result.categories:
        _check_text(category, "class")
    for image in result.images:
        _check_image(image, result, inside)
    for problem in result.problems:
        _check_problem(problem)


def _check_image(image: RawImage, result: ReadResult, inside: Path) -> None:
    path = PurePosixPath(image.path)
    assert image.path and not path.is_absolute() and ".." not in path.parts, f"a path that leads out: {image.path!r}"
    file = result.images_root / image.path
    assert file.is_file(), f"no file: {image.path!r}"
    assert file.resolve().is_relative_to(inside.resolve()), f"a file outside: {file}"
    assert image.stated_set in ("", "train", "val", "test"), image.stated_set
    assert not (image.annotations and image.is_explicit_negative), "an empty image with annotations"
    for side in (image.width, image.height):
        assert side is None or 0 < side < _LARGEST_SIDE, f"a side of {side}"
    if image.details is not None:
        text = image.details.to_text()
        text.encode()
        assert ImageDetails.from_text(text).to_text() == text
    for annotation in image.annotations:
        _check_annotation(annotation, result)


def _check_annotation(annotation: RawAnnotation, result: ReadResult) -> None:
    assert annotation.category is None or annotation.category in result.categories, annotation.category
    shape = annotation.geometry
    assert shape is None or (shape.is_finite() and shape.area > 0), f"no shape: {shape}"
    assert annotation.confidence is None or 0 <= annotation.confidence <= 1, annotation.confidence
    assert annotation.line is None or annotation.line >= 1
    _check_text(annotation.made_by, "maker") if annotation.made_by else None
    details = annotation.details
    if details is not None:
        text = details.to_text()
        text.encode()
        words = f"{details.attributes} {details.text} {details.stated_id} {details.parent}"
        assert "NaN" not in text or "NaN" in words, "a number that is none"
        assert AnnotationDetails.from_text(text).to_text() == text
        assert all(math.isfinite(value) for value in details.baseline), "a baseline that is none"
        assert len(details.baseline) % 2 == 0
        assert details.order is None or 0 <= details.order < 2**63, details.order


def _check_problem(problem: Problem) -> None:
    assert problem.kind
    _check_sentence(problem.text)
    assert problem.line is None or problem.line >= 1


def _check_sentence(text: str) -> None:
    assert shown(text) == text, f"cannot be printed: {text!r}"
    assert text.strip().endswith((".", "?")), f"no sentence: {text!r}"
    assert len(text) <= MOST_SIGNS, f"{len(text)} signs: {text[:200]!r}"


def _check_text(text: str, what: str) -> None:
    assert text.strip(), f"a {what} without a name"
    assert shown(text) == text, f"a {what} that cannot be printed: {text!r}"
