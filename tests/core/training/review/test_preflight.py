"""Every refusal and warning of the wizard's pages, with its numbers and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.domain.counting import in_bytes
from core.domain.devices import Device, DeviceReport
from core.domain.ids import ConfigurationId, ModelId, ProjectId, RunId, VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from core.domain.projects import Folder, Project
from core.domain.runs import RunRecord, RunStatus
from core.domain.snapshots import Split
from core.domain.starts import Starter
from core.domain.training import Issue, Remedy, SplitCount, StartFrom, StartKind, TrainingDraft
from core.domain.workers import Configuration, FieldProblem, GpuUse, NetworkInfo, WorkerInfo
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.training.review import tally as reasons
from core.training.review.data import Overlap, TrainingData
from core.training.review.data_checks import are_apart
from core.training.review.preflight import Facts, check
from core.training.review.start_checks import StartFacts, check_start, classes_text
from core.training.starting import max_detections

NOW = datetime(2026, 1, 2, tzinfo=UTC)
DRAFT = TrainingDraft(
    project=ProjectId("p"),
    name="a run",
    worker="w",
    new_model_name="Pages",
    train_folders=("train",),
    val_folders=("val",),
)
WORKER = WorkerInfo("w", "YOLO", "1.0", tasks=(DETECTION.info,))
CPU = Device("cpu", "A processor")
GPU = Device("cuda:0", "A card", 8_000_000_000, 6_000_000_000)
MODEL = Model(ModelId("m"), ProjectId("p"), "Project", "Pages", DETECTION.slug, ("line", "map"), NOW)
VERSION = ModelVersion(
    VersionId("v"), ModelId("m"), "Pages", 3, "old", VersionStatus.AVAILABLE, NOW, "w", "1.0", "net-n"
)


def split_counts(train: int, val: int) -> tuple[SplitCount, ...]:
    return tuple(SplitCount(split, n, 2 * n, (n, n)) for split, n in zip(Split, (train, val, 0), strict=True))


DATA = TrainingData(
    categories=("line", "map"),
    splits=split_counts(30, 5),
    n_found={Split.TRAIN: 30, Split.VAL: 5},
    n_annotated={Split.TRAIN: 30, Split.VAL: 5},
    ignored=(),
    train_images_with=(30, 25),
    only_in=(),
    found_kinds=frozenset({"box"}),
    boxes_only=(),
)
FACTS = Facts(
    draft=DRAFT,
    project=Project(ProjectId("p"), "Project", Path("/images"), NOW, n_images=35),
    worker=WORKER,
    task=DETECTION,
    folders={path: Folder(path, 10, 10) for path in ("", "train", "train/a", "val", "test", "more")},
    architecture="net-n",
    data=DATA,
    disk_bytes=1_000_000_000,
    free_bytes=50_000_000_000,
)


def issues_of(**changes: Any) -> Mapping[str, Issue]:
    """`changes` are of the draft, else of the data, else of the facts; `x_facts` is the facts' own `x`."""
    facts = {k.removesuffix("_facts"): v for k, v in changes.items() if k.endswith("_facts")}
    plain = {k: v for k, v in changes.items() if not k.endswith("_facts")}
    draft = {k: v for k, v in plain.items() if k in DRAFT.__slots__ and k != "task"}
    data = {k: v for k, v in plain.items() if k in DATA.__slots__ and k not in draft}
    facts |= {k: v for k, v in plain.items() if k not in draft and k not in data}
    made = replace(FACTS, **{"draft": replace(DRAFT, **draft), "data": replace(DATA, **data), **facts})
    return {issue.code: issue for issue in check(made)}


def refused(code: str, *words: str, page: str = "", **changes: Any) -> None:
    issue = issues_of(**changes)[code]
    assert issue.is_error is code.startswith("E-")
    assert issue.text.endswith((".", "?", ")"))
    for word in words:
        assert word in issue.text
    if page:
        assert issue.page == page


def test_a_sound_draft_meets_nothing():
    assert issues_of() == {}


