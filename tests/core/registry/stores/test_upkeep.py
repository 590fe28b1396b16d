"""Counts that are kept equal counts from scratch, whatever was written in whatever order; revisions grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain.changes import NO_CHANGES, Changes
from core.domain.geometry import Box
from core.domain.ids import ImageId, ProjectId
from core.domain.projects import ImageFilter, Source
from core.registry.changes import noted
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import annotations, images, projects, upkeep
from core.registry.stores.annotations import NewAnnotation
from core.registry.stores.image_changes import MOST_NAMED, N_KEPT, list_changed
from core.registry.stores.images import ImageFacts
from tests.core.registry.stores.random_writer import Writer

BOX = Box(0, 0, 5, 5)


def assert_counts_are_right(session: Session, project: ProjectId) -> None:
    """Against all rows, counted one by one."""
    rows = session.execute(
        text(
            "SELECT image.id, CAST(image.path AS TEXT), image.n_annotations, annotation.category_id, annotation.source "
            "FROM image LEFT JOIN annotation ON annotation.image_id = image.id WHERE image.project_id = :project"
        ),
        {"project": project},
    ).all()
    paths = {key: path for key, path, *_ in rows}
    kept = {key: n for key, _, n, *_ in rows}
    truth = [(key, category) for key, _, _, category, source in rows if source in ("human", "import")]
    objects = [(key, category) for key, category in truth if category is not None]
    annotated = {key for key, _ in truth}
    assert kept == {key: sum(1 for image, _ in objects if image == key) for key in paths}
    found = projects.get_project(session, project)
    assert (found.n_images, found.n_annotated, found.n_annotations) == (len(paths), len(annotated), len(objects))
    for category in projects.list_categories(session, project):
        of_it = [key for key, one in objects if str(one) == category.id]
        assert (category.n_annotations, category.n_images) == (len(of_it), len(set(of_it)))
    for folder in projects.list_folders(session, project):
        inside = {key for key, path in paths.items() if not folder.path or path.startswith(f"{folder.path}/")}
        assert (folder.n_images, folder.n_annotated) == (len(inside), len(inside & annotated))
        counts = Counter(str(category) for key, category in objects if key in inside)
        assert dict(folder.category_counts) == dict(counts)
        for is_annotated, n in ((None, len(inside)), (True, len(inside & annotated)), (False, len(inside - annotated))):
            wanted = ImageFilter(project, folders=(folder.path,), is_annotated=is_annotated)
            assert images.count_images(session, wanted) == len(images.list_image_ids(session, wanted)) == n


@pytest.mark.parametrize("seed", range(6))
def test_kept_counts_are_those_from_scratch_after_any_writes(registry: Registry, seed: int) -> None:
    with registry.write() as session:
        writer = Writer(session, seed)
        for _ in range(80):
            writer.write()
            for project in projects.list_projects(session):
                assert_counts_are_right(session, project.id)
    assert registry.check() == ()
    with registry.read() as session:
        assert session.scalar(text("SELECT count(*) FROM folder_category WHERE n_annotations = 0")) == 0


def all_that_is_said(session: Session) -> dict[tuple[str, int], tuple[object, ...]]:
    """By project and image."""
    rows = session.execute(
        text(
            "SELECT image.project_id, image.id, image.path, image.width, image.state, image.n_annotations, "
            "group_concat(annotation.category_id || annotation.source) "
            "FROM image LEFT JOIN annotation ON annotation.image_id = image.id GROUP BY image.id"
        )
    )
    return {(project, key): tuple(rest) for project, key, *rest in rows}


@pytest.mark.parametrize("seed", range(6))
def test_what_a_growth_was_about_can_be_asked_after_any_writes(registry: Registry, seed: int) -> None:
    n_told = 0
    with registry.write() as session:
        writer = Writer(session, seed)
        for _ in range(80):
            before = all_that_is_said(session)
            revisions_before = {one.id: one.revision for one in projects.list_projects(session)}
            writer.write()
            after = all_that_is_said(session)
            for project in projects.list_projects(session):
                since = revisions_before.get(project.id)
                if since is not None:
                    told = list_changed(session, project.id, since, project.revision)
                    other = {key for (owner, key), said in before.items() if after.get((owner, key)) != said}
                    mine = {key for owner, key in before if owner == project.id}
                    assert told is not None
                    assert other & mine <= set(told) <= {key for owner, key in after if owner == project.id}
                    n_told += len(told)
    assert n_told


def test_too_much_to_name_and_too_long_ago_are_said_to_be_anything(registry: Registry, add_project) -> None:
    id = add_project("P", {f"{n}.png": [] for n in range(MOST_NAMED + 1)})
    with registry.write() as session:
        revision, keys = projects.get_revision(session, id), sorted(images.list_keys(session, id).values())
        upkeep.images_changed(session, id, keys[:MOST_NAMED])
        assert list_changed(session, id, revision, revision + 1) == keys[:MOST_NAMED]
        upkeep.images_changed(session, id, keys[MOST_NAMED:])
        assert list_changed(session, id, revision + 1, revision + 2) == keys[MOST_NAMED:]
        assert list_changed(session, id, revision, revision + 2) is None, "too many together"
        upkeep.images_changed(session, id, keys)
        assert list_changed(session, id, revision + 2, revision + 3) is None
        for _ in range(N_KEPT):
            upkeep.project_changed(session, id)
        assert list_changed(session, id, revision + 3, revision + 3 + N_KEPT) == []
        assert list_changed(session, id, revision + 2, revision + 3 + N_KEPT) is None


def test_more_images_than_fit_into_one_statement_are_counted(registry: Registry, add_project) -> None:
    content = {f"f{n % 7}/{n}.png": ["x", "x", "y", None] if n % 3 else [] for n in range(4_000)}
    id = add_project("P", content)
    with registry.read() as session:
        found = projects.get_project(session, id)
    assert (found.n_images, found.n_annotated, found.n_annotations) == (4_000, 2_666, 7_998)
    assert registry.check() == ()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE image SET n_annotations = n_annotations + 1 WHERE id = 1",
        "UPDATE image SET is_annotated = 1 WHERE id = 2",
        "UPDATE folder SET n_images = 7",
        "UPDATE folder SET n_annotated = 0",
        "UPDATE folder_category SET n_images = n_images + 1",
        "DELETE FROM folder_category",
        "DELETE FROM annotation",
    ],
)
def test_wrong_counts_are_noticed_and_can_be_counted_anew(
    registry: Registry, registry_file: Path, add_project, damage: str
) -> None:
    id = add_project("Parish", {"a/1.png": ["x"], "a/2.png": []})
    with connected(registry_file, "rw") as connection:
        connection.execute(damage)
    (problem,) = registry.check()
    assert problem.kind == "registry-counts"
    assert '"Parish"' in problem.text
    assert "calque verify --recount" in problem.text
    with registry.write() as session:
        upkeep.recount(session, id)
        assert_counts_are_right(session, id)
    assert registry.check() == ()


def revisions(session: Session, project: ProjectId) -> tuple[int, list[int]]:
    ids = images.list_image_ids(session, ImageFilter(project))
    return projects.get_project(session, project).revision, [one.revision for one in images.get_images(session, ids)]


def test_revisions_grow_with_what_they_speak_of_and_only_then(registry: Registry, add_project) -> None:
    id = add_project("P", {"a.png": ["x"], "b.png": [], "c.png": ["x"]})
    other = add_project("Other", {"a.png": ["x"]})
    with registry.write() as session:
        untouched = revisions(session, other)
        project, (a, b, c) = revisions(session, id)
        keys = images.list_keys(session, id)
        x = int(projects.add_categories(session, id, ["x"])["x"])
        assert revisions(session, id) == (project, [a, b, c]), "nothing was added"

        annotations.insert_annotations(session, [NewAnnotation(keys["b.png"], x, BOX, source=Source.HUMAN)])
        assert revisions(session, id) == (project + 1, [a, b + 1, c])
        annotations.delete_imported(session, keys.values())
        assert revisions(session, id) == (project + 2, [a + 1, b + 1, c + 1]), "b has nothing that was imported"
        _, facts = images.list_facts(session, id)["c.png"]
        images.update_images(session, {keys["c.png"]: replace(facts, width=7)})
        assert revisions(session, id) == (project + 3, [a + 1, b + 1, c + 2])

        for write in (
            lambda: projects.add_categories(session, id, ["new"]),
            lambda: projects.rename_project(session, id, "Renamed"),
            lambda: images.insert_images(session, id, [ImageFacts("d.png", 1, 1, 1, "00" * 32, 1, 1)]),
            lambda: upkeep.recount(session, id),
        ):
            before = projects.get_project(session, id).revision
            write()
            assert projects.get_project(session, id).revision == before + 1
        before = projects.get_project(session, id).revision
        for no_write in (
            lambda: projects.rename_project(session, id, "Renamed"),
            lambda: projects.mark_opened(session, id, projects.get_project(session, id).created_at),
            lambda: images.insert_images(session, id, []),
            lambda: images.update_images(session, {}),
            lambda: annotations.delete_imported(session, [keys["a.png"]]),
        ):
            no_write()
            assert projects.get_project(session, id).revision == before
        assert revisions(session, other) == untouched


def test_writes_note_what_they_changed(registry: Registry, add_project, monkeypatch: pytest.MonkeyPatch) -> None:
    id = add_project("P", {"a.png": ["x"], "b.png": []})
    with registry.read() as session:
        keys = images.list_keys(session, id)
        _, facts = images.list_facts(session, id)["b.png"]
    a, b = (ImageId(str(keys[name])) for name in ("a.png", "b.png"))

    def changes_of(write: Callable[..., object], *arguments: object) -> Changes:
        with registry.write() as session:
            write(session, *arguments)
            return noted(session)

    both = [NewAnnotation(key, None, None) for key in keys.values()]
    new = [ImageFacts("d.png", 1, 1, 1, "00" * 32, 1, 1)]
    assert changes_of(annotations.insert_annotations, both) == Changes.annotations(id, (a, b))
    assert changes_of(annotations.delete_imported, keys.values()) == Changes.annotations(id, (a, b))
    assert changes_of(annotations.delete_imported, keys.values()) == NO_CHANGES
    assert changes_of(images.update_images, {int(b): facts}) == Changes.of(images=(b,))
    came = Changes.of(projects=(id,), image_lists=(id,), folders=(id,))
    assert changes_of(images.insert_images, id, new) == came
    monkeypatch.setattr(upkeep, "MAX_NAMED", 1)
    assert changes_of(annotations.insert_annotations, both) == Changes.whole_project(id)
    assert changes_of(images.update_images, {int(a): facts, int(b): facts}) == Changes.of(image_lists=(id,))
    assert changes_of(upkeep.recount, id) == Changes.whole_project(id)
    assert changes_of(projects.rename_project, id, "P") == NO_CHANGES
