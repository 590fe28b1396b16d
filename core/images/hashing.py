"""Content hashes of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from core.domain.names import shown
from core.images.opening import ImageFileError, open_regular


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes in hex. Raises ImageFileError; call it after the header was read, not before.

    (A file that is no picture may be sparse and as large as the disk.)
    """
    try:
        with open_regular(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        text = f'"{shown(path.name)}" cannot be read: {error.strerror or error}.'
        raise ImageFileError("image-unreadable", text, file=path) from error
