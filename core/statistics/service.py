"""Counting a project's annotations in bins, and listing the images behind one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.project_statistics import ClassStatistics, Part, ProjectStatistics
from core.registry.database import Registry
from core.registry.stores.boxes import iter_boxes
from core.registry.stores.projects import get_revision, list_categories
from core.statistics.counting import Tally, images_behind

Told = Callable[[int, int], None]


class StatisticsService:
    """Every method may be called on any thread; of a million images it takes seconds."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def count(self, project: ProjectId, told: Told = lambda done, total: None) -> ProjectStatistics:
        """All of the ground truth as it is now. `told(done, of how many)` may raise to give up.

        Raises NotFoundError.
        """
        with self._registry.read() as session:
            revision = get_revision(session, project)
            categories = list_categories(session, project)
            tally = Tally({int(item.id): place for place, item in enumerate(categories)})
            for block in iter_boxes(session, project, told):
                tally.add(block)
        classes = tuple(
            ClassStatistics(
                id=item.id,
                name=item.name,
                colour_number=item.colour_number,
                n_images=int(tally.images_of_class[place]),
                n_annotations=int(tally.annotations_by_set[place].sum()),
                by_set=_four(tally.annotations_by_set[place]),
            )
            for place, item in enumerate(categories)
        )
        return ProjectStatistics(
            revision=revision,
            n_images=tally.n_images,
            n_annotated=tally.n_annotated,
            n_annotations=int(tally.annotations_by_set.sum()),
            n_negative=tally.n_negative,
            images_by_set=_four(tally.images_by_set),
            classes=classes,
            objects=tally.objects,
            images=tally.images,
            smallest=tally.smallest,
            largest=tally.largest,
        )

    def images_of(self, project: ProjectId, part: Part, told: Told = lambda done, total: None) -> ImageIds:
        """The images that a part names, ascending by key. Raises NotFoundError."""
        with self._registry.read() as session:
            get_revision(session, project)
            keys = [images_behind(block, part) for block in iter_boxes(session, project, told)]
        return ImageIds(np.concatenate(keys) if keys else np.empty(0, dtype=np.int64))


def _four(numbers: np.ndarray) -> tuple[int, int, int, int]:
    train, val, test, none = (int(number) for number in numbers)
    return train, val, test, none
