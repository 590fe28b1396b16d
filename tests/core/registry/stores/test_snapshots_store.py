"""Frozen datasets and named configurations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain.ids import ConfigurationId, ProjectId, SnapshotId
from core.domain.snapshots import SnapshotInfo, Split
from core.errors import NotFoundError, RefusedError, RegistryError
from core.registry.database import Registry
from core.registry.stores import configurations, projects, snapshots


@pytest.fixture
def snapshot(registry: Registry, tmp_path: Path) -> SnapshotInfo:
    with registry.write() as session:
        project = projects.insert_project(session, name="P", root=tmp_path)
    return SnapshotInfo(
        id=SnapshotId("ab" * 32),
        project=project,
        label="",
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
        categories=("b", "a"),
        n_images=((Split.TRAIN, 10), (Split.TEST, 3)),
        n_objects=((Split.TRAIN, 20), (Split.TEST, 4)),
        category_counts=((Split.TRAIN, (15, 5)), (Split.TEST, (4, 0))),
    )


def test_labels_count_up_and_the_same_content_keeps_its_own(registry: Registry, snapshot: SnapshotInfo) -> None:
    other = replace(snapshot, id=SnapshotId("cd" * 32))
    with registry.write() as session:
        first = snapshots.insert_snapshot(session, snapshot)
        second = snapshots.insert_snapshot(session, other)
        again = snapshots.insert_snapshot(session, replace(snapshot, created_at=datetime.now(UTC)))
        assert snapshots.list_snapshots(session, snapshot.project) == (second, first)
        assert snapshots.get_snapshot(session, snapshot.id) == first
    assert first == replace(snapshot, label="V001")
    assert second.label == "V002"
    assert again == first


def test_two_projects_may_freeze_the_same_content(registry: Registry, snapshot: SnapshotInfo, tmp_path: Path) -> None:
    with registry.write() as session:
        other = projects.insert_project(session, name="Q", root=tmp_path)
        snapshots.insert_snapshot(session, snapshot)
        copy = snapshots.insert_snapshot(session, replace(snapshot, project=other))
        assert copy.label == "V001"
        assert snapshots.get_snapshot(session, snapshot.id, other).project == other


@pytest.mark.parametrize("statement", ["UPDATE snapshot SET number = 9", "DELETE FROM snapshot"])
def test_the_database_refuses_to_change_a_snapshot(registry: Registry, snapshot: SnapshotInfo, statement: str) -> None:
    with registry.write() as session:
        kept = snapshots.insert_snapshot(session, snapshot)
    with pytest.raises(RegistryError, match="a frozen dataset cannot be changed"), registry.write() as session:
        session.execute(text(statement))
    with registry.read() as session:
        assert snapshots.get_snapshot(session, snapshot.id) == kept


def test_a_snapshot_outlives_its_project(registry: Registry, snapshot: SnapshotInfo) -> None:
    with registry.write() as session:
        snapshots.insert_snapshot(session, snapshot)
        projects.remove_project(session, snapshot.project)
        assert snapshots.get_snapshot(session, snapshot.id).label == "V001"


def test_an_unknown_snapshot_is_named(registry: Registry) -> None:
    with registry.read() as session, pytest.raises(NotFoundError, match="nothing"):
        snapshots.get_snapshot(session, SnapshotId("nothing"), ProjectId("x"))


def test_configurations_are_unique_per_worker_and_lock(registry: Registry) -> None:
    values = {"epochs": 5, "lr": 0.1, "auto": None, "name": "é"}
    with registry.write() as session:
        slow = configurations.insert_configuration(
            session, name="Slow", worker="yolo", worker_version="1", values={"epochs": 500}
        )
        fast = configurations.insert_configuration(
            session, name="Fast", worker="yolo", worker_version="1", values=values
        )
        configurations.insert_configuration(session, name="Fast", worker="other", worker_version="1", values={})
    assert fast.values == values
    assert fast.id is not None
    with pytest.raises(RefusedError, match='"Fast" exists') as caught, registry.write() as session:
        configurations.insert_configuration(session, name="Fast", worker="yolo", worker_version="2", values={})
    assert caught.value.code == "E-130"
    with registry.write() as session:
        assert configurations.list_configurations(session, "yolo") == (fast, slow)
        assert len(configurations.list_configurations(session)) == 3
        configurations.lock_configuration(session, fast.id)
        assert configurations.get_configuration(session, fast.id) == replace(fast, is_locked=True)
        with pytest.raises(NotFoundError):
            configurations.get_configuration(session, ConfigurationId("nothing"))
