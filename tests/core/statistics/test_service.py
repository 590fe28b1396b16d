"""Statistics agree with what a plain loop over the rows finds, and every number leads to the images behind it."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import clock
from core.domain.filters import Condition, Group, Operator
from core.domain.geometry import Box, Polygon
from core.domain.ids import CategoryId, ImageId, ProjectId
from core.domain.judgements import SPLIT_TAGS
from core.domain.project_statistics import N_PLACES, Distribution, Part, bin_of, bin_title, n_bins
from core.domain.projects import Annotation, ImageFilter, Source
from core.domain.snapshots import Split
from core.errors import NotFoundError
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations, images, judgements, projects
from core.registry.stores.annotations import NewAnnotation
from core.statistics.service import StatisticsService

FOLDERS = ("train", "pages/valid", "book", "")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as opened:
        yield opened


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    """Sixty images of several sizes with random annotations, one of them tagged for the test set."""
    rng = random.Random(4)
    with registry.write() as session:
        project = projects.insert_project(session, name="Parish", root=tmp_path)
        classes = [int(id) for id in projects.add_categories(session, project, ["line", "initial", "never"]).values()]
        facts = [
            images.ImageFacts(
                f"{FOLDERS[n % 4]}/{n:02}.png".lstrip("/"),
                rng.choice((300, 640, 4000)),
                rng.choice((300, 480)),
                1,
                "0" * 64,
                9,
                1,
            )
            for n in range(60)
        ]
        images.insert_images(session, project, facts, {facts[2].path: "test"})
        keys = images.list_keys(session, project)
        rows = []
        for fact in facts[:50]:
            key = keys[fact.path]
            for _ in range(rng.randint(0, 4)):
                x, y = rng.uniform(0, fact.width - 30), rng.uniform(0, fact.height - 30)
                box = Box(x, y, x + rng.uniform(2, 30), y + rng.uniform(2, 30))
                shape = rng.choice((box, Polygon(((box.x0, box.y0, box.x1, box.y0, box.x1, box.y1),)), None))
                rows.append(NewAnnotation(key, rng.choice(classes[:2]), shape))
        rows.append(NewAnnotation(keys[facts[55].path], None, None))  # looked at, nothing there
        rows.append(NewAnnotation(keys[facts[3].path], classes[0], Box(5, 5, 5, 9)))  # without an area
        rows.append(NewAnnotation(keys[facts[4].path], classes[2], Box(0, 0, 9, 9), source=Source.MODEL))
        annotations.insert_annotations(session, rows)
        judgements.put_tags(session, [ImageId(str(keys[facts[6].path]))], "test", "", clock.now())
        other = projects.insert_project(session, name="Other", root=tmp_path)
        images.insert_images(session, other, [images.ImageFacts("train/x.png", 9, 9, 1, "0" * 64, 9, 1)])
    return project


def truth(registry: Registry, project: ProjectId) -> list[tuple[int, int, int, str, str, Annotation]]:
    service = ProjectService(registry)
    found = service.get_annotated(list(service.list_image_ids(ImageFilter(project))))
    return [
        (int(one.image.id), one.image.width, one.image.height, one.image.folder, one.stated_set, annotation)
        for one in found
        for annotation in one.annotations
        if annotation.category is not None
    ]


def bounds(annotation: Annotation) -> tuple[float, float, float, float] | None:
    geometry = annotation.geometry
    if isinstance(geometry, Polygon):
        geometry = geometry.bounds()
    if geometry is None or geometry.x1 <= geometry.x0 or geometry.y1 <= geometry.y0:
        return None
    return geometry.x0, geometry.y0, geometry.x1, geometry.y1


def test_counts_are_those_of_the_rows(registry: Registry, project: ProjectId) -> None:
    found = StatisticsService(registry).count(project)
    rows = truth(registry, project)
    assert (found.n_images, found.n_negative, found.n_annotations) == (60, 1, len(rows))
    for item in found.classes:
        own = [row for row in rows if row[5].category == item.id]
        assert item.n_annotations == len(own) == sum(item.by_set)
        assert item.n_images == len({row[0] for row in own})
    assert [item.name for item in found.classes] == ["line", "initial", "never"]
    assert found.classes[2].n_annotations == 0, "accepted predictions are no ground truth"
    # A set that was stated and a tag come before what the folders are called.
    assert found.images_by_set == (15, 15, 2, 28)
    assert found.smallest is not None
    assert found.largest is not None
    assert found.largest[0] == 4000


def test_sizes_shapes_and_places_are_those_of_the_boxes(registry: Registry, project: ProjectId) -> None:
    found = StatisticsService(registry).count(project)
    sides: Counter[int] = Counter()
    places: Counter[int] = Counter()
    for _, width, height, _, _, annotation in truth(registry, project):
        box = bounds(annotation)
        if box is None:
            continue
        x0, y0, x1, y1 = box
        side = math.sqrt((x1 - x0) * (y1 - y0) / (width * height))
        sides[int(bin_of(Distribution.SIDE, np.array([side]))[0])] += 1
        places[int((y0 + y1) / 2 / height * N_PLACES) * N_PLACES + int((x0 + x1) / 2 / width * N_PLACES)] += 1
    assert dict(sides) == {at: n for at, n in enumerate(found.counts(Distribution.SIDE).tolist()) if n}
    assert dict(places) == {at: n for at, n in enumerate(found.counts(Distribution.PLACE).tolist()) if n}
    line = found.classes[0].id
    assert found.counts(Distribution.SHAPE, line).sum() < found.counts(Distribution.SHAPE).sum()
    assert found.counts(Distribution.SHAPE, CategoryId("999")).sum() == 0


def test_every_bar_leads_to_the_images_behind_it(registry: Registry, project: ProjectId) -> None:
    service = StatisticsService(registry)
    found = service.count(project)
    rows = truth(registry, project)
    for item in found.classes:
        assert set(map(int, service.images_of(project, Part(category=item.id)))) == {
            row[0] for row in rows if row[5].category == item.id
        }
    for split, number in zip((Split.TRAIN, Split.VAL, Split.TEST), found.images_by_set, strict=False):
        assert len(service.images_of(project, Part(split=split))) == number
    assert len(service.images_of(project, Part(is_without_set=True))) == found.images_by_set[3]
    for distribution in (Distribution.OBJECTS, Distribution.LONG_SIDE, Distribution.IMAGE_SHAPE):
        for number, n in enumerate(found.counts(distribution).tolist()):
            assert len(service.images_of(project, Part(distribution=distribution, bin=number))) == n
    for distribution in (Distribution.SIDE, Distribution.PIXELS, Distribution.SHAPE, Distribution.PLACE):
        for number, n in enumerate(found.counts(distribution).tolist()):
            behind = service.images_of(project, Part(distribution=distribution, bin=number))
            assert bool(len(behind)) == bool(n)
            assert len(behind) <= n


def test_counting_can_be_given_up(registry: Registry, project: ProjectId) -> None:
    class GivenUpError(Exception):
        pass

    def told(done: int, total: int) -> None:
        raise GivenUpError

    with pytest.raises(GivenUpError):
        StatisticsService(registry).count(project, told)


def test_an_empty_project_and_one_that_is_gone(registry: Registry, tmp_path: Path) -> None:
    with registry.write() as session:
        empty = projects.insert_project(session, name="Empty", root=tmp_path)
    found = StatisticsService(registry).count(empty)
    assert (found.n_images, found.classes, found.imbalance, found.smallest) == (0, (), None, None)
    with pytest.raises(NotFoundError):
        StatisticsService(registry).count(ProjectId("gone"))


@pytest.mark.parametrize("distribution", list(Distribution))
def test_bins_have_names_that_differ(distribution: Distribution) -> None:
    titles = [bin_title(distribution, number) for number in range(n_bins(distribution))]
    assert len(set(titles)) == len(titles)


def test_bins_in_words() -> None:
    assert bin_title(Distribution.OBJECTS, 0) == "none"
    assert bin_title(Distribution.OBJECTS, 1) == "1"
    assert bin_title(Distribution.OBJECTS, 3) == "3 to 4"
    assert bin_title(Distribution.PIXELS, 8) == "1,024 and more"
    assert bin_of(Distribution.PIXELS, np.array([15.9, 16.0, 2000.0])).tolist() == [0, 1, 8]


def test_an_image_that_is_tagged_for_several_sets_is_counted_once(registry, project):
    with registry.write() as session:
        (first, second, *_) = images.list_keys(session, project).values()
        for key, tags in ((first, ("train", "test")), (second, ("validation", "train"))):
            for tag in tags:
                judgements.put_tags(session, [ImageId(str(key))], tag, "", clock.now())
    service = StatisticsService(registry)
    assert sum(service.count(project).images_by_set) == 60
    for split, key, others in ((Split.TEST, first, Split.TRAIN), (Split.VAL, second, Split.TRAIN)):
        assert ImageId(str(key)) in service.images_of(project, Part(split=split))
        assert ImageId(str(key)) not in service.images_of(project, Part(split=others))


def test_filters_find_the_images_of_each_set(registry, project):
    service, listing = StatisticsService(registry), ProjectService(registry)
    for split, tag in zip(Split, SPLIT_TAGS, strict=True):
        found = listing.list_image_ids(ImageFilter(project, where=Group(items=(Condition("split", Operator.EQ, tag),))))
        counted = service.images_of(project, Part(split=split))
        assert len(found) > 0
        assert set(found) == set(counted)
    nowhere = Group(items=(Condition("split", Operator.EXISTS, False),))
    outside = listing.list_image_ids(ImageFilter(project, where=nowhere))
    assert set(outside) == set(service.images_of(project, Part(is_without_set=True)))
