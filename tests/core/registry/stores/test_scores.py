"""The mAP50 beside a headline, in the lists of versions and of runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.domain.ids import RunId
from core.domain.metrics import MAP50_95, MASK_MAP50_95
from core.domain.models import Headline, ModelVersion
from core.domain.runs import RunRecord, RunStatus
from core.domain.snapshots import Split
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import evaluations, models, projects, runs
from core.tasks.segmentation import SEGMENTATION
from tests.core.evaluation.coco_tables import coco_row, coco_table, evaluation_of

RUN, OTHER = RunId("01" * 16), RunId("02" * 16)
ROW = coco_row(None, 3, 9, 0.5, 0.4, 0.71, 0.2, 0.3, mask_map50=0.81, mask_map50_95=0.5)


@pytest.fixture
def version(registry: Registry, tmp_path: Path) -> ModelVersion:
    """Made by RUN; OTHER worked with it later."""
    with registry.write() as session:
        project = projects.insert_project(session, name="P", root=tmp_path)
        model = models.insert_model(session, project=project, name="L", task=SEGMENTATION.slug, categories=("a",))
        made = models.insert_version(session, model=model.id, worker="w", worker_version="1", run=RUN)
        for id in (RUN, OTHER):
            runs.insert_run(
                session,
                RunRecord(
                    id=id, name="n", kind="training", project=project, project_name="", worker="w", worker_version="1",
                    model=model.id, model_name="", version=made.id, version_label="", snapshot=None,
                    status=RunStatus.SUCCESS, reason="", stage=None, progress=1.0, device="cpu", attempt=1,
                    created_at=made.created_at,
                ),
            )  # fmt: skip
        return made


def publish(session: Session, version: ModelVersion, metric: str, split: str) -> None:
    models.publish_version(
        session, version.id, folder=Path("/m"), content_sha256="c", weights_sha256="w", architecture="a",
        headline=Headline(metric, 0.2, split), duration_s=1.0, is_partial=False,
    )  # fmt: skip


@pytest.mark.parametrize(("metric", "map50"), [(MAP50_95, 0.71), (MASK_MAP50_95, 0.81), ("cer", None)])
def test_it_is_of_the_set_and_the_shapes_of_the_headline(
    registry: Registry, version: ModelVersion, metric: str, map50: float | None
) -> None:
    later = evaluation_of(replace(version, run=OTHER), coco_table(Split.TEST, (coco_row(None, 1, 1, 1, 1, 1, 1),)))
    with registry.write() as session:
        evaluations.put_evaluation(session, replace(later, created_at=version.created_at - timedelta(days=1)))
        for split in (Split.VAL, Split.TEST):
            row = ROW if split is Split.TEST else coco_row(None, 1, 1, 0, 0, 0, 0)
            evaluations.put_evaluation(session, evaluation_of(version, coco_table(split, (row,), True)))
        publish(session, version, metric, "test")
    with registry.read() as session:
        assert models.get_version(session, version.id).map50 == map50
        own = runs.get_run(session, RUN)
        assert (own.headline, own.map50) == (Headline(metric, 0.2, "test"), map50)
        other = runs.get_run(session, OTHER)
        assert (other.headline, other.map50) == (None, None), "it made nothing"


def test_tables_of_before_measures_had_names_are_read_too(registry: Registry, version: ModelVersion) -> None:
    with registry.write() as session:
        made = evaluation_of(version, coco_table(Split.TEST, (ROW,)))
        evaluations.put_evaluation(session, made)
        session.execute(
            text("UPDATE evaluation SET content = :content"),
            {"content": '{"split": "test", "has_masks": false, "max_detections": 300, "rows": [{"map50": 0.33}]}'},
        )
        publish(session, version, MAP50_95, "test")
    with registry.read() as session:
        assert models.list_versions(session)[0].map50 == 0.33


def test_what_could_not_be_stated_is_nothing(registry: Registry, version: ModelVersion) -> None:
    with registry.write() as session:
        table = coco_table(Split.TEST, (coco_row(None, 3, 0, None, None, None, None),))
        evaluations.put_evaluation(session, evaluation_of(version, table))
        publish(session, version, MAP50_95, "test")
    with registry.read() as session:
        assert models.list_versions(session)[0].map50 is None
