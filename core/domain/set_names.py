"""Which set the name of a folder or file speaks of: "train", "valid", "instances_val2017.json", "test set"."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePath

from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF

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


def set_of_folder(path: str) -> Split | None:
    """What the outermost of its parts says that is called like a set."""
    named = (set_named(part) for part in path.split("/"))
    return next((found for found in named if found is not None), None)


def sets_of_image(tags: Collection[str], stated: str, folder: str) -> tuple[Split, ...]:
    """Which sets a project's image is in: what its tags say, of one without such a tag what the import stated, else
    its folder. () = none."""
    tagged = tagged_sets(tags)
    if tagged:
        return tagged
    if stated:
        return tuple(split for split in Split if split.value == stated)
    named = set_of_folder(folder)
    return () if named is None else (named,)


def tagged_sets(tags: Collection[str]) -> tuple[Split, ...]:
    """Which sets the tags of an image put it into."""
    return tuple(split for split, tag in TAG_OF.items() if tag in tags)


def set_of_path(path: PurePath | str) -> Split | None:
    """The set that a path's last part speaks of, else the part before it, and so on."""
    sets = (set_named(part) for part in reversed(PurePath(path).parts))
    return next((found for found in sets if found is not None), None)
