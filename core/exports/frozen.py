"""Frozen datasets as exports: the images and objects that were frozen, whatever the project holds today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from core.domain.exports import ExportScope
from core.domain.ids import ImageId
from core.domain.imports import Problem, RawAnnotation, RawImage, Severity
from core.domain.projects import ImageRecord
from core.domain.snapshots import SnapshotImage, SnapshotInfo, Split
from core.errors import RefusedError


class FrozenImages(Protocol):
    """What of `core.datasets` is needed here, which lies on the same floor."""

    @property
    def categories(self) -> tuple[str, ...]: ...

    def images(self, splits: tuple[Split, ...] = ...) -> Iterator[SnapshotImage]: ...


class FrozenTruth:
    """Every image has its set. One without objects was trained on as such: it is written as seen to be empty."""

    since = "it was frozen"

    def __init__(self, frozen: FrozenImages, info: SnapshotInfo, scope: ExportScope) -> None:
        """Raises RefusedError for a set without images."""
        self._frozen = frozen
        self._project = scope.project
        self._splits = tuple(Split) if scope.split is None else (scope.split,)
        self.categories = frozen.categories
        self.n_images = sum(n for split, n in info.n_images if split in self._splits)
        if not self.n_images:
            which = f" in its {scope.split.value} set" if scope.split is not None else ""
            raise RefusedError(f"Frozen dataset {info.label} has no image{which}.", hint="Choose another set.")

    def images(self) -> Iterator[tuple[ImageRecord, RawImage]]:
        for image in self._frozen.images(self._splits):
            annotations = tuple(
                RawAnnotation(self.categories[item.category], item.geometry, is_crowd=item.is_crowd)
                for item in image.objects
            )
            raw = RawImage(
                image.path,
                annotations,
                image.width,
                image.height,
                is_explicit_negative=not annotations,
                stated_set=image.split.value,
            )
            yield self._record(image), raw

    def _record(self, image: SnapshotImage) -> ImageRecord:
        """Its size in bytes is not frozen."""
        return ImageRecord(
            ImageId(""), self._project, image.path, image.width, image.height, image.orientation, image.sha256, 0
        )

    def remarks(self) -> Iterator[Problem]:
        text = "A frozen dataset holds classes and shapes; texts, ids and the like that were imported are not in it."
        yield Problem("details-not-frozen", text, severity=Severity.INFO)

    def worded(self, problems: Iterable[Problem]) -> Iterable[Problem]:
        return problems
