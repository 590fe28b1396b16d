"""A home that an older Calque left opens, is brought up to date, and everything in it works.

What is expected is read from the old files themselves, as plain JSON: what they say must arrive, whatever the code
makes of it.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.services import Services, open_services
from core.domain.evaluation import EvaluationTable
from core.domain.evaluation_json import table_from_json
from core.domain.geometry import Box, Polygon
from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.imports import ImportSource
from core.domain.models import ModelVersion, VersionDetails, VersionStatus
from core.domain.projects import ImageFilter, Source
from core.domain.runs import RunState, RunStatus, StageState
from core.domain.snapshots import Split
from core.domain.training import StartKind, TrainingDraft
from core.errors import NotFoundError, RefusedError
from core.home import Home
from core.models.importing import tables_of
from core.registry.backups import list_backups
from core.registry.schema import SCHEMA
from core.runs.folder.layout import RunLayout
from core.runs.kinds import RunKindCatalog
from core.runs.story.event_log import EventReader
from core.runs.story.events import Finished, Result
from core.runs.supervise import Batch, RunReader, supervise
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from core.training import kind
from core.training.results import publication_of
from tests.fixtures.old_home import PLACEHOLDER, YOLO_EVENTS, YOLO_MODEL, OldHome, lay_out

STATUSES = {
    "success": RunStatus.SUCCESS,
    "continued": RunStatus.SUCCESS,
    "outlines": RunStatus.SUCCESS,
    "terminated": RunStatus.TERMINATED,
    "failed": RunStatus.FAILED,
    "aborted": RunStatus.ABORTED,
    "retried": RunStatus.SUCCESS,
    "cut_off": RunStatus.IN_PROGRESS,
    "pending": RunStatus.PENDING,
}
PUBLISHED = ("success", "continued", "outlines", "terminated", "retried")
EXPORTED = ("outlines", "outlines.zip", "success", "success.zip")


@pytest.fixture
def old(tmp_path: Path) -> OldHome:
    """In a folder with a name of its own: nothing may depend on where the home was made."""
    return lay_out(tmp_path / "moved here")


@pytest.fixture
def services(old: OldHome) -> Iterator[Services]:
    with open_services(Home(old.home)) as services:
        yield services


# What the code of the day calls what the old files say: the only lines that know both.


def measures_of(tables: tuple[EvaluationTable, ...]) -> dict[str, list[dict[str, Any]]]:
    """Split -> rows, as model.json has them."""
    return {
        table.split.value: [
            {
                key: value
                for key, value in {
                    "category": row.category,
                    "n_images": row.n_images,
                    "n_instances": row.n_instances,
                    **row.values,
                }.items()
                if value is not None
            }
            for row in table.rows
        ]
        for table in tables
    }


def stated_measures(model: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Of a model.json without a format number, or of format 2, which has the values one step deeper."""
    tables: dict[str, Any] = model["metrics"]
    return {split: [_flat(row) for row in table["rows"]] for split, table in tables.items()}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    counts = {key: value for key, value in row.items() if key != "values"}
    return {key: value for key, value in (counts | row.get("values", {})).items() if value is not None}


def curves_of(run: Path) -> dict[tuple[str, str], list[tuple[int, float]]]:
    """(split, name) -> (step, value) of a run's folder as the code reads it."""
    reader = RunReader(RunLayout(run), RunKindCatalog())
    curves: dict[tuple[str, str], list[tuple[int, float]]] = {}
    while True:
        batch, _events = reader.read()
        for metric in batch.metrics:
            points = zip(metric.steps.tolist(), metric.values.tolist(), strict=True)
            curves.setdefault((metric.split, metric.name), []).extend(points)
        if not batch.has_more:
            return curves


def run_to_end(services: Services, run: RunId) -> RunState:
    state = services.runs.carry_out(run, lambda batch: None, lambda: False)
    assert state is not None
    return state


