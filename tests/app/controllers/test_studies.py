"""Predictions over ground truth from a real version's pack, through the real services, to the page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

sys.path += [str(Path(__file__).parents[2] / "core" / folder) for folder in ("evaluations", "training")]

from evaluation_site import EvaluationSite

from app.controllers.studies import StudiesController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.ids import VersionId
from core.domain.messages import UserMessage
from core.domain.snapshots import Split
from core.domain.studies import StudySource
from core.evaluations.sources import Sources
from core.images.thumbnails import ThumbnailCache
from core.judgements.accepting import AcceptingService
from core.judgements.bulk_tags import BulkTagService
from core.judgements.tags import TagService
from ui.evaluation.matrix_panel import MatrixPanel
from ui.studies.study_page import StudyPage


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationSite]:
    site = EvaluationSite(tmp_path_factory.mktemp("studies"))
    yield site
    site.close()


@pytest.fixture
def page(qtbot: QtBot) -> StudyPage:
    page = StudyPage()
    qtbot.addWidget(page)
    page.resize(1080, 700)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def controller(
    site: EvaluationSite, browse_jobs: JobRunner, page: StudyPage, tmp_path: Path
) -> Iterator[StudiesController]:
    controller = StudiesController(
        studies=site.studies,
        models=site.shop.models,
        thumbnails=ThumbnailCache(tmp_path / "thumbnails"),
        tags=TagService(site.shop.registry),
        bulk_tags=BulkTagService(site.shop.registry),
        accepting=AcceptingService(site.shop.registry, Sources(site.shop.registry, site.shop.models)),
        jobs=browse_jobs,
        undo=UndoHistory(browse_jobs),
        page=page,
        panels=(MatrixPanel(),),
    )
    yield controller
    controller.close()


def _opened(qtbot: QtBot, page: StudyPage) -> None:
    qtbot.waitUntil(lambda: page.answer is not None and page.pane.view.canvas.image_size() is not None)


def test_the_test_set_of_a_version_is_shown_first_with_its_picture(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open_version(site.quick, "Quick V001")
    _opened(qtbot, page)
    assert page.info is not None
    assert page.info.split is Split.TEST
    assert page.header.studies.count() == 3
    expected = site.studies.open(StudySource.of_version(site.quick, Split.TEST))
    with expected:
        assert page.answer is not None
        assert page.answer.counts == expected.outcomes(page.thresholds.thresholds).counts
    qtbot.waitUntil(lambda: page.column.grid._cells.pictures.n_bytes > 0)


def test_another_set_of_the_version_is_a_choice_away_and_says_what_was_seen(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open_version(site.quick)
    _opened(qtbot, page)
    page.study_requested.emit(StudySource.of_version(site.quick, Split.TRAIN))
    qtbot.waitUntil(lambda: page.info is not None and page.info.split is Split.TRAIN)
    _opened(qtbot, page)
    assert any("Seen in training" in note.text for note in page.notes.notes)
    assert page.pane._seen.isVisible()


def test_patches_are_cut_out_of_the_images(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open(StudySource.of_version(site.quick, Split.TRAIN))
    _opened(qtbot, page)
    page.thresholds.go_to(0.0)
    page.column.bar._patches.setChecked(True)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.patches is not None)
    grid = page.column.grid
    assert grid.n_rows > 0
    qtbot.waitUntil(lambda: grid._cells.pictures.picture(grid.key(0)) is not None)


def test_a_slider_that_moves_ends_where_it_was_left(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open_version(site.quick)
    _opened(qtbot, page)
    for step in range(20, 80):
        page.thresholds._slider.setValue(step)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.question.thresholds.confidence == 0.79)


def test_two_versions_are_compared_on_the_same_images(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    other = site.train("Other")
    controller.open_version(site.quick)
    _opened(qtbot, page)
    source = StudySource.of_version(other, Split.TEST)
    assert source in [page.header.seconds.itemData(row) for row in range(page.header.seconds.count())]
    controller.compare_with(source)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.second is not None)
    assert page.answer is not None
    assert page.answer.second is not None
    assert sum(page.answer.second.changes.values()) == len(page.answer.images)
    assert page.column.changes.isVisible()
    controller.compare_with(None)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.second is None)


def test_sets_of_other_images_are_not_compared(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    messages: list[UserMessage] = []
    controller.message_raised.connect(messages.append)
    controller.open(StudySource.of_version(site.quick, Split.TEST))
    _opened(qtbot, page)
    controller.compare_with(StudySource.of_version(site.quick, Split.TRAIN))
    qtbot.waitUntil(lambda: bool(messages))
    assert "predicted only 0 of these" in messages[0].text
    assert page.answer is not None
    assert page.answer.second is None


def test_a_threshold_becomes_the_default_of_the_version(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    version = site.train("Mine")
    controller.open_version(version)
    _opened(qtbot, page)
    page.thresholds.go_to(0.31)
    with qtbot.waitSignal(controller.message_raised):
        page.default_requested.emit(page.thresholds.thresholds)
    assert site.shop.models.threshold_of(version).confidence == 0.31
    controller.open_version(version)
    _opened(qtbot, page)
    assert page.thresholds.thresholds.confidence == 0.31
    with qtbot.waitSignal(controller.message_raised):
        page.default_requested.emit(None)
    assert site.shop.models.threshold_of(version).confidence != 0.31


def test_predictions_that_are_not_there_are_said_not_to_be(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    version = site.train("Old")
    folder = site.shop.models.get_version(version).folder
    assert folder is not None
    for pack in folder.glob("*.pack"):
        pack.unlink()
    controller.open_version(version)
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._problem)
    assert "were not kept" in page._problem._heading.text()


def test_an_unknown_version_is_a_sentence(qtbot: QtBot, controller: StudiesController, page: StudyPage) -> None:
    controller.open_version(VersionId("nobody"))
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._problem)


def test_a_tag_is_kept_filtered_by_and_taken_back(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open_version(site.quick)
    _opened(qtbot, page)
    image = page.current_image
    assert image is not None
    qtbot.waitUntil(page.acting.isVisible)
    page.toggle_tag("hard case")
    qtbot.waitUntil(lambda: page._tags == {image: frozenset({"hard case"})})
    bar = page.column.bar
    bar._tag.setCurrentIndex(bar._tag.findData("hard case"))
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.images.tolist() == [image])
    page.undo_requested.emit()
    qtbot.waitUntil(lambda: page._tags == {})


def test_a_run_opens_what_it_predicted_itself(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    state = site.evaluate(site.quick, folders=("val",))
    controller.open_run(state.run)
    _opened(qtbot, page)
    assert controller.current is not None
    assert controller.current.info.run == state.run
    assert controller.current.info.subtitle == "val"


def test_a_prediction_is_accepted_as_an_annotation_and_taken_back(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    messages: list[UserMessage] = []
    controller.message_raised.connect(messages.append)
    controller.open(StudySource.of_version(site.quick, Split.TRAIN))
    _opened(qtbot, page)
    study = controller.current
    assert study is not None
    tags = AcceptingService(site.shop.registry, Sources(site.shop.registry, site.shop.models))
    images = [known.id for known in study.found if known is not None]
    accepted = 0
    for row in range(study.table.n_predictions):
        messages.clear()
        page.accept_requested.emit((row,))
        qtbot.waitUntil(lambda: bool(messages))
        if "accepted as annotation" in messages[0].text:
            accepted += 1
            break
        assert "Not added" in messages[0].text
    assert len(tags.list_accepted(images)) == accepted
    if accepted:
        messages.clear()
        page.undo_requested.emit()
        qtbot.waitUntil(lambda: bool(messages))
        assert tags.list_accepted(images) == ()


def test_two_sets_of_predictions_are_opened_over_each_other(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    other = site.train("Slow", n_steps=2)
    sources = [StudySource.of_version(version, Split.TRAIN) for version in (site.quick, other)]
    controller.open(sources[0], "Quick V001", second=sources[1])
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.second is not None)
    assert page.answer is not None
    assert page.answer.second is not None
    assert sum(page.answer.second.changes.values()) == 24
    controller.open(sources[0])
    _opened(qtbot, page)
    qtbot.waitUntil(lambda: page.answer is not None and page.answer.second is None)


def test_predictions_are_measured_against_the_labels_of_today(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open_version(site.quick)
    _opened(qtbot, page)
    page.labels_requested.emit()
    qtbot.waitUntil(lambda: any("labels of today" in note.text for note in page.notes.notes))
    study = controller.current
    assert study is not None
    assert study.has_present_labels
    _opened(qtbot, page)


def test_an_image_that_is_gone_keeps_its_objects_and_says_so(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage
) -> None:
    controller.open_version(site.quick)
    _opened(qtbot, page)
    study = controller.current
    assert study is not None
    assert study.root is not None
    index = int(page.answer.images[-1])  # type: ignore[union-attr]
    file = study.root / study.images[index].key
    kept = file.read_bytes()
    file.unlink()
    try:
        page._go_to(index)
        qtbot.waitUntil(lambda: page.pane.image is not None and page.pane.image.index == index)
        assert page.pane._state.isVisible()
        assert page.pane._state.text() == "missing"
        assert page.pane.view.canvas.layers
        qtbot.waitUntil(lambda: page.pane.view.canvas.image_size() is not None)
    finally:
        file.write_bytes(kept)


def test_the_view_is_saved_at_twice_its_size(
    qtbot: QtBot, site: EvaluationSite, controller: StudiesController, page: StudyPage, tmp_path: Path
) -> None:
    controller.open_version(site.quick)
    _opened(qtbot, page)
    page.view_save_requested.emit()
    [dialog] = page.findChildren(QFileDialog)
    target = tmp_path / "view.png"
    with qtbot.waitSignal(controller.message_raised):
        dialog.fileSelected.emit(str(target))
    dialog.reject()
    picture = QImage(str(target))
    assert picture.width() == 2 * page.pane.view.canvas.width()
