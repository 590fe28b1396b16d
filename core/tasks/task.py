"""What a task is. An entry point in the group `calque.tasks` yields one; nothing else of Calque asks which it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.domain.evaluation import Setting
from core.domain.geometry import Box, Polygon
from core.domain.ids import TaskId
from core.domain.tasks import TaskInfo
from core.metrics.coco import EvalImage


class ScoredSplit(Protocol):
    """What a scorer found on one split, of whatever kind. Measures take their numbers from it, each from its kind."""

    @property
    def n_images(self) -> int: ...
    @property
    def images_with(self) -> Sequence[int]:
        """Per class, images with an instance of it."""

    @property
    def instances(self) -> Sequence[int]:
        """Per class."""

    @property
    def n_unusable(self) -> int:
        """Predictions that were left out because they hold no numbers."""


class Scorer(Protocol):
    def __call__(self, n_categories: int, images: Iterable[EvalImage], *, max_detections: int) -> ScoredSplit:
        """`images` is walked once: it predicts as it goes."""


@dataclass(frozen=True, slots=True)
class Task:
    """`slug` is what requests, the registry and model.json hold, and never changes.

    `usable_shape` is the part of a shape in an image of so many pixels (width, height), as a worker of this task wants
    it; None exactly when nothing with an area is left: which shapes are usable is counted without asking. `needs` are
    kinds of shapes ("box", "polygon") of which a project must have one, and then each class; empty = any shape will do.
    Other shapes stand in for them. `lacking` says that a class has none. What columns tables and spreadsheets have
    follows from the measures that its scorer's findings yield. `remarks` are sentences that such a table needs beside
    it, given the names of the classes; `confusions` says per class what it was taken for instead, by index, and how
    often.
    """

    slug: TaskId
    title: str
    words: str  # for people: "Boxes (detection)"
    usable_shape: Callable[[Box | Polygon, int, int], Box | Polygon | None]
    score: Scorer
    about: Callable[[int], str]  # how it is measured with so many detections at most, as a sentence
    headline: str  # the measure that is a version's one number
    settings: Mapping[str, Setting] = field(default_factory=dict)  # thresholds of the scorer
    keeps_boxes: bool = False  # a box that lies in the image is a usable shape as it is
    has_masks: bool = False  # whether predictions carry masks
    is_oriented: bool = False  # predictions are boxes that are turned: polygons of four right-angled corners
    labels: bool = False  # it labels whole images, or regions that are given; it does not look for objects
    is_exclusive: bool = False  # of those that label: exactly one class each
    needs: frozenset[str] = frozenset()
    lacking: Callable[[str], str] = lambda name: f'"{name}" has no shape that this task can use.'
    remarks: Callable[[Any, Sequence[str]], tuple[str, ...]] = lambda _scored, _categories: ()
    confusions: Callable[[Any], Sequence[Mapping[int, int]]] | None = None

    @property
    def info(self) -> TaskInfo:
        return TaskInfo(self.slug, self.title, self.words, labels=self.labels, is_exclusive=self.is_exclusive)

    def stands_in(self, kind: str) -> bool:
        """Whether shapes of this kind are only a makeshift for what the task needs."""
        return bool(self.needs) and kind not in self.needs

    def refuse_project(self, worker_title: str, found_kinds: Iterable[str]) -> str:
        """Why a project with these kinds of annotations cannot be trained on; "" when it can (E-122)."""
        kinds = set(found_kinds)
        if not self.needs or not kinds or kinds & self.needs:
            return ""
        found = " and ".join(sorted(kind.replace("-", " ") for kind in kinds))
        return f'"{worker_title}" trains {self.slug} models, but this project has {found} annotations only.'

    def refuse_classes(self, found_kinds: Iterable[str], lacking: Iterable[str]) -> tuple[str, ...]:
        """A sentence for each class of `lacking`, those without a shape that is needed (E-243); none when the project
        as a whole is refused."""
        return tuple(self.lacking(name) for name in lacking) if self.needs & set(found_kinds) else ()
