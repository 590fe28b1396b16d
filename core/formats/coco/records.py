"""Takes a COCO document apart: images, categories, and the records of objects by the image that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import one_line, shown
from core.formats.coco.extras import address, address_of, has_keypoints, is_turned
from core.formats.coco.objects_of_images import ObjectsOfImages, sort_out
from core.formats.coco.parts import ImageEntry, read_parts
from core.formats.coco.plain import Numbered, PlainObjects
from core.formats.coco.values import Key, key, look_up, number, side
from core.formats.reading.json_slices import Place, lines_of

_LONGEST_ID = 200
_SHORT = 40  # signs of a value that is shown

_WHY_LEFT_OUT = {
    "annotation-of-duplicate-id": "their image id is used for several images, and nobody can tell which is meant",
    "annotation-of-duplicate-category": "their category id has several names, and nobody can tell which is meant",
}


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An entry of `images`. `index` is its place in that array."""

    index: int
    name: str
    width: int | None
    height: int | None
    id: str = ""
    url: str = ""

    @property
    def size(self) -> tuple[int, int] | None:
        return (self.width, self.height) if self.width and self.height else None


@dataclass(slots=True)
class CocoDocument:
    """A document taken apart. Whoever has told an image's objects lets go of them."""

    path: Path
    names: list[str] = field(default_factory=list)  # of the categories, in the file's order
    categories: dict[Key, str] = field(default_factory=dict)  # those whose id means one name
    images: dict[str, CocoImage] = field(default_factory=dict)  # by file name
    objects: ObjectsOfImages = field(default_factory=ObjectsOfImages)
    places: dict[str, dict[int, Place]] = field(default_factory=dict)  # of each array's slices by their first element
    has_objects: bool = False
    unsure: set[str] = field(default_factory=set)  # images of which something was left out: they are not empty
    keypoints: dict[str, None] = field(default_factory=dict)  # what categories call them
    n_with_keypoints: int = 0
    n_turned: int = 0
    n_supercategories: int = 0
    n_astray: int = 0  # annotations that name no image of the list: any image may be theirs
    are_all_crowds: bool = False
    findings: list[tuple[str, int, Problem]] = field(default_factory=list)

    def says_empty(self, name: str) -> bool:
        """Whether the file says of a listed image that nothing is there. Ask before its objects are taken out."""
        return self.has_objects and not self.n_astray and not self.says_something_of(name)

    def says_something_of(self, name: str) -> bool:
        """Whether it states an object of the image, read or left out. Ask before its objects are taken out."""
        return name in self.objects or name in self.unsure

    def is_open(self, name: str) -> bool:
        """Whether an object that the file states may be on the image and was lost: then nobody can call it empty."""
        return bool(self.n_astray) or name in self.unsure

    def report(self, array: str, index: int, kind: str, text: str, severity: Severity = Severity.WARNING) -> None:
        self.findings.append((array, index, Problem(kind, text, file=str(self.path), severity=severity)))

    def problems(self) -> list[Problem]:
        """What was reported, each with its line in the file."""
        lines: dict[tuple[str, int], int] = {}
        for array in {array for array, _, _ in self.findings}:
            wanted = (index for name, index, _ in self.findings if name == array)
            places = lines_of(self.path, self.places.get(array, {}), wanted)
            lines.update({(array, index): line for index, line in places.items()})
        return [
            Problem(found.kind, found.text, found.file, lines.get((array, index)), found.severity)
            for array, index, found in self.findings
        ]

    def forget(self) -> None:
        """Let go of everything but the categories: all has been told."""
        self.images, self.objects, self.findings, self.places = {}, ObjectsOfImages(), [], {}


def read_document(path: Path) -> CocoDocument:
    """Raises FormatError when the file is no COCO ground truth as a whole; OtherKindError is one."""
    document = CocoDocument(path)
    parts = read_parts(path)
    document.places = parts.places
    disputed = _read_categories(document, parts.categories)
    by_id, claimed = _read_images(document, parts.images)
    parts.images = ()
    _Objects(document, by_id, claimed, disputed).read(parts.plain, parts.odd)
    return document


def called(record: Mapping[str, Any], index: int) -> str:
    """An annotation in words."""
    found = key(record.get("id"))
    return f"Annotation {index + 1}" if found is None else f"Annotation {index + 1} (id {shown(str(found)[:_SHORT])})"