def json_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def version_of(services: Services, old: OldHome, meaning: str) -> ModelVersion:
    return services.models.get_version(VersionId(old.versions[meaning]))


def details_of(services: Services, old: OldHome, meaning: str) -> VersionDetails:
    return services.models.get_details(VersionId(old.versions[meaning]))


def model_json(folder: Path | None) -> dict[str, Any]:
    assert folder is not None
    model: dict[str, Any] = json.loads((folder / "model.json").read_bytes())
    return model


# The fixture itself


def test_the_home_lies_where_it_was_laid(old: OldHome) -> None:
    texts = [path for path in old.home.rglob("*") if path.suffix in (".json", ".jsonl", ".txt", ".lock")]
    assert texts
    assert not [path for path in texts if PLACEHOLDER.encode() in path.read_bytes()]
    request = json.loads((old.run_folder("success") / "request.json").read_bytes())
    assert Path(request["payload"]["images_root"]) == old.project_root
    assert {path.name for path in old.exported} == set(EXPORTED)
    manifest = old.home / "snapshots" / f"{old.snapshots['V001']}.jsonl"
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == old.snapshots["V001"]
    assert manifest.stat().st_mode & 0o777 == 0o400


# Opening


def test_the_registry_is_brought_up_to_date_beside_a_copy(old: OldHome, services: Services) -> None:
    assert services.registry.check() == ()
    labels = [backup.label for backup in list_backups(old.home / "backups")]
    if SCHEMA.head == "0001":
        assert labels == []
        return
    (label,) = labels
    assert label.startswith("before-")


def test_it_opens_again_as_it_was_left(old: OldHome) -> None:
    with open_services(Home(old.home)) as services:
        before = services.runs.list_runs(), services.models.list_versions(), services.projects.list_projects()
    n_backups = len(list_backups(old.home / "backups"))
    with open_services(Home(old.home)) as services:
        assert (
            services.runs.list_runs(),
            services.models.list_versions(),
            services.projects.list_projects(),
        ) == before
    assert len(list_backups(old.home / "backups")) == n_backups


def test_nothing_in_it_is_damaged(old: OldHome, services: Services) -> None:
    problems = [
        *services.registry.check(),
        *services.models.verify(),
        *services.datasets.verify_manifests(),
        *services.runs.verify(),
    ]
    assert problems == []
    for snapshot in old.snapshots.values():
        assert services.datasets.verify(SnapshotId(snapshot), old.project_root).problems == ()


# The project


def test_the_project_has_its_images_and_what_was_said_of_them(old: OldHome, services: Services) -> None:
    (project,) = services.projects.list_projects()
    assert (project.id, project.name, project.root) == (old.project, "Old drawings", old.project_root)
    assert not project.is_root_missing
    assert (project.n_images, project.n_annotated, project.n_annotations) == (14, 13, 23)
    categories = services.projects.list_categories(project.id)
    counts = [(category.name, category.n_annotations, category.n_images) for category in categories]
    assert counts == [("disc", 11, 11), ("bar", 12, 11), ("never drawn", 0, 0)]
    folders = {
        folder.path: (folder.n_images, folder.n_annotated) for folder in services.projects.list_folders(project.id)
    }
    assert folders == {"": (14, 13), "train": (9, 8), "val": (2, 2), "test": (3, 3)}
    ids = services.projects.list_image_ids(ImageFilter(project.id))
    found = {item.image.path: item for item in services.projects.get_annotated(ids)}
    assert found["train/6.jpg"].annotations == ()
    for path, source in (("train/7.jpg", Source.IMPORT), ("train/8.jpg", Source.HUMAN)):
        (negative,) = found[path].annotations
        assert (negative.category, negative.geometry, negative.source) == (None, None, source)
    (by_hand,) = (item for item in found["val/0.jpg"].annotations if item.source is Source.HUMAN)
    assert by_hand.geometry == Box(1.5, 2.25, 9.0, 8.0)
    assert found["train/1.jpg"].image.orientation == 3
    png = found["train/Blatt 2 ä.png"]
    assert hashlib.sha256((old.project_root / png.image.path).read_bytes()).hexdigest() == png.image.sha256
    kinds = [type(item.geometry) for item in found["train/3.jpg"].annotations]
    assert kinds == [Polygon, Box]


