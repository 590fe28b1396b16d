"""A complete dataset is trained from what was frozen, whatever the project says today."""

from __future__ import annotations

from dataclasses import replace

import pytest
from service_workshop import Shop

from core.datasets.editing import DatasetEditing
from core.datasets.freezing import DatasetFreezing
from core.domain.datasets import Dataset, DatasetState
from core.domain.geometry import Box
from core.domain.ids import DatasetId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.models import DATASET
from core.domain.snapshots import Split
from core.domain.training import TrainingDraft, TrainingReview
from core.errors import RefusedError
from core.judgements.tags import TagService
from core.models.weights_store import load_model_json
from core.registry.stores import annotations as annotation_store
from core.registry.stores import images as image_store
from core.registry.stores import snapshots
from core.registry.stores.annotations import NewAnnotation
from core.trash.service import TrashService


def _keys(shop: Shop) -> dict[str, int]:
    with shop.registry.read() as session:
        return image_store.list_keys(session, shop.project)


def _ids(shop: Shop, *starts: str) -> ImageIds:
    found = [key for path, key in sorted(_keys(shop).items()) if path.startswith(starts)]
    return ImageIds.of([ImageId(str(key)) for key in found])


def _open_dataset(shop: Shop, name: str = "Pages") -> DatasetId:
    """train 24, val 4, test 3."""
    editing = DatasetEditing(shop.registry)
    id = editing.create(shop.project, name).value.dataset
    for item in editing.get_dataset(id).sets:
        editing.add_images(id, item.id, _ids(shop, f"{item.name}/0", f"{item.name}/1", f"{item.name}/2"))
    return id


def _frozen(shop: Shop, name: str = "Pages") -> Dataset:
    freezing = DatasetFreezing(shop.registry, shop.home.snapshots)
    return freezing.freeze(_open_dataset(shop, name)).value


def _draft(shop: Shop, dataset: DatasetId, **changes: object) -> TrainingDraft:
    return replace(shop.draft(train_folders=(), val_folders=(), test_folders=()), dataset=dataset, **changes)


def _objects(review: TrainingReview) -> dict[str, tuple[int, int]]:
    return {counts.split.value: (counts.n_images, counts.n_objects) for counts in review.splits}


def _change_everything(shop: Shop) -> None:
    """Another box on each training image, a tag that leaves one out, and one fewer class."""
    keys = _keys(shop)
    with shop.registry.write() as session:
        boxes = [NewAnnotation(key, None, None) for path, key in keys.items() if path.startswith("test/")]
        more = [
            NewAnnotation(key, _class(shop, "never seen"), Box(0, 0, 5, 5))
            for path, key in keys.items()
            if path.startswith("train/0")
        ]
        annotation_store.insert_annotations(session, [*boxes, *more])
    TagService(shop.registry).add(_ids(shop, "train/1"), "exclude")


def _class(shop: Shop, name: str) -> int:
    return next(int(item.id) for item in shop.projects.list_categories(shop.project) if item.name == name)


def test_what_was_frozen_is_counted_and_used_whatever_is_changed_afterwards(shop: Shop):
    dataset = _frozen(shop)
    draft = _draft(shop, dataset.id)
    before = shop.training.review(draft)
    assert before.can_start, before.issues
    assert _objects(before) == {"train": (24, 48), "val": (4, 8), "test": (3, 6)}
    now = shop.draft()
    _change_everything(shop)
    after = shop.training.review(draft)
    assert _objects(after) == _objects(before)
    assert after.categories == before.categories == ("disc", "bar")
    assert _objects(shop.training.review(now)) != _objects(before)  # the project is trained as it is

    record = shop.training.submit(draft).value

    images = list(shop.datasets.open(record.snapshot).images())
    assert len(images) == 31
    assert {len(image.objects) for image in images} == {2}
    assert {image.path.split("/")[0]: image.split.value for image in images} == {
        "train": "train",
        "val": "val",
        "test": "test",
    }
    assert record.snapshot != dataset.snapshot
    assert shop.training.draft_from_run(record.id).dataset == dataset.id


