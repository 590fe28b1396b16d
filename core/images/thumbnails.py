"""Small pictures of images, kept on disk."""

from __future__ import annotations

import io
import string
import tempfile
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.images.guards import DECODER_FAULTS, raise_guards
from core.images.reading import decode

_QUALITY = 88  # at 256 pixels about 15 kB, without visible rings round letters


class ThumbnailCache:
    """Thumbnails in `folder`, one JPEG each, found by the content's hash: a moved image keeps its thumbnail.

    Any number of threads and processes may share a folder. A cache that cannot be written costs time, nothing else.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: Path, sha256: str, side: int, white: int = 0) -> npt.NDArray[np.uint8]:
        """Height x width x 3 bytes of RGB, the longer side at most `side`. Raises ImageFileError like `decode`, to
        which `white` goes."""
        file = self.file_of(sha256, side, white)
        cached = _load(file)
        if cached is not None:
            return cached
        buffer = io.BytesIO()
        # 4:4:4 keeps thin red and blue strokes (stamps, rubrics) in colour.
        decode(path, max_side=side, white=white).save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
        _store(file, buffer.getvalue())
        return _to_array(buffer)

    def known(self, sha256: str, white: int = 0) -> npt.NDArray[np.uint8] | None:
        """The largest thumbnail of an image that there is already; None = there is none."""
        end = f"_{white}.jpg" if white else ".jpg"
        found = []
        for file in self.file_of(sha256, 0, white).parent.glob(f"{sha256}_*{end}"):
            side = file.name[len(sha256) + 1 : -len(end)]
            if side.isdigit():
                found.append((int(side), file))
        return next((pixels for _, file in sorted(found, reverse=True) if (pixels := _load(file)) is not None), None)

    def file_of(self, sha256: str, side: int, white: int = 0) -> Path:
        """Where the thumbnail is, or would be."""
        if len(sha256) != 64 or not set(sha256) <= set(string.hexdigits):
            raise ValueError(f"not a SHA-256: {sha256!r}")
        return self._folder / sha256[:2] / f"{sha256}_{side}{f'_{white}' if white else ''}.jpg"


def _load(file: Path) -> npt.NDArray[np.uint8] | None:
    """The stored thumbnail; None when there is none, or when it was damaged and has to be made again."""
    raise_guards()
    try:
        with file.open("rb") as stream:
            return _to_array(stream)
    except DECODER_FAULTS:
        return None


def _to_array(stream: IO[bytes]) -> npt.NDArray[np.uint8]:
    with Image.open(stream, formats=("JPEG",)) as image:
        return np.array(image.convert("RGB"))


def _store(file: Path, content: bytes) -> None:
    """Written beside its place and renamed, so that no reader ever sees half of it."""
    temporary = ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
            temporary = part.name
            part.write(content)
        Path(temporary).replace(file)
    except OSError:
        # A full or read-only disk: the thumbnail in memory is all that was asked for.
        if temporary:
            Path(temporary).unlink(missing_ok=True)
