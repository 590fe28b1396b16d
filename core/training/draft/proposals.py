"""What a wizard proposes before a person has chosen anything."""

from __future__ import annotations

from core.domain.workers import WorkerInfo

FEW_IMAGES = 200
CPU = "cpu"


def proposed_configuration(worker: WorkerInfo, *, n_images: int, device: str) -> str:
    """The name of the preset to begin with (MA-08); "" = the worker's own defaults.

    `n_images` are those to learn from: the training and the validation set. With fewer than `FEW_IMAGES` of them, and
    no graphics card, the worker's preset for small data; else its usual one. Either may be missing.
    """
    is_small = n_images < FEW_IMAGES and device == CPU
    wanted = (worker.small_data_preset, worker.usual_preset) if is_small else (worker.usual_preset,)
    known = {name for name, _ in worker.presets}
    return next((name for name in wanted if name in known), "")
