"""Finds out how a YOLO data set lies on disk: where its class names, labels and pictures are.

Three layouts occur, and mixtures of them: a data.yaml with mirrored folders "images" and "labels"; Darknet's obj.data,
obj.names and obj_train_data; label files beside the pictures. No folder outside the one pointed at is looked into.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem
from core.domain.names import is_image_name, shown
from core.errors import FormatError
from core.formats.reading.image_index import parts_of
from core.formats.reading.text_files import is_plain_file
from core.formats.yolo.class_lists import ClassList, ClassLists, darknet_value, markers_in, several_lists_problem
from core.formats.yolo.data_yaml import YAML_ENDINGS, is_oriented, read_data_yaml, yaml_base, yaml_problems
from core.formats.yolo.label_files import LABEL_FOLDERS, is_of_dota, label_files_in, without_originals
from core.formats.yolo.row_forms import PLAIN, RowForm, form_of, keypoint_values
from core.formats.yolo.sets import SetStatement, set_statements


@dataclass(frozen=True, slots=True)
class YoloLayout:
    """`label_files` are relative to `base`; `lists` are their names of classes by folder, None = nobody says them;
    `forms` are what their rows have by folder. `is_dota`: rows name their classes themselves."""

    base: Path
    images_root: Path
    label_files: tuple[str, ...]
    lists: Mapping[str, ClassList | None]
    sets: tuple[SetStatement, ...]
    problems: tuple[Problem, ...]
    forms: Mapping[str, RowForm]
    is_dota: bool = False
    is_oriented: bool = False  # by data.yaml

    def list_of(self, label_file: str) -> ClassList | None:
        return self.lists[label_file.rpartition("/")[0]]

    def form_of(self, label_file: str) -> RowForm:
        return self.forms[label_file.rpartition("/")[0]]

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
        content = read_data_yaml(marker, source.names_encoding)
        problems += yaml_problems(content, marker)
        base = yaml_base(content, folder, marker, folder if given else source.path, problems)
    elif marker is not None and given is None:
        base = _darknet_base(marker, source.path)
    label_files = without_originals(tuple(label_files_in(base, problems)), base, problems)
    if not label_files:
        raise _no_label_file(base, problems)
    if not base.is_relative_to(folder):  # the data.yaml lies beside the data set's folder
        given, folder = marker, base
    top = base.parent if base.name.lower() in LABEL_FOLDERS else folder
    class_lists = ClassLists(top, problems, encoding=source.names_encoding, marker=given)
    files: dict[str, list[str]] = {}  # by folder
    for file in label_files:
        files.setdefault(file.rpartition("/")[0], []).append(file)
    lists = {place: class_lists.list_for(base / place) for place in files}
    if not any(lists.values()):
        lists = dict.fromkeys(lists, class_lists.list_beside())
    n_keypoint_values = keypoint_values(content)
    has_dota_rows = is_of_dota(base, label_files)
    layout = YoloLayout(
        base,
        source.images_root or _guess_images_root(base),
        label_files,
        lists,
        set_statements(marker, content, base),
        (),
        {
            place: PLAIN if has_dota_rows else form_of((base / file for file in some), n_keypoint_values)
            for place, some in files.items()
        },
        has_dota_rows,
        is_oriented(content),
    )
    problems += _name_problems(layout, folder)
    return replace(layout, problems=tuple(problems))


def _no_label_file(base: Path, problems: list[Problem]) -> FormatError:
    hint = 'Labels are text files in a folder "labels", in "obj_train_data", or beside the images.'
    if any(problem.kind == "path-unsafe" for problem in problems):
        hint = "The data.yaml says that they lie elsewhere: choose the folder that holds both it and them."
    return FormatError(f'"{shown(base)}" holds no label file (.txt).', file=base, hint=hint)


def find_marker(folder: Path) -> Path | None:
    """The data.yaml or obj.data of a folder or of a folder right in it; None when there is none."""
    places = [folder, *_subfolders(folder)]
    if folder.name.lower() in LABEL_FOLDERS:
        places.append(folder.parent)
    return next((file for place in places for file in markers_in(place)), None)


def _marker_of(folder: Path) -> Path | None:
    """The marker of a folder, or of the one folder in it that has all labels; several data sets side by side have
    none for all."""
    if found := markers_in(folder):
        return found[0]
    if folder.name.lower() in LABEL_FOLDERS and (found := markers_in(folder.parent)):
        return found[0]
    inside = [(place, found[0]) for place in _subfolders(folder) if (found := markers_in(place))]
    if len(inside) != 1:
        return None
    place, marker = inside[0]
    files = [folder / file for file in label_files_in(folder, [])]
    if all(file.is_relative_to(place) for file in files):
        return marker
    base = _stated_base(marker, place, folder)
    return marker if base != place and all(file.is_relative_to(base) for file in files) else None


def _stated_base(marker: Path, place: Path, top: Path) -> Path:
    if marker.suffix.lower() not in YAML_ENDINGS:
        return _darknet_base(marker, top)
    try:
        return yaml_base(read_data_yaml(marker, None), place, marker, top, [])
    except FormatError:
        return place


def _darknet_base(marker: Path, top: Path) -> Path:
    """The folder of an obj.data; but `top` where its names are stated from there, as Darknet is started there."""
    parts = parts_of(darknet_value(marker, "names"))
    is_from_top = bool(parts) and not (marker.parent / parts[-1]).exists() and is_plain_file(top.joinpath(*parts))
    return top if is_from_top else marker.parent


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))[:50]
    except OSError:
        return []


def _guess_images_root(base: Path) -> Path:
    """The folder "images" if all pictures are in it, else the data set's folder, else "images" next to that."""
    top = base.parent if base.name.lower() in LABEL_FOLDERS else base
    if (top / "images").is_dir() and ((top / "labels").is_dir() or base != top):
        return top / "images"
    has_pictures = any(is_image_name(name) for _, _, files in os.walk(top) for name in files)
    aside = top.parent / "images"
    return aside if not has_pictures and aside.is_dir() else top


def _name_problems(layout: YoloLayout, folder: Path) -> list[Problem]:
    """What is to say of the layout's names as a whole."""
    unnamed = [name for name, found in layout.lists.items() if found is None]
    if layout.is_dota:
        return []
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
