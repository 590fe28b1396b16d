"""What there is to say of images that a person chose: of one, where it is used; of many, their sums."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.projects import AnnotatedImage


@dataclass(frozen=True, slots=True)
class ImageSums:
    """`n_images` may be less than was asked for: those that are gone do not count. `n_bytes` is of the files."""

    n_images: int = 0
    n_annotated: int = 0
    n_annotations: int = 0  # with a class
    n_bytes: int = 0
    n_damaged: int = 0
    n_missing: int = 0
    least_pixels: tuple[int, int] = (0, 0)  # width and height of the smallest by area, (0, 0) = none is known
    most_pixels: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class ImageUse:
    """One image, and the sets that it is in as (dataset, set) in the words of lists."""

    annotated: AnnotatedImage
    sets: tuple[tuple[str, str], ...] = ()
