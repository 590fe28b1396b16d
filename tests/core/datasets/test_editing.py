"""Datasets are made, filled, arranged, cloned and deleted; each step is taken back to the last image, or refused."""

from __future__ import annotations

import os

import pytest

from core import clock
from core.domain.datasets import DatasetState, SetRole, SplitRule
from core.domain.projects import ImageFilter
from core.domain.snapshots import Split
from core.errors import NotFoundError, RefusedError
from core.files.locks import try_lock
from core.registry.stores import datasets as store


def refused(code: str, match: str | None = None) -> object:
    class Expected:
        def __enter__(self):
            self._raises = pytest.raises(RefusedError, match=match)
            self._found = self._raises.__enter__()

        def __exit__(self, *args):
            done = self._raises.__exit__(*args)
            assert self._found.value.code == code
            return done

    return Expected()


def test_a_new_dataset_has_the_usual_sets(shop):
    made = shop.editing.create(shop.project, "  Parish\nregisters ", description=" ours ")
    dataset = shop.editing.get_dataset(made.value.dataset)
    assert made.changes.datasets == {dataset.id}
    assert (dataset.name, dataset.description, dataset.has_unique_images) == ("Parish registers", "ours", True)
    assert [(item.name, item.role) for item in dataset.sets] == [
        ("train", SetRole.TRAIN), ("val", SetRole.VAL), ("test", SetRole.TEST)
    ]  # fmt: skip
    assert shop.editing.list_datasets(shop.project) == (dataset,)
    assert shop.editing.find_dataset("Parish registers", shop.project) == dataset
    gone = shop.editing.undo(made.value)
    assert shop.editing.list_datasets(shop.project) == ()
    shop.editing.undo(gone.value)
    again = shop.editing.get_dataset(dataset.id)
    assert (again.name, again.sets, again.created_at) == (dataset.name, dataset.sets, dataset.created_at)


def test_names_are_refused_that_are_taken_empty_or_long(shop):
    shop.made("Data")
    id, sets = shop.made("Other")
    with refused("E-210", 'named "Data" exists'):
        shop.editing.create(shop.project, "Data")
    with refused("E-210"):
        shop.editing.rename(id, "Data")
    with refused("E-110"):
        shop.editing.create(shop.project, "  ")
    with refused("E-111", "at most 100"):
        shop.editing.rename(id, "x" * 101)
    with refused("E-214"):
        shop.editing.add_set(id, "Train")
    with refused("E-111", "at most 50"):
        shop.editing.rename_set(id, sets[0], "x" * 51)
    elsewhere = shop.make_project("Letters", {"a.png": 0})
    shop.editing.create(elsewhere, "Data")
    assert shop.editing.find_dataset("Data") is None  # there are two
    assert shop.editing.find_dataset("Data", elsewhere).project == elsewhere


def test_facts_and_sets_are_changed_and_changed_back(shop):
    id, (train, val, test) = shop.made()
    shop.editing.add_images(id, test, shop.below("test/"))
    for change in (
        lambda: shop.editing.rename(id, "Better"),
        lambda: shop.editing.describe(id, "What it is for."),
        lambda: shop.editing.add_set(id, "dev", SetRole.VAL),
        lambda: shop.editing.rename_set(id, train, "val 1"),
        lambda: shop.editing.set_role(id, val, SetRole.EXTRA),
        lambda: shop.editing.order_sets(id, [test, train]),
        lambda: shop.editing.remove_set(id, test),
        lambda: shop.editing.set_unique(id, has_unique_images=False),
    ):
        before = shop.content(id)
        edit = change()
        assert edit.changes.datasets == {id}
        assert shop.content(id) != before
        shop.taken_back_and_done_again(edit.value, before)
    assert [item.name for item in shop.editing.get_dataset(id).sets] == ["val 1", "val", "dev"]


def test_two_sets_can_change_names(shop):
    id, (train, val, _) = shop.made()
    shop.editing.rename_set(id, train, "x")
    shop.editing.rename_set(id, val, "train")
    edit = shop.editing.rename_set(id, train, "val").value
    assert [item.name for item in shop.editing.get_dataset(id).sets] == ["val", "train", "test"]
    shop.editing.undo(edit)
    assert [item.name for item in shop.editing.get_dataset(id).sets] == ["x", "train", "test"]


