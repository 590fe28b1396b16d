"""Finds the picture files below a folder without following what leads out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import NamedTuple

from core.domain.imports import Problem, Severity
from core.domain.names import is_image_name, shown
from core.errors import NotFoundError

_UNREAD_PICTURES = {
    ".gif": "GIF",
    ".heic": "HEIC",
    ".heif": "HEIF",
    ".svg": "SVG",
    ".eps": "EPS",
    ".psd": "Photoshop",
    ".dng": "raw camera",
    ".cr2": "raw camera",
    ".nef": "raw camera",
    ".arw": "raw camera",
    ".dcm": "DICOM",
    ".djvu": "DjVu",
    ".pdf": "PDF",
}


class ScannedFile(NamedTuple):
    """A file that is named like a picture. `path` is relative to the scanned folder, "/" between parts."""

    path: str
    n_bytes: int
    mtime_ns: int


def scan_images(root: Path) -> Iterator[ScannedFile | Problem]:
    """Every file below `root` that is named like a picture, folder by folder in the order of names.

    Hidden names are passed over. Links are followed to files inside `root` only; links to folders never, since what
    they lead to inside `root` is found at its own place anyway. Raises NotFoundError when `root` is no folder.
    """
    if not root.is_dir():
        raise NotFoundError(f'The folder "{shown(root)}" does not exist.', hint="Choose a folder with images.")
    real_root = Path(os.path.realpath(root))
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            text = f'The folder "{shown(folder or root)}" cannot be read: {error.strerror or error}.'
            yield Problem("folder-unreadable", text, file=folder)
            continue
        subfolders: list[str] = []
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith(".") or entry.name == "__MACOSX":
                continue
            if entry.is_dir(follow_symlinks=False):
                subfolders.append(path)
            else:
                found = _inspect(entry, path, real_root)
                if found is not None:
                    yield found
        waiting.extend(reversed(subfolders))


def _inspect(entry: os.DirEntry[str], path: str, real_root: Path) -> ScannedFile | Problem | None:
    """What to say of a directory entry that is no folder; None = nothing, it has nothing to do with pictures."""
    if entry.is_symlink():
        problem = _inspect_link(entry, path, real_root)
        if problem is not None:
            return problem
    if not is_image_name(entry.name):
        kind = _UNREAD_PICTURES.get(PurePath(entry.name).suffix.lower())
        if kind is None:
            return None
        text = f'"{shown(path)}" is left out: {kind} files are not read. Save it as JPEG or PNG to use it.'
        return Problem("image-unsupported-format", text, file=path, severity=Severity.INFO)
    try:
        if not entry.is_file():
            return Problem(
                "image-special-file", f'"{shown(path)}" is left out: it is not a file with content.', file=path
            )
        facts = entry.stat()
    except OSError as error:
        text = f'"{shown(path)}" cannot be read: {error.strerror or error}.'
        return Problem("image-unreadable", text, file=path)
    return ScannedFile(path, facts.st_size, facts.st_mtime_ns)


def _inspect_link(entry: os.DirEntry[str], path: str, real_root: Path) -> Problem | None:
    """Why a link is not followed; None when it leads to a file inside the root."""
    try:
        target = Path(os.path.realpath(entry.path, strict=True))
    except OSError:
        if not is_image_name(entry.name):
            return None
        text = f'"{shown(path)}" is left out: it is a link that leads nowhere or to itself.'
        return Problem("link-broken", text, file=path)
    if target.is_dir():
        text = f'"{shown(path)}" is left out: it is a link to a folder. Choose that folder itself to use its images.'
        return Problem("link-to-folder", text, file=path)
    if not target.is_relative_to(real_root):
        if not is_image_name(entry.name):
            return None
        text = f'"{shown(path)}" is left out: it is a link to a file outside the folder.'
        return Problem("link-leaves-folder", text, file=path)
    return None
