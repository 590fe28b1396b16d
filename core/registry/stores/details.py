"""How details of annotations and images lie in their tables: as text, which may be damaged or of a newer Calque."""

from __future__ import annotations

from core.domain.details import AnnotationDetails, ImageDetails
from core.errors import RegistryError


def annotation_details(text: str | None) -> AnnotationDetails | None:
    """Raises RegistryError."""
    try:
        return None if text is None else AnnotationDetails.from_text(text)
    except ValueError as error:
        raise RegistryError(str(error), hint="Open the project in a newer Calque, or restore a copy.") from error


def image_details(text: str | None) -> ImageDetails | None:
    """Raises RegistryError."""
    try:
        return None if text is None else ImageDetails.from_text(text)
    except ValueError as error:
        raise RegistryError(str(error), hint="Open the project in a newer Calque, or restore a copy.") from error