def test_the_project_is_imported_once_more_without_a_change(old: OldHome, services: Services) -> None:
    source = ImportSource(old.project_root / "annotations.json")
    report = services.imports.commit(source, project_name="Old drawings", into=ProjectId(old.project))
    assert report.n_new_images == 0
    assert {problem.kind for problem in report.problems} <= {"images-empty", "upright-assumed"}, (
        "what today is told too"
    )
    project = services.projects.get_project(ProjectId(old.project))
    assert (project.n_images, project.n_annotations) == (14, 23)


# Frozen datasets and configurations


def test_frozen_datasets_are_read_as_they_were_frozen(old: OldHome, services: Services) -> None:
    infos = {info.label: info for info in services.datasets.list_snapshots(ProjectId(old.project))}
    assert {label: info.id for label, info in infos.items()} == old.snapshots
    for info in infos.values():
        header, *lines = json_lines(services.datasets.file_of(info.id))
        assert list(info.categories) == header["categories"]
        for split, n_images in info.n_images:
            assert n_images == sum(line["split"] == split for line in lines)
        assert sum(n for _split, n in info.n_objects) == sum(len(line["objects"]) for line in lines) > 0
    assert [n for _split, n in infos["V001"].n_images] == [6, 2, 3]
    manifest = services.datasets.open(SnapshotId(old.snapshots["V003"]))
    assert manifest.categories == ("disc", "bar")
    assert {type(item.geometry) for image in manifest.images() for item in image.objects} <= {Polygon, Box}


def test_configurations_keep_their_lock(old: OldHome, services: Services) -> None:
    found = {item.name: item for item in services.configurations.list_configurations("fake") if item.id is not None}
    assert {name: item.id for name, item in found.items()} == old.configurations
    assert (found["Four steps"].is_locked, found["Spare"].is_locked) == (True, False)
    assert dict(found["Four steps"].values) == {"n_steps": 4, "points_per_step": 5}


# Runs


def test_runs_are_listed_as_they_ended(old: OldHome, services: Services) -> None:
    found = {record.id: record for record in services.runs.list_runs()}
    assert {name: found[RunId(id)].status for name, id in old.runs.items()} == STATUSES
    assert len(found) == len(STATUSES)
    for name, id in old.runs.items():
        record = found[RunId(id)]
        assert record.folder == old.run_folder(name)
        assert record.kind == "training"
        assert record.version == old.versions[name]
    assert found[RunId(old.runs["pending"])].reason == 'waiting for CPU (run "cut off run")'
    assert found[RunId(old.runs["retried"])].attempt == 2


def without_sizes(reason: str) -> str:
    """The row keeps the units of then."""
    return re.sub(r"[\d.]+ [KMG]i?B", "some", reason)


@pytest.mark.parametrize("name", [name for name in STATUSES if name not in ("cut_off", "pending")])
def test_the_state_of_a_run_is_told_by_its_folder(old: OldHome, services: Services, name: str) -> None:
    record = services.runs.get_run(RunId(old.runs[name]))
    state = RunReader(RunLayout(old.run_folder(name)), RunKindCatalog()).read_all().state
    assert (state.status, state.attempt) == (record.status, record.attempt)
    assert without_sizes(state.reason) == without_sizes(record.reason)
    assert (state.started_at, state.ended_at) == (record.started_at, record.ended_at)
    assert state == services.runs.read_state(record.id)
    events = json_lines(old.run_folder(name) / "events.jsonl")
    saved = [event["path"] for event in events if event["kind"] == "checkpoint"]
    assert [item.path for item in state.checkpoints] == [old.run_folder(name) / path for path in dict.fromkeys(saved)]
    written = [event["path"] for event in events if event["kind"] == "artifact"]
    assert {item.path for item in state.artifacts} == {old.run_folder(name) / "artifacts" / path for path in written}
    assert all(item.path.is_file() for item in state.artifacts)
    last = {event["stage"]: event["state"] for event in events if event["kind"] == "stage"}
    if record.status is RunStatus.SUCCESS:
        assert {stage.name: stage.state for stage in state.stages} == last
        assert (state.progress, record.progress) == (1.0, 1.0)


