"""Asking where to save, without blocking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def safe_file_name(text: str) -> str:
    """A name that every file system takes, made of a person's words."""
    kept = "".join(c if c.isalnum() or c in " ._-()" else "_" for c in text).strip(" .")
    return kept[:80] or "calque"


def ask_save_path(
    parent: QWidget, title: str, suggestion: str, file_filter: str, suffix: str, then: Callable[[Path], None]
) -> QFileDialog:
    """`suggestion` is a file name; `suffix` is added to a name without one; `then` follows a choice only."""
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(file_filter)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(suggestion)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
    return dialog
