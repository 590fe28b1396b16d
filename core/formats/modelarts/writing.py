"""Writes a manifest: a line for each image, and a Pascal VOC file for the objects of each maker on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.imports import RawAnnotation, RawImage
from core.errors import RefusedError
from core.formats.base import WriteOptions, WriteResult
from core.formats.modelarts.labels import changes, labels_for
from core.formats.modelarts.records import CLASSIFICATION, DETECTION, HARD, PROPERTY, URL
from core.formats.reading.voc_objects import DETAILS
from core.formats.voc_xml import XmlNames, to_voc_xml
from core.formats.writing import open_whole, write_file

IMAGES, ANNOTATIONS = "images", "annotations"
NAME, VERSION, LOCATION, LABELS, RULE, KEEP = "name", "version", "location", "labels", "rule", "keep"
DEFAULT_NAME, DEFAULT_VERSION = "Dataset", "V001"
_USAGE = {"train": "TRAIN", "val": "EVAL", "test": "TEST"}
_PREFIX = "modelarts:"
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")


def write_modelarts(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, options: WriteOptions
) -> WriteResult:
    """Raises RefusedError for a name or version that is no part of a file's name, StorageError."""
    name, version = options.option(NAME, DEFAULT_NAME), options.option(VERSION, DEFAULT_VERSION)
    for word in (name, version):
        if not _FILE_NAME.fullmatch(word):
            text = f'"{word}" cannot be part of the manifest\'s name.'
            raise RefusedError(text, hint='Use letters, digits, "-" and "_".')
    is_kept = options.option(LABELS, RULE) == KEEP
    labels = {category: category for category in categories} if is_kept else labels_for(categories)
    place = options.option(LOCATION, "").rstrip("/")
    writer = _Writer(folder, f"{place}/" if place else "", f"{IMAGES}/" if options.has_pictures else "", labels)
    n_images = 0
    with open_whole(folder / f"{name}-{version}.manifest") as file:
        for image in images:
            if image.annotations or image.is_explicit_negative:
                n_images += 1
                file.write(json.dumps(writer.line(image), allow_nan=False) + "\n")
    return WriteResult(n_images, writer.n_annotations, tuple(changes(labels)))


class _Writer:
    def __init__(self, folder: Path, place: str, images: str, labels: Mapping[str, str]) -> None:
        """`place` and `images` come before the paths of files and of pictures."""
        self._folder = folder
        self._place = place
        self._images = images
        self._labels = labels
        self._names = XmlNames()
        self.n_annotations = 0

    def line(self, image: RawImage) -> dict[str, Any]:
        found: dict[str, Any] = {"source": f"{self._place}{self._images}{image.path}"}
        if image.stated_set:
            found["usage"] = _USAGE[image.stated_set]
        details = image.details
        if details is not None:
            found |= {"id": details.stated_id} if details.stated_id else {}
            found |= {URL: details.url} if details.url else {}
            found |= _own(details.attributes)
            others = {key: value for key, value in details.attributes if not key.startswith(_PREFIX)}
            found |= {PROPERTY: others} if others else {}
        found |= {HARD: "true"} if image.is_hard else {}
        return found | {"annotation": [*self._classes(image), *self._files(image)]}

    def _classes(self, image: RawImage) -> Iterator[dict[str, Any]]:
        for item in image.annotations:
            if item.category is not None and item.geometry is None:
                self.n_annotations += 1
                found = {"type": CLASSIFICATION, "name": self._labels[item.category]}
                yield found | _details(item) | _maker(item.made_by, item.confidence)

    def _files(self, image: RawImage) -> Iterator[dict[str, Any]]:
        """For objects of each maker; an image that was seen to be empty has a file without objects."""
        by_maker: dict[str, list[RawAnnotation]] = {} if image.annotations else {"": []}
        for item in image.annotations:
            if item.category is not None and item.geometry is not None:
                by_maker.setdefault(item.made_by, []).append(replace(item, category=self._labels[item.category]))
        if not by_maker:
            return
        key = self._names.take(image.path)
        for number, (maker, items) in enumerate(by_maker.items()):
            path = (
                f"{ANNOTATIONS}/{key}.xml"
                if number == 0
                else f"{ANNOTATIONS}/{self._names.take(f'{key}.{number}.x')}.xml"
            )
            one = replace(image, annotations=tuple(items), details=None)
            text, n_objects = to_voc_xml(one, name=image.path.rpartition("/")[2], folder=image.path.rpartition("/")[0])
            write_file(self._folder / path, text)
            self.n_annotations += n_objects
            about = {"type": DETECTION, "annotation-loc": f"{self._place}{path}", "annotation-format": "PASCAL VOC"}
            yield about | _maker(maker, None)


def _maker(made_by: str, confidence: float | None) -> dict[str, Any]:
    about: dict[str, Any] = {"annotated-by": made_by or "human"}
    return about | ({"confidence": confidence} if confidence is not None else {})


def _details(item: RawAnnotation) -> dict[str, Any]:
    """Attributes as properties; what is only of this form where it stood; the rest together in one property."""
    if item.details is None:
        return {}
    own = _own(item.details.attributes)
    properties = {key: value for key, value in item.details.attributes if not key.startswith(_PREFIX)}
    rest = replace(item.details, attributes=())
    if rest != AnnotationDetails():
        properties[DETAILS] = rest.to_text()
    return ({PROPERTY: properties} if properties else {}) | own


def _own(attributes: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What is only of this form."""
    return {key.removeprefix(_PREFIX): _value(key, value) for key, value in attributes if key.startswith(_PREFIX)}


def _value(key: str, text: str) -> str | float:
    """A coefficient is a number, everything else a text."""
    try:
        return float(text) if key.endswith("-coefficient") else text
    except ValueError:
        return text
