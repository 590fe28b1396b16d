"""Writes assets/registry_<head>.sql: run once when a revision is released, never again for an older one.

python tests/core/registry/make_asset.py
"""

from __future__ import annotations

import math
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from core.domain.evaluation import Evaluation, evaluation_id
from core.domain.geometry import Box, Polygon
from core.domain.ids import RunId, SnapshotId
from core.domain.metrics import MAP50_95
from core.domain.models import Headline
from core.domain.runs import RunRecord, RunStatus
from core.domain.snapshots import SnapshotInfo, Split
from core.registry.connecting import connected
from core.registry.database import Registry
from core.registry.schema import SCHEMA
from core.registry.stores import annotations, configurations, evaluations, images, models, projects, runs, snapshots
from core.registry.stores.annotations import NewAnnotation
from core.tasks.detection import DETECTION
from tests.core.evaluation.coco_tables import coco_row, coco_table

_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def fill(registry: Registry) -> None:
    with registry.write() as session:
        project = projects.insert_project(session, name="Parish", root=Path("/data/parish"))
        categories = projects.add_categories(session, project, ["line", "initial"])
        paths = ("a/1.png", "a/2.png", "b/\udcff.png")
        facts = [images.ImageFacts(path, 640, 480, 1, f"{n:064x}", 1000, 1) for n, path in enumerate(paths)]
        images.insert_images(session, project, facts)
        keys = images.list_keys(session, project)
        line, initial = int(categories["line"]), int(categories["initial"])
        annotations.insert_annotations(
            session,
            [
                NewAnnotation(keys["a/1.png"], line, Box(1.25, 2.5, 30.0, 40.0)),
                NewAnnotation(keys["a/1.png"], initial, Polygon(((0.0, 0.0, 10.0, 0.0, 10.0, 10.5),))),
                NewAnnotation(keys["a/2.png"], line, Box(0.0, 0.0, 1.0, 1.0), is_crowd=True),
            ],
        )
        counts = ((Split.TRAIN, 2),)
        snapshot = SnapshotInfo(SnapshotId("ab" * 32), project, "", _AT, ("line",), counts, counts)
        snapshots.insert_snapshot(session, snapshot)
        configurations.insert_configuration(
            session, name="Fast", worker="yolo-detect", worker_version="0.1.0", values={"epochs": 5}
        )
        model = models.insert_model(
            session, project=project, name="Lines", task=DETECTION.slug, categories=("line", "initial")
        )
        run = RunId("0190" * 8)
        version = models.insert_version(
            session, model=model.id, name="first", worker="yolo-detect", worker_version="0.1.0", run=run
        )
        models.publish_version(
            session,
            version.id,
            folder=Path("/home/models/cd"),
            content_sha256="cd" * 32,
            weights_sha256="ef" * 32,
            architecture="yolo11n",
            headline=Headline(MAP50_95, 0.5, "test"),
            duration_s=60.0,
            is_partial=False,
        )
        line_of_all = coco_row(None, 2, 3, 0.5, 0.5, 0.75, 0.5)
        table = coco_table(Split.TEST, [line_of_all])
        measured = Evaluation(evaluation_id(run, Split.TEST), run, version.id, snapshot.id, _AT, table)
        evaluations.put_evaluation(session, measured)
        record = RunRecord(
            id=run,
            name="First run",
            kind="training",
            project=project,
            project_name="",
            worker="yolo-detect",
            worker_version="0.1.0",
            model=model.id,
            model_name="",
            version=version.id,
            version_label="",
            snapshot=snapshot.id,
            status=RunStatus.SUCCESS,
            reason="all epochs",
            stage="publish",
            progress=1.0,
            device="cpu",
            attempt=1,
            created_at=_AT,
            started_at=_AT,
            ended_at=_AT,
            folder=Path("/home/runs/0190"),
        )
        runs.insert_run(session, record)
        runs.add_metrics(session, run, [(1, "loss", "batch", 0, 0.0, 1.5), (2, "loss", "batch", 1, 0.1, math.nan)])
        runs.set_ingested_seq(session, run, 2)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.sqlite"
        with Registry(file, Path(folder) / "backups") as registry:
            fill(registry)
        with connected(file, "ro") as connection:
            lines = "\n".join(connection.iterdump())
    target = Path(__file__).with_name("assets") / f"registry_{SCHEMA.head}.sql"
    target.write_text(f"{lines}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
