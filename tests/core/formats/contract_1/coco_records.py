"""Checks the records of a COCO document one by one: what is sound becomes values, the rest becomes problems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.json_files import element_lines, read_json

Key = int | str  # ids as they occur in the wild


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`. `index` is its place in that array."""

    index: int
    name: str
    width: int | None
    height: int | None


@dataclass(slots=True)
class CocoDocument:
    """A document taken apart. `objects` holds per image name the raw annotation records with their places."""

    path: Path
    text: str
    categories: dict[Key, str] = field(default_factory=dict)
    images: dict[str, CocoImage] = field(default_factory=dict)  # by file name
    objects: dict[str, list[tuple[int, Mapping[str, Any]]]] = field(default_factory=dict)
    has_objects: bool = False
    _findings: list[tuple[str, int, Problem]] = field(default_factory=list)

    def report(self, array: str, index: int, kind: str, text: str, severity: Severity = Severity.WARNING) -> None:
        self._findings.append((array, index, Problem(kind, text, file=str(self.path), severity=severity)))

    def problems(self) -> list[Problem]:
        """What was reported, each with its line in the file."""
        lines: dict[tuple[str, int], int] = {}
        for array in {array for array, _, _ in self._findings}:
            places = element_lines(self.text, array, (index for name, index, _ in self._findings if name == array))
            lines.update({(array, index): line for index, line in places.items()})
        return [
            Problem(found.kind, found.text, found.file, lines.get((array, index)), found.severity)
            for array, index, found in self._findings
        ]


def read_document(path: Path) -> CocoDocument:
    """Raises FormatError when the file is no COCO ground truth as a whole."""
    text, content = read_json(path)
    name = shown(path.name)
    if isinstance(content, list):
        hint = "Choose the file with the annotations (it has images, annotations and categories)."
        raise FormatError(f'"{name}" is a list: detections of a model, not ground truth.', file=path, hint=hint)
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise FormatError(f'"{name}" is not a COCO file: it has no list "images".', file=path)
    document = CocoDocument(path, text)
    _read_categories(document, _array(content, "categories", path))
    by_id = _read_images(document, content["images"])
    _read_objects(document, _array(content, "annotations", path), by_id)
    return document


def to_annotation(
    document: CocoDocument, index: int, record: Mapping[str, Any], size: tuple[int, int] | None
) -> RawAnnotation | None:
    """The object, or None after reporting why it is left out."""
    key = _key(record.get("category_id"))
    category = document.categories.get(key) if key is not None else None
    if category is None:
        told = shown(repr(record.get("category_id"))[:40])
        text = f"{_called(record, index)}: category {told} is not in the list of categories; it is left out."
        document.report("annotations", index, "category-unknown", text)
        return None
    shape = _shape_of(document, index, record, size)
    if shape is None:
        return None
    return RawAnnotation(category, shape, is_crowd=record.get("iscrowd") in (1, True))


def _array(content: Mapping[str, Any], key: str, path: Path) -> list[Any]:
    value = content.get(key, [])
    if not isinstance(value, list):
        raise FormatError(f'"{shown(path.name)}" is not a COCO file: "{key}" is not a list.', file=path)
    return value


def _read_categories(document: CocoDocument, records: list[Any]) -> None:
    for index, record in enumerate(records):
        key = _key(record.get("id")) if isinstance(record, dict) else None
        if key is None:
            document.report("categories", index, "category-invalid", f"Category {index + 1} has no valid id.")
            continue
        name = record.get("name")
        name = one_line(name) if isinstance(name, str) else ""
        if not name:
            name = f"class {key}"
            text = f'Category {key} has no name and is called "{name}".'
            document.report("categories", index, "category-without-name", text)
        if key in document.categories:
            text = f'Category id {key} is defined again as "{shown(name)}"; the first definition counts.'
            document.report("categories", index, "category-duplicate-id", text)
            continue
        if name in document.categories.values():
            text = f'"{shown(name)}" is the name of several categories, which become one class.'
            document.report("categories", index, "category-duplicate-name", text)
        document.categories[key] = name


