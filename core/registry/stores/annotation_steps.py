"""A written step of annotations and classes, and its inverse: what went, what came, what was given another class.

The inverse of a step is a step, so that undoing and doing again are one and the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from sqlite3 import Cursor
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.counting import counted
from core.domain.ids import ProjectId
from core.domain.names import shown
from core.errors import RefusedError
from core.registry.changes import note
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_sheets import find_contradiction, find_said_twice, read_sheets
from core.registry.stores.import_reports import Renaming, follow_classes, turn
from core.registry.stores.kept_rows import COLUMNS, MARKS, ROWS_AT_ONCE, KeptRows, Keys, digest_with
from core.registry.stores.mass_upkeep import TouchedImages, class_rewritten, images_relabelled
from core.registry.stores.upkeep import project_changed

_OVERRULE = """
INSERT OR IGNORE INTO overruled_import (id, image_id, category, kind, x0, y0, x1, y1, points, is_crowd, details)
SELECT annotation.id, image_id, category.name, kind, x0, y0, x1, y1, points, is_crowd, details
FROM annotation LEFT JOIN category ON category.id = category_id WHERE source = 'import'
"""
Told = Callable[[int], None]
"""Told of how many rows more are read or written, as `n_rows` counts them; what it raises ends the work."""

_SOURCE = COLUMNS.split(", ").index("source")


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """A row of the table of classes."""

    id: int
    name: str
    position: int
    colour: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Annotations, by key, that were of one class and are of another."""

    ids: Keys
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Step:
    """`classes` has each class that changed, as it was and as it is; None = not there. `digest` is that of the rows
    that were added, as the step left them."""

    project: ProjectId
    removed: KeptRows = field(default_factory=KeptRows)
    added: Keys = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    moved: tuple[Moved, ...] = ()
    classes: tuple[tuple[CategoryFacts | None, CategoryFacts | None], ...] = ()
    digest: int = 0
    renamings: tuple[Renaming, ...] = ()  # of imports that named the classes

    @property
    def is_empty(self) -> bool:
        return not (len(self.removed) or len(self.added) or self.moved or self.classes)


def keep(cursor: Cursor, condition: str, parameters: Sequence[object] = ()) -> KeptRows:
    """The rows of annotations for which `condition`, a WHERE clause of this package's own, holds."""
    kept = KeptRows()
    cursor.execute(f"SELECT {COLUMNS} FROM annotation WHERE {condition}", parameters)
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        kept.add(rows)
    return kept


def keep_by_id(cursor: Cursor, ids: Keys, told: Told = lambda n: None) -> KeptRows:
    """The rows of these annotations; keys of none are passed over."""
    kept = KeptRows()
    rows: list[tuple[Any, ...]] = []
    for some in _rows_of(cursor, ids):
        rows += some
        if len(rows) >= ROWS_AT_ONCE:
            kept.add(rows)
            told(len(rows))
            rows = []
    kept.add(rows)
    told(len(rows))
    return kept


def digest_of(cursor: Cursor, ids: Keys) -> int:
    """Of these annotations, as they are now."""
    digest = 0
    for rows in _rows_of(cursor, ids):
        digest = digest_with(digest, rows)
    return digest


def n_rows(step: Step) -> int:
    """How much there is to do to revert it: rows that came are read before they go."""
    return 2 * len(step.added) + len(step.removed) + sum(len(one.ids) for one in step.moved)


def delete_kept(cursor: Cursor, kept: KeptRows, told: Told = lambda n: None) -> None:
    """By a person: of what was imported it is remembered, so that the next import does not bring it back."""
    for keys in chunked(kept.ids.tolist(), ROWS_AT_ONCE):
        if kept.has_imports:
            cursor.executemany(f"{_OVERRULE} AND annotation.id = ?", ((key,) for key in keys))
        cursor.executemany("DELETE FROM annotation WHERE id = ?", ((key,) for key in keys))
        told(len(keys))


def overrule_class(cursor: Cursor, category: int) -> None:
    """All annotations of it are about to be deleted by a person."""
    cursor.execute(f"{_OVERRULE} AND annotation.category_id = ?", (category,))