@pytest.mark.parametrize(
    ("code", "page", "words", "changes"),
    [
        ("E-110", "name", ["Give the run a name"], {"name": "  "}),
        ("E-111", "name", ["100"], {"name": "x" * 101}),
        ("E-450", "limits", ["Between 6 and 6000 minutes"], {"max_minutes": 5.9}),
        ("E-450", "limits", ["no limit"], {"max_minutes": 6001.0}),
        ("E-450", "limits", ["no limit"], {"max_minutes": float("nan")}),
        ("E-521", "data", ["Choose training data"], {"train_folders": ()}),
        ("E-525", "data", ['"gone" is not a folder'], {"train_folders": ("gone",)}),
        ("E-525", "data", ['"gone" is not a folder'], {"val_folders": ("gone",)}),
        ("E-151", "data", ['"train" and "train/a" overlap'], {"val_folders": ("train/a",)}),
        ("E-151", "data", ['"val" and "val" overlap'], {"test_folders": ("val",)}),
        ("E-151", "data", ["the whole project"], {"test_folders": ("",)}),
        ("E-441", "data", ["1 to 5 decimals"], {"val_folders": (), "val_ratio": 0.123456}),
        ("E-132", "data", ['"Seed" must be between 0'], {"seed": -1}),
        ("E-230", "model", ['"Pages" already exists'], {"model_names": frozenset({"Pages"})}),
        ("E-112", "model", ["name a new one"], {"new_model_name": " "}),
        ("E-111", "model", ["100"], {"version_name": "x" * 101}),
        ("E-103", "review", ['"Project"', "a reason"], {"read_only_reason": "a reason"}),
        ("E-222", "data", ["7 files", "a.jpg", "and 2 more"], {"unreadable": ("a.jpg",) * 7}),
        ("E-224", "data", ["1 file changed", "b.jpg"], {"changed": ("b.jpg",)}),
        ("E-250", "review", ["2.0 GB needed", "1.5 MB free"], {"disk_bytes": 2 * 10**9, "free_bytes": 1_500_000}),
        ("E-241", "data", ['"map" has no example'], {"train_images_with": (30, 0)}),
        ("E-241", "data", ["2 classes (line, map) have no example"], {"train_images_with": (0, 0)}),
        (
            "W-242",
            "data",
            ["7 classes (a, b, c, d, e and 2 more) occur only in val; they"],
            {"only_in": tuple((name, Split.VAL) for name in "abcdefg")},
        ),
        ("W-242", "data", ['"seal" occurs only in test'], {"only_in": (("seal", Split.TEST),)}),
        ("W-244", "data", ["4 shapes were"], {"ignored": ((reasons.BAD_SHAPES, 4),)}),
        ("W-403", "data", ["map has 3 images; 20 is advisable"], {"train_images_with": (30, 3)}),
        ("W-403", "data", ["map has 30 images; 100 is advisable"], {"train_images_with": (1000, 30)}),
        ("W-403", "data", ["line has 2 images, map 3; 20 is"], {"train_images_with": (2, 3)}),
        (
            "E-152",
            "data",
            ["2 images are in both train and test", "test/a.jpg"],
            {"overlaps": (Overlap((Split.TRAIN, Split.TEST), ("test/a.jpg", "test/b.jpg")),)},
        ),
    ],
)
def test_page_by_page(code, page, words, changes):
    refused(code, *words, page=page, **changes)


def test_a_project_without_images():
    refused("E-101", "Add images", project_facts=replace(FACTS.project, n_images=0))


def test_a_project_whose_folder_is_gone():
    refused("E-222", "35 files", "/images", project_facts=replace(FACTS.project, is_root_missing=True))


def test_no_limit_and_the_bounds_are_fine():
    for minutes in (None, 6.0, 6000.0):
        assert issues_of(max_minutes=minutes) == {}


def test_an_unknown_or_broken_worker():
    refused("E-113", "Choose", page="worker", worker_facts=None)
    refused(
        "E-124", "torch is not installed", worker_facts=replace(WORKER, unavailable_reason="torch is not installed.")
    )


def test_a_worker_that_needs_a_gpu():
    needs = replace(WORKER, gpu_use=GpuUse.REQUIRED)
    none = DeviceReport((CPU,), "no NVIDIA driver was found")
    refused("E-120", '"YOLO" needs a GPU and none is available', "no NVIDIA driver", worker_facts=needs, devices=none)
    refused("E-120", "choose one instead", worker_facts=needs, devices=DeviceReport((CPU, GPU), ""))
    assert issues_of(worker_facts=needs, devices=DeviceReport((CPU, GPU), ""), device="cuda:0") == {}