def told(value: Any) -> str:
    """The beginning of a value of a record, for a sentence."""
    return shown(repr(value)[:_SHORT])


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
        _note_extras(document, name, record)
        document.categories.setdefault(found, name)
        names.setdefault(name)
    document.names = list(names)
    for found in disputed:
        del document.categories[found]
    return disputed


def _note_extras(document: CocoDocument, name: str, record: Mapping[str, Any]) -> None:
    above, keypoints = record.get("supercategory"), record.get("keypoints")
    document.n_supercategories += isinstance(above, str) and above.lower() not in ("", "none", name.lower())
    if isinstance(keypoints, list):
        document.keypoints.update(dict.fromkeys(one_line(point) for point in keypoints if isinstance(point, str)))


def _read_images(document: CocoDocument, records: Sequence[Any]) -> tuple[dict[Key, str], dict[Key, set[str]]]:
    """Fills `document.images`. Returns file names by id, and the names that ids used for several images have."""
    by_id: dict[Key, str] = {}
    claimed: dict[Key, set[str]] = {}
    found: Key | None
    name: Any
    for index, record in enumerate(records):
        if isinstance(record, ImageEntry):
            found, name = record.id, record.file_name
            sides = record.width, record.height
            url = address(record.coco_url, record.flickr_url)
        else:
            content = record if isinstance(record, dict) else {}
            found, name = key(content.get("id")), content.get("file_name")
            sides = side(content.get("width")), side(content.get("height"))
            url = address_of(content)
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
        id = str(found) if type(found) is int and -(10**18) < found < 10**18 else shown(str(found)[:_LONGEST_ID])
        document.images[name] = CocoImage(index, name, *sides, id, url)
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
        self._n_predicted = 0
        self._left_out: dict[str, list[int]] = {}  # places in the array, by kind

    def read(self, plain: PlainObjects, odd: list[Numbered]) -> None:
        document = self._document
        numbers = {name: number for number, name in enumerate(document.images)}
        classes = {name: number for number, name in enumerate(document.names)}
        sorted_out, more = sort_out(plain, partial(self._image_number, numbers), partial(self._class_number, classes))
        document.objects.put_plain(sorted_out, list(document.images), document.names)
        for index, record in sorted([*odd, *more], key=itemgetter(0)):
            if isinstance(record, dict):
                self._read_one(index, record)
            else:
                text = f"Annotation {index + 1} is not an object; it is left out."
                document.report("annotations", index, "annotation-invalid", text)
                document.n_astray += 1
        self._tell_left_out()
        objects = document.objects
        document.has_objects = len(objects) > self._n_predicted
        document.are_all_crowds = len(objects) > 0 and objects.are_all_crowds()
        if document.are_all_crowds:
            text = (
                f"Every object ({len(objects)}) is marked as a crowd (iscrowd 1), as CVAT does with painted masks; "
                "all are taken as objects."
            )
            objects.make_no_crowds()
            document.report("annotations", 0, "crowds-are-objects", text)

    def _image_number(self, numbers: Mapping[str, int], id: int) -> int | None:
        name = None if look_up(id, self._claimed) is not None else look_up(id, self._by_id)
        return None if name is None else numbers[name]

    def _class_number(self, classes: Mapping[str, int], id: int) -> int | None:
        name = None if look_up(id, self._categories) else look_up(id, self._document.categories)
        return None if name is None else classes[name]

    def _read_one(self, index: int, record: dict[str, Any]) -> None:
        document = self._document
        wanted = key(record.get("image_id"))
        if (names := look_up(wanted, self._claimed)) is not None:
            self._leave_out("annotation-of-duplicate-id", index, names)
            return
        name = look_up(wanted, self._by_id)
        if name is None:
            text = f"{called(record, index)}: image id {told(record.get('image_id'))} is not in the list of images; "
            document.report("annotations", index, "image-id-unknown", text + "it is left out.")
            document.n_astray += 1
        elif look_up(key(record.get("category_id")), self._categories):
            self._leave_out("annotation-of-duplicate-category", index, (name,))
        else:
            document.objects.put(name, index, record)
            self._n_predicted += number(record.get("score")) is not None
            document.n_with_keypoints += has_keypoints(record)
            document.n_turned += is_turned(record)

    def _leave_out(self, kind: str, index: int, images: set[str] | tuple[str, ...]) -> None:
        self._left_out.setdefault(kind, []).append(index)
        self._document.unsure.update(images)

    def _tell_left_out(self) -> None:
        for kind, places in self._left_out.items():
            text = f"{counted(len(places), 'annotation')} left out: {_WHY_LEFT_OUT[kind]}."
            self._document.report("annotations", places[0], kind, text)
