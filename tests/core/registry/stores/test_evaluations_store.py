"""What was measured: each measurement by its id, read back whole, whatever wrote it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain.evaluation import Evaluation, EvaluationRow, EvaluationTable, Measure
from core.domain.ids import EvaluationId, RunId, VersionId
from core.domain.models import ModelVersion
from core.domain.snapshots import Split
from core.errors import NotFoundError
from core.registry.database import Registry
from core.registry.stores import evaluations, models, projects
from core.tasks.segmentation import SEGMENTATION
from tests.core.evaluation.coco_tables import coco_row, coco_table, evaluation_of

ROW = coco_row(None, 3, 9, 0.5, None, 0.1, 0.2, 0.3, mask_map50=0.25)
VAL = coco_table(Split.VAL, (ROW, coco_row("line", 0, 0, None, None, None, None)), True, 300, ("a note",))
TEST = coco_table(Split.TEST, (ROW,), False, 100)


@pytest.fixture
def version(registry: Registry, tmp_path: Path) -> ModelVersion:
    with registry.write() as session:
        project = projects.insert_project(session, name="P", root=tmp_path)
        model = models.insert_model(
            session, project=project, name="Lines", task=SEGMENTATION.slug, categories=("line",), description=""
        )
        return models.insert_version(
            session, model=model.id, worker="w", worker_version="1", run=RunId("01" * 16), snapshot=None
        )


def later(version: ModelVersion, table: EvaluationTable, run: str) -> Evaluation:
    """By another run, a day later."""
    made = evaluation_of(replace(version, run=RunId(run)), table)
    return replace(made, created_at=version.created_at + timedelta(days=1))


def test_an_evaluation_comes_back_whole(registry: Registry, version: ModelVersion) -> None:
    made = evaluation_of(version, VAL)
    with registry.write() as session:
        evaluations.put_evaluation(session, made)
        assert evaluations.get_evaluation(session, made.id) == made
        with pytest.raises(NotFoundError):
            evaluations.get_evaluation(session, EvaluationId("nothing"))


def test_reading_the_same_event_again_changes_nothing(registry: Registry, version: ModelVersion) -> None:
    with registry.write() as session:
        for table in (TEST, VAL, TEST, VAL):
            evaluations.put_evaluation(session, evaluation_of(version, table))
        assert evaluations.list_tables(session, version.id) == (VAL, TEST)
        assert len(evaluations.list_evaluations(session, version=version.id)) == 2


def test_a_later_attempt_of_a_run_takes_the_place_of_the_earlier(registry: Registry, version: ModelVersion) -> None:
    newer = coco_table(Split.VAL, (ROW,), False, 100)
    with registry.write() as session:
        evaluations.put_evaluation(session, evaluation_of(version, VAL))
        evaluations.put_evaluation(session, evaluation_of(version, newer))
        assert evaluations.list_tables(session, version.id) == (newer,)


def test_what_another_run_measures_stands_beside_and_replaces_nothing(
    registry: Registry, version: ModelVersion
) -> None:
    stricter = coco_table(Split.VAL, (ROW,), False, 50)
    own, other = evaluation_of(version, VAL), later(version, stricter, "02" * 16)
    with registry.write() as session:
        for item in (other, own):
            evaluations.put_evaluation(session, item)
        assert evaluations.list_evaluations(session, version=version.id) == (own, other)
        assert evaluations.list_evaluations(session, run=RunId("02" * 16)) == (other,)
        assert evaluations.list_evaluations(session, version=VersionId("nothing")) == ()
        assert evaluations.list_tables(session, version.id) == (VAL,), "the page shows what the training measured"


def test_a_version_that_was_taken_in_shows_what_its_files_stated(registry: Registry, version: ModelVersion) -> None:
    with registry.write() as session:
        taken_in = models.insert_version(session, model=version.model, worker="w", worker_version="1")
        for item in (evaluation_of(taken_in, TEST), later(taken_in, VAL, "02" * 16)):
            evaluations.put_evaluation(session, item)
        assert evaluations.list_tables(session, taken_in.id) == (TEST,)


def test_a_measure_that_nobody_knows_survives(registry: Registry, version: ModelVersion) -> None:
    measures = (Measure("calm", "Calm", "How calm it is.", kind="decibel"),)
    table = EvaluationTable(Split.TEST, (EvaluationRow(None, 1, 2, {"calm": 0.5, "charm": 7}),), measures)
    with registry.write() as session:
        evaluations.put_evaluation(session, evaluation_of(version, table))
    with registry.read() as session:
        (read,) = evaluations.list_tables(session, version.id)
    assert read.overall.values == {"calm": 0.5, "charm": 7}
    assert read.measures == (*measures, Measure("charm"))


def test_evaluations_go_with_their_version(registry: Registry, version: ModelVersion) -> None:
    with registry.write() as session:
        evaluations.put_evaluation(session, evaluation_of(version, VAL))
        session.execute(text("DELETE FROM model_version"))
        assert evaluations.list_evaluations(session) == ()
