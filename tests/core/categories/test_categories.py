"""Classes: added, renamed, recoloured, merged, deleted; undone, the registry has the very rows that it had."""

from __future__ import annotations

import os

import pytest

from core.domain.categories import PALETTE, Labelling
from core.domain.changes import Changed
from core.errors import NotFoundError, RefusedError, StorageError
from core.files.locks import try_lock
from core.registry.stores import images as image_store
from core.registry.stores.images import ImageFacts


def assert_undone_and_done_again(project, done, before):
    after = project.rows()
    project.assert_sound()
    undone = project.categories.undo(done).value
    assert project.rows() == before
    project.assert_sound()
    again = project.categories.undo(undone).value
    assert project.rows() == after
    project.assert_sound()
    project.categories.undo(again)
    assert project.rows() == before


def test_a_class_is_added_renamed_and_recoloured(project):
    before = project.rows()
    added = project.categories.add(project.id, "  margin note ", "#E69F00")
    assert project.id in added.changes.categories
    new = project.projects.list_categories(project.id)[-1]
    assert (new.name, new.colour, new.index, new.id) == ("margin note", "#e69f00", 4, added.value.id)
    renamed = project.categories.rename(project.id, new.id, "marginalia").value
    recoloured = project.categories.recolour(project.id, new.id, "").value
    assert project.projects.list_categories(project.id)[-1].name == "marginalia"
    for done in (recoloured, renamed, added.value.done):
        project.categories.undo(done)
    assert project.rows() == before


def test_a_new_class_has_no_colour_that_another_was_given(project):
    taken = [PALETTE[4], PALETTE[5].lower()]
    for name, colour in zip(("cat", "line"), taken, strict=True):
        project.categories.recolour(project.id, project.category(name), colour)
    rows = project.rows()
    added = project.categories.add(project.id, "stamp").value
    assert [(one.name, one.index) for one in project.projects.list_categories(project.id)][-1] == ("stamp", 6)
    for n, position in enumerate((7, 8, 9)):
        project.categories.add(project.id, f"further {n}")
        assert project.projects.list_categories(project.id)[-1].index == position
    for category in project.projects.list_categories(project.id)[-3:]:
        project.categories.delete(project.id, category.id)
    project.categories.undo(added.done)
    assert project.rows() == rows


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("  ", "Give the class a name"),
        ("x" * 1001, "at most 1000"),
        ("a\nb", "cannot be shown"),
        ("cat", "already exists.*merge"),
    ],
)
def test_names_that_cannot_be_had_are_refused(project, name, reason):
    for write in (
        lambda: project.categories.add(project.id, name),
        lambda: project.categories.rename(project.id, project.category("line"), name),
    ):
        with pytest.raises(RefusedError, match=reason):
            write()


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#gggggg"])
def test_what_is_no_colour_is_refused(project, colour):
    with pytest.raises(RefusedError, match="no colour"):
        project.categories.recolour(project.id, project.category("line"), colour)


def test_a_class_keeps_its_own_name(project):
    done = project.categories.rename(project.id, project.category("cat"), " cat ").value
    project.categories.undo(done)


def test_merging_gives_all_annotations_to_the_target_and_says_the_same_once(project):
    before = project.rows()
    gone = project.categories.merge(
        project.id, [project.category("kitten"), project.category("cat")], project.category("cat")
    )
    assert gone.value.n_annotations == 2
    assert project.labels("a/3.jpg") == ["cat"]
    assert project.labels("b/5.jpg") == ["cat"]
    assert project.counts() == {"line": (5, 4), "picture": (1, 1), "cat": (3, 3)}
    assert_undone_and_done_again(project, gone.value.done, before)


def test_several_classes_become_one(project):
    before = project.rows()
    gone = project.categories.merge(
        project.id, [project.category(name) for name in ("cat", "kitten")], project.category("picture")
    )
    assert project.labels("a/3.jpg") == ["picture"]
    assert project.counts() == {"line": (5, 4), "picture": (4, 4)}
    assert_undone_and_done_again(project, gone.value.done, before)


