"""Accepting and tagging in a terminal."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from core.domain.geometry import Box
from tests.core.judgements.predicted_shop import PredictedShop
from tests.core.judgements.test_suspecting import predicted

FREE = "train/unlabelled.jpg"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


def call(shop: PredictedShop, *words: str) -> int:
    return main(["--home", str(shop.home.root), *words])


def test_predictions_are_accepted_from_a_confidence_up(shop: PredictedShop, capsys: pytest.CaptureFixture[str]) -> None:
    objects = [("disc", 0.9, Box(1, 1, 9, 9)), ("disc", 0.6, Box(20, 1, 30, 9)), ("bar", 0.4, Box(40, 30, 60, 45))]
    source = shop.predict({FREE: objects})
    assert source.source.set is not None
    words = ("accept", source.source.set, "--project", "Drawings", "--above", "0.5", "--json")
    assert call(shop, *words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["accepted"], answer["known"], answer["source"]) == (2, 0, "Shapes V001")
    assert call(shop, *words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["accepted"], answer["known"]) == (0, 2)
    assert call(shop, *words[:4], "--above", "1.5") == 1
    assert "between 0 and 1" in capsys.readouterr().err
    assert call(shop, "accept", "nothing", "--project", "Drawings") == 1
    assert "no stored predictions" in capsys.readouterr().err


def test_an_error_report_is_written(shop: PredictedShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = shop.predict({"train/00.jpg": [("disc", 0.9, Box(40, 30, 60, 45))]}, has_truth=True)
    target = tmp_path / "errors"
    words = ("error-report", str(study.source.set), "--out", str(target), "--json")
    assert call(shop, *words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["fp"], answer["fn"], answer["tp"], answer["confidence"]) == (1, 2, 0, 0.25)
    assert (target / "fp").is_dir() and (target / "manifest.csv").is_file()
    assert call(shop, *words[:4], "--iou", "2") == 1
    assert "between 0 and 1" in capsys.readouterr().err
    assert call(shop, "error-report", "nothing", "--out", str(tmp_path / "other")) == 1
    assert "neither a model version" in capsys.readouterr().err


def test_doubted_labels_are_listed_the_likeliest_first(
    shop: PredictedShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = predicted(shop)
    words = ("label-errors", str(study.source.set), "--project", "Drawings")
    file = tmp_path / "errors.csv"
    assert call(shop, *words, "--json", "--csv", str(file)) == 0
    found = json.loads(capsys.readouterr().out)["suspicions"]
    assert {one["image"] for one in found[:2]} == {"train/03.jpg", "train/05.jpg"}
    assert len(file.read_text("utf-8-sig").splitlines()) == 1 + len(found)
    assert file.read_bytes().startswith(codecs.BOM_UTF8)
    assert call(shop, *words, "--most", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and f"{len(found)} labels are doubted" in lines[1]
