"""Writing what a person exports: in full or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtGui import QImage

from core.domain.names import shown
from core.errors import StorageError

SPREADSHEET = "utf-8-sig"  # with it, spreadsheets take the file for what it is


def save_text(path: Path, pieces: Iterable[str], encoding: str = "utf-8") -> Path:
    """Write the pieces one after the other. Raises StorageError; a file that was there is then as it was."""

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding=encoding, newline="") as file:
            file.writelines(pieces)

    return _save(path, write)


def save_picture(path: Path, picture: QImage) -> Path:
    """Write a picture in the format that the name ends in. Raises StorageError."""

    def write(temporary: Path) -> None:
        if not picture.save(str(temporary)):
            raise OSError(f"no picture can be written as {path.suffix or 'a file without ending'}")

    return _save(path, write)


def _save(path: Path, write: Callable[[Path], None]) -> Path:
    temporary = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageError(f'"{shown(path)}" cannot be written: {error.strerror or error}.') from error
    return path