def test_a_class_is_not_merged_with_itself(project):
    with pytest.raises(RefusedError, match="another class"):
        project.categories.merge(project.id, [project.category("cat")], project.category("cat"))


def test_deleting_a_class_takes_its_annotations_and_leaves_the_images(project):
    before = project.rows()
    gone = project.categories.delete(project.id, project.category("line")).value
    assert (gone.n_annotations, gone.n_images) == (5, 0)
    assert project.counts() == {"picture": (1, 1), "cat": (2, 2), "kitten": (2, 2)}
    assert len(project.rows()["image"]) == 8
    assert [one.n_annotated for one in project.projects.list_folders(project.id)] == [6, 2, 3]
    assert_undone_and_done_again(project, gone.done, before)


def test_images_that_have_only_the_class_go_to_the_trash_with_it(project):
    project.tags.add(project.images("a/2.jpg"), "hard case")
    before = project.rows()
    use = project.categories.use_of(project.id, project.category("line"))
    assert (use.n_annotations, use.n_images, use.n_only) == (5, 4, 1)
    gone = project.categories.delete(project.id, project.category("line"), removes_images=True).value
    assert (gone.n_annotations, gone.n_images) == (5, 1)
    assert [one.path for one in project.trash.list_images(project.id)] == ["a/2.jpg"]
    assert_undone_and_done_again(project, gone.done, before)


def test_a_class_that_is_gone_is_said_so(project):
    cat = project.category("cat")
    project.categories.delete(project.id, cat)
    for write in (
        lambda: project.categories.delete(project.id, cat),
        lambda: project.categories.rename(project.id, cat, "dog"),
        lambda: project.categories.merge(project.id, [cat], project.category("kitten")),
    ):
        with pytest.raises(NotFoundError, match="not there any more"):
            write()


def test_undo_is_refused_where_the_data_have_changed_since(project):
    line = project.category("line")
    renamed = project.categories.rename(project.id, line, "text line").value
    deleted = project.categories.delete(project.id, line).value.done
    with pytest.raises(RefusedError, match="changed since"):
        project.categories.undo(renamed)
    project.categories.add(project.id, "text line")
    before = project.rows()
    with pytest.raises(RefusedError, match="another class"):
        project.categories.undo(deleted)
    assert project.rows() == before


def test_undo_is_refused_where_images_are_gone(project):
    deleted = project.categories.delete(project.id, project.category("line")).value.done
    project.trash.remove_images(project.id, project.images("a/1.jpg"))
    with pytest.raises(RefusedError, match="1 image was removed from the project"):
        project.categories.undo(deleted)


def test_a_new_class_that_is_used_by_now_is_not_taken_away(project):
    added = project.categories.add(project.id, "dog").value
    project.categories.label_images(project.id, project.images("b/7.jpg"), Labelling.ADD, added.id)
    with pytest.raises(RefusedError, match="by now"):
        project.categories.undo(added.done)


def test_classes_stay_while_a_dataset_is_frozen(project):
    (project.file.parent / "snapshots").mkdir()
    lock = try_lock(project.file.parent / "snapshots" / "d.building")
    project.run(
        "INSERT INTO dataset (id, project_id, name, description, state, has_unique_images, created_at, changed_at, "
        "revision) VALUES ('d', ?, 'Lines', '', 'building', 1, '2026-01-01', '2026-01-01', 0)",
        project.id,
    )
    for write in (
        lambda: project.categories.delete(project.id, project.category("line")),
        lambda: project.categories.add(project.id, "dog"),
        lambda: project.trash.remove_images(project.id, project.images("b/7.jpg")),
    ):
        with pytest.raises(RefusedError, match='"Lines" is being frozen') as caught:
            write()
        assert caught.value.code == "E-432"
    os.close(lock)
    project.categories.add(project.id, "dog")  # who froze it was killed