def test_the_last_set_stays(shop):
    id, sets = shop.made()
    for key in sets[:2]:
        shop.editing.remove_set(id, key)
    with refused("E-211"):
        shop.editing.remove_set(id, sets[2])
    with refused("E-211"):
        shop.editing.create(shop.project, "None", sets=())


def test_images_come_go_and_move(shop):
    id, (train, val, test) = shop.made()
    first = shop.below("train/")
    before = shop.content(id)
    edit = shop.editing.add_images(id, train, first)
    assert (edit.value.n_added, edit.value.text) == (6, '6 images added to "train"')
    shop.taken_back_and_done_again(edit.value, before)
    assert shop.editing.add_images(id, train, first[:2]).value.n_added == 0
    with refused("E-212", r'3 images are already in set "train"'):
        shop.editing.add_images(id, val, first[:3])
    before = shop.content(id)
    edit = shop.editing.add_images(id, val, first[:3], moves=True).value
    assert (edit.n_added, edit.n_removed) == (3, 3)
    shop.taken_back_and_done_again(edit, before)
    before = shop.content(id)
    edit = shop.editing.move_images(id, first, val, test).value
    shop.taken_back_and_done_again(edit, before)
    dataset = shop.editing.get_dataset(id)
    assert [(item.n_images, item.n_annotated) for item in dataset.sets] == [(3, 3), (0, 0), (3, 3)]
    assert dataset.n_images == 6
    before = shop.content(id)
    edit = shop.editing.remove_images(id, first[2:4]).value
    assert (edit.n_removed, edit.text) == (2, "the removal of 2 images from the dataset")
    shop.taken_back_and_done_again(edit, before)
    assert shop.editing.remove_images(id, first, test).value.n_removed == 2


def test_images_may_be_in_several_sets_where_that_is_wanted(shop):
    id, (train, val, _) = shop.made(has_unique_images=False)
    shop.editing.add_images(id, train, shop.below("train/"))
    shop.editing.add_images(id, val, shop.ids("train/00.png", "train/01.png"))
    assert shop.editing.get_dataset(id).n_images == 8
    assert len(shop.editing.list_images(id)) == 6
    with refused("E-212", "2 images are in more than one set"):
        shop.editing.set_unique(id, has_unique_images=True)
    edit = shop.editing.move_images(id, shop.below("train/"), train, val).value
    assert (edit.n_removed, edit.n_added) == (6, 4)
    shop.editing.set_unique(id, has_unique_images=True)


def test_images_of_others_are_refused(shop):
    elsewhere = shop.make_project("Letters", {"a.png": 0, "b.png": 1})
    id, (train, *_) = shop.made()
    with refused("E-213", "2 images belong to another project"):
        shop.editing.add_images(id, train, shop.ids("a.png", "b.png", project=elsewhere))
    with pytest.raises(NotFoundError):
        shop.editing.add_images(id, 999, shop.below("train/"))


def test_a_set_is_filled_from_folders_and_by_what_an_import_stated(shop):
    id, (train, val, _) = shop.made()
    shop.editing.fill(id, train, ImageFilter(shop.project, folders=("train", "more")))
    assert shop.editing.fill_stated(id, val, Split.VAL).value.n_added == 3
    assert len(shop.paths(id, train)) == 8
    counts = shop.editing.count_classes(id)
    assert sorted(tuple(number) for number in counts[train].values()) == [(4, 4), (4, 4)]
    assert sorted(tuple(number) for number in counts[val].values()) == [(1, 1), (2, 2)]
    assert shop.paths(id, val) == ["valid/00.png", "valid/01.png", "valid/02.png"]


def test_an_assignment_replaces_what_sets_had(shop):
    id, (train, val, test) = shop.made()
    shop.editing.add_images(id, test, shop.below("test/"))
    shop.editing.add_images(id, train, shop.below("train/"))
    before = shop.content(id)
    rule = SplitRule((("train", "66.7"), ("val", "33.3")), 7, 6, grouping="folder")
    revision = shop.editing.get_dataset(id).revision
    halves = [(train, shop.ids("train/00.png", "test/00.png")), (val, shop.ids("train/01.png", "train/02.png"))]
    edit = shop.editing.assign(id, halves, rule, revision=revision).value
    assert shop.paths(id, train) == ["test/00.png", "train/00.png"]
    assert shop.paths(id, val) == ["train/01.png", "train/02.png"]
    assert shop.paths(id, test) == ["test/01.png"]
    assert shop.editing.get_dataset(id).rules == (rule,)
    with refused("", "changed since"):
        shop.editing.assign(id, halves, rule, revision=revision)
    shop.taken_back_and_done_again(edit, before)


