"""Finds the label files of a YOLO data set: in folders made for them, or beside the pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import is_image_name, shown
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import head_of
from core.formats.yolo.class_lists import NAME_FILES
from core.formats.yolo.data_yaml import YAML_ENDINGS
from core.formats.yolo.dota import is_dota
from core.formats.yolo.rows import looks_like_rows
from core.formats.yolo.sets import is_set_list

LABEL_FOLDERS = ("labels", "labeltxt", "obj_train_data", "obj_valid_data", "obj_test_data")
_ORIGINAL = "_original"  # how Ultralytics calls the folder of the files that it converted
_NOT_LABELS = frozenset({*NAME_FILES, "requirements.txt"})
_MOST_EMPTY = 1000  # label files that are opened to find one with rows
_OTHER_ENDINGS = frozenset({*YAML_ENDINGS, ".data", ".names"})


def has_label_folder(folder: Path) -> bool:
    """Whether labels lie in folders of their own, with at least one label file."""
    return any(True for place in _label_folders(folder) for _ in _text_files(place, []))


def has_labels_beside_images(folder: Path) -> bool:
    """Whether a picture has a text file of its name beside it that reads like labels (looks at some of them)."""
    n_seen = 0
    for file in _text_files(folder, []):
        if file.name not in _NOT_LABELS and _has_rows(head_of(file)):
            n_seen += 1
            if any(is_image_name(path.name) for path in file.parent.glob(_escaped(file.stem) + ".*")):
                return True
        if n_seen > 50:
            break
    return False


def label_files_in(base: Path, problems: list[Problem]) -> Iterator[str]:
    """Every text file in folders made for labels; elsewhere, when there are such folders, what reads like labels."""
    folders = list(_label_folders(base))
    for place in folders:
        for file in _text_files(place, problems):
            if not _is_other(file) or _has_rows(head_of(file)):
                yield _below(file, base)
    if folders == [base]:
        return
    outermost = frozenset(folders)

    @cache  # of the folders, for there may be thousands of them and a million files
    def is_done(place: Path) -> bool:
        return not outermost.isdisjoint((place, *place.parents))

    for found in find_files(base, {".txt", *_OTHER_ENDINGS}):
        if isinstance(found, Problem):
            if not is_done(Path(found.file)):
                problems.append(found)
        elif found.suffix.lower() in _OTHER_ENDINGS:
            problems += _if_empty(found)
        elif not is_done(found.parent) and (_has_rows(head_of(found)) if folders or _is_other(found) else True):
            yield _below(found, base)


def _below(file: Path, base: Path) -> str:
    """What `relative_to` gives, in less time: there may be a million files."""
    text, start = str(file), f"{base}{os.sep}"
    return text[len(start) :].replace(os.sep, "/") if text.startswith(start) else file.relative_to(base).as_posix()


def without_originals(files: tuple[str, ...], base: Path, problems: list[Problem]) -> tuple[str, ...]:
    """Without the files from which others beside them were converted."""
    folders = {file.rpartition("/")[0] for file in files}
    originals = {name for name in folders if name.endswith(_ORIGINAL) and name.removesuffix(_ORIGINAL) in folders}
    if not originals:
        return files
    kept = tuple(file for file in files if file.rpartition("/")[0] not in originals)
    what = counted(len(files) - len(kept), "label file is", "label files are")
    text = f'{what} not read, for the folder ("{shown(min(originals))}") holds what those beside it were made from.'
    problems.append(Problem("labels-original", text, str(base / min(originals)), severity=Severity.INFO))
    return kept


def is_of_dota(base: Path, label_files: tuple[str, ...]) -> bool:
    """By the first label file that is not empty."""
    heads = (head_of(base / file) for file in label_files[:_MOST_EMPTY])
    return is_dota(next((head for head in heads if head.strip()), b""))


def _has_rows(head: bytes) -> bool:
    return looks_like_rows(head) or is_dota(head)


def _is_other(file: Path) -> bool:
    """Whether a text file is known to be no label file by its name: it names classes, or lists a set's images."""
    return file.name in _NOT_LABELS or is_set_list(file)


def _if_empty(file: Path) -> list[Problem]:
    if file.stat().st_size:
        return []
    return [Problem("names-file-empty", f'"{shown(file.name)}" is empty (0 bytes) and tells nothing.', str(file))]


def _label_folders(base: Path) -> Iterator[Path]:
    """The outermost folders made for labels, at any depth."""
    if base.name.lower() in LABEL_FOLDERS:
        yield base
        return
    for folder, subfolders, _ in os.walk(base):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in [name for name in subfolders if name.lower() in LABEL_FOLDERS]:
            subfolders.remove(name)
            yield Path(folder, name)


def _text_files(place: Path, problems: list[Problem]) -> Iterator[Path]:
    """Below a folder, in the order of names; notes what is named like one and cannot be read."""
    for found in find_files(place, {".txt"}):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            yield found


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)
