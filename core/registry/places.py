"""Folders of Calque's home are kept relative to it: a home may be moved, or copied, and then means its own."""

from __future__ import annotations

from pathlib import Path

from core.files.locks import is_locked
from core.home import Home, found_in_home, told_in_home
from core.registry.session import Session

HOME = "calque_home"
"""The key of the home's folder among the facts of a session (`Session.info`)."""


def stored_folder(session: Session, folder: Path) -> str:
    """As a row keeps it: absolute when it lies elsewhere."""
    home = session.info.get(HOME)
    return str(folder) if home is None else told_in_home(folder, home)


def freezing_lock(snapshots: Path, dataset: str) -> Path:
    """Held by who freezes the dataset, as long as that takes. `snapshots` is the folder of the manifests."""
    return snapshots / f"{dataset}.building"


def is_being_frozen(session: Session, dataset: str) -> bool:
    """Of a dataset that is said to be: False where who began it was killed, or could not write that it gave up."""
    home = session.info.get(HOME)
    return home is None or is_locked(freezing_lock(Home(home).snapshots, dataset))


def located_folder(session: Session, text: str) -> Path:
    """The reverse."""
    home = session.info.get(HOME)
    return Path(text) if home is None else found_in_home(text, home)
