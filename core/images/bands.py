"""Reads enormous pictures in bands from top to bottom, so that no more than a band is in memory at full size.

PNG (8 bits, 1 bit, 16-bit grey; not interlaced) and TIFF (in several strips or rows of tiles) are read so; a JPEG is
decoded at a fraction of its size instead. What can be read neither way is decoded whole.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, TiffImagePlugin, TiffTags

from core.images.reading import ImageHeader, opened, to_plain, upright

BAND_PIXELS = 8_000_000
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_CHUNK = 1 << 20
# Raw forms of a decoded row that are the file's own again: of colour type and depth.
_PNG_ROWS = {(0, 1): "1", (0, 8): "L", (0, 16): "I;16B", (2, 8): "RGB", (3, 8): "P", (4, 8): "LA", (6, 8): "RGBA"}
# What of a TIFF's tags says how its pixels are kept.
_KEPT_TAGS = (256, 258, 259, 262, 266, 277, 284, 292, 293, 317, 320, 322, 323, 338, 339, 347, 529, 530, 531, 532)
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_HEIGHT, _ROWS_PER_STRIP, _TILE_HEIGHT, _PLANES, _COMPRESSION = 257, 278, 323, 284, 259
_OLD_JPEG = 6


@dataclass(frozen=True, slots=True)
class Region:
    """Pixels of the upright picture, `right` and `bottom` outside."""

    left: int
    top: int
    right: int
    bottom: int


def decode_reduced(path: Path, *, max_pixels: int, white: int = 0) -> Image.Image:
    """The whole picture, upright RGB, each side divided by a whole number so that at most `max_pixels` are left.

    Raises ImageFileError. `white` as for `decode`.
    """
    with opened(path) as (image, header):
        factor = 1
        while (header.width // factor) * (header.height // factor) > max_pixels:
            factor += 1
        if header.format in ("JPEG", "MPO"):
            # libjpeg divides by 2, 4 and 8.
            factor = next((power for power in (1, 2, 4, 8) if power >= factor), 8)
            image.draft(None, (max(image.width // factor, 1), max(image.height // factor, 1)))
            return upright(to_plain(image, path, white), header).convert("RGB")
        width, height = image.size
        made = Image.new("RGB", (-(-width // factor), -(-height // factor)))
        for top, band in _bands(path, image, rows=_rows_for(width, factor)):
            plain = to_plain(band, path, white)
            made.paste(plain.reduce(factor) if factor > 1 else plain, (0, top // factor))
        return upright(made, header)


def decode_region(path: Path, region: Region, *, white: int = 0) -> Image.Image | None:
    """A part of the picture at full size, upright RGB; None for what must be decoded whole for it. Raises
    ImageFileError."""
    with opened(path) as (image, header):
        if not _is_banded(image):
            return None
        left, top, right, bottom = stored_box(region, header)
        made = Image.new("RGB", (right - left, bottom - top))
        for start, band in _bands(path, image, rows=_rows_for(image.width, 1), first=top, last=bottom):
            first, last = max(top, start), min(bottom, start + band.height)
            if first < last:
                part = band.crop((left, first - start, right, last - start))
                part.info = band.info
                made.paste(to_plain(part, path, white), (0, first - top))
            if last >= bottom:
                break
        return upright(made, header)


def stored_box(region: Region, header: ImageHeader) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a region in the picture as it is stored."""
    left, top, right, bottom = region.left, region.top, region.right, region.bottom
    width, height = header.width, header.height
    if header.format == "TIFF":  # Pillow turns TIFFs itself, but these are read band by band as they are stored
        return left, top, right, bottom
    turned = {
        2: (width - right, top, width - left, bottom),
        3: (width - right, height - bottom, width - left, height - top),
        4: (left, height - bottom, right, height - top),
        5: (top, left, bottom, right),
        6: (top, width - right, bottom, width - left),
        7: (height - bottom, width - right, height - top, width - left),
        8: (height - bottom, left, height - top, right),
    }
    return turned.get(header.orientation, (left, top, right, bottom))


