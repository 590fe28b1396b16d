"""A small project on disk, and the children that train on it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[1] / "datasets"))  # plain_manifest, plain_split
sys.path.append(str(Path(__file__).parent / "review"))  # plain_data

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


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A file system of two pages, which no version fits into; None where this machine does not let us make one."""
    folder = tmp_path / "full"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(folder)]
    is_mounted = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield folder if is_mounted else None
    if is_mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)
