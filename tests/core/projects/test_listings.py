"""What is kept in memory equals what the registry would say, also after the project has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product, starmap
from pathlib import Path

import pytest
from sqlalchemy import event

from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import ImageFilter, Source
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.images import ImageFacts

NAMES = ("Été 1.png", "a/100%_x.png", "a/back\\slash.png", "a/new\nline.png", "a/\udcff.png", "b/Fish 1.png", "b/x.png")
TEXTS = ("", "É", "%", "\\", "ff", "1", "png", "new\nline", "zebra", "_x")

SORTS = tuple(starmap(SortOrder, product(SortKey, (False, True))))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "registry.sqlite", tmp_path / "backups") as opened:
        yield opened


@pytest.fixture
def service(registry: Registry) -> ProjectService:
    return ProjectService(registry)


def facts_of(*paths: str) -> list[ImageFacts]:
    return [ImageFacts(path, 10, 10, 1, "00" * 32, 5, 5) for path in paths]


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        id = projects.insert_project(session, name="Parish", root=tmp_path)
        projects.add_categories(session, id, ["line"])
        images.insert_images(session, id, facts_of(*NAMES))
        annotate(registry, session, id, "a/100%_x.png")
    return id


def annotate(registry: Registry, session, project: ProjectId, path: str) -> None:
    key = images.list_keys(session, project)[path]
    line = int(projects.add_categories(session, project, ())["line"])
    annotations.insert_annotations(session, [NewAnnotation(key, line, Box(0, 0, 5, 5), source=Source.HUMAN)])


def assert_lists_are_true(registry: Registry, service: ProjectService, project: ProjectId) -> None:
    with registry.read() as session:
        (line,) = projects.list_categories(session, project)
        bases = [
            ImageFilter(project),
            ImageFilter(project, folders=("a",)),
            ImageFilter(project, categories=(line.id,)),
            ImageFilter(project, folders=("b", "a"), is_annotated=False),
        ]
        for base, text, sort in product(bases, TEXTS, SORTS):
            wanted = replace(base, name_contains=text)
            expected = images.list_image_ids(session, wanted, sort=sort)
            assert service.list_image_ids(wanted, sort=sort) == expected
            assert service.list_image_ids(wanted, sort=sort) == expected, "from memory"


def test_lists_and_searches_are_true_before_and_after_changes(
    registry: Registry, service: ProjectService, project: ProjectId
) -> None:
    assert_lists_are_true(registry, service, project)
    with registry.write() as session:
        images.insert_images(session, project, facts_of("a/another 1.png", "0.png"))
    assert_lists_are_true(registry, service, project)
    with registry.write() as session:
        annotate(registry, session, project, "0.png")
    assert_lists_are_true(registry, service, project)


def test_projects_do_not_answer_for_each_other(
    registry: Registry, service: ProjectService, project: ProjectId, tmp_path: Path
) -> None:
    with registry.write() as session:
        other = projects.insert_project(session, name="Other", root=tmp_path)
        images.insert_images(session, other, facts_of("a/1.png"))
    for _ in range(2):
        assert len(service.list_image_ids(ImageFilter(project, name_contains="png"))) == len(NAMES)
        assert len(service.list_image_ids(ImageFilter(other, name_contains="png"))) == 1


def test_a_key_in_the_search_asks_nothing_about_images(
    registry: Registry, service: ProjectService, project: ProjectId
) -> None:
    service.prepare_lists(project)
    service.list_image_ids(ImageFilter(project, folders=("a",)))
    asked: list[str] = []
    engine = registry._opened()
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: asked.append(statement))
    for text in ("p", "pn", "png"):
        service.list_image_ids(ImageFilter(project, name_contains=text))
        service.list_image_ids(ImageFilter(project, name_contains=text, folders=("a",)))
    statements = [statement for statement in asked if statement != "BEGIN"]
    assert len([statement for statement in statements if "revision" in statement]) == 6
    assert not any("image" in statement or "annotation" in statement for statement in statements)


def test_a_removed_project_has_no_images(registry: Registry, service: ProjectService, project: ProjectId) -> None:
    service.list_image_ids(ImageFilter(project, name_contains="png"))
    service.prepare_lists(project)
    service.remove_project(project)
    assert service.count_images(ImageFilter(project)) == len(NAMES), "in the trash"
    assert not service.has_prepared_lists(project)
    assert service.list_image_ids(ImageFilter(project)) == ()
    assert service.list_image_ids(ImageFilter(project, name_contains="png")) == ()
    service.prepare_lists(project)


def test_the_first_images_are_those_of_the_whole_list_whatever_is_in_memory(
    service: ProjectService, project: ProjectId
) -> None:
    everything = ImageFilter(project)
    for is_prepared in (False, True):
        for sort in SORTS:
            first = service.list_first_image_ids(everything, sort=sort, most=3)
            assert first == service.list_image_ids(everything, sort=sort)[:3]
            assert service.has_prepared_lists(project, sort=sort) is is_prepared
        if not is_prepared:
            service.prepare_lists(project)
