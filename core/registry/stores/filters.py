"""Filters as conditions on the rows of images: one statement, every value a bound parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session

from core.domain.filter_fields import FIELDS, FieldKind
from core.domain.filter_patterns import Parts, as_expression, as_like, folded_name, parts_of, splits_of
from core.domain.filter_values import UnfitError, fitting, moments_of
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.ids import ProjectId
from core.domain.judgements import SPLIT_TAGS, TRAIN_TAG, VALIDATION_TAG
from core.domain.names import shown
from core.domain.projects import ImageState, Source
from core.domain.set_names import set_of_folder
from core.domain.snapshots import Split
from core.errors import RefusedError
from core.registry.tables.datasets import DatasetImageRow, DatasetRow, DatasetSetRow
from core.registry.tables.images import AnnotationRow, ImageRow
from core.registry.tables.judgements import ImageTagRow
from core.registry.tables.projects import CategoryRow, FolderRow

Clause = ColumnElement[bool]
_SPLITS = {TRAIN_TAG: Split.TRAIN, VALIDATION_TAG: Split.VAL}


def where(session: Session, project: ProjectId, group: Group, among: Sequence[int] | None = None) -> Clause:
    """What a row of an image of the project must be like to pass. `among`: it will be asked of these images alone.

    Raises RefusedError: E-530 for what is not to be understood, E-524 for what names a class, a folder or a set that
    is not there (any more).
    """
    clauses = [
        where_condition(session, project, item, among)
        if isinstance(item, Condition)
        else where(session, project, item, among)
        for item in group.items
    ]
    if group.joint is Joint.AND:
        return and_(true(), *clauses)
    return or_(false(), *clauses)


def where_condition(
    session: Session, project: ProjectId, condition: Condition, among: Sequence[int] | None = None
) -> Clause:
    """Of one condition; raises as `where` does. Never NULL."""
    try:
        wanted = fitting(condition)
    except UnfitError as error:
        raise RefusedError(str(error), code="E-530") from None
    return _Asked(session, project, wanted, among).clause()


def classes_wanted(session: Session, project: ProjectId, condition: Condition) -> tuple[list[int], bool]:
    """Of a condition of the field "label" that names classes: their keys, and whether an image may have none of them
    (else it needs any). Raises as `where` does."""
    asked = _Asked(session, project, fitting(condition))
    return _class_keys(asked), asked.is_negative


def has_annotation(*clauses: Clause, among: Sequence[int] | None = None) -> Clause:
    """That an image has an annotation for which all of these hold."""
    query = select(AnnotationRow.image_id).where(*clauses)
    return ImageRow.id.in_(query if among is None else query.where(is_in(AnnotationRow.image_id, among)))


class _Asked:
    """A condition that fits its field, and where to look up what it names.

    "not" is taken off first: an image that has none of several things is one that has not any of them.
    """

    def __init__(
        self, session: Session, project: ProjectId, condition: Condition, among: Sequence[int] | None = None
    ) -> None:
        self.session = session
        self.project = project
        self.among = among
        self.field = FIELDS[condition.field]
        self.is_negative = condition.operator in (Operator.NE, Operator.NIN) or condition.value is False
        self.operator = {Operator.EQ: Operator.IN, Operator.NE: Operator.IN, Operator.NIN: Operator.IN}.get(
            condition.operator, condition.operator
        )
        value = condition.value
        self.values: Sequence[Any] = value if isinstance(value, tuple) else (value,)
        if self.field.kind is FieldKind.YES_NO:
            self.is_negative = condition.value is not (condition.operator is Operator.EQ)

    def clause(self) -> Clause:
        clause = _CLAUSES[self.field.key](self)
        return not_(clause) if self.is_negative else clause

    def like(self, column: Any, parts: Parts) -> Clause:
        found: Clause = column.like(as_like(parts), escape="\\")
        return found

    def has_annotation(self, *clauses: Clause) -> Clause:
        return has_annotation(*clauses, among=self.among)

    def gone(self, name: str) -> RefusedError:
        return RefusedError(
            f'Filter refers to "{shown(name)}", which no longer exists.',
            hint="Change the condition, or remove it.",
            code="E-524",
        )


def _folder(asked: _Asked) -> Clause:
    if asked.operator is Operator.MATCH:
        return _in_folders(asked, parts_of(asked.values[0]))
    if "" in asked.values:
        return true()
    inside = [_below(path) for path in asked.values]
    for path, is_inside in zip(asked.values, inside, strict=True):
        found = select(FolderRow.id).where(FolderRow.project_id == asked.project, is_inside).limit(1)
        if asked.session.scalar(found) is None:
            raise asked.gone(path)
    return ImageRow.folder_id.in_(select(FolderRow.id).where(FolderRow.project_id == asked.project, or_(*inside)))


def _below(path: str) -> Clause:
    # Everything from "a/b/" up to, but not with, "a/b0": "0" follows "/" among the bytes.
    return or_(FolderRow.path == path, and_(FolderRow.path >= f"{path}/", FolderRow.path < f"{path}0"))


def _in_folders(asked: _Asked, parts: Parts) -> Clause:
    """A project has few folders beside its images: their paths are compared as people see them."""
    is_like = as_expression(parts)
    rows = asked.session.execute(select(FolderRow.id, FolderRow.path).where(FolderRow.project_id == asked.project))
    return is_in(ImageRow.folder_id, [key for key, path in rows if is_like.fullmatch(folded_name(path))])


def is_in(column: Any, keys: Sequence[int]) -> Clause:
    """The keys as one parameter: a statement takes few, and a project may have a hundred thousand folders."""
    listed = func.json_each(func.json(f"[{','.join(map(str, keys))}]")).table_valued("value")
    found: Clause = column.in_(select(listed.c.value))
    return found


def _name(asked: _Asked) -> Clause:
    if asked.operator is Operator.MATCH:
        return asked.like(ImageRow.search_name, parts_of(asked.values[0]))
    return ImageRow.search_name.in_([folded_name(name) for name in asked.values])


def _path(asked: _Asked) -> Clause:
    if asked.operator is not Operator.MATCH:
        return ImageRow.path.in_(asked.values)
    parts = parts_of(asked.values[0].removeprefix("/"))
    in_root = select(FolderRow.id).where(FolderRow.project_id == asked.project, FolderRow.path == "")
    ways = [and_(ImageRow.folder_id.in_(in_root), asked.like(ImageRow.search_name, parts))]
    for folder, name in splits_of(parts):
        if folder:
            ways.append(
                and_(
                    not_(ImageRow.folder_id.in_(in_root)),
                    _in_folders(asked, folder),
                    asked.like(ImageRow.search_name, name),
                )
            )
    return or_(*ways)


def _class(asked: _Asked) -> Clause:
    if asked.operator is Operator.EXISTS:
        return ImageRow.n_annotations > 0
    keys = _class_keys(asked)
    has_one = AnnotationRow.category_id.in_(keys) & (AnnotationRow.source != Source.MODEL.value)
    return asked.has_annotation(has_one)


def _class_keys(asked: _Asked) -> list[int]:
    rows = asked.session.execute(
        select(CategoryRow.name, CategoryRow.id).where(CategoryRow.project_id == asked.project)
    )
    known: dict[str, int] = dict(rows.all())
    if asked.operator is Operator.MATCH:
        is_like = as_expression(parts_of(asked.values[0]))
        return [key for name, key in known.items() if is_like.fullmatch(folded_name(name))]
    for name in asked.values:
        if name not in known:
            raise asked.gone(name)
    return [known[name] for name in asked.values]


def _tag(asked: _Asked) -> Clause:
    tagged = select(ImageTagRow.image_id)
    if asked.operator is Operator.EXISTS:
        return ImageRow.id.in_(tagged)
    if asked.operator is Operator.IN:
        return ImageRow.id.in_(tagged.where(ImageTagRow.tag.in_(asked.values)))
    is_like = as_expression(parts_of(asked.values[0]))
    known = asked.session.scalars(select(ImageTagRow.tag).distinct())
    return ImageRow.id.in_(
        tagged.where(ImageTagRow.tag.in_([tag for tag in known if is_like.fullmatch(folded_name(tag))]))
    )


def _split(asked: _Asked) -> Clause:
    """What its tags say; of an image without any of these, what the import said; else its folder (`sets_of_image`)."""
    tagged = select(ImageTagRow.image_id)
    has_any = ImageRow.id.in_(tagged.where(ImageTagRow.tag.in_(SPLIT_TAGS)))
    if asked.operator is Operator.EXISTS:
        return or_(has_any, ImageRow.stated_set != "", _in_folders_of(asked, tuple(Split)))
    wanted = [_SPLITS.get(value, Split.TEST) for value in asked.values]
    has_one = ImageRow.id.in_(tagged.where(ImageTagRow.tag.in_(asked.values)))
    is_stated = ImageRow.stated_set.in_([split.value for split in wanted])
    is_named = and_(ImageRow.stated_set == "", _in_folders_of(asked, wanted))
    return or_(has_one, and_(or_(is_stated, is_named), not_(has_any)))


def _in_folders_of(asked: _Asked, wanted: Sequence[Split]) -> Clause:
    """In folders that are called like one of these sets."""
    rows = asked.session.execute(select(FolderRow.id, FolderRow.path).where(FolderRow.project_id == asked.project))
    return is_in(ImageRow.folder_id, [key for key, path in rows if set_of_folder(path) in wanted])


def _set(asked: _Asked) -> Clause:
    held = select(DatasetImageRow.image_id)
    query = select(DatasetRow.name, DatasetSetRow.name, DatasetSetRow.id).where(
        DatasetRow.project_id == asked.project,
        DatasetRow.deleted_at.is_(None),
        DatasetSetRow.dataset_id == DatasetRow.id,
    )
    sets = asked.session.execute(query).all()
    if asked.operator is Operator.EXISTS:
        return ImageRow.id.in_(held.where(DatasetImageRow.set_id.in_([key for _, _, key in sets])))
    keys: list[int] = []
    for wanted in asked.values:
        found = [key for dataset, name, key in sets if wanted in (dataset, f"{dataset}/{name}")]
        if not found and not _is_dataset(asked, wanted):
            raise asked.gone(wanted)
        keys += found
    return ImageRow.id.in_(held.where(DatasetImageRow.set_id.in_(keys)))


def _is_dataset(asked: _Asked, name: str) -> bool:
    """Of one without any set, which nothing is in."""
    query = select(DatasetRow.id).where(
        DatasetRow.project_id == asked.project, DatasetRow.deleted_at.is_(None), DatasetRow.name == name
    )
    return asked.session.scalar(query.limit(1)) is not None


def _source(asked: _Asked) -> Clause:
    values = [str(value) for value in asked.values]
    return asked.has_annotation(AnnotationRow.source.in_(values))


def _confidence(asked: _Asked) -> Clause:
    # The source stands in the text: only then is the index of what models made taken.
    is_model = AnnotationRow.source == literal(Source.MODEL.value, literal_execute=True)
    is_wanted: Clause = AnnotationRow.confidence.is_not(None)
    if asked.operator is not Operator.EXISTS:
        is_wanted = _compared(asked, AnnotationRow.confidence)
    return asked.has_annotation(is_model, is_wanted)


def _author(asked: _Asked) -> Clause:
    drawn = select(AnnotationRow.image_id).where(AnnotationRow.author.is_not(None), AnnotationRow.author != "")
    if asked.operator is Operator.IN:
        drawn = drawn.where(AnnotationRow.author.in_(asked.values))
    elif asked.operator is Operator.MATCH:
        is_like = as_expression(parts_of(asked.values[0]))
        known = asked.session.scalars(select(AnnotationRow.author).where(AnnotationRow.author.is_not(None)).distinct())
        drawn = drawn.where(
            AnnotationRow.author.in_([one for one in known if one and is_like.fullmatch(folded_name(one))])
        )
    return ImageRow.id.in_(drawn)


def _without_concept(asked: _Asked) -> Clause:
    is_marked = AnnotationRow.category_id.is_(None) & (AnnotationRow.source != Source.MODEL.value)
    return asked.has_annotation(is_marked)


def _problem(asked: _Asked) -> Clause:
    if asked.operator is Operator.EXISTS:
        return ImageRow.state != ImageState.OK.value
    return ImageRow.state.in_([str(value) for value in asked.values])


def _compared(asked: _Asked, column: Any) -> Clause:
    value = asked.values[0]
    clauses: Mapping[Operator, Callable[[], Any]] = {
        Operator.IN: lambda: column.in_(asked.values),
        Operator.GT: lambda: column > value,
        Operator.GTE: lambda: column >= value,
        Operator.LT: lambda: column < value,
        Operator.LTE: lambda: column <= value,
    }
    found: Clause = clauses[asked.operator]()
    return found


def _added(asked: _Asked) -> Clause:
    known: Clause = ImageRow.added_at.is_not(None)
    return (
        known
        if asked.operator is Operator.EXISTS
        else and_(known, _on(asked, ImageRow.added_at, lambda moment: moment))
    )


def _changed(asked: _Asked) -> Clause:
    return _on(asked, ImageRow.mtime_ns, _in_ns)


def _in_ns(moment: datetime) -> int:
    """Since 1970, as far as the database can count: no file is from before 1677, or from after 2262."""
    return max(-(2**63), min(2**63 - 1, int(moment.timestamp()) * 10**9 + moment.microsecond * 1000))


def _on(asked: _Asked, column: Any, of: Callable[[Any], Any]) -> Clause:
    """A day is all its moments: after it is after its end, on or before it is before its end."""
    first, after = moments_of(asked.values[0])
    start, end = of(first), of(after)
    is_day = first != after
    clauses: Mapping[Operator, Callable[[], Any]] = {
        Operator.IN: lambda: and_(column >= start, column < end) if is_day else column == start,
        Operator.GT: lambda: column >= end if is_day else column > start,
        Operator.GTE: lambda: column >= start,
        Operator.LT: lambda: column < start,
        Operator.LTE: lambda: column < end if is_day else column <= start,
    }
    found: Clause = clauses[asked.operator]()
    return found


_CLAUSES: Mapping[str, Callable[[_Asked], Clause]] = {
    "dir": _folder,
    "name": _name,
    "filename": _path,
    "label": _class,
    "annotations": lambda asked: _compared(asked, ImageRow.n_annotations),
    "annotated": lambda asked: ImageRow.is_annotated.is_(True),
    "withoutConcept": _without_concept,
    "tag": _tag,
    "split": _split,
    "set": _set,
    "createdAt": _added,
    "updatedAt": _changed,
    "width": lambda asked: _compared(asked, ImageRow.width),
    "height": lambda asked: _compared(asked, ImageRow.height),
    "pixels": lambda asked: _compared(asked, ImageRow.width * ImageRow.height),
    "size": lambda asked: _compared(asked, ImageRow.n_bytes),
    "source": _source,
    "confidence": _confidence,
    "author": _author,
    "problem": _problem,
}
