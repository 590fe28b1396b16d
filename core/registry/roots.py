"""Whether a project's folder can be reached now."""

from __future__ import annotations

from pathlib import Path


def is_root_missing(root: Path) -> bool:
    """Also for a folder that may not be looked into, or on a drive that does not answer."""
    try:
        return not root.is_dir()
    except OSError:
        return True
