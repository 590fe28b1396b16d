"""What a wizard proposes: the configuration for so much data on that device (MA-08), and every other answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.ids import CategoryId, ModelId, ProjectId, TaskId, VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.projects import Category, Folder, Project
from core.domain.snapshots import Split
from core.domain.tasks import TaskInfo
from core.domain.training import StartFrom, StartKind, TrainingDraft
from core.domain.workers import WorkerInfo
from core.models.starters import StarterCatalog
from core.training.draft.proposals import Circumstances, propose, proposed_configuration
from core.training.draft.proposed_start import Starts
from core.workers.catalog import WorkerCatalog


@pytest.mark.parametrize(
    ("n_images", "device", "name"),
    [
        (1, "cpu", "Fast on small data"),
        (60, "cpu", "Fast on small data"),
        (199, "cpu", "Fast on small data"),
        (200, "cpu", "Balance on the CPU"),
        (100_000, "cpu", "Balance on the CPU"),
        (60, "cuda:0", "Balance"),
    ],
)
@pytest.mark.parametrize("slug", ["yolo-detect", "yolo-segment"])
def test_small_data_on_a_cpu_gets_the_fast_preset(slug: str, n_images: int, device: str, name: str) -> None:
    worker = WorkerCatalog().info(slug)
    assert proposed_configuration(worker, n_images=n_images, device=device) == name
    assert name in dict(worker.presets)


def test_a_worker_that_proposes_nothing_begins_with_its_defaults() -> None:
    plain = WorkerInfo(slug="plain", title="Plain", version="1", presets=(("Quick", {}),))
    assert proposed_configuration(plain, n_images=10, device="cpu") == ""
    assert proposed_configuration(replace(plain, usual_preset="Gone"), n_images=10, device="cpu") == ""


def test_without_a_preset_for_small_data_the_usual_one_is_proposed() -> None:
    worker = WorkerInfo(slug="plain", title="Plain", version="1", presets=(("Long", {}),), usual_preset="Long")
    assert proposed_configuration(worker, n_images=10, device="cpu") == "Long"


NOW = datetime(2026, 1, 2, tzinfo=UTC)
PROJECT = Project(ProjectId("p"), "Pages", Path("/pages"), NOW)
LINE, STAMP = CategoryId("1"), CategoryId("2")
CLASSES = (Category(LINE, "line", 0), Category(STAMP, "stamp", 1))
WORKERS = WorkerCatalog().list_workers()
NEEDS = {slug: frozenset({"polygon"}) for slug in ("yolo-segment", "doc-ufcn")}


def folder(path: str, n: int, **counts: int) -> Folder:
    ids = {category.name: category.id for category in CLASSES}
    return Folder(path, n, n, tuple((ids[name], count) for name, count in (counts or {"line": n}).items()))


def found(*folders: Folder, **parts: object) -> Circumstances:
    whole = Circumstances(PROJECT, folders, CLASSES, workers=WORKERS, needs=NEEDS, shapes={LINE: {"box": 3}})
    return replace(whole, **parts)  # type: ignore[arg-type]


def test_a_first_training_has_an_answer_to_everything() -> None:
    proposal = propose(found(folder("", 90), folder("test", 10), folder("train", 60), folder("val", 20)))
    draft = proposal.draft
    assert (draft.train_folders, draft.val_folders, draft.test_folders) == (("train",), ("val",), ("test",))
    assert (draft.worker, draft.configuration_name) == ("yolo-detect", "Fast on small data")
    assert draft.values == dict(WorkerCatalog().info("yolo-detect").presets)["Fast on small data"]
    assert draft.new_model_name == "YOLO | Pages (page)"
    assert proposal.reasons == {
        "worker": "The annotations of this project are boxes.",
        "data": "By the names of the folders.",
        "configuration": "Proposed for 80 annotated images on the CPU.",
    }
    assert not proposal.is_repeated


def test_few_pages_get_the_starter_and_the_configuration_that_was_measured_with_it() -> None:
    starts = Starts(starters=StarterCatalog().list_starters(), pages="classes such as line are drawn on pages")
    proposal = propose(found(folder("", 20), starts=starts))
    draft = proposal.draft
    assert draft.start == StartFrom(StartKind.STARTER, starter="pages-detect")
    assert draft.configuration_name == "From a starter"
    assert draft.values == dict(WorkerCatalog().info("yolo-detect").presets)["From a starter"]
    assert proposal.reasons["configuration"] == "Proposed for 20 annotated images on the CPU, from a starter."
    many = propose(found(folder("", 900), starts=starts)).draft
    assert (many.start.kind, many.configuration_name) == (StartKind.STARTER, "Balance on the CPU")
    gpu = propose(found(folder("", 20), starts=starts, device="cuda:0"))
    assert gpu.draft.values["imgsz"] == dict(WorkerCatalog().info("yolo-detect").presets)["Balance"]["imgsz"]
    assert gpu.draft.values.get("size", "n") == "n"
    assert gpu.reasons["configuration"].endswith("on a GPU. Its network is that of the start.")


def test_workers_without_starters_have_no_configuration_for_them() -> None:
    for worker in WorkerCatalog().list_workers():
        has_starter = any(starter.worker == worker.slug for starter in StarterCatalog().list_starters())
        assert (worker.starter_preset in dict(worker.presets)) == has_starter
        assert ("From a starter" in dict(worker.presets)) == has_starter


def test_more_data_or_a_gpu_get_the_usual_configuration() -> None:
    assert propose(found(folder("", 200))).draft.configuration_name == "Balance on the CPU"
    assert propose(found(folder("", 20), device="cuda:0")).draft.configuration_name == "Balance"


@pytest.mark.parametrize(
    ("shapes", "worker"),
    [
        ({LINE: {"polygon": 7}}, "yolo-segment"),
        ({LINE: {"box": 7}}, "yolo-detect"),
        ({LINE: {"polygon": 7, "box": 1}, STAMP: {"polygon": 1}}, "yolo-segment"),
        ({LINE: {"polygon": 7}, STAMP: {"box": 1}}, "yolo-detect"),  # a class of boxes alone bars a segmenter
        ({LINE: {"polygon": 3, "box": 4}}, "yolo-detect"),
        ({}, "yolo-detect"),
    ],
)
def test_the_method_fits_the_shapes(shapes: dict[CategoryId, dict[str, int]], worker: str) -> None:
    assert propose(found(folder("", 9), shapes=shapes)).draft.worker == worker


def test_a_project_can_ask_for_a_method_whatever_its_shapes() -> None:
    assert (
        propose(found(folder("", 9), shapes={LINE: {"polygon": 9}}, worker="yolo-detect")).draft.worker == "yolo-detect"
    )


LAST = TrainingDraft(
    PROJECT.id,
    worker="yolo-segment",
    configuration_name="Balance",
    values=dict(WorkerCatalog().info("yolo-segment").presets)["Balance"],
    model=ModelId("m"),
    train_folders=("a",),
    test_folders=("b",),
    seed=7,
    max_minutes=None,
)
MODEL = Model(ModelId("m"), PROJECT.id, "Pages", "Lines", TaskId("segmentation"), ("line",), NOW)


def test_the_last_training_is_asked_for_again_as_the_next_version() -> None:
    proposal = propose(found(folder("", 30), folder("a", 20), folder("b", 10), last=LAST, models=(MODEL,)))
    assert proposal.draft == LAST
    assert proposal.is_repeated
    assert set(proposal.reasons) == {"worker", "data", "configuration", "model"}


def test_values_are_repeated_without_the_name_of_a_preset_that_has_others_today() -> None:
    folders = (folder("", 30), folder("a", 20), folder("b", 10))
    draft = propose(found(*folders, last=replace(LAST, values={"epochs": 3}))).draft
    assert (draft.configuration_name, draft.values) == ("", {"epochs": 3})


def test_of_the_last_training_only_what_is_still_there() -> None:
    start = StartFrom(StartKind.VERSION, VersionId("gone"))
    draft = propose(found(folder("", 30), folder("a", 30), last=replace(LAST, start=start), models=(MODEL,))).draft
    assert draft.train_folders == ("",)  # "b" is gone, and nothing is called after a set
    assert (draft.worker, draft.values, draft.seed) == ("yolo-segment", LAST.values, 7)
    assert draft.start == StartFrom()


def test_sets_that_the_import_states_go_before_folders_without_a_name() -> None:
    stated = {Split.TRAIN: 150, Split.VAL: 20}
    proposal = propose(found(folder("", 170), folder("images", 170), stated=stated))
    assert (proposal.draft.stated_sets, proposal.draft.train_folders) == ((Split.TRAIN, Split.VAL), ())
    assert proposal.reasons["data"] == "As the import states the sets."
    assert proposal.reasons["configuration"] == "Proposed for 170 annotated images on the CPU."
    folders = (folder("", 170), folder("train", 150), folder("val", 20))
    assert propose(found(*folders, stated=stated)).draft.train_folders == ("train",)  # the names say the same
    other = propose(found(*folders, stated={Split.TRAIN: 100, Split.VAL: 70})).draft
    assert (other.stated_sets, other.train_folders) == ((Split.TRAIN, Split.VAL), ())
    chosen = propose(found(*folders, stated=stated, chosen=("val",)))
    assert chosen.draft.train_folders == ("val",)
    assert chosen.reasons["data"].endswith("what was chosen on the project's page.")


def test_a_test_set_alone_is_no_answer_and_what_is_in_no_set_is_told() -> None:
    alone = propose(found(folder("", 30), stated={Split.TEST: 30})).draft
    assert (alone.stated_sets, alone.train_folders) == ((), ("",))
    some = propose(found(folder("", 30), stated={Split.TRAIN: 20, Split.VAL: 9}))
    assert some.reasons["data"] == "As the import states the sets; 1 annotated image is in none."


def test_stated_sets_are_asked_for_again() -> None:
    last = replace(LAST, train_folders=(), test_folders=(), stated_sets=(Split.TRAIN, Split.TEST))
    stated = {Split.TRAIN: 20, Split.TEST: 10}
    assert propose(found(folder("", 30), last=last, models=(MODEL,), stated=stated)).draft == last
    assert propose(found(folder("", 30), last=last, models=(MODEL,))).draft.train_folders == ("",)


def test_other_classes_need_another_model() -> None:
    folders = (folder("", 30), folder("a", 20, line=20, stamp=1), folder("b", 10))
    draft = propose(found(*folders, last=LAST, models=(MODEL,))).draft
    assert (draft.model, draft.new_model_name) == (None, "YOLO | Pages (page)")


def test_an_own_version_is_proposed_only_where_it_has_not_seen_what_is_measured_on() -> None:
    made = ModelVersion(
        VersionId("v"), ModelId("m"), "Lines", 2, "", VersionStatus.AVAILABLE, NOW, "yolo-detect", "1", "yolo11n"
    )
    starts = Starts((replace(made, project=ProjectId("elsewhere")),), {made.id: ("line",)})
    proposal = propose(found(folder("", 30), starts=starts))
    assert proposal.draft.start == StartFrom(StartKind.VERSION, made.id)
    assert "V002 of Lines has the same classes" in proposal.reasons["start"]
    here = replace(starts, versions=(replace(made, project=PROJECT.id),))
    assert propose(found(folder("", 30), starts=here)).draft.start == StartFrom()
    last = replace(LAST, worker="yolo-detect", start=StartFrom(), train_folders=("",), val_folders=(), test_folders=())
    again = propose(found(folder("", 30), starts=here, last=last))
    assert again.draft.start.version == made.id, "the sets are those of the last training"
    chosen = replace(last, start=StartFrom(StartKind.PRETRAINED))
    assert propose(found(folder("", 30), starts=here, last=chosen)).draft.start == chosen.start


@pytest.mark.parametrize(
    ("labelled", "task", "reason"),
    [
        ({1: 8}, "classification", "Every labelled image of this project has exactly one class."),
        ({1: 8, 2: 1}, "tagging", "Some labelled images of this project have several classes."),
        ({0: 2, 1: 8}, "tagging", "Some labelled images of this project have none."),
        ({0: 2, 1: 8, 3: 1}, "tagging", "Some labelled images of this project have several classes or none."),
    ],
)
def test_labels_of_whole_images_decide_the_task(labelled: dict[int, int], task: str, reason: str) -> None:
    made = WorkerInfo("labels", "Labels", "1", tasks=(TaskInfo(TaskId(task), task, task, labels=True),))
    proposal = propose(found(folder("", 9), shapes={}, labelled=labelled, workers=(*WORKERS, made)))
    assert proposal.draft.task == task
    assert proposal.reasons["worker"] == reason
    with_shapes = propose(found(folder("", 9), labelled=labelled, workers=(*WORKERS, made)))
    assert (with_shapes.draft.worker, with_shapes.draft.task) == ("yolo-detect", None)