def revert(session: Session, step: Step, told: Told = lambda n: None) -> Step:
    """Write the step back; returns its inverse. Raises RefusedError where the registry is not as the step left it."""
    cursor = _check(session, step)
    coming = [before for before, after in step.classes if before is not None and after is None]
    cursor.executemany(
        "INSERT INTO category (id, project_id, name, position, colour) VALUES (?, ?, ?, ?, ?)",
        [(one.id, step.project, one.name, one.position, one.colour) for one in coming],
    )
    for before, after in step.classes:
        if before is not None and after is not None:
            values = (before.name, before.position, before.colour, before.id)
            cursor.execute("UPDATE category SET name = ?, position = ?, colour = ? WHERE id = ?", values)
    inverse = _write_annotations(session, cursor, step, told)
    for before, after in step.classes:
        if before is None and after is not None:
            cursor.execute("DELETE FROM category WHERE id = ?", (after.id,))
    if step.classes:
        classes_changed(session, step.project)
    renamings = tuple(Renaming(one.report, one.after, one.before) for one in step.renamings)
    turn(session, renamings)
    for before, after in step.classes:  # imports that came meanwhile
        if before is not None and after is not None and before.name != after.name:
            renamings += follow_classes(session, step.project, [after.name], before.name)
    return replace(inverse, renamings=renamings)


def _check(session: Session, step: Step) -> Cursor:
    cursor = cursor_of(session)
    _check_classes(cursor, step)
    _check_annotations(cursor, step)
    _check_classes_of_removed(cursor, step)
    return cursor


def classes_changed(session: Session, project: ProjectId) -> None:
    project_changed(session, project)
    note(session, Changes.of(projects=[project], categories=[project]))


def _write_annotations(session: Session, cursor: Cursor, step: Step, told: Told) -> Step:
    swapped = tuple((after, before) for before, after in step.classes)
    moved = tuple(Moved(one.ids, one.after, one.before) for one in step.moved)
    if not (len(step.removed) or len(step.added) or step.moved):
        return Step(step.project, classes=swapped, moved=moved)
    going = keep_by_id(cursor, step.added, told)
    if going.digest != step.digest:
        raise _changed(f"{_annotations_of(session, going)} were changed since.")
    if step.classes or step.moved:
        of_classes = {one.before for one in step.moved} | {one.after for one in step.moved}
        of_classes |= {one.id for pair in step.classes for one in pair if one is not None}
        with class_rewritten(session, step.project, of_classes) as touched:
            touched.add(np.unique(np.concatenate([step.removed.images, going.images])).tolist())
            _move_back(cursor, step.moved, touched, told)
            _swap(cursor, going, step.removed, told)
    else:
        images = np.unique(np.concatenate([step.removed.images, going.images])).tolist()
        with images_relabelled(session, step.project, images):
            _swap(cursor, going, step.removed, told)
    contradicted = find_contradiction(session, np.unique(step.removed.images).tolist())
    if contradicted is not None:
        (sheet,) = read_sheets(session, [contradicted]).values()
        raise _changed(f'"{shown(sheet.path)}" would be marked as having nothing to find, and have annotations.')
    repeated = find_said_twice(session, step.removed.ids)
    if repeated is not None:
        (sheet,) = read_sheets(session, [repeated]).values()
        raise _changed(f'"{shown(sheet.path)}" was given the same label since, and would have it twice.')
    return Step(step.project, going, step.removed.ids, moved, swapped, step.removed.digest)


def _swap(cursor: Cursor, going: KeptRows, coming: KeptRows, told: Told) -> None:
    delete_kept(cursor, going, told)
    for rows in coming.chunks():
        cursor.executemany(f"INSERT INTO annotation ({COLUMNS}) VALUES ({MARKS})", rows)
        imported = [row[:1] for row in rows if row[_SOURCE] == "import"]
        cursor.executemany("DELETE FROM overruled_import WHERE id = ?", imported)
        told(len(rows))


