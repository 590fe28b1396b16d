"""Failures of these workers: torch's, under the names that they give to batch and image size."""

from __future__ import annotations

from functools import partial

from core.workers import torch_failures

explain = partial(torch_failures.explain, batch_names=("batch",), size_names=("imgsz",))