def test_why_a_run_did_not_succeed(old: OldHome, services: Services) -> None:
    def state(name: str) -> RunState:
        return services.runs.read_state(RunId(old.runs[name]))

    failed, aborted, terminated = state("failed"), state("aborted"), state("terminated")
    assert failed.reason.startswith("The fake worker failed at step 3, as it was told to.")
    assert "_misbehave" in failed.details
    assert StageState.FAILED in [stage.state for stage in failed.stages]
    assert "epoch 2" in aborted.reason
    assert aborted.can_resume
    assert terminated.reason.startswith("Stopped by you after epoch ")
    assert version_of(services, old, "failed").status is VersionStatus.ERROR


@pytest.mark.parametrize("name", PUBLISHED)
def test_curves_are_those_that_were_measured(old: OldHome, services: Services, name: str) -> None:
    expected: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for event in json_lines(old.run_folder(name) / "events.jsonl"):
        # The retried one's first attempt was taken up after epoch 2: what it measured later counts no more.
        if event["kind"] != "metrics" or (name == "retried" and event["attempt"] == 1 and event["epoch"] > 2):
            continue
        for metric, value in event["values"].items():
            number = math.nan if value is None else float(value)
            expected.setdefault((event["split"], metric), []).append((event["step"], number))
    found = curves_of(old.run_folder(name))
    assert repr(sorted(found.items())) == repr(sorted(expected.items()))  # NaN equals nothing, its text does
    assert any(math.isnan(value) for _step, value in found["batch", "loss"]) == (name == "outlines")


@pytest.mark.parametrize("name", ["aborted", "failed"])
def test_a_run_is_retried_from_its_newest_checkpoint(old: OldHome, services: Services, name: str) -> None:
    record = services.runs.retry(RunId(old.runs[name]))
    assert (record.status, record.attempt) == (RunStatus.RERUN, 2)
    assert record.reason == "Attempt 2 resumes from epoch 2."
    state = run_to_end(services, record.id)
    if name == "failed":  # it fails where it failed before
        assert (state.status, state.attempt) == (RunStatus.FAILED, 2)
        return
    assert state.status is RunStatus.SUCCESS, state.reason
    version = version_of(services, old, name)
    assert version.status is VersionStatus.AVAILABLE
    assert measures_of(services.models.get_details(version.id).tables) == stated_measures(model_json(version.folder))
    assert services.models.verify() == ()


@pytest.mark.parametrize("name", ["success", "terminated"])
def test_a_run_with_a_version_is_not_retried(old: OldHome, services: Services, name: str) -> None:
    with pytest.raises(RefusedError):
        services.runs.retry(RunId(old.runs[name]))


def test_a_run_whose_machine_was_switched_off_is_taken_up_and_ended(old: OldHome, services: Services) -> None:
    unfinished = services.runs.find_unfinished()
    assert [record.id for record in unfinished.begun] == [old.runs["cut_off"]]
    assert [record.id for record in unfinished.waiting] == [old.runs["pending"]]
    assert unfinished.lost == ()
    (record,) = unfinished.begun
    batches: list[Batch] = []
    layout, registry = services.runs.layout(record.id), services.registry
    state = supervise(layout, registry, batches.append, lambda: False, kinds=RunKindCatalog())
    assert state.status is RunStatus.ABORTED
    assert services.runs.get_run(record.id).status is RunStatus.ABORTED
    assert version_of(services, old, "cut_off").status is VersionStatus.ERROR
    assert services.runs.retry(record.id).reason == "Attempt 2 resumes from epoch 2."


