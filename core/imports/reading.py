"""Reads annotation files through their format, and says which of their shapes have to be turned upright."""

from __future__ import annotations

from dataclasses import replace

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, RawImage, Severity
from core.domain.names import shown
from core.formats.base import AnnotationFormat, Reading, ReadResult, gather
from core.imports.cancelling import ImportCancelledError, IsCancelled, never_cancelled
from core.imports.examination import Headers, Sizes
from core.imports.special_files import find_special


def begin_reading(annotation_format: AnnotationFormat, source: ImportSource, headers: Headers) -> Reading:
    """Says where the images are, before anything is told. Raises FormatError."""
    size_of = Sizes(headers, are_stored=bool(source.is_drawn_as_stored))
    return annotation_format.read(source, size_of=size_of)


def finish_reading(
    reading: Reading, source: ImportSource, headers: Headers, *, is_cancelled: IsCancelled = never_cancelled
) -> ReadResult:
    """All at once, for a plan joins it with what the disk holds. Raises FormatError, ImportCancelledError."""

    def check(n_images: int) -> None:
        if is_cancelled():
            raise ImportCancelledError

    result = gather(reading, on_image=check)
    if source.path.is_dir():
        special = find_special(source.path, {problem.file for problem in result.problems})
        result = replace(result, problems=(*result.problems, *special))
    return _all_turned(result, source, headers) if source.is_drawn_as_stored else _some_turned(result, source)


def read_annotations(annotation_format: AnnotationFormat, source: ImportSource, headers: Headers) -> ReadResult:
    """Both, without a look at the pictures between. Raises FormatError."""
    return finish_reading(begin_reading(annotation_format, source, headers), source, headers)


def _some_turned(result: ReadResult, source: ImportSource) -> ReadResult:
    """With a remark for those that their files state as stored."""
    turned = [image.path for image in result.images if image.is_as_stored]
    if not turned:
        return result
    text = (
        f"{counted(len(turned), 'image is', 'images are')} stored sideways, with annotations drawn that way; these "
        f'were turned upright too, e.g. "{shown(min(turned))}".'
    )
    return _with_remark(result, text, source)


def _all_turned(result: ReadResult, source: ImportSource, headers: Headers) -> ReadResult:
    """What was read in the frames of the stored pictures, as the person says that it was drawn."""
    images: list[RawImage] = []
    turned: list[str] = []
    for image in result.images:
        header = headers.get(result.images_root / image.path)
        is_turned = header is not None and header.orientation != 1
        images.append(replace(image, is_as_stored=is_turned))
        if is_turned and image.annotations:
            turned.append(image.path)
    result = replace(result, images=tuple(images))
    if not turned:
        return result
    text = (
        f"The annotations of {counted(len(turned), 'image')} were drawn before turning, as chosen, and were turned "
        f'upright with {"it" if len(turned) == 1 else "them"}, e.g. "{shown(min(turned))}".'
    )
    return _with_remark(result, text, source)


def _with_remark(result: ReadResult, text: str, source: ImportSource) -> ReadResult:
    remark = Problem("annotations-turned", text, str(source.path), severity=Severity.INFO)
    return replace(result, problems=(*result.problems, remark))
