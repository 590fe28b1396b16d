"""What keeps Pillow within bounds, whichever thread decodes.

Pillow's own guard against decompression bombs refuses honest scans above 179 million pixels, so it is moved to the
program's ceiling and made an error instead of a printed warning; it is never switched off.
"""

from __future__ import annotations

import struct
import warnings
import zlib

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

_PLUGINS = (
    # Named here, or Pillow would load all of its forty when it first meets a format that it does not have at hand.
    AvifImagePlugin,
    BmpImagePlugin,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

MAX_PIXELS = 400_000_000
"""Largest picture that is decoded, judged by its header before any pixel is."""

READABLE = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000")
"""Always passed to Pillow by name: left to itself it would hand an EPS file to Ghostscript. (MPO is read as a JPEG.)"""

DECODER_FAULTS: tuple[type[Exception], ...] = (
    # Pillow's parsers raise all of these on bytes made to confuse them; none of them means a fault of ours.
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)

_guarded_filters: object = None


def raise_guards() -> None:
    """Put the guards in force; cheap enough to be called before every decode.

    The filters are set again when somebody (a test, a library) has replaced the process's list of filters. A local
    `warnings.catch_warnings` would not do: it swaps that list for all threads.
    """
    global _guarded_filters
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # some libraries switch it on for the whole process
    if _guarded_filters is not warnings.filters:
        # Remarks on odd metadata are of no use to a person; what matters is raised as an error.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
        warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
        _guarded_filters = warnings.filters
