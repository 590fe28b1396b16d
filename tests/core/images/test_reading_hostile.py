"""Files that are not what they say: each ends in a sentence with a kind, never in a crash, a hang or a program run."""

from __future__ import annotations

import io
import os
import random
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.images.opening import MAX_FILE_BYTES, ImageFileError
from core.images.reading import decode, read_header, verify


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header lies about its size and whose body is a single row."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 300)) + chunk(b"IEND", b"")
    )


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(calque-was-here) (w) file closefile\nshowpage\n"
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", "image-empty", "0 bytes"),
        (HTML, "image-not-an-image", "an HTML page"),
        (EPS, "image-not-an-image", "PostScript"),
        (SVG, "image-not-an-image", "an SVG drawing"),
        (b"%PDF-1.7 ...", "image-not-an-image", "a PDF"),
        (b"GIF89a" + b"\0" * 20, "image-not-an-image", "a GIF"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 20, "image-not-an-image", "HEIC"),
        (b"version https://git-lfs.github.com/spec/v1\n", "image-not-an-image", "never downloaded"),
        (b'{"a": 1}', "image-not-an-image", "a text file"),
        (b"\0" * 4096, "image-not-an-image", "zero bytes"),
        (b"\x00\x10\xfe\xed" * 40, "image-not-an-image", "known format"),
        (b"\xff\xd8\xff", "image-not-an-image", "known format"),
        (png_claiming(20_000, 20_001), "image-too-large", "400 million"),
        (png_claiming(1_000_000_000, 1_000_000_000), "image-too-large", "400 million"),
        (png_claiming(19_000, 19_000), "image-damaged", "its header says 19000 x 19000"),
        (png_claiming(400, 400), "image-damaged", "damaged"),
    ],
)
def test_hostile_content(tmp_path: Path, content: bytes, kind: str, words: str) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageFileError) as caught:
        decode(path)
    assert caught.value.kind == kind
    assert words in caught.value.text
    assert "picture.jpg" in caught.value.text
    assert caught.value.hint
    problem = caught.value.to_problem("sub/picture.jpg")
    assert (problem.kind, problem.file) == (kind, "sub/picture.jpg")


def test_hint_fits_what_was_found(tmp_path: Path) -> None:
    for content, words in ((b"GIF89a....", "Save it as JPEG"), (HTML, "Copy the file again")):
        (tmp_path / "x.jpg").write_bytes(content)
        with pytest.raises(ImageFileError) as caught:
            decode(tmp_path / "x.jpg")
        assert words in caught.value.hint


def test_postscript_is_never_run(tmp_path: Path) -> None:
    path = tmp_path / "eps.jpg"
    path.write_bytes(EPS)
    for read in (decode, read_header, verify):
        with pytest.raises(ImageFileError):
            read(path)
    assert [file.name for file in tmp_path.iterdir()] == ["eps.jpg"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated(tmp_path: Path, kind: str, share: float) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    content = encoded(noise, kind)
    path = tmp_path / "half.img"
    path.write_bytes(content[: int(len(content) * share)])
    for read in (decode, verify):
        with pytest.raises(ImageFileError):
            read(path)


def test_truncated_jpeg_is_named_so_even_when_reduced(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (640, 640, 3), dtype=np.uint8))
    path = tmp_path / "half.jpg"
    path.write_bytes(encoded(noise, "JPEG")[:60_000])
    for options in ({}, {"max_side": 64}):
        with pytest.raises(ImageFileError, match="ends before the picture does"):
            decode(path, **options)


def test_flipped_bytes_give_a_picture_or_a_sentence(tmp_path: Path) -> None:
    """Some flips are invisible to any decoder; what counts is that no other exception comes out."""
    chance = random.Random(3)
    picture = Image.linear_gradient("L").convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "flipped.img"
    n_refused = 0
    for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "JPEG2000", "BMP"):
        content = encoded(picture.resize((40, 30)), kind, **({"exif": exif} if kind != "JPEG2000" else {}))
        for _ in range(60):
            damaged = bytearray(content)
            for _ in range(chance.randint(1, 8)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(damaged)
            try:
                decode(path, max_side=16)
            except ImageFileError:
                n_refused += 1
    assert n_refused > 50


def test_text_bomb_in_png(tmp_path: Path) -> None:
    body = b"Comment\0\0" + zlib.compress(b"\0" * 80_000_000, 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    good = encoded(Image.new("RGB", (4, 4)), "PNG")
    path = tmp_path / "bomb.png"
    path.write_bytes(good[:33] + chunk + good[33:])
    with pytest.raises(ImageFileError):
        decode(path)


def test_broken_exif_does_not_cost_the_picture(tmp_path: Path, gradient: Image.Image) -> None:
    path = tmp_path / "exif.jpg"
    gradient.save(path, exif=b"Exif\0\0II*\0\xff\xff\xff\x7f garbage")
    assert read_header(path).orientation == 1
    assert decode(path).size == (48, 32)


def test_orientation_out_of_range_counts_as_upright(tmp_path: Path, gradient: Image.Image) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    gradient.save(tmp_path / "odd.png", exif=exif)
    assert read_header(tmp_path / "odd.png").orientation == 1


def test_guards_hold_after_a_library_took_them_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    path = tmp_path / "picture.png"
    path.write_bytes(png_claiming(30_000, 30_000))
    with pytest.raises(ImageFileError, match="million"):
        read_header(path)


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are files on POSIX only")
def test_named_pipe_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "pipe.jpg"
    os.mkfifo(path)
    with pytest.raises(ImageFileError, match="named pipe") as caught:
        decode(path)
    assert caught.value.kind == "image-special-file"


def test_folder_device_missing_and_link_loop(tmp_path: Path) -> None:
    loop = tmp_path / "loop.jpg"
    loop.symlink_to(loop)
    for path, kind in (
        (tmp_path, "image-special-file"),
        (Path("/dev/zero"), "image-special-file"),
        (tmp_path / "none.jpg", "image-missing"),
        (loop, "image-unreadable"),
        (Path("nul\0byte.jpg"), "image-unreadable"),
    ):
        with pytest.raises(ImageFileError) as caught:
            read_header(path)
        assert caught.value.kind == kind, path


def test_sparse_terabytes_are_refused_by_size(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(ImageFileError) as caught:
        decode(path)
    assert caught.value.kind == "image-too-large"


@pytest.mark.parametrize(
    "name",
    [
        b"caf\xe9 latin.png",
        "emoji \U0001f600 #?%41.png".encode(),
        b"line\nbreak.png",
        b" -leading.png",
        b"n" * 246 + b".png",
    ],
)
def test_names_of_all_kinds(tmp_path: Path, gradient: Image.Image, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(encoded(gradient, "PNG"))
    assert decode(path).size == (48, 32)
    path.write_bytes(b"")
    with pytest.raises(ImageFileError) as caught:
        decode(path)
    caught.value.text.encode("utf-8")
    assert "\n" not in caught.value.text