def test_a_worker_that_cannot_use_the_chosen_gpu_runs_on_the_cpu():
    never = replace(WORKER, gpu_use=GpuUse.UNSUPPORTED)
    found = issues_of(worker_facts=never, device="cuda:0", devices=DeviceReport((CPU,), "none"))
    assert set(found) == {"W-121"}


def test_a_gpu_that_is_not_there():
    refused(
        "E-160", "CPU-only", page="device", device="cuda:0", devices=DeviceReport((CPU,), "This build is CPU-only.")
    )
    refused("E-162", 'no device "cuda:3"', "cpu, cuda:0", device="cuda:3", devices=DeviceReport((CPU, GPU), ""))
    refused("E-162", 'no device "toaster"', device="toaster", devices=DeviceReport((CPU,), "no driver"))


def test_problems_of_the_configuration_stand_at_their_fields():
    problems = (
        FieldProblem("epochs", '"Epochs" must be between 1 and 10.', code="E-132"),
        FieldProblem("size", '"Size" is required.', code="E-131"),
        FieldProblem("imgsz", "Rounded up to 96 px.", False),
        FieldProblem("zzz", "unknown", False, "W-133"),
    )
    found = issues_of(configuration_problems=problems)
    assert found["E-131"].field == "size"
    assert "zzz" in found["W-133"].text
    all_issues = check(replace(FACTS, configuration_problems=problems))
    assert [(i.code, i.field) for i in all_issues if i.field] == [
        ("E-132", "epochs"),
        ("E-131", "size"),
        ("W-135", "imgsz"),
    ]


def test_a_configuration_of_another_worker_version_is_told():
    stored = Configuration(ConfigurationId("c"), "mine", "w", "0.9", {})
    refused("W-133", '"YOLO" 0.9', "all its values are known", configuration_facts=stored)
    assert issues_of(configuration_facts=replace(stored, worker_version="1.0")) == {}
    assert issues_of(configuration_facts=replace(stored, id=None)) == {}


def test_an_existing_model_wants_its_own_classes_and_task():
    used = {"model_facts": MODEL}
    assert issues_of(**used) == {}
    assert issues_of(model_facts=replace(MODEL, categories=("map", "line"))) == {}
    changed = replace(MODEL, categories=("line", "seal"))
    refused("E-301", '"Pages"', "added map", "removed seal", page="model", model_facts=changed)
    of_shapes = replace(MODEL, task=SEGMENTATION.slug, categories=("seal",))
    refused("E-125", "segmentation model", model_facts=of_shapes)
    assert set(issues_of(model_facts=of_shapes)) == {"E-125"}, "its classes are no second fault"
    refused("E-233", "does not exist any more", is_model_gone=True)


def test_starting_from_a_version():
    start = {"start": StartFrom(StartKind.VERSION, VersionId("v"))}
    known = StartFacts(VERSION, ("line", "map"), "YOLO")
    assert issues_of(**start, start_facts=known) == {}
    refused("E-146", "Choose the version", start=StartFrom(StartKind.VERSION), start_facts=StartFacts())
    refused("E-140", "does not exist", **start, start_facts=StartFacts())
    created = replace(known, version=replace(VERSION, status=VersionStatus.CREATED))
    refused("E-140", "V003 (old)", "Created", **start, start_facts=created)
    other = replace(known, version=replace(VERSION, architecture="net-x"))
    refused("E-142", "V003 (old) is net-x; this run trains net-n", **start, start_facts=other)
    foreign = replace(known, version=replace(VERSION, worker="z"), version_worker_title="Other")
    refused("E-123", '"Other"', '"YOLO"', **start, start_facts=foreign)
    refused("E-260", "/gone", **start, start_facts=replace(known, missing="/gone"))
    refused(
        "W-141", "line, seal", "line, map", **start, start_facts=replace(known, version_categories=("line", "seal"))
    )


STARTER = Starter(
    "pages", "Pages", (DETECTION.slug,), "w", "net-n", ("line", "zone"), Path("/starters/pages"), 5_000_000, "a" * 64
)


