"""The first images of a long list, before the list is in memory: what is far behind them is not sorted.

Some images, spread over all, tell about where the wanted ones end in the order. Those before that are few: they alone
are asked whether they pass the filter, and sorted. The answer is that of the whole list, always.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, false, func, or_, select, text
from sqlalchemy.orm import Session

from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH, SortKey, SortOrder
from core.domain.projects import ImageFilter
from core.registry.stores.filters import is_in
from core.registry.stores.image_columns import n_images, to_numbers
from core.registry.stores.images import conditions, key_of, list_image_ids, ordering
from core.registry.tables.images import ImageRow

_MANY = 50_000  # images; of fewer, all are sorted in no time
_SAMPLED = 2_000
_LEAST_SAMPLED = 100  # that pass: of a filter that hardly any image passes, all images are looked at anyhow
_SPARE = 4  # times as many as are wanted, since the sample tells only about where they end
_MOST_ASKED = 100_000

# The plus keeps SQLite from following the index of paths, image by image, where most images are the project's.
_OF_PROJECT = text("+image.project_id = :project")

Clause = ColumnElement[bool]


def list_first(session: Session, filter: ImageFilter, sort: SortOrder, most: int) -> ImageIds:
    """The first `most` that match, in order."""
    highest = session.scalar(select(func.max(ImageRow.id))) or 0
    if highest < _MANY or 2 * n_images(session, filter.project) < highest:
        return list_image_ids(session, filter, sort=sort, most=most)
    # By chance: what repeats itself every so many images would be met again and again by even steps.
    sample = random.Random(highest).sample(range(1, highest + 1), min(_SAMPLED, highest))
    keys = _keys_among(session, filter, sort, sample)
    if len(keys) < _LEAST_SAMPLED:
        return _first_of(session, filter, sort, most)
    if sort.key is SortKey.PATH:
        on_path = _first_on_path(session, filter, sort, most, -(-_SPARE * most * _SAMPLED // len(keys)))
        if len(on_path) < most and filter.folders:  # they may lie at the other end
            return _first_of(session, filter, sort, most)
        return on_path if len(on_path) == most else list_image_ids(session, filter, sort=sort, most=most)
    place = -(-_SPARE * most * len(sample) // highest) - 1
    found: ImageIds | None = None
    if place < len(keys) and keys[0] == keys[place]:
        n_asked = -(-_SPARE * most * _SAMPLED // keys.count(keys[0]))
        found = _first_of_alike(session, filter, sort, most, keys[0], n_asked)
    elif place < len(keys) and (bound := _bound(sort, keys[place])) is not None:
        found = _first_before(session, filter, sort, most, bound)
    return found if found is not None and len(found) == most else _first_of(session, filter, sort, most)


def _first_of_alike(
    session: Session, filter: ImageFilter, sort: SortOrder, most: int, value: Any, n_asked: int
) -> ImageIds | None:
    """Where very many images have one key: the few before them, then the first of them on their paths."""
    key = key_of(sort.key)
    is_before = key.is_not(None) if value is None else key > value
    if not sort.is_descending:
        is_before = false() if value is None else or_(key < value, key.is_(None))
    before = _first_before(session, filter, sort, most, is_before)
    if before is None or len(before) == most:
        return before
    alike = _first_on_path(session, filter, BY_PATH, most, n_asked, key.is_not_distinct_from(value))
    return ImageIds(np.concatenate([before.keys, alike.keys])[:most])


def _first_on_path(
    session: Session, filter: ImageFilter, sort: SortOrder, most: int, n_asked: int, *clauses: Clause
) -> ImageIds:
    """Of the first images in the order of paths, which has an index."""
    asked = list_image_ids(session, ImageFilter(filter.project), sort=sort, most=min(n_asked, _MOST_ASKED))
    return _first(session, sort, most, [*_clauses(session, filter, asked.keys.tolist()), *clauses])


def _keys_among(session: Session, filter: ImageFilter, sort: SortOrder, among: Sequence[int]) -> list[Any]:
    """The keys of the order of those of these images that match, in order."""
    key = key_of(sort.key)
    query = select(key).where(*_clauses(session, filter, among))
    return list(session.scalars(query.order_by(key.desc() if sort.is_descending else key)))


def _bound(sort: SortOrder, value: Any) -> Clause | None:
    """What the first images have: a key that is not behind this one. None = all images have. NULL comes first."""
    key = key_of(sort.key)
    if sort.is_descending:
        return None if value is None else key >= value
    found: Clause = key.is_(None) if value is None else or_(key <= value, key.is_(None))
    return found


def _first_before(session: Session, filter: ImageFilter, sort: SortOrder, most: int, bound: Clause) -> ImageIds | None:
    """None where too many images are before the bound."""
    if not (filter.categories or filter.tag or filter.where is not None):
        return _first_of(session, filter, sort, most, bound)
    before = select(ImageRow.id).where(_OF_PROJECT.bindparams(project=filter.project), bound).limit(_MOST_ASKED)
    asked = to_numbers(session.scalar(select(func.group_concat(before.subquery().c.id))))
    if len(asked) == _MOST_ASKED:
        return None
    return _first(session, sort, most, _clauses(session, filter, asked.tolist()))


def _first_of(session: Session, filter: ImageFilter, sort: SortOrder, most: int, *bound: Clause) -> ImageIds:
    return _first(session, sort, most, [*_clauses(session, filter), *bound])


def _first(session: Session, sort: SortOrder, most: int, clauses: Sequence[Any]) -> ImageIds:
    first = select(ImageRow.id).where(*clauses).order_by(*ordering(sort)).limit(most).subquery()
    return ImageIds(to_numbers(session.scalar(select(func.group_concat(first.c.id)))))


def _clauses(session: Session, filter: ImageFilter, among: Sequence[int] | None = None) -> list[Any]:
    """That an image matches, and is one of these."""
    _, *rest = conditions(session, filter, among)
    some = [] if among is None else [is_in(ImageRow.id, among)]
    return [_OF_PROJECT.bindparams(project=filter.project), *some, *rest]
