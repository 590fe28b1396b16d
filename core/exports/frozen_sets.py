"""Datasets that a person froze as exports: all that was said of their images when they were frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from core.domain.datasets import Dataset, SetRole
from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.exports import ExportScope
from core.domain.frozen_datasets import FrozenClass, FrozenPicture, FrozenSet
from core.domain.ids import ImageId
from core.domain.imports import Problem, RawAnnotation, RawImage, Severity
from core.domain.judgements import HARD_CASE
from core.domain.names import shown
from core.domain.projects import ImageRecord, Source
from core.errors import FormatError, RefusedError
from core.exports.streams import in_two_sets


class FrozenHead(Protocol):
    @property
    def classes(self) -> tuple[FrozenClass, ...]: ...

    @property
    def sets(self) -> tuple[FrozenSet, ...]: ...


class FrozenContent(Protocol):
    """What of `core.datasets` is needed here, which lies on the same floor."""

    @property
    def header(self) -> FrozenHead: ...

    def images(self) -> Iterator[FrozenPicture]: ...


class FrozenSets:
    """Its ground truth: accepted predictions were frozen with it, and are left out and counted. An image is written as
    one of the first of its sets that is for training, validation or test."""

    since = "it was frozen"

    def __init__(self, content: FrozenContent, dataset: Dataset, scope: ExportScope) -> None:
        """Raises RefusedError for a set without images."""
        self._content = content
        self._project = scope.project
        self._wanted = None if scope.split is None else SetRole(scope.split.value)
        self._sets: Sequence[FrozenSet] = content.header.sets
        self.categories = tuple(item.name for item in content.header.classes)
        self.n_images = sum(item.n_images for item in dataset.sets if self._wanted is None or item.role is self._wanted)
        self._n_predictions = 0
        self._in_two: list[str] = []
        if not self.n_images:
            which = f" in a {scope.split.value} set" if scope.split is not None else ""
            raise RefusedError(f'"{shown(dataset.label)}" has no image{which}.', hint="Choose another set.")

    def images(self) -> Iterator[tuple[ImageRecord, RawImage]]:
        for picture in self._content.images():
            roles = [self._sets[place].role for place in picture.sets]
            if self._wanted is not None and self._wanted not in roles:
                continue
            splits = [role.as_split for role in roles if role.as_split is not None]
            if self._wanted is None and len(set(splits)) > 1:
                self._in_two.append(picture.path)
            split = self._wanted.as_split if self._wanted is not None else next(iter(splits), None)
            yield self._record(picture), self._raw(picture, "" if split is None else split.value)

    def _raw(self, picture: FrozenPicture, stated_set: str) -> RawImage:
        truth = [item for item in picture.annotations if item.source is not Source.MODEL]
        self._n_predictions += len(picture.annotations) - len(truth)
        annotations = tuple(
            RawAnnotation(
                None if item.category is None else self.categories[item.category],
                item.geometry,
                is_crowd=item.is_crowd,
                details=_annotation_details(item.details, picture.path),
            )
            for item in truth
            # "Nothing here" is said of the image, not by an object.
            if item.category is not None or item.geometry is not None
        )
        return RawImage(
            picture.path,
            annotations,
            picture.width,
            picture.height,
            is_explicit_negative=not annotations and bool(truth),
            stated_set=stated_set,
            details=_image_details(picture.details, picture.path),
            is_hard=HARD_CASE in picture.tags,
        )

    def _record(self, picture: FrozenPicture) -> ImageRecord:
        return ImageRecord(
            ImageId(str(picture.key)),
            self._project,
            picture.path,
            picture.width,
            picture.height,
            picture.orientation,
            picture.sha256,
            picture.n_bytes,
            white=picture.white,
        )

    def remarks(self) -> Iterator[Problem]:
        if self._n_predictions:
            text = f"{self._n_predictions:,} accepted predictions were frozen too; no ground truth, they are left out."
            yield Problem("predictions-left-out", text, severity=Severity.INFO)
        yield from in_two_sets(self._in_two)

    def worded(self, problems: Iterable[Problem]) -> Iterable[Problem]:
        return problems


def _annotation_details(text: str, path: str) -> AnnotationDetails | None:
    try:
        return AnnotationDetails.from_text(text) if text else None
    except ValueError as error:
        raise FormatError(f'What was frozen of "{shown(path)}" cannot be read: {error}') from error


def _image_details(text: str, path: str) -> ImageDetails | None:
    try:
        return ImageDetails.from_text(text) if text else None
    except ValueError as error:
        raise FormatError(f'What was frozen of "{shown(path)}" cannot be read: {error}') from error
