"""Predictions of another program, laid beside a project's images: what does not fit is counted and said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.domain.counting import counted
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, Severity
from core.domain.names import listed_names, shown
from core.domain.predictions import PredictedObject
from core.formats.coco.objects import box_of, polygon_of
from core.formats.coco.values import number
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.run_lengths import outline_of_mask
from core.predictions.results_file import ResultsFile, StatedImage

_TOLERANCE = 1.0  # pixels beyond the border that rounding explains

_WORDS = {
    "prediction-invalid": "{n} no JSON object",
    "image-unknown": "{n} of an image that the file does not list",
    "image-not-in-project": "{n} of images that the project does not have",
    "image-ambiguous": "{n} of an image name that several images of the project have",
    "size-differs": "{n} of images that have another size in the project",
    "category-unknown": "{n} of a class id that nobody explains",
    "category-not-in-project": "{n} of classes that the project does not have",
    "score-invalid": "{n} without a score from 0 to 1",
    "box-invalid": "{n} without a sound box",
    "box-outside": "{n} wholly outside the image",
}


@dataclass(frozen=True, slots=True)
class KnownImage:
    """Of the project."""

    path: str
    sha256: str
    width: int
    height: int


@dataclass(slots=True)
class Sorted:
    """The predictions by image path, and what has to be said. `listed` are all images that the file speaks of."""

    objects: dict[str, list[PredictedObject]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)  # of which the file says something that cannot be used
    problems: list[Problem] = field(default_factory=list)
    n_read: int = 0
    n_kept: int = 0
    has_masks: bool = False


def sort_results(results: ResultsFile, images: Sequence[KnownImage], categories: Sequence[str]) -> Sorted:
    """`categories` are the project's; a class is the same when its name is."""
    return _Sorting(results, images, categories).run()


