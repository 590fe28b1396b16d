"""Which pictures the tasks mean. Label Studio changes the names of what is uploaded: eight signs and a dash before
them, blanks and odd signs replaced."""

from __future__ import annotations

import re
from pathlib import Path

from core.formats.label_studio.files import Task
from core.formats.reading.image_index import ImageIndex, Match, StatedName
from core.formats.reading.spellings import spellings, without_task_prefix

Key = tuple[Path, str]

_ODD = re.compile(r"[^-\w.]")


class Names:
    """First hears all, then knows the match of each, and which of several rows on one image is the newest."""

    def __init__(self, index: ImageIndex, folder: Path) -> None:
        self.matches: dict[Key, Match] = {}
        self._index = index
        self._folder = folder
        self._newest: dict[Key, tuple[str, int]] = {}
        inner = index.root.relative_to(folder).as_posix() if index.root.is_relative_to(folder) else "."
        self._inner = "" if inner == "." else f"{inner}/"

    def key(self, file: Path, task: Task) -> Key:
        return file, task.image

    def hear(self, file: Path, task: Task) -> None:
        key = self.key(file, task)
        if task.image and (key not in self._newest or task.updated > self._newest[key][0]):
            self._newest[key] = (task.updated, task.index)

    def is_newest(self, file: Path, task: Task) -> bool:
        """Of the rows of a small export, each of which is one annotation. Tasks of a full one always are."""
        return not task.updated or self._newest[self.key(file, task)][1] == task.index

    def match(self) -> None:
        stated = {key: self._stated(key) for key in self._newest}
        found = self._index.match_stated(stated.values())
        self.matches = {key: found[name] for key, name in stated.items()}
        taken = {match.path for match in self.matches.values()}
        open_ones = [key for key, match in self.matches.items() if match.path is None and not match.candidates]
        if open_ones:
            self._match_uploaded(open_ones, taken)

    def _match_uploaded(self, keys: list[Key], taken: set[str | None]) -> None:
        """By names as Label Studio would have made them of those on the disk."""
        by_name: dict[str, list[str]] = {}
        for path in self._index.paths:
            if path not in taken:
                by_name.setdefault(_uploaded(path.rpartition("/")[2]), []).append(path)
        for key in keys:
            names = {_uploaded(_bare(spelling)) for spelling in spellings(key[1])}
            paths = tuple(dict.fromkeys(path for name in sorted(names) for path in by_name.get(name, ())))
            self.matches[key] = Match(paths[0] if len(paths) == 1 else None, candidates=paths)

    def _stated(self, key: Key) -> StatedName:
        """Without the folder of the images where the name begins with it, which is what Calque writes."""
        file, name = key
        place = file.parent.relative_to(self._folder).as_posix() if file.parent.is_relative_to(self._folder) else "."
        places = tuple(dict.fromkeys(one for one in ("" if place == "." else place, "")))
        if self._inner:
            inside = [one for one in spellings(name) if one.startswith(self._inner)]
            if inside:
                return StatedName(inside[0].removeprefix(self._inner), places)
        return StatedName(name, places)


def _bare(name: str) -> str:
    base = name.rpartition("/")[2]
    return without_task_prefix(base) or base


def _uploaded(name: str) -> str:
    return _ODD.sub("", name.strip().replace(" ", "_")).casefold()
