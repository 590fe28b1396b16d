"""The run-private tree of images: all that a trainer ever sees of the user's data.

Every source is read once, hashed while it is copied, and refused when it is not what was frozen. Files are named by
their content, so that no library meets a name it cannot take, and are read-only. A JPEG that every decoder shows
alike is copied byte by byte (sharing blocks where the file system can, never as a hard link: an in-place edit of
either must not reach the other); everything else becomes an upright 8-bit PNG.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.datasets.manifest_file import ManifestFile
from core.datasets.regions import regions_of
from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.snapshots import SnapshotImage, Split
from core.errors import RefusedError
from core.files.faults import storage_error
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError, open_regular
from core.images.reading import decode, read_header
from core.workers.api import TreeImage

Progress = Callable[[int, int], None]
"""Images done, images in all."""

_END_OF_JPEG = b"\xff\xd9"
_CLONE = 0x40049409  # Linux: FICLONE
_READ_ONLY = 0o444
_CHUNK = 1 << 20
_AT_ONCE = min(4, os.cpu_count() or 1)  # decoded pictures in memory; the codecs release the interpreter
_WAITING = 64 * _AT_ONCE  # images read from the manifest ahead of those that are made
_NAMED = 5


def build_tree(
    manifest: ManifestFile,
    splits: Collection[Split],
    *,
    images_root: Path,
    target: Path,
    progress: Progress = lambda done, total: None,
    labels: bool = False,
) -> tuple[TreeImage, ...]:
    """Make `target`/images/<split>/<sha256>.<ext> for the images of `splits`, in the manifest's order.

    A target that exists is replaced split by split. `labels`: it is for a task that labels, and each image gets the
    regions that its objects speak of. Raises RefusedError (E-223) naming the sources that changed or
    are gone; StorageError when the tree cannot be written. `progress` may raise to give up.
    """
    total = sum(counts.n_images for counts in manifest.counts if counts.split in splits)
    try:
        for split in splits:
            folder = folder_of(target, split)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700, parents=True)
        made = list(_make_all(manifest.images(splits), total, images_root, target, progress, labels=labels))
    except OSError as error:
        raise storage_error(error, "The images of the run", target) from error
    problems = [item for item in made if isinstance(item, Problem)]
    if problems:
        raise changed_error(problems)
    return tuple(item for item in made if isinstance(item, TreeImage))


def build_sample(
    manifest: ManifestFile,
    split: Split,
    most: int,
    *,
    images_root: Path,
    target: Path,
    progress: Progress = lambda done, total: None,
    labels: bool = False,
) -> tuple[TreeImage, ...]:
    """As `build_tree`, of at most so many images, spread evenly over the set; those that changed since or are gone are
    passed over."""
    total = next((counts.n_images for counts in manifest.counts if counts.split is split), 0)
    chosen = {place * total // most for place in range(most)} if total > most else set(range(total))
    images = (image for place, image in enumerate(manifest.images((split,))) if place in chosen)
    try:
        folder = folder_of(target, split)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        made = list(_make_all(images, len(chosen), images_root, target, progress, labels=labels))
    except OSError as error:
        raise storage_error(error, "The images of the run", target) from error
    return tuple(item for item in made if isinstance(item, TreeImage))


def folder_of(target: Path, split: Split) -> Path:
    """Where the images of one split are. (Ultralytics looks for a part "images" in the path.)"""
    return target / "images" / split.value


def changed_error(problems: Sequence[Problem]) -> RefusedError:
    """E-223, with the first few of the files."""
    names = ", ".join(shown(problem.file) for problem in problems[:_NAMED])
    more = f" and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
    return RefusedError(
        f"{counted(len(problems), 'file')} changed since the dataset was frozen: {names}{more}.",
        hint="Restore them, or start anew with the images as they are now.",
        code="E-223",
    )


def check_source(path: str, sha256: str, root: Path) -> Problem | None:
    """What is wrong with the file that a snapshot speaks of; None when it is as it was."""
    try:
        return None if sha256_of(source_of(path, root)) == sha256 else _changed(path)
    except ImageFileError as error:
        return _changed(path, error.text)


def tree_bytes(n_bytes: NDArray[np.int64], n_pixels: NDArray[np.int64], is_copied: NDArray[np.bool_]) -> int:
    """An estimate of the room a tree needs, on the high side; of each image the file's bytes, the pixels, and whether
    it is an upright JPEG by its name."""
    # A PNG of a photograph or a scan takes about half of its pixels' bytes.
    return int(np.where(is_copied, n_bytes, np.maximum(n_bytes, n_pixels * 3 // 2)).sum())


def _make_all(
    images: Iterator[SnapshotImage], total: int, root: Path, target: Path, progress: Progress, *, labels: bool
) -> Iterator[TreeImage | Problem]:
    def make(item: tuple[SnapshotImage, str]) -> TreeImage | Problem:
        image, name = item
        return _make(image, root, folder_of(target, image.split) / name, labels=labels)

    named, done = _named(images), 0
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="tree")
    try:
        progress(0, total)
        while waiting := list(islice(named, _WAITING)):
            for item in pool.map(make, waiting):
                done += 1
                progress(done, total)
                yield item
    finally:
        pool.shutdown(cancel_futures=True)


def _named(images: Iterable[SnapshotImage]) -> Iterator[tuple[SnapshotImage, str]]:
    """The content's hash; a copy of a picture in the same split gets a number, for its objects may differ."""
    seen: dict[tuple[Split, bytes], int] = {}
    for image in images:
        key = (image.split, bytes.fromhex(image.sha256))
        number = seen.get(key, 0)
        seen[key] = number + 1
        yield image, image.sha256 if number == 0 else f"{image.sha256}-{number + 1}"


