"""Measurements as values, and as JSON of every format that was ever written."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.domain.evaluation import (
    BOXES,
    COUNT,
    MASKS,
    MAX_DETECTIONS,
    Evaluation,
    EvaluationRow,
    EvaluationTable,
    Measure,
    evaluation_id,
)
from core.domain.evaluation_json import evaluation_from_json, evaluation_to_json, table_from_json, table_to_json
from core.domain.ids import RunId, SnapshotId, VersionId
from core.domain.metrics import BOX_MEASURES, MAP50_95, MASK_MAP50_95, MASK_MEASURES, MASK_THRESHOLD
from core.domain.snapshots import Split

ASSETS = Path(__file__).with_name("assets")
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPEED = Measure("speed", "Speed", "Images a second.", "", COUNT, digits=0)


def old_event(name: str) -> dict[str, Any]:
    """A line that Calque 0.1.0 wrote."""
    event: dict[str, Any] = json.loads((ASSETS / f"event_1_{name}.jsonl").read_text())
    return event


def make_table() -> EvaluationTable:
    values = {measure.name: 0.5 for measure in BOX_MEASURES} | {"speed": 12.0, "map50": None}
    return EvaluationTable(
        Split.TEST,
        (EvaluationRow(None, 3, 7, values), EvaluationRow("disc", 2, 4, {"speed": 11.0})),
        (*BOX_MEASURES, SPEED),
        {MAX_DETECTIONS: 300, "confidence": 0.001, "iou_range": (0.5, 0.95)},
        MAP50_95,
        "Measured with care.",
        ("A note.",),
    )


def test_a_table_survives_json() -> None:
    table = make_table()
    assert table_from_json(json.loads(json.dumps(table_to_json(table), allow_nan=False))) == table
    assert table_to_json(table)["format"] == 2


def test_what_is_no_number_cannot_be_stated() -> None:
    row = EvaluationRow(None, 1, 1, {"a": math.nan, "b": math.inf, "c": 0.0})
    value = table_to_json(replace(make_table(), rows=(row,)))
    assert value["rows"][0]["values"] == {"a": None, "b": None, "c": 0.0}


def test_a_table_of_boxes_that_an_old_calque_wrote_reads() -> None:
    old = old_event("boxes")["table"]
    table = table_from_json(old)
    assert "format" not in old
    assert [measure.name for measure in table.measures] == [measure.name for measure in BOX_MEASURES]
    assert len(table.rows) == len(old["rows"])
    for row, was in zip(table.rows, old["rows"], strict=True):
        assert (row.category, row.n_images, row.n_instances) == (was["category"], was["n_images"], was["n_instances"])
        assert dict(row.values) == {measure.name: was[measure.name] for measure in BOX_MEASURES}
    assert table.settings == {MAX_DETECTIONS: old["max_detections"]}
    assert table.headline == MAP50_95
    assert table.groups == (BOXES,)
    assert f"at most {old['max_detections']} detections" in table.about


def test_a_table_of_masks_that_an_old_calque_wrote_reads_with_both_groups() -> None:
    old = old_event("masks")["table"]
    table = table_from_json(old)
    assert table.groups == (MASKS, BOXES), "what tells most stands first"
    assert table.headline == MASK_MAP50_95
    assert table.overall.value(MASK_MAP50_95) == old["rows"][0][MASK_MAP50_95]
    assert table.overall.value(MASK_THRESHOLD) == old["rows"][0][MASK_THRESHOLD]
    assert table.notes == tuple(old["notes"])


def test_a_measure_that_nobody_knows_is_kept_and_has_at_least_its_name() -> None:
    value = table_to_json(make_table())
    value["measures"].append({"name": "calm", "title": "Calm", "flavour": "of a newer Calque"})
    value["rows"][0]["values"] |= {"calm": 0.25, "undescribed": 3}
    table = table_from_json(value)
    assert [measure.short_title for measure in table.measures[-3:]] == ["Speed", "Calm", "undescribed"]
    assert table.overall.value("undescribed") == 3
    assert table_from_json(table_to_json(table)) == table


def test_a_measure_of_an_old_table_that_nobody_knows_is_kept_too() -> None:
    old = old_event("boxes")["table"]
    old["rows"][0]["charm"] = 0.75
    table = table_from_json(old)
    assert table.overall.value("charm") == 0.75
    assert table.measures[-1].full_title == "charm"


def test_a_newer_format_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="format 3"):
        table_from_json({**table_to_json(make_table()), "format": 3})


@pytest.mark.parametrize(
    "harm",
    [
        {"rows": []},
        {"rows": [{"category": None}]},
        {"split": "somewhere"},
        {"measures": [{}]},
        {"rows": [{"category": None, "n_images": 1, "n_instances": 1, "values": {"a": [1]}}]},
        {"settings": {"a": {}}},
    ],
)
def test_a_damaged_table_is_refused(harm: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        table_from_json({**table_to_json(make_table()), **harm})


@pytest.mark.parametrize("harm", [{"rows": []}, {"rows": [{"category": None}]}, {"rows": 1}, {"has_masks": None}])
def test_a_damaged_old_table_is_refused(harm: dict[str, Any]) -> None:
    old = {key: value for key, value in old_event("boxes")["table"].items() if key not in harm or harm[key] is not None}
    with pytest.raises(ValueError):
        table_from_json({**old, **{key: value for key, value in harm.items() if value is not None}})


def test_thresholds_are_no_columns_and_titles_name_their_group() -> None:
    table = replace(make_table(), measures=(*BOX_MEASURES, *MASK_MEASURES, SPEED))
    titles = [measure.full_title for measure in table.columns]
    assert titles == [
        "Box P", "Box R", "Box mAP50", "Box mAP50-95", "Mask P", "Mask R", "Mask mAP50", "Mask mAP50-95", "Speed",
    ]  # fmt: skip


def test_an_evaluation_survives_json() -> None:
    run, version = RunId("r" * 32), VersionId("v" * 32)
    made = Evaluation(evaluation_id(run, Split.TEST), run, version, SnapshotId("s" * 64), AT, make_table())
    value = json.loads(json.dumps(evaluation_to_json(made)))
    other = {
        "run": RunId("other"),
        "version": VersionId("other"),
        "snapshot": None,
        "created_at": AT.replace(year=2030),
    }
    assert evaluation_from_json(value, **other) == made
    assert made.split is Split.TEST
    assert made.thresholds["confidence"] == 0.001


def test_what_an_old_event_does_not_say_is_taken_from_its_run() -> None:
    run, version = RunId("r" * 32), VersionId("v" * 32)
    read = evaluation_from_json(old_event("masks"), run=run, version=version, snapshot=None, created_at=AT)
    assert read.id == evaluation_id(run, Split.TEST)
    assert (read.run, read.version, read.created_at) == (run, version, AT)


def test_an_id_depends_on_owner_and_split_alone() -> None:
    ids = {evaluation_id(RunId(owner), split) for owner in ("a", "b") for split in Split}
    assert len(ids) == 6
    assert evaluation_id(RunId("a"), Split.TEST) == evaluation_id(RunId("a"), Split.TEST)
    assert {len(id) for id in ids} == {32}


@pytest.mark.parametrize("number", [float("inf"), 10**400])
def test_numbers_without_end_are_damage(number: float) -> None:
    row = {"category": None, "n_images": number, "n_instances": 1, "values": {"map50": number}}
    table = {"format": 2, "split": "val", "headline": "", "about": "", "settings": {}, "measures": [], "notes": []}
    with pytest.raises(ValueError, match="damaged"):
        table_from_json({**table, "rows": [row]})
