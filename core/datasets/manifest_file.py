"""A manifest on disk: written once, durably, named by its hash; the child reads it without a registry."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.datasets.manifest import (
    IS_WITHOUT_CLASS,
    FrozenImage,
    decode_header,
    decode_images,
    header_line,
    image_line,
    iter_values,
)
from core.domain.counting import counted
from core.domain.ids import SnapshotId
from core.domain.snapshots import NO_CATEGORY, SnapshotImage, Split
from core.domain.training import SplitCount
from core.errors import FormatError, NotFoundError, RefusedError
from core.files.durable import sync_folder
from core.files.faults import storage_error
from core.files.hashing import sha256_of_file

_READ_ONLY = 0o400
_BUFFER = 1 << 20


def manifest_file(folder: Path, snapshot: SnapshotId) -> Path:
    return folder / f"{snapshot}.jsonl"


@dataclass(frozen=True, slots=True)
class WrittenManifest:
    """Crowd regions are not counted as objects."""

    id: SnapshotId
    file: Path
    categories: tuple[str, ...]
    splits: tuple[SplitCount, ...]  # each Split


def write_manifest(folder: Path, categories: Sequence[str], images: Iterable[FrozenImage]) -> WrittenManifest:
    """Write the images, which come sorted by path, and name the file by its hash; one that is there and unharmed stays.

    Raises RefusedError (E-152) when a path, or the same picture, is in more than one set, StorageError, and ValueError
    when the paths are not sorted.
    """
    temporary = folder / f"new.{os.getpid()}.{threading.get_ident()}.tmp"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        writing = _Writing(tuple(categories))
        with temporary.open("wb", _BUFFER) as file:
            temporary.chmod(0o600)
            for line in writing.lines(images):
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        written = writing.result(folder)
        if written.file.is_file() and sha256_of_file(written.file) == written.id:
            return written
        temporary.chmod(_READ_ONLY)
        temporary.replace(written.file)
        sync_folder(folder)
    except OSError as error:
        raise storage_error(error, "The frozen dataset", folder) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return written


class _Writing:
    """Hashes, counts and checks what passes."""

    def __init__(self, categories: tuple[str, ...]) -> None:
        self._categories = categories
        self._digest = hashlib.sha256()
        self._hashes = bytearray()
        self._splits = bytearray()  # index into Split
        self._n_objects = [[0] * len(categories) for _ in Split]
        self._n_background = [0 for _ in Split]

    def lines(self, images: Iterable[FrozenImage]) -> Iterator[bytes]:
        yield self._passed(header_line(self._categories))
        order = {split: index for index, split in enumerate(Split)}
        before: str | None = None
        for image in images:
            if before is not None and image.path <= before:
                if image.path < before:
                    raise ValueError(f"{image.path!r} comes after {before!r}")
                raise shared_error(0, ())
            before = image.path
            index = order[image.split]
            self._hashes += bytes.fromhex(image.sha256)
            self._splits.append(index)
            counts = self._n_objects[index]
            for category in image.categories:
                counts[category] += 1
            if all(IS_WITHOUT_CLASS in text for text in image.objects):
                self._n_background[index] += 1
            yield self._passed(image_line(image))
        self._check_sets()

    def result(self, folder: Path) -> WrittenManifest:
        n_images = np.bincount(np.frombuffer(self._splits, dtype=np.uint8), minlength=len(Split)).tolist()
        splits = tuple(
            SplitCount(split, n_images[i], sum(self._n_objects[i]), tuple(self._n_objects[i]), self._n_background[i])
            for i, split in enumerate(Split)
        )
        id = SnapshotId(self._digest.hexdigest())
        return WrittenManifest(id, manifest_file(folder, id), self._categories, splits)

    def _passed(self, line: str) -> bytes:
        content = line.encode("ascii")
        self._digest.update(content)
        return content

    def _check_sets(self) -> None:
        """E-152: copies of a picture are in one set."""
        words = np.frombuffer(bytes(self._hashes), dtype=np.uint64).reshape(-1, 4)
        if not len(words):
            return
        order = np.lexsort(words.T)
        words, splits = words[order], np.frombuffer(bytes(self._splits), dtype=np.uint8)[order]
        is_new = np.append(True, (words[1:] != words[:-1]).any(axis=1))
        starts = np.flatnonzero(is_new)
        is_parted = np.minimum.reduceat(splits, starts) != np.maximum.reduceat(splits, starts)
        if is_parted.any():
            found = np.unique(splits[is_parted[np.cumsum(is_new) - 1]])
            raise shared_error(int(is_parted.sum()), [tuple(Split)[index] for index in found])


def shared_error(n_pictures: int, splits: Sequence[Split]) -> RefusedError:
    """E-152: pictures are in more than one set, or a path is in one twice."""
    where = " and ".join(sorted(split.value for split in splits)) or "the list more than once"
    what = counted(n_pictures, "image is", "images are") if n_pictures else "Some images are"
    return RefusedError(f"{what} in {where}.", hint="Remove them from one.", code="E-152")


@dataclass(frozen=True)  # no slots: what was counted once is kept
class ManifestFile:
    """A manifest that was as it was written when it was opened; it is read as often as somebody asks for images."""

    file: Path
    categories: tuple[str, ...]

    def images(self, splits: Iterable[Split] = tuple(Split)) -> Iterator[SnapshotImage]:
        """In the order of their paths. Raises FormatError, StorageError."""
        with self._lines() as lines:
            yield from decode_images(lines, splits, file=str(self.file))

    def files(self) -> Iterator[tuple[str, str]]:
        """The path and the SHA-256 of each image."""
        with self._lines() as lines:
            for value, _ in iter_values(lines, tuple(Split), file=str(self.file)):
                yield value["path"], value["sha256"]

    @cached_property
    def counts(self) -> tuple[SplitCount, ...]:
        """Of each Split; crowd regions are not counted as objects. Reads the file once."""
        images, background = dict.fromkeys(Split, 0), dict.fromkeys(Split, 0)
        objects = {split: [0] * len(self.categories) for split in Split}
        with self._lines() as lines:
            for value, _ in iter_values(lines, tuple(Split), file=str(self.file)):
                split = Split(value["split"])
                images[split] += 1
                with_class = [item for item in value["objects"] if item["category"] != NO_CATEGORY]
                background[split] += not with_class
                for item in with_class:
                    objects[split][item["category"]] += "crowd" not in item
        return tuple(
            SplitCount(split, images[split], sum(objects[split]), tuple(objects[split]), background[split])
            for split in Split
        )

    @contextlib.contextmanager
    def _lines(self) -> Iterator[BinaryIO]:
        try:
            with self.file.open("rb", _BUFFER) as lines:
                lines.readline()
                yield lines
        except OSError as error:
            raise storage_error(error, "The frozen dataset", self.file) from error


def open_manifest(file: Path, snapshot: SnapshotId) -> ManifestFile:
    """The manifest that should have the id `snapshot`. Raises NotFoundError, FormatError, StorageError."""
    name = snapshot[:12]
    try:
        if sha256_of_file(file) != snapshot:
            text = f"The frozen dataset {name} was changed after it was frozen."
            raise FormatError(text, file=file, hint="Restore the file from a backup, or freeze the data again.")
        with file.open("rb") as content:
            return ManifestFile(file, decode_header(content.readline(), file=str(file)))
    except FileNotFoundError:
        text = f"The frozen dataset {name} is missing: {file}."
        raise NotFoundError(text, hint="Restore the file from a backup.") from None
    except OSError as error:
        raise storage_error(error, "The frozen dataset", file) from error
