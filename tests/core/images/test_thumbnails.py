from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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


def test_damaged_cache_file_is_made_again(tmp_path: Path, large_file: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    digest = sha256_of(large_file)
    first = cache.get(large_file, digest, 96)
    cache.file_of(digest, 96).write_bytes(cache.file_of(digest, 96).read_bytes()[:200])
    assert np.array_equal(cache.get(large_file, digest, 96), first)
    large_file.unlink()
    assert np.array_equal(cache.get(large_file, digest, 96), first)


def test_cache_that_cannot_be_written_still_answers(tmp_path: Path, large_file: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert ThumbnailCache(tmp_path / "cache").get(large_file, sha256_of(large_file), 96).shape == (64, 96, 3)


def test_no_part_is_left_behind(tmp_path: Path, large_file: Path) -> None:
    cache = ThumbnailCache(tmp_path / "cache")
    digest = sha256_of(large_file)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: cache.get(large_file, digest, 64), range(16)))
    assert all(np.array_equal(results[0], other) for other in results)
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == [f"{digest}_64.jpg"]


def test_damaged_image_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"<html>")
    with pytest.raises(ImageFileError, match="HTML"):
        ThumbnailCache(tmp_path / "cache").get(tmp_path / "bad.jpg", "0" * 64, 96)


def test_key_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        ThumbnailCache(tmp_path / "cache").get(tmp_path / "a.jpg", "../" * 21 + "x", 96)
