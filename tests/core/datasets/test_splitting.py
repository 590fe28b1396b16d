"""The split assistant counts before it writes, refuses what would leave a class out, and records its rule."""

from __future__ import annotations

import numpy as np
import pytest

from core.datasets.splitting import DatasetSplitting
from core.domain.datasets import SplitRule
from core.domain.projects import ImageFilter
from core.domain.splitting import Grouping, SplitDraft
from core.errors import RefusedError
from core.registry.stores import dataset_images as members
from core.registry.stores import selected_images


@pytest.fixture
def splitting(shop) -> DatasetSplitting:
    def by_tens(project):
        with shop.registry.read() as session:
            return members.keys_of_project(session, project) // 10

    return DatasetSplitting(shop.registry, shop.editing, by_tens)


def halves(sets, first="60", second="40", **options):
    return SplitDraft(((sets[0], first), (sets[1], second)), **options)


def test_a_plan_is_counted_and_then_applied(shop, splitting):
    id, sets = shop.made()
    everything = ImageFilter(shop.project)
    plan = splitting.plan(id, halves(sets, chosen=everything, seed=5))
    assert [(set, len(images)) for set, images in plan.sets] == [(sets[0], 8), (sets[1], 5)]
    assert {item.name: sum(item.n_images.values()) for item in plan.classes} == {"disc": 7, "bar": 6}
    assert min(n for item in plan.classes for n in item.n_images.values()) >= 2
    assert shop.editing.get_dataset(id).n_images == 0
    edit = splitting.apply(id, plan).value
    dataset = shop.editing.get_dataset(id)
    assert [item.n_images for item in dataset.sets] == [8, 5, 0]
    assert dataset.rules == (SplitRule((("train", "60"), ("val", "40")), 5, 13),)
    again = splitting.plan(id, halves(sets, chosen=everything, seed=5))
    assert [images for _, images in again.sets] == [images for _, images in plan.sets]
    with pytest.raises(RefusedError, match="changed since"):
        splitting.apply(id, plan)
    shop.editing.undo(edit)
    assert shop.editing.get_dataset(id).rules == ()


def test_images_of_the_dataset_are_split_anew(shop, splitting):
    id, sets = shop.made()
    shop.editing.add_images(id, sets[2], shop.below("train/"))
    plan = splitting.plan(id, halves(sets, "50", "50"))
    splitting.apply(id, plan)
    assert [item.n_images for item in shop.editing.get_dataset(id).sets] == [3, 3, 0]


def test_a_class_that_would_be_left_out_is_named_and_may_be_allowed(shop, splitting):
    id, sets = shop.made()
    shop.editing.add_images(id, sets[0], shop.ids("train/00.png", "train/02.png", "train/01.png"))
    plan = splitting.plan(id, halves(sets, "0.5", "0.5", is_ratio=True))
    assert [(issue.code, issue.is_error) for issue in plan.issues] == [("E-440", True)]
    assert plan.issues[0].text.startswith('With ratio 0.5, class "bar" would have no image in the set')
    with pytest.raises(RefusedError) as refused:
        splitting.apply(id, plan)
    assert refused.value.code == "E-440"
    plan = splitting.plan(id, halves(sets, "0.5", "0.5", is_ratio=True, allows_missing=True))
    splitting.apply(id, plan)


def test_pages_of_a_book_stay_together_and_too_few_books_are_said(shop):
    books = {}  # of a path its book; the others are of none

    def told(paths, classes):
        numbers = np.array([books.get(path, -1) for path in paths])
        return numbers if books else None

    splitting = DatasetSplitting(shop.registry, shop.editing, lambda project: np.zeros(0), told)
    id, sets = shop.made()
    ask = halves(sets, "50", "50", chosen=ImageFilter(shop.project, folders=("train",)), grouping=Grouping.SOURCES)
    plan = splitting.plan(id, ask)
    assert (plan.n_groups, plan.rule.grouping) == (None, "")
    with shop.registry.read() as session:
        paths = selected_images.paths_of(session, shop.below("train/").keys)
    first = list(paths)[:3]
    books.update({paths[key]: 0 for key in first})
    plan = splitting.plan(id, ask)
    assert (plan.n_groups, plan.rule.grouping) == (len(paths) - 2, "sources")
    assert any(set(first) <= set(images.keys.tolist()) for _, images in plan.sets)
    books.update(dict.fromkeys(paths.values(), 0))
    plan = splitting.plan(id, ask)
    assert [issue.code for issue in plan.issues] == ["W-153"]
    assert plan.can_apply and plan.n_groups is None


@pytest.mark.parametrize(
    ("first", "second", "code"), [("60", "39", "E-520"), ("60.123456", "39.876544", "E-441"), ("x", "1", "E-441")]
)
def test_shares_that_are_none_are_refused(shop, splitting, first, second, code):
    id, sets = shop.made()
    plan = splitting.plan(id, halves(sets, first, second, chosen=ImageFilter(shop.project)))
    assert [issue.code for issue in plan.issues] == [code]
    assert not plan.can_apply


def test_nothing_to_split_is_said(shop, splitting):
    id, sets = shop.made()
    assert [issue.code for issue in splitting.plan(id, halves(sets)).issues] == ["E-523"]


@pytest.mark.parametrize("grouping", [Grouping.FOLDER, Grouping.PATTERN, Grouping.DUPLICATES])
def test_groups_are_not_parted(shop, splitting, grouping):
    id, sets = shop.made()
    draft = halves(sets, chosen=ImageFilter(shop.project), grouping=grouping, pattern=r"(\d)\.png", allows_missing=True)
    plan = splitting.plan(id, draft)
    of = {int(image): set for set, images in plan.sets for image in images}
    with shop.registry.read() as session:
        names = {key: path for path, key in shop.keys(session).items()}
    groups: dict[object, set[object]] = {}
    for key, path in names.items():
        group = {
            Grouping.FOLDER: path.rpartition("/")[0], Grouping.PATTERN: path[-5], Grouping.DUPLICATES: key // 10
        }[grouping]  # fmt: skip
        groups.setdefault(group, set()).add(of[key])
    assert plan.n_groups == len(groups)
    assert all(len(found) == 1 for found in groups.values())
    assert plan.rule is not None
    assert plan.rule.grouping == {Grouping.PATTERN: r"(\d)\.png"}.get(grouping, grouping.value)


def test_a_pattern_without_a_group_is_refused_in_words(shop, splitting):
    id, sets = shop.made()
    draft = halves(sets, chosen=ImageFilter(shop.project), grouping=Grouping.PATTERN, pattern="x")
    assert "needs a group in brackets" in splitting.plan(id, draft).issues[0].text


def test_without_regard_to_classes_only_sizes_are_kept(shop, splitting):
    id, sets = shop.made()
    draft = halves(sets, chosen=ImageFilter(shop.project), is_stratified=False, allows_missing=True)
    plan = splitting.plan(id, draft)
    assert [len(images) for _, images in plan.sets] == [8, 5]
    assert len(np.unique(np.concatenate([images.keys for _, images in plan.sets]))) == 13
