"""Datasets and their sets: facts written as one value, so that a change can be taken back by writing the one before.

Which images are in the sets is in core.registry.stores.dataset_images.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.datasets import (
    Dataset,
    DatasetFacts,
    DatasetSet,
    DatasetState,
    SetFacts,
    SetId,
    SetRole,
    SplitRule,
)
from core.domain.ids import DatasetId, ProjectId, SnapshotId
from core.domain.imports import Problem, Severity
from core.errors import NotFoundError
from core.registry.changes import note
from core.registry.places import is_being_frozen
from core.registry.stores.dataset_images import ClassCounts, Counts, count_images
from core.registry.tables.datasets import DatasetRow, DatasetSetRow
from core.registry.tables.projects import ProjectRow

_FORMAT = 1  # of the column `content`

_BUILDING = DatasetState.BUILDING.value

CUT_OFF = Problem("freeze-cut-off", "Freezing it was cut off. It is open again; nothing of it was frozen.")
"""What is told of a dataset whose freezing neither ended nor goes on."""


def insert_dataset(session: Session, id: DatasetId, facts: DatasetFacts, at: datetime) -> DatasetFacts:
    """An open one. Its facts with the keys of its sets: 0 stands for "a new one", others are taken again."""
    session.add(
        DatasetRow(
            id=id,
            project_id=facts.project,
            name=facts.name,
            description=facts.description,
            state=DatasetState.OPEN.value,
            has_unique_images=facts.has_unique_images,
            created_at=at,
            changed_at=at,
            cloned_from_id=facts.cloned_from,
            content=_content(facts.rules, ()),
        )
    )
    session.flush()
    return write_facts(session, id, facts, at)


def write_facts(session: Session, id: DatasetId, facts: DatasetFacts, at: datetime) -> DatasetFacts:
    """Let the dataset be what `facts` say. Sets that are not among them go, with what is in them."""
    rows = {row.id: row for row in session.scalars(select(DatasetSetRow).where(DatasetSetRow.dataset_id == id))}
    kept = {int(item.id) for item in facts.sets}
    session.execute(delete(DatasetSetRow).where(DatasetSetRow.id.in_([key for key in rows if key not in kept])))
    # Names may change places; no two sets have one name, not even for a moment.
    session.execute(
        update(DatasetSetRow).where(DatasetSetRow.dataset_id == id).values(name=func.printf("/%d", DatasetSetRow.id))
    )
    session.expire_all()
    written = []
    for position, item in enumerate(facts.sets):
        row = rows.get(int(item.id))
        if row is None:
            row = DatasetSetRow(dataset_id=id, id=int(item.id) or None)
            session.add(row)
        row.name, row.role, row.position = item.name, item.role.value, position
        session.flush()
        written.append(SetFacts(SetId(row.id), item.name, item.role))
    found = get_row(session, id)
    found.name, found.description, found.has_unique_images = facts.name, facts.description, facts.has_unique_images
    found.content = _content(facts.rules, _problems(found.content))
    touched(session, id, at)
    return DatasetFacts(
        facts.project,
        facts.name,
        facts.description,
        facts.has_unique_images,
        tuple(written),
        facts.rules,
        facts.cloned_from,
    )


def touched(session: Session, id: DatasetId, at: datetime) -> None:
    """The dataset's facts, sets or images have changed."""
    values = {"revision": DatasetRow.revision + 1, "changed_at": at}
    session.execute(update(DatasetRow).where(DatasetRow.id == id).values(values))
    note(session, Changes.of(datasets=[id]))


def delete_dataset(session: Session, id: DatasetId) -> None:
    """Of one that is open: it is as if it never was."""
    session.execute(delete(DatasetRow).where(DatasetRow.id == id))
    note(session, Changes.of(datasets=[id]))