def test_starting_from_weights_that_come_with_calque():
    start = {"start": StartFrom(StartKind.STARTER, starter="pages")}
    known = StartFacts(starter=STARTER, version_worker_title="YOLO")
    refused(
        "W-141",
        'The starter "Pages" has classes line, zone',
        "line, map",
        "kept (line)",
        "fresh (map)",
        page="model",
        **start,
        start_facts=known,
    )
    more = replace(known, starter=replace(STARTER, categories=("zone", "map", "line")))
    assert issues_of(**start, start_facts=more) == {}, "it knows all classes of the run, and others"
    refused("E-355", "There are: things", **start, start_facts=StartFacts(refusal="No. There are: things."))
    refused("E-355", "Choose the starter", **start, start_facts=StartFacts())
    other = replace(known, starter=replace(STARTER, architecture="net-x"))
    refused("E-142", '"Pages" is net-x; this run trains net-n', **start, start_facts=other)
    foreign = StartFacts(starter=replace(STARTER, worker="z"), version_worker_title="Other")
    refused("E-123", '"Pages"', '"Other"', '"YOLO"', **start, start_facts=foreign)
    broken = replace(known, starter=replace(STARTER, problem="Its weights are missing."))
    refused("E-354", '"Pages" cannot be used: Its weights are missing.', **start, start_facts=broken)


def test_what_becomes_of_each_class_is_said():
    assert classes_text(("line", "map"), ("line", "map")) == ""
    assert classes_text((), ("line",)) == ""
    assert "No class is shared" in classes_text(("line",), ("map",))
    assert "All of them are shared" in classes_text(("line", "map"), ("Map ", "line"))
    assert "kept (line)" in classes_text(("line", "zone"), ("map", "line"))
    assert "fresh (Line)" in classes_text(("line",), ("Line", "line"))  # one of them is no longer the other's


def test_starting_from_published_weights():
    start = {"start": StartFrom(StartKind.PRETRAINED)}
    there = StartFacts(pretrained="net-n.pt", weights_folder=Path("/weights"))
    assert issues_of(**start, start_facts=there) == {}
    missing = replace(there, missing="net-n.pt")
    refused("E-350", '"net-n.pt"', "/weights", "offline", page="model", **start, start_facts=missing)
    allowed = {"start": StartFrom(StartKind.PRETRAINED, may_download=True)}
    assert issues_of(**allowed, start_facts=missing) == {}
    never = replace(missing, may_use_network=False)
    refused("E-350", '"net-n.pt"', "/weights", "never used", page="model", **allowed, start_facts=never)
    refused("E-353", "net-n", **start, start_facts=StartFacts())
    wrong = (FieldProblem("epochs", "Too many.", code="E-132"),)
    assert list(issues_of(**start, start_facts=StartFacts(), configuration_problems=wrong)) == ["E-132"]


def test_starting_from_a_file():
    start = {"start": StartFrom(StartKind.FILE, file=Path("/x.pt"))}
    assert issues_of(**start) == {}
    refused("E-352", "/x.pt", **start, start_facts=StartFacts(missing="/x.pt"))
    refused("E-351", "no weights file", **start, start_facts=StartFacts(refusal="It is no weights file."))


def test_nothing_to_learn_from():
    val = split_counts(0, 5)
    nothing = {"splits": val, "n_annotated": {Split.TRAIN: 0, Split.VAL: 5}}
    refused("E-102", 'No image in "train" has a detection annotation', **nothing)
    unusable = {"splits": val, "ignored": ((reasons.DAMAGED, 30),)}
    refused("E-150", "30 found: 30 images that are damaged", **unusable)
    assert set(issues_of(**nothing)) == {"E-102"}
    one = {"splits": split_counts(1, 5)}
    refused("E-150", "Only 1 image is left to train on", **one)


def test_crowds_alone_are_nothing_to_learn_from():
    crowds = (replace(split_counts(30, 5)[0], n_objects=0), *split_counts(30, 5)[1:])
    refused("E-102", "Every object in the training data is a crowd region", splits=crowds)


def test_nothing_to_measure_on():
    train = split_counts(30, 0)
    refused("E-102", '"val"', splits=train, n_annotated={Split.TRAIN: 30, Split.VAL: 0})
    refused("E-523", "val selection matches no usable image", splits=train)


def test_no_class_is_left():
    refused("E-240", "at least one class", data_facts=replace(DATA, categories=(), train_images_with=()))


def test_a_segmenter_wants_shapes():
    segmenter = {"worker_facts": replace(WORKER, tasks=(SEGMENTATION.info,)), "task": SEGMENTATION}
    refused("E-122", "segmentation", "box annotations only", **segmenter)
    consequences = {
        "train_images_with": (30, 0),
        "issues": (Issue("E-440", "With ratio 0.2 ...", "data", True),),
        "model_facts": replace(MODEL, task=SEGMENTATION.slug, categories=("seal",)),
    }
    assert set(issues_of(**segmenter, **consequences)) == {"E-122"}, "what follows from it is not said besides"
    mixed = {"found_kinds": frozenset({"box", "polygon"}), "boxes_only": ("map",)}
    refused("E-243", '"map" has only boxes', **segmenter, **mixed)


