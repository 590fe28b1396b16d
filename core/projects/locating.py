"""Recognising a project's folder in another place by the images in it: paths, sizes, and hashes where in doubt."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from core.domain.imports import Problem
from core.domain.locating import FileFacts, FolderMatch, MovedImages, match_moved
from core.domain.projects import ImageState
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.images.scan import scan_images
from core.registry.stores.image_files import ImageFile
from core.registry.stores.images import ImageFacts

N_TRIED = 50  # images, to tell which of several folders it is
N_SAMPLED = 24  # images that are hashed in any case
MAX_HASHED = 200  # also of those whose time differs: after a copy that may be all
MAX_NAMED = 20
MAX_FOLDERS_IN = 100  # of the chosen one that are tried


def likely_folder(chosen: Path, old_root: Path, tried: Iterable[ImageFile]) -> Path:
    """The chosen folder, one of those in it (of the old name first), or the one above: which has most of `tried`."""
    files = list(tried)
    candidates = (chosen, chosen / old_root.name, *_folders_in(chosen), chosen.parent)
    return max(candidates, key=lambda folder: sum(_look(folder, file) is not None for file in files))


@dataclass(slots=True)
class FolderCheck:
    """Takes the images one after the other, in any order; `report` says how many of them are there."""

    folder: Path
    n_expected: int
    n_seen: int = 0
    n_hashed: int = 0
    n_missing: int = 0
    n_different: int = 0
    _missing: list[str] = field(default_factory=list)
    _different: list[str] = field(default_factory=list)

    def take(self, file: ImageFile) -> None:
        step = max(self.n_expected // N_SAMPLED, 1)
        is_sampled = self.n_seen % step == 0
        self.n_seen += 1
        look = _look(self.folder, file)
        if look is None:
            self.n_missing += 1
            self._name(self._missing, file.path)
        elif look.st_size != file.n_bytes or (self._is_in_doubt(look, file, is_sampled) and not self._is_same(file)):
            self.n_different += 1
            self._name(self._different, file.path)

    def report(self) -> FolderMatch:
        return FolderMatch(
            self.folder,
            self.n_seen,
            self.n_missing,
            self.n_different,
            self.n_hashed,
            tuple(self._missing),
            tuple(self._different),
        )

    def _is_in_doubt(self, look: os.stat_result, file: ImageFile, is_sampled: bool) -> bool:
        return is_sampled or (look.st_mtime_ns != file.mtime_ns and self.n_hashed < MAX_HASHED)

    def _is_same(self, file: ImageFile) -> bool:
        self.n_hashed += 1
        try:
            return sha256_of(self.folder / file.path) == file.sha256
        except ImageFileError:
            return False

    def _name(self, names: list[str], path: str) -> None:
        if len(names) < MAX_NAMED:
            names.append(path)


def check_folder(
    folder: Path, n_expected: int, files: Iterator[ImageFile], told: Callable[[int, int], None]
) -> FolderMatch:
    """`told(done, of how many)` is called now and then, and may raise to give up."""
    check = FolderCheck(folder, n_expected)
    for file in files:
        check.take(file)
        if check.n_seen % 100 == 0:
            told(check.n_seen, n_expected)
    told(check.n_seen, n_expected)
    return check.report()


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in islice((e for e in entries if e.is_dir()), MAX_FOLDERS_IN)]
    except OSError:
        return []


def _look(folder: Path, file: ImageFile) -> os.stat_result | None:
    try:
        return (folder / file.path).stat()
    except (OSError, ValueError):
        return None


def find_moved(root: Path, files: Iterable[ImageFile], told: Callable[[int, int], None]) -> MovedImages:
    """Of the files that are not where they were, where below `root` they lie now. Only files of a wanted size are
    hashed. `told` may raise to give up. Raises NotFoundError when `root` is no folder."""
    missing: list[ImageFile] = []
    known: set[str] = set()
    for file in files:
        known.add(file.path)
        if _look(root, file) is None:
            missing.append(file)
    sizes = {file.n_bytes for file in missing}
    candidates = [
        found
        for found in (scan_images(root) if missing else ())
        if not isinstance(found, Problem) and found.path not in known and found.n_bytes in sizes
    ]
    hashed: list[FileFacts] = []
    for number, found in enumerate(candidates):
        told(number, len(candidates))
        with contextlib.suppress(ImageFileError):
            hashed.append(FileFacts(found.path, found.n_bytes, sha256_of(root / found.path)))
    told(len(candidates), len(candidates))
    moved = match_moved((FileFacts(file.path, file.n_bytes, file.sha256) for file in missing), hashed)
    return MovedImages(moved, len(missing) - len(moved))


def facts_there(known: ImageFacts, root: Path, path: str) -> ImageFacts:
    """Of an image that lies at another path now."""
    try:
        mtime_ns = (root / path).stat().st_mtime_ns
    except OSError:
        mtime_ns = 0  # the next look at the file will tell
    if known.state is ImageState.MISSING:
        return replace(known, path=path, mtime_ns=mtime_ns, state=ImageState.OK, damage="")
    return replace(known, path=path, mtime_ns=mtime_ns)
