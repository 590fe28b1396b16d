"""The error report: a crop for each error, one table of all, nothing half-written, nothing of a person's replaced."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.domain.error_reports import ErrorReportRequest
from core.domain.geometry import Box
from core.domain.outcomes import Thresholds
from core.errors import RefusedError
from core.evaluations.studies import StudyService
from core.evaluations.study import Study
from core.reports.error_folder import write_error_report
from core.stopping import StoppedError
from tests.core.judgements.predicted_shop import PredictedShop

FAR = Box(40, 30, 60, 45)  # where no image has an object


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def studies(shop: PredictedShop) -> StudyService:
    return StudyService(shop.registry, shop.projects, shop.models)


@pytest.fixture
def study(shop: PredictedShop, studies: StudyService) -> Iterator[Study]:
    """Two images: on the first one object is found and one missed, and one thing is seen where nothing is; on the
    second all is right."""
    names = {category.id: category.name for category in shop.projects.list_categories(shop.project)}
    found = {}
    for path in ("train/00.jpg", "train/01.jpg"):
        (annotated,) = shop.projects.get_annotated([shop.id_of(path)])
        found[path] = [(names[one.category], 0.9, one.geometry.bounds()) for one in annotated.annotations]
    found["train/00.jpg"][1] = ("disc", 0.8, FAR)
    info = shop.predict(found, has_truth=True)
    with studies.open(info.source) as opened:
        yield opened


def read(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_error_has_a_crop_and_a_line(studies: StudyService, study: Study, tmp_path: Path) -> None:
    target = tmp_path / "report"
    report = write_error_report(studies, study, ErrorReportRequest(target, Thresholds(0.5)))
    assert (report.n_wrong, report.n_missed, report.n_right, report.n_images) == (1, 1, 0, 1)
    rows = read(target)
    assert Counter(row["outcome"] for row in rows) == {"fp": 1, "fn": 1}
    wrong = next(row for row in rows if row["outcome"] == "fp")
    assert (wrong["image"], wrong["class"], wrong["confidence"]) == ("train/00.jpg", "disc", "0.8000")
    assert wrong["words"] == "false positive: nothing is there"
    assert [float(wrong[name]) for name in ("x0", "y0", "x1", "y1")] == [40, 30, 60, 45]
    for row in rows:
        with Image.open(target / row["file"]) as crop:
            assert crop.width >= 20
        assert (target / row["whole_image"]).is_file()
    settings = json.loads((target / "settings.json").read_text())
    assert settings["format"] == 1 and settings["thresholds"]["confidence"] == 0.5
    assert settings["counts"] == {
        "images": 2,
        "fp": 1,
        "fn": 1,
        "tp": 3,
        "whole_images": 1,
        "images_without_picture": 0,
    }
    assert not (target / "tp").exists()


def test_what_is_right_comes_when_it_is_wished_for(studies: StudyService, study: Study, tmp_path: Path) -> None:
    target = tmp_path / "report"
    request = ErrorReportRequest(target, Thresholds(0.5), with_right=True, with_images=False)
    report = write_error_report(studies, study, request)
    assert (report.n_right, report.n_images) == (3, 0)
    assert len(list((target / "tp").iterdir())) == 3 and not (target / "images").exists()


def test_a_higher_threshold_misses_more(studies: StudyService, study: Study, tmp_path: Path) -> None:
    report = write_error_report(studies, study, ErrorReportRequest(tmp_path / "report", Thresholds(0.85)))
    assert (report.n_wrong, report.n_missed) == (0, 1)


def test_a_folder_that_is_not_empty_is_refused(studies: StudyService, study: Study, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "letter.txt").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        write_error_report(studies, study, ErrorReportRequest(target, Thresholds(0.5)))
    assert [path.name for path in target.iterdir()] == ["letter.txt"]


def test_nothing_is_written_among_the_projects_images(shop: PredictedShop, studies: StudyService, study: Study) -> None:
    with pytest.raises(RefusedError, match="own folder"):
        write_error_report(studies, study, ErrorReportRequest(shop.images_root / "report", Thresholds(0.5)))
    assert not (shop.images_root / "report").exists()


def test_a_stop_leaves_nothing(studies: StudyService, study: Study, tmp_path: Path) -> None:
    n_calls = 0

    def check() -> None:
        nonlocal n_calls
        n_calls += 1
        if n_calls == 2:
            raise StoppedError

    place = tmp_path / "place"
    with pytest.raises(StoppedError):
        write_error_report(studies, study, ErrorReportRequest(place / "report", Thresholds(0.5)), check=check)
    assert not place.exists()


def test_an_image_that_is_gone_is_in_the_table_all_the_same(
    shop: PredictedShop, studies: StudyService, study: Study, tmp_path: Path
) -> None:
    (shop.images_root / "train/00.jpg").unlink()
    target = tmp_path / "report"
    report = write_error_report(studies, study, ErrorReportRequest(target, Thresholds(0.5)))
    assert (report.n_wrong, report.n_missed, report.n_without_picture) == (1, 1, 1)
    assert all(row["file"] == "" and row["note"] for row in read(target))


def test_a_spreadsheet_takes_no_class_for_a_formula(shop: PredictedShop, studies: StudyService, tmp_path: Path) -> None:
    found = {"train/00.jpg": [("=1+1", 0.9, FAR)]}
    info = shop.predict(found, classes=("disc", "bar", "=1+1"), has_truth=True)
    with studies.open(info.source) as study:
        write_error_report(studies, study, ErrorReportRequest(tmp_path / "report", Thresholds(0.5)))
    assert {row["class"] for row in read(tmp_path / "report")} == {"'=1+1", "disc", "bar"}
