"""What a transaction notes of its changes, and that it notes nothing where nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import clock
from core.domain.changes import NO_CHANGES, Changes
from core.domain.evaluation import Evaluation, EvaluationTable
from core.domain.ids import EvaluationId, ProjectId, SnapshotId, TaskId, VersionId
from core.domain.models import Model
from core.domain.snapshots import SnapshotInfo, Split
from core.errors import RefusedError
from core.registry.changes import note, noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import configurations, evaluations, models, projects, snapshots


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        return projects.insert_project(session, name="Parish", root=tmp_path)


@pytest.fixture
def model(registry: Registry, project: ProjectId) -> Model:
    with registry.write() as session:
        return models.insert_model(
            session, project=project, name="Lines", task=TaskId("detection"), categories=("line",)
        )


def insert_version(session: Session, model: Model, parent: VersionId | None = None) -> VersionId:
    return models.insert_version(session, model=model.id, worker="w", worker_version="1", parent=parent).id


def publish(session: Session, version: VersionId) -> None:
    models.publish_version(
        session,
        version,
        folder=Path("/models/x"),
        content_sha256="ab" * 32,
        weights_sha256="cd" * 32,
        architecture="a",
        headline=None,
        duration_s=None,
        is_partial=False,
    )


def test_notes_of_one_transaction_are_merged_and_the_next_begins_with_none(
    registry: Registry, project: ProjectId
) -> None:
    other = ProjectId("other")
    with registry.write() as session:
        assert noted(session) == NO_CHANGES
        projects.mark_opened(session, project, clock.now())
        note(session, Changes.of(folders=[other]))
        assert noted(session) == Changes.of(projects=[project], folders=[other])
    with registry.write() as session:
        assert noted(session) == NO_CHANGES
    with registry.read() as session:
        assert noted(session) == NO_CHANGES


def test_what_is_done_to_a_project_is_noted(registry: Registry, project: ProjectId, tmp_path: Path) -> None:
    with registry.write() as session:
        made = projects.insert_project(session, name="Other", root=tmp_path)
        assert noted(session) == Changes.whole_project(made)
    with registry.write() as session:
        projects.rename_project(session, project, "Books")
        assert noted(session) == Changes.of(projects=[project], renamed=[project])
    with registry.write() as session:
        projects.add_categories(session, project, ["line"])
        assert noted(session) == Changes.of(categories=[project])
    with registry.write() as session:
        projects.add_categories(session, project, ["line"])
        assert noted(session) == NO_CHANGES
    with registry.write() as session:
        projects.remove_project(session, project)
        assert noted(session) == Changes.whole_project(project).merged(Changes.of(trash=[project]))


def test_a_version_that_comes_changes_its_model_and_its_parent(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        first = insert_version(session, model)
        assert noted(session) == Changes.of(models=[model.id], versions=[first])
    with registry.write() as session:
        second = insert_version(session, model, first)
        assert noted(session) == Changes.of(models=[model.id], versions=[first, second])
    with registry.write() as session:
        models.delete_version(session, second)
        assert noted(session) == Changes.of(models=[model.id], versions=[first, second])


def test_a_measurement_changes_its_version(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        version = insert_version(session, model)
    table = EvaluationTable(Split.TEST, (), ())
    measured = Evaluation(EvaluationId("e"), None, version, None, clock.now(), table)
    with registry.write() as session:
        evaluations.put_evaluation(session, measured)
        assert noted(session) == Changes.of(versions=[version])


def test_the_way_of_a_version_is_noted_where_it_goes_on(registry: Registry, model: Model) -> None:
    with registry.write() as session:
        version = insert_version(session, model)
    for step in (models.fail_version, models.reopen_version, publish):
        with registry.write() as session:
            step(session, version)
            assert noted(session) == Changes.of(versions=[version]), step
    for step in (models.fail_version, models.reopen_version, publish):
        with registry.write() as session:
            step(session, version)
            assert noted(session) == NO_CHANGES, "it is published and stays as it is"


def test_configurations_and_snapshots_are_noted(registry: Registry, project: ProjectId) -> None:
    with registry.write() as session:
        made = configurations.insert_configuration(session, name="mine", worker="w", worker_version="1", values={})
        assert made.id is not None
        assert noted(session) == Changes.of(configurations=[made.id])
    with registry.write() as session:
        configurations.lock_configuration(session, made.id)
        assert noted(session) == Changes.of(configurations=[made.id])
    frozen = SnapshotInfo(SnapshotId("f" * 64), project, "", clock.now(), ("line",), (), (), ())
    for expected in (Changes.of(snapshots=[frozen.id]), NO_CHANGES):
        with registry.write() as session:
            snapshots.insert_snapshot(session, frozen)
            assert noted(session) == expected


def test_what_is_refused_leaves_no_change(registry: Registry, project: ProjectId) -> None:
    with registry.write() as session:
        with pytest.raises(RefusedError):
            projects.rename_project(session, project, "")
        assert noted(session) == NO_CHANGES
