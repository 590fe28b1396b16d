"""Small pictures of images, kept on disk."""

from __future__ import annotations

import io
import os
import string
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from core.images.guards import DECODER_FAULTS, raise_guards
from core.images.reading import decode
from core.images.thumbnail_pack import DEFAULT_LIMIT, PictureKey, ThumbnailPack

_UNSEEN = 20  # of 255, that a colour may be off in a single pixel
_QUALITY = 88  # at 256 pixels about 18 kB, without visible rings round letters


class ThumbnailCache:
    """Thumbnails in `folder`, found by the content's hash: a moved image keeps its thumbnail.

    Any number of threads and processes may share a folder. A cache that cannot be written costs time, nothing else.
    Calques before 0.2 kept a file each: these are taken in when they are wanted, all by `tidy`.
    """

    def __init__(self, folder: Path, limit: int = DEFAULT_LIMIT) -> None:
        """`limit` in bytes: what was not wanted for longest goes."""
        self._folder = folder
        self._pack = ThumbnailPack(folder / "thumbnails.sqlite", limit)

    def get(self, path: Path, sha256: str, side: int, white: int = 0) -> npt.NDArray[np.uint8]:
        """Height x width x 3 bytes of RGB, the longer side at most `side`. Raises ImageFileError like `decode`, to
        which `white` goes."""
        cached = self._find(sha256, side, white)
        if cached is not None:
            return cached
        content = _encoded(decode(path, max_side=side, white=white, is_fast=True))
        self._pack.put(_key(sha256, white, side), content)
        return _to_array(content)

    def known(self, sha256: str, white: int = 0) -> npt.NDArray[np.uint8] | None:
        """The largest thumbnail of an image that there is already; None = there is none."""
        sides = {*self._pack.sides(_key(sha256, white, 0).sha256, white), *self._sides_of_files(sha256, white)}
        found = (self._find(sha256, side, white) for side in sorted(sides, reverse=True))
        return next((pixels for pixels in found if pixels is not None), None)

    def set_limit(self, limit: int) -> None:
        """In bytes; `tidy` puts it in force."""
        self._pack.set_limit(limit)

    @property
    def n_bytes(self) -> int:
        """Of all thumbnails."""
        return self._pack.n_bytes

    def tidy(self, check: Callable[[], None] = lambda: None) -> None:
        """Take in what older Calques kept, and keep within the limit. `check` may raise to give up."""
        for file in self._old_files():
            check()
            self._take_in(file)
        for folder in _folders_of_two(self._folder):
            with suppress(OSError):  # something else lies in it
                folder.rmdir()
        self._pack.tidy(check)

    def close(self) -> None:
        self._pack.close()

    def _find(self, sha256: str, side: int, white: int) -> npt.NDArray[np.uint8] | None:
        """None when there is none, or when it was damaged and has to be made again."""
        content = self._pack.find(_key(sha256, white, side))
        if content is None:
            content = self._take_in(self._old_file(sha256, side, white))
        try:
            return None if content is None else _to_array(content)
        except DECODER_FAULTS:
            return None

    def _take_in(self, file: Path) -> bytes | None:
        """The content of a file of an older Calque, which goes when the pack has it."""
        try:
            content, used = file.read_bytes(), file.stat().st_mtime
        except OSError:
            return None
        key = _key_of_file(file)
        if key is not None and self._pack.put(key, content, used):
            with suppress(OSError):  # it stays, and is taken in again
                file.unlink()
        return content

    def _old_file(self, sha256: str, side: int, white: int) -> Path:
        return self._folder / sha256[:2] / f"{sha256}_{side}{f'_{white}' if white else ''}.jpg"

    def _sides_of_files(self, sha256: str, white: int) -> Iterator[int]:
        for file in self._old_file(sha256, 0, white).parent.glob(f"{sha256}_*.jpg"):
            key = _key_of_file(file)
            if key is not None and key.white == white:
                yield key.side

    def _old_files(self) -> Iterator[Path]:
        for folder in _folders_of_two(self._folder):
            yield from (file for file in list(folder.glob("*.jpg")) if _key_of_file(file) is not None)


def _folders_of_two(folder: Path) -> list[Path]:
    """Older Calques' folders are named by the first two digits of what lies in them."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [Path(one) for one in entries if len(one.name) == 2 and _is_hex(one.name) and one.is_dir()]


def _key(sha256: str, white: int, side: int) -> PictureKey:
    if len(sha256) != 64 or not _is_hex(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return PictureKey(bytes.fromhex(sha256), white, side)


def _key_of_file(file: Path) -> PictureKey | None:
    sha256, *numbers = file.stem.split("_")
    if len(sha256) != 64 or not _is_hex(sha256) or not 1 <= len(numbers) <= 2 or not all(map(str.isdecimal, numbers)):
        return None
    return _key(sha256, int(numbers[1]) if len(numbers) == 2 else 0, int(numbers[0]))


def _is_hex(text: str) -> bool:
    return set(text) <= set(string.hexdigits)


def _encoded(image: Image.Image) -> bytes:
    """Colours in half the resolution, or none at all, where nobody can see it: that is decoded sooner."""
    buffer = io.BytesIO()
    plain = image.convert("L") if _is_grey(image) else image
    subsampling = "4:2:0" if _has_soft_colours(image) else "4:4:4"
    plain.save(buffer, "JPEG", quality=_QUALITY, subsampling=subsampling)
    return buffer.getvalue()


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()
    return _farthest(red, green) == 0 == _farthest(green, blue)


def _has_soft_colours(image: Image.Image) -> bool:
    """Thin red and blue strokes (stamps, rubrics) are none."""
    tints = image.convert("YCbCr").split()[1:]
    halved = (tint.reduce(2).resize(tint.size, Image.Resampling.BILINEAR) for tint in tints)
    return all(_farthest(tint, soft) <= _UNSEEN for tint, soft in zip(tints, halved, strict=True))


def _farthest(one: Image.Image, other: Image.Image) -> int:
    return int(np.asarray(ImageChops.difference(one, other)).max())


def _to_array(content: bytes) -> npt.NDArray[np.uint8]:
    raise_guards()
    with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
        image.draft(None, image.size)  # all of it, in the quickest way that libjpeg has
        return np.array(image if image.mode == "RGB" else image.convert("RGB"))
