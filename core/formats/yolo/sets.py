"""The sets that a YOLO data set states: by data.yaml or obj.data, or by lists of images such as autosplit_train.txt.

Folders, lists and images are looked for below the data set's folder only, by the end of their path when it was made
on another computer.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import is_image_name, shown
from core.domain.set_names import set_named
from core.domain.snapshots import Split
from core.errors import FormatError
from core.formats.reading.image_index import ImageIndex, is_unsafe, parts_of
from core.formats.reading.text_files import decode_lines, head_of, is_plain_file, read_limited
from core.formats.yolo.class_lists import darknet_value
from core.formats.yolo.data_yaml import YAML_ENDINGS

MAX_BYTES = 2**28
_KEYS = {
    "train": Split.TRAIN,
    **dict.fromkeys(("val", "valid", "validation"), Split.VAL),
    "test": Split.TEST,
}


@dataclass(frozen=True, slots=True)
class SetStatement:
    """`target` is a folder, a list of images (.txt) or an image, as `file` states it."""

    split: Split
    target: str
    file: Path


@dataclass(frozen=True, slots=True)
class StatedSets:
    """The name of the set by the image's path, and what is wrong with what was stated."""

    of_image: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


def is_set_list(file: Path) -> bool:
    """Whether a text file is called like a set and begins with the path of a picture."""
    if file.suffix.lower() != ".txt" or set_named(file.stem) is None:
        return False
    lines = decode_lines(head_of(file))
    return any(is_image_name(line.strip().replace("\\", "/").rpartition("/")[2]) for line in lines[:1])


def set_statements(marker: Path | None, content: Any, base: Path) -> tuple[SetStatement, ...]:
    """What the data.yaml (`content`) or obj.data `marker` states; without such, the lists that lie in the folder."""
    if marker is not None and marker.suffix.lower() in YAML_ENDINGS:
        stated = [
            SetStatement(split, target.strip(), marker)
            for key, split in _KEYS.items()
            for target in _targets(content.get(key) if isinstance(content, dict) else None)
        ]
    elif marker is not None:
        values = [(split, darknet_value(marker, key)) for key, split in _KEYS.items()]
        stated = [SetStatement(split, value, marker) for split, value in values if value]
    else:
        stated = []
    if len({statement.target for statement in stated}) > 1:
        return tuple(stated)
    return tuple(_lists_in(base)) or tuple(stated)


def assign_sets(statements: tuple[SetStatement, ...], base: Path, index: ImageIndex) -> StatedSets:
    """Images that are stated for several sets are in none.

    One target for several sets states nothing, but for a list that is called like one of them; and neither does a
    single set of all images for training.
    """
    targets: dict[str, set[Split]] = {}
    for statement in statements:
        targets.setdefault(statement.target, set()).add(statement.split)
    sets: dict[str, set[Split]] = {}
    problems: list[Problem] = []
    for statement in statements:
        if len(targets[statement.target]) == 1 or _is_list_of(statement):
            for path in _images_of(statement, base, index, problems):
                sets.setdefault(path, set()).add(statement.split)
    twice = sorted(path for path, splits in sets.items() if len(splits) > 1)
    if twice:
        text = f"{counted(len(twice), 'image is', 'images are')} stated for several sets and put into none, e.g. "
        problems.append(Problem("image-in-several-sets", f'{text}"{shown(twice[0])}".', str(statements[0].file)))
    of_image = {path: next(iter(splits)).value for path, splits in sets.items() if len(splits) == 1}
    if len(of_image) == len(index.paths) and set(of_image.values()) == {Split.TRAIN.value}:
        of_image = {}
    n_outside = len(index.paths) - len(sets)
    if of_image and n_outside:
        some = next(path for path in index.paths if path not in sets)
        text = f'{counted(n_outside, "image is", "images are")} in none of the stated sets, e.g. "{shown(some)}".'
        problems.append(Problem("image-in-no-set", text, str(statements[0].file), severity=Severity.INFO))
    return StatedSets(of_image, tuple(problems))


