"""Handing a file, a folder or a link to the program that the person's system has for it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown


def open_path(path: Path) -> UserMessage | None:
    """None when it was handed over, else what to tell the person."""
    if not path.exists():
        return UserMessage(f'"{shown(path)}" is not there any more.')
    if QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        return None
    return UserMessage(f'No program opened "{shown(path)}".', "Open it yourself.", Severity.WARNING)


def open_link(address: str) -> UserMessage | None:
    if QDesktopServices.openUrl(QUrl(address)):
        return None
    return UserMessage(f"No program opened {address}.", "Copy the address into a browser.", Severity.WARNING)
