"""Lists from memory equal those of SQL, whatever was written since they were read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product, starmap
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event, text

from core import clock
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import ImageFilter, ImageState
from core.projects.held_images import ranked
from core.projects.listings import Listings
from core.projects.place_lookup import PlaceLookup
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import annotations, first_images, images, judgements, projects, trash
from core.registry.stores.annotations import NewAnnotation
from tests.core.registry.stores.random_writer import FOLDERS, Writer

SORTS = tuple(starmap(SortOrder, product(SortKey, (False, True))))
TAGS = ("hard", "label suspicious")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as opened:
        yield opened


class Asker:
    """Filters at random, of which a few are asked again and again."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def filter(self, session: Session, project: ProjectId) -> ImageFilter:
        dice = self._random
        categories = [category.id for category in projects.list_categories(session, project)]
        return ImageFilter(
            project,
            folders=tuple(dice.sample(FOLDERS, dice.randint(0, 2))) if dice.random() < 0.4 else (),
            name_contains=dice.choice(("", "", "", "1", "PNG", "12")),
            categories=tuple(dice.sample(categories, min(len(categories), dice.randint(0, 2)))),
            is_annotated=dice.choice((None, None, True, False)),
            is_without_concept=dice.random() < 0.2,
            state=dice.choice((None, None, None, *ImageState)),
            tag=dice.choice(("", "", *TAGS)),
            where=dice.choice((None, self.group(session, project))),
        )

    def group(self, session: Session, project: ProjectId) -> Group:
        known = [category.name for category in projects.list_categories(session, project)]
        conditions = [
            Condition("tag", Operator.NE, TAGS[0]),
            Condition("tag", Operator.MATCH, "*suspicious"),
            Condition("source", Operator.EQ, "human"),
            Condition("withoutConcept", Operator.EQ, True),
            Condition("name", Operator.MATCH, "*1*"),
            Condition("annotations", Operator.GTE, 2),
            Condition("problem", Operator.EXISTS, True),
            *(Condition("label", Operator.NE, name) for name in known[:2]),
        ]
        return Group(self._random.choice(list(Joint)), tuple(self._random.sample(conditions, 2)))

    def sort(self) -> SortOrder:
        return self._random.choice(SORTS)


def tag_some(session: Session, project: ProjectId, dice: random.Random) -> None:
    ids = list(images.list_image_ids(session, ImageFilter(project)))
    some = dice.sample(ids, min(len(ids), dice.randint(0, 3)))
    if dice.random() < 0.7:
        judgements.put_tags(session, some, dice.choice(TAGS), "", clock.now())
    else:
        judgements.delete_tags(session, some, dice.choice(TAGS))


def trash_some(session: Session, project: ProjectId, dice: random.Random) -> None:
    keys = [int(id) for id in images.list_image_ids(session, ImageFilter(project))]
    trash.trash_images(session, project, dice.sample(keys, min(len(keys), dice.randint(0, 3))), clock.now())


def restore_some(session: Session, project: ProjectId, dice: random.Random) -> None:
    query = text("SELECT id FROM trashed_image WHERE project_id = :project ORDER BY id")
    keys = list(session.scalars(query, {"project": project}))
    trash.restore_images(session, project, dice.sample(keys, min(len(keys), dice.randint(0, 3))))


