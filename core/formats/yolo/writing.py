"""Writes YOLO: label files where Ultralytics looks for them, and a data.yaml that names the classes and the sets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawImage, Severity
from core.domain.names import one_line, shown
from core.domain.snapshots import Split
from core.errors import RefusedError
from core.formats.base import WriteResult
from core.formats.writing import FileNames, write_file
from core.formats.yolo.rows import to_row
from core.formats.yolo.shapes import ShapeKinds

FILE_NAME = "data.yaml"
IMAGES, LABELS = "images", "labels"
_UNENCODABLE = re.compile("[\ud800-\udfff]")  # bytes of a name that are not UTF-8
_SETS = (Split.TRAIN.value, Split.VAL.value, Split.TEST.value)


def write_yolo(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, has_pictures: bool, task: str
) -> WriteResult:
    """Raises RefusedError for an image of unknown size, and for two that differ in their ending only; StorageError."""
    indexes = {name: number for number, name in enumerate(categories)}
    names = FileNames("YOLO")
    kinds = ShapeKinds(task)
    sets: dict[str, list[str]] = {}
    n_images = n_annotations = 0
    for image in images:
        rows, n_objects = _rows(image, indexes, kinds)
        if not rows and not image.is_explicit_negative:
            continue  # an empty file would say that nothing is there
        write_file(folder / names.take(label_path(image.path), image), "".join([f"{row}\n" for row in rows]))
        sets.setdefault(image.stated_set, []).append(image.path)
        n_images += 1
        n_annotations += n_objects
    (folder / LABELS).mkdir(exist_ok=True)
    note = "" if has_pictures else f'# The pictures are not here: put them into a folder "{IMAGES}" beside this file.\n'
    places, problems = _write_sets(sets, folder)
    # JSON's texts are YAML's, but for pairs of escapes, which YAML does not join.
    lines = "".join(
        f"  {number}: {json.dumps(one_line(name), ensure_ascii=False)}\n" for name, number in indexes.items()
    )
    write_file(folder / FILE_NAME, f"{note}{places}names:\n{lines}")
    return WriteResult(n_images, n_annotations, (*kinds.problems(), *problems))


def label_path(image: str) -> str:
    """Where Ultralytics looks for an image's labels: the last folder "images" of its path becomes "labels"."""
    folders, slash, name = f"{IMAGES}/{image}".rpartition("/")
    stem, dot, _ = name.rpartition(".")
    before, found, after = f"/{folders}/".rpartition(f"/{IMAGES}/")
    assert found  # it begins so
    return f"{before}/{LABELS}/{after}".strip("/") + f"{slash}{stem if dot and stem else name}.txt"


def _rows(image: RawImage, indexes: Mapping[str, int], kinds: ShapeKinds) -> tuple[list[str], int]:
    """The image's rows, and of how many objects they are."""
    if image.annotations and not (image.width and image.height):
        raise RefusedError(f'The size of "{shown(image.path)}" is not known, so its labels cannot be written.')
    rows: list[str] = []
    n_objects = 0
    for annotation in image.annotations:
        if annotation.category is not None and isinstance(annotation.geometry, (Box, Polygon)):
            n_objects += 1
            width, height = image.width or 1, image.height or 1
            shape = kinds.taken(annotation, annotation.geometry, width, height)
            confidence = annotation.confidence
            if confidence is None and annotation.made_by:
                confidence = 1.0  # else it would come back as a label that a person drew
            rows += to_row(indexes[annotation.category], shape, width, height, confidence)
    return rows, n_objects


def _write_sets(sets: Mapping[str, list[str]], folder: Path) -> tuple[str, list[Problem]]:
    """The lines of data.yaml that say where the sets are, and what to say of them.

    No `path`: Ultralytics takes a relative one from where it is started, and none as the folder of the file. A set
    that nobody stated is the other one, for a training needs both.
    """
    stated = [name for name in _SETS if sets.get(name)]
    if not stated:
        return f"train: {IMAGES}\nval: {IMAGES}\n", []
    problems: list[Problem] = []
    for name in stated:
        write_file(
            folder / f"{name}.txt", "".join([f"./{IMAGES}/{path}\n" for path in sets[name] if _is_listable(path)])
        )
    files = {name: f"{name}.txt" for name in stated}
    first = next(iter(files.values()))
    for name in _SETS[:2]:
        if name not in files:
            text = f'No image is in the set "{name}", which a training needs: {first} is named for it too.'
            problems.append(Problem("set-borrowed", text))
    lines = "".join(f"{name}: {files.get(name, first)}\n" for name in _SETS if name in files or name != _SETS[2])
    return lines, [*problems, *_left_out(sets.get("", ())), *_unlistable(sets)]


def _left_out(paths: Sequence[str]) -> list[Problem]:
    if not paths:
        return []
    what = counted(len(paths), "image is in no set and no list", "images are in no set and no list")
    text = f'{what}, e.g. "{shown(paths[0])}". Their labels are written.'
    return [Problem("images-in-no-set", text, severity=Severity.INFO)]


def _is_listable(path: str) -> bool:
    """Whether a line of text holds the name: no other line end than a line feed's, nothing that is not UTF-8."""
    return path.splitlines() == [path] and path == path.rstrip() and not _UNENCODABLE.search(path)


def _unlistable(sets: Mapping[str, list[str]]) -> list[Problem]:
    bad = [path for name in _SETS for path in sets.get(name, ()) if not _is_listable(path)]
    if not bad:
        return []
    what = counted(len(bad), "image has a name", "images have names")
    text = f'{what} that no list of images can hold, e.g. "{shown(bad[0])}": in no set. Rename the file or its folder.'
    return [Problem("image-name-unlistable", text)]
