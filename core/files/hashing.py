"""Content hashes of files."""

from __future__ import annotations

import hashlib
from pathlib import Path


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes in hex. Raises OSError. (For pictures of a person see core.images.hashing.)"""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
