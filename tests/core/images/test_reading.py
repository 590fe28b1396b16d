from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.images.opening import ImageFileError
from core.images.reading import decode, read_header, verify


def as_array(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


def test_header_of_a_plain_picture(gradient_file: Path) -> None:
    header = read_header(gradient_file)
    assert (header.width, header.height, header.orientation) == (48, 32, 1)
    assert (header.mode, header.format, header.n_frames) == ("RGB", "PNG", 1)


def test_pixels_are_exact_and_carry_no_metadata(gradient_file: Path, gradient: Image.Image) -> None:
    picture = decode(gradient_file)
    assert np.array_equal(as_array(picture), as_array(gradient))
    assert type(picture) is Image.Image
    assert picture.info == {}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
def test_every_exif_orientation_is_applied(
    tmp_path: Path, gradient: Image.Image, suffix: str, orientation: int
) -> None:
    path = tmp_path / f"turned.{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"lossless": True} if suffix == "webp" else {"quality": 100, "subsampling": 0} if suffix == "jpg" else {}
    gradient.save(path, exif=exif, **lossless)
    reference = gradient.copy()
    reference.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(reference)

    header = read_header(path)
    picture = decode(path)

    assert (header.width, header.height) == upright.size == picture.size
    assert header.orientation == orientation
    assert np.abs(as_array(picture) - as_array(upright)).max() <= (4 if suffix == "jpg" else 0)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_reduced_decode_is_upright_and_fits(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "large.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.linear_gradient("L").resize((1600, 800)).convert("RGB").save(path, exif=exif)
    small = decode(path, max_side=100)
    full = decode(path).resize(small.size, Image.Resampling.BOX)
    assert max(small.size) == 100
    assert small.size == ((50, 100) if orientation >= 5 else (100, 50))
    assert np.abs(as_array(small) - as_array(full)).mean() < 4


def test_reduced_decode_never_enlarges(gradient_file: Path) -> None:
    assert decode(gradient_file, max_side=500).size == (48, 32)


def test_very_long_picture_keeps_a_pixel(tmp_path: Path) -> None:
    path = tmp_path / "strip.png"
    Image.new("RGB", (5000, 1)).save(path)
    assert decode(path, max_side=50).size == (50, 1)


def test_16_bit_grey_is_divided_by_257(tmp_path: Path) -> None:
    values = np.array([[0, 128, 129, 257, 32896, 65407, 65535]], dtype=np.uint16)
    for suffix in ("png", "tiff"):
        path = tmp_path / f"deep.{suffix}"
        Image.fromarray(values).save(path)
        assert as_array(decode(path))[0, :, 0].tolist() == [0, 0, 1, 1, 128, 255, 255]


@pytest.mark.parametrize(("mode", "kind"), [("F", "floating-point"), ("I", "32-bit")])
def test_pixels_without_a_stated_range_are_refused(tmp_path: Path, mode: str, kind: str) -> None:
    path = tmp_path / "depth.tiff"
    Image.new(mode, (4, 4)).save(path)
    with pytest.raises(ImageFileError, match=kind) as caught:
        decode(path)
    assert caught.value.kind == "image-unsupported-pixels"
    with pytest.raises(ImageFileError):
        verify(path)


def test_cmyk_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    Image.new("RGB", (16, 16), (200, 30, 40)).convert("CMYK").save(path, quality=100)
    assert np.abs(as_array(decode(path))[8, 8] - (200, 30, 40)).max() < 8


def test_transparency_is_laid_over_white(tmp_path: Path) -> None:
    half = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    half.putpixel((1, 0), (0, 0, 0, 0))
    half.save(tmp_path / "rgba.png")
    half.convert("LA").save(tmp_path / "la.png")
    palette = Image.new("P", (2, 1))
    palette.putpalette([255, 0, 0, 0, 0, 0])
    palette.putpixel((1, 0), 1)
    palette.save(tmp_path / "palette.png", transparency=1)
    palette.save(tmp_path / "palette_bytes.png", transparency=b"\xff\x00")
    Image.new("RGB", (2, 1), (9, 9, 9)).save(tmp_path / "key.png", transparency=(9, 9, 9))
    for name, first in (("rgba", 255), ("la", 76), ("palette", 255), ("palette_bytes", 255), ("key", 255)):
        pixels = as_array(decode(tmp_path / f"{name}.png"))
        assert pixels[0, 0, 0] == first, name
        assert pixels[0, 1].tolist() == [255, 255, 255], name


def test_bitonal_fax_tiff_shrinks_to_grey(tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    stripes = np.zeros((64, 64), dtype=bool)
    stripes[:, ::2] = True
    Image.fromarray(stripes).save(path, compression="group4")
    assert set(np.unique(as_array(decode(path)))) == {0, 255}
    assert 100 < as_array(decode(path, max_side=16)).mean() < 155


@pytest.mark.parametrize("mode", ["L", "P", "1", "LAB", "YCbCr"])
def test_other_pixel_layouts_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "other.tif"
    Image.new(mode, (5, 4)).save(path)
    assert decode(path).mode == "RGB"


@pytest.mark.parametrize("suffix", ["png", "webp", "tiff"])
def test_first_frame_of_several(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"moving.{suffix}"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if suffix == "webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    assert read_header(path).n_frames == 3
    assert as_array(decode(path))[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("suffix", ["bmp", "avif", "jp2"])
def test_further_formats(tmp_path: Path, gradient: Image.Image, suffix: str) -> None:
    path = tmp_path / f"further.{suffix}"
    gradient.save(path)
    assert decode(path).size == (48, 32)


def test_nothing_stays_open(gradient_file: Path) -> None:
    picture = decode(gradient_file, max_side=10)
    gradient_file.unlink()
    assert picture.getpixel((0, 0)) is not None


def test_phone_photograph_of_several_pictures_counts_as_one(tmp_path: Path, gradient: Image.Image) -> None:
    path = tmp_path / "phone.jpg"
    gradient.save(path, format="MPO", save_all=True, append_images=[gradient.resize((12, 8))], quality=100)
    header = read_header(path)
    assert (header.format, header.n_frames) == ("MPO", 1)
    assert decode(path).size == (48, 32)
