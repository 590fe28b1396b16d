"""Masks as small pictures: opened at the size at which they are drawn, and kept as long as there is room."""

from __future__ import annotations

import math
from collections import OrderedDict

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage

from core.domain.geometry import Box
from ui.viewer.run_lengths import RunLengths

MAX_BYTES = 64 * 2**20
THIN = 12  # pixels of the shorter side from which a border of two pixels leaves enough of the inside
MAX_ENLARGED = 1_000_000  # pixels up to which a mask is made finer than its own, for a line of the usual width


class MaskPictures:
    """A cache; the least used go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[RunLengths, int, int, int], tuple[QRectF, QImage]] = OrderedDict()
        self._n_bytes = 0

    def picture(
        self, mask: RunLengths, bounds: Box, scale: float, colour: QColor, *, fill: float, line: float
    ) -> tuple[QRectF, QImage]:
        """Where in the image it lies, and its pixels: the border with opacity `line`, the inside with `fill`."""
        level = min(max(math.floor(math.log2(scale)), -6), 2)
        inside, border = _premultiplied(colour, fill), _premultiplied(colour, line)
        key = (mask, level, inside, border)
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
            return known
        place, bits = mask.window(bounds, step=2 ** max(-level, 0))
        while level > 0 and bits.size * 4**level > MAX_ENLARGED:
            level -= 1
        if level > 0:
            bits = bits.repeat(2**level, axis=0).repeat(2**level, axis=1)
        made = QRectF(place.x0, place.y0, place.width, place.height), _image(bits, inside, border)
        self._kept[key] = made
        self._n_bytes += made[1].sizeInBytes()
        while self._n_bytes > MAX_BYTES and len(self._kept) > 1:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._n_bytes -= dropped.sizeInBytes()
        return made


def _image(bits: npt.NDArray[np.bool_], inside: int, border: int) -> QImage:
    is_inner = _eroded(bits)
    if min(bits.shape) > THIN:
        is_inner = _eroded(is_inner)
    lut = np.array([0, border, inside], dtype=np.uint32)
    pixels = np.ascontiguousarray(lut[bits.astype(np.uint8) + (bits & is_inner)])
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def _eroded(bits: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Without the pixels at its border."""
    padded = np.pad(bits, 1)
    inner: npt.NDArray[np.bool_] = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:] & bits
    return inner


def _premultiplied(colour: QColor, opacity: float) -> int:
    alpha = min(max(colour.alphaF() * opacity, 0.0), 1.0)
    red, green, blue = (round(part * alpha * 255) for part in (colour.redF(), colour.greenF(), colour.blueF()))
    return round(alpha * 255) << 24 | red << 16 | green << 8 | blue
