"""Tags of many images at once: given, taken off, shared out by chance, each taken back in one step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core import clock
from core.domain.changes import NO_CHANGES, Changed
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.judgements import SPLIT_TAGS, USUAL_TAGS
from core.domain.random_parts import Parts, problem_of, share_out
from core.errors import CalqueError, RefusedError
from core.judgements.tags import check_tag
from core.progress import IsCancelled, Progress, counting, cut_short, never_cancelled, no_progress, sparing
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import bulk_tags as store
from core.registry.stores import projects
from core.registry.stores.bulk_tags import Keys, TagChange
from core.registry.stores.judgements import count_tags

IMAGES_AT_ONCE = 25_000
"""A transaction's worth, so that other writers need not wait for a million images."""


@dataclass(frozen=True, slots=True)
class TagStep:
    """What came and went, as it is to be handed to `undo`; `n_images` have other tags now. `is_cut_short`: the rest of
    the images stayed."""

    project: ProjectId
    changes: tuple[TagChange, ...]
    n_images: int
    is_cut_short: bool = False

    @property
    def n_given(self) -> int:
        return sum(len(change.keys) for change in self.changes if change.is_given)

    @property
    def n_taken(self) -> int:
        return sum(len(change.keys) for change in self.changes if not change.is_given)


@dataclass(frozen=True, slots=True)
class Shared:
    """How many images got each of the three tags; `n_kept` had one of them and kept it."""

    numbers: tuple[int, int, int]
    n_kept: int
    step: TagStep


class BulkTagService:
    """Every method may be called on any thread. Raises NotFoundError for a project that is not there."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def edit(
        self,
        project: ProjectId,
        images: Sequence[ImageId],
        *,
        give: Sequence[str] = (),
        take: Sequence[str] = (),
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[TagStep]:
        """Give all of the images these tags, and take those off. Raises RefusedError for what is no tag, or is in both.

        What is cancelled has been done for a part, which `undo` takes back.
        """
        given, taken = [check_tag(tag) for tag in dict.fromkeys(give)], list(dict.fromkeys(take))
        both = [tag for tag in given if tag in taken]
        if both:
            raise RefusedError(f'The tag "{both[0]}" cannot be given and taken off at once.')
        now = clock.now()

        def change(session: Session, keys: Keys) -> list[TagChange]:
            there = store.list_there(session, project, keys) if taken else keys
            gone = [one for tag in taken for one in store.take_tag(session, there, tag)]
            return gone + [store.give_tag(session, project, keys, tag, now) for tag in given]

        return self._in_pieces(project, np.unique(ImageIds.of(images).keys), change, progress, is_cancelled)

    def share_out(
        self,
        project: ProjectId,
        images: Sequence[ImageId],
        parts: Parts,
        seed: int,
        *,
        keeps: bool = False,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[Shared]:
        """Tag them train, validation or test by chance; each has one of these afterwards.

        `keeps`: those that have one already keep it, and the others are shared out. Raises RefusedError (E-520) for
        parts that do not add up to 100.
        """
        wrong = problem_of(parts)
        if wrong:
            raise RefusedError(wrong, code="E-520")
        keys = self._still_there(project, images)
        n_all = len(keys)
        if keeps:
            keys = self._without_part(project, keys)
        portions = [portion.keys for portion in share_out(ImageIds(keys), parts, seed)]
        now = clock.now()

        def change(session: Session, piece: Keys) -> list[TagChange]:
            found: list[TagChange] = []
            for tag, portion in zip(SPLIT_TAGS, portions, strict=True):
                mine = piece[np.isin(piece, portion)]
                for other in SPLIT_TAGS:
                    if other != tag:
                        found += store.take_tag(session, mine, other)
                found.append(store.give_tag(session, project, mine, tag, now))
            return found

        numbers = [0, 0, 0]

        def count(piece: Keys) -> None:
            for place, portion in enumerate(portions):
                numbers[place] += int(np.isin(piece, portion).sum())

        done = self._in_pieces(project, keys, change, progress, is_cancelled, count)
        shared = Shared((numbers[0], numbers[1], numbers[2]), n_all - len(keys), done.value)
        return Changed(shared, done.changes, done.cut_by)

    def count_without_part(self, project: ProjectId, images: Sequence[ImageId]) -> int:
        """How many of the images have none of the three tags."""
        return len(self._without_part(project, self._still_there(project, images)))

    def count_tags_of(self, project: ProjectId, images: Sequence[ImageId]) -> dict[str, int]:
        """How many of the images have which of the project's tags: the usual ones first, those that none has too."""
        keys = np.unique(ImageIds.of(images).keys)
        with self._registry.read() as session:
            projects.get_project(session, project)
            found = {
                tag: int(np.isin(keys, store.list_tagged_keys(session, project, [tag])).sum())
                for tag in count_tags(session, project)
            }
        usual = {tag: found.pop(tag, 0) for tag in USUAL_TAGS}
        return usual | {tag: found[tag] for tag in sorted(found, key=str.casefold)}

    def undo(
        self, step: TagStep, *, progress: Progress = no_progress, is_cancelled: IsCancelled = never_cancelled
    ) -> Changed[TagStep]:
        """Take back what was done; what that returns does it again. Images that went since are passed over.

        In one transaction, so that never a part of it is undone: StoppedError is raised when it is cancelled, and
        nothing was written.
        """
        told = counting(step.n_given + step.n_taken, progress, is_cancelled)
        with self._registry.write() as session:
            projects.get_project(session, step.project)
            undone = store.revert(session, step.project, step.changes, told)
            return Changed(TagStep(step.project, undone, _n_images(undone)), noted(session))

    def _still_there(self, project: ProjectId, images: Sequence[ImageId]) -> Keys:
        """Ascending: chosen images may have been removed since."""
        with self._registry.read() as session:
            projects.get_project(session, project)
            return store.list_there(session, project, np.unique(ImageIds.of(images).keys))

    def _without_part(self, project: ProjectId, keys: Keys) -> Keys:
        with self._registry.read() as session:
            projects.get_project(session, project)
            return keys[~np.isin(keys, store.list_tagged_keys(session, project, SPLIT_TAGS))]

    def _in_pieces(
        self,
        project: ProjectId,
        keys: Keys,
        change: Callable[[Session, Keys], list[TagChange]],
        progress: Progress,
        is_cancelled: IsCancelled,
        written: Callable[[Keys], None] = lambda piece: None,
    ) -> Changed[TagStep]:
        """`written` is told each piece that is."""
        found, changes, told, is_cut_short = list[TagChange](), NO_CHANGES, sparing(progress), False
        cut_by, n_images = None, 0
        for start in range(0, len(keys), IMAGES_AT_ONCE):
            if is_cancelled():
                is_cut_short = True
                break
            piece = keys[start : start + IMAGES_AT_ONCE]
            try:
                with self._registry.write() as session:
                    projects.get_project(session, project)
                    changed = change(session, piece)
                    changes = changes.merged(noted(session))
            except CalqueError as error:
                if not start:
                    raise
                is_cut_short, cut_by = True, cut_short(error, start, len(keys))
                break
            found += changed
            n_images += _n_images(changed)
            written(piece)
            told(min(start + IMAGES_AT_ONCE, len(keys)), len(keys), "Tagging images")
        kept = tuple(one for one in found if len(one.keys))
        return Changed(TagStep(project, kept, n_images, is_cut_short), changes, cut_by)


def _n_images(changes: Sequence[TagChange]) -> int:
    return len(np.unique(np.concatenate([change.keys for change in changes]))) if changes else 0
