"""Which images of a project are meant: named, not listed, so that a million of them cost as much as ten."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.datasets import SetId
from core.domain.filters import Group
from core.domain.ids import ProjectId
from core.domain.snapshots import Split


@dataclass(frozen=True, slots=True)
class Selection:
    """All images in the folders and below them; "" is the root, i.e. all. No folder has no images.

    With `stated_set`, those of them that an import stated to be of that set; with `where`, those that match the filter;
    with `sets`, those that are in one of these sets of a dataset. `includes_models`: what is drawn on them includes
    accepted predictions, else it is the ground truth alone.
    """

    project: ProjectId
    folders: tuple[str, ...] = ()
    stated_set: Split | None = None
    includes_models: bool = False
    where: Group | None = None
    sets: tuple[SetId, ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Not all images of the folders are meant."""
        return self.stated_set is not None or self.where is not None or bool(self.sets)