class _Sorting:
    def __init__(self, results: ResultsFile, images: Sequence[KnownImage], categories: Sequence[str]) -> None:
        self._results = results
        self._images = _Images(images)
        self._numbers = {name: place for place, name in enumerate(categories)}
        self._left_out: dict[str, list[tuple[int, str]]] = {}  # places in the file and what each stated, by kind
        self._beyond: list[int] = []
        self._boxes_instead: list[int] = []
        self._strangers: list[str] = []
        self._seen: set[tuple[Any, ...]] = set()
        self._twice: list[int] = []
        self._found = Sorted()

    def run(self) -> Sorted:
        found = self._found
        for image in self._results.images.values():
            known = self._images.find(image.name)
            if not isinstance(known, KnownImage):
                self._strangers.append(image.name)
            elif image.size in (None, (known.width, known.height)):
                found.listed.add(known.path)
            else:
                found.doubtful.add(known.path)
        for image in self._results.disputed_images:
            found.doubtful.update(one.path for one in self._images.all_of(image.name))
        for index, record in enumerate(self._results.records):
            found.n_read += 1
            self._read(index, record)
        self._say()
        return found

    def _read(self, index: int, record: Any) -> None:
        if not isinstance(record, dict):
            self._leave_out("prediction-invalid", index, "")
            return
        image = self._image_of(index, record)
        category = self._category_of(index, record)
        if image is None or category is None:
            return
        score = number(record.get("score"))
        if score is None or not math.isfinite(score) or not 0.0 <= score <= 1.0:
            self._leave_out("score-invalid", index, repr(record.get("score"))[:30])
            return
        shape = self._shape_of(index, record, image)
        if shape is None:
            return
        polygon = shape if isinstance(shape, Polygon) else None
        box = box_of(record.get("bbox"))
        if box is None or check_shape(box, None, None).shape is None:
            box = shape.bounds()
        self._note_twice(index, (image.path, category, score, box.x0, box.y0, box.x1, box.y1))
        self._found.has_masks |= polygon is not None
        self._found.n_kept += 1
        self._found.listed.add(image.path)
        self._found.objects.setdefault(image.path, []).append(PredictedObject(category, score, box, polygon))

    def _image_of(self, index: int, record: Mapping[str, Any]) -> KnownImage | None:
        stated = self._results.image_of(record)
        if stated is None:
            self._leave_out("image-unknown", index, repr(record.get("image_id"))[:30])
            return None
        known = self._images.find(stated.name)
        if not isinstance(known, KnownImage):
            self._found.doubtful.update(one.path for one in known)
            self._leave_out("image-ambiguous" if known else "image-not-in-project", index, stated.name)
            return None
        if stated.size not in (None, (known.width, known.height)):
            self._leave_out("size-differs", index, _sizes(stated, known))
            return None
        return known

    def _category_of(self, index: int, record: Mapping[str, Any]) -> int | None:
        name = self._results.category_of(record)
        if name is None:
            self._leave_out("category-unknown", index, repr(record.get("category_id"))[:30])
            return None
        place = self._numbers.get(name)
        if place is None:
            self._leave_out("category-not-in-project", index, name)
        return place

    def _shape_of(self, index: int, record: Mapping[str, Any], image: KnownImage) -> Box | Polygon | None:
        """The outline where there is a sound one, else the box; as it is stated, also where it leaves the image."""
        outline, polygon = record.get("segmentation"), None
        if isinstance(outline, dict):
            polygon = outline_of_mask(outline, {(image.width, image.height)}).polygon
        elif isinstance(outline, list) and outline:
            polygon = polygon_of(outline)
        shape: Box | Polygon | None = polygon and check_shape(polygon, None, None).shape
        is_box_instead = shape is None and bool(outline)
        if shape is None:
            box = box_of(record.get("bbox"))
            shape = box and check_shape(box, None, None).shape
        if shape is None:
            self._leave_out("box-invalid", index, repr(record.get("bbox"))[:60])
            return None
        bounds = shape.bounds()
        if bounds.clipped(image.width, image.height).area <= 0:
            self._leave_out("box-outside", index, image.path)
            return None
        if max(-bounds.x0, -bounds.y0, bounds.x1 - image.width, bounds.y1 - image.height) > _TOLERANCE:
            self._beyond.append(index)
        if is_box_instead:
            self._boxes_instead.append(index)
        return shape

    def _note_twice(self, index: int, stated: tuple[Any, ...]) -> None:
        if stated in self._seen:
            self._twice.append(index)
        self._seen.add(stated)

    def _leave_out(self, kind: str, index: int, stated: str) -> None:
        self._left_out.setdefault(kind, []).append((index, stated))

    def _say(self) -> None:
        file, problems = str(self._results.path), self._found.problems
        for what in sorted(self._results.disputed):
            text = f"The id of {what} is given twice, for different things; it means nothing."
            problems.append(Problem("id-disputed", text, file))
        for kind, places in self._left_out.items():
            what = _WORDS[kind].format(n=counted(len(places), "prediction"))
            values = list(dict.fromkeys(value for _, value in places if value))
            named = f" ({listed_names(values)})" if values else ""
            text = f"Left out: {what}{named}; the first is number {places[0][0] + 1} of the file."
            problems.append(Problem(kind, text, file))
        if self._strangers:
            images = counted(len(self._strangers), "image that the file lists is", "images that the file lists are")
            text = f"{images} not in the project: {listed_names(self._strangers)}."
            problems.append(Problem("images-not-in-project", text, file))
        if self._beyond:
            what = counted(len(self._beyond), "prediction reaches", "predictions reach")
            text = f"{what} beyond the border of the image; kept as stated. The first is number {self._beyond[0] + 1}."
            problems.append(Problem("box-beyond", text, file, severity=Severity.INFO))
        if self._boxes_instead:
            what = counted(len(self._boxes_instead), "prediction has", "predictions have")
            text = (
                f"{what} an outline that is damaged or of an image of another size; the box was taken. The first is "
                f"number {self._boxes_instead[0] + 1}."
            )
            problems.append(Problem("outline-invalid", text, file))
        if self._twice:
            what = counted(len(self._twice), "prediction says", "predictions say")
            text = (
                f"{what} the same as one before: image, class, box and score. Kept as stated: at most one of them "
                f"can be right. The first is number {self._twice[0] + 1}."
            )
            problems.append(Problem("prediction-twice", text, file))
        if self._results.names_from is not None:
            text = f'What the ids mean was read from "{shown(self._results.names_from.name)}".'
            problems.append(Problem("ids-explained", text, file, severity=Severity.INFO))


class _Images:
    """The project's images by the names that other programs give them."""

    def __init__(self, images: Sequence[KnownImage]) -> None:
        self._by_path = {image.path: image for image in images}
        self._by_name: dict[str, list[KnownImage]] = {}
        for image in images:
            self._by_name.setdefault(image.path.rpartition("/")[2], []).append(image)

    def find(self, stated: str) -> KnownImage | list[KnownImage]:
        """By the whole path, else the only one whose path ends like the stated one, or the other way round; otherwise
        all that it might be."""
        name = stated.replace("\\", "/").removeprefix("./")
        if name in self._by_path:
            return self._by_path[name]
        same = self._by_name.get(name.rpartition("/")[2], [])
        ends = [one for one in same if one.path.endswith(f"/{name}") or name.endswith(f"/{one.path}")]
        return ends[0] if len(ends) == 1 else ends

    def all_of(self, stated: str) -> list[KnownImage]:
        """All that it might be."""
        found = self.find(stated)
        return [found] if isinstance(found, KnownImage) else found


def _sizes(stated: StatedImage, known: KnownImage) -> str:
    return f"{known.path}: {stated.width} x {stated.height} stated, {known.width} x {known.height} here"
