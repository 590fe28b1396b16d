"""The engine, made quiet and kept from the network.

It reads its switches once, at import, so they are set before Python starts (`core.workers.environment`); a session
without its safe mode is refused.
"""

from __future__ import annotations

import ctypes
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import ultralytics
from ultralytics import utils as engine_utils
from ultralytics.data import utils as engine_data
from ultralytics.engine import trainer as engine_trainer
from ultralytics.nn.tasks import _SafeLoad
from ultralytics.utils import LOGGER

from core.errors import WorkerError
from core.workers.api import Reporter
from core.workers.builtin.yolo.worker.vision import import_torchvision

# Before any prediction: with it loaded the engine uses its non-maximum suppression, without it another.
torchvision = import_torchvision()

# OpenVINO reports to its makers as soon as it is imported, whoever does so; without this package it cannot.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

ENGINE_VERSION = str(ultralytics.__version__)

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
_KEPT_BYTES = 64 << 20  # of a thread; glibc takes no more for one that is not the first
_SMALL_BYTES = 32 << 20  # what is larger goes back to the system in any case; glibc takes no more

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_TABLE = re.compile(r"\s+(Epoch\s+GPU_mem|all\s+\d)")  # rows of tables whose heads went with the progress bars
_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}

LIBRARIES = {
    "torch": str(torch.__version__),
    "torchvision": str(torchvision.__version__),
    "ultralytics": ENGINE_VERSION,
}


def keep_freed_memory() -> None:
    """From now on this process keeps what its threads free, within limits. glibc else hands the layers of a network
    back after each image, and has them fetched, and filled with zeros, for the next. Nothing changes elsewhere.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _SMALL_BYTES)


@contextmanager
def engine_session(reporter: Reporter) -> Iterator[None]:
    """While open, the engine's log goes to `reporter`, its progress bars nowhere, and its downloads are off."""
    if not _SafeLoad.restricted():
        raise WorkerError("The engine would load weights without its safe mode.", hint="Start Calque again.")
    handler = _ToReporter(reporter)
    kept = LOGGER.handlers[:], LOGGER.propagate, engine_utils.VERBOSE
    LOGGER.handlers[:], LOGGER.propagate = [handler], False
    engine_utils.VERBOSE = False  # switches off the progress bars, not the log
    engine_data.check_font = _no_font  # drawing is off; the engine would import matplotlib, or fetch a font
    engine_trainer.check_amp = is_mixed_precision_sound  # the engine's own check downloads weights
    try:
        yield
    finally:
        LOGGER.handlers[:], LOGGER.propagate, engine_utils.VERBOSE = kept


def is_mixed_precision_sound(model: torch.nn.Module) -> bool:
    """Whether this device computes the same with 16 bits, about; tried on a grey ramp, drawing no random number."""
    device = next(model.parameters()).device
    if device.type != "cuda":
        return False
    ramp = torch.linspace(0, 1, 64 * 64, device=device).reshape(1, 1, 64, 64).expand(2, 3, 64, 64)
    was_training = model.training
    model.eval()
    with torch.no_grad():
        exact = _first_tensor(model(ramp)).float()
        with torch.autocast(device.type):
            mixed = _first_tensor(model(ramp)).float()
    model.train(was_training)
    return bool(torch.isfinite(mixed).all()) and torch.allclose(exact, mixed, rtol=0.1, atol=1.0)


def _first_tensor(value: object) -> torch.Tensor:
    while isinstance(value, list | tuple):
        value = value[0]
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"the network yields {type(value).__name__}")
    return value


def _no_font(*_: object) -> None:
    """Stands in for the engine's search for a font."""


class _ToReporter(logging.Handler):
    def __init__(self, reporter: Reporter) -> None:
        super().__init__(logging.INFO)
        self._reporter = reporter

    def emit(self, record: logging.LogRecord) -> None:
        text = _COLOUR.sub("", record.getMessage()).strip("\n")
        if text.strip() and not _TABLE.match(text):
            self._reporter.log(text, _LEVELS.get(record.levelno, "error"))
