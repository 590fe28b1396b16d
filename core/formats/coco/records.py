"""Takes a COCO document apart: images, categories, and the records of objects by the image that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.coco.values import Key, key, look_up, number, side
from core.formats.reading.json_files import element_lines, read_json

_SHORT = 40  # signs of a value that is shown

_WHY_LEFT_OUT = {
    "annotation-of-duplicate-id": "their image id is used for several images, and nobody can tell which is meant",
    "annotation-of-duplicate-category": "their category id has several names, and nobody can tell which is meant",
    "predictions-left-out": "a score is what a model gives to its predictions, and these are no ground truth",
}


class OtherKindError(FormatError):
    """A file of COCO that speaks of something else than objects."""


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`. `index` is its place in that array."""

    index: int
    name: str
    width: int | None
    height: int | None

    @property
    def size(self) -> tuple[int, int] | None:
        return (self.width, self.height) if self.width and self.height else None


@dataclass(slots=True)
class CocoDocument:
    """A document taken apart. `objects` holds per image name the raw annotation records with their places; whoever
    has made values of them takes them out."""

    path: Path
    text: str
    names: list[str] = field(default_factory=list)  # of the categories, in the file's order
    categories: dict[Key, str] = field(default_factory=dict)  # those whose id means one name
    images: dict[str, CocoImage] = field(default_factory=dict)  # by file name
    objects: dict[str, list[tuple[int, Mapping[str, Any]]]] = field(default_factory=dict)
    has_objects: bool = False
    unsure: set[str] = field(default_factory=set)  # images of which something was left out: they are not empty
    predicted: set[str] = field(default_factory=set)  # images of which predictions were left out
    n_astray: int = 0  # annotations that name no image of the list: any image may be theirs
    are_all_crowds: bool = False
    findings: list[tuple[str, int, Problem]] = field(default_factory=list)

    def says_empty(self, name: str) -> bool:
        """Whether the file says of a listed image that nothing is there. Ask before its objects are taken out."""
        return self.has_objects and not self.n_astray and not self.says_something_of(name)

    def says_something_of(self, name: str) -> bool:
        """Whether it states an object of the image, read or left out. Ask before its objects are taken out."""
        return name in self.objects or name in self.unsure or name in self.predicted

    def is_open(self, name: str) -> bool:
        """Whether an object that the file states may be on the image and was lost: then nobody can call it empty."""
        return bool(self.n_astray) or name in self.unsure

    def report(self, array: str, index: int, kind: str, text: str, severity: Severity = Severity.WARNING) -> None:
        self.findings.append((array, index, Problem(kind, text, file=str(self.path), severity=severity)))

    def problems(self) -> list[Problem]:
        """What was reported, each with its line in the file."""
        lines: dict[tuple[str, int], int] = {}
        for array in {array for array, _, _ in self.findings}:
            places = element_lines(self.text, array, (index for name, index, _ in self.findings if name == array))
            lines.update({(array, index): line for index, line in places.items()})
        return [
            Problem(found.kind, found.text, found.file, lines.get((array, index)), found.severity)
            for array, index, found in self.findings
        ]

    def forget(self) -> None:
        """Let go of everything but the categories: all has been told."""
        self.text = ""
        self.images, self.objects, self.findings = {}, {}, []


def read_document(path: Path) -> CocoDocument:
    """Raises FormatError when the file is no COCO ground truth as a whole; OtherKindError is one."""
    text, content = read_json(path)
    name = shown(path.name)
    if isinstance(content, list):
        hint = "Choose the file with the annotations (it has images, annotations and categories)."
        raise FormatError(f'"{name}" is a list: detections of a model, not ground truth.', file=path, hint=hint)
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise FormatError(f'"{name}" is not a COCO file: it has no list "images".', file=path)
    document = CocoDocument(path, text)
    annotations = _array(content, "annotations", path)
    _refuse_other_kinds(path, annotations)
    disputed = _read_categories(document, _array(content, "categories", path))
    by_id, claimed = _read_images(document, content["images"])
    _Objects(document, by_id, claimed, disputed).read(annotations)
    return document


def called(record: Mapping[str, Any], index: int) -> str:
    """An annotation in words."""
    found = key(record.get("id"))
    return f"Annotation {index + 1}" if found is None else f"Annotation {index + 1} (id {shown(str(found)[:_SHORT])})"


def told(value: Any) -> str:
    """The beginning of a value of a record, for a sentence."""
    return shown(repr(value)[:_SHORT])


def _array(content: Mapping[str, Any], name: str, path: Path) -> list[Any]:
    value = content.get(name, [])
    if not isinstance(value, list):
        raise FormatError(f'"{shown(path.name)}" is not a COCO file: "{name}" is not a list.', file=path)
    return value


def _refuse_other_kinds(path: Path, annotations: list[Any]) -> None:
    """COCO's files of other things have the same lists. Raises OtherKindError."""
    first = next((record for record in annotations if isinstance(record, dict)), {})
    for sign, what in (("segments_info", "panoptic segments"), ("caption", "captions")):
        if sign in first and "bbox" not in first:
            text = f'"{shown(path.name)}" is a COCO file of {what}, not of objects.'
            raise OtherKindError(text, file=path, hint="Export instances (objects with boxes or outlines).")


