"""A manifest on disk: written once, durably, named by its hash; the child reads it without a registry."""

from __future__ import annotations

from pathlib import Path

from core.datasets.manifest import Manifest, decode, id_of
from core.domain.ids import SnapshotId
from core.errors import FormatError, NotFoundError
from core.files.durable import write_durably
from core.files.faults import storage_error

_READ_ONLY = 0o400


def manifest_file(folder: Path, snapshot: SnapshotId) -> Path:
    return folder / f"{snapshot}.jsonl"


def write_manifest(folder: Path, content: bytes) -> Path:
    """Put the bytes under their hash; a file that is there and unharmed stays. Raises StorageError."""
    file = manifest_file(folder, id_of(content))
    try:
        if not file.is_file() or file.read_bytes() != content:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(file, content)
            file.chmod(_READ_ONLY)
    except OSError as error:
        raise storage_error(error, "The frozen dataset", folder) from error
    return file


def read_manifest(file: Path, snapshot: SnapshotId) -> Manifest:
    """The manifest of a file that should have the id `snapshot`. Raises NotFoundError, FormatError, StorageError."""
    name = snapshot[:12]
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        text = f"The frozen dataset {name} is missing: {file}."
        raise NotFoundError(text, hint="Restore the file from a backup.") from None
    except OSError as error:
        raise storage_error(error, "The frozen dataset", file) from error
    if id_of(content) != snapshot:
        text = f"The frozen dataset {name} was changed after it was frozen."
        raise FormatError(text, file=file, hint="Restore the file from a backup, or freeze the data again.")
    return decode(content, file=str(file))
