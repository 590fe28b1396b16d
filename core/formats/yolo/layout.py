"""Finds out how a YOLO data set lies on disk: where its class names, labels and pictures are.

Three layouts occur, and mixtures of them: a data.yaml with mirrored folders "images" and "labels"; Darknet's obj.data,
obj.names and obj_train_data; label files beside the pictures. Of a data.yaml only `path`, `train`, `val`, `test` and
`names` are looked at: never `download`, and no folder outside the data set's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import is_image_name, shown
from core.errors import FormatError
from core.formats.reading.encodings import decode_names, guess_encodings
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import head_of, read_limited
from core.formats.reading.yaml_files import MAX_BYTES, parse_yaml
from core.formats.yolo.class_lists import (
    NAME_FILES,
    YAML_ENDINGS,
    ClassList,
    ClassLists,
    markers_in,
    several_lists_problem,
)
from core.formats.yolo.rows import looks_like_rows
from core.formats.yolo.sets import SetStatement, is_set_list, set_statements

_NOT_LABELS = frozenset({*NAME_FILES, "requirements.txt"})
_LABEL_FOLDERS = ("labels", "obj_train_data", "obj_valid_data", "obj_test_data")
_OTHER_ENDINGS = frozenset({*YAML_ENDINGS, ".data", ".names"})


@dataclass(frozen=True, slots=True)
class YoloLayout:
    """`label_files` are relative to `base`; `lists` are their names of classes by folder, None = nobody says them."""

    base: Path
    images_root: Path
    label_files: tuple[str, ...]
    lists: Mapping[str, ClassList | None]
    sets: tuple[SetStatement, ...]
    problems: tuple[Problem, ...]

    def list_of(self, label_file: str) -> ClassList | None:
        return self.lists[label_file.rpartition("/")[0]]

    @property
    def class_lists(self) -> tuple[ClassList, ...]:
        """Each once, in the order of the label files."""
        return tuple(dict.fromkeys(found for found in self.lists.values() if found is not None))


def find_layout(source: ImportSource) -> YoloLayout:
    """Raises FormatError when there are no label files, or the file that names the classes cannot be read."""
    problems: list[Problem] = []
    given = source.path if source.path.is_file() else None
    marker = given or _marker_of(source.path)
    base = folder = marker.parent if marker is not None else source.path
    content = None
    if marker is not None and marker.suffix.lower() in YAML_ENDINGS:
        content = _read_yaml(marker, source.names_encoding)
        base = _yaml_base(content, folder, marker, problems)
    label_files = tuple(_label_files(base, problems))
    if not label_files:
        hint = 'Labels are text files in a folder "labels", in "obj_train_data", or beside the images.'
        raise FormatError(f'"{shown(base)}" holds no label file (.txt).', file=base, hint=hint)
    top = base.parent if base.name.lower() in _LABEL_FOLDERS else folder
    class_lists = ClassLists(top, problems, encoding=source.names_encoding, marker=given)
    folders = dict.fromkeys(file.rpartition("/")[0] for file in label_files)
    lists = {folder: class_lists.list_for(base / folder) for folder in folders}
    if not any(lists.values()):
        lists = dict.fromkeys(lists, class_lists.list_beside())
    layout = YoloLayout(
        base,
        source.images_root or _guess_images_root(base),
        label_files,
        lists,
        set_statements(marker, content, base),
        (),
    )
    problems += _name_problems(layout, folder)
    return YoloLayout(base, layout.images_root, label_files, lists, layout.sets, tuple(problems))


def find_marker(folder: Path) -> Path | None:
    """The data.yaml or obj.data of a folder or of a folder right in it; None when there is none."""
    places = [folder, *_subfolders(folder)]
    if folder.name.lower() in _LABEL_FOLDERS:
        places.append(folder.parent)
    return next((file for place in places for file in markers_in(place)), None)


def has_label_folder(folder: Path) -> bool:
    """Whether labels lie in folders of their own, with at least one label file."""
    return any(True for place in _label_folders(folder) for _ in _text_files(place, []))


def has_labels_beside_images(folder: Path) -> bool:
    """Whether a picture has a text file of its name beside it that reads like labels (looks at some of them)."""
    n_seen = 0
    for file in _text_files(folder, []):
        if file.name not in _NOT_LABELS and looks_like_rows(head_of(file)):
            n_seen += 1
            if any(is_image_name(path.name) for path in file.parent.glob(_escaped(file.stem) + ".*")):
                return True
        if n_seen > 50:
            break
    return False


def _escaped(stem: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in stem)


def _marker_of(folder: Path) -> Path | None:
    """The marker of a folder, or of the one folder in it that has all labels; several data sets side by side have
    none for all."""
    if found := markers_in(folder):
        return found[0]
    if folder.name.lower() in _LABEL_FOLDERS and (found := markers_in(folder.parent)):
        return found[0]
    inside = [(place, found[0]) for place in _subfolders(folder) if (found := markers_in(place))]
    if len(inside) != 1:
        return None
    place, marker = inside[0]
    files = _label_files(folder, [])
    return marker if all((folder / file).is_relative_to(place) for file in files) else None


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))[:50]
    except OSError:
        return []


def _label_files(base: Path, problems: list[Problem]) -> Iterator[str]:
    """Every text file in folders made for labels; elsewhere, when there are such folders, what reads like labels."""
    folders = list(_label_folders(base))
    for place in folders:
        for file in _text_files(place, problems):
            if not _is_other(file) or looks_like_rows(head_of(file)):
                yield file.relative_to(base).as_posix()
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
        elif not is_done(found.parent) and not _is_other(found):
            if folders and not looks_like_rows(head_of(found)):
                continue
            yield found.relative_to(base).as_posix()


def _is_other(file: Path) -> bool:
    """Whether a text file is known to be no label file by its name: it names classes, or lists a set's images."""
    return file.name in _NOT_LABELS or is_set_list(file)


