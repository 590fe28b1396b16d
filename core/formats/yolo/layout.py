"""Finds out how a YOLO data set lies on disk: where its class names, labels and pictures are.

Three layouts occur: a data.yaml with mirrored folders "images" and "labels"; Darknet's obj.data, obj.names and
obj_train_data; label files beside the pictures. Of a data.yaml only `path`, `train`, `val`, `test` and `names` are
looked at: never `download`, and no folder outside the data set's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import is_image_name, one_line, shown
from core.errors import FormatError
from core.formats.reading.text_files import decode_lines, head_of, is_plain_file, read_limited
from core.formats.reading.yaml_files import read_yaml
from core.formats.yolo.rows import looks_like_rows

NAME_FILES = ("classes.txt", "obj.names", "_darknet.labels", "classes.names", "names.txt")
_NOT_LABELS = frozenset({*NAME_FILES, "train.txt", "val.txt", "valid.txt", "test.txt", "requirements.txt"})
_LABEL_FOLDERS = ("labels", "obj_train_data", "obj_valid_data", "obj_test_data")
_MAX_NAMES_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class YoloLayout:
    """`label_files` are relative to `base`. `names` None = nobody says what the classes are called."""

    base: Path
    images_root: Path
    names: tuple[str, ...] | None
    label_files: tuple[str, ...]
    problems: tuple[Problem, ...]


def find_layout(source: ImportSource) -> YoloLayout:
    """Raises FormatError when there are no label files, or the file that names the classes cannot be read."""
    marker = source.path if source.path.is_file() else find_marker(source.path)
    folder = marker.parent if marker is not None else source.path
    problems: list[Problem] = []
    base, names = folder, None
    if marker is not None and marker.suffix.lower() in (".yaml", ".yml"):
        content = read_yaml(marker)
        base = _yaml_base(content, folder, marker, problems)
        names = _yaml_names(content, marker, problems)
    elif marker is not None:
        names = _darknet_names(marker, problems)
    if names is None:
        names = _listed_names((base, folder, *_label_parents(base)), problems)
    if names is None:
        text = "No file names the classes (data.yaml, obj.names, classes.txt); they are called by their numbers."
        problems.append(Problem("category-names-missing", text, str(folder)))
    label_files = tuple(_label_files(base))
    if not label_files:
        hint = 'Labels are text files in a folder "labels", in "obj_train_data", or beside the images.'
        raise FormatError(f'"{shown(base)}" holds no label file (.txt).', file=base, hint=hint)
    root = source.images_root or _guess_images_root(base)
    return YoloLayout(base, root, names, label_files, tuple(problems))


def find_marker(folder: Path) -> Path | None:
    """The data.yaml or obj.data of a folder or of a folder right in it; None when there is none."""
    places = [folder]
    try:
        places += sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))[:50]
    except OSError:
        return None
    if folder.name.lower() in _LABEL_FOLDERS:
        places.append(folder.parent)
    for place in places:
        try:
            files = sorted(path for path in place.iterdir() if path.suffix.lower() in (".yaml", ".yml", ".data"))[:50]
        except OSError:
            continue
        files.sort(key=lambda path: path.name.lower() not in ("data.yaml", "dataset.yaml", "obj.data"))
        for file in files:
            if is_marker(file):
                return file
    return None


def is_marker(file: Path) -> bool:
    """Whether the file reads like a data.yaml or an obj.data."""
    head = b"\n" + head_of(file, 2**16)
    if file.suffix.lower() in (".yaml", ".yml"):
        return b"\nnames:" in head and any(key in head for key in (b"\ntrain:", b"\nval:", b"\nnc:", b"\npath:"))
    return file.suffix.lower() == ".data" and b"names" in head and b"=" in head


def has_label_folder(folder: Path) -> bool:
    """Whether labels lie in folders of their own, with at least one label file."""
    return any(True for place in _label_folders(folder) for _ in _text_files(place))


def has_labels_beside_images(folder: Path) -> bool:
    """Whether a picture has a text file of its name beside it that reads like labels (looks at some of them)."""
    n_seen = 0
    for file in _text_files(folder):
        if file.name not in _NOT_LABELS and looks_like_rows(head_of(file)):
            n_seen += 1
            if any(is_image_name(path.name) for path in file.parent.glob(_escaped(file.stem) + ".*")):
                return True
        if n_seen > 50:
            break
    return False


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def _label_files(base: Path) -> Iterator[str]:
    folders = list(_label_folders(base))
    for place in folders or [base]:
        for file in _text_files(place):
            is_name_file = file.name in _NOT_LABELS and not (folders and looks_like_rows(head_of(file)))
            if not is_name_file:
                yield file.relative_to(base).as_posix()


def _label_folders(base: Path) -> Iterator[Path]:
    """The outermost folders made for labels, at any depth."""
    if base.name.lower() in _LABEL_FOLDERS:
        yield base
        return
    for folder, subfolders, _ in os.walk(base):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in [name for name in subfolders if name.lower() in _LABEL_FOLDERS]:
            subfolders.remove(name)
            yield Path(folder, name)


def _text_files(place: Path) -> Iterator[Path]:
    """Below a folder, in the order of names; no hidden ones, no links out. Never the caches of other programs."""
    real = os.path.realpath(place)
    for folder, subfolders, files in os.walk(place):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            is_inside = not file.is_symlink() or Path(os.path.realpath(file)).is_relative_to(real)
            if name.lower().endswith(".txt") and not name.startswith(".") and is_inside and is_plain_file(file):
                yield file


def _label_parents(base: Path) -> tuple[Path, ...]:
    parent = (base.parent,) if base.name.lower() in _LABEL_FOLDERS else ()
    return (*parent, *(base / name for name in _LABEL_FOLDERS))


def _guess_images_root(base: Path) -> Path:
    """The folder "images" if all pictures are in it, else the data set's folder, else "images" next to that."""
    top = base.parent if base.name.lower() in _LABEL_FOLDERS else base
    if (top / "images").is_dir() and ((top / "labels").is_dir() or base != top):
        return top / "images"
    has_pictures = any(is_image_name(name) for _, _, files in os.walk(top) for name in files)
    aside = top.parent / "images"
    return aside if not has_pictures and aside.is_dir() else top


