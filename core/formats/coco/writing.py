"""Writes COCO: images, annotations and categories in one file, or in one for each set; a record a line, none kept in
memory."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from core.domain.geometry import Box, Geometry, Polygon, bounds_of
from core.domain.imports import RawAnnotation, RawImage
from core.formats.base import WriteOptions, WriteResult
from core.formats.coco.extras import KEYPOINTS
from core.formats.writing import open_whole

FILE_NAME = "annotations.json"
FILES, BY_SET, ONE = "files", "by-set", "one"
"""The option, and its answers."""


def write_coco(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, options: WriteOptions | None = None
) -> WriteResult:
    """Without options one file for all images. Raises StorageError."""
    ids = {name: number for number, name in enumerate(categories, start=1)}
    is_by_set = options is not None and options.option(FILES, BY_SET) == BY_SET
    files: dict[str, _OneFile] = {}
    with ExitStack() as stack:
        for image in images:
            # An image that nobody looked at must not come back as one that was seen to be empty.
            if not image.is_explicit_negative and all(one.category is None for one in image.annotations):
                continue
            name = f"instances_{image.stated_set}.json" if is_by_set and image.stated_set else FILE_NAME
            if name not in files:
                files[name] = stack.enter_context(_OneFile(folder / name, ids))
            files[name].put(image)
        if not files:
            files[FILE_NAME] = stack.enter_context(_OneFile(folder / FILE_NAME, ids))
        for file in files.values():
            file.finish()
    return WriteResult(
        sum(file.n_images for file in files.values()), sum(file.n_annotations for file in files.values())
    )


class _OneFile(ExitStack):
    """Annotations come after all images in the file, but with them in the stream."""

    def __init__(self, path: Path, ids: dict[str, int]) -> None:
        super().__init__()
        self._ids = ids
        self._file = self.enter_context(open_whole(path))
        waiting = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=path.parent)  # noqa: SIM115
        self._waiting = self.enter_context(waiting)
        self._file.write('{\n"images": [\n')
        self._used: set[int] = set()  # ids of images
        self._next = 1
        self.n_images = 0
        self.n_annotations = 0

    def put(self, image: RawImage) -> None:
        id = self._id_of(image)
        entry: dict[str, object] = {"id": id, "file_name": image.path}
        if image.width and image.height:
            entry |= {"width": image.width, "height": image.height}
        if image.details is not None and image.details.url:
            entry["coco_url"] = image.details.url
        self._file.write((",\n" if self.n_images else "") + json.dumps(entry))
        self.n_images += 1
        records: list[str] = []
        for annotation in image.annotations:
            if annotation.category is None or (annotation.geometry is None and not (image.width and image.height)):
                continue
            self.n_annotations += 1
            head = f'{{"id": {self.n_annotations}, "image_id": {id}, "category_id": {self._ids[annotation.category]}, '
            records.append(head + _rest_of(annotation, image))
        if records:
            begin = ",\n" if self.n_annotations > len(records) else ""
            self._waiting.write(begin + ",\n".join(records))

    def finish(self) -> None:
        self._file.write('\n],\n"annotations": [\n')
        self._waiting.seek(0)
        shutil.copyfileobj(self._waiting, self._file, 2**20)
        names = (json.dumps({"id": number, "name": name}) for name, number in self._ids.items())
        self._file.write('\n],\n"categories": [\n' + ",\n".join(names) + "\n]\n}\n")

    def _id_of(self, image: RawImage) -> int:
        """The one that it was stated with, if it is a number that no image before has; results refer to it."""
        stated = image.details.stated_id if image.details is not None else ""
        if stated.isascii() and stated.isdecimal() and len(stated) < 16 and int(stated) not in self._used:
            id = int(stated)
        else:
            while self._next in self._used:
                self._next += 1
            id = self._next
        self._used.add(id)
        return id


def _rest_of(annotation: RawAnnotation, image: RawImage) -> str:
    shape = annotation.geometry
    box = bounds_of(shape, image.width or 0, image.height or 0)
    numbers = (box.x0, box.y0, box.width, box.height)
    area = shape.area if isinstance(shape, Polygon) else box.area
    if not math.isfinite(sum(numbers) + area):
        raise ValueError(f"a coordinate that is no finite number: {annotation}")
    text = (
        f'"bbox": [{_join(numbers)}], "segmentation": {_outline(shape)}, "area": {area!r}, '
        f'"iscrowd": {int(annotation.is_crowd)}'
    )
    if annotation.confidence is not None or annotation.made_by:
        # Without a score it would come back as an object that a person drew.
        text += f', "score": {1.0 if annotation.confidence is None else annotation.confidence!r}'
    if annotation.details is not None and annotation.details.attributes:
        text += "".join(f', "{name}": {json.dumps(value)}' for name, value in _extras(annotation).items())
    return text + "}"


def _outline(shape: Geometry) -> str:
    if shape is None or isinstance(shape, Box):
        return "[]"
    return "[" + ", ".join(f"[{_join(ring)}]" for ring in shape.rings) + "]"


def _join(numbers: Iterable[float]) -> str:
    return ", ".join(map(repr, numbers))


def _extras(annotation: RawAnnotation) -> dict[str, Any]:
    assert annotation.details is not None
    extras: dict[str, Any] = {}
    keypoints = annotation.details.get(KEYPOINTS)
    if keypoints is not None:
        points = json.loads(keypoints)
        extras = {"keypoints": points, "num_keypoints": sum(bool(shown) for shown in points[2::3])}
    others = {name: _value(text) for name, text in annotation.details.attributes if ":" not in name}
    return extras | ({"attributes": others} if others else {})


def _value(text: str) -> Any:
    """A number, true or false as it was; anything else is text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    is_same = isinstance(value, (bool, int, float, list, dict)) and json.dumps(value) == text
    return value if is_same else text