def set_deleted(session: Session, id: DatasetId, at: datetime | None) -> None:
    """A frozen one becomes a tombstone, or with None is there again."""
    session.execute(update(DatasetRow).where(DatasetRow.id == id).values(deleted_at=at))
    note(session, Changes.of(datasets=[id]))


def which_are_known(session: Session, ids: Collection[DatasetId]) -> frozenset[DatasetId]:
    """Those that have a row, also of deleted ones."""
    known = set(session.scalars(select(DatasetRow.id)))
    return frozenset(id for id in ids if id in known)


def list_frozen_ids(session: Session) -> frozenset[SnapshotId]:
    """What datasets of all projects were frozen into, also deleted ones."""
    found = session.scalars(select(DatasetRow.snapshot_id).where(DatasetRow.snapshot_id.is_not(None)))
    return frozenset(SnapshotId(id) for id in found if id is not None)


def was_deleted_before(session: Session, id: DatasetId, at: datetime) -> bool:
    """By itself, not with its project."""
    row = get_row(session, id)
    purged_at = session.scalar(select(ProjectRow.purged_at).where(ProjectRow.id == row.project_id))
    return row.deleted_at is not None and row.deleted_at < at and purged_at is None


def has_sets(session: Session, id: DatasetId) -> bool:
    """False of a deleted one of which only a row is left."""
    return session.scalar(select(DatasetSetRow.id).where(DatasetSetRow.dataset_id == id).limit(1)) is not None


def empty_deleted(session: Session, id: DatasetId) -> bool:
    """The sets of a deleted one go, with what is in them; False of one that is there again, which keeps them."""
    if get_row(session, id).deleted_at is None:
        return False
    session.execute(delete(DatasetSetRow).where(DatasetSetRow.dataset_id == id))
    return True


def set_state(
    session: Session, id: DatasetId, state: DatasetState, at: datetime, problems: Sequence[Problem] = ()
) -> None:
    row = get_row(session, id)
    row.state = state.value
    row.content = _content(_rules(row.content), problems)
    session.flush()
    touched(session, id, at)


def set_frozen(
    session: Session,
    id: DatasetId,
    version: str,
    snapshot: SnapshotId,
    counts: Mapping[int, Counts],
    at: datetime,
    notes: Sequence[Problem] = (),
    classes: Mapping[int, Mapping[str, ClassCounts]] | None = None,
) -> None:
    """`counts` are those of its sets as they were frozen, for good: images that go from the project are still there.
    `classes` are those of its sets by their names then. `notes` is what is to be told of the files."""
    row = get_row(session, id)
    row.state, row.version, row.snapshot_id, row.frozen_at = DatasetState.COMPLETE.value, version, snapshot, at
    row.content = _content(_rules(row.content), notes, counts) or {}
    if classes is not None:
        told = {str(key): {name: list(n) for name, n in of.items()} for key, of in classes.items()}
        row.content = row.content | {"classes": told}
    session.flush()
    touched(session, id, at)


def find_frozen_classes(session: Session, id: DatasetId) -> dict[int, dict[str, ClassCounts]] | None:
    """By set and name, as they were frozen; None of one that is open, or was frozen before they were kept."""
    kept = (get_row(session, id).content or {}).get("classes")
    if kept is None:
        return None
    return {int(key): {name: ClassCounts(*n) for name, n in of.items()} for key, of in kept.items()}


def get_row(session: Session, id: DatasetId) -> DatasetRow:
    row = session.get(DatasetRow, id)
    if row is None:
        raise NotFoundError("The dataset is not there any more.", hint="It was deleted, here or in another window.")
    return row


def get_facts(session: Session, id: DatasetId) -> DatasetFacts:
    """Raises NotFoundError, also for one that was deleted."""
    row = get_row(session, id)
    if row.deleted_at is not None:
        raise NotFoundError(f'The dataset "{row.name}" was deleted.')
    sets = tuple(SetFacts(SetId(item.id), item.name, SetRole(item.role)) for item in _set_rows(session, [id]))
    return DatasetFacts(
        ProjectId(row.project_id),
        row.name,
        row.description,
        row.has_unique_images,
        sets,
        _rules(row.content),
        None if row.cloned_from_id is None else DatasetId(row.cloned_from_id),
    )


