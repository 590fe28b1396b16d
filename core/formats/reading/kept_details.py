"""Details that Calque itself wrote into a file of another program's form."""

from __future__ import annotations

import math

from core.domain.details import AnnotationDetails


def kept_details(text: str) -> AnnotationDetails:
    """Raises ValueError for what `to_text` never wrote."""
    try:
        found = AnnotationDetails.from_text(text)
    except (AttributeError, RecursionError) as error:
        raise ValueError("no details") from error
    if len(found.baseline) % 2 or not all(map(math.isfinite, found.baseline)):
        raise ValueError("a baseline is pairs of numbers")
    return found
