"""Curves as a table: every value as it was, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from ui.charts.curve_table import CurvePoints, curve_rows
from ui.widgets.csv_cells import csv_cell


def test_values_survive_the_way_through_a_file() -> None:
    values = np.array([0.1, np.nan, 1e-300, -3.5, np.inf])
    steps = np.arange(1, 6, dtype=np.int64)
    points = CurvePoints("loss", "batch", "Total loss (batch)", steps, steps / 3, values)
    rows = list(csv.DictReader(io.StringIO("".join(curve_rows([points])))))
    assert [row["iteration"] for row in rows] == ["1", "2", "3", "4", "5"]
    np.testing.assert_array_equal(np.array([float(row["value"]) for row in rows]), values)
    assert float(rows[0]["epoch"]) == 1 / 3
    assert {row["curve"] for row in rows} == {"Total loss (batch)"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_name_is_never_taken_for_a_formula(start: str) -> None:
    cell = next(csv.reader([csv_cell(f"{start}HYPERLINK(1)")]))[0]
    assert cell == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["a,b", 'say "a"', "plain", "two\nlines"])
def test_other_text_comes_back_as_it_was(text: str) -> None:
    assert next(csv.reader(io.StringIO(csv_cell(text))))[0] == text
