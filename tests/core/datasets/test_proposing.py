"""Folders called train, valid and test become the sets of a dataset in one step, which is taken back in one."""

from __future__ import annotations

import pytest

from core.datasets.proposing import DatasetProposing, sets_of_folders
from core.domain.datasets import SetRole
from core.domain.ids import ImageId
from core.domain.projects import Folder
from core.domain.splitting import ProposedSet
from core.errors import NotFoundError
from core.judgements.tags import TagService


def test_sets_are_proposed_by_the_names_of_folders(shop):
    proposing = DatasetProposing(shop.registry)
    sets = proposing.propose_sets(shop.project)
    assert sets == (
        ProposedSet("train", SetRole.TRAIN, 6, ("train",)),
        ProposedSet("val", SetRole.VAL, 3, ("valid",)),
        ProposedSet("test", SetRole.TEST, 2, ("test",)),
    )
    edit = proposing.create(shop.project, "Data", sets).value
    dataset = shop.editing.get_dataset(edit.dataset)
    assert [(item.name, item.role, item.n_images) for item in dataset.sets] == [
        ("train", SetRole.TRAIN, 6), ("val", SetRole.VAL, 3), ("test", SetRole.TEST, 2)
    ]  # fmt: skip
    content = shop.content(dataset.id)
    redo = shop.editing.undo(edit).value
    with pytest.raises(NotFoundError):
        shop.editing.get_dataset(dataset.id)
    shop.editing.undo(redo)
    assert shop.content(dataset.id) == content


def test_what_an_import_stated_is_proposed_where_no_folder_tells(shop):
    with shop.registry.write() as session:
        key = shop.keys(session)["train/00.png"]
        session.connection().exec_driver_sql("UPDATE folder SET path = CAST('a' || id AS BLOB)")
        session.connection().exec_driver_sql("UPDATE image SET stated_set = 'train' WHERE id = ?", (key,))
    proposing = DatasetProposing(shop.registry)
    sets = proposing.propose_sets(shop.project)
    assert [(item.name, item.n_images, item.folders) for item in sets] == [("train", 1, ()), ("val", 3, ())]
    dataset = shop.editing.get_dataset(proposing.create(shop.project, "Data", sets).value.dataset)
    assert [item.n_images for item in dataset.sets] == [1, 3]


def test_the_outermost_folder_tells():
    folders = [
        Folder(path, 5, 0) for path in ("", "a", "a/train", "a/train/test", "b/Validation", "b/eval", "c/train_val")
    ]
    assert [(item.name, item.folders, item.n_images) for item in sets_of_folders(folders)] == [
        ("train", ("a/train",), 5),
        ("val", ("b/Validation", "b/eval"), 10),
    ]


def test_tags_tell_before_folders_where_they_tell_two_sets(shop):
    proposing = DatasetProposing(shop.registry)
    with shop.registry.read() as session:
        keys = shop.keys(session)
    by_folder = proposing.propose_sets(shop.project)
    tags = TagService(shop.registry)
    tags.add([ImageId(str(keys["train/00.png"])), ImageId(str(keys["train/01.png"]))], "train")
    assert proposing.propose_sets(shop.project) == by_folder
    tags.add([ImageId(str(keys["train/02.png"]))], "validation")
    sets = proposing.propose_sets(shop.project)
    assert [(item.name, item.role, item.n_images, item.tag) for item in sets] == [
        ("train", SetRole.TRAIN, 2, "train"), ("val", SetRole.VAL, 1, "validation")
    ]  # fmt: skip
    dataset = shop.editing.get_dataset(proposing.create(shop.project, "Data", sets).value.dataset)
    assert [item.n_images for item in dataset.sets] == [2, 1]
