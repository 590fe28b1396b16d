"""Thumbnails for pages that are made before the first one is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.services import Services

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class LateThumbnails:
    """The thumbnail cache, made (with the decoders it needs) when the first thumbnail is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def get(self, path: Path, sha256: str, side: int, white: int = 0) -> npt.NDArray[np.uint8]:
        return self._services.thumbnails.get(path, sha256, side, white)

    def known(self, sha256: str, white: int = 0) -> npt.NDArray[np.uint8] | None:
        return self._services.thumbnails.known(sha256, white)
