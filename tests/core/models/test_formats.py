"""model.json of every format: what an older Calque published reads, what a newer one wrote is refused by its number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.domain.evaluation import EvaluationRow, EvaluationTable, Measure
from core.domain.evaluation_json import table_to_json
from core.domain.ids import ProjectId
from core.domain.metrics import BOX_MEASURES, MAP50_95, MASK_MAP50_95
from core.domain.snapshots import Split
from core.errors import WeightsError
from core.models.card import make_card
from core.models.headline import headline_of
from core.models.importing import tables_of
from core.models.publish import model_bytes, publish
from core.models.service import ModelService
from core.models.weights_store import MODEL_FORMAT, content_id, load_model_json, verify
from core.registry.database import Registry
from core.registry.stores import projects

EXPORTED = Path(__file__).parents[2] / "fixtures" / "home_0001" / "exported"
CALM = Measure("calm", "Calm", "How calm it is.", "moods", "decibel", digits=1)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "home" / "registry.sqlite", tmp_path / "home" / "backups") as opened:
        yield opened


@pytest.fixture
def service(registry: Registry, tmp_path: Path) -> ModelService:
    return ModelService(registry, tmp_path / "home" / "models")


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        return projects.insert_project(session, name="Parish", root=tmp_path)


def published(tmp_path: Path, **changes: Any) -> Path:
    """A folder as publication leaves it."""
    weights = tmp_path / "weights.safetensors"
    save_file({"layer": np.ones((4, 5), np.float32)}, weights)
    model = {
        "format": MODEL_FORMAT,
        "architecture": "yolo11n",
        "task": "detection",
        "categories": ["line"],
        "worker": "yolo-detect",
        "worker_version": "0.1.0",
        **changes,
    }
    return publish(weights=weights, model=model, store=tmp_path / "made", card="# Lines\n").folder


@pytest.mark.parametrize("name", ["success", "outlines"])
def test_what_the_first_format_stated_reads_as_it_meant(name: str) -> None:
    model = load_model_json(EXPORTED / name)
    assert "format" not in model
    tables = tables_of(model)
    assert [table.split.value for table in tables] == list(model["metrics"])
    metric = MASK_MAP50_95 if name == "outlines" else MAP50_95
    headline = headline_of(tables)
    assert headline is not None
    assert (headline.metric, headline.value) == (metric, model["metrics"]["test"]["rows"][0][metric])


@pytest.mark.parametrize("name", ["success", "outlines"])
def test_what_was_published_keeps_its_name_and_its_card(name: str) -> None:
    """The card of old files, made anew of what is read of them, says the same word for word."""
    folder = EXPORTED / name
    assert verify(folder) == ()
    model = load_model_json(folder)
    assert content_id(model_bytes(model)) == content_id((folder / "model.json").read_bytes())
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "## Evaluation on test" in card
    made = make_card(model, sorted(tables_of(model), key=lambda table: list(Split).index(table.split)))
    begin, end = "## Evaluation on train", "## Configuration"
    assert made[made.index(begin) : made.index(end)] == card[card.index(begin) : card.index(end)]


def test_a_newer_format_is_refused_by_its_number(service: ModelService, project: ProjectId, tmp_path: Path) -> None:
    folder = published(tmp_path, format=MODEL_FORMAT + 1)
    with pytest.raises(WeightsError, match=f"format {MODEL_FORMAT + 1}, which a newer Calque wrote"):
        service.import_version(folder, project)
    (problem,) = verify(folder)
    assert f"format {MODEL_FORMAT + 1}" in problem.text
    assert service.list_versions() == ()


def test_a_newer_table_is_refused_by_its_number(service: ModelService, project: ProjectId, tmp_path: Path) -> None:
    table = EvaluationTable(Split.TEST, (EvaluationRow(None, 1, 1, {}),))
    folder = published(tmp_path, metrics={"test": {**table_to_json(table), "format": 7}})
    with pytest.raises(WeightsError, match="format 7"):
        service.import_version(folder, project)


def test_an_unknown_measure_goes_in_and_out_and_is_on_the_card(
    service: ModelService, project: ProjectId, tmp_path: Path
) -> None:
    values = {measure.name: 0.5 for measure in BOX_MEASURES} | {"calm": 61.25, "charm": 3.0}
    table = EvaluationTable(Split.TEST, (EvaluationRow(None, 4, 9, values),), (*BOX_MEASURES, CALM), {}, "calm")
    told = {**table_to_json(table), "of_a_newer_calque": [1, 2]}
    folder = published(tmp_path, metrics={"test": told}, of_a_newer_calque={"a": 1})
    version = service.import_version(folder, project).value
    (read,) = service.get_details(version.id).tables
    assert read.overall.values == values
    assert read.measures == (*BOX_MEASURES, CALM, Measure("charm"))
    assert version.headline is not None
    assert (version.headline.metric, version.headline.value) == ("calm", 61.25)
    card = make_card(load_model_json(folder), (read,))
    assert "| Class | Images | Instances | P | R | mAP50 | mAP50-95 | moods Calm | charm |" in card
    assert "| all | 4 | 9 | 0.500 | 0.500 | 0.500 | 0.500 | 61.2 | 3.000 |" in card
    out = service.export_version(version.id, tmp_path / "out")
    assert json.loads((out / "model.json").read_text())["metrics"]["test"] == told
    assert json.loads((out / "model.json").read_text())["of_a_newer_calque"] == {"a": 1}
