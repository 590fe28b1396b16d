"""Classes of a project: made, renamed, recoloured, merged and deleted, each as a step that can be written back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Cursor

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.categories import MAX_CATEGORY_NAME, PALETTE, CategoryUse
from core.domain.ids import CategoryId, ProjectId
from core.domain.names import shown
from core.errors import NotFoundError, RefusedError
from core.registry.stores.annotation_steps import (
    CategoryFacts,
    Moved,
    Step,
    classes_changed,
    delete_kept,
    keep,
    overrule_class,
)
from core.registry.stores.datasets import find_frozen_now
from core.registry.stores.driver import cursor_of
from core.registry.stores.import_reports import follow_classes
from core.registry.stores.kept_rows import Keys
from core.registry.stores.mass_upkeep import class_rewritten
from core.registry.tables.models import ModelRow, VersionRow

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_JOINERS = re.compile(r"(?<=[^\s])[\u200c\u200d]+(?=[^\s])")  # within Persian and Indian words, and emoji

_ONLY = """
FROM (SELECT DISTINCT image_id FROM annotation WHERE category_id = ? AND source != 'model') AS own
WHERE NOT EXISTS (
 SELECT 1 FROM annotation WHERE annotation.image_id = own.image_id AND source != 'model' AND category_id IS NOT ?
)
"""
# Of a whole image the same class said twice becomes one: the older row of the class that stays, else the oldest.
_TWICE = """
kind = 'image' AND category_id IN ({marks}) AND EXISTS (
 SELECT 1 FROM annotation AS other WHERE other.image_id = annotation.image_id AND other.kind = 'image'
 AND (other.source = 'model') = (annotation.source = 'model')
 AND (other.category_id = ? OR (other.category_id IN ({marks}) AND other.id < annotation.id))
)
"""


def insert_category(session: Session, project: ProjectId, name: str, colour: str = "") -> tuple[CategoryId, Step]:
    """Behind the others, where its colour is not one that another was given. Raises RefusedError for a name or colour
    that cannot be had."""
    cursor = cursor_of(session)
    name, colour = check_name(cursor, project, name), check_colour(colour)
    position = _free_position(cursor, project)
    query = "INSERT INTO category (project_id, name, position, colour) VALUES (?, ?, ?, ?) RETURNING id"
    (id,) = cursor.execute(query, (project, name, position, colour)).fetchone()
    classes_changed(session, project)
    return CategoryId(str(id)), Step(project, classes=((None, CategoryFacts(id, name, position, colour)),))


def update_category(
    session: Session, project: ProjectId, category: CategoryId, *, name: str | None = None, colour: str | None = None
) -> Step:
    """What is None stays. Raises RefusedError for a name or colour that cannot be had, NotFoundError."""
    cursor = cursor_of(session)
    before = get_facts(cursor, project, category)
    after = before
    if name is not None:
        after = replace(after, name=check_name(cursor, project, name, owner=before.id))
    if colour is not None:
        after = replace(after, colour=check_colour(colour))
    if after == before:
        return Step(project)
    values = (after.name, after.colour, after.id)
    cursor.execute("UPDATE category SET name = ?, colour = ? WHERE id = ?", values)
    classes_changed(session, project)
    renamings = follow_classes(session, project, [before.name], after.name) if after.name != before.name else ()
    return Step(project, classes=((before, after),), renamings=renamings)


def merge_categories(
    session: Session, project: ProjectId, categories: Sequence[CategoryId], into: CategoryId
) -> tuple[int, Step]:
    """All that is of `categories` becomes of `into`; they go. Returns how many annotations that were. NotFoundError."""
    cursor = cursor_of(session)
    target = get_facts(cursor, project, into)
    sources = [get_facts(cursor, project, one) for one in dict.fromkeys(categories) if one != into]
    if not sources:
        raise RefusedError("Choose another class to merge with.")
    keys, marks = [one.id for one in sources], ",".join("?" * len(sources))
    with class_rewritten(session, project, [*keys, target.id]) as touched:
        for key in keys:
            touched.add_of_class(key)
        twice = keep(cursor, _TWICE.format(marks=marks), (*keys, target.id, *keys))
        delete_kept(cursor, twice)
        moved = tuple(Moved(_ids_of(cursor, key), key, target.id) for key in keys)
        cursor.execute(f"UPDATE annotation SET category_id = ? WHERE category_id IN ({marks})", (target.id, *keys))
    cursor.execute(f"DELETE FROM category WHERE id IN ({marks})", keys)
    classes_changed(session, project)
    n = len(twice) + sum(len(one.ids) for one in moved)
    renamings = follow_classes(session, project, [one.name for one in sources], target.name)
    return n, Step(project, twice, moved=moved, classes=tuple((one, None) for one in sources), renamings=renamings)


def delete_category(session: Session, project: ProjectId, category: CategoryId) -> tuple[int, Step]:
    """With its annotations; the images stay. Returns how many annotations went. Raises NotFoundError."""
    cursor = cursor_of(session)
    facts = get_facts(cursor, project, category)
    with class_rewritten(session, project, [facts.id]) as touched:
        touched.add_of_class(facts.id)
        kept = keep(cursor, "category_id = ?", (facts.id,))
        if kept.has_imports:
            overrule_class(cursor, facts.id)
        cursor.execute("DELETE FROM annotation WHERE category_id = ?", (facts.id,))
    cursor.execute("DELETE FROM category WHERE id = ?", (facts.id,))
    classes_changed(session, project)
    return len(kept), Step(project, kept, classes=((facts, None),))


def list_images_with_only(session: Session, project: ProjectId, category: CategoryId) -> Keys:
    """Keys of the images whose ground truth is all of this class. Raises NotFoundError."""
    cursor = cursor_of(session)
    facts = get_facts(cursor, project, category)
    rows = cursor.execute(f"SELECT image_id {_ONLY}", (facts.id, facts.id)).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1)


def use_of(session: Session, project: ProjectId, category: CategoryId) -> CategoryUse:
    """Raises NotFoundError."""
    cursor = cursor_of(session)
    facts = get_facts(cursor, project, category)
    counts = "SELECT coalesce(sum(n_annotations), 0), coalesce(sum(n_images), 0) FROM folder_category"
    n, n_images = cursor.execute(f"{counts} WHERE category_id = ?", (facts.id,)).fetchone()
    (n_only,) = cursor.execute(f"SELECT count(*) {_ONLY}", (facts.id, facts.id)).fetchone()
    (n_all,) = cursor.execute("SELECT count(*) FROM annotation WHERE category_id = ?", (facts.id,)).fetchone()
    models = list_models_that_know(session, project, facts.name)
    return CategoryUse(category, facts.name, n, n_images, n_only, n_all - n, models)


def list_models_that_know(session: Session, project: ProjectId, name: str) -> tuple[str, ...]:
    """Names of the project's models, and of those that were trained on its images, that have a class of that name."""
    trained_here = select(VersionRow.model_id).where(VersionRow.project_id == project)
    query = select(ModelRow.name, ModelRow.categories).where(
        ModelRow.deleted_at.is_(None), (ModelRow.project_id == project) | ModelRow.id.in_(trained_here)
    )
    return tuple(sorted(model for model, categories in session.execute(query) if name in categories))