def test_conditions_crops_and_chosen_sets_work_on_what_was_frozen(shop: Shop):
    dataset = _frozen(shop)
    _change_everything(shop)
    shown = _draft(shop, dataset.id, conditions=(("disc", "bar"),), dataset_sets=("train",))
    review = shop.training.review(shown)
    assert review.is_val_carved
    counts = _objects(review)
    assert counts["train"][0] + counts["val"][0] == 24
    assert counts["test"] == (0, 0)
    none = shop.training.review(replace(shown, conditions=(("never seen",),)))
    assert "E-150" in [issue.code for issue in none.issues]


def test_a_byte_that_changed_is_refused_with_the_files_name(shop: Shop):
    dataset = _frozen(shop)
    draft = _draft(shop, dataset.id)
    file = shop.images_root / "train/03.jpg"
    content, looks = bytearray(file.read_bytes()), file.stat()
    content[-1] ^= 1
    file.write_bytes(content)
    text = "1 file changed since Pages (V001) was frozen: train/03.jpg. Restore them or freeze a clone."

    with pytest.raises(RefusedError) as caught:
        shop.training.submit(draft)

    assert (caught.value.code, caught.value.text) == ("E-223", text)
    assert not shop.runs.list_runs()
    review = shop.training.review(draft, looks_at_files=True)
    assert [issue.text for issue in review.issues if issue.code == "E-223"] == [text]
    assert looks.st_size == file.stat().st_size
    content[-1] ^= 1
    file.write_bytes(content)
    assert shop.training.submit(draft).value.name == "first run"


def test_a_file_that_is_gone_is_told_as_one_that_changed(shop: Shop):
    draft = _draft(shop, _frozen(shop).id)
    (shop.images_root / "val/00.jpg").unlink()
    review = shop.training.review(draft, looks_at_files=True)
    assert [issue.code for issue in review.issues if issue.is_error] == ["E-223"]


def test_an_open_dataset_is_frozen_by_start_when_that_is_said(shop: Shop):
    id = _open_dataset(shop)
    with pytest.raises(RefusedError) as caught:
        shop.training.submit(_draft(shop, id))
    assert caught.value.code == "W-220"
    assert shop.training.review(_draft(shop, id)).command.endswith(" --freeze")
    editing = DatasetEditing(shop.registry)
    assert editing.get_dataset(id).state is DatasetState.OPEN

    for name, code in (("no name", "E-431"),):
        with pytest.raises(RefusedError) as caught:
            shop.training.submit(_draft(shop, id), freezes=True, freeze_as=name)
        assert caught.value.code == code
    assert editing.get_dataset(id).state is DatasetState.OPEN

    told: list[tuple[int, int]] = []
    done = shop.training.submit(
        _draft(shop, id), freezes=True, freeze_as="spring", progress=lambda *numbers: told.append(numbers)
    )

    dataset = editing.get_dataset(id)
    assert (dataset.state, dataset.version) == (DatasetState.COMPLETE, "spring")
    assert id in done.changes.datasets
    assert "--freeze" not in shop.training.review(_draft(shop, id)).command
    assert told
    assert len(list(shop.datasets.open(done.value.snapshot).images([Split.TRAIN]))) == 24


def test_a_dataset_with_a_file_that_cannot_be_read_is_not_frozen_by_start(shop: Shop):
    id = _open_dataset(shop)
    (shop.images_root / "train/03.jpg").write_bytes(b"no picture")
    with pytest.raises(RefusedError):
        shop.training.submit(_draft(shop, id), freezes=True)
    assert not shop.runs.list_runs()
    assert DatasetEditing(shop.registry).get_dataset(id).state is not DatasetState.COMPLETE


