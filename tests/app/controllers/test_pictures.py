"""Every kind of file as it comes onto a canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from app.controllers import pictures
from app.controllers.pictures import detail_of, load_picture_file
from core.domain.geometry import Box

RED, WHITE, BLACK, GREY = (220, 30, 40), (255, 255, 255), (0, 0, 0), (128, 128, 128)


def _halves(left: object, right: object, mode: str) -> Image.Image:
    image = Image.new(mode, (80, 60), right)  # type: ignore[arg-type]
    image.paste(left, (0, 0, 40, 60))  # type: ignore[arg-type]
    return image


def _turned(image: Image.Image, path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(path, exif=exif)


CASES = {
    "16-bit grey.png": (Image.fromarray(np.full((60, 80), 32896, np.uint16)), GREY, GREY),
    "16-bit grey.tif": (Image.fromarray(np.full((60, 80), 32896, np.uint16)), GREY, GREY),
    "palette.png": (_halves(RED, WHITE, "RGB").quantize(4), RED, WHITE),
    "cmyk.tif": (_halves((0, 0, 0, 255), (0, 0, 0, 0), "CMYK"), BLACK, WHITE),
    "cmyk.jpg": (_halves((0, 0, 0, 255), (0, 0, 0, 0), "CMYK"), BLACK, WHITE),
    "bitonal.tif": (_halves(0, 1, "1"), BLACK, WHITE),
    "bitonal.png": (_halves(0, 1, "1"), BLACK, WHITE),
    "see-through.png": (_halves((*RED, 255), (0, 0, 0, 0), "RGBA"), RED, WHITE),
    "grey.webp": (_halves(RED, WHITE, "RGB"), RED, WHITE),
}


@pytest.mark.parametrize("is_enormous", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_pixels_are_shown_as_they_are_meant(
    qtbot: QtBot, tmp_path: Path, name: str, is_enormous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "ENORMOUS", 100 if is_enormous else 10**9)
    image, left, right = CASES[name]
    image.save(tmp_path / name, **({"lossless": True} if name.endswith("webp") else {}))
    picture = load_picture_file(tmp_path / name, 80, 60)
    assert picture.is_reduced == is_enormous
    shown = picture.levels[0]
    for x, expected in ((10, left), (70, right)):
        found = shown.pixelColor(x, 30).getRgb()[:3]  # type: ignore[index]
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 3, (name, found)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_stored_turned_is_upright_whole_and_in_parts(
    qtbot: QtBot, tmp_path: Path, suffix: str, orientation: int
) -> None:
    path = tmp_path / f"page.{suffix}"
    image = Image.fromarray(np.add.outer(np.arange(120), np.arange(160)).astype(np.uint8)).convert("RGB")
    image.paste(RED, (0, 0, 60, 40))
    _turned(image, path, orientation)
    width, height = (120, 160) if orientation >= 5 else (160, 120)
    whole = load_picture_file(path, width, height).levels[0]
    assert (whole.width(), whole.height()) == (width, height)
    part = detail_of(path, Box(16, 24, 80, 96))
    if part is None:  # a TIFF that is stored turned, or has one strip only
        assert suffix == "tif"
        return
    region, pixels = part
    for x, y in ((20, 30), (70, 90), (50, 60)):
        expected = whole.pixelColor(x, y).getRgb()[:3]  # type: ignore[index]
        found = pixels.pixelColor(round(x - region.x0), round(y - region.y0)).getRgb()[:3]  # type: ignore[index]
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 4
