"""The process that looks at images with a network: a line of JSON names files, the answer their features."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import CalqueError
from core.images.reading import decode
from core.similar.vectors import projected

ANSWERER = "core.similar.child:Looking"
"""As the setup of an answering process names it."""

_NETWORK = "core.workers.builtin.backbones.worker.looks"
_DECODED_SIDE = 256


class Looking:
    """Made in the process itself; `given` is its setup."""

    def __init__(self, given: Mapping[str, Any], folder: Path) -> None:
        self._looks = import_module(_NETWORK).Lite0Looks(int(given["n_threads"]))

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Of `files`, each a path and a `white`: `vectors`, float32 in base64, of those that could be read; `problems`,
        a sentence by place, of the others."""
        pictures, problems = [], {}
        for place, (path, white) in enumerate(asked["files"]):
            try:
                pictures.append(decode(Path(path), max_side=_DECODED_SIDE, white=white))
            except CalqueError as error:
                problems[str(place)] = error.text
        vectors = projected(self._looks.features(pictures)) if pictures else np.zeros((0, 0), dtype=np.float32)
        return {"vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode(), "problems": problems}

    def failure(self, error: Exception) -> dict[str, Any]:
        if isinstance(error, CalqueError):
            return {"error": error.text, "hint": error.hint, "code": error.code}
        return {
            "error": f"The images could not be looked at: {type(error).__name__}: {error}",
            "hint": "",
            "code": "",
        }
