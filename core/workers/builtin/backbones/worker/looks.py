"""What a picture shows, as the last features of a network that has seen photographs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from core.workers.builtin.backbones.worker.lite0 import MEAN, STD, build_lite0

SIDE = 224
"""Of the square that a picture is resized to, whatever its shape: its layout stays whole."""


class Lite0Looks:
    """Raises WeightsError when the published weights are missing or were altered."""

    def __init__(self, n_threads: int) -> None:
        torch.set_num_threads(n_threads)
        self._network = build_lite0(pretrained=True).eval()

    def features(self, pictures: Sequence[Image.Image]) -> npt.NDArray[np.float32]:
        """(pictures, 1280), the mean over the picture."""
        pixels = np.stack(
            [
                np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float32)
                for picture in pictures
            ]
        )
        batch = torch.from_numpy(pixels / 255).permute(0, 3, 1, 2)
        batch = (batch - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
        with torch.inference_mode():
            found = self._network.forward_features(batch.contiguous()).mean(dim=(2, 3))
        return found.numpy().astype(np.float32)
