"""Predicting and importing predictions in a terminal, with real children."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("predictions", "training")]

from prediction_site import PredictionSite

from app.cli import main
from core.datasets.editing import DatasetEditing
from core.domain.projects import ImageFilter


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PredictionSite]:
    made = PredictionSite(tmp_path_factory.mktemp("verbs"))
    yield made
    made.close()


def call(site: PredictionSite, *words: object) -> int:
    return main(["--home", str(site.shop.home.root), *map(str, words)])


def test_a_folder_is_predicted_written_out_and_taken_in_again(
    site: PredictionSite, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    where = ("--project", "Drawings", "--folder", "test", "--confidence", 0.25)
    assert call(site, "predict", site.quick, *where, "--out", out, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["result"]["n_images"]) == ("Success", 3)
    assert found["export"] == {"folder": str(out), "form": "coco", "n_objects": 6}
    assert [one.id for one in site.predictions.list_sets(version=site.quick)] == [found["set"]]
    # Its own results are read like another program's: the file beside says what the ids mean.
    file = out / "predictions.json"
    assert call(site, "import-predictions", file, "--project", "Drawings", "--name", "again", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["n_read"], again["n_kept"], again["n_images"]) == (6, 6, 3)
    assert call(site, "verify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []


def test_what_cannot_be_written_out_is_kept_and_named(
    site: PredictionSite, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    for name in ("a.png", "a.jpg"):
        Image.new("RGB", (64, 48), (200, 180, 160)).save(scans / name)
    assert call(site, "predict", site.quick, scans, "--out", tmp_path / "out", "--format", "page", "--json") == 1
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert (told["status"], told["export"]["folder"]) == ("Success", None)
    assert "differ only in their ending" in told["export"]["problem"]
    assert "The predictions are kept." in captured.err
    assert site.predictions.get_set(told["set"]).n_images == 2
    assert not (tmp_path / "out").exists()


def test_a_prediction_that_is_retried_does_not_pass_its_versions_numbers_off_as_its_own(
    site: PredictionSite, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = site.make()
    assert call(site, "retry", waiting.id, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["version"], told["metrics"]) == ("Success", site.quick, {})


def test_what_does_not_go_together_is_said_before_anything_runs(
    site: PredictionSite, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    here = ("--project", "Drawings")
    n_runs = len(site.service.list_runs())
    for words, text in (
        (("nothing", *here), 'no model version "nothing"'),
        ((site.quick,), "Name either images or folders, or a project"),
        ((site.quick, tmp_path, *here), "Name either images or folders, or a project"),
        ((site.quick, tmp_path, "--folder", "test"), "--folder names a folder of a project"),
        ((site.quick, *here, "--overlap", 10), "speak of tiles"),
        ((site.quick, *here, "--tile", 10), "Tiles of 10 pixels cannot be made"),
        ((site.quick, *here, "--format", "csv"), "Say where to with --out"),
        ((site.quick, *here, "--out", tmp_path / "x", "--format", "pdf"), 'no form "pdf"'),
        ((site.quick, *here, "--out", full), "is not empty"),
        ((site.quick, *here, "--confidence", 2), "The confidence is above 0 and at most 1"),
    ):
        assert call(site, "predict", *words) == 1
        assert text in capsys.readouterr().err
    assert len(site.service.list_runs()) == n_runs


def test_the_images_of_a_set_of_a_dataset_are_predicted(
    site: PredictionSite, capsys: pytest.CaptureFixture[str]
) -> None:
    editing = DatasetEditing(site.shop.registry)
    id = editing.create(site.shop.project, "Pages").value.dataset
    test = next(item for item in editing.get_dataset(id).sets if item.name == "test")
    editing.fill(id, test.id, ImageFilter(site.shop.project, folders=("test",)))
    of_set = ("--project", "Drawings", "--dataset", "Pages", "--set")
    assert call(site, "predict", site.quick, *of_set, "test", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["result"]["n_images"]) == ("Success", 3)
    for words, text in (
        ((*of_set, "dev"), 'no set "dev"'),
        ((*of_set, "val"), "no image"),
        ((*of_set[:3], "Nothing"), 'no dataset "Nothing"'),
        ((*of_set[:2], "--set", "test"), "one of a dataset"),
        ((*of_set[:4], "--folder", "test"), "instead of folders"),
    ):
        assert call(site, "predict", site.quick, *words) == 1
        assert text in capsys.readouterr().err
