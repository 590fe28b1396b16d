"""Where an export may be written, and whether there is room for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.exports import ExportSurvey
from core.domain.names import shown
from core.domain.projects import Project
from core.errors import RefusedError
from core.files.whole_folder import require_free

_BYTES_A_RECORD = 250  # of text, for an annotation or an image, its polygon's points apart
_TEXT_PER_STORED_BYTE = 3.5  # a coordinate is four bytes in the registry and up to fourteen signs in a file


def require_place(target: Path, root: Path, projects: Iterable[Project] = ()) -> None:
    """Raises RefusedError when `target` lies in the project's folder, or holds something that is not ours.

    An earlier export that was imported is a folder of one of the `projects` by now, and no longer ours.
    """
    real_root, real_target = Path(os.path.realpath(root)), Path(os.path.realpath(target))
    if _is_within(real_target, real_root):
        text = f'"{shown(target)}" is in the project\'s own folder, into which Calque writes nothing.'
        raise RefusedError(text, hint="Choose a folder elsewhere.")
    require_free(real_target)
    for project in projects:
        if _is_within(Path(os.path.realpath(project.root)), real_target):
            text = f'The images of the project "{shown(project.name)}" are in "{shown(target)}".'
            raise RefusedError(text, hint="Choose another folder; nothing of yours is ever replaced.")


def require_room(target: Path, survey: ExportSurvey, *, copies_images: bool) -> None:
    """Raises RefusedError (E-250). What the annotations take is estimated from above, pictures are as they are."""
    n_records = survey.n_images + survey.n_annotations
    needed = n_records * _BYTES_A_RECORD + int(survey.n_shape_bytes * _TEXT_PER_STORED_BYTE)
    needed += survey.n_picture_bytes if copies_images else 0
    there = next(folder for folder in (target, *target.parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    if needed > free:
        text = f"Not enough disk space: {in_bytes(needed)} needed, {in_bytes(free)} free."
        raise RefusedError(text, hint="Free some space, or choose another disk.", code="E-250")


def _is_within(path: Path, folder: Path) -> bool:
    """Also where the names differ in case only, or a folder is reached in two ways."""
    if path.is_relative_to(folder):
        return True
    return any(_is_same(place, folder) for place in (path, *path.parents))


def _is_same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:  # not there, or out of reach: their names are all that is known of them
        return False
