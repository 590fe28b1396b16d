"""From decoded pixels to Qt's pictures. Made for pool threads: every step is short or lets other threads run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QImageReader

from core.domain.geometry import Box
from ui.viewer.picture import Picture

SMALLEST_LEVEL = 1024  # pixels of the longer side below which no further level is made
ENORMOUS = 60_000_000  # pixels above which an image is shown reduced: 240 MB is enough for one picture
REDUCED_PIXELS = 36_000_000
JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
STRIP_BYTES = 1 << 21  # copied at once: a copy holds the interpreter, and the window must not wait for long


def load_picture_file(path: Path, width: int, height: int, *, white: int = 0, side: int | None = None) -> Picture:
    """Decode a file of `width` x `height` upright pixels for a canvas, its longer side at most `side`.

    An enormous one is never in memory as a whole: reduced it is all that there is, and parts come by `detail_of`.
    Raises ImageFileError.
    """
    from core.images.bands import decode_reduced  # Pillow's decoders: loaded with the first picture
    from core.images.reading import decode

    if width * height <= ENORMOUS:
        return picture_of(decode(path, max_side=side, white=white), width, height)
    if side is not None and side * side < REDUCED_PIXELS // 4 and path.suffix.lower() in JPEG_SUFFIXES:
        return picture_of(decode(path, max_side=side, white=white), width, height)
    reduced = decode_reduced(path, max_pixels=REDUCED_PIXELS, white=white)
    return picture_of(reduced, width, height, is_reduced=True)


def detail_of(path: Path, region: Box, *, white: int = 0) -> tuple[Box, QImage] | None:
    """A part of an enormous picture with all its pixels, and the whole pixels that it is; None when the file cannot be
    read in parts. Raises ImageFileError."""
    from core.images.bands import Region, decode_region, stored_box
    from core.images.reading import read_header, upright

    header = read_header(path)
    wanted = Region(
        max(int(region.x0), 0),
        max(int(region.y0), 0),
        min(int(region.x1) + 1, header.width),
        min(int(region.y1) + 1, header.height),
    )
    part: Image.Image | None = None
    if header.format == "JPEG" and header.mode in ("RGB", "L"):
        # libjpeg passes over what is not asked for, which Pillow does not offer and Qt does.
        left, top, right, bottom = stored_box(wanted, header)
        reader = QImageReader(str(path))
        reader.setAutoTransform(False)
        reader.setClipRect(QRect(left, top, right - left, bottom - top))
        pixels = reader.read().convertToFormat(QImage.Format.Format_RGB32)
        if not pixels.isNull():
            part = upright(_to_pillow(pixels), header)
    else:
        part = decode_region(path, wanted, white=white)
    place = Box(wanted.left, wanted.top, wanted.right, wanted.bottom)
    return None if part is None else (place, to_qimage(part))


def _to_pillow(image: QImage) -> Image.Image:
    content = bytes(image.constBits())
    return Image.frombuffer("RGB", (image.width(), image.height()), content, "raw", "BGRX", image.bytesPerLine(), 1)


def picture_of(image: Image.Image, width: int, height: int, *, is_reduced: bool = False) -> Picture:
    """A picture of an image of `width` x `height` pixels, of which `image` is a copy of this or a smaller size."""
    levels = [to_qimage(image)]
    while max(image.size) > SMALLEST_LEVEL:
        image = image.reduce(2)
        levels.append(to_qimage(image))
    return Picture(width, height, tuple(levels), is_reduced)


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
