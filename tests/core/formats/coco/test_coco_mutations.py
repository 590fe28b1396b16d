"""COCO files with values changed, dropped and doubled: read as far as possible, and nothing is lost in silence."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from core.domain.imports import ImportSource
from core.errors import FormatError
from core.formats.base import PictureSize, gather
from core.formats.coco import FORMAT

N = int(os.environ.get("CALQUE_MUTATIONS", "60"))
"""Documents; more by hand, e.g. CALQUE_MUTATIONS=5000."""

MASK = {"size": [80, 100], "counts": [85, 10, 7905]}
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 4.0, 1e308, float("nan"), float("inf"), 10**400),
    *("", "4", "4.0", "../x", "\x00", "\ud83d", "a" * 5000, "C:\\a", "/", "sub/0.jpg", "%E0%A4%A"),
    *([], [[]], {}, [1, 2, 3, 4], ["1", "2", "3", "4"], [[1, 2, 3]], [None] * 4),
    *({"size": [1, 1], "counts": [1]}, {"size": [80, 100], "counts": "\u1234"}, {"counts": 5}),
    "https://example.org/?d=%ff%00",
)


def document(chance: random.Random) -> dict[str, Any]:
    outlines = ([], [[1, 1, 9, 1, 9, 9]], MASK)
    return {
        "images": [{"id": n, "file_name": f"{n}.jpg", "width": 100, "height": 80} for n in range(4)],
        "annotations": [
            {"id": n, "image_id": n % 4, "category_id": 1 + n % 2, "bbox": [n, 1, 9, 9], "iscrowd": n % 5 == 0}
            | {"segmentation": chance.choice(outlines)}
            for n in range(8)
        ],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    }


def mutated(value: Any, chance: random.Random) -> Any:
    if chance.random() < 0.06:
        return chance.choice(VALUES)
    if isinstance(value, dict):
        kept = {key: mutated(item, chance) for key, item in value.items() if chance.random() > 0.02}
        return kept | ({"score": chance.choice(VALUES)} if chance.random() < 0.03 else {})
    if isinstance(value, list):
        items = [mutated(item, chance) for item in value]
        return [*items, chance.choice(items)] if items and chance.random() < 0.1 else items
    return value


@pytest.mark.parametrize("names", [("a.json",), ("train.json", "sub/val.json")])
def test_mutated_documents(tmp_path: Path, names: tuple[str, ...]) -> None:
    (tmp_path / "sub").mkdir()
    for name in (*(f"{n}.jpg" for n in range(4)), "sub/0.jpg"):
        (tmp_path / name).write_bytes(b"x")
    n_read = 0
    for seed in range(N):
        chance = random.Random(seed)
        stated = 0
        for name in names:
            content = {key: mutated(value, chance) for key, value in document(chance).items()}
            (tmp_path / name).write_text(json.dumps(content))
            stated += len(content["annotations"]) if isinstance(content["annotations"], list) else 0
        size = PictureSize(80, 100, True) if chance.random() < 0.3 else PictureSize(100, 80)
        try:
            result = gather(FORMAT.read(ImportSource(tmp_path), size_of=lambda _, size=size: size))
        except FormatError as error:
            assert error.text.endswith("."), (seed, error.text)
            continue
        n_read += 1
        kept = [item for image in result.images for item in image.annotations]
        told = {problem.kind for problem in result.problems}
        assert len(kept) == stated or told - {"images-empty", "crowds", "crowds-are-objects"}, seed
        assert all(item.geometry is not None and item.geometry.is_finite() for item in kept), seed
        assert all(item.category in result.categories for item in kept), seed
        assert all(problem.text.isprintable() and problem.text.endswith(".") for problem in result.problems), seed
        for image in result.images:
            assert not (image.is_explicit_negative and image.annotations), seed
            assert not (image.is_explicit_negative and "image-id-unknown" in told and len(names) == 1), seed
    assert n_read > N / 3
