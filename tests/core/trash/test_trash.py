"""Images removed from a project come back as the rows that they were; projects likewise; files are never touched."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import ExitStack

import pytest

from core.errors import NotFoundError, RefusedError
from core.files.locks import try_lock
from core.registry.stores import images as image_store
from core.registry.stores import projects as project_store
from core.registry.stores.images import ImageFacts
from tests.core.categories.labelled_project import BOX, WHOLE


def add_image(project, path):
    with project.registry.write() as session:
        image_store.insert_images(session, project.id, [ImageFacts(path, 10, 10, 1, f"{99:064x}", 1, 1)])


def make_dataset(project, state, number, *paths):
    project.run(
        "INSERT INTO dataset (id, project_id, name, description, state, has_unique_images, created_at, changed_at, "
        "revision) VALUES (?, ?, ?, '', 'open', 1, '2026-01-01', '2026-01-01', 0)",
        f"d{number}",
        project.id,
        f"D{number}",
    )
    project.run("INSERT INTO dataset_set VALUES (?, ?, 'train', 'train', 0)", number, f"d{number}")
    for path in paths:
        project.run("INSERT INTO dataset_image VALUES (?, ?)", number, project.keys[path])
    project.run("UPDATE dataset SET state = ? WHERE id = ?", state, f"d{number}")


def test_what_is_cut_off_half_way_is_told_and_can_be_ended_in_either_direction(project, monkeypatch):
    """An import begins after the first images; undoing is cut off as well, and asked for again does the rest."""
    monkeypatch.setattr("core.trash.service.IMAGES_AT_ONCE", 2)
    trash, occupied = project.trash, project.registry.occupied
    images = project.images("a/1.jpg", "a/2.jpg", "a/3.jpg", "b/4.jpg")
    before = project.rows()
    with ExitStack() as importing:

        def cut_off(*_):
            importing.enter_context(occupied.importing(project.id))

        removed = trash.remove_images(project.id, images, progress=cut_off)
    assert (len(removed.value), removed.cut_by.code) == (2, "E-432")
    assert removed.cut_by.text.endswith("2 images were done before it, of 4.")
    rest = trash.remove_images(project.id, images)
    assert (len(rest.value), rest.cut_by) == (2, None)
    with ExitStack() as importing:
        restored = trash.restore_images(project.id, images, is_whole=True, progress=cut_off)
    assert (len(restored.value.images), restored.cut_by.code) == (2, "E-432")
    project.assert_sound()
    assert len(trash.restore_images(project.id, images, is_whole=True).value.images) == 2
    assert project.rows() == before
    project.assert_sound()


def test_removed_images_come_back_as_they_were(project):
    project.tags.add(project.images("a/1.jpg", "b/6.jpg"), "hard case", note="blurred")
    project.run(
        "INSERT INTO label_review VALUES "
        "(7, ?, 'missed', 'rejected', 'line', 0.1, 0.2, 3.3, 4.4, 'V1', '', '2026-01-01')",
        project.keys["a/1.jpg"],
    )
    project.run("UPDATE annotation SET x0 = 1.1000000000000003, points = x'00ff10', author = 'Ada' WHERE id = 1")
    make_dataset(project, "open", 1, "a/1.jpg", "a/2.jpg")
    before, counts = project.rows(), project.counts()
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg", "a/3.jpg", "b/6.jpg", "b/6.jpg"))
    assert {project.id} == removed.changes.image_lists == removed.changes.trash
    assert removed.changes.datasets == {"d1"}
    assert len(removed.value) == 3
    assert project.trash.count_images(project.id) == (3, 6)
    assert project.counts() == {"line": (2, 2), "picture": (0, 0), "cat": (1, 1), "kitten": (1, 1)}
    project.assert_sound()
    again = project.trash.restore_images(project.id, removed.value)
    assert again.changes.datasets == {"d1"}
    assert again.value.text == "3 images restored."
    assert project.run("SELECT revision FROM dataset") == [(2,)]
    assert project.rows() == before
    assert project.counts() == counts
    assert project.trash.count_images(project.id) == (0, 0)
    project.assert_sound()


def test_verdicts_whose_key_was_given_again_come_back_beside_the_others(project):
    """The last key is free again as soon as its verdict goes with its image."""
    for path in ("a/1.jpg", "a/2.jpg"):
        _judge(project, path)
        project.trash.remove_images(project.id, project.images(path))
    _judge(project, "a/3.jpg")
    assert len(project.trash.restore_images(project.id).value.images) == 2
    found = dict(project.run("SELECT id, image_id FROM label_review"))
    assert found[1] == project.keys["a/3.jpg"]
    assert sorted(found.values()) == sorted(project.keys[path] for path in ("a/1.jpg", "a/2.jpg", "a/3.jpg"))
    project.assert_sound()


def _judge(project, path):
    values = "'missed', 'rejected', 'line', 0.1, 0.2, 3.3, 4.4, 'V1', '', '2026-01-01'"
    project.run(f"INSERT INTO label_review SELECT NULL, ?, {values}", project.keys[path])


def test_what_is_kept_has_a_format_number_and_a_newer_one_is_refused(project):
    project.trash.remove_images(project.id, project.images("a/1.jpg"))
    ((text,),) = project.run("SELECT content FROM trashed_image")
    content = json.loads(text)
    assert content["format"] == 1
    project.run("UPDATE trashed_image SET content = ?", json.dumps({**content, "format": 2}))
    with pytest.raises(RefusedError, match="newer Calque"):
        project.trash.restore_images(project.id)


def test_another_image_at_the_path_keeps_it(project):
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg", "a/2.jpg")).value
    add_image(project, "a/1.jpg")
    with pytest.raises(RefusedError, match=r'the path "a/1\.jpg" now'):
        project.trash.restore_images(project.id, removed[:1])
    restored = project.trash.restore_images(project.id).value
    assert (len(restored.images), restored.taken) == (1, ("a/1.jpg",))
    assert "another image has the path now: a/1.jpg" in restored.text
    project.assert_sound()


def test_taking_a_removal_back_is_whole_or_refused(project):
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg", "a/2.jpg")).value
    add_image(project, "a/2.jpg")
    before = project.rows()
    with pytest.raises(RefusedError, match=r'has the path "a/2\.jpg" now'):
        project.trash.restore_images(project.id, removed, is_whole=True)
    project.trash.empty(project.id, removed[1:])
    with pytest.raises(RefusedError, match="1 of its images is no longer in the trash"):
        project.trash.restore_images(project.id, removed, is_whole=True)
    assert project.rows() == before
    project.trash.restore_images(project.id, removed[:1], is_whole=True)
    assert project.image("a/1.jpg") in {str(key) for (key,) in project.run("SELECT id FROM image")}


def test_an_image_that_was_removed_twice_comes_back_as_it_was_last(project):
    project.trash.remove_images(project.id, project.images("a/1.jpg"))
    add_image(project, "a/1.jpg")
    (key,) = project.run("SELECT id FROM image WHERE path = ?", b"a/1.jpg")[0]
    project.trash.remove_images(project.id, [str(key)])
    restored = project.trash.restore_images(project.id).value
    assert restored.images == (str(key),)
    assert restored.taken == ("a/1.jpg",)


def test_a_class_that_was_deleted_meanwhile_comes_back(project):
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg")).value
    before = project.rows()
    project.categories.delete(project.id, project.category("picture"))
    project.categories.add(project.id, "new")
    restored = project.trash.restore_images(project.id, removed).value
    assert restored.classes == ("picture",)
    assert project.counts()["picture"] == (1, 1)
    assert project.category("picture") in {str(row[0]) for row in before["category"]}
    project.assert_sound()


def test_a_class_of_the_same_name_takes_the_annotations(project):
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg")).value
    project.categories.delete(project.id, project.category("picture"))
    new = project.categories.add(project.id, "picture").value.id
    assert project.trash.restore_images(project.id, removed).value.classes == ()
    assert project.category("picture") == new
    assert project.counts()["picture"] == (1, 1)
    project.assert_sound()


def freeze(project, number, at):
    project.run(
        "UPDATE dataset SET state = 'complete', snapshot_id = 's', frozen_at = ? WHERE id = ?", at, f"d{number}"
    )


def test_a_frozen_dataset_has_its_images_again_and_one_frozen_without_them_does_not(project):
    make_dataset(project, "open", 1, "a/1.jpg", "a/2.jpg")
    make_dataset(project, "open", 2, "a/1.jpg", "a/2.jpg")
    freeze(project, 1, "2026-01-01 00:00:00.000000")
    before = project.rows()
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg")).value
    assert project.run("SELECT set_id, count(*) FROM dataset_image GROUP BY 1") == [(1, 1), (2, 1)]
    project.trash.restore_images(project.id, removed)
    assert project.rows() == before
    with pytest.raises(sqlite3.IntegrityError, match="frozen dataset cannot be changed"):
        project.run("INSERT INTO dataset_image VALUES (1, ?)", project.keys["b/6.jpg"])
    project.trash.remove_images(project.id, removed)
    freeze(project, 2, "2999-01-01 00:00:00.000000")
    project.trash.restore_images(project.id, removed)
    assert project.run("SELECT set_id, count(*) FROM dataset_image GROUP BY 1") == [(1, 2), (2, 1)]
    project.assert_sound()


def test_images_come_back_to_a_dataset_that_could_not_be_frozen(project):
    make_dataset(project, "error", 1, "a/1.jpg")
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg")).value
    project.trash.restore_images(project.id, removed)
    assert project.run("SELECT count(*) FROM dataset_image") == [(1,)]
    assert project.run("SELECT revision FROM dataset") == [(2,)]


def test_nothing_is_restored_while_a_dataset_is_frozen(project):
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg")).value
    make_dataset(project, "building", 1, "a/2.jpg")
    (project.file.parent / "snapshots").mkdir()
    handle = try_lock(project.file.parent / "snapshots" / "d1.building")
    with pytest.raises(RefusedError) as refused:
        project.trash.restore_images(project.id, removed)
    assert refused.value.code == "E-432"
    os.close(handle)


def test_the_trash_is_emptied_on_request_only(project):
    removed = project.trash.remove_images(project.id, project.images("a/1.jpg", "a/2.jpg", "b/6.jpg")).value
    assert project.trash.empty(project.id, removed[:1]).value == 1
    assert project.trash.empty(project.id).value == 2
    with pytest.raises(RefusedError, match="no longer in the trash"):
        project.trash.restore_images(project.id, removed)


def test_images_are_found_in_it_by_path(project):
    project.trash.remove_images(project.id, project.images("a/1.jpg"))
    assert [one.path for one in project.trash.find_images(project.id, ["a/1.jpg"])] == ["a/1.jpg"]
    with pytest.raises(RefusedError, match=r'"b/1\.jpg" is not in the trash'):
        project.trash.find_images(project.id, ["b/1.jpg"])


def test_many_are_removed_in_parts_with_progress_and_can_be_cut_short(make_project, monkeypatch):
    monkeypatch.setattr("core.trash.service.IMAGES_AT_ONCE", 40)
    paths = [f"{n:03}.jpg" for n in range(100)]
    project = make_project({path: [("cat", WHOLE), ("line", BOX)] for path in paths})
    before, told = project.rows(), []
    removed = project.trash.remove_images(
        project.id, project.images(*paths), progress=lambda n, total, text: told.append((n, total))
    ).value
    assert told[-1] == (100, 100)
    project.assert_sound()
    project.trash.restore_images(project.id, removed)
    assert project.rows() == before
    asked = iter([False, True])
    part = project.trash.remove_images(project.id, project.images(*paths), is_cancelled=lambda: next(asked)).value
    assert len(part) == 40
    project.trash.restore_images(project.id, part)
    assert project.rows() == before


# --- projects --------------------------------------------------------------------------------------------------


def test_a_removed_project_comes_back_with_all_it_had(project):
    before = project.rows()
    project.projects.remove_project(project.id)
    assert project.projects.list_projects() == ()
    (removed,) = project.trash.list_projects()
    assert (removed.name, removed.n_images, removed.n_annotations) == ("Pages", 8, 10)
    assert project.trash.restore_project(project.id).value == "Pages"
    assert project.rows() == before
    assert project.trash.list_projects() == ()
    assert project.projects.get_project(project.id).n_images == 8


def test_a_restored_project_gets_a_number_where_its_name_is_taken(project, tmp_path):
    project.projects.remove_project(project.id)
    with project.registry.write() as session:
        project_store.insert_project(session, name="Pages", root=tmp_path)
    changed = project.trash.restore_project(project.id)
    assert changed.value == "Pages (2)"
    assert project.id in changed.changes.renamed


def test_an_emptied_project_is_gone_and_only_a_removed_one_is_emptied(project):
    with pytest.raises(NotFoundError, match="in the trash"):
        project.trash.empty_project(project.id)
    project.trash.remove_images(project.id, project.images("a/1.jpg"))
    make_dataset(project, "open", 1, "a/2.jpg")
    project.projects.remove_project(project.id)
    project.trash.empty_project(project.id)
    assert all(not rows for rows in project.rows().values())
    assert project.run("SELECT count(*) FROM trashed_image") == [(0,)]
    assert project.run("SELECT count(*) FROM project WHERE purged_at IS NOT NULL") == [(1,)], "its runs still name it"
    with pytest.raises(NotFoundError):
        project.trash.restore_project(project.id)
