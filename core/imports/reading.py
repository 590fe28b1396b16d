"""Reads annotation files through their format, and says which of their shapes have to be turned upright."""

from __future__ import annotations

from dataclasses import replace

from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import shown
from core.formats.base import AnnotationFormat, ReadResult, gather
from core.imports.cancelling import ImportCancelledError, IsCancelled, never_cancelled
from core.imports.examination import Headers


def read_annotations(
    annotation_format: AnnotationFormat,
    source: ImportSource,
    headers: Headers,
    *,
    is_cancelled: IsCancelled = never_cancelled,
) -> ReadResult:
    """All at once, for a plan joins it with what the disk holds. Raises FormatError, ImportCancelledError."""

    def check(n_images: int) -> None:
        if is_cancelled():
            raise ImportCancelledError

    result = gather(annotation_format.read(source, size_of=headers.size_of), on_image=check)
    turned = [image.path for image in result.images if image.is_as_stored]
    if not turned:
        return result
    text = (
        f"{len(turned)} images are stored sideways and were annotated that way; their annotations were turned upright "
        f'with them, e.g. "{shown(min(turned))}".'
    )
    remark = Problem("annotations-turned", text, str(source.path), severity=Severity.INFO)
    return replace(result, problems=(*result.problems, remark))
