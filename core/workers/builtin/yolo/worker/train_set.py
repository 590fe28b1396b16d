"""Loss and accuracy on the training set itself, as the curves show them, without disturbing the training."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from ultralytics.utils.patches import override_configs

from core import clock
from core.workers.builtin.yolo.worker.metric_names import measured_values
from core.workers.builtin.yolo.worker.randomness import undisturbed_randomness
from core.workers.free_cores import usable_cores

LOADER_PROCESSES = 1  # the engine doubles it for measuring


class TrainSetMeasure:
    """Measures the averaged network on up to `most` training images, without augmentation. Weights and random
    numbers of the training are untouched, so that a run with and one without it end with the same bits.
    """

    def __init__(self, images: list[Path], most: int, folder: Path) -> None:
        count = min(most, len(images))
        self.images = [images[index * len(images) // count] for index in range(count)]
        self.is_sample = len(self.images) < len(images)
        self.seconds = 0.0  # of the last measurement
        self._folder = folder
        self._loader: Any = None

    def measure(self, trainer: Any) -> dict[str, float]:
        """Values under our names."""
        began = clock.monotonic()
        threads = torch.get_num_threads()
        with undisturbed_randomness():
            if trainer.device.type == "cpu":
                torch.set_num_threads(usable_cores())
            try:
                metrics = self._validator(trainer)(trainer)
            finally:
                torch.set_num_threads(threads)
        self.seconds = clock.monotonic() - began
        return measured_values(metrics)

    def _validator(self, trainer: Any) -> Any:
        if self._loader is None:
            source = trainer.data["train"]
            if self.is_sample:
                source = self._folder / "measured.txt"
                source.write_text("".join(f"{path}\n" for path in self.images), encoding="utf-8")
            # Few loading processes: they stay beside those of the training.
            with override_configs(trainer.args, {"workers": min(trainer.args.workers, LOADER_PROCESSES)}):
                self._loader = trainer.get_dataloader(
                    str(source), batch_size=2 * trainer.batch_size, rank=-1, mode="val"
                )
        validator = trainer.get_validator()
        validator.dataloader = self._loader
        validator.callbacks = defaultdict(list)
        validator.args.plots = False
        return validator
