"""A small project on disk, and the children that train on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from service_workshop import Shop
from training_workshop import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Ten training, four validation and three test images of two classes, and a run folder to train them in."""
    return Bench(tmp_path)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """All services, and a project with images for training, validation and test."""
    shop = Shop(tmp_path)
    yield shop
    shop.close()
