"""The environment in which other programs judge what Calque writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles import run_in_oracles

_VERSIONS = """
import importlib.metadata, json
import arkindex_export, kraken.lib.xml, supervision
assert supervision.DetectionDataset.from_yolo and supervision.DetectionDataset.from_pascal_voc
print("some noise before the answer")
print(json.dumps({n: importlib.metadata.version(n) for n in ("supervision", "kraken", "arkindex-export")}))
"""


def test_the_other_programs_can_be_asked_and_are_the_versions_of_the_lock() -> None:
    lock = (Path(__file__).parents[1] / "packaging" / "oracles.lock").read_text(encoding="utf-8")
    pins = dict(line.split("==")[:2] for line in lock.replace(" \\", "").splitlines() if "==" in line)
    assert run_in_oracles(_VERSIONS) == {name: pins[name] for name in ("supervision", "kraken", "arkindex-export")}


def test_no_oracle_can_ask_calque_itself() -> None:
    script = """
import importlib.util, json
print(json.dumps([name for name in ("app", "core", "ui") if importlib.util.find_spec(name)]))
"""
    assert run_in_oracles(script) == []


def test_an_oracle_that_fails_fails_the_test_with_what_it_said() -> None:
    with pytest.raises(pytest.fail.Exception, match="no such archive"):
        run_in_oracles("raise SystemExit('no such archive')")
    with pytest.raises(pytest.fail.Exception, match="not answer in JSON"):
        run_in_oracles("print('hello')")


def test_arguments_reach_the_script_as_they_are() -> None:
    assert run_in_oracles("import json, sys; print(json.dumps(sys.argv[1:]))", "é ü", Path("a b")) == ["é ü", "a b"]


def test_nothing_heavy_is_installed_a_second_time() -> None:
    lock = (Path(__file__).parents[1] / "packaging" / "oracles.lock").read_text(encoding="utf-8")
    names = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    assert not names & {"torch", "torchvision", "numpy", "opencv-python", "opencv-python-headless", "pyside6"}
    assert "://" not in lock
