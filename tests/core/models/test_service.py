"""The model library: what a version's page shows, and versions that leave and come back unharmed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from core.domain.changes import Changes
from core.domain.ids import ProjectId, RunId, TaskId
from core.domain.imports import Severity
from core.domain.metrics import MAP50_95, MASK_MAP50_95
from core.domain.models import Headline, Model, ModelVersion, VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.domain.snapshots import Split
from core.errors import CalqueError, FormatError, NotFoundError, RefusedError, StorageError, WeightsError
from core.models.headline import headline_of
from core.models.publish import publish
from core.models.service import ModelService
from core.registry.database import Registry
from core.registry.stores import models, projects, runs
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from tests.core.evaluation.coco_tables import coco_row, coco_table
from tests.core.models.conftest import SNIPPET, TABLE


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_model_is_created_with_a_decent_and_free_name(service: ModelService, model: Model) -> None:
    assert (model.name, model.description, model.categories) == ("Lines", "*Old* books", ("line", "initial"))
    assert service.get_model(model.id) == model
    assert service.list_models(model.project) == (model,)
    for name, said in (
        ("", "a name"),
        ("x" * 101, "longer than 100"),
        ("a\tb", "cannot be shown"),
        ("Lines", "exists"),
    ):
        with pytest.raises(RefusedError, match=said):
            service.create_model(model.project, name, DETECTION.slug, ["line"])


def test_a_versions_page_has_everything_that_made_it(
    service: ModelService, add_version: Callable[..., ModelVersion], model: Model
) -> None:
    first = add_version(seed=1)
    second = add_version(seed=2, parent=first.id)
    third = add_version(seed=3, parent=second.id)
    details = service.get_details(second.id)
    assert details.version.label == "V002 (first)"
    assert details.version.headline == Headline(MAP50_95, 0.61, "test")
    assert details.model == service.get_model(model.id)
    assert details.tables == (TABLE,)
    assert details.configuration == {"epochs": 5, "lr": 0.01}
    assert details.card.startswith("# Lines")
    assert SNIPPET.strip() in details.snippet
    assert f"calque export {second.id}" in details.snippet
    assert [item.id for item in details.lineage] == [first.id]
    assert [item.id for item in details.children] == [third.id]
    assert ("Seed", "2") in details.facts
    assert ("torch", "2.15.0") in details.facts
    assert details.n_bytes > 8000
    assert service.find_version(second.id[:30]) == details.version
    assert [item.id for item in service.list_versions(model.id)] == [third.id, second.id, first.id]


def test_a_version_that_is_not_published_has_an_empty_page(
    service: ModelService, registry: Registry, model: Model
) -> None:
    with registry.write() as session:
        created = models.insert_version(session, model=model.id, worker="w", worker_version="1")
    details = service.get_details(created.id)
    assert (details.configuration, details.card, details.snippet, details.n_bytes) == ({}, "", "", 0)
    with pytest.raises(RefusedError, match="not available") as caught:
        service.export_version(created.id, Path("/nowhere"))
    assert caught.value.code == "E-140"


def test_a_moved_home_is_no_loss(service: ModelService, registry: Registry, version: ModelVersion, store: Path) -> None:
    elsewhere = store.parent / "moved"
    store.rename(elsewhere)
    moved = ModelService(registry, elsewhere)
    assert moved.get_version(version.id).folder == elsewhere / version.content_sha256
    assert moved.verify() == ()
    assert moved.get_details(version.id).card


@pytest.mark.parametrize(
    ("splits", "task", "expected"),
    [
        ({Split.TRAIN: 0.9, Split.VAL: 0.5, Split.TEST: 0.4}, DETECTION.slug, Headline(MAP50_95, 0.4, "test")),
        ({Split.TRAIN: 0.9, Split.VAL: 0.5}, SEGMENTATION.slug, Headline(MASK_MAP50_95, 0.25, "val")),
        ({Split.TRAIN: 0.9}, DETECTION.slug, None),
        ({Split.VAL: 0.5, Split.TEST: None}, DETECTION.slug, Headline(MAP50_95, 0.5, "val")),
        ({}, DETECTION.slug, None),
    ],
)
def test_the_headline_is_tests_or_vals_and_says_which(splits: dict, task: TaskId, expected: Headline | None) -> None:
    tables = [
        coco_table(
            split,
            (coco_row(None, 1, 1, None, None, None, value, mask_map50_95=value / 2 if value else None),),
            task == SEGMENTATION.slug,
        )
        for split, value in splits.items()
    ]
    assert headline_of(tables) == expected


# --- verify and delete -----------------------------------------------------------------------------------------------


def test_verify_names_what_is_missing_changed_or_unknown(
    service: ModelService, add_version: Callable[..., ModelVersion], store: Path
) -> None:
    sound, changed, gone = (add_version(seed=n) for n in range(3))
    assert service.verify() == ()
    assert changed.folder is not None
    assert gone.folder is not None
    weights = changed.folder / "weights.safetensors"
    weights.chmod(0o644)
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    shutil.rmtree(gone.folder)
    (store / ("ab" * 32)).mkdir()
    problems = {problem.kind: problem for problem in service.verify()}
    assert problems.keys() == {"file-changed", "version-missing", "version-unlisted"}
    assert problems["version-unlisted"].severity is not Severity.INFO, "`calque verify` ends with 1"
    assert "V002 (first): weights.safetensors was changed" in problems["file-changed"].text
    assert "V003" in problems["version-missing"].text
    with pytest.raises(WeightsError, match="weights file of version V003") as caught:
        service.export_version(gone.id, store.parent / "out.zip")
    assert caught.value.code == "E-260"
    with pytest.raises(WeightsError, match="not as it was published"):
        service.export_version(changed.id, store.parent / "out.zip")
    assert service.export_version(sound.id, store.parent / "out.zip").is_file()


def test_what_a_run_at_work_has_published_is_no_stray(
    service: ModelService, registry: Registry, project: ProjectId, model: Model, store: Path, tmp_path: Path
) -> None:
    run = RunId("cd" * 16)
    record = RunRecord(
        run, "Night run", "training", project, "", "w", "1", model.id, "", None, "", None,
        RunStatus.IN_PROGRESS, "", None, 0.0, "cpu", 1, datetime.now(UTC),
    )  # fmt: skip
    with registry.write() as session:
        runs.insert_run(session, record)
    weights = tmp_path / "final.safetensors"
    save_file({"layer": np.ones(3, np.float32)}, weights)
    publish(weights=weights, model={"run": run}, store=store, card="")
    assert service.verify() == ()
    with registry.write() as session:
        runs.update_run(session, run, status=RunStatus.SUCCESS)
    assert [problem.kind for problem in service.verify()] == ["version-unlisted"]


def test_a_deleted_version_leaves_a_tombstone_and_its_files_wait_in_the_trash(
    service: ModelService, add_version: Callable[..., ModelVersion], store: Path
) -> None:
    first = add_version(seed=1)
    child = add_version(seed=2, parent=first.id)
    twin = add_version(seed=1)
    assert twin.content_sha256 == first.content_sha256
    gone = service.delete_version(first.id)
    assert gone == Changes.of(models=[first.model], versions=[first.id])
    assert (store / first.content_sha256).is_dir(), "its twin needs the files"
    assert service.get_details(child.id).lineage[0].label == "V001 (first)"
    assert [item.number for item in service.list_versions()] == [3, 2]
    service.delete_version(twin.id)
    assert not (store / first.content_sha256).exists()
    (trash,) = store.glob(".trash-*")
    assert (trash / "weights.safetensors").is_file()
    assert add_version(seed=5).number == 4
    os.utime(trash, (0, 0))
    (store / ".trash-gone").symlink_to("nowhere")  # as what another Calque empties at this moment
    gone = service.delete_version(child.id)
    assert gone == Changes.of(models=[child.model], versions=[child.id, first.id]), "its parent's page named it"
    assert not trash.exists()
    assert service.verify() == ()


def test_a_version_that_a_run_needs_stays(
    service: ModelService, registry: Registry, version: ModelVersion, project: ProjectId, model: Model
) -> None:
    with registry.write() as session:
        started = models.insert_version(
            session, model=model.id, worker="w", worker_version="1", parent=version.id, run=RunId("ab" * 16)
        )
        record = RunRecord(
            RunId("ab" * 16), "Night run", "training", project, "", "w", "1", model.id, "", started.id, "", None,
            RunStatus.IN_PROGRESS, "", None, 0.0, "cpu", 1, datetime.now(UTC),
        )  # fmt: skip
        runs.insert_run(session, record)
    for id in (version.id, started.id):
        with pytest.raises(RefusedError, match="Night run") as caught:
            service.delete_version(id)
        assert caught.value.code == "E-550"
    with registry.write() as session:
        runs.update_run(session, record.id, status=RunStatus.FAILED)
    service.delete_version(started.id)
    service.delete_version(version.id)
    assert service.list_versions() == ()


# --- out -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_an_export_holds_every_file_with_its_hash(
    service: ModelService, version: ModelVersion, tmp_path: Path, name: str
) -> None:
    told: list[tuple[float, float, str]] = []
    target = tmp_path / name
    assert service.export_version(version.id, target, lambda *step: told.append(step)) == target
    folder = target
    if name.endswith(".zip"):
        folder = tmp_path / "unpacked"
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            archive.extractall(folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "NOTICE.txt", "README.md", "SHA256SUMS", "model.json", "version.json", "weights.safetensors",
    ]  # fmt: skip
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, check=True, capture_output=True)
    assert hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest() == version.weights_sha256
    assert told[-1][0] == told[-1][1] > 8000
    assert leftovers(tmp_path) == []


def test_the_same_version_gives_the_same_zip(service: ModelService, version: ModelVersion, tmp_path: Path) -> None:
    first = service.export_version(version.id, tmp_path / "a.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(b"an older export, which the person agreed to replace")
    assert service.export_version(version.id, tmp_path / "b.zip").read_bytes() == first


def test_a_folder_with_content_gets_a_new_one_inside(
    service: ModelService, version: ModelVersion, tmp_path: Path
) -> None:
    target = tmp_path / "desk"
    target.mkdir()
    assert service.export_version(version.id, target) == target, "an empty folder is filled"
    shutil.rmtree(target)
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    inside = service.export_version(version.id, target)
    assert inside == target / "Lines V001"
    assert (target / "mine.txt").read_text() == "mine"
    with pytest.raises(RefusedError, match="exists already"):
        service.export_version(version.id, target)
    with pytest.raises(RefusedError, match="does not exist"):
        service.export_version(version.id, tmp_path / "no" / "where.zip")
    with pytest.raises(StorageError, match="could not be written"):
        service.export_version(version.id, target / "mine.txt")
    assert (target / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_a_full_disk_is_said_and_nothing_half_written_stays(
    service: ModelService, version: ModelVersion, registry: Registry, store: Path, tmp_path: Path, name: str
) -> None:
    code = """if True:
        import pathlib, resource, sys
        from core.errors import CalqueError
        from core.models.service import ModelService
        from core.registry.database import Registry
        home, target, version = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
        with Registry(home / "registry.sqlite", home / "backups") as registry:
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
            try:
                ModelService(registry, home / "models").export_version(version, target)
            except CalqueError as error:
                print(error.code, error)
    """
    target = tmp_path / "out" / name
    target.parent.mkdir()
    arguments = [sys.executable, "-c", code, str(store.parent), str(target), version.id]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("E-250 Not enough disk space: ")
    assert list(target.parent.iterdir()) == []


# --- in --------------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["out.zip", "out"])
def exported(request: pytest.FixtureRequest, service: ModelService, version: ModelVersion, tmp_path: Path) -> Path:
    return service.export_version(version.id, tmp_path / request.param)


def test_an_export_comes_back_as_the_same_version_elsewhere(
    exported: Path, version: ModelVersion, tmp_path: Path
) -> None:
    home = tmp_path / "other home"
    with Registry(home / "registry.sqlite", home / "backups") as registry:
        service = ModelService(registry, home / "models")
        with registry.write() as session:
            project = projects.insert_project(session, name="Q", root=tmp_path)
        done = service.import_version(exported, project)
        imported = done.value
        assert done.changes == Changes.of(models=[imported.model], versions=[imported.id])
        assert (imported.content_sha256, imported.weights_sha256) == (version.content_sha256, version.weights_sha256)
        assert (imported.label, imported.status, imported.architecture) == (
            "V001 (first)", VersionStatus.AVAILABLE, "yolo11n",
        )  # fmt: skip
        assert imported.headline == version.headline
        details = service.get_details(imported.id)
        assert (details.model.name, details.model.task) == ("Lines", DETECTION.slug)
        assert details.model.categories == ("line", "initial")
        assert details.tables == (TABLE,)
        assert details.card.startswith("# Lines")
        assert imported.folder is not None
        assert version.folder is not None
        before, after = (load_file(folder / "weights.safetensors") for folder in (version.folder, imported.folder))
        assert np.array_equal(before["layer"], after["layer"])
        assert service.verify() == ()
        assert leftovers(home) == []
        second = service.import_version(exported, project).value
        assert second.model_name == "Lines 2"
        third = service.import_version(exported, project, imported.model).value
        assert (third.number, third.content_sha256) == (2, imported.content_sha256)
        assert (third.created_at, third.duration_s) == (version.created_at, 12.0), "its training's"
        assert third.imported_at is not None
        assert "Imported at" in dict(service.get_details(third.id).facts)
        nowhere = service.import_version(exported, None).value
        assert (service.get_model(nowhere.model).project, nowhere.project) == (None, None)
        assert service.import_version(exported, None).value.model_name == "Lines 2"
        assert service.import_version(exported, project, new_model_name="Chosen").value.model_name == "Chosen"


def test_a_version_is_taken_into_a_model_that_fits_only(
    service: ModelService, exported: Path, project: ProjectId, registry: Registry
) -> None:
    other_order = service.create_model(project, "Order", DETECTION.slug, ["initial", "line"]).value
    other_task = service.create_model(project, "Task", SEGMENTATION.slug, ["line", "initial"]).value
    for model in (other_order, other_task):
        with pytest.raises(RefusedError) as caught:
            service.import_version(exported, project, model.id)
        assert caught.value.code == "E-301"
    other_worker = service.create_model(project, "Worker", DETECTION.slug, ["line", "initial"]).value
    with registry.write() as session:
        models.insert_version(session, model=other_worker.id, worker="other", worker_version="1")
    with pytest.raises(RefusedError, match='made for "yolo-detect" and cannot be used with "other"') as caught:
        service.import_version(exported, project, other_worker.id)
    assert caught.value.code == "E-123"
    assert [item.n_versions for item in service.list_models(project)] == [1, 0, 0, 1]


def test_nothing_to_import_is_named(service: ModelService, project: ProjectId, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        service.import_version(tmp_path / "nowhere.zip", project)
    with pytest.raises(NotFoundError, match=r"model\.json is missing"):
        service.import_version(tmp_path, project)


@pytest.mark.parametrize("name", ["weights.safetensors", "model.json", "README.md"])
def test_a_changed_byte_is_found_whatever_file_it_is_in(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path, name: str
) -> None:
    folder = service.export_version(version.id, tmp_path / "out")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content.replace(b'"seed": 0', b'"seed": 7') if name == "model.json" else content + b" ")
    with pytest.raises(WeightsError, match=f"damaged: {name}"):
        service.import_version(folder, project)
    assert [item.id for item in service.list_versions()] == [version.id]


def rewrite(folder: Path, **changes: Any) -> None:
    """Change model.json and make the sums fit, as a deliberate forger would."""
    model = json.loads((folder / "model.json").read_text()) | changes
    (folder / "model.json").write_text(json.dumps(model))
    (folder / "SHA256SUMS").unlink()


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "juggling with fire"},
        {"task": None},
        {"format": 0},
        {"format": "2"},
        {"format": True},
        {"categories": []},
        {"categories": ["line", 5]},
        {"architecture": ""},
        {"worker": None},
        {"seed": float("nan")},
        {"files": {}},
        {"files": {"../../etc/passwd": {"n_bytes": 1, "sha256": "00"}}},
        {"metrics": {"test": {"rows": [{"nonsense": 1}], "has_masks": False, "max_detections": 1}}},
        {"metrics": [1, 2]},
        {"weights_sha256": "00" * 32, "files": {"weights.safetensors": {"n_bytes": 5, "sha256": "00" * 32}}},
    ],
)
def test_a_model_json_that_makes_no_sense_is_refused(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path, changes: dict[str, Any]
) -> None:
    folder = service.export_version(version.id, tmp_path / "out")
    rewrite(folder, **changes)
    with pytest.raises(WeightsError):
        service.import_version(folder, project)
    assert len(service.list_versions()) == 1
    assert len(list(service._store.iterdir())) == 1


def test_predictions_that_are_none_are_refused_though_their_hash_is_right(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path
) -> None:
    folder = service.export_version(version.id, tmp_path / "out")
    files = json.loads((folder / "model.json").read_text())["files"]
    (folder / "predictions-val.pack").write_bytes(b"no predictions at all")
    stated = {"n_bytes": 21, "sha256": hashlib.sha256(b"no predictions at all").hexdigest()}
    rewrite(folder, files={**files, "predictions-val.pack": stated})
    with pytest.raises(FormatError, match="predictions"):
        service.import_version(folder, project)
    assert len(service.list_versions()) == 1


class Bomb:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.marker,))


def test_a_pickle_in_place_of_weights_is_refused_and_never_run(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path
) -> None:
    folder = service.export_version(version.id, tmp_path / "out")
    marker = tmp_path / "executed"
    evil = pickle.dumps(Bomb(marker))
    (folder / "weights.safetensors").write_bytes(evil)
    stated = {"n_bytes": len(evil), "sha256": hashlib.sha256(evil).hexdigest()}
    card = (folder / "README.md").read_bytes()
    files = {
        "weights.safetensors": stated,
        "README.md": {"n_bytes": len(card), "sha256": hashlib.sha256(card).hexdigest()},
    }
    rewrite(folder, files=files, weights_sha256=stated["sha256"])
    with pytest.raises(WeightsError, match="not a file of weights"):
        service.import_version(folder, project)
    assert not marker.exists()


def test_a_link_in_an_exported_folder_is_not_followed(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path
) -> None:
    folder = service.export_version(version.id, tmp_path / "out")
    real = folder / "weights.safetensors"
    real.rename(tmp_path / "elsewhere")
    real.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RefusedError, match="is a link"):
        service.import_version(folder, project)
    real.unlink()
    os.mkfifo(real)
    with pytest.raises(RefusedError, match="special file"):
        service.import_version(folder, project)


def _link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


HOSTILE_ENTRIES: dict[str, list[tuple[str | zipfile.ZipInfo, bytes]]] = {
    "climbs": [("../model.json", b"{}")],
    "absolute": [("/tmp/model.json", b"{}")],
    "drive": [("C:/model.json", b"{}")],
    "backslash": [("..\\model.json", b"{}")],
    "link": [(_link("model.json"), b"/etc/passwd")],
    "spread": [("a/model.json", b"{}"), ("b/weights.safetensors", b"x")],
    "bomb": [("weights.safetensors", b"\0" * 50_000_000)],
    "many": [(f"{n}.txt", b"") for n in range(2000)],
    "nothing": [("holiday.txt", b"sun")],
}


@pytest.mark.parametrize("kind", HOSTILE_ENTRIES)
def test_a_hostile_zip_is_refused_and_leaves_nothing(
    service: ModelService, version: ModelVersion, project: ProjectId, store: Path, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    path = folder / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in HOSTILE_ENTRIES[kind]:
            archive.writestr(name, content)
    before = sorted(store.iterdir())
    with pytest.raises(CalqueError):
        service.import_version(path, project)
    assert sorted(store.iterdir()) == before
    assert sorted(item.name for item in folder.iterdir()) == ["evil.zip"]
    assert not Path("/tmp/model.json").exists()
    assert len(service.list_versions()) == 1


@pytest.mark.parametrize("cut", [0, 10, 200, -30])
def test_a_torn_zip_is_refused(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path, cut: int
) -> None:
    path = service.export_version(version.id, tmp_path / "out.zip")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(WeightsError, match=r"no \.zip file or a damaged one"):
        service.import_version(path, project)


def test_a_flipped_bit_inside_a_zip_is_found(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path
) -> None:
    path = service.export_version(version.id, tmp_path / "out.zip")
    content = bytearray(path.read_bytes())
    content[4000] ^= 4
    path.write_bytes(content)
    with pytest.raises(WeightsError):
        service.import_version(path, project)


def test_a_zip_that_lies_about_sizes_is_stopped(service: ModelService, project: ProjectId, tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("weights.safetensors", b"\0" * 3_000_000)
    real = (3_000_000).to_bytes(4, "little")
    path = tmp_path / "liar.zip"
    path.write_bytes(memory.getvalue().replace(real, (1000).to_bytes(4, "little")))
    with pytest.raises(CalqueError):
        service.import_version(path, project)


def test_a_zip_packed_again_by_hand_with_a_folder_around_it_is_read(
    service: ModelService, version: ModelVersion, project: ProjectId, tmp_path: Path
) -> None:
    folder = service.export_version(version.id, tmp_path / "out")
    path = tmp_path / "mac.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"Lines V001/{file.name}")
            archive.writestr(f"__MACOSX/._{file.name}", b"\0" * 120)
    assert service.import_version(path, project).value.content_sha256 == version.content_sha256