def test_one_class_is_fine():
    found = issues_of(data_facts=replace(DATA, categories=("line",), train_images_with=(30,)))
    assert found == {}


def test_the_carving_has_a_say_when_there_is_no_validation_folder():
    issue = Issue("E-440", 'With ratio 0.2, class "map" would have no validation image.', "data", True)
    refused("E-440", "map", val_folders=(), issues=(issue,), is_val_carved=True)


def test_the_same_training_twice():
    twin = RunRecord(
        id=RunId("r"), name="first", kind="training", project=ProjectId("p"), project_name="", worker="w",
        worker_version="1", model=None, model_name="", version=None, version_label="", snapshot=None,
        status=RunStatus.IN_PROGRESS, reason="", stage=None, progress=0.0, device="cpu", attempt=1, created_at=NOW,
    )  # fmt: skip
    refused("W-161", 'already In Progress as "first"', page="review", twin=twin)


def test_sizes_are_readable():
    assert [in_bytes(n) for n in (5, 1500, 2_340_000, 123_000_000, 1_500_000_000)] == [
        "5 bytes",
        "1.5 kB",
        "2.3 MB",
        "123 MB",
        "1.5 GB",
    ]


def test_values_that_are_unknown_are_listed_whoever_made_the_configuration():
    problems = tuple(FieldProblem(name, "unknown", False, "W-133") for name in ("zoom", "alpha"))
    refused("W-133", '"YOLO" 1.0 does not know', "alpha, zoom", configuration_problems=problems)
    stored = Configuration(ConfigurationId("c"), "mine", "w", "0.9", {})
    words = ['made for "YOLO" 0.9', '"YOLO" 1.0 is to train', "alpha, zoom"]
    refused("W-133", *words, configuration_problems=problems, configuration_facts=stored)


def test_a_model_whose_task_is_not_installed():
    refused(
        "E-126", "counting", model_facts=replace(MODEL, task="counting", task_problem='"counting" is unknown here.')
    )


def test_folders_whose_names_begin_alike_do_not_overlap():
    facts = {"folders_facts": {path: Folder(path, 10, 10) for path in ("train", "train2", "val")}}
    assert issues_of(val_folders=("train2",), **facts) == {}
    made = replace(
        FACTS,
        folders=facts["folders_facts"],
        draft=replace(DRAFT, val_folders=("train2",), test_folders=("val", "train")),
    )
    texts = [issue.text for issue in check(made) if issue.code == "E-151"]
    assert texts == ['"train" and "train" overlap. Training, validation and test data must be separate.']
    assert are_apart({Split.TRAIN: ("train",), Split.VAL: ("train2",), Split.TEST: ("train2b/train",)})
    assert not are_apart({Split.TRAIN: ("train",), Split.VAL: ("train/2",)})


@pytest.mark.parametrize(("most", "measured"), [(0, 300), (150, 300), (151, 400), (200, 400), (201, 500), (1000, 2000)])
def test_room_for_twice_the_fullest_image_is_measured(most: int, measured: int):
    assert max_detections(most) == measured


def test_weights_of_another_network_are_mended_by_training_that_network():
    networks = (NetworkInfo("net-x", "Net, large", {"size": "x"}), NetworkInfo("net-n", "Net, small", {"size": "n"}))
    worker = replace(WORKER, networks=networks)
    version = StartFacts(replace(VERSION, architecture="net-x"), ("line", "map"), "YOLO")
    starter = StartFacts(starter=replace(STARTER, architecture="net-x"))
    for start, facts in ((StartKind.VERSION, version), (StartKind.STARTER, starter)):
        chosen = StartFrom(start, VersionId("v"), starter="pages")
        (issue,) = check_start(chosen, facts, worker=worker, architecture="net-n", categories=())
        assert (issue.code, issue.remedy) == ("E-142", Remedy("Train Net, large", (("size", "x"),)))
        unnamed = replace(worker, networks=())
        (issue,) = check_start(chosen, facts, worker=unnamed, architecture="net-n", categories=())
        assert (issue.code, issue.remedy) == ("E-142", None)