def _is_list_of(statement: SetStatement) -> bool:
    """Whether the target is a list that is called like the set: "train.txt" for training."""
    name = parts_of(statement.target)[-1:]
    return statement.target.lower().endswith(".txt") and bool(name) and set_named(name[0][:-4]) is statement.split


def _targets(told: Any) -> list[str]:
    values = told if isinstance(told, list) else [told]
    return [value for value in values if isinstance(value, str) and value.strip()]


def _lists_in(base: Path) -> Iterator[SetStatement]:
    try:
        files = sorted(path for path in base.iterdir() if path.suffix.lower() == ".txt")
    except OSError:
        return
    for file in files:
        split = set_named(file.stem)
        if split is not None and is_set_list(file):
            yield SetStatement(split, file.name, file)


def _images_of(statement: SetStatement, base: Path, index: ImageIndex, problems: list[Problem]) -> Iterator[str]:
    parts = parts_of(statement.target)
    if statement.target.lower().endswith(".txt"):
        listed = _find_list(statement, parts, base)
        if listed is not None:
            yield from _listed(listed, statement, index, problems)
            return
    elif is_image_name(statement.target):
        match = index.match_names([_below(statement.target, base, index.root)])
        yield from (found.path for found in match.values() if found.path is not None)
        return
    else:
        prefix = _folder(parts, base, index)
        if prefix is not None:
            yield from (path for path in index.paths if not prefix or path.startswith(prefix + "/"))
            return
    text = f'"{shown(statement.target)}", which "{shown(statement.file.name)}" names as the {statement.split} set, '
    text += "was not found; no image is put into it by that."
    problems.append(Problem("set-not-found", text, str(statement.file), severity=Severity.INFO))


def _find_list(statement: SetStatement, parts: list[str], base: Path) -> Path | None:
    """By the stated path below the data set's folder, else the longest end of it that is there."""
    real_base = Path(os.path.realpath(base))
    for start in range(len(parts)):
        for folder in dict.fromkeys((base, statement.file.parent)):
            file = folder.joinpath(*parts[start:])
            if is_plain_file(file) and Path(os.path.realpath(file)).is_relative_to(real_base):
                return file
    return None


def _listed(file: Path, statement: SetStatement, index: ImageIndex, problems: list[Problem]) -> Iterator[str]:
    try:
        lines = [line.strip() for line in decode_lines(read_limited(file, MAX_BYTES))]
    except FormatError as error:
        problems.append(Problem("annotation-file-unreadable", str(error), str(file), error.line))
        return
    names = {line: _below(line, file.parent, index.root) for line in lines if line}
    matches = index.match_names(names.values())
    missing = [line for line, name in names.items() if matches[name].path is None]
    yield from (found.path for found in matches.values() if found.path is not None)
    if missing:
        n = counted(len(missing), "image")
        text = f'{n} of "{shown(file.name)}" ({statement.split}) {"was" if len(missing) == 1 else "were"} not found, '
        text += f'e.g. "{shown(missing[0])}".'
        problems.append(Problem("set-image-missing", text, str(file)))


def _below(name: str, folder: Path, root: Path) -> str:
    """A path that is relative to `folder` as one below the images' folder, if it is there; else as it stands."""
    if is_unsafe(name):
        return name
    path = folder.joinpath(*parts_of(name))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else name


def _folder(parts: list[str], base: Path, index: ImageIndex) -> str | None:
    """The folder below the images' one, "" for itself; None when there is none with pictures."""
    folders = {path.rpartition("/")[0] for path in index.paths}
    for folder in list(folders):
        while folder:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    folders.add("")
    path = base.joinpath(*parts)
    if index.root.is_relative_to(path):
        return ""
    if path.is_relative_to(index.root) and (found := path.relative_to(index.root).as_posix()) in folders:
        return found
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        found_at = sorted(folder for folder in folders if ("/" + folder).endswith("/" + tail))
        if len(found_at) == 1:
            return found_at[0]
    return None
