"""What people call models and versions, and how both are deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.changes import Changes
from core.domain.ids import ProjectId, RunId
from core.domain.models import Model, ModelVersion
from core.domain.runs import RunRecord, RunStatus
from core.errors import NotFoundError, RefusedError
from core.models.service import ModelService
from core.registry.database import Registry
from core.registry.stores import models, projects, runs
from core.tasks.detection import DETECTION
from tests.core.models.conftest import AddVersion

RUN = RunId("ab" * 16)


def make_run(registry: Registry, project: ProjectId, version: ModelVersion, status: RunStatus) -> None:
    record = RunRecord(
        RUN, "Night run", "training", project, "", "w", "1", version.model, "", version.id, "", None,
        status, "", None, 0.0, "cpu", 1, datetime.now(UTC),
    )  # fmt: skip
    with registry.write() as session:
        runs.insert_run(session, record)


def test_models_and_versions_are_renamed_and_described(
    service: ModelService, registry: Registry, project: ProjectId, model: Model, add_version: AddVersion
) -> None:
    first = add_version(seed=1)
    second = add_version(seed=2, parent=first.id)
    make_run(registry, project, second, RunStatus.SUCCESS)
    versions = [first.id, second.id]
    assert service.rename_model(model.id, " Rows ") == Changes.of(models=[model.id], versions=versions, runs=[RUN])
    assert service.rename_version(first.id, " by night ") == Changes.of(versions=versions)
    assert service.describe_model(model.id, " Of the\n1880s ") == Changes.of(models=[model.id])
    assert service.describe_version(second.id, "Best so far") == Changes.of(versions=[second.id])
    details = service.get_details(second.id)
    assert (details.model.name, details.model.description) == ("Rows", "Of the\n1880s")
    assert (details.version.model_name, details.version.description) == ("Rows", "Best so far")
    assert (details.lineage[0].label, details.version.parent_label) == ("V001 (by night)", "V001 (by night)")
    assert service.rename_version(first.id, "") == Changes.of(versions=versions)
    assert service.get_version(first.id).label == "V001"
    assert service.rename_model(model.id, "Rows").is_empty, "the same name is no change"
    assert service.verify() == ()


def test_names_that_are_none_too_long_or_taken(service: ModelService, model: Model, version: ModelVersion) -> None:
    other = service.create_model(model.project, "Rows", DETECTION.slug, ["line"]).value
    for name, code in (("  ", "E-110"), ("x" * 101, "E-111"), ("Rows", "E-230"), ("a\nb", ""), ("a\ud800", "")):
        with pytest.raises(RefusedError) as caught:
            service.rename_model(model.id, name)
        assert caught.value.code == code
    with pytest.raises(RefusedError) as caught:
        service.rename_version(version.id, "x" * 101)
    assert caught.value.code == "E-111"
    for text in ("x" * 10_001, "a\ud800", "\x1b[2J"):
        with pytest.raises(RefusedError):
            service.describe_version(version.id, text)
        with pytest.raises(RefusedError):
            service.describe_model(model.id, text)
    assert service.get_model(model.id).name == "Lines"
    service.rename_model(other.id, "rows")
    service.rename_model(model.id, "Rows")


def test_a_name_is_taken_in_its_own_project_only(service: ModelService, registry: Registry, tmp_path: Path) -> None:
    with registry.write() as session:
        elsewhere = projects.insert_project(session, name="Elsewhere", root=tmp_path / "b")
    for project in (elsewhere, None):
        made = service.create_model(project, "Lines", DETECTION.slug, ["line"]).value
        assert (made.project, made.name) == (project, "Lines")
        with pytest.raises(RefusedError, match="exists") as caught:
            service.create_model(project, "Lines", DETECTION.slug, ["line"])
        assert caught.value.code == "E-230"
    assert {model.project_name for model in service.list_models()} == {"Elsewhere", ""}
    assert [model.project for model in service.list_models(elsewhere)] == [elsewhere]


def test_a_deleted_model_takes_its_versions_along_and_frees_its_name(
    service: ModelService, registry: Registry, project: ProjectId, model: Model, add_version: AddVersion, store: Path
) -> None:
    first, second = add_version(seed=1), add_version(seed=2)
    make_run(registry, project, second, RunStatus.IN_PROGRESS)
    with pytest.raises(RefusedError, match=r'"V002 \(first\)" is in use by the run "Night run"') as caught:
        service.delete_model(model.id)
    assert caught.value.code == "E-550"
    with registry.write() as session:
        runs.update_run(session, RUN, status=RunStatus.SUCCESS)
    gone = service.delete_model(model.id)
    assert gone == Changes.of(models=[model.id], versions=[first.id, second.id])
    assert (service.list_models(), service.list_versions(), service.verify()) == ((), (), ())
    assert sorted(path.name[:7] for path in store.iterdir()) == [".trash-", ".trash-"]
    assert service.get_version(first.id).is_deleted
    with registry.read() as session:
        assert runs.get_run(session, RUN).model_name == "Lines", "the run still says what it made"
        assert models.find_model(session, project, "Lines") is None
    assert service.create_model(project, "Lines", DETECTION.slug, ["line"]).value.id != model.id
    with pytest.raises(NotFoundError):
        service.rename_model(model.id, "Ghost")


def test_a_model_that_a_waiting_run_will_fill_stays(
    service: ModelService, registry: Registry, project: ProjectId, model: Model
) -> None:
    with registry.write() as session:
        planned = models.insert_version(session, model=model.id, worker="w", worker_version="1", run=RUN)
    make_run(registry, project, planned, RunStatus.PENDING)
    with pytest.raises(RefusedError, match="Night run"):
        service.delete_model(model.id)


def test_a_version_of_another_projects_images_knows_them(
    service: ModelService, registry: Registry, model: Model, tmp_path: Path
) -> None:
    with registry.write() as session:
        elsewhere = projects.insert_project(session, name="Elsewhere", root=tmp_path / "b")
        there = models.insert_version(session, model=model.id, worker="w", worker_version="1", project=elsewhere)
        here = models.insert_version(session, model=model.id, worker="w", worker_version="1")
    assert (there.project, here.project) == (elsewhere, model.project)


def test_one_version_of_a_model_is_marked_as_current(
    service: ModelService, registry: Registry, model: Model, add_version: AddVersion
) -> None:
    first, second = add_version(seed=1), add_version(seed=2)
    assert service.mark_current(first.id) == Changes.of(versions=[first.id])
    assert service.mark_current(second.id) == Changes.of(versions=[first.id, second.id])
    assert [one.is_current for one in map(service.get_version, (first.id, second.id))] == [False, True]
    service.mark_current(second.id, is_current=False)
    assert not service.get_version(second.id).is_current
    service.mark_current(second.id)
    service.delete_version(second.id)
    assert not service.get_version(second.id).is_current
    with registry.write() as session:
        unborn = models.insert_version(session, model=model.id, name="", worker="yolo-detect", worker_version="1")
    for id, state in ((second.id, "deleted"), (unborn.id, "Created")):
        with pytest.raises(RefusedError, match=rf"not available \({state}\)") as refused:
            service.mark_current(id)
        assert refused.value.code == "E-140"