def test_models_that_know_a_class_are_named(project):
    for name, classes, deleted in (
        ("Lines", '["line"]', None),
        ("Old", '["line"]', "2026-01-01"),
        ("Cats", '["cat"]', None),
    ):
        project.run(
            "INSERT INTO model (id, project_id, name, task, categories, description, created_at, last_number, "
            "deleted_at) VALUES (?, ?, ?, 'detection', ?, '', '2026-01-01', 0, ?)",
            name,
            project.id,
            name,
            classes,
            deleted,
        )
    use = project.categories.use_of(project.id, project.category("line"))
    assert use.models == ("Lines",)
    assert use.models_text == "1 model knows this class; it keeps its name."
    assert project.categories.use_of(project.id, project.category("picture")).models_text == ""


def test_blocks_of_images_that_lost_annotations_are_forgotten(project):
    from core.registry.stores import selections

    with project.registry.write() as session:
        for number in selections.list_missing_blocks(session, project.id):
            selections.store_block(session, project.id, number)
    assert project.run("SELECT count(*) FROM image_block") == [(1,)]
    done = project.categories.delete(project.id, project.category("cat")).value.done
    assert project.run("SELECT count(*) FROM image_block") == [(0,)]
    assert isinstance(project.categories.undo(done), Changed)


def test_what_was_imported_is_remembered_for_the_next_import(project):
    gone = project.categories.delete(project.id, project.category("picture")).value
    assert project.run("SELECT category, kind FROM overruled_import") == [("picture", "box")]
    undone = project.categories.undo(gone.done).value
    assert project.run("SELECT count(*) FROM overruled_import") == [(0,)]
    project.categories.undo(undone)
    assert project.run("SELECT category, kind FROM overruled_import") == [("picture", "box")]


def test_images_that_cannot_come_back_refuse_undo_and_nothing_is_changed(project):
    gone = project.categories.delete(project.id, project.category("line"), removes_images=True).value
    with project.registry.write() as session:
        image_store.insert_images(session, project.id, [ImageFacts("a/2.jpg", 10, 10, 1, f"{99:064x}", 1, 1)])
    before = project.rows()
    with pytest.raises(RefusedError, match=r"another image has the path now: a/2\.jpg"):
        project.categories.undo(gone.done)
    assert project.rows() == before
    project.trash.empty(project.id)
    with pytest.raises(RefusedError, match="no longer in the trash"):
        project.categories.undo(gone.done)
    assert project.rows() == before


def test_a_registry_that_can_only_be_read_refuses_with_its_code(project, monkeypatch):
    monkeypatch.setattr(project.registry, "_is_read_only", True)
    for write in (
        lambda: project.categories.rename(project.id, project.category("line"), "x"),
        lambda: project.trash.remove_images(project.id, project.images("a/1.jpg")),
    ):
        with pytest.raises(StorageError, match="reading only") as caught:
            write()
        assert caught.value.code == "E-103"


def test_a_class_is_found_by_its_name_or_made(project):
    made = project.categories.find_or_add(project.id, "  marginal note ").value
    found = project.categories.find_or_add(project.id, "marginal note").value
    assert found.id == made.id == project.category("marginal note")
    assert (len(made.done.steps), found.done.steps) == (1, ())
    project.categories.undo(made.done)
    assert "marginal note" not in project.counts()


@pytest.mark.parametrize(
    "name", ["شلیک\u200cکننده", "👩\u200d🚒 fire", "שלום עולם", "100 % %s {n} & <b>", "'\"; DROP TABLE category"]
)
def test_names_in_any_writing_are_taken_as_they_are(project, name):
    added = project.categories.add(project.id, f" {name} ").value
    assert project.category(name) == added.id


def test_signs_that_nobody_sees_are_no_name(project):
    for name in ("\u200d", "a\u200b", "a\u202eb", "a \u200d b"):
        with pytest.raises(RefusedError, match="cannot be shown"):
            project.categories.add(project.id, name)
