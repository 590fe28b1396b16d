"""Where an export may be written, and whether there is room for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.exports import ExportSurvey
from core.domain.names import shown
from core.errors import RefusedError
from core.files.whole_folder import require_free

_BYTES_A_RECORD = 250  # of text, for an annotation or an image, its polygon's points apart
_TEXT_PER_STORED_BYTE = 3.5  # a coordinate is four bytes in the registry and up to fourteen signs in a file


def require_place(target: Path, root: Path) -> None:
    """Raises RefusedError when `target` lies in the project's folder, or holds something that is not ours."""
    real_root, real_target = Path(os.path.realpath(root)), Path(os.path.realpath(target))
    if real_target.is_relative_to(real_root):
        text = f'"{shown(target)}" is in the project\'s own folder, into which Calque writes nothing.'
        raise RefusedError(text, hint="Choose a folder elsewhere.")
    require_free(real_target)


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
