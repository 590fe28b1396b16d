"""The split assistant: what a split of a dataset would do, counted before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from core.datasets import sharing
from core.datasets.editing import DatasetEditing, Edited
from core.datasets.membership import editable
from core.datasets.split_units import Array, Shown
from core.domain.datasets import DatasetFacts, SetFacts, SetId, SplitRule
from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.domain.splitting import Grouping, SplitClass, SplitDraft, SplitPlan
from core.domain.training import Issue
from core.errors import NotFoundError, RefusedError
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store
from core.registry.stores import images, selected_images, selections
from core.stopping import current_stop

FindGroups = Callable[[ProjectId], Array]
"""For each image of a project, ascending by key, the number of the group of those that look like it."""


FindSources = Callable[[Sequence[str], Sequence[str]], Array | None]
"""Of paths, in a project with classes of these names: the number of the source of each, below 0 = of none; None where
names tell of no sources."""


class DatasetSplitting:
    """Every method may be called on any thread."""

    def __init__(
        self,
        registry: Registry,
        editing: DatasetEditing,
        find_duplicates: FindGroups,
        find_sources: FindSources = lambda paths, classes: None,
    ) -> None:
        self._registry = registry
        self._editing = editing
        self._find_duplicates = find_duplicates
        self._find_sources = find_sources

    def plan(self, id: DatasetId, draft: SplitDraft) -> SplitPlan:
        """What it would do; nothing is written. Refusals of the draft are issues of the answer.

        Raises RefusedError for a dataset that cannot be edited, NotFoundError.
        """
        with self._registry.read() as session:
            facts = editable(session, id)
            revision = store.get_dataset(session, id, with_annotated=False).revision
            sets = tuple(_set_of(facts, set) for set, _ in draft.shares)
        written = [text.strip() for _, text in draft.shares]
        shares = sharing.read_shares(written, is_ratio=draft.is_ratio)
        if shares.issues:
            return SplitPlan(issues=shares.issues, revision=revision)
        try:
            return self._plan(id, draft, facts, sets, shares.parts, revision)
        except ValueError as error:  # the pattern
            return SplitPlan(issues=(Issue("", str(error), "data", True, "pattern"),), revision=revision)

    def apply(self, id: DatasetId, plan: SplitPlan) -> Edited:
        """Let the sets be what the plan says, and record its rule. Raises RefusedError when the dataset has changed
        since it was planned, or the plan has errors."""
        if not plan.can_apply:
            issue = next(issue for issue in plan.issues if issue.is_error)
            raise RefusedError(issue.text, code=issue.code)
        return self._editing.assign(id, plan.sets, plan.rule, revision=plan.revision)

    def _plan(
        self,
        id: DatasetId,
        draft: SplitDraft,
        facts: DatasetFacts,
        sets: Sequence[SetFacts],
        shares: Sequence[Decimal],
        revision: int,
    ) -> SplitPlan:
        stop = current_stop()
        check = (lambda: None) if stop is None else stop.check
        duplicates = self._find_duplicates(facts.project) if draft.grouping is Grouping.DUPLICATES else None
        with self._registry.read() as session:
            keys = _chosen_keys(session, facts, draft)
            if not len(keys):
                text = "There are no images to split. Choose which, or fill the dataset first."
                return SplitPlan(issues=(Issue("E-523", text, "data", True, "chosen"),), revision=revision)
            classes = selections.list_classes(session, facts.project)
            data = _read(session, facts.project, keys, [int(item.id) for item in classes])
            if draft.grouping is Grouping.SOURCES:
                groups = self._sources(session, keys, [item.name for item in classes])
            else:
                groups = _groups(session, facts.project, keys, draft, duplicates, check)
        used = [place for place, share in enumerate(shares) if share > 0]
        too_few = _too_few_sources(groups, len(used)) if draft.grouping is Grouping.SOURCES else ()
        groups = None if too_few else groups
        of_image = sharing.share_out(
            data if draft.is_stratified else sharing.without_categories(data),
            shares,
            draft.seed,
            len(classes),
            groups=groups,
            check=check,
        )
        counts = sharing.count_classes(data, of_image, len(sets), len(classes))
        names = [item.name for item in classes]
        issues = sharing.find_missing(
            counts[used],
            names,
            [sets[place].name for place in used],
            [draft.shares[place][1].strip() + ("" if draft.is_ratio else " %") for place in used],
            is_error=not draft.allows_missing,
        )
        rule = SplitRule(
            tuple((item.name, text.strip()) for item, (_, text) in zip(sets, draft.shares, strict=True)),
            draft.seed,
            len(keys),
            draft.is_stratified,
            _told(draft) if groups is not None else "",
        )
        return SplitPlan(
            tuple((item.id, ImageIds(keys[of_image == place])) for place, item in enumerate(sets)),
            tuple(
                SplitClass(name, {item.id: int(counts[place, index]) for place, item in enumerate(sets)})
                for index, name in enumerate(names)
                if counts[:, index].any()
            ),
            (*too_few, *issues),
            rule,
            None if groups is None else len(np.unique(groups)),
            revision,
        )

    def _sources(self, session: Session, keys: Array, classes: Sequence[str]) -> Array | None:
        """Images of no source are each on their own."""
        by_key = selected_images.paths_of(session, keys)
        numbers = self._find_sources([by_key[key] for key in keys.tolist()], classes)
        if numbers is None:
            return None
        return np.where(numbers >= 0, numbers, int(numbers.max()) + 1 + np.arange(len(numbers)))


def _too_few_sources(groups: Array | None, n_sets: int) -> tuple[Issue, ...]:
    """W-153: each set would need one of its own."""
    n = n_sets if groups is None else len(np.unique(groups))
    if n >= n_sets:
        return ()
    text = f"There are only {n} books, films or other sources for {n_sets} sets: no split keeps each in one set."
    return (Issue("W-153", text, "data", False, "grouping"),)


def _set_of(facts: DatasetFacts, set: SetId) -> SetFacts:
    found = next((item for item in facts.sets if item.id == set), None)
    if found is None:
        raise NotFoundError(f'The set is not in the dataset "{shown(facts.name)}" any more.')
    return found


def _chosen_keys(session: Session, facts: DatasetFacts, draft: SplitDraft) -> Array:
    """Ascending."""
    if draft.chosen is not None:
        return np.sort(images.list_image_ids(session, draft.chosen).keys)
    of_set = [members.images_of(session, item.id) for item in facts.sets]
    return np.unique(np.concatenate(of_set))


def _read(session: Session, project: ProjectId, keys: Array, categories: Sequence[int]) -> Shown:
    pairs: list[Array] = []
    indexes: list[Array] = []
    for index, category in enumerate(categories):
        found = np.intersect1d(members.showing(session, category), keys, assume_unique=True)
        pairs.append(np.searchsorted(keys, found))
        indexes.append(np.full(len(found), index, dtype=np.int64))
    return Shown(
        members.contents_of(session, project, keys),
        np.concatenate(pairs or [np.zeros(0, dtype=np.int64)]),
        np.concatenate(indexes or [np.zeros(0, dtype=np.int64)]),
    )


def _groups(
    session: Session,
    project: ProjectId,
    keys: Array,
    draft: SplitDraft,
    duplicates: Array | None,
    check: Callable[[], None],
) -> Array | None:
    if draft.grouping is Grouping.NONE:
        return None
    if duplicates is not None:
        everything = members.keys_of_project(session, project)
        if len(everything) != len(duplicates):
            raise RefusedError("The project has changed meanwhile.", hint="Ask once more.")
        return np.asarray(duplicates[np.searchsorted(everything, keys)])
    by_key = selected_images.paths_of(session, keys)
    paths = [by_key[key] for key in keys.tolist()]
    if draft.grouping is Grouping.FOLDER:
        return sharing.group_by_folder(paths)
    return sharing.group_by_pattern(paths, draft.pattern, check)


def _told(draft: SplitDraft) -> str:
    if draft.grouping is Grouping.NONE:
        return ""
    return draft.pattern if draft.grouping is Grouping.PATTERN else draft.grouping.value
