"""The parent's side of the process that looks at images with a network."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from core.similar.child import ANSWERER
from core.similar.vectors import N_KEPT, Floats
from core.trying.warm import WarmProcess, new_folder
from core.workers.builtin.backbones.lite0 import find_lite0

METHOD = "EfficientNet-Lite0, which has seen the photographs of ImageNet"
AT_ONCE = 16
_ANSWER_S = 300.0  # sixteen enormous pictures on a slow disk


def is_there() -> bool:
    """Whether the network's weights are on this computer."""
    return find_lite0() is not None


class NetworkLook:
    """`with` it; the process ends with the block. `folder` is where its files may lie meanwhile."""

    def __init__(self, folder: Path) -> None:
        # Half of the processors: what the person does meanwhile goes first.
        setup = {"answerer": ANSWERER, "n_threads": max(1, (os.cpu_count() or 2) // 2)}
        self._process = WarmProcess(setup, {}, new_folder(folder))

    def __enter__(self) -> NetworkLook:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def vectors(self, files: Sequence[tuple[Path, int]], check: Callable[[], None]) -> tuple[Floats, dict[int, str]]:
        """Of those files (with their `white`) that can be read, in their order; a sentence by place for the others.

        `check` is called meanwhile and may raise to give up. Raises WorkerError, RunError.
        """
        asked = {"files": [(os.fsdecode(path), white) for path, white in files]}
        answer = self._process.ask(asked, check, timeout_s=_ANSWER_S)
        found = np.frombuffer(base64.b64decode(answer["vectors"]), dtype="<f4").reshape(-1, N_KEPT)
        return found.astype(np.float32), {int(place): text for place, text in answer["problems"].items()}
