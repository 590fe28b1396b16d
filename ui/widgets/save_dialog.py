"""Asking where to save, without blocking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.widgets.last_folders import EXPORTS, start_where_last


def safe_file_name(text: str) -> str:
    """A name that every file system takes, made of a person's words."""
    kept = "".join(c if c.isalnum() or c in "._-()" else " " for c in text)
    return " ".join(kept.split()).strip(" .")[:80].rstrip(" .") or "calque"


def ask_save_path(
    parent: QWidget, title: str, suggestion: str, file_filter: str, suffix: str, then: Callable[[Path], None]
) -> QFileDialog:
    """`suggestion` is a file name; `suffix` is added to a name without one; `then` follows a choice only."""
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(file_filter)
    dialog.setDefaultSuffix(suffix)
    start_where_last(dialog, EXPORTS)
    dialog.selectFile(suggestion)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
    return dialog
