"""Evaluations of registry 0001, which were told by version and split, get ids, runs and snapshots of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain.evaluation import MAX_DETECTIONS, evaluation_id
from core.domain.ids import RunId, VersionId
from core.domain.snapshots import Split
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.stores import evaluations, models, runs

OLD_HOME = Path(__file__).parents[2] / "fixtures" / "home_0001" / "home" / "registry.sql"


@pytest.fixture
def registry(registry_file: Path, registry_backups: Path) -> Registry:
    registry_file.parent.mkdir(parents=True)
    with connected(registry_file, "rwc") as connection:
        connection.executescript(OLD_HOME.read_text(encoding="utf-8"))
    return Registry(registry_file, registry_backups)


def former_rows(registry_file: Path) -> dict[tuple[str, str], dict[str, object]]:
    """What the old registry said, by version and split."""
    with connected(registry_file, "ro") as connection:
        query = "SELECT version_id, split, has_masks, max_detections, notes, rows FROM evaluation"
        found = connection.execute(query).fetchall()
    return {
        (version, split): {"masks": masks, "limit": limit, "notes": json.loads(notes), "rows": json.loads(rows)}
        for version, split, masks, limit, notes, rows in found
    }


def test_every_old_evaluation_is_kept_and_told_apart(registry: Registry, registry_file: Path) -> None:
    former = former_rows(registry_file)
    assert len(former) > 10
    with registry, registry.read() as session:
        found = evaluations.list_evaluations(session)
        assert {(item.version, item.split.value) for item in found} == set(former)
        for item in found:
            was = former[item.version, item.split.value]
            version = models.get_version(session, item.version)
            assert item.id == evaluation_id(version.run or version.id, item.split)
            assert (item.run, item.snapshot) == (version.run, version.snapshot)
            assert item.thresholds == {MAX_DETECTIONS: was["limit"]}
            assert ("masks" in item.table.groups) is bool(was["masks"])
            assert list(item.table.notes) == was["notes"]
            for row, old in zip(item.table.rows, was["rows"], strict=True):  # type: ignore[call-overload]
                assert {name: row.value(name) for name in row.values} == {name: old[name] for name in row.values}
                assert (row.category, row.n_images, row.n_instances) == tuple(
                    old[name] for name in ("category", "n_images", "n_instances")
                )


def test_it_was_measured_when_its_run_ended(registry: Registry) -> None:
    with registry, registry.read() as session:
        ended = {run.id: run.ended_at for run in runs.list_runs(session)}
        for item in evaluations.list_evaluations(session):
            version = models.get_version(session, item.version)
            expected = ended.get(item.run) if item.run is not None else None
            assert item.created_at == (expected or version.created_at)
        assert any(item.run is None for item in evaluations.list_evaluations(session)), "one was taken in"


def test_reading_the_events_of_an_old_run_once_more_makes_nothing_twice(registry: Registry) -> None:
    with registry, registry.write() as session:
        before = evaluations.list_evaluations(session)
        item = next(item for item in before if item.run is not None and item.split is Split.TEST)
        again = evaluation_id(RunId(str(item.run)), item.split)
        assert again == item.id
        evaluations.put_evaluation(session, item)
        assert len(evaluations.list_evaluations(session)) == len(before)
        assert evaluations.list_tables(session, VersionId(item.version))[-1] == item.table
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE name LIKE 'evaluation%'")).all()
        assert names == ["evaluation"]