@pytest.mark.parametrize("seed", range(5))
def test_lists_from_memory_equal_those_of_sql_after_any_writes(registry: Registry, seed: int) -> None:
    listings, dice, asker = Listings(registry), random.Random(seed), Asker(seed)
    n_compared = 0
    for turn in range(60):
        with registry.write() as session:
            writer = Writer(session, seed * 1000 + turn, first=turn * 100)
            for _ in range(dice.choice((1, 1, 3))):
                writer.write()
            live = [project.id for project in projects.list_projects(session)]
            for verb in dice.sample((tag_some, trash_some, restore_some), dice.randint(0, 3)):
                verb(session, dice.choice(live), dice)
        project = live[0]
        if dice.random() < 0.6 or not listings.is_prepared(project):
            listings.prepare(project, asker.sort())
        with registry.read() as session:
            asked = [(asker.filter(session, project), asker.sort()) for _ in range(4)]
            expected = [images.list_image_ids(session, filter, sort=sort) for filter, sort in asked]
        for (filter, sort), ids in zip(asked, expected, strict=True):
            assert listings.list_ids(filter, sort) == ids, (filter, sort)
            assert listings.list_first(filter, sort, 3) == ids[:3]
            assert listings.count(filter) == len(ids)
            only = ImageIds.of([*dice.sample(list(ids), len(ids) // 2), ImageId("999999")])
            some = listings.list_ids(replace(filter, only=only), sort)
            assert some == [id for id in ids if id in only]
            assert listings.count(replace(filter, only=only)) == len(some)
            n_compared += len(ids)
    assert n_compared


@pytest.mark.parametrize("seed", range(3))
def test_the_first_images_are_those_of_the_whole_list(
    registry: Registry, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a million images: not all of them are sorted."""
    for name, value in (("_MANY", 10), ("_SAMPLED", 20), ("_LEAST_SAMPLED", 2), ("_SPARE", 1)):
        monkeypatch.setattr(first_images, name, value)
    dice, asker, n_compared = random.Random(seed), Asker(seed), 0
    with registry.write() as session:
        project = projects.insert_project(session, name="P", root=tmp_path)
        classes = [int(key) for key in projects.add_categories(session, project, ["x", "y", "z"]).values()]
        facts = [
            images.ImageFacts(
                f"{dice.choice('ab')}/{n}.png", dice.randint(1, 9), 10, 1, "00" * 32, dice.randint(1, 60), 5
            )
            for n in range(200)
        ]
        images.insert_images(session, project, facts)
        drawn = [
            NewAnnotation(key, dice.choice(classes), Box(0, 0, 5, 5)) for key in dice.choices(range(1, 201), k=300)
        ]
        annotations.insert_annotations(session, drawn)
        moment = "datetime('2026-01-01', id || ' days') || '.000000'"
        session.execute(text(f"UPDATE image SET added_at = CASE WHEN id % 3 THEN {moment} END"))
        tag_some(session, project, dice)
    with registry.read() as session:
        for _ in range(120):
            filter, sort, most = asker.filter(session, project), asker.sort(), dice.randint(1, 9)
            if dice.random() < 0.6:
                filter = replace(filter, folders=(), is_without_concept=False, state=None, tag="")
            first = first_images.list_first(session, filter, sort, most)
            assert first == images.list_image_ids(session, filter, sort=sort)[:most], (filter, sort)
            n_compared += len(first)
    assert n_compared > 100


def test_a_change_of_one_image_reads_no_other(registry: Registry, tmp_path: Path) -> None:
    with registry.write() as session:
        project = projects.insert_project(session, name="P", root=tmp_path)
        x = int(projects.add_categories(session, project, ["x"])["x"])
        facts = [images.ImageFacts(f"{n}.png", 10, 10, 1, "00" * 32, 5, 5) for n in range(300)]
        images.insert_images(session, project, facts)
        annotations.insert_annotations(session, [NewAnnotation(key, x, Box(0, 0, 5, 5)) for key in range(2, 300, 2)])
    listings = Listings(registry)
    listings.prepare(project, SortOrder())
    with registry.read() as session:
        (category,) = projects.list_categories(session, project)
    wanted = ImageFilter(project, categories=(category.id,), tag="hard")
    listings.list_ids(wanted, SortOrder())
    with registry.write() as session:
        judgements.put_tags(session, [ImageId("5"), ImageId("8")], "hard", "", clock.now())
    asked: list[str] = []
    event.listen(
        registry._opened(), "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement)
    )
    held = listings._held
    assert listings.list_ids(wanted, SortOrder()) == ("8",)
    assert listings._held is not held
    about_images = [statement for statement in asked if "FROM image" in statement]
    assert about_images
    assert all("image.id IN" in statement for statement in about_images), "of the changed ones only"


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("scale", [1, 1 << 60])
def test_ranks_are_those_of_a_stable_sort(is_descending: bool, scale: int) -> None:
    values = np.random.default_rng(0).integers(-5, 5, 200) * scale
    expected = sorted(
        range(200), key=lambda place: (-int(values[place]) if is_descending else int(values[place]), place)
    )
    assert ranked(values, is_descending=is_descending).tolist() == expected
    assert ranked(values[:0], is_descending=is_descending).tolist() == []


def test_places_of_keys_that_are_there_and_of_others() -> None:
    lookup = PlaceLookup(np.array([30, 10, 20]))
    assert lookup.find(np.array([10, 20, 30])).tolist() == [1, 2, 0]
    assert lookup.find_or(np.array([5, 10, 25, 30, 99]), -1).tolist() == [-1, 1, -1, 0, -1]
    assert lookup.knows(np.array([5, 20])).tolist() == [False, True]
    assert lookup.by_key_ranks().tolist() == [2, 0, 1]
    empty = PlaceLookup(np.array([], dtype=np.int64))
    assert empty.find_or(np.array([1]), -1).tolist() == [-1]
    assert empty.knows(np.array([1])).tolist() == [False]
