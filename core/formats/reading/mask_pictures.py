"""Masks that are PNG pictures inside annotation files: capped, and made into outlines of exactly their pixels."""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING, Any

from core.formats.reading.run_lengths import MaskOutline, outline_of_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_TEXT = 32 * 2**20  # signs of base64
_MOST_PIXELS = 2**26
_OPAQUE = 127  # of 255
_PNG = b"\x89PNG\r\n\x1a\n"


def outline_of_png(text: Any, size: tuple[int, int] | None, left: int, top: int) -> MaskOutline:
    """`text` is base64 of a PNG in which the object is what is not transparent, or not black where nothing can be
    transparent; its left top pixel lies at `left`, `top`. `size` is what its width and height have to be."""
    if not isinstance(text, str) or len(text) > _MOST_TEXT:
        return MaskOutline(None, "is no picture that is read")
    try:
        data = base64.b64decode(text.encode("ascii"), validate=False)
    except (binascii.Error, ValueError):
        return MaskOutline(None, "is not base64")
    if not data.startswith(_PNG):
        return MaskOutline(None, "is no PNG picture")
    pixels = _decoded(data)
    if isinstance(pixels, str):
        return MaskOutline(None, pixels)
    height, width = pixels.shape
    if size is not None and (width, height) != size:
        return MaskOutline(None, f"has {width} x {height} pixels instead of the {size[0]} x {size[1]} of its box")
    return outline_of_rows(runs_of(pixels), width, height, left, top)


def runs_of(pixels: NDArray[np.bool_]) -> list[int]:
    """Runs of background and object in turn, row by row."""
    import numpy as np  # with the first mask, not with the formats

    flat = pixels.ravel()
    ends = np.concatenate((np.flatnonzero(flat[1:] != flat[:-1]) + 1, [flat.size]))
    runs: list[int] = np.diff(ends, prepend=0).tolist()
    return [0, *runs] if flat[0] else runs


def _decoded(data: bytes) -> NDArray[np.bool_] | str:
    """Which pixels are the object's; or why they cannot be known, as the end of a sentence."""
    import numpy as np
    from PIL import Image  # with the first mask, not with the formats

    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                return "is larger than masks that are read"
            if "A" in picture.getbands():
                return np.asarray(picture.getchannel("A")) > _OPAQUE
            pixels = np.asarray(picture if picture.mode in ("1", "L") else picture.convert("L"))
    except Exception:  # noqa: BLE001 - decoders raise anything, and warnings of large pictures may be errors
        return "is damaged"
    return pixels.astype(bool)
