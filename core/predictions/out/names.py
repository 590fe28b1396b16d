"""What images are called in files of predictions: by their place in the project, or below the folder that holds all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from core.domain.names import shown
from core.domain.predictions import PredictedImage
from core.errors import RefusedError


class OutNames:
    """Of the images of one export."""

    def __init__(self, images: Sequence[PredictedImage]) -> None:
        folders = {os.path.dirname(image.key) for image in images if Path(image.key).is_absolute()}  # noqa: PTH120
        self._root = os.path.commonpath(folders) if folders else ""
        self._taken: dict[str, str] = {}

    def name_of(self, key: str) -> str:
        """Relative, with "/" between its parts."""
        if self._root and Path(key).is_absolute():
            return os.path.relpath(key, self._root).replace(os.sep, "/")
        return key

    def file_for(self, key: str, ending: str) -> str:
        """Of a file that speaks of this image alone. Raises RefusedError when another image's file has the name, or it
        would lie outside the folder."""
        place = PurePosixPath(self.name_of(key))
        if place.is_absolute() or ".." in place.parts:
            text = f'"{shown(key)}" leads out of the folder that is written.'
            raise RefusedError(text, hint="Choose COCO or CSV, which have one file for all.")
        name = str(place.with_suffix(ending))
        if self._taken.setdefault(name, key) != key:
            text = f'"{shown(key)}" and "{shown(self._taken[name])}" differ only in their ending'
            hint = "Choose COCO or CSV, which have one file for all."
            raise RefusedError(f"{text}; there would be one file for both.", hint=hint)
        return name