def test_the_registry_of_a_frozen_dataset_is_made_again_when_it_is_gone(shop: Shop):
    draft = _draft(shop, _frozen(shop).id)
    counts = _objects(shop.training.review(draft))
    (made,) = shop.home.frozen.iterdir()
    shop.training.close()
    for file in sorted(made.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    made.rmdir()
    assert _objects(shop.training.review(draft)) == counts
    assert made.is_dir()


@pytest.mark.parametrize("left", [b"", b"no database at all" * 1000, None])
def test_the_registry_of_a_frozen_dataset_is_made_again_when_it_is_damaged(shop: Shop, left: bytes | None):
    draft = _draft(shop, _frozen(shop).id)
    counts = _objects(shop.training.review(draft))
    shop.training.close()
    (made,) = shop.home.frozen.iterdir()
    file = made / "registry.db"
    for beside in made.glob("registry.db-*"):
        beside.unlink()
    file.write_bytes(file.read_bytes()[:5000] if left is None else left)
    assert _objects(shop.training.review(draft)) == counts


def test_images_that_left_the_project_are_still_trained_on(shop: Shop):
    dataset = _frozen(shop)
    draft = _draft(shop, dataset.id)
    TrashService(shop.registry).remove_images(shop.project, _ids(shop, "train/00"))
    assert "train/00.jpg" not in _keys(shop)
    assert _objects(shop.training.review(draft))["train"] == (24, 48)


def test_a_run_trains_on_what_was_frozen_and_says_so_in_what_it_publishes(shop: Shop):
    dataset = _frozen(shop)
    _change_everything(shop)
    record = shop.training.submit(_draft(shop, dataset.id)).value
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    ended = shop.runs.get_run(record.id)
    assert ended.status.value == "Success", ended.reason
    version = shop.models.get_version(ended.version)
    model = load_model_json(version.folder)
    assert model["dataset"] == {
        "id": dataset.id,
        "name": "Pages",
        "version": "V001",
        "snapshot": dataset.snapshot,
        "sets": [],
    }
    assert (model["snapshot_label"], version.snapshot_label) == ("V001", "V001")
    details = shop.models.get_details(version.id)
    assert (details.snapshot.label, details.snapshot.dataset) == ("V001", "Pages (V001)")
    assert (DATASET, "Pages (V001)") in details.facts
    assert "| Dataset | Pages (V001) |" in details.card
    assert dict(details.snapshot.n_images) == {Split.TRAIN: 24, Split.VAL: 4, Split.TEST: 3}


def test_a_training_on_a_frozen_dataset_takes_no_version_number(shop: Shop):
    freezing = DatasetFreezing(shop.registry, shop.home.snapshots)
    dataset = _frozen(shop)
    for draft in (
        _draft(shop, dataset.id),
        _draft(shop, dataset.id, dataset_sets=("train", "val"), name="Sets", new_model_name="B"),
        _draft(shop, dataset.id, seed=5, name="Same", new_model_name="C"),
    ):
        version = shop.models.get_version(shop.training.submit(draft).value.version)
        assert version.snapshot_label == "V001"
    with shop.registry.read() as session:
        known = snapshots.list_snapshots(session, shop.project)
    assert [(one.label, one.dataset) for one in known] == [("V001", "Pages (V001)")] * 2
    assert freezing.propose_version(shop.project) == "V002"
    draft = shop.draft(name="Folders", new_model_name="D", val_folders=())
    of_folders = shop.models.get_version(shop.training.submit(draft).value.version)
    assert of_folders.snapshot_label == "V002"
    others = _open_dataset(shop, "Others")
    DatasetEditing(shop.registry).remove_images(others, _ids(shop, "train/00"))
    named = freezing.freeze(others, "spring").value
    of_named = _draft(shop, named.id, name="Named", new_model_name="E")
    assert shop.models.get_version(shop.training.submit(of_named).value.version).snapshot_label == "spring"
    assert freezing.propose_version(shop.project) == "V003"


def test_what_an_older_calque_gave_a_number_keeps_it(shop: Shop):
    dataset = _frozen(shop)
    draft = _draft(shop, dataset.id)
    gathered = shop.training._sound(draft)
    plain = replace(gathered, facts=replace(gathered.facts, dataset=None))
    assert shop.training._freeze(plain).value.label == "V002"
    assert shop.models.get_version(shop.training.submit(draft).value.version).snapshot_label == "V002"
    assert DatasetFreezing(shop.registry, shop.home.snapshots).propose_version(shop.project) == "V003"