def get_dataset(session: Session, id: DatasetId, *, with_annotated: bool = True) -> Dataset:
    """Raises NotFoundError. One that was deleted is there as long as anything refers to it. One whose freezing was cut
    off is open, whatever its row still says."""
    return _to_domain(session, [get_row(session, id)], with_annotated=with_annotated)[0]


def list_datasets(session: Session, project: ProjectId, *, with_annotated: bool = True) -> tuple[Dataset, ...]:
    """The newest first, without those that were deleted."""
    query = select(DatasetRow).where(DatasetRow.project_id == project, DatasetRow.deleted_at.is_(None))
    rows = session.scalars(query.order_by(DatasetRow.created_at.desc(), DatasetRow.id.desc())).all()
    return _to_domain(session, rows, with_annotated=with_annotated)


def list_ids(session: Session, project: ProjectId) -> tuple[DatasetId, ...]:
    """As `list_datasets`, without counting what is in them."""
    query = select(DatasetRow.id).where(DatasetRow.project_id == project, DatasetRow.deleted_at.is_(None))
    return tuple(map(DatasetId, session.scalars(query.order_by(DatasetRow.created_at.desc(), DatasetRow.id.desc()))))


def list_in_state(session: Session, state: DatasetState) -> tuple[Dataset, ...]:
    """Of all projects."""
    rows = session.scalars(select(DatasetRow).where(DatasetRow.state == state.value)).all()
    return _to_domain(session, rows, with_annotated=False)


def find_frozen_now(session: Session, project: ProjectId) -> str | None:
    """The name of a dataset of the project that somebody freezes at this moment."""
    query = select(DatasetRow.id, DatasetRow.name).where(
        DatasetRow.project_id == project, DatasetRow.state == _BUILDING, DatasetRow.deleted_at.is_(None)
    )
    return next((name for id, name in session.execute(query) if is_being_frozen(session, id)), None)


def find_dataset(session: Session, text: str, project: ProjectId | None = None) -> Dataset | None:
    """By its id, its name, its version, or "name (version)"; in a project, or in all of them where it is the only
    one of that name."""
    label = DatasetRow.name + " (" + DatasetRow.version + ")"
    is_it = or_(DatasetRow.id == text, DatasetRow.name == text, DatasetRow.version == text, label == text)
    query = select(DatasetRow).where(is_it, DatasetRow.deleted_at.is_(None))
    if project is not None:
        query = query.where(DatasetRow.project_id == project)
    rows = session.scalars(query).all()
    best = [row for row in rows if row.id == text] or [row for row in rows if row.name == text] or list(rows)
    return _to_domain(session, best, with_annotated=False)[0] if len(best) == 1 else None


def name_of(session: Session, id: DatasetId) -> str:
    """As lists show it, also of one that was deleted; "" for one that is gone."""
    row = session.get(DatasetRow, id)
    return "" if row is None else f"{row.name} ({row.version})" if row.version else row.name


def list_names(session: Session, project: ProjectId) -> frozenset[str]:
    """Taken by datasets that are there."""
    query = select(DatasetRow.name).where(DatasetRow.project_id == project, DatasetRow.deleted_at.is_(None))
    return frozenset(session.scalars(query))


def list_versions(session: Session, project: ProjectId) -> frozenset[str]:
    """Given to datasets of the project, also to those that were deleted since: none is given twice."""
    query = select(DatasetRow.version).where(DatasetRow.project_id == project, DatasetRow.version.is_not(None))
    return frozenset(version for version in session.scalars(query) if version is not None)