def refuse_while_frozen(session: Session, project: ProjectId) -> None:
    """Raises RefusedError (E-432) while a dataset of the project is being frozen."""
    building = find_frozen_now(session, project)
    if building is not None:
        text = f'The dataset "{shown(building)}" is being frozen.'
        raise RefusedError(text, hint="Wait until that is done.", code="E-432")


def get_facts(cursor: Cursor, project: ProjectId, category: CategoryId) -> CategoryFacts:
    """Raises NotFoundError."""
    query = "SELECT id, name, position, colour FROM category WHERE project_id = ? AND id = ?"
    row = cursor.execute(query, (project, int(category))).fetchone()
    if row is None:
        raise NotFoundError("The class is not there any more.", hint="It may have been deleted or merged.")
    return CategoryFacts(*row)


def check_name(cursor: Cursor, project: ProjectId, name: str, *, owner: int | None = None) -> str:
    """The name as it is stored. Raises RefusedError; a class may keep its own name."""
    name = name.strip()
    if not name:
        raise RefusedError("Give the class a name.")
    if len(name) > MAX_CATEGORY_NAME:
        raise RefusedError(f"The name of a class has at most {MAX_CATEGORY_NAME} characters; this one has {len(name)}.")
    if not _JOINERS.sub("", name).isprintable():
        raise RefusedError(f'The name "{shown(name)}" has characters that cannot be shown.')
    holder = cursor.execute("SELECT id FROM category WHERE project_id = ? AND name = ?", (project, name)).fetchone()
    if holder is not None and holder[0] != owner:
        text = f'A class named "{shown(name)}" already exists.'
        raise RefusedError(text, hint="Choose another name, or merge the two classes.")
    return name


def _free_position(cursor: Cursor, project: ProjectId) -> int:
    """Behind all: the first whose colour of PALETTE was not given to a class by a person."""
    rows = cursor.execute("SELECT position, colour FROM category WHERE project_id = ?", (project,)).fetchall()
    position = max((place for place, _ in rows), default=-1) + 1
    given = {colour for _, colour in rows if colour}
    free = (place for place in range(position, len(PALETTE)) if PALETTE[place].lower() not in given)
    return next(free, max(position, len(PALETTE)))


def check_colour(colour: str) -> str:
    """As it is stored. Raises RefusedError for what is neither "" nor #rrggbb."""
    colour = colour.strip().lower()
    if colour and _COLOUR.fullmatch(colour) is None:
        raise RefusedError(f'"{shown(colour)}" is no colour.', hint="Write it as #rrggbb, such as #e69f00.")
    return colour


def _ids_of(cursor: Cursor, category: int) -> Keys:
    rows = cursor.execute("SELECT id FROM annotation WHERE category_id = ? ORDER BY id", (category,)).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1)
