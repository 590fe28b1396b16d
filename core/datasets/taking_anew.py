"""Images whose files changed since they were imported, taken as they are now: only where the picture still has the
size in pixels that everything on it was drawn for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.checked_files import look_of
from core.datasets.tree import source_of
from core.domain.ids import ProjectId
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.domain.projects import ImageState
from core.errors import RefusedError
from core.images.opening import ImageFileError
from core.images.reading import look_at
from core.registry.session import Session
from core.registry.stores import dataset_images
from core.registry.stores.frozen_rows import FileLook, iter_looks
from core.registry.stores.images import ImageFacts, update_images


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known of an image's file, before and now."""

    key: int
    before: ImageFacts
    now: ImageFacts


def look_anew(image: FileLook, root: Path) -> Taken | Problem:
    """A file that is not what it was: what it is now, or why it cannot be taken so (E-222, E-224).

    The picture is decoded to its last pixel. How 16-bit grey is read stays as it was said at the import.
    """
    name, place = shown(image.path), f"{os.fspath(root)}{os.sep}{image.path}"
    before = look_of(place)
    if before is None:
        return unreadable(image.path, f'"{name}" is not there.')
    try:
        found = look_at(source_of(image.path, root))
    except ImageFileError as error:
        return unreadable(image.path, error.text)
    if found.damage is not None:
        return unreadable(image.path, found.damage.text)
    if look_of(place) != before:
        return unreadable(image.path, f'"{name}" is being written to just now.')
    width, height = found.header.width, found.header.height
    if (width, height) != (image.width, image.height):
        text = (
            f'"{name}" changed since it was imported, and is {width} × {height} pixels now, '
            f"not {image.width} × {image.height}: what is drawn on it does not fit."
        )
        return Problem("image-changed", text, image.path, severity=Severity.ERROR, code="E-224")
    now = ImageFacts(
        image.path, width, height, found.header.orientation, found.sha256, before[0], before[1], white=image.white
    )
    return Taken(image.key, facts_of(image), now)


def write_taken(
    session: Session, project: ProjectId, before: Mapping[int, ImageFacts], now: Mapping[int, ImageFacts]
) -> None:
    """Let the images be what `now` says. Raises RefusedError, and writes nothing, when they are not what `before`
    says any more, or have left the project."""
    keys = np.array(sorted(before), dtype=np.int64)
    if len(dataset_images.of_project(session, project, keys)) < len(keys) or any(
        facts_of(look) != before[look.key] for look in iter_looks(session, keys)
    ):
        raise RefusedError(
            "The images were changed since, here or in another window.", hint="Look at them as they are now."
        )
    update_images(session, now)


def facts_of(image: FileLook) -> ImageFacts:
    """As the registry has them."""
    return ImageFacts(
        image.path,
        image.width,
        image.height,
        image.orientation,
        image.sha256,
        image.n_bytes,
        image.mtime_ns,
        ImageState(image.state),
        image.damage,
        image.white,
    )


def unreadable(path: str, text: str) -> Problem:
    return Problem("image-unreadable", text, path, severity=Severity.ERROR, code="E-222")
