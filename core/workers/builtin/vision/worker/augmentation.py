"""Training images changed at random. What is drawn depends on seed, epoch and place alone: a resumed training draws
the same."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from core.workers.builtin.vision.configuration import VisionConfiguration

_OFTEN = 0.5
_WORD = 0xFFFFFFFF


class Augmentation:
    """The changes that a configuration asks for. `seed` is the run's."""

    def __init__(self, configuration: VisionConfiguration, seed: int) -> None:
        self._wanted = configuration
        self._seed = seed & _WORD

    def change(self, pictures: torch.Tensor, epoch: int, places: Sequence[int]) -> torch.Tensor:
        """(n, 3, h, w), colours from 0 to 1; each picture as its place in the epoch has it."""
        if not self._wanted.moves_pixels:
            return pictures
        draws = [np.random.default_rng((self._seed, epoch, place)) for place in places]
        if self._is_moved:
            moves = torch.tensor(np.stack([self._move(rng) for rng in draws]), dtype=pictures.dtype)
            grid = functional.affine_grid(moves.to(pictures.device), list(pictures.shape), align_corners=False)
            pictures = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
        if self._wanted.vary_contrast:
            factors = [rng.uniform(self._wanted.contrast_least, self._wanted.contrast_most) for rng in draws]
            mean = pictures.mean((1, 2, 3), keepdim=True)
            pictures = mean + (pictures - mean) * _column(factors, pictures)
        if self._wanted.brightness:
            added = [rng.uniform(-self._wanted.brightness, self._wanted.brightness) for rng in draws]
            pictures = pictures + _column(added, pictures)
        if self._wanted.noise:
            shape = pictures.shape[1:]
            noise = np.stack([rng.standard_normal(shape, dtype=np.float32) for rng in draws])
            pictures = pictures + self._wanted.noise * torch.from_numpy(noise).to(pictures)
        return pictures.clamp(0, 1)

    @property
    def _is_moved(self) -> bool:
        wanted = self._wanted
        return wanted.fliplr or wanted.flipud or wanted.rotate90 or wanted.random_crops

    def _move(self, rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """(2, 3): where in the picture, from -1 to 1, a place of the new one lies."""
        wanted = self._wanted
        turn = np.eye(2)
        if wanted.rotate90 and rng.random() < _OFTEN:
            turn = np.array([[0.0, -1.0], [1.0, 0.0]]) * (1 if rng.random() < _OFTEN else -1)
        if wanted.fliplr and rng.random() < _OFTEN:
            turn = np.diag([-1.0, 1.0]) @ turn
        if wanted.flipud and rng.random() < _OFTEN:
            turn = np.diag([1.0, -1.0]) @ turn
        scale, centre = np.ones(2), np.zeros(2)
        if wanted.random_crops:
            scale = self._crop_size(rng)
            centre = (1 - scale) * rng.uniform(-1, 1, 2)
        return np.concatenate([np.diag(scale) @ turn, centre[:, None]], axis=1)

    def _crop_size(self, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Width and height as fractions of the picture's."""
        area = rng.uniform(self._wanted.crop_least_area, self._wanted.crop_most_area)
        least, most = math.log(self._wanted.crop_least_aspect), math.log(self._wanted.crop_most_aspect)
        aspect = math.exp(rng.uniform(least, most))
        return np.array([min(1.0, math.sqrt(area * aspect)), min(1.0, math.sqrt(area / aspect))])


def epoch_order(n_shown: int, seed: int, epoch: int) -> list[int]:
    """Places of an epoch in the order in which they are trained on."""
    order: list[int] = np.random.default_rng((seed & _WORD, epoch)).permutation(n_shown).tolist()
    return order


def _column(values: Sequence[float], like: torch.Tensor) -> torch.Tensor:
    return torch.tensor(values, dtype=like.dtype, device=like.device).view(-1, 1, 1, 1)
