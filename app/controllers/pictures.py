"""From decoded pixels to Qt's pictures. Made for pool threads: every step is short or lets other threads run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtGui import QImage

from ui.viewer.picture import Picture

SMALLEST_LEVEL = 1024  # pixels of the longer side below which no further level is made
STRIP_BYTES = 1 << 21  # copied at once: a copy holds the interpreter, and the window must not wait for long


def picture_of(image: Image.Image, width: int, height: int) -> Picture:
    """A picture of an image of `width` x `height` pixels, of which `image` is a copy of this or a smaller size."""
    levels = [to_qimage(image)]
    while max(image.size) > SMALLEST_LEVEL:
        image = image.reduce(2)
        levels.append(to_qimage(image))
    return Picture(width, height, tuple(levels))


def to_qimage(image: Image.Image) -> QImage:
    """An RGB image as a QImage of 4 bytes a pixel, the form that Qt draws fastest."""
    width, height = image.size
    made = QImage(width, height, QImage.Format.Format_RGB32)
    target = memoryview(made.bits()).cast("B")
    n_rows = max(1, STRIP_BYTES // (4 * width))
    for top in range(0, height, n_rows):
        strip = image.crop((0, top, width, min(top + n_rows, height))).tobytes("raw", "BGRX")
        target[top * width * 4 : top * width * 4 + len(strip)] = strip
    return made


def thumbnail_of(pixels: npt.NDArray[np.uint8]) -> QImage:
    """Height x width x 3 bytes of RGB as a QImage."""
    height, width = pixels.shape[:2]
    contiguous = np.ascontiguousarray(pixels)
    image = QImage(contiguous.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.convertToFormat(QImage.Format.Format_RGB32)