def _read_images(document: CocoDocument, records: list[Any]) -> dict[Key, str]:
    """Fills `document.images`; returns file names by id."""
    by_id: dict[Key, str] = {}
    for index, record in enumerate(records):
        key = _key(record.get("id")) if isinstance(record, dict) else None
        name = record.get("file_name") if isinstance(record, dict) else None
        if key is None or not isinstance(name, str) or not name.strip("/\\ ") or "\0" in name:
            document.report("images", index, "image-invalid", f"Image {index + 1} has no valid id or file_name.")
            continue
        if key in by_id:
            text = f'Image id {key} is used again for "{shown(name)}"; the first image counts.'
            document.report("images", index, "image-duplicate-id", text)
            continue
        by_id[key] = name
        if name in document.images:
            text = f'"{shown(name)}" is listed several times; the annotations of all entries are taken together.'
            document.report("images", index, "image-duplicate-name", text)
            continue
        width, height = _side(record.get("width")), _side(record.get("height"))
        document.images[name] = CocoImage(index, name, width, height)
    return by_id


def _read_objects(document: CocoDocument, records: list[Any], by_id: Mapping[Key, str]) -> None:
    document.has_objects = bool(records)
    scored = next((i for i, record in enumerate(records) if isinstance(record, dict) and "score" in record), None)
    if scored is not None:
        text = "The annotations have scores: they look like detections of a model, not like ground truth."
        document.report("annotations", scored, "annotations-have-scores", text)
    for index, record in enumerate(records):
        if not isinstance(record, dict):
            document.report("annotations", index, "annotation-invalid", f"Annotation {index + 1} is not an object.")
            continue
        key = _key(record.get("image_id"))
        name = by_id.get(key) if key is not None else None
        if name is None:
            told = shown(repr(record.get("image_id"))[:40])
            text = f"{_called(record, index)}: image id {told} is not in the list of images; it is left out."
            document.report("annotations", index, "image-id-unknown", text)
            continue
        document.objects.setdefault(name, []).append((index, record))


def _shape_of(
    document: CocoDocument, index: int, record: Mapping[str, Any], size: tuple[int, int] | None
) -> Box | Polygon | None:
    """The polygon if there is a sound one, else the box, else None. Reports what is lost."""
    width, height = size if size else (None, None)
    outline = record.get("segmentation")
    lost = ""
    if isinstance(outline, list) and outline:
        polygon = _polygon(outline)
        if polygon is None:
            lost = "its outline is not lists of x and y"
            kind = "polygon-invalid"
        else:
            checked = check_shape(polygon, width, height)
            if checked.kind and checked.shape is not None:
                document.report("annotations", index, checked.kind, f"{_called(record, index)} {checked.text}.")
            if checked.shape is not None:
                return checked.shape
            lost, kind = f"its outline {checked.text}", checked.kind
    elif isinstance(outline, dict):
        lost, kind = "its mask (RLE) is not read", "mask-rle"
    box = _box(record.get("bbox"))
    if box is None:
        reason = f"{lost} and " if lost else ""
        text = f"{_called(record, index)}: {reason}its bbox is not four numbers; it is left out."
        document.report("annotations", index, "box-invalid", text)
        return None
    checked = check_shape(box, width, height)
    if lost and checked.shape is not None:
        severity = Severity.INFO if kind == "mask-rle" and record.get("iscrowd") == 1 else Severity.WARNING
        document.report("annotations", index, kind, f"{_called(record, index)}: {lost}; its box is kept.", severity)
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        document.report("annotations", index, checked.kind, f"{_called(record, index)} {checked.text}{rest}")
    return checked.shape


def _polygon(rings: list[Any]) -> Polygon | None:
    if rings and _number(rings[0]) is not None:
        rings = [rings]  # one flat list, as some tools write it
    result: list[tuple[float, ...]] = []
    for ring in rings:
        numbers = [_number(value) for value in ring] if isinstance(ring, list) else [None]
        if None in numbers or len(numbers) % 2:
            return None
        result.append(tuple(number for number in numbers if number is not None))
    return Polygon(tuple(result))


def _box(value: Any) -> Box | None:
    numbers = [_number(part) for part in value] if isinstance(value, list) else []
    if len(numbers) != 4:
        return None
    x, y, width, height = numbers
    if x is None or y is None or width is None or height is None:
        return None
    return Box(x, y, x + width, y + height)


def _number(value: Any) -> float | None:
    """A JSON number; true and false are none, though Python counts them as such. Not necessarily finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _key(value: Any) -> Key | None:
    return value if isinstance(value, (int, str)) and not isinstance(value, bool) else None


def _side(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and math.isfinite(number) and 0 < number < 2**31 else None


def _called(record: Mapping[str, Any], index: int) -> str:
    key = _key(record.get("id"))
    return f"Annotation {index + 1}" if key is None else f"Annotation {index + 1} (id {shown(str(key)[:40])})"
