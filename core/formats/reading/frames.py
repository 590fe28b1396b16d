"""Which way up the coordinates of a file are."""

from __future__ import annotations

from dataclasses import dataclass

from core.formats.base import PictureSize


@dataclass(frozen=True, slots=True)
class Frame:
    """The size that shapes are measured against (None = nobody knows it), and whether it is that of the picture as it
    is stored: then whoever imports turns them upright."""

    size: tuple[int, int] | None
    is_as_stored: bool = False


def frame_of(stated: tuple[int, int] | None, picture: PictureSize | None) -> Frame:
    """Coordinates are taken as those of the upright picture, unless the file states the size of the stored one."""
    if picture is None:
        return Frame(stated)
    is_as_stored = picture.is_sideways and picture.width != picture.height and stated == picture.size[::-1]
    return Frame(stated, True) if is_as_stored else Frame(picture.size)


def states_upright(stated: tuple[int, int] | None, picture: PictureSize | None) -> bool:
    """Whether the stated size is that of the upright picture and cannot be that of the stored one: whoever made the
    file has seen it upright."""
    return picture is not None and picture.is_sideways and picture.width != picture.height and stated == picture.size
