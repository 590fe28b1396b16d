"""Images for snapshots, drawn on the spot."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.domain.geometry import Box
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.images.reading import read_header

sys.path.append(str(Path(__file__).parent))  # for plain_split, dataset_shop

from dataset_shop import DatasetShop

MakeImage = Callable[..., SnapshotImage]
FreezeFile = Callable[[str, Split], SnapshotImage]


@pytest.fixture
def images_root(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    root.mkdir()
    return root


@pytest.fixture
def make_image(images_root: Path, freeze_file: FreezeFile) -> MakeImage:
    """Writes a picture and gives the snapshot's record of it."""

    def make(
        path: str,
        *,
        split: Split = Split.TRAIN,
        seed: int = 0,
        size: tuple[int, int] = (40, 30),
        mode: str = "RGB",
        tail: bytes = b"",
        **options: object,
    ) -> SnapshotImage:
        file = images_root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
        Image.fromarray(noise).convert(mode).save(file, **options)
        if tail:
            file.write_bytes(file.read_bytes() + tail)
        return freeze_file(path, split)

    return make


@pytest.fixture
def freeze_file(images_root: Path) -> FreezeFile:
    """The snapshot's record of a file that is there."""

    def freeze(path: str, split: Split) -> SnapshotImage:
        header = read_header(images_root / path)
        digest = hashlib.sha256((images_root / path).read_bytes()).hexdigest()
        objects = (SnapshotObject(0, Box(1.0, 2.0, 11.5, 12.0)),)
        return SnapshotImage(path, digest, header.width, header.height, header.orientation, split, objects)

    return freeze


LabelledImage = Callable[..., SnapshotImage]


@pytest.fixture
def labelled() -> LabelledImage:
    """A record without a file, with one object of each category named."""

    def make(name: str, *categories: int, content: str = "") -> SnapshotImage:
        digest = hashlib.sha256((content or name).encode()).hexdigest()
        objects = tuple(SnapshotObject(k, Box(0, 0, 5, 5)) for k in categories)
        return SnapshotImage(name, digest, 100, 100, 1, Split.TRAIN, objects)

    return make


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[DatasetShop]:
    """A project of thirteen images in four folders, and what edits datasets."""
    made = DatasetShop(tmp_path)
    yield made
    made.close()
