"""Which way up the coordinates of a file are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from core.domain.geometry import Box
from core.formats.base import PictureSize

_TOLERANCE = 1.0  # pixels beyond a border that rounding explains


@dataclass(frozen=True, slots=True)
class Frame:
    """The size that shapes are measured against (None = nobody knows it), and whether it is that of the picture as it
    is stored: then whoever imports turns them upright. `is_upright_known`: it is certainly that of the upright
    one. `is_guessed`: that of the stored one because the file states it, and nothing else."""

    size: tuple[int, int] | None
    is_as_stored: bool = False
    is_upright_known: bool = False
    is_guessed: bool = False


class Drawn(StrEnum):
    """On which of the two pictures shapes were drawn, as far as they show it themselves."""

    UPRIGHT = "upright"
    AS_STORED = "as-stored"
    UNKNOWN = "unknown"


def frame_of(stated: tuple[int, int] | None, picture: PictureSize | None) -> Frame:
    """Coordinates are taken as those of the upright picture, unless the file states the size of the stored one: then
    the shapes have to be asked too (`drawn_on`), for a stated size proves nothing about them."""
    if picture is None:
        return Frame(stated)
    is_as_stored = picture.is_sideways and picture.width != picture.height and stated == picture.size[::-1]
    return Frame(stated, True) if is_as_stored else Frame(picture.size, False, states_upright(stated, picture))


def judged_frame(
    stated: tuple[int, int] | None,
    picture: PictureSize | None,
    extents: Iterable[Box],
    is_drawn_as_stored: bool | None,
) -> Frame:
    """The same where the shapes are at hand, and what the person has said of pictures that are stored turned."""
    frame = frame_of(stated, picture)
    if not frame.is_as_stored or stated is None or picture is None:
        return frame
    found = list(extents)
    drawn = drawn_on(found, stated)
    if drawn is Drawn.UPRIGHT or (drawn is Drawn.UNKNOWN and found and is_drawn_as_stored is False):
        return Frame(picture.size, is_upright_known=True)
    return replace(frame, is_guessed=True) if drawn is Drawn.UNKNOWN and found else frame


def states_upright(stated: tuple[int, int] | None, picture: PictureSize | None) -> bool:
    """Whether the stated size is that of the upright picture and cannot be that of the stored one: whoever made the
    file has seen it upright."""
    return picture is not None and picture.is_sideways and picture.width != picture.height and stated == picture.size


def drawn_on(extents: Iterable[Box], stored: tuple[int, int]) -> Drawn:
    """What fits into one of the two frames alone was drawn on that picture; `stored` is the size before turning."""
    votes = set()
    for extent in extents:
        fits_stored, fits_upright = _fits(extent, stored), _fits(extent, stored[::-1])
        if fits_stored != fits_upright:
            votes.add(Drawn.AS_STORED if fits_stored else Drawn.UPRIGHT)
    return votes.pop() if len(votes) == 1 else Drawn.UNKNOWN


def _fits(extent: Box, size: tuple[int, int]) -> bool:
    width, height = size
    return (
        extent.is_finite()
        and min(extent.x0, extent.y0) >= -_TOLERANCE
        and extent.x1 <= width + _TOLERANCE
        and extent.y1 <= height + _TOLERANCE
    )
