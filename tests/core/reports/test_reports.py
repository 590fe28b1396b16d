"""Reports of real versions and runs: whole, plain, and alone in their file."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from evaluation_site import EvaluationSite
from PIL import Image

from core.domain.runs import RunStatus
from core.domain.thresholds import ChosenThreshold
from core.errors import NotFoundError, RefusedError
from core.reports.drawing import Line, chart
from core.reports.service import ReportService

VOID = {"meta", "img", "br"}


@pytest.fixture
def reports(site: EvaluationSite) -> ReportService:
    return ReportService(site.shop.models, site.shop.runs, site.studies)


class Reader(HTMLParser):
    """Checks that what is opened is closed, and notes what is loaded and said."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def read(self, file: Path) -> str:
        self.feed(file.read_text(encoding="utf-8"))
        assert self.open == []
        return " ".join(" ".join(self.texts).split())


def test_a_version_is_told_whole_in_one_file_that_loads_nothing(site, reports, tmp_path):
    site.shop.models.describe_version(site.quick, "For <b>old</b> pages & letters.\n\nSecond paragraph.")
    file = reports.write_version(site.quick, tmp_path / "report.html")
    reader = Reader()
    told = reader.read(file)
    assert all(address.startswith("data:image/jpeg;base64,") for address in reader.loaded)
    assert not reader.tags & {"script", "link", "iframe", "form", "object"}
    assert "default-src 'none'" in file.read_text()
    assert "For <b>old</b> pages & letters." in told, "as text, not as markup"
    for heading in (
        "How good it is: test set", "Curves of the predictions", "Confusion matrix", "What errors cost",
        "The worst images", "Measured", "How it learned", "Data", "Settings", "The run", "Environment and files",
        "What the numbers mean",
    ):  # fmt: skip
        assert heading in told, heading
    details = site.shop.models.get_details(site.quick)
    assert details.version.weights_sha256 in told
    assert f"confidence {details.threshold.confidence:.3f}" in told
    assert "With only 3 images the intervals are wide." in told
    assert re.search(r"\[0\.\d{3}, \d\.\d{3}\]", told), "an interval beside the headline"
    assert "svg" in reader.tags


def test_the_worst_images_are_drawn_on(site, reports, tmp_path):
    site.shop.models.set_threshold(site.quick, ChosenThreshold(1.0))
    file = reports.write_version(site.quick, tmp_path / "report.html")
    reader = Reader()
    told = reader.read(file)
    shown = [base64.b64decode(address.partition(",")[2]) for address in reader.loaded]
    assert len(shown) == told.count(".jpg: F1 ") > 0
    site.shop.models.set_threshold(site.quick, ChosenThreshold())
    with Image.open(io.BytesIO(shown[0])) as picture:
        assert picture.size == (64, 48)


def test_a_changed_or_missing_picture_is_said_and_the_rest_stays(tmp_path):
    site = EvaluationSite(tmp_path / "site")
    try:
        (site.shop.images_root / "test/00.jpg").unlink()
        (site.shop.images_root / "test/01.jpg").write_bytes((site.shop.images_root / "test/02.jpg").read_bytes())
        site.shop.models.set_threshold(site.quick, ChosenThreshold(1.0))
        report = ReportService(site.shop.models, site.shop.runs, site.studies)
        told = Reader().read(report.write_version(site.quick, tmp_path / "report.html"))
        assert '"00.jpg" does not exist' in told
        assert "was changed since it was predicted" in told
    finally:
        site.close()


def test_runs_of_every_kind_and_end_have_one(site, reports, tmp_path):
    run = site.shop.models.get_version(site.quick).run
    told = Reader().read(reports.write_run(run, tmp_path / "training.html"))
    assert "How it learned" in told and "The worst images" in told
    state = site.evaluate(site.quick, folders=("val",), name="Held out")
    told = Reader().read(reports.write_run(state.run, tmp_path / "evaluation.html"))
    assert "Held out" in told and "How good it is: val" in told
    record = site.shop.training.submit(site.shop.draft(new_model_name="Stopped", device="cpu")).value
    site.service.request_stop(record.id)
    assert site.service.get_run(record.id).status is RunStatus.TERMINATED
    told = Reader().read(reports.write_run(record.id, tmp_path / "stopped.html"))
    assert "Terminated" in told and "What it predicted was not kept" in told


def test_where_it_cannot_be_written_is_said(site, reports, tmp_path):
    with pytest.raises(RefusedError, match="is a folder"):
        reports.write_version(site.quick, tmp_path)
    with pytest.raises(RefusedError, match="does not exist"):
        reports.write_version(site.quick, tmp_path / "nowhere" / "report.html")
    with pytest.raises(NotFoundError):
        reports.write_version("nobody", tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_curves_leave_out_what_is_no_number_and_nothing_gives_nothing():
    nan = float("nan")
    assert chart([], x_title="x", y_title="y") == chart([Line("a", [1], [nan])], x_title="x", y_title="y") == ""
    drawn = chart([Line("a<b", [0, 1, 2], [0, nan, 4]), Line("b", [0, 1], [1, 1])], x_title="x", y_title="y")
    assert "a&lt;b" in drawn and "nan" not in drawn
    assert drawn.count("polyline") == 2
    assert chart([Line("flat", [3], [0])], x_title="x", y_title="y"), "a single point has a range"
