"""What the bench of starts writes is what the wizard reads and what the guide shows."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from core.models.measured_starts import MEASURED_FILE, read_measured

ROOT = Path(__file__).parents[3]
TABLE = ROOT / "packaging" / "starts_table.py"


@pytest.fixture(scope="module")
def table() -> ModuleType:
    spec = importlib.util.spec_from_file_location("starts_table", TABLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["starts_table"] = module  # its frozen records look their annotations up there
    spec.loader.exec_module(module)
    return module


def test_rows_of_the_bench_become_the_wizards_figures_and_the_guides_table(table: ModuleType, tmp_path: Path) -> None:
    rows = [
        table.Row("voc100", "backbone", "lite0-detect", 1, 80.4, 0.3, 0.12, "r1"),
        table.Row("voc100", "backbone", "lite0-detect", 0, 70.4, 0.2, 0.10, "r0"),
        table.Row("pages18c", "scratch", "yolo-detect", 0, 33.0, 0.8, 0.4, "r2"),
    ]
    guide = tmp_path / "docs" / "guide" / "starts.md"
    guide.parent.mkdir(parents=True)
    guide.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    table.write_results(rows, tmp_path)
    figures = {
        (row.data, row.start, row.measure): row
        for row in read_measured(tmp_path / "resources" / "starters" / "measured.json")
    }
    found = figures["voc100", "pretrained", "test mAP50-95"]
    assert (found.values, found.cpu_s, found.suits, found.architecture) == ((0.1, 0.12), 75.4, "things", "fcos-lite0")
    assert figures["pages18c", "scratch", "test mAP50"].values == (0.8,)
    text = guide.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| voc100 | backbone detector | 0.250 (0.200 to 0.300) | 0.110 (0.100 to 0.120) | 0, 1 | 75 |" in text


def test_the_guides_table_says_what_the_wizard_reads() -> None:
    text = (ROOT / "docs" / "guide" / "starts.md").read_text(encoding="utf-8")
    rows = json.loads(MEASURED_FILE.read_bytes())["rows"]
    assert rows
    for row in rows:
        mean = sum(row["values"]) / len(row["values"])
        assert f"{mean:.3f}" in text, f"run: python packaging/measure_starts.py --write ({row['data']}, {row['start']})"