def test_a_clone_is_the_same_in_another_name(shop):
    id, (train, *_) = shop.made("D" * 95)
    shop.editing.add_images(id, train, shop.below("train/"))
    edit = shop.editing.clone(id).value
    clone = shop.editing.get_dataset(edit.dataset)
    assert clone.name == f"Clone of {'D' * 91}"
    assert edit.notes == (f'The name was shortened to "{clone.name}".',)
    assert clone.cloned_from == id
    assert [item.n_images for item in clone.sets] == [6, 0, 0]
    assert {item.id for item in clone.sets}.isdisjoint(item.id for item in shop.editing.get_dataset(id).sets)
    second = shop.editing.get_dataset(shop.editing.clone(id).value.dataset)
    assert second.name == f"Clone of {'D' * 89} 2"
    gone = shop.editing.undo(edit).value
    with pytest.raises(NotFoundError):
        shop.editing.get_dataset(clone.id)
    shop.editing.undo(gone)
    assert shop.content(clone.id)[-1][0][3] == list(shop.below("train/"))
    short, _ = shop.made("Data")
    assert shop.editing.clone(short).value.notes == ()


def test_a_deleted_dataset_comes_back_with_all_that_was_in_it(shop):
    id, (train, val, _) = shop.made()
    shop.editing.add_images(id, train, shop.below("train/"))
    shop.editing.add_images(id, val, shop.below("valid/"))
    before = shop.content(id)
    edit = shop.editing.delete(id).value
    with pytest.raises(NotFoundError, match="not there any more"):
        shop.editing.rename(id, "x")
    redo = shop.editing.undo(edit).value
    assert shop.content(id) == before
    shop.editing.undo(redo)
    shop.made("Data")
    with refused("E-210"):
        shop.editing.undo(edit)


def test_a_step_is_not_taken_back_that_others_went_on_from(shop):
    id, (train, *_) = shop.made()
    added = shop.editing.add_images(id, train, shop.below("train/")).value
    renamed = shop.editing.rename(id, "Better").value
    shop.editing.rename(id, "Best")
    with refused("", '"Best" was changed since'):
        shop.editing.undo(renamed)
    shop.editing.rename(id, "Data")
    shop.editing.remove_images(id, shop.ids("train/00.png"))
    before = shop.content(id)
    with refused("", "changed since"):
        shop.editing.undo(added)
    assert shop.content(id) == before


def test_an_old_name_that_another_dataset_has_by_now_is_not_taken_back(shop):
    id, _ = shop.made("First")
    renamed = shop.editing.rename(id, "Better").value
    other, _ = shop.made("First")
    with refused("E-210", 'A dataset named "First" exists'):
        shop.editing.undo(renamed)
    shop.editing.delete(other)
    shop.editing.undo(renamed)
    assert shop.editing.get_dataset(id).name == "First"


@pytest.mark.parametrize(("state", "code"), [(DatasetState.COMPLETE, "E-221"), (DatasetState.BUILDING, "E-432")])
def test_what_is_frozen_or_being_frozen_is_not_edited(shop, state, code):
    id, (train, val, _) = shop.made()
    added = shop.editing.add_images(id, train, shop.below("train/")).value
    with shop.registry.write() as session:
        store.set_state(session, id, state, clock.now())
    handle = try_lock(shop.snapshots / f"{id}.building")  # somebody is at it
    before = shop.content(id)
    for edit in (
        lambda: shop.editing.rename(id, "x"),
        lambda: shop.editing.add_set(id, "x"),
        lambda: shop.editing.remove_set(id, train),
        lambda: shop.editing.add_images(id, val, shop.below("test/")),
        lambda: shop.editing.remove_images(id, shop.below("train/")),
        lambda: shop.editing.assign(id, [(val, shop.below("test/"))]),
        lambda: shop.editing.undo(added),
    ):
        with refused(code, '"Data" is'):
            edit()
    assert shop.content(id) == before
    assert shop.editing.clone(id).value.n_added == 6
    os.close(handle)
