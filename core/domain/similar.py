"""Images that look alike, and images worth labelling next because they look like nothing that is labelled."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds


@dataclass(frozen=True, slots=True)
class AlikeGroup:
    """Copies, or nearly."""

    images: ImageIds  # by path
    is_exact: bool  # all have the same content


@dataclass(frozen=True, slots=True)
class NextImage:
    """An unlabelled image that is worth labelling: `n_like_it` others look more like it than like any other named or
    labelled image. `like_it` are the nearest of them."""

    image: ImageId
    n_like_it: int
    like_it: ImageIds


@dataclass(frozen=True, slots=True)
class LabelNext:
    """The most different one first. `method` says what images were compared by, `n_unlabelled` among how many."""

    images: tuple[NextImage, ...]
    method: str
    n_unlabelled: int
    n_labelled: int
    problems: tuple[str, ...] = ()  # images that could not be looked at, a sentence each


@dataclass(frozen=True, slots=True)
class AlikeFound:
    groups: tuple[AlikeGroup, ...]  # the largest first
    n_compared: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearestImages:
    """The images that look most like a given one, the nearest first, and how near: 1 = the same."""

    images: ImageIds
    likeness: tuple[float, ...]
    method: str
