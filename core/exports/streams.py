"""The images of an export, one after another, whatever they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from core.domain.counting import counted
from core.domain.exports import ExportScope
from core.domain.imports import Problem, RawImage
from core.domain.names import shown
from core.domain.projects import ImageFilter, ImageRecord
from core.domain.set_names import tagged_sets
from core.exports.records import to_raw
from core.registry.database import Registry
from core.registry.stores import projects
from core.registry.stores.annotations import get_annotated
from core.registry.stores.images import list_image_ids

AT_ONCE = 500
_NAMED = 3  # paths in a remark


class Stream(Protocol):
    """What the service writes. `since` follows "was changed": "it was imported"."""

    @property
    def categories(self) -> tuple[str, ...]: ...

    @property
    def n_images(self) -> int:
        """How many will come, or may come."""

    @property
    def since(self) -> str: ...

    def images(self) -> Iterator[tuple[ImageRecord, RawImage]]:
        """Once, in the order of their paths; the record says which picture it is."""

    def remarks(self) -> Iterator[Problem]:
        """What has to be said of it, known when all images came."""

    def worded(self, problems: Iterable[Problem]) -> Iterable[Problem]:
        """What the format said of the images, in words that fit what they are."""


class GroundTruth:
    """The registry's, read in pieces while the format writes."""

    since = "it was imported"

    def __init__(self, registry: Registry, scope: ExportScope) -> None:
        self._registry = registry
        with registry.read() as session:
            categories = projects.list_categories(session, scope.project)
            self._ids = list_image_ids(session, ImageFilter(scope.project, folders=scope.folders))
        self._names = {category.id: category.name for category in categories}
        self.categories = tuple(self._names.values())
        self.n_images = len(self._ids)
        self._in_two: list[str] = []

    def images(self) -> Iterator[tuple[ImageRecord, RawImage]]:
        for start in range(0, len(self._ids), AT_ONCE):
            with self._registry.read() as session:
                chunk = get_annotated(session, self._ids[start : start + AT_ONCE])
            for item in chunk:
                if len(tagged_sets(item.tags)) > 1:
                    self._in_two.append(item.image.path)
                yield item.image, to_raw(item, self._names)

    def remarks(self) -> Iterator[Problem]:
        return in_two_sets(self._in_two)

    def worded(self, problems: Iterable[Problem]) -> Iterable[Problem]:
        return problems


def in_two_sets(paths: Sequence[str]) -> Iterator[Problem]:
    """What is said of images that are in several sets."""
    if not paths:
        return
    named = ", ".join(shown(path) for path in paths[:_NAMED]) + (" …" if len(paths) > _NAMED else ".")
    what = counted(len(paths), "image is", "images are")
    yield Problem("in-two-sets", f"{what} in two sets, and written as of the first one: {named}")
