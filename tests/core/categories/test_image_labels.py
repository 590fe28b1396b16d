"""Classes of whole images, for many at once: what changes, what is left, who did it, and taking it back."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from unittest.mock import Mock

import pytest

from core.domain.categories import Labelled, Labelling
from core.domain.labelling import ShapeEdit
from core.domain.projects import Source
from core.errors import NotFoundError, RefusedError, StorageError
from core.labelling.service import LabellingService
from core.stopping import StoppedError
from tests.core.categories.labelled_project import WHOLE
from tests.core.categories.test_categories import assert_undone_and_done_again

ALL = ("a/1.jpg", "a/2.jpg", "a/3.jpg", "b/4.jpg", "b/5.jpg", "b/6.jpg", "b/7.jpg", "8.jpg")


def label(project, labelling, name=None, paths=ALL):
    category = None if name is None else project.category(name)
    changed = project.categories.label_images(project.id, project.images(*paths), labelling, category, author="Ada")
    project.assert_sound()
    return changed


def test_a_class_comes_to_those_that_lack_it(project):
    before = project.rows()
    done = label(project, Labelling.ADD, "cat").value
    assert done.labelled == Labelled(n_changed=6, n_same=2)
    assert project.counts()["cat"] == (8, 8)
    assert project.labels("a/3.jpg") == ["cat", "kitten"]
    assert project.labels("b/6.jpg") == ["cat"], "without concept no longer holds"
    (image,) = project.projects.get_annotated([project.image("b/7.jpg")])
    (annotation,) = image.annotations
    assert (annotation.source, annotation.author) == (Source.HUMAN, "Ada")
    assert annotation.edited_at is not None
    assert_undone_and_done_again(project, done.done, before)


def test_a_class_takes_the_place_of_others(project):
    before = project.rows()
    done = label(project, Labelling.REPLACE, "kitten").value
    assert done.labelled == Labelled(n_changed=7, n_same=1)
    assert all(project.labels(path) == ["kitten"] for path in ALL)
    assert project.counts()["line"] == (5, 4), "shapes stay"
    assert_undone_and_done_again(project, done.done, before)


def test_a_class_is_taken_off(project):
    before = project.rows()
    done = label(project, Labelling.REMOVE, "cat").value
    assert done.labelled == Labelled(n_changed=2, n_same=6)
    assert project.labels("a/3.jpg") == ["kitten"]
    assert_undone_and_done_again(project, done.done, before)


def test_an_image_can_be_unlabelled_again(project):
    before = project.rows()
    done = label(project, Labelling.CLEAR, paths=("a/3.jpg", "b/6.jpg", "b/7.jpg")).value
    assert done.labelled == Labelled(n_changed=2, n_same=1)
    assert project.labels("b/6.jpg") == []
    assert project.run("SELECT is_annotated FROM image WHERE path = ?", b"b/6.jpg") == [(0,)]
    assert_undone_and_done_again(project, done.done, before)


def test_without_concept_is_not_unlabelled_and_not_said_of_what_has_shapes(project):
    before = project.rows()
    done = label(project, Labelling.WITHOUT_CONCEPT).value
    assert done.labelled == Labelled(n_changed=3, n_same=1, n_left=4)
    assert "4 images left as they were: boxes or outlines are on them." in done.labelled.text
    assert project.labels("b/4.jpg") == [None]
    assert project.labels("b/7.jpg") == [None]
    assert project.run("SELECT is_annotated, n_annotations FROM image WHERE path = ?", b"b/7.jpg") == [(1, 0)]
    assert project.labels("a/3.jpg") == ["cat", "kitten"]
    assert_undone_and_done_again(project, done.done, before)


def test_images_of_elsewhere_are_counted_and_left_alone(project):
    from core.domain.ids import ImageId

    done = project.categories.label_images(
        project.id, [ImageId("999"), project.image("b/7.jpg")], Labelling.ADD, project.category("cat")
    ).value
    assert done.labelled == Labelled(n_changed=1, n_gone=1)


def test_a_class_that_is_gone_labels_nothing(project):
    cat = project.category("cat")
    project.categories.delete(project.id, cat)
    before = project.rows()
    with pytest.raises(NotFoundError):
        project.categories.label_images(project.id, project.images("b/7.jpg"), Labelling.ADD, cat)
    assert project.rows() == before


def test_many_images_are_one_step_and_can_be_cut_short(make_project, monkeypatch):
    monkeypatch.setattr("core.categories.service.IMAGES_AT_ONCE", 40)
    paths = [f"{n:03}.jpg" for n in range(100)]
    project = make_project({"x.jpg": [("cat", WHOLE)], **{path: [] for path in paths}})
    before, told = project.rows(), []
    done = project.categories.label_images(
        project.id,
        project.images(*paths),
        Labelling.ADD,
        project.category("cat"),
        progress=lambda n, total, text: told.append((n, total)),
    ).value
    assert done.labelled.n_changed == 100
    assert told[-1] == (100, 100)
    assert len(done.done.steps) == 3
    assert_undone_and_done_again(project, done.done, before)
    asked = iter([False, True])
    part = project.categories.label_images(
        project.id, project.images(*paths), Labelling.ADD, project.category("cat"), is_cancelled=lambda: next(asked)
    ).value
    assert part.labelled == Labelled(n_changed=40, is_cut_short=True)
    project.categories.undo(part.done)
    assert project.rows() == before


def test_what_was_labelled_before_an_import_began_is_told_and_taken_back(make_project, monkeypatch):
    monkeypatch.setattr("core.categories.service.IMAGES_AT_ONCE", 40)
    paths = [f"{n:03}.jpg" for n in range(100)]
    project = make_project({path: [] for path in paths})
    before = project.rows()
    with ExitStack() as importing:
        done = project.categories.label_images_as(
            project.id,
            project.images(*paths),
            Labelling.ADD,
            "dog",
            progress=lambda *_: importing.enter_context(project.registry.occupied.importing(project.id)),
        )
    assert done.value.labelled == Labelled(n_changed=40, is_cut_short=True)
    assert (done.cut_by.code, done.cut_by.text) == (
        "E-432",
        "The project is being imported into. 40 images were done before it, of 100.",
    )
    assert done.changes.images == set(project.images(*paths[:40]))
    project.assert_sound()
    project.categories.undo(done.value.done)
    assert project.rows() == before


def test_a_class_that_was_made_for_images_goes_where_none_can_be_labelled(project):
    before = project.rows()
    refused = RefusedError("The project is being imported into.")
    project.registry.occupied.check = Mock(side_effect=[None, refused, None])  # it ends at once
    with pytest.raises(RefusedError, match="imported into"):
        project.categories.label_images_as(project.id, project.images("8.jpg"), Labelling.ADD, "dog")
    assert project.rows() == before


def test_nothing_is_done_where_there_is_no_room_for_what_undo_needs(project, monkeypatch):
    before = project.rows()
    monkeypatch.setattr("core.registry.stores.kept_rows._IN_MEMORY", 1)
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(StorageError, match=r"The disk is full\. What Undo needs could not be stored"):
        label(project, Labelling.CLEAR)
    assert project.rows() == before


@pytest.mark.parametrize("labelling", [Labelling.ADD, Labelling.WITHOUT_CONCEPT])
def test_a_label_that_somebody_else_gave_again_is_not_brought_back_beside_it(project, labelling):
    paths = ["b/6.jpg", "b/7.jpg"]
    label(project, labelling, "cat", paths)
    cleared = label(project, Labelling.CLEAR, "cat", paths).value.done
    label(project, labelling, "cat", paths[1:])
    before = project.rows()
    with pytest.raises(RefusedError, match=r'"b/7\.jpg" was given the same label since'):
        project.categories.undo(cleared)
    assert project.rows() == before
    project.assert_sound()


def test_labels_that_somebody_else_changed_since_are_not_taken_away(project):
    done = label(project, Labelling.ADD, "cat", ["b/7.jpg"]).value.done
    labelling = LabellingService(project.registry)
    (image,) = project.projects.get_annotated([project.image("b/7.jpg")])
    edit = ShapeEdit(image.annotations[0].id, category=project.category("kitten"))
    changed = labelling.change([edit], seen={image.image.id: image.image.revision}, author="Bo").value
    before = project.rows()
    with pytest.raises(RefusedError, match="changed since"):
        project.categories.undo(done)
    assert project.rows() == before
    labelling.take_back(changed.step)
    again = project.categories.undo(done).value
    assert project.labels("b/7.jpg") == []
    taken = project.categories.undo(again).value
    project.run("UPDATE annotation SET author = 'Bo' WHERE author = 'Ada'")
    with pytest.raises(RefusedError, match="changed since"):
        project.categories.undo(taken)


def test_labels_do_not_come_back_where_somebody_found_nothing_since(project):
    done = label(project, Labelling.CLEAR, None, ["b/4.jpg", "b/5.jpg"]).value.done
    label(project, Labelling.WITHOUT_CONCEPT, None, ["b/5.jpg"])
    before = project.rows()
    with pytest.raises(RefusedError, match=r'"b/5\.jpg" would be marked as having nothing to find'):
        project.categories.undo(done)
    assert project.rows() == before
    project.assert_sound()


def test_a_new_class_is_made_on_the_way_and_goes_with_the_labels(project):
    before = project.rows()
    done = project.categories.label_images_as(project.id, project.images("b/7.jpg"), Labelling.ADD, " dog ").value
    assert project.labels("b/7.jpg") == ["dog"]
    assert_undone_and_done_again(project, done.done, before)
    known = project.categories.label_images_as(project.id, project.images("b/7.jpg"), Labelling.ADD, "cat").value
    assert project.labels("b/7.jpg") == ["cat"]
    assert_undone_and_done_again(project, known.done, before)


def test_only_the_images_that_changed_are_named(project):
    changes = label(project, Labelling.ADD, "cat", paths=("b/4.jpg", "b/7.jpg")).changes
    assert changes.images == {project.image("b/7.jpg")}


def test_undoing_labels_tells_how_far_it_is_and_stopped_undoes_nothing(project):
    done = label(project, Labelling.REPLACE, "cat").value.done
    after, told = project.rows(), list[tuple[int, int]]()
    for n_steps in (0, 1):
        asked = iter([False] * n_steps)
        with pytest.raises(StoppedError):
            project.categories.undo(done, is_cancelled=lambda asked=asked: next(asked, True))
        project.assert_sound()
        assert project.rows() == after
    inverse = project.categories.undo(done, progress=lambda n, total, _: told.append((n, total))).value
    assert told[-1] == (told[-1][1],) * 2
    assert project.rows() != after
    project.categories.undo(inverse)
    assert project.rows() == after
