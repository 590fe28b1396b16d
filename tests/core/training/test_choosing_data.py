"""Training data by tag, by filter and by the sets of a dataset: counted, checked, frozen, written out and read back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from service_workshop import Shop

from core.datasets.editing import DatasetEditing
from core.domain.datasets import SetRole
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.ids import DatasetId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF, tag_filter
from core.domain.training import Remedy, SplitFilter, TrainingDraft, TrainingReview
from core.errors import NotFoundError, RefusedError
from core.judgements.tags import TagService
from core.registry.stores import images as image_store
from core.tasks.detection import DETECTION
from core.training.draft.command import from_toml
from core.training.draft.draft_json import draft_from_json, draft_to_json

MakeShop = Callable[[], Shop]


def _keys(shop: Shop) -> dict[str, int]:
    with shop.registry.read() as session:
        return image_store.list_keys(session, shop.project)


def _ids(shop: Shop, *starts: str) -> ImageIds:
    found = [key for path, key in sorted(_keys(shop).items()) if path.startswith(starts)]
    return ImageIds.of([ImageId(str(key)) for key in found])


def _tag(shop: Shop, tag: str, *starts: str) -> None:
    TagService(shop.registry).add(_ids(shop, *starts), tag)


def _in(folder: str) -> Group:
    return Group(items=(Condition("dir", Operator.EQ, folder),))


def _chosen(shop: Shop, *filters: SplitFilter, **changes: object) -> TrainingDraft:
    draft = shop.draft(train_folders=(), val_folders=(), test_folders=(), **changes)
    return replace(draft, filters=filters)


def _counts(review: TrainingReview) -> dict[str, int]:
    return {counts.split.value: counts.n_images for counts in review.splits}


def _codes(review: TrainingReview) -> list[str]:
    return [issue.code for issue in review.issues if issue.is_error]


def _comes_back(shop: Shop, draft: TrainingDraft) -> None:
    assert draft_from_json(draft_to_json(draft)) == draft
    assert shop.training.draft_from_plan(from_toml(shop.training.review(draft).toml)) == draft


def test_tagged_images_are_counted_and_frozen(shop: Shop):
    _tag(shop, "train", "train/0")
    _tag(shop, "validation", "val/")
    _tag(shop, "test", "test/00", "test/01")
    draft = _chosen(shop, *(SplitFilter(split, tag_filter(split)) for split in Split))

    review = shop.training.review(draft)

    assert review.can_start, review.issues
    assert _counts(review) == {"train": 10, "val": 4, "test": 2}
    assert ("Training images", 'images with the tag "train"', False) in review.values
    assert "--tagged" in review.command.split()
    _comes_back(shop, draft)
    record = shop.training.submit(draft).value
    frozen = list(shop.datasets.open(record.snapshot).images())
    assert {image.path.split("/")[0]: image.split.value for image in frozen} == {
        "train": "train",
        "val": "val",
        "test": "test",
    }
    assert shop.training.draft_from_run(record.id).filters == draft.filters


def test_a_tag_that_comes_or_goes_is_counted_at_once(shop: Shop):
    _tag(shop, "train", "train/0")
    draft = _chosen(shop, SplitFilter(Split.TRAIN, tag_filter(Split.TRAIN)))
    assert sum(_counts(shop.training.review(draft)).values()) == 10
    _tag(shop, "train", "train/1")
    assert sum(_counts(shop.training.review(draft)).values()) == 20


def test_a_filter_may_be_narrowed_to_folders_and_goes_through_a_plan_as_json(shop: Shop):
    either = Group(Joint.OR, (Condition("dir", Operator.EQ, "val"), Condition("label", Operator.EQ, "disc")))
    draft = replace(_chosen(shop, SplitFilter(Split.VAL, either)), train_folders=("train",), val_folders=("val",))
    review = shop.training.review(draft)
    assert _counts(review)["val"] == 4
    assert ("Validation images", 'a filter of its own, in "val"', False) in review.values
    assert "--val-filter" in review.command
    _comes_back(shop, draft)


def test_images_in_two_selections_are_listed(shop: Shop):
    draft = replace(_chosen(shop, SplitFilter(Split.TEST, _in("train"))), train_folders=("train",))
    issues = [issue for issue in shop.training.review(draft).issues if issue.code == "E-152"]
    assert [issue.text.split(" (")[0] for issue in issues] == [
        "24 images are in both train and test. Remove them from one."
    ]
    assert "train/00.jpg" in issues[0].text
    assert issues[0].remedy is None, "the checks know nothing of a filter"


def test_images_with_the_tags_of_two_sets_lead_to_the_checks(shop: Shop):
    for tag in ("train", "test"):
        _tag(shop, tag, "train/0")
    tagged = (SplitFilter(split, tag_filter(split)) for split in (Split.TRAIN, Split.TEST))
    issues = [one for one in shop.training.review(_chosen(shop, *tagged)).issues if one.code == "E-152"]
    assert [issue.remedy for issue in issues] == [Remedy("Show the checks", view="checks")]


def test_a_selection_without_images_says_its_filter_in_words(shop: Shop):
    draft = _chosen(shop, SplitFilter(Split.TRAIN, _in("train")), SplitFilter(Split.TEST, tag_filter(Split.TEST)))
    texts = {issue.code: issue.text for issue in shop.training.review(draft).issues if issue.is_error}
    words = 'The test selection matches no image. Filter: tagged "test". Choose another one, or none.'
    assert texts == {"E-523": words}


def test_a_filter_that_names_what_is_gone_is_refused(shop: Shop):
    for group, name in (
        (_in("nowhere"), "nowhere"),
        (Group(items=(Condition("label", Operator.EQ, "seal"),)), "seal"),
    ):
        review = shop.training.review(_chosen(shop, SplitFilter(Split.TRAIN, group)))
        found = [(issue.code, issue.text, issue.field) for issue in review.issues if issue.page == "data"]
        assert found == [("E-524", f'Filter refers to "{name}", which no longer exists.', "train_folders")]
        assert not review.can_start


def test_a_filter_that_asks_for_the_tag_in_other_words_is_tagged_images(shop: Shop):
    wrapped = Group(items=(Group(items=(Condition("tag", Operator.IN, ("train",)),)),))
    stored = draft_to_json(_chosen(shop, SplitFilter(Split.TRAIN, wrapped, "mine")))
    assert draft_from_json(stored).filters == (SplitFilter(Split.TRAIN, tag_filter(Split.TRAIN)),)


def test_drafts_of_an_older_calque_open(shop: Shop):
    draft = shop.draft()
    stored = draft_to_json(draft)
    for key in ("filters", "dataset", "dataset_sets"):
        del stored[key]
    assert draft_from_json(stored) == draft


def test_a_filter_that_nobody_understands_is_no_draft(shop: Shop):
    stored = draft_to_json(_chosen(shop, SplitFilter(Split.TRAIN, _in("train"))))
    stored["filters"][0]["filter"] = {"$and": [{"colour": "red"}]}
    with pytest.raises(ValueError, match="colour"):
        draft_from_json(stored)


def test_tags_are_proposed_where_there_are_some(shop: Shop):
    assert shop.training.propose(shop.project).draft.filters == ()
    _tag(shop, TAG_OF[Split.TRAIN], "train/")
    proposal = shop.training.propose(shop.project)
    assert proposal.draft.filters == (SplitFilter(Split.TRAIN, tag_filter(Split.TRAIN)),)
    assert proposal.draft.train_folders == ()
    assert proposal.reasons["data"] == "By the tags of the images."


def _dataset(shop: Shop, **options: object) -> DatasetId:
    """train 24, val 4, test 3."""
    editing = DatasetEditing(shop.registry)
    id = editing.create(shop.project, "Pages", **options).value.dataset
    for item in editing.get_dataset(id).sets:
        editing.add_images(id, item.id, _ids(shop, f"{item.name}/0", f"{item.name}/1", f"{item.name}/2"))
    return id


def test_the_sets_of_a_dataset_are_used_by_their_roles(shop: Shop):
    draft = _chosen(shop, dataset=_dataset(shop))
    review = shop.training.review(draft)
    assert _codes(review) == []
    assert _counts(review) == {"train": 24, "val": 4, "test": 3}
    assert ("Training images", 'the set "train"', False) in review.values
    assert review.command.count("--dataset Pages") == 1
    _comes_back(shop, draft)
    warning = next(issue for issue in review.issues if issue.code == "W-220")
    assert warning.text.startswith('Start freezes "Pages".')


def test_chosen_sets_alone_are_used_and_a_part_is_held_back_without_one_to_validate(shop: Shop):
    draft = _chosen(shop, dataset=_dataset(shop), dataset_sets=("train", "test"))
    review = shop.training.review(draft)
    assert review.is_val_carved
    counts = _counts(review)
    assert counts["train"] + counts["val"] == 24
    assert counts["test"] == 3
    assert "--sets train --sets test" in review.command
    _comes_back(shop, draft)


def test_an_image_that_comes_into_a_set_is_counted_at_once(shop: Shop):
    id = _dataset(shop)
    draft = _chosen(shop, dataset=id, dataset_sets=("train", "val"))
    assert _counts(shop.training.review(draft))["train"] == 24
    editing = DatasetEditing(shop.registry)
    train = next(item for item in editing.get_dataset(id).sets if item.role is SetRole.TRAIN)
    editing.remove_images(id, _ids(shop, "train/00"), train.id)
    assert _counts(shop.training.review(draft))["train"] == 23


def test_a_dataset_that_is_gone_or_has_no_training_set_is_refused(shop: Shop):
    gone = shop.training.review(_chosen(shop, dataset=DatasetId("no such dataset")))
    assert [issue.text for issue in gone.issues if issue.code == "E-527"] == [
        "The chosen dataset does not exist any more. Choose another one."
    ]
    id = _dataset(shop)
    assert _codes(shop.training.review(_chosen(shop, dataset=id, dataset_sets=("val",)))) == ["E-521"]
    unknown = shop.training.review(_chosen(shop, dataset=id, dataset_sets=("dev",)))
    assert [issue.text for issue in unknown.issues if issue.is_error] == [
        '"Pages" has no set "dev". There are: train, val, test.'
    ]


def test_an_empty_set_is_refused_by_its_name(shop: Shop):
    editing = DatasetEditing(shop.registry)
    id = editing.create(shop.project, "Half").value.dataset
    editing.add_images(id, editing.get_dataset(id).sets[0].id, _ids(shop, "train/0", "train/1"))
    review = shop.training.review(_chosen(shop, dataset=id, dataset_sets=("train", "val")))
    assert [(issue.text, issue.field) for issue in review.issues if issue.is_error] == [
        ('The val selection matches no image. Chosen: the set "val". Fill it, or leave it out.', "dataset")
    ]
    of_all = shop.training.review(_chosen(shop, dataset=id))
    assert _codes(of_all) == [], "a set that nobody chose by its name and that is empty is left out"
    assert of_all.is_val_carved
    assert _counts(of_all)["test"] == 0


def test_an_image_in_two_sets_of_a_dataset_is_refused(shop: Shop):
    editing = DatasetEditing(shop.registry)
    id = _dataset(shop, has_unique_images=False)
    test = next(item for item in editing.get_dataset(id).sets if item.role is SetRole.TEST)
    editing.add_images(id, test.id, _ids(shop, "train/00"))
    review = shop.training.review(_chosen(shop, dataset=id))
    assert [issue.text for issue in review.issues if issue.is_error] == [
        "1 image is in both train and test. Remove them from one. (train/00.jpg)"
    ]


def test_names_that_a_plan_gets_wrong_are_told(shop: Shop):
    plan = shop.training.plan_of(_chosen(shop, dataset=_dataset(shop)))
    with pytest.raises(NotFoundError, match='no dataset "Page"') as caught:
        shop.training.draft_from_plan(replace(plan, dataset="Page"))
    assert (caught.value.code, caught.value.hint) == ("E-527", 'Did you mean "Pages"?')
    with pytest.raises(NotFoundError, match='no set "dev"'):
        shop.training.draft_from_plan(replace(plan, sets=("dev",)))
    with pytest.raises(RefusedError) as both:
        shop.training.draft_from_plan(replace(plan, train=("train",)))
    assert both.value.code == "E-528"
    with pytest.raises(NotFoundError, match='no saved filter "hard"') as filters:
        shop.training.draft_from_plan(replace(plan, dataset="", train_filter="hard"))
    assert filters.value.code == "E-529"
    with pytest.raises(RefusedError) as sets:
        shop.training.draft_from_plan(replace(plan, dataset="", sets=("train",)))
    assert sets.value.code == "E-528"


def test_a_model_of_another_project_gets_the_version_and_is_named_by_its_id_in_a_plan(shop: Shop):
    """AK-16: models stand beside projects."""
    other = shop.models.create_model(None, "Shapes elsewhere", DETECTION.slug, ("disc", "bar")).value
    draft = shop.draft(model=other.id, new_model_name="")
    review = shop.training.review(draft)
    assert review.can_start, review.issues
    assert f"--model {other.id}" in review.command
    assert shop.training.draft_from_plan(from_toml(review.toml)) == draft
    record = shop.training.submit(draft).value
    assert shop.models.get_version(record.version).model == other.id
    different = shop.models.create_model(None, "Discs", DETECTION.slug, ("disc",)).value
    assert "E-301" in _codes(shop.training.review(shop.draft(model=different.id, new_model_name="")))


def test_a_dataset_that_a_person_wants_to_train_on_is_proposed(shop: Shop):
    id = _dataset(shop)
    _tag(shop, "train", "train/")
    proposal = shop.training.propose(shop.project, dataset=id)
    assert proposal.draft.dataset == id
    assert (proposal.draft.train_folders, proposal.draft.filters) == ((), ())
    assert proposal.reasons["data"] == "The dataset that was chosen."
    assert "28 annotated images" in proposal.reasons["configuration"]


def test_the_configuration_follows_what_a_filter_finds(shop: Shop):
    draft = _chosen(shop, SplitFilter(Split.TRAIN, _in("train")), SplitFilter(Split.TEST, _in("test")))
    assert "25 annotated images" in shop.training.propose_configuration(draft).reasons["configuration"]
    gone = _chosen(shop, SplitFilter(Split.TRAIN, _in("nowhere")))
    assert "0 annotated images" in shop.training.propose_configuration(gone).reasons["configuration"]