def test_a_run_that_waits_is_started_and_succeeds(old: OldHome, services: Services) -> None:
    state = run_to_end(services, RunId(old.runs["pending"]))
    assert state.status is RunStatus.SUCCESS, state.reason
    assert not any(stage.state is not StageState.DONE for stage in state.stages)
    details = details_of(services, old, "pending")
    assert details.version.status is VersionStatus.AVAILABLE
    assert [item.id for item in details.lineage] == [old.versions["success"]]
    assert {table.split for table in details.tables} == set(Split)
    assert services.models.verify() == ()


def test_a_run_that_waits_is_stopped(old: OldHome, services: Services) -> None:
    assert services.runs.request_stop(RunId(old.runs["pending"])).status is RunStatus.TERMINATED


def test_a_run_is_removed_and_its_version_stays(old: OldHome, services: Services) -> None:
    services.runs.remove(RunId(old.runs["success"]), with_files=True)
    assert not old.run_folder("success").exists()
    assert version_of(services, old, "success").status is VersionStatus.AVAILABLE
    assert services.models.verify() == ()


def test_artifacts_are_exported(old: OldHome, services: Services, tmp_path: Path) -> None:
    made = services.runs.export_artifacts(RunId(old.runs["outlines"]), tmp_path / "artifacts.zip")
    assert made.stat().st_size > 0


# Models and versions


def test_models_and_versions_are_listed(old: OldHome, services: Services) -> None:
    models = {model.id: model for model in services.models.list_models(ProjectId(old.project))}
    assert set(models) == set(old.models.values())
    shapes, outlines = models[ModelId(old.models["shapes"])], models[ModelId(old.models["outlines"])]
    assert (shapes.name, shapes.task, shapes.categories) == ("Shapes", DETECTION.slug, ("disc", "bar"))
    assert (outlines.name, outlines.task, outlines.description) == ("Outlines", SEGMENTATION.slug, "By outline.")
    listed = {version.id: version for version in services.models.list_versions()}
    assert set(listed) == {VersionId(id) for name, id in old.versions.items() if name != "deleted"}
    labels = {name: version_of(services, old, name).label for name in ("success", "continued", "outlines", "imported")}
    assert labels == {
        "success": "V001 (first)",
        "continued": "V002 (continued)",
        "outlines": "V001 (outlines)",
        "imported": "V001 (imported)",
    }
    partial = {name for name in PUBLISHED if version_of(services, old, name).is_partial}
    assert partial == {"terminated"}
    assert [run for run in PUBLISHED if version_of(services, old, run).run != old.runs[run]] == []


@pytest.mark.parametrize("name", (*PUBLISHED, "imported"))
def test_a_versions_page_tells_what_its_files_say(old: OldHome, services: Services, name: str) -> None:
    details = details_of(services, old, name)
    version = details.version
    assert version.status is VersionStatus.AVAILABLE
    assert version.folder == old.home / "models" / version.content_sha256
    model = model_json(version.folder)
    assert measures_of(details.tables) == stated_measures(model)
    assert [table.split for table in details.tables] == list(Split)
    groups = ("masks", "boxes") if name == "outlines" else ("boxes",)
    assert {table.groups for table in details.tables} == {groups}
    assert {table.settings["max_detections"] for table in details.tables} == {300}
    assert dict(details.configuration) == model["configuration"]
    assert details.card == (version.folder / "README.md").read_text(encoding="utf-8")
    assert ("Version of the method", model["worker_version"]) in details.facts
    assert {file for file, _n_bytes in details.files} == {"README.md", "model.json", "weights.safetensors"}
    assert details.snapshot is not None
    assert details.snapshot.id == model["snapshot"]
    headline = version.headline
    assert headline is not None
    metric = "mask_map50_95" if name == "outlines" else "map50_95"
    assert (headline.split, headline.metric) == ("test", metric)
    assert headline.value == stated_measures(model)["test"][0][metric]


