"""Data by dataset, tag and saved filter, as the wizard's data page asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.domain.data_offers import DataOffers
from core.domain.datasets import Dataset, DatasetSet, DatasetState, SetId, SetRole
from core.domain.filters import Condition, Group, Operator, SavedFilter
from core.domain.ids import DatasetId, FilterId, ProjectId, SnapshotId
from core.domain.messages import UserMessage
from core.domain.snapshots import Split
from core.domain.tagging import tag_filter
from core.domain.training import Issue, SplitFilter, TrainingDraft, TrainingReview, TrainingStart
from ui.training import steps
from ui.training.data_page import DATASET, FOLDERS, DataPage
from ui.training.freeze_dialog import FreezeDialog
from ui.training.slot_filter import SlotKind
from ui.training.wizard import TrainingWizard

ReviewMaker = Callable[..., TrainingReview]
PROJECT = ProjectId("p")
NOW = datetime(2026, 11, 28, tzinfo=UTC)
MANY_SHAPES = Group(items=(Condition("annotations", Operator.GT, 3),))
HARD = Group(items=(Condition("tag", Operator.EQ, "hard case"),))


def _sets(*names: str) -> tuple[DatasetSet, ...]:
    roles = {"train": SetRole.TRAIN, "val": SetRole.VAL, "test": SetRole.TEST}
    return tuple(DatasetSet(SetId(i + 1), name, roles[name], 10 * (i + 1), 10) for i, name in enumerate(names))


def _saved(name: str, filter: Group, problem: str = "") -> SavedFilter:
    return SavedFilter(FilterId(name), PROJECT, name, filter, NOW, NOW, problem=problem)


OPEN = Dataset(DatasetId("d1"), PROJECT, "Pages", DatasetState.OPEN, _sets("train", "val", "test"), NOW, NOW)
FROZEN = replace(
    OPEN,
    id=DatasetId("d2"),
    name="Old pages",
    state=DatasetState.COMPLETE,
    version="V002",
    snapshot=SnapshotId("a" * 64),
    sets=_sets("train", "test"),
)
OFFERS = DataOffers(
    (OPEN, FROZEN),
    (_saved("Hard ones", HARD), _saved("Rich pages", MANY_SHAPES)),
    {Split.TRAIN: 90, Split.VAL: 20},
    "V003",
)


@pytest.fixture
def page(wizard: TrainingWizard) -> DataPage:
    wizard.set_data_offers(OFFERS)
    wizard.open_step(steps.DATA)
    return wizard.pages.data


def _answer(wizard: TrainingWizard) -> list[str]:
    return wizard.pages.overview.rows[steps.DATA].texts()[0].splitlines()


def test_without_a_dataset_the_choice_says_so(wizard: TrainingWizard) -> None:
    wizard.open_step(steps.DATA)
    button = wizard.pages.data.source().button(DATASET)
    assert not button.isEnabled()
    assert button.accessibleDescription().startswith("This project has no dataset yet.")


def test_the_page_begins_with_the_datasets(wizard: TrainingWizard, page: DataPage) -> None:
    page.slot("train").take_paths(("train",))
    page.source().button(DATASET).click()
    assert wizard.draft() == replace(wizard.draft(), dataset=OPEN.id, train_folders=(), filters=())
    choice = page.dataset()._list.choice(FROZEN.id)
    assert choice is not None
    assert (choice.title, choice.subtitle, choice.note) == (
        "Old pages",
        "30 images: train 10, test 20",
        "frozen V002",
    )
    assert not page.slot("train").isVisibleTo(page)
    assert _answer(wizard) == ["Dataset Pages: all sets, frozen by Start"]
    page.source().button(FOLDERS).click()
    assert wizard.draft().dataset is None
    assert wizard.draft().train_folders == ("train",)


def test_sets_can_be_left_out_and_what_validates_then_is_asked_for(wizard: TrainingWizard, page: DataPage) -> None:
    page.source().button(DATASET).click()
    assert not page.carving().isVisibleTo(page)
    page.dataset().box("val").click()
    assert wizard.draft().dataset_sets == ("train", "test")
    assert page.carving().isVisibleTo(page)
    assert page.slot("val").isVisibleTo(page)
    assert not page.slot("val").kind.isVisibleTo(page)
    page.dataset().box("val").click()
    assert wizard.draft().dataset_sets == ()


def test_a_dataset_is_chosen_by_keys_alone(qtbot: QtBot, wizard: TrainingWizard, page: DataPage) -> None:
    page.focus_first()
    qtbot.keyClick(page.source().button(FOLDERS), Qt.Key.Key_Up)
    page.source().button(DATASET).click()
    page.dataset()._list.setFocus()
    qtbot.keyClick(page.dataset()._list, Qt.Key.Key_Down)
    assert wizard.draft().dataset == FROZEN.id
    assert page.carving().isVisibleTo(page)  # it has no set to validate on


def test_tagged_images_are_chosen_for_a_set(wizard: TrainingWizard, page: DataPage) -> None:
    slot = page.slot("train")
    slot.take_paths(("train",))
    slot.take_kind(SlotKind.TAG)
    assert wizard.draft().filters == (SplitFilter(Split.TRAIN, tag_filter(Split.TRAIN)),)
    assert wizard.draft().train_folders == ()
    assert slot.filter._words.text() == "Images tagged “train”: 90 images"
    assert _answer(wizard)[0] == "Training: tagged “train” (90 images)"
    slot.take_kind(SlotKind.FOLDERS)
    assert wizard.draft().filters == ()
    assert wizard.draft().train_folders == ("train",)  # as they were


def test_a_saved_filter_is_chosen_by_its_name(wizard: TrainingWizard, page: DataPage) -> None:
    slot = page.slot("test")
    page.slot("train").take_paths(("train",))
    slot.take_kind(SlotKind.FILTER)
    assert wizard.draft().filters == (SplitFilter(Split.TEST, HARD, "Hard ones"),)
    slot.filter.saved.setCurrentIndex(1)
    slot.filter.saved.activated.emit(1)
    assert wizard.draft().filters == (SplitFilter(Split.TEST, MANY_SHAPES, "Rich pages"),)
    assert slot.filter._words.text() == "More than 3 annotations"
    assert _answer(wizard)[2] == "Test: filter “Rich pages”"


def test_a_set_of_a_dataset_is_chosen_for_one_set_alone(wizard: TrainingWizard, page: DataPage) -> None:
    """C2: each set may come from somewhere else."""
    slot = page.slot("test")
    page.slot("train").take_paths(("train",))
    slot.take_kind(SlotKind.SET)
    of_pages = Group(items=(Condition("set", Operator.EQ, "Pages/test"),))
    assert wizard.draft().filters == (SplitFilter(Split.TEST, of_pages),)
    assert slot.filter.sets.currentText() == "Pages / test: 30 images"
    slot.filter.sets.activated.emit(slot.filter.sets.findText("Old pages (V002) / test: 20 images"))
    of_old = SplitFilter(Split.TEST, Group(items=(Condition("set", Operator.EQ, "Old pages/test"),)))
    assert wizard.draft().filters == (of_old,)
    assert _answer(wizard)[2] == 'Test: in dataset "Old pages/test"'
    wizard.set_data_offers(replace(OFFERS, datasets=()))
    assert (slot.filter.kind(), slot.filter.sets.currentText()) == (SlotKind.SET, "Old pages/test")
    slot.take_kind(SlotKind.FOLDERS)
    slot.take_kind(SlotKind.SET)
    assert wizard.draft().filters == ()
    assert slot.filter._words.text().startswith("This project has no dataset.")


def test_without_saved_filters_the_slot_says_where_they_come_from(wizard: TrainingWizard) -> None:
    wizard.open_step(steps.DATA)
    slot = wizard.pages.data.slot("val")
    slot.take_kind(SlotKind.FILTER)
    assert wizard.draft().filters == ()
    assert slot.filter._words.text().startswith("This project has no saved filter.")
    assert not slot.filter.show_filter.isVisibleTo(slot)


def test_a_filter_that_cannot_be_read_is_listed_and_not_free_to_choose(wizard: TrainingWizard) -> None:
    wizard.set_data_offers(replace(OFFERS, filters=(_saved("Broken", Group(), "Unknown field."), *OFFERS.filters)))
    wizard.open_step(steps.DATA)
    slot = wizard.pages.data.slot("train")
    slot.take_kind(SlotKind.FILTER)
    assert wizard.draft().filters == (SplitFilter(Split.TRAIN, HARD, "Hard ones"),)
    assert not slot.filter.saved.model().index(0, 0).flags() & Qt.ItemFlag.ItemIsEnabled


@pytest.mark.parametrize(
    ("filter", "kind", "shown"),
    [
        (SplitFilter(Split.TRAIN, tag_filter(Split.TRAIN)), SlotKind.TAG, ""),
        (SplitFilter(Split.TRAIN, MANY_SHAPES, "Rich pages"), SlotKind.FILTER, "Rich pages"),
        (SplitFilter(Split.TRAIN, HARD, "Rich pages"), SlotKind.FILTER, "Hard ones"),
        (SplitFilter(Split.TRAIN, Group(items=(Condition("size", Operator.LT, 9),)), "Small"), SlotKind.FILTER,
         "Small, as it was"),
        (None, SlotKind.FOLDERS, ""),
    ],
)  # fmt: skip
def test_a_stored_filter_opens_as_what_it_asks_for(
    wizard: TrainingWizard, page: DataPage, filter: SplitFilter | None, kind: SlotKind, shown: str
) -> None:
    """DL-08: equal to the tag filter is "Tagged images", another one is a filter."""
    wizard.set_draft(TrainingDraft(PROJECT, worker="boxes", filters=(filter,) if filter else ()))
    slot = page.slot("train")
    assert slot.filter.kind() is kind
    assert slot.kind.currentData() == kind
    if shown:
        assert slot.filter.saved.currentText() == shown
    assert wizard.draft().filters == ((filter,) if filter else ())


def test_show_filter_tells_it_in_words_as_json_and_in_numbers(wizard: TrainingWizard, page: DataPage) -> None:
    wanted: list[Group] = []
    wizard.filter_wanted.connect(wanted.append)
    page.slot("train").take_kind(SlotKind.TAG)
    page.slot("train").filter.show_filter.click()
    assert wanted == [tag_filter(Split.TRAIN)]
    dialog = page.filter_dialog()
    assert dialog is not None
    assert dialog.found.text() == "Counting…"
    wizard.set_filter_found(wanted[0], '{"$and": [{"tag": "train"}]}', 90)
    assert dialog.found.text() == "90 images match"
    assert dialog.json.toPlainText() == '{"$and": [{"tag": "train"}]}'
    wizard.set_filter_failed(wanted[0], UserMessage("It is gone."))
    assert dialog.found.text() == "It is gone."
    dialog.reject()
    assert page.filter_dialog() is None
    wizard.set_filter_found(wanted[0], "{}", 1)  # nobody looks any more


def test_a_refusal_of_the_dataset_stands_beside_it(
    wizard: TrainingWizard, page: DataPage, make_review: ReviewMaker
) -> None:
    page.source().button(DATASET).click()
    issue = Issue("E-527", "The chosen dataset does not exist any more.", "data", True, "dataset")
    wizard.set_review(make_review(wizard.draft(), issue))
    assert page.dataset()._problem.text() == issue.in_words


def test_start_asks_before_it_freezes_an_open_dataset(
    wizard: TrainingWizard, page: DataPage, make_review: ReviewMaker
) -> None:
    submitted: list[TrainingStart] = []
    wizard.submit_requested.connect(submitted.append)
    page.source().button(DATASET).click()
    wizard.set_review(make_review(wizard.draft()))
    wizard._submit()
    (dialog,) = wizard.findChildren(FreezeDialog)
    assert dialog.text.text() == "Freeze “Pages” and start the training?"
    assert dialog.details.text().startswith("After freezing, “Pages” and its sets can no longer be edited.")
    assert dialog.version.placeholderText() == "V003"
    dialog.reject()
    assert submitted == []
    wizard._submit()
    dialog = wizard.findChildren(FreezeDialog)[-1]
    dialog.version.setText(" spring ")
    dialog.verb.click()
    assert submitted == [TrainingStart(wizard.draft(), "spring")]


def test_start_freezes_nothing_that_is_frozen(wizard: TrainingWizard, page: DataPage, make_review: ReviewMaker) -> None:
    submitted: list[TrainingStart] = []
    wizard.submit_requested.connect(submitted.append)
    wizard.set_draft(TrainingDraft(PROJECT, worker="boxes", dataset=FROZEN.id))
    wizard.set_review(make_review(wizard.draft()))
    wizard._submit()
    assert submitted == [TrainingStart(wizard.draft())]
    assert _answer(wizard) == ["Dataset Old pages (V002): all sets"]
