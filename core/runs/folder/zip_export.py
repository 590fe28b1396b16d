"""A folder as a .zip file: there in full, or not at all."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from core.domain.counting import in_bytes
from core.errors import RefusedError, StorageError
from core.files.leftovers import partial_of


def export_folder(folder: Path, target: Path) -> Path:
    """Names in it are relative to `folder`; links are not followed. Returns the file's path."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    if not files:
        raise RefusedError("This run has no artifacts to export.")
    target = target if target.suffix.lower() == ".zip" else target.with_name(f"{target.name}.zip")
    needed = sum(path.stat().st_size for path in files)
    temporary = partial_of(target, ".part")
    try:
        free = shutil.disk_usage(target.parent).free
        if needed > free:
            text = f"Not enough disk space: {in_bytes(needed)} needed, {in_bytes(free)} free."
            raise RefusedError(text, code="E-250")
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
            for path in files:
                name = path.relative_to(folder).as_posix().encode("utf-8", "backslashreplace").decode()
                archive.write(path, name)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(f"The file {target} could not be written: {error.strerror}.") from error
    return target
