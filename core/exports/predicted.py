"""Predictions in place of ground truth, for formats that hold who found an object and how sure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from core.domain.counting import counted
from core.domain.exports import ExportScope
from core.domain.formats import Content
from core.domain.ids import ImageId
from core.domain.imports import Problem, RawAnnotation, RawImage, Severity
from core.domain.predictions import ImageRecord as PackRecord
from core.domain.projects import ImageRecord
from core.domain.thresholds import USUAL_CONFIDENCE
from core.errors import RefusedError
from core.exports.streams import AT_ONCE
from core.packs.choices import read_choices
from core.registry.database import Registry
from core.registry.stores.images import find_images


@dataclass(frozen=True, slots=True)
class Predicted:
    """Where predictions lie. `title` names who made them. They count from `confidence` on, those of a class in
    `by_category` from theirs."""

    title: str
    pack: Path
    confidence: float = USUAL_CONFIDENCE
    by_category: Mapping[str, float] = field(default_factory=dict)


class Predictions:
    """Image by image as the pack is read. On an image where nothing counts nobody has seen that nothing is there: it
    comes without annotations, and is not called empty."""

    since = "it was predicted on"

    def __init__(self, registry: Registry, found: Predicted, scope: ExportScope) -> None:
        """Raises RefusedError, FormatError, NotFoundError, StorageError."""
        self._registry = registry
        self._found = found
        self._scope = scope
        if scope.confidence is not None and not 0 <= scope.confidence <= 1:
            raise RefusedError(f"A confidence is a number from 0 to 1, not {scope.confidence:g}.")
        self._n_below = 0
        self._n_whole_masks = 0
        with read_choices(found.pack) as pack:
            self.categories = pack.header.categories
            keys = [image.key for image in pack.images]
        if any(PurePath(key).is_absolute() for key in keys):
            text = "These predictions are of pictures that belong to no project."
            raise RefusedError(text, hint="calque predict --out writes them.")
        self.n_images = sum(self._is_wanted(key) for key in keys)

    def images(self) -> Iterator[tuple[ImageRecord, RawImage]]:
        with read_choices(self._found.pack) as pack:
            waiting: deque[PackRecord] = deque()
            for record in pack.walk():
                if self._is_wanted(record.image.key):
                    waiting.append(record)
                if len(waiting) == AT_ONCE:
                    yield from self._told(waiting)
            yield from self._told(waiting)

    def _told(self, waiting: deque[PackRecord]) -> Iterator[tuple[ImageRecord, RawImage]]:
        with self._registry.read() as session:
            known = find_images(session, self._scope.project, [record.image.key for record in waiting])
        while waiting:
            record = waiting.popleft()
            image = record.image
            here = known.get(image.key)
            turn, n_bytes = (here.orientation, here.n_bytes) if here is not None else (1, 0)
            picture = ImageRecord(
                *(ImageId(""), self._scope.project, image.key, image.width, image.height),
                orientation=turn,
                sha256=image.sha256,
                n_bytes=n_bytes,
            )
            yield picture, self._raw(record)

    def _raw(self, record: PackRecord) -> RawImage:
        kept = [item for item in record.predictions if item.confidence >= self._limit(item.category)]
        self._n_below += len(record.predictions) - len(kept)
        self._n_whole_masks += sum(item.polygon is None and item.mask is not None for item in kept)
        annotations = tuple(
            RawAnnotation(
                self.categories[item.category],
                item.geometry,
                made_by=self._found.title,
                confidence=item.confidence,
            )
            for item in kept
        )
        image = record.image
        stated_set = "" if image.split is None else image.split.value
        return RawImage(image.key, annotations, image.width, image.height, stated_set=stated_set)

    def _limit(self, category: int) -> float:
        if self._scope.confidence is not None:
            return self._scope.confidence
        return self._found.by_category.get(self.categories[category], self._found.confidence)

    def _is_wanted(self, key: str) -> bool:
        folders = self._scope.folders
        return not folders or any(not folder or key.startswith(f"{folder}/") for folder in folders)

    def remarks(self) -> Iterator[Problem]:
        if self._n_below:
            least = self._found.confidence if self._scope.confidence is None else self._scope.confidence
            text = f"{counted(self._n_below, 'prediction')} below the confidence ({least:.2f}) left out."
            yield Problem("predictions-below", text, severity=Severity.INFO)
        if self._n_whole_masks:
            n = counted(self._n_whole_masks, "mask is", "masks are")
            text = f"{n} too thin for an outline; the box is written in its place."
            yield Problem("masks-as-boxes", text)

    def worded(self, problems: Iterable[Problem]) -> Iterable[Problem]:
        """Nobody was to annotate these images."""
        for problem in problems:
            is_unseen = problem.kind == Content.UNSEEN_IMAGES
            text = problem.text.replace("that nobody has annotated", "on which nothing counts")
            yield replace(problem, text=text) if is_unseen else problem
