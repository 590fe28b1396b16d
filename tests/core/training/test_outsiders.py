"""A task, a measure and a worker for both, brought by a plug-in: no file of Calque knows them."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from service_workshop import Shop

from core.domain.evaluation import Measure
from core.domain.ids import TaskId
from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from core.domain.training import StartFrom, StartKind
from core.runs.folder.layout import RunLayout
from ui.evaluation.evaluation_csv import evaluation_rows
from ui.evaluation.evaluation_model import EvaluationModel

PLUG_IN = '''
from dataclasses import replace
from core.domain.evaluation import Measure
from core.domain.geometry import Box
from core.domain.ids import TaskId
from core.evaluation.measures import ComputedMeasure
from core.metrics.coco import Scored, score
from core.tasks.task import Task
from core.workers.builtin.fake.description import DESCRIPTION as FAKE

def lower_half(shape, width, height):
    """Only what lies below the middle of a shape."""
    inside = shape.inside(width, height)
    box = inside and inside.bounds()
    return box and Box(box.x0, (box.y0 + box.y1) / 2, box.x1, box.y1)

def score_feet(n_categories, images, *, max_detections):
    return score(n_categories, images, has_masks=False, max_detections=max_detections)

TASK = Task(
    slug=TaskId("feet"), title="Feet", words="Feet (lower halves)", usable_shape=lower_half, score=score_feet,
    about=lambda n: f"Feet, {n} at most.", headline="reach",
)

def reach(scored, category):
    return scored.boxes.mean_recall(category)

def broken(scored, category):
    return 1 / 0

MEASURES = (
    ComputedMeasure(Measure("reach", "Reach", "Mean of the highest recalls.", "feet", digits=2), Scored, reach),
    ComputedMeasure(Measure("broken", "Broken"), Scored, broken),
    ComputedMeasure(Measure("elsewhere", "Of other findings"), dict, reach),
)
WORKER = replace(FAKE, slug="walker", title="Walker", tasks=(TASK.slug,))
'''
ENTRY_POINTS = """
[calque.tasks]
feet = feet_plug_in:TASK
[calque.measures]
feet = feet_plug_in:MEASURES
[calque.workers]
walker = feet_plug_in:WORKER
"""


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Installs it; its folder, to be removed by who wants it gone again."""
    site = tmp_path / "site"
    (site / "feet-1.0.dist-info").mkdir(parents=True)
    (site / "feet-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: feet\nVersion: 1.0\n")
    (site / "feet-1.0.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    (site / "feet_plug_in.py").write_text(PLUG_IN)
    monkeypatch.delitem(sys.modules, "feet_plug_in", raising=False)
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    yield site
    sys.modules.pop("feet_plug_in", None)


def carry_out(shop: Shop, **changes: object) -> tuple[RunLayout, str]:
    """Train; the run's folder and the id of its version."""
    record = shop.training.submit(shop.draft(**changes)).value
    state = shop.runs.carry_out(record.id, lambda batch: None, lambda: False)
    assert state is not None
    assert state.status is RunStatus.SUCCESS, state.reason
    assert record.version is not None
    return RunLayout(record.folder), record.version


def test_a_task_and_a_measure_of_an_outsider_are_trained_measured_stored_and_shown(
    plug_in: Path, shop: Shop, tmp_path: Path
) -> None:
    review = shop.training.review(shop.draft(worker="walker"))
    assert review.can_start, review.issues
    assert ("Task", "feet", False) in review.values
    layout, version = carry_out(shop, worker="walker")

    details = shop.models.get_details(version)
    assert (details.model.task, details.model.task_problem) == ("feet", "")
    table = details.tables[-1]
    reach = table.overall.value("reach")
    assert reach is not None
    assert reach > 0
    assert details.version.headline is not None
    assert (details.version.headline.metric, details.version.headline.value) == ("reach", reach)
    names = [measure.name for measure in table.measures]
    assert names == ["precision", "recall", "map50", "map50_95", "threshold", "reach", "broken"]
    assert table.find_measure("reach") == Measure("reach", "Reach", "Mean of the highest recalls.", "feet", digits=2)
    assert table.groups == ("feet", "boxes"), "the group of the headline comes first"
    assert table.about == "Feet, 300 at most."
    assert 'The measure "Broken" could not be made: ZeroDivisionError: division by zero' in table.notes

    with (layout.artifacts / "eval_test" / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        (overall, *_classes) = csv.DictReader(file)
    assert float(overall["reach"]) == pytest.approx(reach, abs=1e-6)
    assert overall["broken"] == ""
    truth = json.loads((layout.artifacts / "eval_test" / "ground_truth.json").read_text())
    drawn = json.loads((shop.images_root / "annotations.json").read_text())
    full, halves = ({item["bbox"][3] for item in file["annotations"]} for file in (drawn, truth))
    assert halves <= {height / 2 for height in full}
    assert "| feet Reach |" in details.card
    assert f"| {reach:.2f} |" in details.card

    model = EvaluationModel()
    model.set_table(table)
    assert [column.title for column in model.columns[2:4]] == ["Feet Reach", "Box P"]
    assert model.index(0, 3).data() == f"{reach:.2f}"
    assert "Feet Reach" in next(iter(evaluation_rows(details.tables)))


def test_without_the_plug_in_its_models_stay_readable_and_say_why_they_cannot_be_trained(
    plug_in: Path, shop: Shop, tmp_path: Path
) -> None:
    _layout, version = carry_out(shop, worker="walker")
    before = shop.models.get_details(version)
    exported = shop.models.export_version(before.version.id, tmp_path / "feet.zip")
    shutil.rmtree(plug_in)

    elsewhere = Shop(tmp_path / "elsewhere")
    try:
        taken_in = elsewhere.models.import_version(exported, elsewhere.project).value
        assert taken_in.status is VersionStatus.AVAILABLE
        assert taken_in.content_sha256 == before.version.content_sha256
        assert taken_in.headline == before.version.headline
        details = elsewhere.models.get_details(taken_in.id)
        assert details.tables == before.tables
        assert details.card == before.card
        assert details.model.task == TaskId("feet")
        assert details.model.task_problem == 'The task "feet" is not installed.'
        assert [model.task_problem for model in elsewhere.models.list_models()] == [details.model.task_problem]
        draft = elsewhere.draft(new_model_name="", model=details.model.id)
        review = elsewhere.training.review(replace(draft, start=StartFrom(StartKind.VERSION, taken_in.id)))
        assert ("E-126", details.model.task_problem) in [(issue.code, issue.text) for issue in review.issues]
        assert not review.can_start
    finally:
        elsewhere.close()


def test_a_worker_whose_task_is_gone_is_listed_with_the_reason(plug_in: Path, shop: Shop) -> None:
    entry_points = plug_in / "feet-1.0.dist-info" / "entry_points.txt"
    entry_points.write_text(ENTRY_POINTS.replace("feet = feet_plug_in:TASK", ""))
    catalog = type(shop.catalog)()
    assert catalog.info("walker").unavailable_reason == 'The task "feet" is not installed.'
    assert catalog.info("fake").is_available
