"""Which .json files are Label Studio's, and the tasks that one holds: its full and its small export, a task a file."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from core.domain.imports import Problem
from core.domain.names import is_image_name, shown
from core.errors import FormatError
from core.formats.reading.embedded import picture_bytes, picture_ending
from core.formats.reading.found_files import find_files
from core.formats.reading.json_slices import Slice, lines_of, read_list
from core.formats.reading.spellings import spellings
from core.formats.reading.text_files import head_of, is_plain_file

_SNIFFED_FILES = 50
_HEAD = 65_536
_FULL = (b'"from_name"', b'"was_cancelled"', b'"completions"', b'"file_upload"')
_SMALL = (b'"annotation_id"', b'"lead_time"', b'"annotator"')
_LABELS = re.compile(rb'"(rectangle|polygon|brush|ellipse|keypoint)labels"')
_OTHERS = (b'"categories"', b'"shapes"', b'"image_id"')
_PREFERRED = ("image", "img", "ocr", "picture", "photo", "url", "captioning")
_OWN_KEYS = frozenset(
    {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "inner_id", "project"}
)
_CHOICES = re.compile("choice|class|categ|label|sentiment|type", re.IGNORECASE)
_DATA_URL = re.compile(r"data:image/[^,]{1,80},")
_decode = msgspec.json.Decoder(list[Any]).decode


@dataclass(slots=True)
class Task:
    """One of a file, by its number from 0. `image` is the picture's name or address, "" = none is stated. `columns`
    are what else its data say. `results` are those of its annotations that count as such, `updated` when they were."""

    index: int
    image: str
    stated_id: str = ""
    annotations: list[Mapping[str, Any]] = field(default_factory=list)
    predictions: list[Mapping[str, Any]] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    updated: str = ""
    n_drafts: int = 0
    n_images: int = 1
    picture: str = ""  # base64 of a picture that stands in the task itself; `image` is then the name it gets


@dataclass(slots=True)
class TaskSlice:
    """Some tasks, and where they stand; None for what is no task."""

    first: int
    tasks: list[Task | None]
    path: Path
    place: Slice | None
    _lines: dict[int, int] | None = None

    def line(self, index: int) -> int | None:
        """Of a task by its number in the file; looked up when it is first asked for."""
        if self.place is None:
            return 1
        if self._lines is None:
            numbers = range(self.first, self.first + len(self.tasks))
            self._lines = lines_of(self.path, {self.first: self.place.place}, numbers)
        return self._lines.get(index)


def is_label_studio(file: Path) -> bool:
    """By its beginning. Never raises."""
    if file.suffix.lower() != ".json":
        return False
    head = head_of(file, _HEAD)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start not in (b"[", b"{") or any(sign in head for sign in _OTHERS):
        return False
    is_full = any(sign in head for sign in _FULL) and (b'"data"' in head or b'"task"' in head or b'"result"' in head)
    return is_full or all(sign in head for sign in _SMALL) or (start == b"[" and bool(_LABELS.search(head)))


def holds_label_studio(folder: Path) -> bool:
    """Whether some of the folder's first .json files are Label Studio's."""
    files = (found for found in find_files(folder, {".json"}) if isinstance(found, Path))
    return any(is_label_studio(file) for file in islice(files, _SNIFFED_FILES))


def label_studio_files(folder: Path, left_out: Collection[Path] = ()) -> Iterator[Path | Problem]:
    """All of Label Studio below the folder in the order of names, but those left out; other files are passed over."""
    unwanted = frozenset(map(os.path.realpath, left_out))
    for found in find_files(folder, {".json"}):
        if isinstance(found, Problem) or (
            is_label_studio(found) and (not unwanted or os.path.realpath(found) not in unwanted)
        ):
            yield found


def read_tasks(path: Path) -> Iterator[TaskSlice]:
    """In slices. Raises FormatError when the file cannot be read or holds no list of tasks and no task."""
    for found in read_list(path, _decode):
        if isinstance(found, Slice):
            records = found.values if found.values is not None else found.records or []
            tasks = [_to_task(found.first + number, record) for number, record in enumerate(records)]
            yield TaskSlice(found.first, tasks, path, found)
        elif (task := _to_task(0, found.value)) is not None:
            yield TaskSlice(0, [task], path, None)
        else:
            text = f'"{shown(path.name)}" is not of Label Studio: it is no list of tasks, and no task.'
            raise FormatError(text, file=path, line=1)


def _to_task(index: int, record: Any) -> Task | None:
    task = _known_task(index, record) if isinstance(record, dict) else None
    if task is not None and (match := _DATA_URL.match(task.image)):
        task.picture = task.image[match.end() :]
        name = re.sub(r"[^A-Za-z0-9_-]", "", task.stated_id) or str(index + 1)
        task.image = f"task-{name}{picture_ending(task.picture)}"
    return task


def _known_task(index: int, record: Mapping[str, Any]) -> Task | None:
    if isinstance(record.get("data"), dict):
        return _full_task(index, record, record["data"])
    task = record.get("task")
    if isinstance(record.get("result"), list) and isinstance(task, dict) and isinstance(task.get("data"), dict):
        return _full_task(index, {"id": task.get("id"), "annotations": [record]}, task["data"])  # a synchronised file
    return _small_task(index, record) if _image_keys(record) else None


def _full_task(index: int, record: Mapping[str, Any], data: Mapping[str, Any]) -> Task:
    keys = _image_keys(data)
    image = str(data[keys[0]]) if keys else str(record.get("file_upload") or "")
    stated = record.get("annotations") if "annotations" in record else record.get("completions")
    return Task(
        index,
        image,
        str(record.get("id") or "")[:100],
        _records(stated),
        _records(record.get("predictions")),
        {key: value for key, value in data.items() if key not in keys},
        n_drafts=len(_records(record.get("drafts"))),
        n_images=max(1, len(keys)),
    )


def _small_task(index: int, record: Mapping[str, Any]) -> Task:
    """A row of the small export is one annotation, its results under the names of the controls."""
    keys = _image_keys(record)
    results: list[dict[str, Any]] = []
    columns: dict[str, Any] = {}
    for key, value in record.items():
        if key in keys or key in _OWN_KEYS:
            continue
        found = list(_small_results(key, value))
        results += found
        if not found:
            columns[key] = value
    _give_texts(results, columns)
    updated = record.get("updated_at") or record.get("created_at") or ""
    is_annotated = bool(results) or record.get("annotation_id") is not None
    annotations: list[Mapping[str, Any]] = [{"result": results}] if is_annotated else []
    image = str(record[keys[0]])
    return Task(index, image, str(record.get("id") or "")[:100], annotations, [], columns, str(updated)[:40])


def _small_results(key: str, value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for part in value:
            if isinstance(part, dict):
                kind = next((name for name in part if isinstance(name, str) and name.endswith("labels")), "")
                yield {"type": kind, "value": part, "from_name": key} | _sizes(part)
    elif isinstance(value, dict) and ("choices" in value or "taxonomy" in value):
        yield {"type": "choices" if "choices" in value else "taxonomy", "value": value, "from_name": key}
    elif isinstance(value, str) and value and _CHOICES.search(key):
        yield {"type": "choices", "value": {"choices": [value]}, "from_name": key}


def _sizes(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part[key] for key in ("original_width", "original_height", "image_rotation") if key in part}


def _give_texts(results: list[dict[str, Any]], columns: dict[str, Any]) -> None:
    """A list of as many texts as there are regions is what stands in them: the export for text recognition."""
    names = [key for key, value in columns.items() if isinstance(value, list) and len(value) == len(results)]
    for key in names:
        if results and all(isinstance(text, str) for text in columns[key]):
            for result, text in zip(results, columns.pop(key), strict=True):
                result.setdefault("texts", [text])
            return


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _image_keys(data: Mapping[str, Any]) -> list[str]:
    """Keys of the data under which pictures stand, the likeliest first."""
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value.strip()}
    found = [key for key, value in texts.items() if is_picture_address(value)]
    return sorted(found, key=_rank) or [key for key in _PREFERRED if key in texts][:1]


def _rank(key: str) -> int:
    return _PREFERRED.index(key.lower()) if key.lower() in _PREFERRED else len(_PREFERRED)


def is_picture_address(text: str) -> bool:
    if text[:11] == "data:image/":
        return True
    return len(text) < 4096 and any(is_image_name(name.rpartition("/")[2]) for name in spellings(text))


def embedded_pictures(path: Path) -> Iterator[tuple[str, bytes]]:
    """Pictures that stand in the tasks themselves, as `HoldsPictures` says."""
    is_single = path.is_file()
    folder = path.parent if is_single else path
    taken: set[str] = set()
    for file in [path] if is_single else label_studio_files(folder):
        if isinstance(file, Problem):
            continue
        place = file.parent.relative_to(folder)
        try:
            for task in (task for tasks in read_tasks(file) for task in tasks.tasks if task and task.picture):
                name = (place / task.image).as_posix()
                data = picture_bytes(task.picture) if picture_ending(task.picture) else None
                if data is not None and name not in taken and not is_plain_file(folder / name):
                    taken.add(name)
                    yield name, data
        except FormatError:
            continue