def _read_categories(document: CocoDocument, records: list[Any]) -> set[Key]:
    """Returns the ids that are given to several names: nobody can tell which of them an object means."""
    disputed: set[Key] = set()
    names: dict[str, None] = {}  # in their order
    for index, record in enumerate(records):
        found = key(record.get("id")) if isinstance(record, dict) else None
        if found is None:
            document.report("categories", index, "category-invalid", f"Category {index + 1} has no valid id.")
            continue
        name = record.get("name")
        name = one_line(name) if isinstance(name, str) else ""
        if not name:
            name = f"class {found}"
            text = f'Category {found} has no name and is called "{name}".'
            document.report("categories", index, "category-without-name", text)
        if found in document.categories:
            before = document.categories[found]
            if before != name:
                disputed.add(found)
                text = f'Category id {found} is used for "{shown(before)}" and for "{shown(name)}".'
                document.report("categories", index, "category-duplicate-id", text)
        elif name in names:
            text = f'"{shown(name)}" is the name of several categories, which become one class.'
            document.report("categories", index, "category-duplicate-name", text)
        document.categories.setdefault(found, name)
        names.setdefault(name)
    document.names = list(names)
    for found in disputed:
        del document.categories[found]
    return disputed


def _read_images(document: CocoDocument, records: list[Any]) -> tuple[dict[Key, str], dict[Key, set[str]]]:
    """Fills `document.images`. Returns file names by id, and the names that ids used for several images have."""
    by_id: dict[Key, str] = {}
    claimed: dict[Key, set[str]] = {}
    for index, record in enumerate(records):
        found = key(record.get("id")) if isinstance(record, dict) else None
        name = record.get("file_name") if isinstance(record, dict) else None
        if found is None or not isinstance(name, str) or not name.strip("/\\ ") or "\0" in name:
            document.report("images", index, "image-invalid", f"Image {index + 1} has no valid id or file_name.")
            continue
        before = by_id.setdefault(found, name)
        if before != name:
            claimed.setdefault(found, {before}).add(name)
            text = f'Image id {found} is used for "{shown(before)}" and for "{shown(name)}".'
            document.report("images", index, "image-duplicate-id", text)
        if name in document.images:
            text = f'"{shown(name)}" is listed several times; the annotations of all entries are taken together.'
            document.report("images", index, "image-duplicate-name", text)
            continue
        document.images[name] = CocoImage(index, name, side(record.get("width")), side(record.get("height")))
    return by_id, claimed


class _Objects:
    """Gives each record of an object to the image that it names, and tells what has to be left out, with its number."""

    def __init__(
        self, document: CocoDocument, by_id: Mapping[Key, str], claimed: Mapping[Key, set[str]], disputed: set[Key]
    ) -> None:
        self._document = document
        self._by_id = by_id
        self._claimed = claimed
        self._categories = dict.fromkeys(disputed, True)
        self._left_out: dict[str, list[int]] = {}  # places in the array, by kind

    def read(self, records: list[Any]) -> None:
        document = self._document
        for index, record in enumerate(records):
            if isinstance(record, dict):
                self._read_one(index, record)
            else:
                text = f"Annotation {index + 1} is not an object; it is left out."
                document.report("annotations", index, "annotation-invalid", text)
                document.n_astray += 1
        self._tell_left_out()
        kept = [item for objects in document.objects.values() for _, item in objects]
        document.has_objects = bool(kept)
        document.are_all_crowds = bool(kept) and all(is_crowd(record) for record in kept)
        if document.are_all_crowds:
            text = (
                f"Every object ({len(kept)}) is marked as a crowd (iscrowd 1), as CVAT does with painted masks; "
                "all are taken as objects."
            )
            document.report("annotations", 0, "crowds-are-objects", text)

    def _read_one(self, index: int, record: dict[str, Any]) -> None:
        document = self._document
        wanted = key(record.get("image_id"))
        if (names := look_up(wanted, self._claimed)) is not None:
            self._leave_out("annotation-of-duplicate-id", index, names)
            return
        name = look_up(wanted, self._by_id)
        if number(record.get("score")) is not None:
            self._leave_out("predictions-left-out", index, ())
            document.predicted.update(() if name is None else (name,))
        elif name is None:
            text = f"{called(record, index)}: image id {told(record.get('image_id'))} is not in the list of images; "
            document.report("annotations", index, "image-id-unknown", text + "it is left out.")
            document.n_astray += 1
        elif look_up(key(record.get("category_id")), self._categories):
            self._leave_out("annotation-of-duplicate-category", index, (name,))
        else:
            document.objects.setdefault(name, []).append((index, record))

    def _leave_out(self, kind: str, index: int, images: set[str] | tuple[str, ...]) -> None:
        self._left_out.setdefault(kind, []).append(index)
        self._document.unsure.update(images)

    def _tell_left_out(self) -> None:
        for kind, places in self._left_out.items():
            text = f"{counted(len(places), 'annotation')} left out: {_WHY_LEFT_OUT[kind]}."
            self._document.report("annotations", places[0], kind, text)


def is_crowd(record: Mapping[str, Any]) -> bool:
    return number(record.get("iscrowd")) == 1 or record.get("iscrowd") is True