def _move_back(cursor: Cursor, moved: Iterable[Moved], touched: TouchedImages, told: Told) -> None:
    for one in moved:
        for chunk in chunked(one.ids.tolist(), KEYS_PER_QUERY):
            marks = ",".join("?" * len(chunk))
            query = f"INSERT OR IGNORE INTO touched_image SELECT image_id FROM annotation WHERE id IN ({marks})"
            touched.cursor.execute(query, chunk)
            cursor.execute(f"UPDATE annotation SET category_id = ? WHERE id IN ({marks})", (one.before, *chunk))
            told(len(chunk))


def _rows_of(cursor: Cursor, ids: Keys) -> Iterator[list[tuple[Any, ...]]]:
    for chunk in chunked(ids.tolist(), KEYS_PER_QUERY):
        marks = ",".join("?" * len(chunk))
        yield cursor.execute(f"SELECT {COLUMNS} FROM annotation WHERE id IN ({marks})", chunk).fetchall()


def _check_classes(cursor: Cursor, step: Step) -> None:
    known = {
        row[0]: CategoryFacts(*row)
        for row in cursor.execute(
            "SELECT id, name, position, colour FROM category WHERE project_id = ?", [step.project]
        )
    }
    left = {after.id for _, after in step.classes if after is not None}
    for before, after in step.classes:
        if after is not None and known.get(after.id) != after:
            raise _changed(f'The class "{shown(after.name)}" was changed since.')
        if before is None:
            continue
        for other in known.values():
            if other.id not in left and other.name == before.name:
                raise _changed(f'There is another class "{shown(before.name)}" now.')
            if other.id not in left and other.position == before.position:
                raise _changed(f'Another class has the place of "{shown(before.name)}" now.')
        if after is None and before.id in known:
            raise _changed(f'The class "{shown(before.name)}" is there already.')
    _check_empty(cursor, step)


def _check_classes_of_removed(cursor: Cursor, step: Step) -> None:
    coming = {before.id for before, after in step.classes if before is not None}
    known = {id for (id,) in cursor.execute("SELECT id FROM category WHERE project_id = ?", [step.project])}
    if step.removed.categories - coming - known:
        raise _changed("Classes of the annotations were deleted since.")


def _check_empty(cursor: Cursor, step: Step) -> None:
    """A class that goes with the step takes nothing with it that the step did not bring."""
    for before, after in step.classes:
        if before is None and after is not None:
            (n,) = cursor.execute("SELECT count(*) FROM annotation WHERE category_id = ?", (after.id,)).fetchone()
            mine = sum(len(one.ids) for one in step.moved if one.after == after.id)
            if n > mine + len(step.added):
                raise _changed(f'The class "{shown(after.name)}" has {counted(n, "annotation")} by now.')


def _check_annotations(cursor: Cursor, step: Step) -> None:
    for one in step.moved:  # the plus keeps SQLite from going through the whole class for each chunk
        n = _count(cursor, "annotation", one.ids, f" AND +category_id = {int(one.after)}")
        if n != len(one.ids):
            raise _changed(f"{_were(len(one.ids) - n, 'annotation')} changed or deleted since.")
    n = _count(cursor, "annotation", step.added)
    if n != len(step.added):
        raise _changed(f"{_were(len(step.added) - n, 'annotation')} deleted since.")
    images = np.unique(step.removed.images)
    n = _count(cursor, "image", images)
    if n != len(images):
        raise _changed(f"{_were(len(images) - n, 'image')} removed from the project since.")


def _count(cursor: Cursor, table: str, ids: Keys, condition: str = "") -> int:
    found = 0
    for chunk in chunked(ids.tolist(), KEYS_PER_QUERY):
        marks = ",".join("?" * len(chunk))
        found += cursor.execute(f"SELECT count(*) FROM {table} WHERE id IN ({marks}){condition}", chunk).fetchone()[0]
    return found


def _annotations_of(session: Session, rows: KeptRows) -> str:
    images = np.unique(rows.images).tolist()
    if len(images) > 1:
        return "Some of its annotations"
    return f'The annotations of "{shown(read_sheets(session, images)[images[0]].path)}"'


def _were(n: int, one: str) -> str:
    return f"{counted(n, one)} {'was' if n == 1 else 'were'}"


def _changed(text: str) -> RefusedError:
    return RefusedError(f"This cannot be undone. {text}", hint="Nothing was changed.")
