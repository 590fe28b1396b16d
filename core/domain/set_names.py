"""Which set the name of a folder or file speaks of: "train", "valid", "instances_val2017.json", "test set"."""

from __future__ import annotations

import re
from pathlib import PurePath

from core.domain.snapshots import Split

_WORDS = {
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation"), Split.VAL),
    **dict.fromkeys(("test", "testing"), Split.TEST),
}
_WORD = re.compile(r"[a-z]+")


def set_named(name: str) -> Split | None:
    """The one set that a word of the name means; None when there is none, or more than one ("train_val")."""
    found = {_WORDS[word] for word in _WORD.findall(name.casefold()) if word in _WORDS}
    return found.pop() if len(found) == 1 else None


def set_of_path(path: PurePath | str) -> Split | None:
    """The set that a path's last part speaks of, else the part before it, and so on."""
    sets = (set_named(part) for part in reversed(PurePath(path).parts))
    return next((found for found in sets if found is not None), None)
