"""Filters asked of the registry, against the same filters asked of plain values."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from core.domain.filter_fields import FIELDS, Field, FieldKind
from core.domain.filter_patterns import as_expression, folded_name, parts_of
from core.domain.filter_values import fitting, moments_of
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.judgements import SPLIT_TAGS
from core.domain.projects import ImageFilter, ImageState, Source
from core.errors import RefusedError
from core.registry.database import Registry
from core.registry.stores import annotations, images, judgements, projects
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts
from core.registry.tables.datasets import DatasetImageRow, DatasetRow, DatasetSetRow
from core.registry.tables.images import AnnotationRow, ImageRow

NOW = datetime(2026, 11, 20, tzinfo=UTC)
NAMES = ["Été.PNG", "E\u0301te\u0301.jpg", "100%_x.png", "back\\s.png", "line\n.png", "1.jpg", "\udcff.png"]
FOLDERS = ["", "a", "a/b", "a!", "A", "c%", "d_d", "a/Valid/train"]
CLASSES = ["text_line", "illustration", "Été"]
TAGS = [*SPLIT_TAGS, "hard case", "a*b"]
AUTHORS = ["Ada", "Émile"]
STATED = ["", "train", "val", "test"]


@dataclass
class Plain:
    """An image as a person would list it."""

    path: str
    width: int
    height: int
    size: int
    changed_at: datetime
    added_at: datetime | None
    state: ImageState
    stated: str
    tags: set[str]
    sets: set[str]
    drawn: list[tuple[str | None, Source, float | None, str]] = field(default_factory=list)

    @property
    def truth(self) -> list[str | None]:
        return [category for category, source, _, _ in self.drawn if source is not Source.MODEL]


@dataclass
class Shop:
    registry: Registry
    project: ProjectId
    plain: dict[str, Plain] = field(repr=False)

    def found(self, group: Group) -> set[str]:
        filter = ImageFilter(self.project, where=group)
        with self.registry.read() as session:
            ids = images.list_image_ids(session, filter)
            assert images.count_images(session, filter) == len(ids)
            return {image.path for image in images.get_images(session, ids)}


def _plain(rng: random.Random, path: str, n: int) -> Plain:
    drawn = [
        (
            rng.choice([*CLASSES[:2], None]),
            source := rng.choice(list(Source)),
            rng.choice([0.25, 0.5, 0.75]) if source is Source.MODEL else None,
            rng.choice(AUTHORS) if source is Source.HUMAN else "",
        )
        for _ in range(rng.choice([0, 0, 1, 3]))
    ]
    return Plain(
        path,
        rng.choice([100, 640]),
        rng.choice([100, 480]),
        rng.choice([1000, 5000]),
        NOW + timedelta(hours=rng.randrange(-40, 40)),
        rng.choice([None, NOW + timedelta(hours=rng.randrange(-40, 40), microseconds=n)]),
        rng.choice(list(ImageState)),
        rng.choice(STATED),
        {tag for tag in TAGS if rng.random() < 0.2},
        {name for name in ("books/train", "books/val", "empty/x") if rng.random() < 0.3 and name != "empty/x"},
        drawn,
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("filters")
    rng = random.Random(7)
    plain = {}
    for n, place in enumerate(FOLDERS):
        for name in NAMES:
            path = f"{place}/{name}" if place else name
            plain[path] = _plain(rng, path, n)
    registry = Registry(folder / "registry.sqlite", backups=folder / "backups")
    registry.open()
    with registry.write() as session:
        project = projects.insert_project(session, name="P", root=folder)
        other = projects.insert_project(session, name="Other", root=folder)
        projects.add_categories(session, other, ["elsewhere"])
        images.insert_images(session, other, [ImageFacts("elsewhere/1.png", 1, 1, 1, "0" * 64, 1, 1)])
        _insert(session, project, plain)
    yield Shop(registry, project, plain)
    registry.close()


def _insert(session: Any, project: ProjectId, plain: dict[str, Plain]) -> None:
    facts = [
        ImageFacts(
            one.path,
            one.width,
            one.height,
            1,
            "0" * 64,
            one.size,
            int(one.changed_at.timestamp()) * 10**9,
            one.state,
            "",
        )
        for one in plain.values()
    ]
    images.insert_images(session, project, facts, stated_sets={p: one.stated for p, one in plain.items() if one.stated})
    keys = images.list_keys(session, project)
    classes = projects.add_categories(session, project, CLASSES)
    annotations.insert_annotations(
        session,
        [
            NewAnnotation(
                keys[path],
                None if name is None else int(classes[name]),
                Box(0, 0, 9, 9),
                source=source,
                confidence=score,
            )
            for path, one in plain.items()
            for name, source, score, _ in one.drawn
        ],
    )
    for path, one in plain.items():
        session.execute(update(ImageRow).where(ImageRow.id == keys[path]).values(added_at=one.added_at))
        drawn = session.scalars(
            select(AnnotationRow).where(AnnotationRow.image_id == keys[path]).order_by(AnnotationRow.id)
        ).all()
        for row, (_, _, _, author) in zip(drawn, one.drawn, strict=True):
            row.author = author or None
    for tag in TAGS:
        tagged = [ImageId(str(keys[path])) for path, one in plain.items() if tag in one.tags]
        judgements.put_tags(session, tagged, tag, "", NOW)
    for name in ("books", "empty"):
        session.add(
            DatasetRow(id=name, project_id=project, name=name, state="open", created_at=NOW, changed_at=NOW, revision=0)
        )
        session.flush()
        for position, part in enumerate(("train", "val") if name == "books" else ("x",)):
            row = DatasetSetRow(dataset_id=name, name=part, role="extra", position=position)
            session.add(row)
            session.flush()
            inside = [path for path, one in plain.items() if f"{name}/{part}" in one.sets]
            session.add_all(DatasetImageRow(set_id=row.id, image_id=keys[path]) for path in inside)


# --- the same, of plain values ---------------------------------------------------------------------------------


def passes(one: Plain, item: Condition | Group) -> bool:
    if isinstance(item, Group):
        return (all if item.joint is Joint.AND else any)(passes(one, inner) for inner in item.items)
    item = fitting(item)
    if item.operator in (Operator.NE, Operator.NIN):
        turned = Operator.EQ if item.operator is Operator.NE else Operator.IN
        return not passes(one, Condition(item.field, turned, item.value))
    has = _VALUES[item.field](one)
    if item.operator is Operator.EXISTS:
        return bool(has) is item.value
    if item.operator is Operator.MATCH:
        expression = as_expression(parts_of(str(item.value).removeprefix("/")))
        if item.field == "dir":
            has = [one.path.rpartition("/")[0]]
        return any(expression.fullmatch(folded_name(value)) for value in has)
    wanted = item.value if item.operator is Operator.IN else (item.value,)
    return any(_compared(FIELDS[item.field], item.operator, value, other) for value in has for other in wanted)


def _compared(field: Field, operator: Operator, value: Any, wanted: Any) -> bool:
    if field.kind is FieldKind.DATE:
        first, after = moments_of(wanted)
        last = after - timedelta(microseconds=1) if after > first else first
        return {
            Operator.EQ: first <= value <= last,
            Operator.GT: value > last,
            Operator.GTE: value >= first,
            Operator.LT: value < first,
            Operator.LTE: value <= last,
        }[operator]
    if field.key == "name":
        value, wanted = folded_name(value), folded_name(wanted)
    return {
        Operator.EQ: lambda: value == wanted,
        Operator.IN: lambda: value == wanted,
        Operator.GT: lambda: value > wanted,
        Operator.GTE: lambda: value >= wanted,
        Operator.LT: lambda: value < wanted,
        Operator.LTE: lambda: value <= wanted,
    }[operator]()


def _splits(one: Plain) -> set[str]:
    stated = {"": set(), "train": {"train"}, "val": {"validation"}, "test": {"test"}}[one.stated]
    named = {"validation"} if one.path.startswith("a/Valid/") else set()
    return one.tags & set(SPLIT_TAGS) or stated or named


def _above(one: Plain) -> list[str]:
    parts = one.path.split("/")[:-1]
    return ["/".join(parts[:n]) for n in range(len(parts) + 1)]


_VALUES: dict[str, Callable[[Plain], Any]] = {
    "dir": _above,
    "name": lambda one: [one.path.rpartition("/")[2]],
    "filename": lambda one: [one.path],
    "label": lambda one: {name for name in one.truth if name is not None},
    "annotations": lambda one: [sum(name is not None for name in one.truth)],
    "annotated": lambda one: [bool(one.truth)],
    "withoutConcept": lambda one: [None in one.truth],
    "tag": lambda one: one.tags,
    "split": _splits,
    "set": lambda one: one.sets | {name.partition("/")[0] for name in one.sets},
    "createdAt": lambda one: [] if one.added_at is None else [one.added_at],
    "updatedAt": lambda one: [one.changed_at],
    "width": lambda one: [one.width],
    "height": lambda one: [one.height],
    "pixels": lambda one: [one.width * one.height],
    "size": lambda one: [one.size],
    "source": lambda one: {str(source) for _, source, _, _ in one.drawn},
    "confidence": lambda one: [score for _, _, score, _ in one.drawn if score is not None],
    "author": lambda one: {author for _, _, _, author in one.drawn if author},
    "problem": lambda one: [] if one.state is ImageState.OK else [str(one.state)],
}

_WANTED: dict[str, list[Any]] = {
    "dir": ["", *FOLDERS[1:]],
    "name": [*(name for name in NAMES if "\udcff" not in name), "éTÉ.png", "none"],
    "filename": [*NAMES, "a/1.jpg", "A/1.jpg", "a/b/\udcff.png"],
    "label": CLASSES,
    "annotations": [0, 1, 2],
    "annotated": [True, False],
    "withoutConcept": [True, False],
    "tag": [*TAGS, "nobody's"],
    "split": list(SPLIT_TAGS),
    "set": ["books", "books/train", "books/val", "empty", "empty/x"],
    "createdAt": ["2026-11-19", "2026-11-20", "2026-11-20T05:00:00Z", "2026-11-20T01:00:00+02:00"],
    "updatedAt": ["2026-11-19", "2026-11-20", "2026-11-20T05:00:00Z"],
    "width": [100, 640.0, 99.5],
    "height": [100, 480],
    "pixels": [10_000, 64_000],
    "size": [1000, 5000],
    "source": [str(one) for one in Source],
    "confidence": [0.25, 0.5],
    "author": [*AUTHORS, "ada"],
    "problem": ["damaged", "missing"],
}
_PATTERNS = [
    "*",
    "?",
    "*.png",
    "É*",
    "e*",
    "*%*",
    "*_x*",
    "a*",
    "a/*",
    "a?*",
    "*/1.jpg",
    "*b*",
    "\\*",
    "a\\*b",
    "*\\\\s*",
    "**é**",
]


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    field = FIELDS[draw(st.sampled_from(sorted(FIELDS)))]
    operator = draw(st.sampled_from(field.operators))
    if operator is Operator.EXISTS:
        return Condition(field.key, operator, draw(st.booleans()))
    if operator is Operator.MATCH:
        return Condition(field.key, operator, draw(st.sampled_from(_PATTERNS)))
    values = st.sampled_from(_WANTED[field.key])
    if operator in (Operator.IN, Operator.NIN):
        return Condition(field.key, operator, tuple(draw(st.lists(values, min_size=1, max_size=3))))
    return Condition(field.key, operator, draw(values))


GROUPS = st.recursive(
    conditions(),
    lambda inner: st.builds(Group, st.sampled_from(Joint), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(GROUPS)
def test_the_registry_finds_what_plain_values_say(shop: Shop, item: Condition | Group) -> None:
    group = item if isinstance(item, Group) else Group(Joint.AND, (item,))
    assert shop.found(group) == {path for path, one in shop.plain.items() if passes(one, group)}


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_each_field_with_each_operator(shop: Shop, key: str) -> None:
    for operator in FIELDS[key].operators:
        values = _PATTERNS if operator is Operator.MATCH else _WANTED[key]
        if operator is Operator.EXISTS:
            values = [True, False]
        for value in values:
            condition = Condition(key, operator, (value,) if operator in (Operator.IN, Operator.NIN) else value)
            expected = {path for path, one in shop.plain.items() if passes(one, condition)}
            assert shop.found(Group(Joint.AND, (condition,))) == expected, condition


@pytest.mark.parametrize(
    ("key", "value"),
    [("dir", "elsewhere"), ("dir", "a/b/c"), ("label", "elsewhere"), ("set", "books/test"), ("set", "nobody's")],
)
@pytest.mark.parametrize("operator", [Operator.EQ, Operator.NE])
def test_what_is_not_there_any_more_is_named(shop: Shop, key: str, value: str, operator: Operator) -> None:
    with pytest.raises(RefusedError, match="no longer exists") as caught:
        shop.found(Group(Joint.AND, (Condition(key, operator, value),)))
    assert caught.value.code == "E-524"
    assert f'"{value}"' in caught.value.text


def test_a_field_that_nobody_knows_is_refused(shop: Shop) -> None:
    with pytest.raises(RefusedError) as caught:
        shop.found(Group(Joint.AND, (Condition("colour", Operator.EQ, "red"),)))
    assert caught.value.code == "E-530"


def test_values_are_bound_and_never_part_of_the_statement(shop: Shop) -> None:
    evil = "'; DROP TABLE image; --"
    for key in ("name", "tag", "author"):
        assert shop.found(Group(Joint.AND, (Condition(key, Operator.EQ, evil),))) == set()
    with shop.registry.read() as session:
        assert session.scalar(text("SELECT count(*) FROM image")) > 40
