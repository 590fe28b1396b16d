"""The engine's failures: torch's, under the names that the engine gives to batch and image size."""

from __future__ import annotations

from functools import partial

from core.workers import torch_failures

explain = partial(torch_failures.explain, batch_names=("batch", "batch_size"), size_names=("imgsz", "image_size"))