def _make(image: SnapshotImage, root: Path, stem: Path, *, labels: bool) -> TreeImage | Problem:
    copy = stem.with_name(stem.name + ".part")
    try:
        if copy_hashed(source_of(image.path, root), copy) != image.sha256:
            copy.unlink()
            return _changed(image.path)
        if is_safe_jpeg(copy):
            path = stem.with_name(stem.name + ".jpg")
            copy.replace(path)
        else:
            path = stem.with_name(stem.name + ".png")
            # Fast compression: the tree lives as long as its run.
            decode(copy, white=image.white).save(path, "PNG", compress_level=1)
            copy.unlink()
    except ImageFileError as error:
        copy.unlink(missing_ok=True)
        return _changed(image.path, error.text)
    path.chmod(_READ_ONLY)
    regions = regions_of(image.objects) if labels else ()
    return TreeImage(path, image.path, image.width, image.height, image.split, image.objects, image.sha256, regions)


def source_of(relative: str, root: Path) -> Path:
    """The file below `root`; ImageFileError when the path, or a link in it, leads out of it."""
    path = root / relative
    if not path.resolve().is_relative_to(root.resolve()):
        text = f'"{shown(relative)}" lies outside the project\'s folder.'
        raise ImageFileError("image-outside", text, file=path)
    return path


def copy_hashed(source: Path, target: Path) -> str:
    """Copy the bytes; the SHA-256 of what was copied. ImageFileError when the source cannot be read."""
    with open_regular(source) as reader, target.open("wb") as writer:
        if _clone(reader.fileno(), writer.fileno()):
            return sha256_of(target)
        digest = hashlib.sha256()
        while chunk := _read(reader.read, source):
            digest.update(chunk)
            writer.write(chunk)
        return digest.hexdigest()


def _read(read: Callable[[int], bytes], source: Path) -> bytes:
    try:
        return read(_CHUNK)
    except OSError as error:
        text = f'"{shown(source.name)}" cannot be read: {error.strerror or error}.'
        raise ImageFileError("image-unreadable", text, file=source) from error


def _clone(source: int, target: int) -> bool:
    """Let the target share the source's blocks until either is written: at once, and without room of its own."""
    if sys.platform != "linux":
        return False
    import fcntl  # not on every platform

    with contextlib.suppress(OSError):  # most file systems cannot
        fcntl.ioctl(target, _CLONE, source)
        return True
    return False


def is_safe_jpeg(path: Path) -> bool:
    """Whether every decoder shows the file as ours does, and no library finds something in it to mend."""
    with path.open("rb") as file:
        file.seek(-2, os.SEEK_END)
        if file.read() != _END_OF_JPEG:
            return False
    header = read_header(path)
    return header.format == "JPEG" and header.mode in ("RGB", "L") and header.orientation == 1


def _changed(path: str, text: str = "") -> Problem:
    words = text or f'"{shown(path)}" changed since it was frozen.'
    return Problem("image-changed", words, file=path, severity=Severity.ERROR)
