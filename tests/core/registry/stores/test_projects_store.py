"""Projects, categories, folders and their counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.geometry import Box
from core.domain.projects import ImageFilter, Source
from core.errors import NotFoundError, RefusedError
from core.registry.database import Registry
from core.registry.stores import annotations, images, projects
from core.registry.stores.annotations import NewAnnotation


def test_counts_of_a_project_follow_its_annotations(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x", "y"], "b.png": [None], "c.png": []})
    with registry.read() as session:
        project = projects.get_project(session, id)
    assert (project.n_images, project.n_annotated, project.n_annotations) == (3, 2, 2)


def test_predictions_count_nowhere(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x"], "b.png": []})
    with registry.write() as session:
        key = images.list_keys(session, id)["b.png"]
        category = int(projects.add_categories(session, id, ["x"])["x"])
        annotations.insert_annotations(
            session, [NewAnnotation(key, category, Box(0, 0, 1, 1), source=Source.MODEL, confidence=0.9)]
        )
        assert projects.get_project(session, id).n_annotations == 1
        (x,) = projects.list_categories(session, id)
        assert (x.n_annotations, x.n_images) == (1, 1)
        assert projects.list_folders(session, id)[0].category_counts == ((x.id, 1),)
        assert images.count_images(session, ImageFilter(id, categories=(x.id,))) == 1


def test_folders_are_listed_with_those_above_them_and_recursive_counts(registry: Registry, add_project) -> None:
    id = add_project(
        "P", {"r.png": [], "a/1.png": ["x"], "a/b/2.png": ["x", "y"], "a/b/c/d/3.png": [None], "z é/4.png": []}
    )
    with registry.read() as session:
        folders = projects.list_folders(session, id)
        x, y = projects.list_categories(session, id)
    assert [(folder.path, folder.n_images, folder.n_annotated) for folder in folders] == [
        ("", 5, 3),
        ("a", 3, 3),
        ("a/b", 2, 2),
        ("a/b/c", 1, 1),
        ("a/b/c/d", 1, 1),
        ("z é", 1, 0),
    ]
    assert folders[0].category_counts == ((x.id, 2), (y.id, 1))
    assert folders[2].category_counts == ((x.id, 1), (y.id, 1))
    assert folders[5].category_counts == ()
    with registry.read() as session:
        bare = projects.list_folders(session, id, with_categories=False)
    assert bare == tuple(replace(folder, category_counts=()) for folder in folders)


def test_a_project_without_images_has_its_root_only(registry: Registry, add_project) -> None:
    id = add_project("P", {})
    with registry.read() as session:
        assert [(folder.path, folder.n_images) for folder in projects.list_folders(session, id)] == [("", 0)]


def test_categories_keep_their_order_and_are_never_doubled(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x", "y"]})
    with registry.write() as session:
        first = projects.add_categories(session, id, ["y", "z", "x", "z"])
        again = projects.add_categories(session, id, ["z"])
        assert first == again
        listed = projects.list_categories(session, id)
    assert [(category.name, category.index) for category in listed] == [("x", 0), ("y", 1), ("z", 2)]
    assert [(category.n_annotations, category.n_images) for category in listed] == [(1, 1), (1, 1), (0, 0)]


@pytest.mark.parametrize("wanted", ["Parish Books", "parish books", "PARISH BOOKS"])
def test_a_project_is_found_by_its_name_without_regard_to_case(registry: Registry, add_project, wanted: str) -> None:
    id = add_project("Parish Books", {})
    with registry.read() as session:
        found = projects.find_project(session, wanted)
        assert found is not None
        assert found.id == id
        assert projects.find_project(session, id) == found


def test_an_unclear_name_finds_the_exact_one_or_none(registry: Registry, add_project) -> None:
    lower = add_project("books", {})
    add_project("BOOKS", {})
    with registry.read() as session:
        found = projects.find_project(session, "books")
        assert found is not None
        assert found.id == lower
        assert projects.find_project(session, "Books") is None
        assert projects.find_project(session, "nothing") is None


def test_two_projects_cannot_share_a_name(registry: Registry, add_project) -> None:
    add_project("P", {})
    with pytest.raises(RefusedError, match='"P" already exists'):
        add_project(" P ", {})


def test_a_removed_project_frees_its_name_and_an_emptied_one_takes_its_content_along(
    registry: Registry, add_project
) -> None:
    other = add_project("Other", {"a.png": ["x"]})
    id = add_project("P", {"a.png": ["x"], "b/c.png": ["y"]})
    with registry.write() as session:
        projects.remove_project(session, id)
    with registry.read() as session:
        assert [project.id for project in projects.list_projects(session)] == [other]
        with pytest.raises(NotFoundError):
            projects.get_project(session, id)
        assert images.list_keys(session, id).keys() == {"a.png", "b/c.png"}
        assert projects.get_project(session, other).n_annotations == 1
    assert registry.check() == ()
    assert add_project("P", {}) != id
    with registry.write() as session:
        projects.purge_project(session, id)
    with registry.read() as session:
        assert images.list_keys(session, id) == {}
        assert projects.list_categories(session, id) == ()
    assert registry.check() == ()


def test_ids_are_not_given_again_after_a_removal(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x"]})
    with registry.write() as session:
        old = images.list_image_ids(session, ImageFilter(id))
        projects.remove_project(session, id)
    new_id = add_project("P", {"a.png": ["x"]})
    with registry.read() as session:
        assert set(images.list_image_ids(session, ImageFilter(new_id))).isdisjoint(old)