def _set_rows(session: Session, ids: Iterable[str]) -> Sequence[DatasetSetRow]:
    query = select(DatasetSetRow).where(DatasetSetRow.dataset_id.in_(list(ids)))
    return session.scalars(query.order_by(DatasetSetRow.position, DatasetSetRow.id)).all()


def _to_domain(session: Session, rows: Sequence[DatasetRow], *, with_annotated: bool) -> tuple[Dataset, ...]:
    sets = _set_rows(session, [row.id for row in rows])
    known: dict[int, Counts] = {}
    for row in rows:
        known |= _frozen_counts(row.content)
    wanted = [item.id for item in sets if item.id not in known]
    counts = count_images(session, wanted, with_annotated=with_annotated) | known
    abandoned = {row.id for row in rows if row.state == _BUILDING and not is_being_frozen(session, row.id)}
    nothing = Counts(0, 0)
    of: dict[str, list[DatasetSet]] = {row.id: [] for row in rows}
    for item in sets:
        n = counts.get(item.id, nothing)
        of[item.dataset_id].append(DatasetSet(SetId(item.id), item.name, SetRole(item.role), n.n_images, n.n_annotated))
    return tuple(
        Dataset(
            id=DatasetId(row.id),
            project=ProjectId(row.project_id),
            name=row.name,
            state=DatasetState.OPEN if row.id in abandoned else DatasetState(row.state),
            sets=tuple(of[row.id]),
            created_at=row.created_at,
            changed_at=row.changed_at,
            description=row.description,
            has_unique_images=row.has_unique_images,
            cloned_from=None if row.cloned_from_id is None else DatasetId(row.cloned_from_id),
            version=row.version or "",
            snapshot=None if row.snapshot_id is None else SnapshotId(row.snapshot_id),
            frozen_at=row.frozen_at,
            problems=(CUT_OFF,) if row.id in abandoned else _problems(row.content),
            revision=row.revision,
            is_deleted=row.deleted_at is not None,
            rules=_rules(row.content),
        )
        for row in rows
    )


# --- the column "content" --------------------------------------------------------------------------------------


def _content(
    rules: Sequence[SplitRule], problems: Sequence[Problem], frozen: Mapping[int, Counts] | None = None
) -> dict[str, Any] | None:
    if not rules and not problems and frozen is None:
        return None
    counts = {} if frozen is None else {"frozen": {str(key): list(counts) for key, counts in frozen.items()}}
    return counts | {
        "format": _FORMAT,
        "rules": [rule_to_json(rule) for rule in rules],
        "problems": [{"kind": item.kind, "text": item.text, "file": item.file, "code": item.code} for item in problems],
    }


def rule_to_json(rule: SplitRule) -> dict[str, Any]:
    return {
        "shares": [list(pair) for pair in rule.shares],
        "seed": rule.seed,
        "images": rule.n_images,
        "stratified": rule.is_stratified,
        "grouping": rule.grouping,
    }


def rule_from_json(value: Mapping[str, Any]) -> SplitRule:
    """Raises KeyError, TypeError, ValueError."""
    shares = tuple((str(name), str(share)) for name, share in value["shares"])
    return SplitRule(shares, int(value["seed"]), int(value["images"]), bool(value["stratified"]), value["grouping"])


def _rules(content: Mapping[str, Any] | None) -> tuple[SplitRule, ...]:
    return tuple(rule_from_json(value) for value in (content or {}).get("rules", ()))


def _frozen_counts(content: Mapping[str, Any] | None) -> dict[int, Counts]:
    """By set."""
    return {int(key): Counts(*counts) for key, counts in (content or {}).get("frozen", {}).items()}


def _problems(content: Mapping[str, Any] | None) -> tuple[Problem, ...]:
    return tuple(
        Problem(item["kind"], item["text"], item["file"], severity=_severity(item["code"]), code=item["code"])
        for item in (content or {}).get("problems", ())
    )


def _severity(code: str) -> Severity:
    return Severity.WARNING if code.startswith("W-") else Severity.ERROR
