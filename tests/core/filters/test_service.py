"""Saved filters: one a name, renamed, replaced, deleted, taken back; and what a filter comes to."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain.filters import Condition, Group, Operator
from core.domain.ids import ProjectId
from core.errors import FormatError, NotFoundError, RefusedError
from core.filters.reading import read_filter
from core.filters.service import FilterService
from core.registry.database import Registry
from core.registry.stores import images, projects
from core.registry.stores.images import ImageFacts

TRAIN = Group(items=(Condition("dir", Operator.EQ, "train"),))
WIDE = Group(items=(Condition("width", Operator.GT, 1000),))


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        made = projects.insert_project(session, name="P", root=tmp_path)
        facts = [
            ImageFacts(f"{place}/{n}.png", 640, 480, 1, "0" * 64, 9, 9) for place in ("train", "val") for n in (1, 2)
        ]
        images.insert_images(session, made, facts)
    return made


@pytest.fixture
def filters(registry: Registry) -> FilterService:
    return FilterService(registry)


def names(filters: FilterService, project: ProjectId) -> list[str]:
    return [one.name for one in filters.list_filters(project)]


def test_filters_are_kept_by_name_and_taken_back(filters: FilterService, project: ProjectId) -> None:
    saved = filters.save(project, "  to  train ", TRAIN)
    assert saved.changes.filters == {project}
    assert filters.get_filter(project, "to train").filter == TRAIN
    filters.save(project, "Another", WIDE)
    assert names(filters, project) == ["Another", "to train"]
    replaced = filters.save(project, "to train", WIDE, replaces=True)
    assert filters.get_filter(project, "to train").filter == WIDE
    renamed = filters.rename(project, "to train", "wide")
    deleted = filters.delete(project, "wide")
    assert names(filters, project) == ["Another"]
    again = filters.undo(deleted.value)
    filters.undo(renamed.value)
    assert filters.get_filter(project, "to train").filter == WIDE
    filters.undo(replaced.value)
    assert filters.get_filter(project, "to train").filter == TRAIN
    filters.undo(saved.value)
    assert names(filters, project) == ["Another"]
    with pytest.raises(RefusedError, match="since"):
        filters.undo(again.value)


@pytest.mark.parametrize(("name", "code"), [("", "E-110"), (" \n", "E-110"), ("x" * 101, "E-111")])
def test_what_is_no_name_is_refused(filters: FilterService, project: ProjectId, name: str, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        filters.save(project, name, TRAIN)
    assert caught.value.code == code


def test_a_name_is_given_once_a_project(filters: FilterService, project: ProjectId) -> None:
    deleted = filters.delete(project, filters.save(project, "a", TRAIN).value.id)
    filters.save(project, "a", WIDE)
    for step in (lambda: filters.save(project, "a", TRAIN), lambda: filters.undo(deleted.value)):
        with pytest.raises(RefusedError, match="exists already"):
            step()
    filters.save(project, "b", TRAIN)
    with pytest.raises(RefusedError, match="exists already"):
        filters.rename(project, "b", "a")
    filters.rename(project, "b", "b")


def test_what_is_not_there_is_told(filters: FilterService, project: ProjectId) -> None:
    for step in (lambda: filters.get_filter(project, "a"), lambda: filters.rename(project, "a", "b")):
        with pytest.raises(NotFoundError):
            step()
    with pytest.raises(RefusedError) as caught:
        filters.save(project, "a", Group(items=(Condition("colour", Operator.EQ, "red"),)))
    assert caught.value.code == "E-530"


def test_a_filter_of_a_newer_calque_is_named_and_passes_nothing(
    filters: FilterService, project: ProjectId, registry: Registry
) -> None:
    filters.save(project, "a", TRAIN)
    with registry.write() as session:
        session.execute(text("""UPDATE saved_filter SET content = '{"format": 2, "filter": {}}'"""))
    (found,) = filters.list_filters(project)
    assert "newer Calque" in found.problem
    assert filters.resolve(project, found.filter).n_images == 0
    with pytest.raises(FormatError, match="newer Calque"):
        filters.get_filter(project, "a")
    filters.delete(project, "a")


def test_a_filter_is_resolved(filters: FilterService, project: ProjectId) -> None:
    resolved = filters.resolve(project, TRAIN)
    assert (resolved.words, resolved.n_images) == ("in train", 2)
    assert '{"dir": "train"}' in resolved.text
    with pytest.raises(RefusedError) as caught:
        filters.check(project, Group(items=(Condition("label", Operator.EQ, "gone"),)))
    assert caught.value.code == "E-524"


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ('{"updatedAt": {"$lt": "9999-12-31T23:59:59Z"}}', 4),
        ('{"updatedAt": {"$gt": "0001-01-01"}}', 4),
        ('{"updatedAt": "9999-12-31T23:59:59Z"}', 0),
    ],
)
def test_days_before_and_after_all_files_are_asked_for(
    filters: FilterService, project: ProjectId, text: str, n: int
) -> None:
    assert filters.resolve(project, read_filter(text)).n_images == n
