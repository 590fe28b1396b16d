"""Reads picture files as upright 8-bit RGB. Every pixel of the program comes through `decode`.

Rules of conversion: EXIF orientation applied; transparency over white; CMYK, palette, bitonal and grey to RGB; 16-bit
grey divided by 257 and rounded, or stretched so that the value recorded with the image (`white`) becomes white; 16-bit
colour as Pillow reads it (the high byte); 32-bit and floating-point pixels refused, for nobody said which range is
black and white; of several frames or pages the first.
"""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from core.domain.names import shown
from core.images.guards import DECODER_FAULTS, MAX_PIXELS, READABLE, raise_guards
from core.images.opening import ImageFileError, describe_foreign, hint_for, open_regular

_ORIENTATION_TAG = 0x0112
_TRANSPOSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LONGEST_NAME = 40  # bytes of a PNG's text in which "Raw profile type exif" and "XML:com.adobe.xmp" stand
_SMALL_ENOUGH = 25_000_000  # pixels whose memory is not worth a doubt about the header
_READ_AT_ONCE = 2**26  # bytes
_LARGE_PIXELS = 50_000_000  # decoded one at a time: each takes gigabytes
_DIM = 0x3F  # of the high byte: what 14 bits of 16 reach
_large = threading.Lock()
_CONVERT_HINT = "Save it as PNG or JPEG with 8 bits per channel, or leave it out."


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Facts from the file's header. `width` and `height` are those of the upright picture.

    `n_frames` counts frames of an animation or pages of a TIFF, of which the first is read.
    """

    width: int
    height: int
    orientation: int  # EXIF, 1 to 8
    mode: str  # Pillow's name of the pixel layout
    format: str  # Pillow's name of the file format
    n_frames: int = 1
    is_deep_colour: bool = False  # 16 bits for each colour


_FAST_SURPLUS = 1.4


def read_header(path: Path) -> ImageHeader:
    """Size and layout without decoding pixels. Raises ImageFileError (a FormatError)."""
    with opened(path) as (_, header):
        return header


@dataclass(frozen=True, slots=True)
class Light:
    """How far the pixels of a file use their range. `brightest` is the largest value of 16-bit grey; `is_dim`: 16-bit
    colour that uses a small part of it only."""

    brightest: int | None = None
    is_dim: bool = False


def decode(path: Path, *, max_side: int | None = None, white: int = 0, is_fast: bool = False) -> Image.Image:
    """The picture, upright RGB, its longer side at most `max_side` pixels. Raises ImageFileError.

    With `max_side` a JPEG is decoded at a fraction of its size, which is several times faster. `white` is the value of
    16-bit grey that becomes white, as it is recorded with the image; 0 = the largest there is. `is_fast` decodes a JPEG
    at a still smaller fraction, which is a little softer.
    """
    with opened(path) as (image, header):
        target = _fitted(header, max_side)
        if target is not None and header.format in ("JPEG", "MPO"):
            stored = target[::-1] if header.orientation >= 5 else target
            # Twice the target leaves the resampling enough to average over; libjpeg averages what it leaves out.
            surplus = _FAST_SURPLUS if is_fast else 2.0
            image.draft(None, (int(surplus * stored[0]), int(surplus * stored[1])))
        image.load()
        plain = upright(to_plain(image, path, white), header)
        if target is not None and plain.size != target:
            plain = plain.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)
        result = plain.convert("RGB")
        result.info = {}
        return result


def upright(image: Image.Image, header: ImageHeader) -> Image.Image:
    """A picture that was decoded as it is stored, turned as its EXIF says."""
    if header.format != "TIFF" and header.orientation in _TRANSPOSES:  # Pillow turns TIFFs itself
        return image.transpose(_TRANSPOSES[header.orientation])
    return image


def verify(path: Path) -> Light:
    """Decodes every pixel, so that a damaged file is found now and not in a training. Raises ImageFileError."""
    with opened(path) as (image, header):
        return _light_of(image, header, path)


@dataclass(frozen=True, slots=True)
class Look:
    """What a whole file is. `damage` says why its pixels cannot be decoded to the last one."""

    header: ImageHeader
    sha256: str
    light: Light
    damage: ImageFileError | None = None


def look_at(path: Path) -> Look:
    """Header, pixels and hash from one opening, and of all but huge files from one reading. Raises ImageFileError for
    what is no picture of a kind that is read."""
    header: ImageHeader | None = None
    with open_regular(path) as file:
        source, sha256 = _hashed(file, path)
        try:
            with _opened(source, path) as (image, header):
                light = _light_of(image, header, path)
        except ImageFileError as error:
            if header is None or error.kind != "image-damaged":
                raise
            return Look(header, sha256, Light(), error)
        return Look(header, sha256, light)


def _hashed(file: io.BufferedReader, path: Path) -> tuple[BinaryIO, str]:
    """The file, or its content, to read from its beginning. One that is no picture may be sparse and as large as the
    disk: it is refused before it is read to its end."""
    try:
        if os.fstat(file.fileno()).st_size <= _READ_AT_ONCE:
            content = file.read()
            return io.BytesIO(content), hashlib.sha256(content).hexdigest()
        with _opened(file, path):
            pass
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
    except OSError as error:
        text = f'"{shown(path.name)}" cannot be read: {error.strerror or error}.'
        raise ImageFileError("image-unreadable", text, file=path) from error
    return file, sha256


def _light_of(image: Image.Image, header: ImageHeader, path: Path) -> Light:
    with _large if header.width * header.height > _LARGE_PIXELS else nullcontext():
        image.load()
        if _is_deep_grey(image):
            return Light(brightest=int(np.asarray(image).max()))
        plain = to_plain(image, path)
        return Light(is_dim=header.is_deep_colour and max(high for _, high in _extrema(plain)) <= _DIM)


@contextmanager
def opened(path: Path) -> Iterator[tuple[Image.Image, ImageHeader]]:
    """The open file with its header; whatever the decoder raises inside the block becomes a sentence."""
    with open_regular(path) as file, _opened(file, path) as found:
        yield found


@contextmanager
def _opened(file: BinaryIO, path: Path) -> Iterator[tuple[Image.Image, ImageHeader]]:
    raise_guards()
    head = file.read(1024)
    file.seek(0, 2)
    n_bytes = file.tell()
    file.seek(0)
    try:
        with Image.open(file, formats=READABLE) as image:
            header = _read_header(image)
            _refuse_impossible(header, n_bytes, path)
            yield image, header
    except ImageFileError:
        raise
    except DECODER_FAULTS as error:
        raise _explain(error, head, path) from error


def _read_header(image: Image.Image) -> ImageHeader:
    is_deep = _is_deep_colour(image)  # before the metadata, for which Pillow may load the pixels and forget it
    orientation = _orientation(image)
    width, height = image.size
    if orientation >= 5 and image.format != "TIFF":  # Pillow states a TIFF's upright size
        width, height = height, width
    # The further frames of an MPO are previews and depth maps of the same photograph.
    n_frames = 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))
    return ImageHeader(width, height, orientation, image.mode, image.format or "", max(1, n_frames), is_deep)


def _orientation(image: Image.Image) -> int:
    if image.format == "PNG" and not _may_be_turned(image):
        return 1
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except DECODER_FAULTS:
        return 1  # broken EXIF beside sound pixels
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _may_be_turned(image: Image.Image) -> bool:
    """Whether a PNG has EXIF or XMP at all: Pillow decodes every pixel of one that has none, to look behind them."""
    if any(name in image.info for name in ("exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp")):
        return True
    file = getattr(image, "fp", None)
    if file is None:
        return True
    place = file.tell()
    try:
        file.seek(8)
        while True:
            head = file.read(8)
            if len(head) < 8 or head[4:] == b"IEND":
                return False
            start = file.tell()
            if head[4:] == b"eXIf":
                return True
            if head[4:] in (b"zTXt", b"tEXt", b"iTXt"):
                name = file.read(_LONGEST_NAME)
                if b"exif" in name or b"xmp" in name:
                    return True
            file.seek(start + int.from_bytes(head[:4], "big") + 4)
    finally:
        file.seek(place)


def _refuse_impossible(header: ImageHeader, n_bytes: int, path: Path) -> None:
    n_pixels = header.width * header.height
    name = shown(path.name)
    if n_pixels > MAX_PIXELS:
        raise _too_large(path, f"{header.width} x {header.height}, {n_pixels / 1e6:,.0f} million pixels")
    # Neither deflate (1032:1) nor a JPEG (1 bit for 64 pixels at the least) can hold more than this in so few bytes.
    most = {"PNG": n_bytes * 8 * 1040, "JPEG": n_bytes * 1024, "MPO": n_bytes * 1024, "BMP": n_bytes * 512}
    if n_pixels > _SMALL_ENOUGH and n_pixels > most.get(header.format, n_pixels):
        size = f"{header.width} x {header.height}"
        text = f'"{name}" is damaged: its header says {size} pixels, but it has {n_bytes:,} bytes.'
        raise ImageFileError("image-damaged", text, file=path)


def _too_large(path: Path, size: str) -> ImageFileError:
    text = f'"{shown(path.name)}" is too large ({size}); up to {MAX_PIXELS / 1e6:.0f} million are read.'
    return ImageFileError("image-too-large", text, file=path, hint="Save it smaller or cut it, or leave it out.")


def _explain(error: Exception, head: bytes, path: Path) -> ImageFileError:
    name = shown(path.name)
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return _too_large(path, f"more than {MAX_PIXELS / 1e6:.0f} million pixels")
    if isinstance(error, MemoryError):
        text = f'"{name}" does not fit into this computer\'s memory.'
        return ImageFileError("image-too-large", text, file=path, hint="Save it smaller, or leave it out.")
    foreign = describe_foreign(head)
    if isinstance(error, UnidentifiedImageError) and foreign:
        text = f'"{name}" is not a picture that Calque reads but {foreign}.'
        return ImageFileError("image-not-an-image", text, file=path, hint=hint_for(foreign))
    if isinstance(error, UnidentifiedImageError):
        text = f'"{name}" is not a picture of a known format, or its first bytes are damaged.'
        return ImageFileError("image-not-an-image", text, file=path)
    words = str(error).lower()
    if "truncated" in words or "incomplete" in words or isinstance(error, EOFError):
        return ImageFileError(
            "image-damaged", f'"{name}" is damaged: the file ends before the picture does.', file=path
        )
    return ImageFileError(
        "image-damaged", f'"{name}" is damaged: {shown(str(error)) or "it cannot be decoded"}.', file=path
    )


def _fitted(header: ImageHeader, max_side: int | None) -> tuple[int, int] | None:
    """The size within `max_side`, or None when nothing has to shrink."""
    longer = max(header.width, header.height)
    if max_side is None or longer <= max_side:
        return None
    ratio = max_side / longer
    return max(1, round(header.width * ratio)), max(1, round(header.height * ratio))


def _is_deep_grey(image: Image.Image) -> bool:
    return image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PNG")


def _is_deep_colour(image: Image.Image) -> bool:
    """Whether the file has 16 bits for each colour, of which Pillow keeps the high byte."""
    return image.mode in ("RGB", "RGBA") and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ()))


def _extrema(image: Image.Image) -> list[tuple[int, int]]:
    found: Any = image.getextrema()
    return [found] if isinstance(found[0], int) else list(found)


def to_plain(image: Image.Image, path: Path, white: int = 0) -> Image.Image:
    """As "L" or "RGB", by the rules of the module's docstring."""
    mode = image.mode
    if _is_deep_grey(image):
        values = np.minimum(np.asarray(image).astype(np.uint32), white or 65535)
        shades = (values * 255 + white // 2) // white if white else (values + 128) // 257
        return Image.fromarray(shades.astype(np.uint8))
    if mode in ("F", "I"):
        what = "floating-point" if mode == "F" else "32-bit"
        text = f'"{shown(path.name)}" has {what} pixels, whose black and white nobody states.'
        raise ImageFileError("image-unsupported-pixels", text, file=path, hint=_CONVERT_HINT)
    if mode == "La":
        image, mode = image.convert("LA"), "LA"
    if mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        shaded = image.convert("RGBA")
        paper = Image.new("RGB", shaded.size, "white")
        paper.paste(shaded, mask=shaded.getchannel("A"))
        return paper
    if mode in ("L", "RGB"):
        return image
    return image.convert("L" if mode == "1" else "RGB")
