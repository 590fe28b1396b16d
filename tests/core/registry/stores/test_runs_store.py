"""The list of runs: filters, changes, and values taken in more than once."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.changes import NO_CHANGES, Changes
from core.domain.ids import ModelId, RunId
from core.domain.runs import RunFilter, RunRecord, RunStatus
from core.errors import NotFoundError
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import models, projects, runs
from core.tasks.detection import DETECTION

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def run(registry: Registry, tmp_path: Path) -> RunRecord:
    """An inserted run with a model and a version."""
    with registry.write() as session:
        project = projects.insert_project(session, name="Parish", root=tmp_path)
        model = models.insert_model(session, project=project, name="Lines", task=DETECTION.slug, categories=("a",))
        version = models.insert_version(session, model=model.id, name="wide", worker="w", worker_version="1")
        record = RunRecord(
            id=RunId("0123456789abcdef" * 2),
            name="First",
            kind="training",
            project=project,
            project_name="Parish",
            worker="yolo-detect",
            worker_version="1",
            model=model.id,
            model_name="Lines",
            version=version.id,
            version_label="V001 (wide)",
            snapshot=None,
            status=RunStatus.PENDING,
            reason="",
            stage=None,
            progress=0.0,
            device="cpu",
            attempt=1,
            created_at=AT,
            folder=Path("/runs/\udcff"),
        )
        runs.insert_run(session, record)
    return record


def test_a_run_comes_back_with_the_names_of_what_it_belongs_to(registry: Registry, run: RunRecord) -> None:
    with registry.read() as session:
        assert runs.get_run(session, run.id) == run
        assert runs.find_run(session, run.id[:8]) == run
        assert runs.find_run(session, run.id[:3]) is None
        with pytest.raises(NotFoundError, match="nothing"):
            runs.get_run(session, RunId("nothing"))


def test_changes_touch_what_they_name(registry: Registry, run: RunRecord) -> None:
    with registry.write() as session:
        runs.update_run(session, run.id)
        assert noted(session) == NO_CHANGES
        runs.update_run(session, run.id, status=RunStatus.IN_PROGRESS, stage="train", progress=0.5, started_at=AT)
        runs.update_run(session, run.id, ended_at=AT + timedelta(minutes=1), version=None)
        changed = runs.get_run(session, run.id)
        assert noted(session) == Changes.of(runs=[run.id])
    assert changed == replace(
        run,
        status=RunStatus.IN_PROGRESS,
        stage="train",
        progress=0.5,
        started_at=AT,
        ended_at=AT + timedelta(minutes=1),
        version=None,
        version_label="",
    )
    assert changed.duration_s == 60.0
    with registry.write() as session:
        runs.update_run(session, run.id, stage=None, ended_at=None)
        assert runs.get_run(session, run.id).ended_at is None


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (RunFilter(), ["Second", "First"]),
        (RunFilter(text="fir"), ["First"]),
        (RunFilter(text="LINES"), ["First"]),
        (RunFilter(text="wide"), ["First"]),
        (RunFilter(text="v001"), ["First"]),
        (RunFilter(text="01234567"), ["First"]),
        (RunFilter(text="%"), []),
        (RunFilter(statuses=(RunStatus.PENDING,)), ["First"]),
        (RunFilter(statuses=(RunStatus.PENDING, RunStatus.FAILED)), ["Second", "First"]),
        (RunFilter(workers=("other",)), ["Second"]),
        (RunFilter(models=(ModelId("x"),)), []),
        (RunFilter(created_after=AT + timedelta(hours=1)), ["Second"]),
        (RunFilter(created_before=AT + timedelta(hours=1)), ["First"]),
        (RunFilter(text="s", statuses=(RunStatus.FAILED,), workers=("other",)), ["Second"]),
    ],
)
def test_filters_hold_together_and_the_newest_run_is_first(
    registry: Registry, run: RunRecord, filter: RunFilter, expected: list[str]
) -> None:
    second = replace(
        run,
        id=RunId("f" * 32),
        name="Second",
        worker="other",
        model=None,
        version=None,
        status=RunStatus.FAILED,
        created_at=AT + timedelta(days=1),
    )
    with registry.write() as session:
        runs.insert_run(session, second)
        assert [found.name for found in runs.list_runs(session, filter)] == expected
        in_project = runs.list_runs(session, replace(filter, projects=(run.project,)))
        assert [found.name for found in in_project] == expected


def test_values_taken_in_twice_are_there_once(registry: Registry, run: RunRecord) -> None:
    rows = [(seq, name, "batch", seq, seq / 10, seq * 1.5) for seq in range(1, 5) for name in ("loss", "lr")]
    with registry.write() as session:
        assert runs.ingested_seq(session, run.id) == 0
        runs.add_metrics(session, run.id, rows[:5])
        runs.add_metrics(session, run.id, rows)
        runs.add_metrics(session, run.id, [(1, "loss", "batch", 1, 0.1, 999.0)])
        runs.set_ingested_seq(session, run.id, 4)
        assert runs.ingested_seq(session, run.id) == 4
        assert runs.list_metrics(session, run.id) == tuple(sorted(rows))
        assert len(runs.list_metrics(session, run.id, "lr")) == 4


def test_a_value_that_is_no_number_stays_one(registry: Registry, run: RunRecord) -> None:
    with registry.write() as session:
        runs.add_metrics(
            session, run.id, [(1, "loss", "batch", 1, 0.1, math.nan), (2, "loss", "batch", 2, 0.2, math.inf)]
        )
        values = [row[5] for row in runs.list_metrics(session, run.id)]
    assert all(math.isnan(value) for value in values)
    assert len(values) == 2


def test_removing_a_run_leaves_its_version(registry: Registry, run: RunRecord) -> None:
    with registry.write() as session:
        runs.add_metrics(session, run.id, [(1, "loss", "batch", 1, 0.1, 1.0)])
        runs.delete_run(session, run.id)
        assert noted(session) == Changes.of(runs=[run.id])
        assert runs.list_runs(session) == ()
        assert runs.list_metrics(session, run.id) == ()
        assert run.version is not None
        assert models.get_version(session, run.version).label == "V001 (wide)"
    assert registry.check() == ()
