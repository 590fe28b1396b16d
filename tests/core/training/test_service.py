"""Review and Start on real services: what is checked, frozen and written, and what is left when it fails."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import plain_data
import plain_manifest
import pytest
import torch
from service_workshop import Shop

from core.domain.changes import Changes
from core.domain.devices import DeviceReport
from core.domain.geometry import Box
from core.domain.models import VersionStatus
from core.domain.projects import ImageFilter
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from core.domain.training import Remedy, StartFrom, StartKind
from core.errors import NotFoundError, RefusedError, StorageError
from core.models.starters import place_starter
from core.registry.stores import annotations, images, selections
from core.registry.stores.annotations import NewAnnotation
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import read_request
from core.tasks.detection import DETECTION
from core.training.child.payload import payload_from_json
from core.training.draft.command import from_toml
from core.training.draft.configurations import ConfigurationService
from core.training.draft.draft_json import draft_from_json, draft_to_json
from core.training.kind import TRAINING
from core.training.review import counting
from core.training.review.counting import DataQuestion
from core.training.review.data import DataChoice


def _codes(review) -> list[str]:
    return [issue.code for issue in review.issues]


def _row(review, title: str) -> tuple[str, bool]:
    return next((text, is_default) for name, text, is_default in review.values if name == title)


def test_the_review_says_everything(shop: Shop):
    review = shop.training.review(shop.draft())

    assert review.can_start
    assert _codes(review) == []
    assert review.categories == ("disc", "bar")
    assert [(c.split, c.n_images, c.n_objects, c.category_counts) for c in review.splits] == [
        (Split.TRAIN, 24, 48, (24, 24)),
        (Split.VAL, 4, 8, (4, 4)),
        (Split.TEST, 3, 6, (3, 3)),
    ]
    assert review.ignored == (("images that nobody annotated", 1),)
    assert review.disk_bytes > 100_000_000
    assert review.free_bytes > 0
    assert not review.is_val_carved
    assert _row(review, "Method")[0].startswith("Fake worker 0.1.0")
    assert _row(review, "Configuration") == ("values of this run", False)
    assert _row(review, "Steps") == ("2", False)
    assert _row(review, "Points per step") == ("8", True)
    assert _row(review, "Fail at step") == ("auto", True)
    assert _row(review, "Device") == ("CPU", True)
    assert _row(review, "Longest training time") == ("60 minutes", True)
    assert _row(review, "Starts from") == ("scratch", True)
    assert _row(review, "Classes") == ("disc, bar", True)
    assert review.command.startswith("calque train --project Drawings --worker fake --model Shapes")


def test_reviewing_writes_nothing(shop: Shop):
    shop.training.review(shop.draft())

    assert shop.runs.list_runs() == ()
    assert shop.models.list_models(shop.project) == ()
    assert shop.datasets.list_snapshots(shop.project) == ()
    assert list(shop.home.runs.iterdir()) == []


def test_without_a_validation_folder_a_slice_is_carved_and_said(shop: Shop):
    review = shop.training.review(shop.draft(val_folders=(), val_ratio=0.25, seed=5))

    assert review.can_start
    assert review.is_val_carved
    assert [c.n_images for c in review.splits] == [18, 6, 3]
    assert "6 of the training images" in _row(review, "Validation images")[0]
    assert "seed 5 (ratio 0.25)" in _row(review, "Validation images")[0]


def test_a_share_that_is_refused_gives_no_numbers(shop: Shop):
    review = shop.training.review(shop.draft(val_folders=(), val_ratio=0.1234567))

    assert "E-441" in _codes(review)
    assert review.splits == ()


def test_an_unfinished_draft_is_reviewed_too(shop: Shop):
    review = shop.training.review(shop.draft(name="", worker="", new_model_name="", train_folders=()))

    assert not review.can_start
    assert {"E-110", "E-112", "E-113", "E-521"} <= set(_codes(review))
    assert review.splits == ()


def test_start_writes_model_version_snapshot_and_run(shop: Shop):
    submitted = shop.training.submit(shop.draft(version_name="quick", new_model_description="Two shapes."))
    record = submitted.value

    assert record.status is RunStatus.PENDING
    assert (record.name, record.project_name, record.model_name) == ("first run", "Drawings", "Shapes")
    assert record.version_label == "V001 (quick)"
    version = shop.models.get_version(record.version)
    assert version.status is VersionStatus.CREATED
    assert (version.run, version.snapshot, version.architecture) == (record.id, record.snapshot, "fake")
    model = shop.models.get_model(record.model)
    assert (model.categories, model.task, model.description) == (("disc", "bar"), DETECTION.slug, "Two shapes.")
    (snapshot,) = shop.datasets.list_snapshots(shop.project)
    assert snapshot.id == record.snapshot
    request = read_request(RunLayout(record.folder))
    assert request.stages == TRAINING.stages
    assert request.max_duration_s == 3600
    payload = payload_from_json(request.payload, shop.home.root)
    assert payload.configuration["n_steps"] == 2
    assert payload.configuration["points_per_step"] == 8
    assert payload.manifest == shop.datasets.file_of(snapshot.id)
    assert len(list(shop.datasets.open(snapshot.id).images())) == 31
    assert submitted.changes == Changes.of(
        snapshots=[snapshot.id], models=[model.id], versions=[version.id], runs=[record.id]
    )


def test_what_was_started_trains_to_its_end(shop: Shop):
    record = shop.training.submit(shop.draft()).value

    state = shop.runs.carry_out(record.id, lambda batch: None, lambda: False)

    assert state.status is RunStatus.SUCCESS, state.reason
    version = shop.models.get_version(record.version)
    assert version.status is VersionStatus.AVAILABLE
    assert version.headline.split == "test"
    assert {table.split for table in shop.models.get_details(version.id).tables} == set(Split)


def test_a_diverged_training_has_failed_and_its_version_is_there(shop: Shop):
    record = shop.training.submit(shop.draft(values={"n_steps": 6, "non_finite_at": 4})).value

    state = shop.runs.carry_out(record.id, lambda batch: None, lambda: False)

    assert state.status is RunStatus.FAILED
    assert state.warnings == ("Loss is not a number at iteration 25.",)
    assert shop.runs.get_run(record.id).reason == state.reason
    version = shop.models.get_version(record.version)
    assert version.status is VersionStatus.AVAILABLE
    assert version.is_partial
    with pytest.raises(RefusedError, match="already trained"):
        shop.runs.retry(record.id)


def test_a_refused_draft_writes_nothing(shop: Shop):
    with pytest.raises(RefusedError) as refusal:
        shop.training.submit(shop.draft(val_folders=("train",), max_minutes=1.0))

    assert refusal.value.code == "E-151"
    assert "6 and 6000" in refusal.value.hint
    assert shop.datasets.list_snapshots(shop.project) == ()
    assert shop.models.list_models(shop.project) == ()


def test_a_run_folder_that_cannot_be_written_leaves_nothing(shop: Shop):
    shop.home.runs.rmdir()
    shop.home.runs.write_text("in the way")

    with pytest.raises(StorageError):
        shop.training.submit(shop.draft())

    assert shop.runs.list_runs() == ()
    assert shop.models.list_models(shop.project) == ()
    shop.home.runs.unlink()
    shop.home.runs.mkdir()
    assert shop.training.submit(shop.draft()).value.version_label == "V001"


def test_the_same_training_twice_is_asked_about(shop: Shop):
    first = shop.training.submit(shop.draft()).value

    again = shop.training.review(shop.draft(name="second", model=first.model, new_model_name=""))
    other = shop.training.review(shop.draft(name="second", new_model_name="Other", values={"n_steps": 9}))

    assert "W-161" not in _codes(other)
    assert "W-161" in _codes(again)
    assert 'already Pending as "first run"' in next(i.text for i in again.issues if i.code == "W-161")


def test_an_existing_model_gets_the_next_version_in_its_own_order_of_classes(shop: Shop):
    model = shop.models.create_model(shop.project, "Mine", DETECTION.slug, ("bar", "disc"), "").value

    record = shop.training.submit(shop.draft(model=model.id, new_model_name="")).value

    assert record.model == model.id
    assert payload_from_json(read_request(RunLayout(record.folder)).payload, shop.home.root).categories == (
        "bar",
        "disc",
    )


def test_an_existing_model_with_other_classes_is_refused(shop: Shop):
    model = shop.models.create_model(shop.project, "Mine", DETECTION.slug, ("disc",), "").value

    review = shop.training.review(shop.draft(model=model.id, new_model_name=""))

    (issue,) = [issue for issue in review.issues if issue.is_error]
    assert issue.code == "E-301"
    assert "(added bar)" in issue.text
    assert shop.training.review(shop.draft(model=model.id, new_model_name="", categories=("disc",))).can_start


def test_only_the_chosen_classes_are_trained(shop: Shop):
    review = shop.training.review(shop.draft(categories=("bar",)))

    assert review.can_start
    assert review.categories == ("bar",)
    assert ("objects of classes that were not chosen", 31) in review.ignored
    wrong = shop.training.review(shop.draft(categories=("bar", "never seen")))
    assert [issue.code for issue in wrong.issues if issue.is_error] == ["E-241"]


def test_files_that_changed_since_the_import_are_found_before_start(shop: Shop):
    (shop.images_root / "train" / "03.jpg").unlink()
    (shop.images_root / "val" / "01.jpg").write_bytes(b"other")

    unseen = shop.training.review(shop.draft())
    seen = shop.training.review(shop.draft(), looks_at_files=True)
    again = shop.training.review(shop.draft(name="another name"))

    assert unseen.can_start
    assert ("Image files", "not looked at yet; Start looks at each of them", False) in unseen.values
    for review in (seen, again):
        texts = {issue.code: issue.text for issue in review.issues}
        assert "1 file: train/03.jpg" in texts["E-222"]
        assert "val/01.jpg" in texts["E-224"]


def test_a_file_of_the_same_size_with_another_content_is_found_before_start(shop: Shop):
    touched, changed = shop.images_root / "val" / "00.jpg", shop.images_root / "val" / "01.jpg"
    os.utime(touched)
    content = bytearray(changed.read_bytes())
    content[-3] ^= 1
    changed.write_bytes(content)

    review = shop.training.review(shop.draft(), looks_at_files=True)

    assert [issue.text for issue in review.issues if issue.code == "E-224"] == [
        "1 file changed since the import: val/01.jpg. Take it as it is now in the checks, or import the folder again."
    ]


def test_start_looks_at_the_files_whatever_the_review_knew(shop: Shop):
    seen = shop.training.review(shop.draft(), looks_at_files=True)
    assert seen.can_start and seen.are_files_known
    assert "Image files" not in {title for title, _text, _is_default in seen.values}, "all is well: no word"
    (shop.images_root / "train" / "03.jpg").unlink()

    with pytest.raises(RefusedError) as refusal:
        shop.training.submit(shop.draft())

    assert refusal.value.code == "E-222"
    assert "E-222" in _codes(shop.training.review(shop.draft()))


def test_a_project_whose_folder_is_gone_is_told(shop: Shop):
    shutil.rmtree(shop.images_root)

    review = shop.training.review(shop.draft())

    assert "E-222" in _codes(review)


def test_a_picture_in_two_sets_is_refused(shop: Shop):
    shutil.copy(shop.images_root / "train" / "00.jpg", shop.images_root / "test" / "00.jpg")
    file = shop.images_root / "annotations.json"
    from core.domain.imports import ImportSource

    shop.imports.commit(
        ImportSource(file, shop.images_root, "coco"), project_name="Drawings", into=shop.project, replace=True
    )

    review = shop.training.review(shop.draft())

    issue = next(issue for issue in review.issues if issue.code == "E-152")
    assert issue.text.startswith("1 image is in both train and test.")
    assert "test/00.jpg" in issue.text
    assert issue.remedy == Remedy("Show the checks", view="checks")


def test_a_forced_gpu_that_is_not_there(shop: Shop):
    shop.devices = DeviceReport(shop.devices.devices[:1], "No NVIDIA driver was found.")

    review = shop.training.review(shop.draft(worker="yolo-detect", values={}, device="cuda:0"))

    assert "No usable GPU: No NVIDIA driver was found." in [issue.text for issue in review.issues]


def test_a_worker_without_gpu_runs_on_the_cpu_and_says_so(shop: Shop):
    draft = shop.draft(device="cuda:0")

    assert _codes(shop.training.review(draft)) == ["W-121"]
    assert shop.training.submit(draft).value.device == "cpu"


def test_pretrained_weights_that_are_not_there_and_then_are(shop: Shop):
    draft = shop.draft(worker="yolo-detect", values={}, start=StartFrom(StartKind.PRETRAINED))

    missing = shop.training.review(draft)
    assert "yolo11n.pt" in next(i.text for i in missing.issues if i.code == "E-350")
    assert str(shop.home.weights) in next(i.text for i in missing.issues if i.code == "E-350")
    allowed = replace(draft, start=StartFrom(StartKind.PRETRAINED, may_download=True))
    assert shop.training.review(allowed).can_start
    (shop.home.weights / "yolo11n.pt").write_bytes(b"PK\x03\x04 weights")
    assert shop.training.review(draft).can_start
    assert _row(shop.training.review(draft), "Starts from")[0] == "pretrained weights yolo11n.pt"


def test_weights_files(shop: Shop, tmp_path):
    def code(file):
        review = shop.training.review(shop.draft(start=StartFrom(StartKind.FILE, file=file)))
        return [issue.code for issue in review.issues]

    assert code(tmp_path / "gone.pt") == ["E-352"]
    text = tmp_path / "notes.txt"
    text.write_text("x")
    assert code(text) == ["E-351"]
    alone = tmp_path / "weights.safetensors"
    alone.write_bytes(b"x")
    assert code(alone) == ["E-351"]
    foreign = tmp_path / "foreign.pt"
    foreign.write_bytes(b"x")
    assert code(foreign) == ["E-351"]
    torch.save({"run": exec}, foreign)
    assert code(foreign) == ["E-351"], "found before Start, not in the child"
    torch.save({"weights": torch.ones(2)}, foreign)
    assert code(foreign) == []


def test_configurations_are_checked_used_and_locked(shop: Shop):
    stored = shop.training.configurations.create_configuration("fake", "mine", {"n_steps": 3, "delay_s": 0.0}).value
    assert stored.values == {"n_steps": 3}

    submitted = shop.training.submit(shop.draft(configuration=stored.id, configuration_name="mine", values={}))
    record = submitted.value

    assert submitted.changes.configurations == {stored.id}, "it is locked from now on"
    assert (
        payload_from_json(read_request(RunLayout(record.folder)).payload, shop.home.root).configuration["n_steps"] == 3
    )
    assert shop.training.configurations.get_configuration(stored.id).is_locked
    wrong = shop.training.review(shop.draft(values={"n_steps": 0, "zzz": 1}))
    assert {"E-132", "W-133"} <= set(_codes(wrong))
    assert not wrong.can_start


def test_configurations_refuse_what_cannot_be(shop: Shop):
    configurations: ConfigurationService = shop.training.configurations
    made = configurations.create_configuration("fake", "mine", {})
    assert made.changes == Changes.of(configurations=[made.value.id])

    for name, values, code in [
        ("mine", {}, "E-130"),
        ("Ten steps", {}, "E-130"),
        (" ", {}, "E-110"),
        ("x" * 251, {}, "E-111"),
        ("other", {"n_steps": "many"}, "E-132"),
    ]:
        with pytest.raises(RefusedError) as refusal:
            configurations.create_configuration("fake", name, values)
        assert refusal.value.code == code
    assert [item.name for item in configurations.list_configurations("fake")] == ["Ten steps", "mine"]


def test_a_default_name_is_the_models_and_the_number_of_its_next_version(shop: Shop):
    first = shop.training.submit(shop.draft(new_model_name="Shapes")).value
    long = shop.training.default_name(shop.draft(new_model_name="x" * 100))
    nameless = shop.training.default_name(shop.draft(new_model_name=" "))

    assert shop.training.default_name(shop.draft(new_model_name="Shapes")) == "Shapes #1"
    assert shop.training.default_name(shop.draft(new_model_name="", model=first.model)) == "Shapes #2"
    proposed = shop.draft(new_model_name="YOLO | Sample: old pages (page)")
    assert shop.training.default_name(proposed) == "old pages #1", "the run's name is short where the model's is not"
    assert shop.training.default_name(shop.draft(new_model_name="a | b (c) (d)")) == "b (c) #1"
    assert (len(long), long[-5:]) == (100, "xx #1")
    assert nameless == f"{first.project_name} #1"


def test_train_again_prefills_everything(shop: Shop):
    first = shop.training.submit(shop.draft(seed=4, version_name="one")).value
    shop.runs.carry_out(first.id, lambda batch: None, lambda: False)

    again = shop.training.draft_from_run(first.id)
    version = shop.training.draft_from_version(first.version)

    assert (again.model, again.new_model_name, again.name, again.version_name) == (first.model, "", "", "")
    assert (again.seed, again.values, again.train_folders) == (4, {"n_steps": 2}, ("train",))
    assert version == replace(again, start=StartFrom(StartKind.VERSION, first.version))
    second = shop.training.submit(replace(version, name="second")).value
    assert second.version_label == "V002"
    assert shop.models.get_version(second.version).parent == first.version


def test_train_again_from_a_version_whose_run_was_removed(shop: Shop):
    first = shop.training.submit(shop.draft()).value
    shop.runs.carry_out(first.id, lambda batch: None, lambda: False)
    shop.runs.remove(first.id, with_files=True)

    draft = shop.training.draft_from_version(first.version)

    assert (draft.worker, draft.model, dict(draft.values)) == ("fake", first.model, {"n_steps": 2})
    assert draft.categories == ("disc", "bar")
    assert draft.train_folders == ()


def test_a_draft_survives_json_and_a_run_toml(shop: Shop):
    start = StartFrom(StartKind.FILE, file=shop.home.root / "x.pt")
    draft = shop.draft(val_folders=(), val_ratio=0.3, categories=("bar",), max_minutes=None, start=start)

    assert draft_from_json(draft_to_json(draft)) == draft
    plan = shop.training.plan_of(draft)
    assert shop.training.draft_from_plan(from_toml(shop.training.review(draft).toml)) == draft
    assert plan.model == "Shapes"


def test_sets_as_the_import_states_them_are_reviewed_frozen_and_written_out(shop: Shop):
    _state_sets(shop, {"train/00.jpg": "val", "train/01.jpg": "val", "val/00.jpg": "train", "val/01.jpg": "train"})
    draft = shop.draft(train_folders=(), val_folders=(), test_folders=(), stated_sets=(Split.TRAIN, Split.VAL))

    review = shop.training.review(draft)

    assert review.can_start, review.issues
    assert {counts.split: counts.n_images for counts in review.splits} == {Split.TRAIN: 2, Split.VAL: 2, Split.TEST: 0}
    assert not review.is_val_carved
    assert ("Training images", 'the set "train" of the import', False) in review.values
    assert draft_from_json(draft_to_json(draft)) == draft
    assert shop.training.draft_from_plan(from_toml(review.toml)) == draft
    assert "--stated-set train --stated-set val" in review.command
    record = shop.training.submit(review.draft).value
    frozen = {image.path: image.split for image in shop.datasets.open(record.snapshot).images()}
    assert frozen == {
        "train/00.jpg": Split.VAL, "train/01.jpg": Split.VAL, "val/00.jpg": Split.TRAIN, "val/01.jpg": Split.TRAIN,
    }  # fmt: skip


def test_a_stated_set_may_stand_beside_folders_and_a_set_that_no_image_has_is_refused(shop: Shop):
    _state_sets(shop, {"train/00.jpg": "val", "train/01.jpg": "val"})

    mixed = shop.training.review(shop.draft(train_folders=("test",), val_folders=(), stated_sets=(Split.VAL,)))
    shared = shop.training.review(shop.draft(val_folders=(), stated_sets=(Split.VAL,)))
    empty = shop.training.review(shop.draft(train_folders=(), stated_sets=(Split.TRAIN,)))

    assert {counts.split: counts.n_images for counts in mixed.splits}[Split.VAL] == 2
    assert "E-152" in _codes(shared), "the folder has the images of the set too"
    assert _codes(empty)[0] == "E-150"


def test_a_draft_from_before_sets_were_stated_is_read(shop: Shop):
    kept = draft_to_json(shop.draft())
    del kept["stated_sets"]

    assert draft_from_json(kept) == shop.draft()


def _state_sets(shop: Shop, sets: dict[str, str]) -> None:
    with shop.registry.write() as session:
        keys = images.list_keys(session, shop.project)
        images.state_sets(session, {keys[path]: name for path, name in sets.items()})


def test_a_plan_names_what_is_there(shop: Shop):
    first = shop.training.submit(shop.draft()).value
    shop.training.configurations.create_configuration("fake", "mine", {"n_steps": 30})
    plan = replace(
        shop.training.plan_of(shop.draft()), name="", configuration="Ten steps", values={"fail_at": "none"}, start=""
    )

    draft = shop.training.draft_from_plan(plan, ["points_per_step=3", "n_steps=5"])

    assert draft.model == first.model
    assert draft.new_model_name == ""
    assert draft.name == "Shapes #2"
    assert dict(draft.values) == {"n_steps": 5, "points_per_step": 3}
    assert shop.training.plan_of(draft).configuration == "Ten steps"
    assert shop.training.draft_from_plan(shop.training.plan_of(draft)) == draft
    stored = shop.training.draft_from_plan(replace(plan, configuration="mine"))
    assert (stored.configuration_name, dict(stored.values)) == ("mine", {"n_steps": 30})
    assert stored.configuration is not None


def test_images_that_were_seen_to_be_empty_leave_no_class_to_learn(shop: Shop):
    with shop.registry.write() as session:
        keys = images.list_keys(session, shop.project)
        here = [key for path, key in keys.items() if path.startswith("train/")]
        annotations.delete_imported(session, here)
        annotations.insert_annotations(session, [NewAnnotation(key, None, None) for key in here])
    plan = shop.training.plan_of(shop.draft(use_images_without_objects=True, val_folders=(), test_folders=()))

    review = shop.training.review(shop.training.draft_from_plan(plan))

    assert _codes(review) == ["E-240"]


def test_a_slip_in_a_settings_name_trains_nothing(shop: Shop):
    plan = shop.training.plan_of(shop.draft())
    with pytest.raises(RefusedError) as refusal:
        shop.training.draft_from_plan(plan, ["n_stpes=1"])
    assert str(refusal.value) == '"fake" has no setting "n_stpes". Did you mean "n_steps"?'


@pytest.mark.parametrize(
    ("changes", "settings", "error", "code"),
    [
        ({"project": "nobody"}, [], NotFoundError, ""),
        ({"project": ""}, [], RefusedError, "E-100"),
        ({"worker": "nobody"}, [], NotFoundError, ""),
        ({"configuration": "nobody"}, [], NotFoundError, ""),
        ({}, ["epochs"], RefusedError, "E-134"),
        ({}, ["n_stpes=1"], RefusedError, "E-133"),
        ({"worker": ""}, [], RefusedError, "E-113"),
        ({"start": "a\0b"}, [], RefusedError, "E-145"),
        ({"start": "0f3acd"}, [], RefusedError, "E-145"),
        ({"stated_sets": ("dev",)}, [], RefusedError, "E-526"),
    ],
)
def test_a_plan_that_names_nothing_is_refused_in_words(shop: Shop, changes, settings, error, code):
    plan = replace(shop.training.plan_of(shop.draft()), **changes)

    with pytest.raises(error) as refusal:
        shop.training.draft_from_plan(plan, settings)

    assert refusal.value.code == code

    assert refusal.value.text.endswith(".")


def test_classes_that_the_training_images_do_not_show_are_named(shop: Shop):
    review = shop.training.review(shop.draft(categories=("never seen",)))

    assert [issue.code for issue in review.issues if issue.is_error and "train" in issue.text] == ["E-241"]


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[DataQuestion]:
    """What the data was counted for; each time it was."""
    questions = []
    resolve = counting.resolve

    def noted(session, question, check=lambda: None):
        questions.append(question)
        return resolve(session, question, check)

    monkeypatch.setattr(counting, "resolve", noted)
    return questions


def test_data_is_counted_when_it_or_the_choice_of_it_changed(shop: Shop, resolved: list[DataQuestion]):
    shop.training.review(shop.draft())
    for change in ({"name": "x"}, {"new_model_name": "y"}, {"device": "cuda:0"}, {"max_minutes": 7.0}, {"values": {}}):
        shop.training.review(shop.draft(**change))
    assert len(resolved) == 1

    shop.training.review(shop.draft(categories=("bar",)))
    shop.training.review(shop.draft(test_folders=()))
    shop.training.review(shop.draft(use_images_without_objects=True))
    assert len(resolved) == 4
    shop.training.review(shop.draft())
    assert len(resolved) == 4


def test_an_annotation_more_is_counted(shop: Shop):
    before = shop.training.review(shop.draft())
    key = int(shop.projects.list_image_ids(ImageFilter(shop.project, folders=("train",)))[0])
    with shop.registry.write() as session:
        category = int(shop.projects.list_categories(shop.project)[0].id)
        annotations.insert_annotations(session, [NewAnnotation(key, category, Box(1, 1, 9, 9))])

    after = shop.training.review(shop.draft())

    assert after.splits[0].n_objects == before.splits[0].n_objects + 1


def test_a_review_is_given_up_when_nobody_waits_for_it_any_more(shop: Shop):
    class GaveUpError(Exception):
        pass

    def give_up(*_: int) -> None:
        raise GaveUpError

    with pytest.raises(GaveUpError):
        shop.training.review(shop.draft(), check=give_up)
    with shop.registry.write() as session:
        selections.forget_blocks(session, shop.project)
    with pytest.raises(GaveUpError):
        shop.training.review(shop.draft(), progress=give_up)
    with pytest.raises(GaveUpError):
        shop.training.look_at_files(shop.draft(), progress=give_up)
    assert shop.training.review(shop.draft()).can_start


def test_a_home_of_before_is_prepared_by_the_first_review(shop: Shop):
    before = shop.training.review(shop.draft())
    with shop.registry.write() as session:
        selections.forget_blocks(session, shop.project)
    seen = []

    after = shop.training.review(shop.draft(), progress=lambda done, total: seen.append((done, total)))

    assert after.splits == before.splits
    assert seen == [(0, 1)]
    with shop.registry.read() as session:
        assert selections.list_missing_blocks(session, shop.project) == ()


def test_what_is_frozen_is_what_version_0_1_froze(shop: Shop):
    """Boxes and rings, a carved set, a class left out: the id of the manifest is the same."""
    for number, changes in enumerate(
        (
            {},
            {"val_folders": (), "val_ratio": 0.25, "seed": 4},
            {"categories": ("bar",), "val_folders": (), "test_folders": ()},
        ),
    ):
        record = shop.training.submit(shop.draft(**changes, new_model_name=f"Model {number}")).value
        draft = shop.draft(**changes)
        slots = {Split.TRAIN: draft.train_folders, Split.VAL: draft.val_folders, Split.TEST: draft.test_folders}
        images = {
            split: shop.projects.get_annotated(shop.projects.list_image_ids(ImageFilter(shop.project, folders=folders)))
            for split, folders in slots.items()
            if folders
        }
        choice = DataChoice(DETECTION, draft.categories, val_ratio=draft.val_ratio, seed=draft.seed)
        data = plain_data.resolve_data(choice, shop.projects.list_categories(shop.project), images)
        content = plain_manifest.encode(plain_manifest.make_manifest(data.categories, data.images))
        assert record.snapshot == plain_manifest.id_of(content)


def test_a_training_starts_from_weights_that_come_with_calque(shop: Shop, tmp_path):
    first = shop.training.submit(shop.draft()).value
    shop.runs.carry_out(first.id, lambda batch: None, lambda: False)
    published = shop.models.get_version(first.version).folder
    told = {"trained_on": "Drawings.", "code_licence": "AGPL-3.0", "weights_licence": "CC0-1.0"}
    place_starter(published, shop.starters / "shapes", title="Shapes", **told)
    proposal = shop.training.propose(shop.project, worker="fake")
    assert proposal.draft.start == StartFrom(StartKind.VERSION, first.version), "an own version with the same classes"
    draft = shop.draft(new_model_name="From a starter", start=StartFrom(StartKind.STARTER, starter="shapes"))
    review = shop.training.review(draft)
    assert review.can_start and _codes(review) == []
    assert _row(review, "Starts from") == ("starter Shapes", False)
    plan = shop.training.plan_of(draft)
    assert plan.start == "starter:shapes"
    assert shop.training.draft_from_plan(plan).start == draft.start
    with pytest.raises(NotFoundError, match="There are: shapes"):
        shop.training.draft_from_plan(replace(plan, start="starter:pages"))

    record = shop.training.submit(draft).value
    state = shop.runs.carry_out(record.id, lambda batch: None, lambda: False)

    assert state.status is RunStatus.SUCCESS, state.reason
    details = shop.models.get_details(record.version)
    assert ("Started from", "starter Shapes") in details.facts
    assert "starter Shapes" in details.card
    assert "| starter Shapes | AGPL-3.0 | CC0-1.0 |" in details.card
    target = shop.models.export_version(record.version, tmp_path / "out")
    assert "* starter Shapes: code AGPL-3.0, weights CC0-1.0" in (target / "NOTICE.txt").read_text()
