"""Folders of Calque's home are kept relative to it: a home may be moved, or copied, and then means its own."""

from __future__ import annotations

from pathlib import Path

from core.home import found_in_home, told_in_home
from core.registry.session import Session

HOME = "calque_home"
"""The key of the home's folder among the facts of a session (`Session.info`)."""


def stored_folder(session: Session, folder: Path) -> str:
    """As a row keeps it: absolute when it lies elsewhere."""
    home = session.info.get(HOME)
    return str(folder) if home is None else told_in_home(folder, home)


def located_folder(session: Session, text: str) -> Path:
    """The reverse."""
    home = session.info.get(HOME)
    return Path(text) if home is None else found_in_home(text, home)
