"""Which folders are classes: the first one of a picture's path that is no set and does not only hold pictures."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.names import is_image_name
from core.domain.set_names import set_named

_CONTAINERS = frozenset(
    {
        *("images", "image", "img", "imgs", "pictures", "photos", "jpegimages", "thumbnails"),
        *("data", "dataset", "datasets", "labels", "masks", "annotations"),
    }
)
_WORDS = re.compile(r"(?=[^\W\d]{2})([^\W\d]|[ .&'()-])*(?<=[^\W\d])\)?|n\d{8}")  # without numbers, or WordNet's
_MOST_SEEN = 20_000
_LEAST_IMAGES = 3
_LAID_OUT, _LIKELY, _POSSIBLE = 0.45, 0.3, 0.05


@dataclass(frozen=True, slots=True)
class Place:
    """Of a picture: its class and set, "" for none."""

    label: str
    split: str


def place_of(path: str) -> Place:
    """By the folders of its path."""
    split = ""
    for part in path.split("/")[:-1]:
        named = set_of_folder(part)
        if named and not split:
            split = named
        elif not named and not is_container(part):
            return Place(part, split)
    return Place("", split)


def set_of_folder(name: str) -> str:
    split = set_named(name) if name.isalpha() else None
    return split.value if split is not None else ""


def is_container(name: str) -> bool:
    """Whether a folder's name says only that it holds something."""
    return name.casefold() in _CONTAINERS


def likeness(folder: Path) -> float:
    """High where sets lie above classes; low where any other folders of pictures would look the same."""
    by_class: Counter[str] = Counter()
    classes_of: dict[str, set[str]] = {}
    n_outside = 0
    for path in _some_pictures(folder):
        place = place_of(path)
        if not place.label:
            n_outside += 1
            continue
        by_class[place.label] += 1
        classes_of.setdefault(place.split, set()).add(place.label)
    if not by_class or n_outside > sum(by_class.values()):
        return 0.0
    sets = [labels for split, labels in classes_of.items() if split]
    if len(sets) > 1 and len(by_class) > 1 and len(set.intersection(*sets)) * 2 >= len(by_class):
        return _LAID_OUT
    if len(by_class) < 2:
        return 0.0
    is_wordy = all(_WORDS.fullmatch(name) for name in by_class)
    return _LIKELY if is_wordy and not n_outside and min(by_class.values()) >= _LEAST_IMAGES else _POSSIBLE


def class_folders(root: Path) -> Iterator[str]:
    """The names of all folders of classes, also of those without a picture: directly in the top, or in a set's."""
    for folder in _subfolders(root):
        if set_of_folder(folder.name) or is_container(folder.name):
            yield from class_folders(folder)
        else:
            yield folder.name


def _subfolders(folder: Path) -> Iterable[Path]:
    try:
        found = [entry for entry in folder.iterdir() if not entry.name.startswith(".") and not entry.is_symlink()]
        return sorted(entry for entry in found if entry.is_dir())
    except OSError:
        return []


def _some_pictures(root: Path) -> Iterator[str]:
    n_seen = 0
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        base = Path(folder).relative_to(root).as_posix()
        for name in names:
            n_seen += 1
            if is_image_name(name):
                yield name if base == "." else f"{base}/{name}"
        if n_seen > _MOST_SEEN:
            return
