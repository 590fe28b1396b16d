"""A picture as a network sees it: cut to its size, padded, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from ultralytics.data.augment import LetterBox
from ultralytics.utils.patches import imread

from core.errors import WorkerError
from core.workers.api import TreeImage

Picture = npt.NDArray[np.uint8]


class Input:
    """`is_fixed_size`: padded to a square, else to the next multiple of the stride only, as the engine predicts."""

    def __init__(self, model: Mapping[str, Any], *, is_fixed_size: bool) -> None:
        wanted = model["preprocessing"]
        side = int(wanted["imgsz"])
        self._letterbox = LetterBox((side, side), auto=not is_fixed_size, stride=int(wanted["stride"]))

    def batch(self, image: TreeImage) -> tuple[torch.Tensor, tuple[int, int]]:
        """(1, 3, h, w), red first, 0 to 1; and the picture's (height, width). Raises WorkerError."""
        picture = read_picture(image)
        cut = np.ascontiguousarray(self._letterbox(image=picture))
        numbers = torch.from_numpy(cut).unsqueeze(0).permute(0, 3, 1, 2).contiguous().flip(1).float().div_(255)
        return numbers, (picture.shape[0], picture.shape[1])


def read_picture(image: TreeImage) -> Picture:
    """(height, width, 3), blue first. Raises WorkerError when it is not as large as it is said to be."""
    picture = imread(str(image.path))
    if picture is None or picture.shape[:2] != (image.height, image.width):
        raise WorkerError(
            f"{image.key} cannot be read as {image.width} x {image.height} pixels.",
            hint="Start the run again: its private copy of the images is damaged.",
            code="data",
        )
    return np.asarray(picture, dtype=np.uint8)
