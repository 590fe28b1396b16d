"""Small things of the evaluation's files that a whole run does not meet."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.files import text_cell, write_ground_truth, write_predictions, write_table
from core.workers.api import TreeImage
from tests.core.evaluation.coco_tables import coco_row, coco_table

IMAGE = TreeImage(Path("/tree/x.png"), "a/ü.png", 40, 30, Split.TEST, (SnapshotObject(0, Box(1, 2, 11, 12)),))


def test_a_class_that_looks_like_a_formula_is_quoted(tmp_path):
    row = coco_row("=HYPERLINK(1)", 1, 2, 0.5, None, 0.25, 0.125)
    table = coco_table(Split.TEST, (coco_row(None, 1, 2, 0.5, 0.5, 0.25, 0.125), row), False, 300)

    write_table(tmp_path / "table.csv", table)

    assert (tmp_path / "table.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["class"] == "'=HYPERLINK(1)"
    assert (rows[1]["precision"], rows[1]["recall"], rows[1]["map50_95"]) == ("0.500000", "", "0.125000")
    assert "mask_map50" not in rows[0]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx"])
def test_every_start_that_a_spreadsheet_computes_is_quoted(text):
    assert text_cell(text) == "'" + text
    assert text_cell("a" + text) == "a" + text


def test_no_predictions_are_an_empty_list(tmp_path):
    with write_predictions(tmp_path / "p.json"):
        pass

    assert json.loads((tmp_path / "p.json").read_text()) == []


def test_a_failure_leaves_no_half_file(tmp_path):
    with pytest.raises(ValueError, match="JSON"), write_predictions(tmp_path / "p.json") as writer:
        writer.add(1, IMAGE, [PredictedObject(0, 0.5, Box(0, 0, 1, 1))])
        writer.add(1, IMAGE, [PredictedObject(0, float("nan"), Box(0, 0, 1, 1))])

    assert list(tmp_path.iterdir()) == []


def test_ground_truth_knows_crowds_and_whole_images(tmp_path):
    ring = (0.0, 0.0, 10.0, 0.0, 10.0, 10.0, 0.0, 10.0)
    objects = (
        SnapshotObject(0, None),
        SnapshotObject(1, Polygon((ring,)), is_crowd=True),
        SnapshotObject(1, Polygon((ring,))),
    )
    image = TreeImage(Path("/x.png"), "x.png", 40, 30, Split.TEST, objects)

    write_ground_truth(tmp_path / "g.json", [image], ["a", "b"])

    whole, crowd, shape = json.loads((tmp_path / "g.json").read_text())["annotations"]
    assert whole["bbox"] == [0, 0, 40, 30]
    assert (crowd["iscrowd"], crowd["category_id"], crowd["area"]) == (1, 2, 100)
    assert crowd["segmentation"]["size"] == [30, 40]
    assert shape["segmentation"] == [list(ring)]
