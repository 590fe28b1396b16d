"""What a write changed: the value that every writing verb returns, so that what shows it can be read anew.

Ids only, never the new facts: who shows a thing asks for it. A thing that came, changed or went is named alike; who
asks for one that went is told so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Generic, TypeVar

from core.domain.ids import (
    ConfigurationId,
    DatasetId,
    ImageId,
    ModelId,
    PredictionSetId,
    ProjectId,
    RunId,
    SnapshotId,
    VersionId,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """Of images, `images` names those whose revision has grown while the lists of them stayed as they were.

    A project in `image_lists` has images that came or went, or too many changed ones to be named: its revision has
    grown, and any of its images may have changed.
    """

    projects: frozenset[ProjectId] = frozenset()  # their own facts: name, place, counts, when they were opened
    renamed: frozenset[ProjectId] = frozenset()  # of these projects the name, which runs and models show too
    images: frozenset[ImageId] = frozenset()
    image_lists: frozenset[ProjectId] = frozenset()
    folders: frozenset[ProjectId] = frozenset()  # whose tree of folders has changed, or its counts
    categories: frozenset[ProjectId] = frozenset()  # whose classes have changed, or their counts
    snapshots: frozenset[SnapshotId] = frozenset()
    models: frozenset[ModelId] = frozenset()
    versions: frozenset[VersionId] = frozenset()
    runs: frozenset[RunId] = frozenset()
    configurations: frozenset[ConfigurationId] = frozenset()
    predictions: frozenset[PredictionSetId] = frozenset()
    datasets: frozenset[DatasetId] = frozenset()  # their facts, their sets, or what is in these
    filters: frozenset[ProjectId] = frozenset()  # whose saved filters have changed
    trash: frozenset[ProjectId] = frozenset()  # whose removed images have changed; the projects' own removal too

    @classmethod
    def of(
        cls,
        *,
        projects: Iterable[ProjectId] = (),
        renamed: Iterable[ProjectId] = (),
        images: Iterable[ImageId] = (),
        image_lists: Iterable[ProjectId] = (),
        folders: Iterable[ProjectId] = (),
        categories: Iterable[ProjectId] = (),
        snapshots: Iterable[SnapshotId] = (),
        models: Iterable[ModelId] = (),
        versions: Iterable[VersionId] = (),
        runs: Iterable[RunId] = (),
        configurations: Iterable[ConfigurationId] = (),
        predictions: Iterable[PredictionSetId] = (),
        datasets: Iterable[DatasetId] = (),
        filters: Iterable[ProjectId] = (),
        trash: Iterable[ProjectId] = (),
    ) -> Changes:
        """From any iterables of ids."""
        return cls(
            frozenset(projects),
            frozenset(renamed),
            frozenset(images),
            frozenset(image_lists),
            frozenset(folders),
            frozenset(categories),
            frozenset(snapshots),
            frozenset(models),
            frozenset(versions),
            frozenset(runs),
            frozenset(configurations),
            frozenset(predictions),
            frozenset(datasets),
            frozenset(filters),
            frozenset(trash),
        )

    @classmethod
    def whole_project(cls, project: ProjectId) -> Changes:
        """All that a project holds: it came, went, or was imported into."""
        this = frozenset((project,))
        return cls(projects=this, image_lists=this, folders=this, categories=this)

    @classmethod
    def annotations(cls, project: ProjectId, images: Iterable[ImageId]) -> Changes:
        """Annotations on some images of a project came, changed or went; with them the counts of what holds them."""
        this = frozenset((project,))
        return cls(projects=this, images=frozenset(images), folders=this, categories=this)

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, one.name) for one in fields(self))

    def merged(self, *others: Changes) -> Changes:
        """All of these changes together."""
        return Changes(
            **{one.name: getattr(self, one.name).union(*(getattr(o, one.name) for o in others)) for one in fields(self)}
        )


NO_CHANGES = Changes()


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """What a writing verb made, and what has changed by it.

    `cut_by`: what kept it from the rest of many images, after some were written; these are what `value` tells of.
    """

    value: T
    changes: Changes
    cut_by: Exception | None = None


def changes_of(answer: object) -> Changes:
    """What an answer says was changed: it is that itself, or carries it as `changes`."""
    found = answer if isinstance(answer, Changes) else getattr(answer, "changes", None)
    return found if isinstance(found, Changes) else NO_CHANGES
