from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.domain.ids import ImageId, ModelId, ProjectId, VersionId
from core.domain.models import ModelVersion, VersionStatus
from core.domain.predicting import PredictionDraft, PredictionSurvey, Tiling
from core.domain.projects import Project
from core.domain.thresholds import ThresholdOrigin, VersionThreshold
from ui.predictions.predict_dialog import PredictDialog
from ui.predictions.wish import PredictWish

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PROJECTS = (
    Project(ProjectId("p"), "Letters", Path("/letters"), NOW),
    Project(ProjectId("q"), "Maps", Path("/maps"), NOW),
)
VERSIONS = tuple(
    ModelVersion(
        VersionId(id), ModelId("m"), "Lines", number, "", VersionStatus.AVAILABLE, NOW, "yolo-detect", "1", "yolo11n"
    )
    for number, id in ((2, "b"), (1, "a"))
)
THRESHOLD = VersionThreshold(0.31, ThresholdOrigin.TRAINING, "Where F1 was highest.")


class Asked:
    def __init__(self, qtbot: QtBot, wish: PredictWish, *, versions: tuple[ModelVersion, ...] = VERSIONS) -> None:
        self.dialog = PredictDialog(versions, PROJECTS, wish)
        qtbot.addWidget(self.dialog)
        self.folders: list[ProjectId] = []
        self.surveys: list[PredictionDraft] = []
        self.submitted: list[PredictionDraft] = []
        self.dialog.folders_requested.connect(self.folders.append)
        self.dialog.survey_requested.connect(self.surveys.append)
        self.dialog.submitted.connect(self.submitted.append)
        self.dialog.begin()

    def answer(self, n_images: int = 3, seconds: float | None = None) -> None:
        survey = PredictionSurvey("Lines V002", "Letters", n_images, THRESHOLD, "cpu", 640, seconds)
        self.dialog.set_survey(self.surveys[-1], survey)


def test_it_opens_with_what_was_chosen_where_it_was_wished_for(qtbot: QtBot) -> None:
    asked = Asked(qtbot, PredictWish(VersionId("a"), ProjectId("q"), "1790"))
    assert asked.folders == ["q"]
    assert not asked.dialog.start_button.isEnabled(), "nobody knows yet what it would do"
    asked.dialog.set_folders(ProjectId("p"), ("other",))
    assert asked.surveys == [], "an answer about another project"
    asked.dialog.set_folders(ProjectId("q"), ("", "1780", "1790"))
    assert asked.surveys[-1] == PredictionDraft(VersionId("a"), ProjectId("q"), folders=("1790",))
    assert not asked.dialog.start_button.isEnabled()
    asked.answer(seconds=42.0)
    assert asked.dialog.amount == "3 images · about 42 s, as the last time · each is looked at in 640 pixels"
    asked.dialog.start_button.click()
    assert asked.submitted == [asked.surveys[-1]]
    assert not asked.dialog.start_button.isEnabled(), "once is enough"
    asked.dialog.show_problem("The disk is full.")
    assert asked.dialog.refusal == "The disk is full."


def test_the_images_that_are_shown_are_proposed_where_others_are_filtered_out(qtbot: QtBot) -> None:
    ids = (ImageId("1"), ImageId("2"))
    asked = Asked(qtbot, PredictWish(project=ProjectId("p"), shown=ids))
    assert asked.surveys[-1] == PredictionDraft(VersionId("b"), ProjectId("p"), images=ids)


def test_threshold_and_tiles_are_the_persons(qtbot: QtBot) -> None:
    asked = Asked(qtbot, PredictWish(project=ProjectId("p"), shown=(ImageId("1"),)))
    asked.answer()
    options = asked.dialog.options
    assert options.confidence.placeholderText() == "0.31"
    assert asked.surveys[-1].confidence is None
    options.confidence.setText("0,5")
    options.confidence.number_edited.emit()
    options.tiles.click()
    assert (asked.surveys[-1].confidence, asked.surveys[-1].tiling) == (0.5, Tiling())
    options.confidence.setText("7")
    options.confidence.number_edited.emit()
    assert asked.dialog.refusal == "The confidence is a number above 0 and up to 1."
    assert not asked.dialog.start_button.isEnabled()


def test_a_late_answer_about_something_else_does_not_count(qtbot: QtBot) -> None:
    asked = Asked(qtbot, PredictWish(project=ProjectId("p"), shown=(ImageId("1"),)))
    first = asked.surveys[-1]
    asked.dialog.options.tiles.click()
    asked.dialog.set_survey(first, PredictionSurvey("", "", 9, THRESHOLD, "cpu"))
    asked.dialog.show_problem("There is no image.", first)
    assert (asked.dialog.amount, asked.dialog.refusal) == ("Counting…", "")
    assert not asked.dialog.start_button.isEnabled()


def test_without_a_version_it_says_what_to_do(qtbot: QtBot) -> None:
    asked = Asked(qtbot, PredictWish(), versions=())
    assert asked.dialog.refusal.startswith("There is no version that could predict.") or asked.folders
    asked.dialog.set_folders(ProjectId("p"), ())
    assert asked.dialog.refusal == "There is no version that could predict. Train a model first."


@pytest.mark.parametrize("text", ["", "/scans"])
def test_files_of_the_disk(qtbot: QtBot, text: str) -> None:
    asked = Asked(qtbot, PredictWish())
    images = asked.dialog._images
    images.setCurrentIndex(images.count() - 1)
    asked.dialog._path.line.setText(text)
    if text:
        assert asked.surveys[-1] == PredictionDraft(VersionId("b"), paths=(Path("/scans"),))
    else:
        assert asked.dialog.refusal == "Choose a folder or a file."