def _yaml_base(content: Any, folder: Path, marker: Path, problems: list[Problem]) -> Path:
    """The data set's folder: `path` if that stays inside the yaml's folder, else that folder itself."""
    told = content.get("path") if isinstance(content, dict) else None
    if not isinstance(told, str) or not told.strip():
        return folder
    base = Path(os.path.realpath(folder / told)) if "\0" not in told else folder
    real = Path(os.path.realpath(folder))
    if base.is_relative_to(real) and base.is_dir():
        return folder / base.relative_to(real)
    text = f'The path "{shown(told)}" is not below the folder of the file and was not followed.'
    problems.append(Problem("path-unsafe", text, str(marker), severity=Severity.INFO))
    return folder


def _yaml_names(content: Any, marker: Path, problems: list[Problem]) -> tuple[str, ...] | None:
    if not isinstance(content, dict):
        raise FormatError(f'"{shown(marker.name)}" is not a data.yaml: it has no keys.', file=marker)
    told = content.get("names")
    if isinstance(told, list) and told:
        return _clean_names([name if isinstance(name, str) else "" for name in told], marker, problems)
    if not isinstance(told, dict) or not told:
        return None
    by_index = {int(key): name for key, name in told.items() if isinstance(key, str) and key.strip().isdecimal()}
    if not by_index or max(by_index) > 100_000:
        raise FormatError(f'"{shown(marker.name)}" has names whose keys are not the numbers of classes.', file=marker)
    found = [by_index.get(index, "") for index in range(max(by_index) + 1)]
    return _clean_names([name if isinstance(name, str) else "" for name in found], marker, problems)


def _darknet_names(marker: Path, problems: list[Problem]) -> tuple[str, ...] | None:
    """By the `names` of obj.data, which is usually a path of the computer it was made on: its last part counts."""
    for line in decode_lines(read_limited(marker, _MAX_NAMES_BYTES)):
        key, _, value = line.partition("=")
        if key.strip() == "names":
            file = marker.parent / value.strip().replace("\\", "/").rpartition("/")[2]
            if is_plain_file(file):
                return _names_in(file, problems)
    return None


def _listed_names(places: tuple[Path, ...], problems: list[Problem]) -> tuple[str, ...] | None:
    for place in places:
        for name in NAME_FILES:
            if is_plain_file(place / name):
                return _names_in(place / name, problems)
    return None


def _names_in(file: Path, problems: list[Problem]) -> tuple[str, ...] | None:
    lines = [line.strip() for line in decode_lines(read_limited(file, _MAX_NAMES_BYTES))]
    while lines and not lines[-1]:
        lines.pop()
    return _clean_names(lines, file, problems) if lines else None


def _clean_names(names: list[str], file: Path, problems: list[Problem]) -> tuple[str, ...]:
    """Every class with a name; classes of the same name are told, for they become one."""
    result: list[str] = []
    for index, name in enumerate(names):
        name = one_line(name)
        if not name:
            name = f"class {index}"
            text = f'Class {index} has no name and is called "{name}".'
            problems.append(Problem("category-without-name", text, str(file)))
        elif name in result:
            text = f'"{shown(name)}" is the name of several classes, which become one.'
            problems.append(Problem("category-duplicate-name", text, str(file)))
        result.append(name)
    return tuple(result)
