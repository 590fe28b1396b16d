"""An image as an import would write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.details import ImageDetails
from core.domain.imports import RawAnnotation
from core.registry.stores.images import ImageFacts


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """`is_spoken_of`: an annotation file says something of it that can be used, if only that there is nothing on it."""

    facts: ImageFacts
    annotations: Sequence[RawAnnotation] = ()
    is_negative: bool = False
    is_spoken_of: bool = False
    is_turn_doubtful: bool = False  # stored turned, and no file says which way up its annotations were drawn
    is_as_stored: bool = False  # taken as drawn before turning
    stated_set: str = ""
    details: ImageDetails | None = None
    is_hard: bool = False
    left_out: Sequence[RawAnnotation] = ()  # as chosen: the files state them, so they are not gone from there
