"""Takes pictures that are only inside annotation files out of them, into a folder that the person agreed to."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath

from core.domain.counting import in_bytes
from core.domain.imports import ImportSource
from core.domain.names import shown
from core.errors import RefusedError
from core.files.archives import SHARE_OF_FREE_DISK, refusal_of_name
from core.files.whole_folder import whole_folder
from core.formats.base import AnnotationFormat, HoldsPictures
from core.imports.cancelling import Progress
from core.imports.unpacking import is_stamped, require_unused, write_stamp


def with_pictures_out(
    source: ImportSource,
    annotation_format: AnnotationFormat,
    *,
    identity: str = "",
    progress: Progress,
    check: Callable[[], None],
) -> ImportSource:
    """The source, its images in `unpack_to` when that is given and pictures are inside its files. `check` may raise.
    `identity` is that of the archive that the files came from, whose place is another one each time.

    Raises RefusedError, StorageError.
    """
    place = source.unpack_to
    if place is None or source.images_root is not None or not isinstance(annotation_format, HoldsPictures):
        return source
    identity = identity or _identity(source.path)
    if is_stamped(place, identity):
        return replace(source, images_root=place)
    pictures = annotation_format.embedded_pictures(source.path)
    first = next(pictures, None)
    if first is None:
        return source
    require_unused(place, identity)
    with whole_folder(place) as partial:
        n_bytes = 0
        limit = shutil.disk_usage(partial).free * SHARE_OF_FREE_DISK
        for n, (name, data) in enumerate(chain((first,), pictures), start=1):
            check()
            n_bytes += len(data)
            if n_bytes > limit:
                text = f'The pictures in "{shown(source.path.name)}" take more than {in_bytes(round(limit))}.'
                raise RefusedError(text, hint="Make room, or choose a folder on another disk.")
            progress(0, 0, f"Unpacking pictures: {n}")
            if not refusal_of_name(name):
                target = partial / PurePosixPath(name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as file:
                    file.write(data)
        write_stamp(partial, source.path.name, identity)
    return replace(source, images_root=place)


def _identity(path: Path) -> str:
    """Of the annotation files as they are now."""
    digest = hashlib.sha256(os.fsencode(path))
    files = [path] if path.is_file() else [Path(place, name) for place, _, names in os.walk(path) for name in names]
    for file in sorted(file for file in files if file.suffix.lower() == ".json"):
        try:
            facts = file.stat()
        except OSError:
            continue
        digest.update(os.fsencode(file) + f"\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return digest.hexdigest()
