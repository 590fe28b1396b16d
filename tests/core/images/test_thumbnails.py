from __future__ import annotations

import io
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.images.thumbnails import ThumbnailCache


@pytest.fixture
def large_file(tmp_path: Path, gradient: Image.Image) -> Path:
    path = tmp_path / "large.png"
    gradient.resize((960, 640)).save(path)
    return path


def test_thumbnail_has_the_asked_side_and_colours(tmp_path: Path, large_file: Path, gradient: Image.Image) -> None:
    pixels = ThumbnailCache(tmp_path / "cache").get(large_file, sha256_of(large_file), 96)
    assert pixels.shape == (64, 96, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - np.asarray(gradient.resize((96, 64))).astype(int)).mean() < 5


def test_second_time_comes_from_disk_and_is_equal(tmp_path: Path, large_file: Path) -> None:
    digest = sha256_of(large_file)
    first = ThumbnailCache(tmp_path / "cache").get(large_file, digest, 96)
    large_file.unlink()
    second = ThumbnailCache(tmp_path / "cache").get(large_file, digest, 96)
    assert np.array_equal(first, second)


def test_sides_are_kept_apart(tmp_path: Path, large_file: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    digest = sha256_of(large_file)
    assert cache.get(large_file, digest, 96).shape != cache.get(large_file, digest, 48).shape


def test_a_damaged_thumbnail_is_made_again(tmp_path: Path, large_file: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    digest = sha256_of(large_file)
    first = cache.get(large_file, digest, 96)
    with sqlite3.connect(tmp_path / "cache" / "thumbnails.sqlite") as connection:
        connection.execute("UPDATE thumbnail SET content = substr(content, 1, 200)")
    connection.close()
    assert np.array_equal(cache.get(large_file, digest, 96), first)
    large_file.unlink()
    assert np.array_equal(cache.get(large_file, digest, 96), first)


def test_cache_that_cannot_be_written_still_answers(tmp_path: Path, large_file: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert ThumbnailCache(tmp_path / "cache").get(large_file, sha256_of(large_file), 96).shape == (64, 96, 3)


def test_threads_share_one_file(tmp_path: Path, large_file: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    digest = sha256_of(large_file)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: cache.get(large_file, digest, 64), range(16)))
    assert all(np.array_equal(results[0], other) for other in results)
    cache.close()
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["thumbnails.sqlite"]


def file_of_before(folder: Path, digest: str, side: int, pixels: Image.Image, white: int = 0) -> Path:
    """As Calques before 0.2 kept it."""
    file = folder / digest[:2] / f"{digest}_{side}{f'_{white}' if white else ''}.jpg"
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels.save(file, "JPEG")
    return file


def test_what_older_versions_kept_is_taken_in_when_it_is_wanted(tmp_path: Path, large_file: Path) -> None:
    digest = sha256_of(large_file)
    red = Image.new("RGB", (96, 64), (200, 10, 10))
    files = [file_of_before(tmp_path / "cache", digest, side, red) for side in (48, 96)]
    cache = ThumbnailCache(tmp_path / "cache")
    assert abs(int(cache.get(large_file, digest, 96)[0, 0, 0]) - 200) < 5, "the one that there was"
    assert [file.exists() for file in files] == [True, False]
    assert abs(int(cache.get(large_file, digest, 96)[0, 0, 0]) - 200) < 5
    files[0].unlink()
    found = cache.known(digest)
    assert found is not None
    assert found.shape == (64, 96, 3)


def test_tidying_takes_all_of_them_in_and_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    blue = Image.new("RGB", (32, 32), (10, 10, 200))
    digests = [f"{n:064x}" for n in range(20)]
    for digest in digests:
        file_of_before(folder, digest, 32, blue)
    file_of_before(folder, digests[3], 32, blue, white=4095)
    mine = folder / "00" / "a picture of mine.jpg"
    mine.write_text("not a thumbnail")
    cache = ThumbnailCache(folder)
    cache.tidy()
    assert sorted(path.name for path in folder.rglob("*") if path.is_file() and path.suffix == ".jpg") == [mine.name]
    assert all(cache.known(digest) is not None for digest in digests)
    assert cache.known(digests[3], white=4095) is not None
    assert cache.known(digests[4], white=4095) is None
    cache.close()


def test_a_picture_of_many_pixels_is_right_though_it_is_made_fast(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    scan = Image.fromarray(rng.integers(0, 255, (15, 20, 3), dtype=np.uint8)).resize(
        (2000, 1500), Image.Resampling.BICUBIC
    )
    scan.save(tmp_path / "scan.jpg", quality=92)
    made = ThumbnailCache(tmp_path / "cache").get(tmp_path / "scan.jpg", "0" * 64, 256)
    exact = np.asarray(scan.resize((256, 192), Image.Resampling.LANCZOS)).astype(int)
    assert made.shape == (192, 256, 3)
    assert np.abs(made.astype(int) - exact).mean() < 3


def test_damaged_image_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"<html>")
    with pytest.raises(ImageFileError, match="HTML"):
        ThumbnailCache(tmp_path / "cache").get(tmp_path / "bad.jpg", "0" * 64, 96)


def test_key_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        ThumbnailCache(tmp_path / "cache").get(tmp_path / "a.jpg", "../" * 21 + "x", 96)


@pytest.mark.parametrize(("colour", "layers"), [((200, 30, 30), (1, 1)), ((225, 222, 214), (2, 2)), (None, None)])
def test_colours_are_halved_or_left_out_only_where_nobody_sees_it(
    tmp_path: Path, colour: tuple[int, int, int] | None, layers: tuple[int, int] | None
) -> None:
    """A thin red stroke stays red; colours of paper hardly change; a grey page has none."""
    page = Image.new("RGB", (256, 200), "white")
    ImageDraw.Draw(page).line((40, 50, 90, 80), fill=colour or (90, 90, 90))
    page.save(tmp_path / "page.png")
    cache = ThumbnailCache(tmp_path / "cache")
    made = cache.get(tmp_path / "page.png", "ab" * 32, 256)
    with sqlite3.connect(tmp_path / "cache" / "thumbnails.sqlite") as pack:
        content = pack.execute("SELECT content FROM thumbnail").fetchone()[0]
    pack.close()
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.mode, kept.layer[0][1:3] if kept.mode == "RGB" else None) == (
            "RGB" if colour else "L",
            layers,
        )
    assert np.array_equal(cache.get(tmp_path / "page.png", "ab" * 32, 256), made)
    assert np.abs(made.astype(int) - np.asarray(page).astype(int)).mean() < 1
    if layers == (1, 1):
        red, green, blue = made[50:80, 40:90].reshape(-1, 3).astype(int).T
        assert (red - np.maximum(green, blue)).max() > 100
    cache.close()
