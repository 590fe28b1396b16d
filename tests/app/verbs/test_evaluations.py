"""Evaluating, comparing and reporting in a terminal, with real children."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("evaluations", "training")]

from evaluation_site import EvaluationSite

from app.cli import main


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationSite]:
    made = EvaluationSite(tmp_path_factory.mktemp("verbs"))
    made.other = made.train("Other")  # type: ignore[attr-defined]
    yield made
    made.close()


def call(site: EvaluationSite, *words: str) -> int:
    return main(["--home", str(site.shop.home.root), *words])


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_version_is_evaluated(site: EvaluationSite, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(site, "evaluate", site.quick, "--project", "Drawings", "--folder", "val", "--json") == 0
    found = answer(capsys)
    assert (found["label"], found["where"], found["status"]) == ("Quick V001", "val", "Success")
    assert found["metrics"]["test"]["images"] == 4
    interval = found["intervals"]["Box mAP50-95"]
    assert interval["value"] == pytest.approx(found["metrics"]["test"]["map50_95"])
    assert interval["interval"]["n_images"] == 4
    assert call(site, "evaluate", site.quick, "--snapshot", "V001", "--set", "train", "--name", "Seen") == 0
    told = capsys.readouterr()
    assert "was trained on these images" in told.err
    assert "Quick V001 on V001 train set: Box mAP50-95" in told.out
    assert "95 % intervals over 24 images: Box mAP50-95" in told.out


def test_what_is_not_there_is_said(site: EvaluationSite, capsys: pytest.CaptureFixture[str]) -> None:
    for words, text in (
        (("evaluate", "nothing"), "neither a model version nor a set of predictions"),
        (("evaluate", site.quick, "--project", "Nowhere"), 'no project "Nowhere"'),
        (("evaluate", site.quick, "--folder", "nowhere"), 'no folder "nowhere"'),
        (("evaluate", site.quick, "--set", "test"), "one of frozen data, or of a dataset"),
        (("evaluate", site.quick, "--dataset", "Nowhere"), 'no dataset "Nowhere"'),
        (("evaluate", site.quick, "--snapshot", "V009"), 'no frozen dataset "V009"'),
        (("compare", site.quick, "nothing"), 'no model version "nothing"'),
        (("report", "nothing", "--out", "x.html"), "neither a run nor a model version"),
    ):
        assert call(site, *words) == 1
        assert text in capsys.readouterr().err


def test_two_versions_are_compared(site: EvaluationSite, capsys: pytest.CaptureFixture[str]) -> None:
    other = site.other  # type: ignore[attr-defined]
    assert call(site, "compare", site.quick, other, "--set", "val", "--json") == 0
    found = answer(capsys)
    assert (found["titles"], found["n_images"]) == (["Quick V001", "Other V001"], 4)
    assert "map50_95" in found["differences"]
    assert set(found["differences"]["map50_95"]["difference"]["interval"]) >= {"low", "high", "level"}
    assert call(site, "compare", site.quick, other) == 0
    told = capsys.readouterr().out
    assert "95 % interval" in told and "Of 3 images" in told


def test_a_report_replaces_reports_only(
    site: EvaluationSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine.html"
    target.write_text("<!DOCTYPE html><title>Report on my garden</title>")
    assert call(site, "report", site.quick, "--out", str(target)) == 1
    assert "exists already, and is no report of Calque's" in capsys.readouterr().err
    assert "garden" in target.read_text()
    target.unlink()
    for _ in range(2):
        assert call(site, "report", site.quick, "--out", str(target)) == 0


def test_a_report_is_written(site: EvaluationSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = site.shop.models.get_version(site.quick).run
    assert run is not None
    for id in (site.quick, run):
        target = tmp_path / f"{id}.html"
        assert call(site, "report", id, "--out", str(target)) == 0
        assert str(target) in capsys.readouterr().out
        assert target.read_text().startswith("<!DOCTYPE html>")