def test_the_tables_of_a_run_are_those_of_its_version(old: OldHome, services: Services) -> None:
    for name in PUBLISHED:
        folder = version_of(services, old, name).folder
        found = measures_of(services.runs.get_whole(RunId(old.runs[name])).tables)
        assert found == stated_measures(model_json(folder))


def test_lineage_goes_both_ways(old: OldHome, services: Services) -> None:
    assert [item.id for item in details_of(services, old, "continued").lineage] == [old.versions["success"]]
    children = {item.id for item in details_of(services, old, "success").children}
    assert children == {VersionId(old.versions[name]) for name in ("continued", "pending")}


def test_a_deleted_version_stays_deleted_and_its_number_is_not_given_again(old: OldHome, services: Services) -> None:
    archive = next(path for path in old.exported if path.name == "success.zip")
    model = ModelId(old.models["imported"])
    assert [version.number for version in services.models.list_versions(model)] == [1]
    assert services.models.import_version(archive, ProjectId(old.project), model).value.number == 3


def test_a_version_is_deleted(old: OldHome, services: Services) -> None:
    version = VersionId(old.versions["continued"])
    services.models.delete_version(version)
    assert version not in [item.id for item in services.models.list_versions()]
    assert services.models.verify() == ()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_version_leaves_the_old_home_as_it_was_published(
    old: OldHome, services: Services, tmp_path: Path, name: str
) -> None:
    version = version_of(services, old, name)
    made = services.models.export_version(version.id, tmp_path / "out")
    assert version.folder is not None
    for file in ("weights.safetensors", "model.json", "README.md"):
        assert (made / file).read_bytes() == (version.folder / file).read_bytes()


# Training on


@pytest.mark.parametrize("name", STATUSES)
def test_a_training_is_asked_for_again(old: OldHome, services: Services, name: str) -> None:
    draft = services.training.draft_from_run(RunId(old.runs[name]))
    record = services.runs.get_run(RunId(old.runs[name]))
    assert (draft.project, draft.model, draft.worker) == (old.project, record.model, "fake")
    assert draft.train_folders == ("train",)
    request = json.loads((record.folder / "request.json").read_bytes())
    assert {**request["payload"]["configuration"], **draft.values} == request["payload"]["configuration"]
    assert draft.use_images_without_objects == (name == "continued")
    assert_can_start(services, draft)


@pytest.mark.parametrize("name", (*PUBLISHED, "imported"))
def test_a_training_starts_from_an_old_version(old: OldHome, services: Services, name: str) -> None:
    version = version_of(services, old, name)
    draft = services.training.draft_from_version(version.id)
    assert (draft.start.kind, draft.start.version) == (StartKind.VERSION, version.id)
    assert draft.model == version.model
    if name == "imported":  # the files do not know the images
        draft = replace(draft, train_folders=("train",), val_folders=("val",), test_folders=("test",))
    assert_can_start(services, draft)


def assert_can_start(services: Services, draft: TrainingDraft) -> None:
    review = services.training.review(replace(draft, name="again"))
    assert review.can_start, [issue.text for issue in review.issues if issue.is_error]


def test_the_same_data_is_frozen_to_the_same_snapshot(old: OldHome, services: Services) -> None:
    """The hash of a manifest is its name: what is frozen of the same data must not get another."""
    for name, label in (("success", "V001"), ("continued", "V002"), ("outlines", "V003")):
        draft = services.training.draft_from_run(RunId(old.runs[name]))
        record = services.training.submit(replace(draft, name=f"{name} again")).value
        assert record.snapshot == old.snapshots[label]
        services.runs.request_stop(record.id)
    assert len(services.datasets.list_snapshots(ProjectId(old.project))) == 3


