"""Copies that were saved anew are found; pages that look alike, and blank ones, are not taken for copies."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from core.fingerprints.alike import find_alike, join
from core.fingerprints.kept import Fingerprints
from core.images.fingerprint import fingerprint_of
from core.images.reading import decode


def saved(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def found_of(images: list[Image.Image]) -> tuple[Fingerprints, np.ndarray]:
    small = [image.copy() for image in images]
    for image in small:
        image.thumbnail((256, 256))
    made = [fingerprint_of(np.asarray(image.convert("RGB"))) for image in small]
    ratios = np.array([image.width / image.height for image in images])
    return Fingerprints(np.array([m.shades for m in made]), np.array([m.contrast for m in made], np.float32)), ratios


def test_copies_are_found_and_pages_of_one_book_are_not(pages18c: Path | None):
    if pages18c is None:
        pytest.skip("the real pages are not here")
    pages = [decode(path, max_side=800) for path in sorted(pages18c.rglob("*.jpeg"))]
    copies = [
        [saved(page, 60) for page in pages],
        [page.resize((round(page.width * 0.8), round(page.height * 0.8))) for page in pages],
        [ImageEnhance.Brightness(page).enhance(1.05) for page in pages],
    ]
    groups = find_alike(*found_of([*pages, *(one for kind in copies for one in kind)]))
    n = len(pages)
    assert groups[:n].tolist() == list(range(n))
    assert groups.tolist() == list(range(n)) * 4


def test_a_turned_or_mirrored_picture_is_another_and_so_is_one_of_another_shape():
    rng = np.random.default_rng(1)
    picture = Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).resize((240, 240), Image.Resampling.BOX)
    others = [picture.transpose(Image.Transpose.ROTATE_90), picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    squeezed = picture.resize((240, 200))
    assert find_alike(*found_of([picture, *others, squeezed])).tolist() == [0, 1, 2, 3]


def test_blank_pictures_are_no_copies_of_each_other():
    blank = [Image.new("RGB", (100, 100), (shade, shade, shade)) for shade in (250, 251, 255)]
    assert find_alike(*found_of(blank)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("few", [0, 1000])
def test_no_pair_is_missed_that_a_look_at_all_pairs_finds(few: int):
    rng = np.random.default_rng(7)
    base = rng.normal(size=(300, 576)).astype(np.float32)
    near = base[:200] + rng.normal(scale=0.1, size=(200, 576))
    far = base[:100] + rng.normal(scale=0.35, size=(100, 576))
    shades = np.clip(np.rint(np.concatenate([base, near, far]) * 31), -127, 127).astype(np.int8)
    found = Fingerprints(shades, np.full(len(shades), 50.0, dtype=np.float32))
    units = shades.astype(np.float64)
    units /= np.linalg.norm(units, axis=1)[:, None]
    first, second = np.nonzero(np.triu(units @ units.T >= 0.98, 1))
    expected = np.arange(len(shades))
    join(expected, first, second)
    assert len(first) >= 150
    assert find_alike(found, np.ones(len(shades)), few=few).tolist() == expected.tolist()


def test_groups_are_joined_by_way_of_others():
    groups = np.arange(7)
    join(groups, np.array([5, 3, 1]), np.array([3, 1, 6]))
    assert groups.tolist() == [0, 1, 2, 1, 4, 1, 1]