def _rows_for(width: int, factor: int) -> int:
    """Rows of a band: a multiple of the factor by which it is reduced."""
    return max(BAND_PIXELS // max(width, 1) // factor, 1) * factor


def _is_banded(image: Image.Image) -> bool:
    return (image.format == "PNG" and _png_rows(image) is not None) or (image.format == "TIFF" and _is_striped(image))


def _bands(
    path: Path, image: Image.Image, *, rows: int, first: int = 0, last: int | None = None
) -> Iterator[tuple[int, Image.Image]]:
    """Bands of `rows` rows with where they begin, as Pillow decodes them; those outside `first` to `last` may lack."""
    if image.format == "PNG" and _png_rows(image) is not None:
        yield from _png_bands(path, image, rows)
    elif image.format == "TIFF" and _is_striped(image):
        yield from _tiff_bands(path, image, rows, first, image.height if last is None else last)
    else:
        image.load()
        for top in range(0, image.height, rows):
            band = image.crop((0, top, image.width, min(top + rows, image.height)))
            band.info = image.info
            band.format = image.format
            yield top, band


# --- PNG ----------------------------------------------------------------------------------------------------------


def _png_rows(image: Image.Image) -> str | None:
    """The raw form of a row, for those kinds of PNG that can be read in bands."""
    file = getattr(image, "fp", None)
    if file is None:
        return None
    place = file.tell()
    file.seek(24)
    depth, colour, _, _, interlace = struct.unpack("5B", file.read(5))
    file.seek(place)
    return None if interlace else _PNG_ROWS.get((colour, depth))


def _png_bands(path: Path, image: Image.Image, rows: int) -> Iterator[tuple[int, Image.Image]]:
    """Each band as a PNG of its own: the last row of the one before, unfiltered, and its rows as they are."""
    raw_form = _png_rows(image)
    with path.open("rb") as file:
        head, palette = _png_head(file)
        width, height, depth, colour = struct.unpack(">IIBB", head[:10])
        samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
        row_bytes = (width * samples * depth + 7) // 8
        rows_of = _inflated(file, row_bytes + 1, rows, height)
        above = bytes(row_bytes)
        top = 0
        for filtered in rows_of:
            n_rows = len(filtered) // (row_bytes + 1)
            small = struct.pack(">II", width, n_rows + 1) + head[8:]
            pixels = zlib.compress(b"\0" + above + filtered, 0)
            chunks = ((b"IHDR", small), *palette, (b"IDAT", pixels), (b"IEND", b""))
            whole = _PNG_HEAD + b"".join(_png_chunk(kind, content) for kind, content in chunks)
            with Image.open(io.BytesIO(whole), formats=("PNG",)) as made:
                made.load()
                above = made.crop((0, n_rows, width, n_rows + 1)).tobytes("raw", raw_form or "")
                band = made.crop((0, 1, width, n_rows + 1))
                band.info, band.format = made.info, "PNG"
            yield top, band
            top += n_rows


def _png_head(file: io.BufferedReader) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """The header's content, and palette and transparency; the file stands at the first pixels then."""
    file.seek(len(_PNG_HEAD))
    head = b""
    palette: list[tuple[bytes, bytes]] = []
    while True:
        length, kind = struct.unpack(">I4s", _exactly(file, 8))
        if kind == b"IDAT":
            file.seek(-8, 1)
            return head, palette
        content = _exactly(file, length)
        file.seek(4, 1)
        if kind == b"IHDR":
            head = content
        elif kind in (b"PLTE", b"tRNS"):
            palette.append((kind, content))


def _inflated(file: io.BufferedReader, row_bytes: int, rows: int, height: int) -> Iterator[bytes]:
    """Filtered rows with their filters, `rows` at a time."""
    inflate = zlib.decompressobj()
    wanted, left = rows * row_bytes, height * row_bytes
    held = bytearray()
    while left > 0:
        length, kind = struct.unpack(">I4s", _exactly(file, 8))
        if kind != b"IDAT":
            raise OSError("truncated: the pixels end before the picture does")
        check = zlib.crc32(kind)
        for start in range(0, length, _CHUNK):
            part = _exactly(file, min(_CHUNK, length - start))
            check = zlib.crc32(part, check)
            while part:
                held += inflate.decompress(part, wanted)
                part = inflate.unconsumed_tail
                while len(held) >= min(wanted, left) and left > 0:
                    size = min(wanted, left)
                    yield bytes(held[:size])
                    del held[:size]
                    left -= size
        if struct.unpack(">I", _exactly(file, 4))[0] != check:
            raise OSError("broken PNG file: a checksum does not hold")


def _exactly(file: io.BufferedReader, length: int) -> bytes:
    content = file.read(length)
    if len(content) < length:
        raise OSError("truncated: the file ends within the picture")
    return content


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# --- TIFF ---------------------------------------------------------------------------------------------------------


def _is_striped(image: Image.Image) -> bool:
    """Whether it is kept in several strips or rows of tiles, with all samples of a pixel together."""
    tags = getattr(image, "tag_v2", None)
    if tags is None or tags.get(_PLANES, 1) != 1 or tags.get(_COMPRESSION) == _OLD_JPEG:
        return False
    if tags.get(274, 1) != 1:  # turned: Pillow states another size than is stored
        return False
    return 0 < _rows_per_part(tags) < image.height


def _rows_per_part(tags: TiffImagePlugin.ImageFileDirectory_v2) -> int:
    if _TILES in tags:
        return int(tags.get(_TILE_HEIGHT, 0))
    # One strip without compression can be cut after any row.
    return 1 if _is_one_raw_strip(tags) else int(tags.get(_ROWS_PER_STRIP, 0))


def _is_one_raw_strip(tags: TiffImagePlugin.ImageFileDirectory_v2) -> bool:
    return tags.get(_COMPRESSION, 1) == 1 and _TILES not in tags and len(tags.get(_STRIPS, ())) == 1


def _raw_row_bytes(tags: TiffImagePlugin.ImageFileDirectory_v2) -> int:
    bits = tags.get(258, (1,))
    return int((int(tags[256]) * int(tags.get(277, 1)) * int(bits[0]) + 7) // 8)


def _tiff_bands(path: Path, image: Image.Image, rows: int, first: int, last: int) -> Iterator[tuple[int, Image.Image]]:
    """Each band as a TIFF of its own, of the strips or tiles that it needs, cut to whole multiples of `rows`."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    step = _rows_per_part(tags)
    is_tiled = _TILES in tags
    places, sizes = (tags[_TILES], tags[_TILE_BYTES]) if is_tiled else (tags[_STRIPS], tags[_STRIP_BYTES])
    per_row = -(-image.width // int(tags[322])) if is_tiled else 1
    with path.open("rb") as file:
        for top in range(first // rows * rows, last, rows):
            bottom = min(top + rows, image.height)
            part_from, part_to = top // step, -(-bottom // step)
            start = part_from * step
            whole = min(part_to * step, image.height) - start
            numbers = range(part_from * per_row, part_to * per_row)
            parts = []
            if _is_one_raw_strip(tags):
                file.seek(places[0] + start * _raw_row_bytes(tags))
                parts.append(_exactly(file, whole * _raw_row_bytes(tags)))
                numbers = range(0)
            for number in numbers:
                file.seek(places[number])
                parts.append(_exactly(file, sizes[number]))
            with Image.open(io.BytesIO(_small_tiff(tags, parts, whole, is_tiled=is_tiled)), formats=("TIFF",)) as made:
                made.load()
                band = made.crop((0, top - start, image.width, bottom - start))
                band.info, band.format = made.info, "TIFF"
            yield top, band


def _small_tiff(
    tags: TiffImagePlugin.ImageFileDirectory_v2, parts: list[bytes], height: int, *, is_tiled: bool
) -> bytes:
    order = tags.prefix
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=order)
    for tag in _KEPT_TAGS:
        if tag in tags:
            directory.tagtype[tag] = tags.tagtype[tag]
            directory[tag] = tags[tag]
    directory[_HEIGHT] = height
    if not is_tiled:
        directory[_ROWS_PER_STRIP] = height if _is_one_raw_strip(tags) else _rows_per_part(tags)
    places, sizes = (_TILES, _TILE_BYTES) if is_tiled else (_STRIPS, _STRIP_BYTES)
    offsets = [0]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    for tag, values in ((places, offsets[:-1]), (sizes, [len(part) for part in parts])):
        directory.tagtype[tag] = TiffTags.LONG
        directory[tag] = tuple(values)
    if is_tiled:
        # Pillow moves the places of strips behind what it writes, but not those of tiles.
        start = 8 + len(directory.tobytes(8))
        directory[places] = tuple(start + offset for offset in offsets[:-1])
    head = order + struct.pack("<HI" if order == b"II" else ">HI", 42, 8)
    return b"".join((head, directory.tobytes(8), *parts))
