"""A frozen dataset on disk: written once, durably, named by its hash; opened only when it still has that hash."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.datasets.dataset_manifest import Header, decode_header, decode_pictures
from core.domain.frozen_datasets import FrozenPicture
from core.domain.ids import SnapshotId
from core.errors import FormatError, NotFoundError
from core.files.durable import sync_folder
from core.files.faults import storage_error
from core.files.hashing import sha256_of_file

_READ_ONLY = 0o400
_BUFFER = 1 << 20
_SUFFIX = ".dataset.jsonl"


def frozen_file(folder: Path, snapshot: SnapshotId) -> Path:
    return folder / f"{snapshot}{_SUFFIX}"


def list_frozen_files(folder: Path) -> tuple[SnapshotId, ...]:
    """By their names alone."""
    found = sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else ()
    return tuple(SnapshotId(file.name.removesuffix(_SUFFIX)) for file in found)


def write_frozen(folder: Path, lines: Iterable[str]) -> SnapshotId:
    """Write the lines, and name the file by their hash. What the lines raise leaves nothing. Raises StorageError."""
    temporary = folder / f"new.{os.getpid()}.{threading.get_ident()}.tmp"
    digest = hashlib.sha256()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with temporary.open("wb", _BUFFER) as file:
            temporary.chmod(0o600)
            for line in lines:
                content = line.encode("ascii")
                digest.update(content)
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        snapshot = SnapshotId(digest.hexdigest())
        target = frozen_file(folder, snapshot)
        if not (target.is_file() and sha256_of_file(target) == snapshot):
            temporary.chmod(_READ_ONLY)
            temporary.replace(target)
            sync_folder(folder)
    except OSError as error:
        raise storage_error(error, "The frozen dataset", folder) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return snapshot


@dataclass(frozen=True, slots=True)
class FrozenDataset:
    """A frozen dataset that was as it was written when it was opened.

    `header` has its classes (in the order that annotations count them), its sets, and how these were filled.
    """

    file: Path
    header: Header

    def images(self) -> Iterator[FrozenPicture]:
        """Each image once, by path, with every annotation, its tags and the sets that it is in. Read from the disk one
        by one, as often as somebody asks. Raises FormatError, StorageError."""
        try:
            with self.file.open("rb", _BUFFER) as lines:
                lines.readline()
                yield from decode_pictures(lines, file=str(self.file))
        except OSError as error:
            raise storage_error(error, "The frozen dataset", self.file) from error


def open_frozen_file(folder: Path, snapshot: SnapshotId, label: str) -> FrozenDataset:
    """Raises NotFoundError, FormatError, StorageError. `label` is what a person calls it."""
    file = frozen_file(folder, snapshot)
    try:
        if sha256_of_file(file) != snapshot:
            text = f'The file of the frozen dataset "{label}" was changed after it was frozen.'
            raise FormatError(text, file=file, hint="Restore the file from a backup, or freeze a clone.")
        with file.open("rb") as content:
            return FrozenDataset(file, decode_header(content.readline(), file=str(file)))
    except FileNotFoundError:
        text = f'The file of the frozen dataset "{label}" is missing: {file}.'
        raise NotFoundError(text, hint="Restore the file from a backup, or freeze a clone.") from None
    except OSError as error:
        raise storage_error(error, "The frozen dataset", file) from error
