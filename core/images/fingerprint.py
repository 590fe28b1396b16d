"""What a picture looks like, in a few hundred bytes that stay nearly the same when it is saved again, resized or lit
a little differently."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.images.reading import decode

SIDE = 24
"""Of the small grey picture. With 8, pages of one book can no longer be told apart; see docs/adr/0053."""

DECODED_SIDE = 256  # as a thumbnail; a JPEG is decoded at a fraction of its size for it
_STEP = 1 / 31  # of a standard deviation: four of them, up and down, fit into a byte


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`shades`: SIDE * SIDE values of int8, row by row, without the picture's mean brightness and contrast.
    `contrast` is the standard deviation that was taken out, in shades of 256: next to nothing on a blank page."""

    shades: npt.NDArray[np.int8]
    contrast: float


def fingerprint_of(pixels: npt.NDArray[np.uint8]) -> Fingerprint:
    """Of height x width x 3 bytes of RGB."""
    return _of_image(Image.fromarray(pixels))


def fingerprint_file(path: Path, white: int = 0) -> Fingerprint:
    """Of a picture file, upright; `white` as for `decode`. Raises ImageFileError."""
    return _of_image(decode(path, max_side=DECODED_SIDE, white=white))


def _of_image(image: Image.Image) -> Fingerprint:
    small = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(small, dtype=np.float32).ravel()
    values = values - values.mean()
    contrast = float(values.std())
    steps = values / (contrast * _STEP) if contrast > 0 else values
    return Fingerprint(np.clip(np.rint(steps), -127, 127).astype(np.int8), contrast)
