"""Questions about images whose answers are kept: the key says when two of them are the same, of the same images."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from core.domain.filters import Condition
from core.domain.ids import ProjectId
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.filters import where_condition
from core.registry.stores.image_columns import to_numbers
from core.registry.tables.datasets import DatasetRow
from core.registry.tables.images import ImageRow
from core.registry.tables.judgements import ImageTagRow

# The plus keeps SQLite from going through all images of the project where the clause names a few.
_OF_PROJECT = text("+image.project_id = :project")


@dataclass(frozen=True, slots=True)
class Question:
    """What names stand for is looked up when it is asked: of a class that has another name now, it is another one."""

    key: Hashable
    clause: ColumnElement[bool] = field(compare=False)


def has_tag(tag: str) -> Question:
    return _question(ImageRow.id.in_(select(ImageTagRow.image_id).where(ImageTagRow.tag == tag)))


def meets(session: Session, project: ProjectId, condition: Condition) -> Question:
    """Raises RefusedError (E-530, E-524) as core.registry.stores.filters does."""
    clause = where_condition(session, project, condition)
    # What is in sets is told by the datasets' revisions, not by the project's.
    return _question(clause, _datasets(session, project) if condition.field == "set" else ())


def keys_that_meet(
    session: Session, project: ProjectId, question: Question, among: Sequence[int] | None = None
) -> NDArray[np.int64]:
    """The project's images, all or `among` some, that do; ascending."""
    of_project = _OF_PROJECT.bindparams(project=project)
    query = select(ImageRow.id).where(of_project, question.clause).order_by(ImageRow.id)
    if among is None:
        return to_numbers(session.scalar(select(func.group_concat(query.subquery().c.id))))
    chunks = (query.where(ImageRow.id.in_(chunk)) for chunk in chunked(among, KEYS_PER_QUERY))
    return np.array(sorted(key for some in chunks for key in session.scalars(some)), dtype=np.int64)


def _question(clause: ColumnElement[bool], state: Hashable = ()) -> Question:
    compiled = clause.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = tuple((name, str(value)) for name, value in sorted(compiled.params.items()))
    return Question((str(compiled), values, state), clause)


def _datasets(session: Session, project: ProjectId) -> Hashable:
    rows = session.execute(select(DatasetRow.id, DatasetRow.revision).where(DatasetRow.project_id == project))
    return tuple(sorted((id, revision) for id, revision in rows))


_DIALECT = sqlite.dialect()
