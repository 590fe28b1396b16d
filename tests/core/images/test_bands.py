"""Enormous pictures read in bands are the pictures that are read whole."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from core.images import bands
from core.images.bands import Region, decode_reduced, decode_region
from core.images.opening import ImageFileError
from core.images.reading import decode, read_header

SIZE = (97, 131)
Write = Callable[[str, str, dict[str, Any]], Path]


@pytest.fixture(autouse=True)
def small_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BAND_PIXELS", 97 * 10)


def _pixels(mode: str) -> Image.Image:
    random = np.random.default_rng(2)
    width, height = SIZE
    # Neighbours are alike, so that every kind of filter is used.
    slope = np.add.outer(np.arange(height), np.arange(width))[:, :, None] * np.array([1, 2, 1, 0])
    colours = ((slope + random.integers(0, 9, (height, width, 4))) % 256).astype(np.uint8)
    colours[..., 3] = random.integers(0, 255, (height, width))
    if mode == "I;16":
        return Image.fromarray((colours[..., 0].astype(np.uint16) * 257 + 3).astype(np.uint16))
    if mode == "P":
        return Image.fromarray(colours[..., :3]).quantize(60)
    if mode in ("1", "L"):
        return Image.fromarray(colours[..., 0]).convert(mode)
    return Image.fromarray(colours).convert(mode)


CASES = [
    *[("png", mode, {}) for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16")],
    *[("tif", mode, {"compression": kind}) for mode in ("L", "RGB") for kind in ("raw", "tiff_lzw", "tiff_deflate")],
    ("tif", "1", {"compression": "group4"}),
    ("tif", "CMYK", {"compression": "tiff_lzw"}),
    ("tif", "I;16", {"compression": "tiff_lzw"}),
    ("tif", "P", {"compression": "tiff_lzw"}),
    ("tif", "RGB", {"compression": "jpeg", "quality": 95}),
    ("bmp", "RGB", {}),
]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    def write(form: str, mode: str, options: dict[str, Any]) -> Path:
        path = tmp_path / f"page.{form}"
        # Small strips: a setting of Pillow's.
        monkeypatch.setattr(TiffImagePlugin, "STRIP_SIZE", 97 * 16)
        _pixels(mode).save(path, **options)
        return path

    return write


@pytest.mark.parametrize(("form", "mode", "options"), CASES)
def test_all_bands_together_are_the_picture(write: Write, form: str, mode: str, options: dict[str, Any]) -> None:
    path = write(form, mode, options)
    assert np.array_equal(np.asarray(decode_reduced(path, max_pixels=10**9)), np.asarray(decode(path)))


@pytest.mark.parametrize(("form", "mode", "options"), CASES)
def test_it_is_reduced_as_the_whole_would_be(write: Write, form: str, mode: str, options: dict[str, Any]) -> None:
    path = write(form, mode, options)
    made = decode_reduced(path, max_pixels=97 * 131 // 9)
    expected = decode(path).reduce(made.width and -(-97 // made.width))
    assert made.size == expected.size
    assert np.abs(np.asarray(made).astype(int) - np.asarray(expected)).max() <= 1


@pytest.mark.parametrize(("form", "mode", "options"), [case for case in CASES if case[0] != "bmp"])
def test_a_region_is_that_of_the_whole(write: Write, form: str, mode: str, options: dict[str, Any]) -> None:
    path = write(form, mode, options)
    region = Region(11, 23, 64, 90)
    made = decode_region(path, region)
    assert made is not None
    assert np.array_equal(np.asarray(made), np.asarray(decode(path).crop((11, 23, 64, 90))))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_stored_turned_is_shown_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "page.png"
    exif = Image.Exif()
    exif[0x0112] = orientation
    _pixels("RGB").save(path, exif=exif)
    whole = decode(path)
    assert np.array_equal(np.asarray(decode_reduced(path, max_pixels=10**9)), np.asarray(whole))
    made = decode_region(path, Region(5, 9, 60, 70))
    assert made is not None
    assert np.array_equal(np.asarray(made), np.asarray(whole.crop((5, 9, 60, 70))))


def test_a_tiled_tiff_is_read_by_its_rows_of_tiles(tmp_path: Path) -> None:
    path = tmp_path / "tiles.tif"
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 150, 3), dtype=np.uint8))
    _write_tiled(path, image)
    assert np.array_equal(np.asarray(decode_reduced(path, max_pixels=10**9)), np.asarray(image))
    made = decode_region(path, Region(20, 70, 140, 199))
    assert made is not None
    assert np.array_equal(np.asarray(made), np.asarray(image.crop((20, 70, 140, 199))))


def _write_tiled(path: Path, image: Image.Image, side: int = 64) -> None:
    """Uncompressed, in tiles: Pillow writes none."""
    columns, rows = -(-image.width // side), -(-image.height // side)
    tiles = [
        image.crop((side * x, side * y, side * x + side, side * y + side)).tobytes()
        for y in range(rows)
        for x in range(columns)
    ]
    size, n, data = len(tiles[0]), len(tiles), b"".join(tiles)
    after = 8 + len(data)
    lists = struct.pack("<3H", 8, 8, 8) + struct.pack(f"<{n}I", *(8 + size * k for k in range(n)))
    lists += struct.pack(f"<{n}I", *([size] * n))
    entries = [(256, 4, 1, image.width), (257, 4, 1, image.height), (258, 3, 3, after), (259, 3, 1, 1), (262, 3, 1, 2)]
    entries += [
        (277, 3, 1, 3),
        (322, 4, 1, side),
        (323, 4, 1, side),
        (324, 4, n, after + 6),
        (325, 4, n, after + 6 + 4 * n),
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *one) for one in entries) + b"\0\0\0\0"
    path.write_bytes(b"II*\0" + struct.pack("<I", after + len(lists)) + data + lists + directory)


def test_a_jpeg_is_decoded_at_a_fraction(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    _pixels("RGB").save(path, quality=95)
    made = decode_reduced(path, max_pixels=97 * 131 // 5)
    assert made.size == (-(-97 // 4), -(-131 // 4))
    assert decode_region(path, Region(0, 0, 9, 9)) is None


def test_a_png_that_ends_early_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    _pixels("RGB").save(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ImageFileError, match="ends before"):
        decode_reduced(path, max_pixels=500)


def test_a_png_with_a_wrong_byte_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    _pixels("RGB").save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(ImageFileError, match="damaged"):
        decode_reduced(path, max_pixels=500)


XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'


@pytest.mark.parametrize("is_behind", [False, True])
@pytest.mark.parametrize("kind", ["exif", "xmp", "text", "none"])
def test_a_png_says_which_way_up_it_is_wherever_it_says_so(tmp_path: Path, kind: str, is_behind: bool) -> None:
    """Before the pixels or behind them, as EXIF or as XMP; a PNG without either is not decoded to find that out."""
    path = tmp_path / "page.png"
    _pixels("RGB").save(path)
    content = path.read_bytes()
    exif = Image.Exif()
    exif[0x0112] = 6
    chunk = {
        "exif": bands._png_chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")),
        "xmp": bands._png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.encode()),
        "text": bands._png_chunk(b"tEXt", b"Comment\0nothing of the kind"),
        "none": b"",
    }[kind]
    at = content.index(b"IEND") - 4 if is_behind else content.index(b"IDAT") - 4
    path.write_bytes(content[:at] + chunk + content[at:])
    header = read_header(path)
    assert header.orientation == (6 if kind in ("exif", "xmp") else 1)
    assert (header.width, header.height) == (SIZE[::-1] if header.orientation == 6 else SIZE)
    assert decode(path).size == (header.width, header.height)


def test_the_header_of_a_png_is_read_without_its_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.png"
    _pixels("RGB").save(path)

    def load(self: object) -> None:
        raise AssertionError("the pixels were decoded")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", load)
    assert read_header(path).width == SIZE[0]
