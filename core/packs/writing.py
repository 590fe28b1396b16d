"""Making a pack: image by image, so that memory does not grow with their number."""

from __future__ import annotations

import contextlib
import json
import math
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.snapshots import NO_CATEGORY, SnapshotObject
from core.files.durable import sync_folder
from core.files.leftovers import partial_of
from core.packs import records
from core.packs.layout import LENGTH, MAGIC, TRAILER, PackHeader

_LEVEL = 1  # numbers shrink little, and outlines as much at the first level as at the last


class PackWriter:
    """Writes to an open file; `n_images` and `n_predictions` count what has been added."""

    def __init__(self, file: IO[bytes], header: PackHeader) -> None:
        self._file = file
        self._header = header
        self._index: list[list[Any]] = []
        self.n_predictions = 0
        content = json.dumps(header.to_json(), allow_nan=False).encode()
        file.write(MAGIC + LENGTH.pack(len(content)) + content)

    @property
    def n_images(self) -> int:
        return len(self._index)

    def add(
        self, image: PredictedImage, predictions: Sequence[PredictedObject], truths: Sequence[SnapshotObject] = ()
    ) -> None:
        """Predictions are put in the order of falling confidence; one with a confidence or a box that is no number is
        left out, so that whoever reads a pack need not ask; so is a truth without a class, whose region is known
        by what was predicted of it. Raises OSError."""
        usable = [one for one in predictions if math.isfinite(one.confidence) and one.box.is_finite()]
        ordered = sorted(usable, key=lambda one: -one.confidence)
        truths = [one for one in truths if one.category != NO_CATEGORY]
        counted = replace(image, n_predictions=len(ordered), n_truths=len(truths))
        header = self._header
        content = records.encode(counted, ordered, truths, has_masks=header.has_masks, is_oriented=header.is_oriented)
        packed = zlib.compress(content, _LEVEL)
        split = None if image.split is None else image.split.value
        facts = [image.key, image.sha256, image.width, image.height, split, len(ordered), len(truths)]
        self._index.append([*facts, self._file.tell(), len(packed)])
        self._file.write(packed)
        self.n_predictions += len(ordered)

    def finish(self) -> None:
        index = zlib.compress(json.dumps(self._index).encode(), _LEVEL)
        at = self._file.tell()
        self._file.write(index + TRAILER.pack(at, len(index), zlib.crc32(index), MAGIC))


@contextmanager
def write_pack(path: Path, header: PackHeader) -> Iterator[PackWriter]:
    """The file appears under its name, durable, when all of it is there; nothing is left of one that fails.

    Raises OSError.
    """
    partial = partial_of(path, ".partial")
    try:
        with partial.open("wb") as file:
            writer = PackWriter(file, header)
            yield writer
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
