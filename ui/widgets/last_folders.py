"""Where file dialogs start: in the folder that the person used last for the same kind of thing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, QFileInfo
from PySide6.QtWidgets import QFileDialog

IMPORTS, EXPORTS, VERSIONS, WEIGHTS, CONFIGURATIONS = "imports", "exports", "versions", "weights", "configurations"
KINDS = (IMPORTS, EXPORTS, VERSIONS, WEIGHTS, CONFIGURATIONS)

_known: dict[str, str] = {}
_keep: dict[str, Callable[[str, str], None]] = {}


def begin_with(folders: dict[str, str], keep: Callable[[str, str], None]) -> None:
    """What is remembered from the last time, by kind; `keep(kind, folder)` remembers for the next one."""
    _known.clear()
    _known.update(folders)
    _keep["it"] = keep


def start_where_last(dialog: QFileDialog, kind: str) -> None:
    """Start `dialog` in the last folder of its kind, if it is still there, and remember the one chosen from."""
    folder = _known.get(kind, "")
    if folder and QDir(folder).exists():
        dialog.setDirectory(folder)
    dialog.fileSelected.connect(lambda path: remember(kind, Path(path)))


def remember(kind: str, path: Path) -> None:
    """`path` was chosen: the next dialog of the kind starts where it lies, a folder among its siblings."""
    folder = QFileInfo(str(path)).absolutePath()
    _known[kind] = folder
    if "it" in _keep:
        _keep["it"](kind, folder)