def _if_empty(file: Path) -> list[Problem]:
    if file.stat().st_size:
        return []
    return [Problem("names-file-empty", f'"{shown(file.name)}" is empty (0 bytes) and tells nothing.', str(file))]


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


def _text_files(place: Path, problems: list[Problem]) -> Iterator[Path]:
    """Below a folder, in the order of names; notes what is named like one and cannot be read."""
    for found in find_files(place, {".txt"}):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            yield found


def _guess_images_root(base: Path) -> Path:
    """The folder "images" if all pictures are in it, else the data set's folder, else "images" next to that."""
    top = base.parent if base.name.lower() in _LABEL_FOLDERS else base
    if (top / "images").is_dir() and ((top / "labels").is_dir() or base != top):
        return top / "images"
    has_pictures = any(is_image_name(name) for _, _, files in os.walk(top) for name in files)
    aside = top.parent / "images"
    return aside if not has_pictures and aside.is_dir() else top


def _name_problems(layout: YoloLayout, folder: Path) -> list[Problem]:
    """What is to say of the layout's names as a whole."""
    unnamed = [name for name, found in layout.lists.items() if found is None]
    if len(unnamed) == len(layout.lists):
        text = "No file names the classes (data.yaml, obj.names, classes.txt); they are called by their numbers."
        return [Problem("category-names-missing", text, str(folder))]
    problems: list[Problem] = []
    if unnamed:
        some = ", ".join(f'"{shown(name or layout.base.name)}"' for name in unnamed[:3])
        where = f"{counted(len(unnamed), 'folder')} ({some})"
        text = f"No file names the classes of the labels in {where}; they are called by their numbers."
        problems.append(Problem("category-names-missing", text, str(folder)))
    several = several_lists_problem(layout.class_lists, folder)
    return [*problems, several] if several is not None else problems


def _read_yaml(file: Path, encoding: str | None) -> Any:
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
