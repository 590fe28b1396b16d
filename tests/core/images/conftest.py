from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def gradient() -> Image.Image:
    """48 x 32 with a different colour in each corner, so that every turn shows."""
    y, x = np.mgrid[0:32, 0:48]
    return Image.fromarray(np.stack([x * 5, y * 7, 255 - x * 5], axis=2).astype(np.uint8))


@pytest.fixture
def gradient_file(tmp_path: Path, gradient: Image.Image) -> Path:
    path = tmp_path / "gradient.png"
    gradient.save(path)
    return path