def test_the_next_version_of_an_old_model_is_trained(old: OldHome, services: Services) -> None:
    numbers = [version.number for version in services.models.list_versions(ModelId(old.models["outlines"]))]
    draft = services.training.draft_from_version(VersionId(old.versions["outlines"]))
    record = services.training.submit(replace(draft, name="on with it", values={"n_steps": 2})).value
    state = run_to_end(services, record.id)
    assert state.status is RunStatus.SUCCESS, state.reason
    assert record.version is not None
    details = services.models.get_details(record.version)
    assert details.version.number == max(numbers) + 1
    assert [item.id for item in details.lineage] == [old.versions["outlines"]]
    assert measures_of(details.tables) == stated_measures(model_json(details.version.folder))


# Exported versions


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_version_is_taken_into_a_new_home(old: OldHome, tmp_path: Path, name: str) -> None:
    (path,) = (path for path in old.exported if path.name == name)
    stated = model_json(old.project_root.parent / "exported" / path.stem)
    with open_services(Home(tmp_path / "new home")) as services:
        source = ImportSource(old.project_root / "annotations.json")
        project = services.imports.commit(source, project_name="New").project
        version = services.models.import_version(path, project).value
        name = stated["name"].partition(" (")[2].rstrip(")")
        assert (version.status, version.label) == (VersionStatus.AVAILABLE, f"V001 ({name})")
        assert version.created_at == datetime.fromisoformat(stated["created_at"]), "its training's"
        details = services.models.get_details(version.id)
        assert details.model.task == stated["task"]
        assert list(details.model.categories) == stated["categories"]
        assert measures_of(details.tables) == stated_measures(stated)
        assert version.weights_sha256 == stated["weights_sha256"]
        assert version.headline is not None
        assert services.models.verify() == ()
        draft = services.training.draft_from_version(version.id)
        assert draft.start.version == version.id


def test_a_changed_export_is_refused(old: OldHome, services: Services) -> None:
    (path,) = (path for path in old.exported if path.name == "success")
    file = path / "model.json"
    file.chmod(0o600)
    file.write_bytes(file.read_bytes().replace(b'"seed": 7', b'"seed": 8'))
    with pytest.raises(Exception, match="damaged"):
        services.models.import_version(path, ProjectId(old.project))
    with pytest.raises(NotFoundError):
        services.models.import_version(path / "nothing here", ProjectId(old.project))


# A real worker's files


def test_the_events_of_a_real_training_are_read(tmp_path: Path) -> None:
    layout = RunLayout(tmp_path)
    layout.ensure()
    layout.events_file.write_bytes(YOLO_EVENTS.read_bytes())
    reader = EventReader(layout)
    events = reader.read_new()
    while reader.has_more:
        events += reader.read_new()
    assert reader.n_damaged == 0
    lines = json_lines(YOLO_EVENTS)
    assert [event.seq for event in events] == [line["seq"] for line in lines]
    assert isinstance(events[-1].body, Finished)
    assert events[-1].body.status is RunStatus.SUCCESS
    results = [event.body for event in events if isinstance(event.body, Result)]
    tables = tuple(table_from_json(result.content) for result in results if result.topic == kind.EVALUATION)
    model = json.loads(YOLO_MODEL.read_bytes())
    assert measures_of(tables) == stated_measures(model)
    (published,) = (result for result in results if result.topic == kind.PUBLISHED)
    assert publication_of(published.content).content_sha256 == hashlib.sha256(YOLO_MODEL.read_bytes()).hexdigest()


def test_the_measures_of_a_real_model_json_are_understood() -> None:
    model = json.loads(YOLO_MODEL.read_bytes())
    assert model["worker"] == "yolo-detect"
    assert measures_of(tables_of(model)) == stated_measures(model)
    assert set(stated_measures(model)) == {"train", "val", "test"}
