"""All images of a project in memory: which of a million pass a filter, and in which order, without asking SQL again.

What has a column is compared there. Any other condition is asked of the registry once, and its answer kept; when single
images change, they alone are asked about anew. So an answer always is the one that SQL would give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.filter_values import UnfitError, fitting
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.ids import CategoryId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import ImageFilter, Source
from core.errors import RefusedError
from core.projects.filter_masks import column_mask, part_of_names
from core.projects.name_search import NameSearch
from core.projects.place_lookup import PlaceLookup
from core.registry.session import Session
from core.registry.stores import filters, image_columns, images, questions
from core.registry.stores.image_changes import MOST_NAMED, list_changed
from core.registry.stores.image_columns import STATES, ImageColumns
from core.registry.stores.questions import Question

Mask = NDArray[np.bool_]
Places = NDArray[np.int32]
"""Of images in the order of their paths, ascending."""

_TOLD_BY_SQL = (SortKey.NAME, SortKey.ADDED)
_MOST_ANSWERS = 24  # of filters lately asked; classes aside, which are few or small


class HeldImages:
    """Of one project at one revision. `revised` makes the next one of it. May be used on any thread."""

    def __init__(self, project: ProjectId, revision: int, newest: int, columns: ImageColumns) -> None:
        self.project = project
        self.revision = revision
        self._newest = newest
        self._columns = columns
        self._lookup = PlaceLookup(columns.keys)
        # Places by what was asked. Each value is replaced as a whole: threads at worst both ask.
        self._answers: dict[Question, Places] = {}
        self._of_categories: dict[CategoryId, Places] = {}
        self._of_sources: dict[Source, Places] = {}
        self._names: NameSearch | None = None
        self._orders: dict[SortOrder, NDArray[np.int32]] = {}

    @classmethod
    def read(cls, session: Session, project: ProjectId, revision: int) -> HeldImages:
        """About 1.5 s of a million images."""
        newest = image_columns.newest_key(session)
        return cls(project, revision, newest, image_columns.read_columns(session, project))

    def __len__(self) -> int:
        return len(self._columns)

    # --- lists ---------------------------------------------------------------------------------------------------

    def list_ids(self, session: Session, filter: ImageFilter, sort: SortOrder) -> ImageIds:
        """All that match, in order. The session sees the project as it is here."""
        keys, mask = self._columns.keys, self.mask(session, filter)
        if sort == SortOrder():
            return ImageIds(keys if mask is None else keys[mask])
        order = self.order(session, sort)
        return ImageIds(keys[order] if mask is None else keys[order[mask[order]]])

    def columns_of(self, ids: ImageIds) -> ImageColumns:
        """Of those that there are."""
        return self._columns.at(self._lookup.find(ids.keys[self._lookup.knows(ids.keys)]))

    def mask(self, session: Session, filter: ImageFilter) -> Mask | None:
        """Which images match; None = all."""
        masks = self._masks(session, filter)
        if not masks:
            return None
        whole = masks[0]
        for mask in masks[1:]:
            whole = whole & mask
        return whole

    def _masks(self, session: Session, filter: ImageFilter) -> list[Mask]:
        masks = []
        if filter.folders and "" not in filter.folders:
            masks.append(self._of_folders(session, filter.folders))
        if filter.categories:
            masks.append(self._spread(*(self.places_of_category(session, one) for one in filter.categories)))
        if filter.is_annotated is not None:
            masks.append(self._columns.is_annotated == filter.is_annotated)
        if filter.is_without_concept:
            masks.append(self._columns.is_annotated & (self._columns.n_annotations == 0))
        if filter.state is not None:
            masks.append(self._columns.states == STATES.index(filter.state))
        if filter.tag:
            masks.append(self._asked(session, questions.has_tag(filter.tag)))
        if filter.where is not None:
            masks.append(self._of_group(session, filter.where))
        if filter.only is not None:
            keys = filter.only.keys
            masks.append(self._spread(self._lookup.find(keys[self._lookup.knows(keys)])))
        if filter.name_contains:
            masks.append(self._spread(self.names(session).find_places(images.folded(filter.name_contains))))
        return masks

    def _of_folders(self, session: Session, folders: tuple[str, ...]) -> Mask:
        keys = images.keys_of_folders(session, self.project, folders)
        return np.isin(self._columns.folders, np.array(keys, dtype=np.int32))

    def _of_group(self, session: Session, group: Group) -> Mask:
        is_all = group.joint is Joint.AND
        whole = np.full(len(self), is_all)
        for item in group.items:
            mask = self._of_condition(session, item) if isinstance(item, Condition) else self._of_group(session, item)
            whole = whole & mask if is_all else whole | mask
        return whole

    def _of_condition(self, session: Session, condition: Condition) -> Mask:
        try:
            mask = column_mask(self._columns, condition)
        except UnfitError as error:
            raise RefusedError(str(error), code="E-530") from None
        if mask is not None:
            return mask
        if condition.field == "label":
            keys, is_negative = filters.classes_wanted(session, self.project, condition)
            some = (self.places_of_category(session, CategoryId(str(key))) for key in keys)
            return ~self._spread(*some) if is_negative else self._spread(*some)
        if condition.field == "source":
            return self._of_source(session, fitting(condition))
        text = part_of_names(condition)
        if text:
            return self._spread(self.names(session).find_places(text))
        return self._asked(session, questions.meets(session, self.project, condition))

    def _of_source(self, session: Session, condition: Condition) -> Mask:
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        found = self._spread(*(self.places_of_source(session, Source(str(value))) for value in values))
        return ~found if condition.operator in (Operator.NE, Operator.NIN) else found

    def _asked(self, session: Session, question: Question) -> Mask:
        """By SQL, once."""
        places = self._answers.pop(question, None)
        if places is None:
            places = np.sort(self._lookup.find(questions.keys_that_meet(session, self.project, question)))
        self._answers[question] = places  # the newest stands last
        while len(self._answers) > _MOST_ANSWERS:
            self._answers.pop(next(iter(self._answers)), None)
        return self._spread(places)

    def places_of_category(self, session: Session, category: CategoryId) -> Places:
        found = self._of_categories.get(category)
        if found is None:
            found = np.sort(self._lookup.find(image_columns.keys_of_category(session, category)))
            self._of_categories[category] = found
        return found

    def places_of_source(self, session: Session, source: Source) -> Places:
        found = self._of_sources.get(source)
        if found is None:
            question = questions.meets(session, self.project, Condition("source", Operator.EQ, source.value))
            found = np.sort(self._lookup.find(questions.keys_that_meet(session, self.project, question)))
            self._of_sources[source] = found
        return found

    def names(self, session: Session) -> NameSearch:
        if self._names is None:
            self._names = NameSearch(ImageIds(self._columns.keys), images.list_names(session, self.project)[1])
        return self._names

    def has_order(self, sort: SortOrder) -> bool:
        """Whether `order` takes milliseconds."""
        return sort.key not in _TOLD_BY_SQL or sort in self._orders

    def order(self, session: Session, sort: SortOrder) -> NDArray[np.int32]:
        """The places of all images in an order."""
        found = self._orders.pop(sort, None)
        if found is None:
            found = self._in_order(session, sort)
        of_columns = [known for known in self._orders if known.key not in _TOLD_BY_SQL]
        if sort.key not in _TOLD_BY_SQL and of_columns:
            self._orders.pop(of_columns[0], None)  # made again in milliseconds
        self._orders[sort] = found
        return found

    def _in_order(self, session: Session, sort: SortOrder) -> NDArray[np.int32]:
        columns = self._columns
        by_column: dict[SortKey, Callable[[], NDArray[np.int64]]] = {
            SortKey.SIZE: lambda: columns.n_bytes,
            SortKey.PIXELS: lambda: columns.widths.astype(np.int64) * columns.heights,
            SortKey.ANNOTATIONS: lambda: columns.n_annotations.astype(np.int64),
        }
        if sort.key is SortKey.PATH:
            order = np.arange(len(columns), dtype=np.int32)
            return order[::-1] if sort.is_descending else order
        if sort.key in by_column:
            return ranked(by_column[sort.key](), is_descending=sort.is_descending)
        return self._lookup.find(images.list_image_ids(session, ImageFilter(self.project), sort=sort).keys)

    def _spread(self, *places: NDArray[np.integer[Any]]) -> Mask:
        mask = np.zeros(len(self._columns), dtype=bool)
        for some in places:
            mask[some] = True
        return mask

    def missing(
        self, first: SortOrder, categories: Sequence[CategoryId], orders: Sequence[SortOrder]
    ) -> list[Callable[[HeldImages, Session], object]]:
        """What lists, searches, these orders (one of them first) and classes will ask and nobody has read yet. What
        would take longest if it were asked for now comes first."""
        reads: list[Callable[[HeldImages, Session], object]] = []
        if first.key in _TOLD_BY_SQL and first not in self._orders:
            reads.append(partial(HeldImages.order, sort=first))
        if self._names is None:
            reads.append(HeldImages.names)
        reads += (partial(HeldImages.order, sort=one) for one in orders if one not in self._orders)
        new = (one for one in categories if one not in self._of_categories)
        reads += (partial(HeldImages.places_of_category, category=one) for one in new)
        reads += (partial(HeldImages.places_of_source, source=one) for one in Source if one not in self._of_sources)
        return reads

    # --- the next revision ---------------------------------------------------------------------------------------

    def revised(self, session: Session, revision: int) -> HeldImages | None:
        """As the session sees the project, at a later revision; None = so much has changed that all is to be read
        anew."""
        changed = list_changed(session, self.project, self.revision, revision)
        newest = image_columns.newest_key(session)
        came = image_columns.keys_after(session, self.project, self._newest) if newest > self._newest else []
        if changed is None or len(came) > MOST_NAMED:
            return None
        rows = image_columns.read_some(session, self.project, {*changed, *came})
        is_known = self._lookup.knows(rows.keys)
        n_gone = int(self._lookup.knows(np.array(changed, dtype=np.int64)).sum()) - int(is_known.sum())
        n_now = len(self) - n_gone + int((~is_known).sum())
        if n_now != image_columns.n_images(session, self.project):
            return None
        if n_gone or not is_known.all():
            return self._with_others(session, revision, newest, changed, rows)
        made = HeldImages.__new__(HeldImages)
        made.project, made.revision, made._newest, made._lookup = self.project, revision, newest, self._lookup
        made._columns = self._columns.replaced(self._lookup.find(rows.keys), rows)
        made._names = self._names
        made._orders = {sort: order for sort, order in self._orders.items() if made._has_order_of(self, sort)}
        made._of_categories, made._of_sources = dict(self._of_categories), dict(self._of_sources)
        made._answers = dict(self._answers)
        made._ask_again(session, rows.keys)
        return made

    def _has_order_of(self, other: HeldImages, sort: SortOrder) -> bool:
        """When images came into the project never changes, nor do their paths."""
        mine, its = self._columns, other._columns
        if sort.key is SortKey.SIZE:
            return mine.n_bytes is its.n_bytes
        if sort.key is SortKey.PIXELS:
            return mine.widths is its.widths and mine.heights is its.heights
        return sort.key is not SortKey.ANNOTATIONS or mine.n_annotations is its.n_annotations

    def _with_others(
        self, session: Session, revision: int, newest: int, changed: Sequence[int], rows: ImageColumns
    ) -> HeldImages | None:
        """Some came or went: every image has another place. Names and orders are read when they are wanted."""
        kept = ~np.isin(self._columns.keys, np.array(changed, dtype=np.int64))
        known = self._columns.at(kept).joined(rows)
        order = image_columns.read_order(session, self.project)
        if len(order) != len(known):
            return None
        sorter = np.argsort(known.keys)
        made = HeldImages(self.project, revision, newest, known.at(sorter[PlaceLookup(order).by_key_ranks()]))
        if not np.array_equal(made._columns.keys, order):
            return None
        new_places = made._lookup.find_or(self._columns.keys, -1)
        for category, places in self._of_categories.items():
            made._of_categories[category] = _moved(places, new_places)
        for source, places in self._of_sources.items():
            made._of_sources[source] = _moved(places, new_places)
        for question, places in self._answers.items():
            made._answers[question] = _moved(places, new_places)
        made._ask_again(session, rows.keys)
        return made

    def _ask_again(self, session: Session, keys: NDArray[np.int64]) -> None:
        """What was kept of these images may be other now."""
        asked, places = keys.tolist(), self._lookup.find(keys)
        now = image_columns.categories_of(session, asked)
        for category, old in self._of_categories.items():
            has = now.get(category, set())
            self._of_categories[category] = _with(old, places, np.array([key in has for key in asked], dtype=bool))
        by_source = image_columns.sources_of(session, asked) if self._of_sources else {}
        for source, old in self._of_sources.items():
            made_by = by_source.get(source, set())
            self._of_sources[source] = _with(old, places, np.array([key in made_by for key in asked], dtype=bool))
        for question, old in self._answers.items():
            found = questions.keys_that_meet(session, self.project, question, among=asked)
            self._answers[question] = _with(old, places, np.isin(keys, found))


def ranked(values: NDArray[np.int64], *, is_descending: bool) -> NDArray[np.int32]:
    """The places of values in their order; of equal ones the first comes first, in either direction.

    A value and its place are sorted as one number where they fit: that takes a quarter of the time.
    """
    n = len(values)
    if not n:
        return np.empty(0, dtype=np.int32)
    least, most = int(values.min()), int(values.max())
    if (most - least + 1) * n < 1 << 62:
        high = (most - values) if is_descending else (values - least)
        return (np.sort(high * n + np.arange(n)) % n).astype(np.int32)
    return np.argsort(-values if is_descending else values, kind="stable").astype(np.int32)


def _moved(places: Places, new_places: NDArray[np.int32]) -> Places:
    moved = new_places[places]
    return np.sort(moved[moved >= 0])


def _with(old: Places, places: Places, has: Mask) -> Places:
    """`old`, but of these places those that have it now. The same array when nothing is other."""
    at = np.searchsorted(old, places)
    had = np.zeros(len(places), dtype=bool)
    inside = at < len(old)
    had[inside] = old[at[inside]] == places[inside]
    if np.array_equal(had, has):
        return old
    kept = np.delete(old, at[had & ~has])
    new = np.sort(places[has & ~had])
    return np.insert(kept, np.searchsorted(kept, new), new)
