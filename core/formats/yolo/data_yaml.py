"""What a data.yaml says: names of classes, the data set's folder, the task. Nothing that it says is ever run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.encodings import decode_names, guess_encodings
from core.formats.reading.image_index import parts_of
from core.formats.reading.text_files import read_limited
from core.formats.reading.yaml_files import MAX_BYTES, parse_yaml

YAML_ENDINGS = (".yaml", ".yml")
MOST_CLASSES = 100_000
_ORIENTED = ("obb", "oriented")


def read_data_yaml(file: Path, encoding: str | None) -> Any:
    """Raises FormatError, which says so when the text is in another encoding."""
    data = read_limited(file, MAX_BYTES)
    text = decode_names(data, file, encoding)
    try:
        return parse_yaml(text.text, file)
    except FormatError as error:
        if not text.is_unread:
            raise
        likely = next(iter(guess_encodings(data)), "cp1252")
        hint = f"The file is not UTF-8. Save it as UTF-8, or name its encoding (--names-encoding {likely})."
        raise FormatError(error.text, file=file, line=error.line, hint=hint) from error


def is_oriented(content: Any) -> bool:
    """Whether the file says that rows of four corners are oriented boxes."""
    told = content.get("task") if isinstance(content, dict) else None
    return isinstance(told, str) and told.strip().lower() in _ORIENTED


def yaml_problems(content: Any, marker: Path) -> list[Problem]:
    """What is not done of what the file says, and what contradicts itself."""
    if not isinstance(content, dict):
        return []
    problems: list[Problem] = []
    if content.get("download"):
        text = f'"{shown(marker.name)}" says how to download the data set; that is never run. What is here is read.'
        problems.append(Problem("download-ignored", text, str(marker), severity=Severity.INFO))
    stated, names = content.get("nc"), content.get("names")
    n = _count_of(names)
    if isinstance(stated, str) and is_number(stated.strip()) and n is not None and int(stated) != n:
        text = f'"{shown(marker.name)}" says {counted(int(stated), "class", "classes")} (nc) and names {n}; '
        problems.append(Problem("class-count-differs", f"{text}the names count.", str(marker)))
    return problems


def yaml_base(content: Any, folder: Path, marker: Path, top: Path, problems: list[Problem]) -> Path:
    """The data set's folder: `path` where that stays below `top`, which the person pointed at; else `folder`.

    A path of another computer, or one below Ultralytics' own folder of data sets, is found by its end: it may be that
    of the folder itself, or lie in it, in `top`, or in a folder right in `top`.
    """
    told = content.get("path") if isinstance(content, dict) else None
    if not isinstance(told, str) or not told.strip():
        return folder
    real = Path(os.path.realpath(folder))
    there = _real(folder, told)
    if there is not None and there.is_relative_to(real) and there.is_dir():
        return folder / there.relative_to(real)
    parts = parts_of(told.strip())
    found = _by_its_end(parts, folder, top)
    if found is not None:
        return found
    text = f'The path "{shown(told)}" is not below the folder of the file and was not followed.'
    problems.append(Problem("path-unsafe", text, str(marker), severity=Severity.INFO))
    return folder


def _by_its_end(parts: list[str], folder: Path, top: Path) -> Path | None:
    """Where the end of a stated path is: `folder` itself, or a folder below it or `top`; None when nowhere."""
    own = [part.casefold() for part in Path(os.path.realpath(folder)).parts]
    for start in range(len(parts)):
        tail = parts[start:]
        if [part.casefold() for part in tail] == own[-len(tail) :]:
            return folder
    for start in range(len(parts)):
        for place in dict.fromkeys((folder, top, *_folders_in(top))):
            path = place.joinpath(*parts[start:])
            real = _real(place, "/".join(parts[start:]))
            if real is not None and real.is_dir() and real.is_relative_to(os.path.realpath(place)):
                return path
    return None


def _folders_in(top: Path) -> list[Path]:
    try:
        return sorted(path for path in top.iterdir() if path.is_dir() and not path.name.startswith("."))[:50]
    except OSError:
        return []


def _real(folder: Path, told: str) -> Path | None:
    try:
        return None if "\0" in told else Path(os.path.realpath(folder / told))
    except (OSError, ValueError):
        return None


def yaml_names(content: Any, file: Path) -> list[str] | None:
    """Raises FormatError when the keys of the names are no numbers of classes."""
    if not isinstance(content, dict):
        raise FormatError(f'"{shown(file.name)}" is not a data.yaml: it has no keys.', file=file)
    told = content.get("names")
    if isinstance(told, str) and told.strip():
        return [name.strip().strip("'\"") for name in told.strip("[] ").split(",")]
    if isinstance(told, list) and told:
        return [name if isinstance(name, str) else "" for name in told]
    if not isinstance(told, dict) or not told:
        return None
    by_id = {int(key): name for key, name in told.items() if isinstance(key, str) and is_number(key.strip())}
    if not by_id or max(by_id) > MOST_CLASSES:
        raise FormatError(f'"{shown(file.name)}" has names whose keys are not the numbers of classes.', file=file)
    return by_number(by_id)


def is_number(key: str) -> bool:
    """Whether a text is a number of a class, or how many there are."""
    return key.isascii() and key.isdecimal() and len(key) < 10


def by_number(by_id: dict[int, Any]) -> list[str]:
    """The names in the order of their numbers, "" where there is none."""
    found = [by_id.get(index, "") for index in range(max(by_id) + 1)]
    return [name if isinstance(name, str) else "" for name in found]


def _count_of(names: Any) -> int | None:
    """How many classes are named; None when nobody can tell."""
    if isinstance(names, list):
        return len(names)
    if isinstance(names, dict) and names:
        return len(names)
    return None
