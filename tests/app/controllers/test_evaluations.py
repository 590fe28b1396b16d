"""Measurements on a version's page, on real services and a really trained version."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("evaluations", "training")]

from evaluation_site import EvaluationSite

from app.changes import ChangeDispatcher
from app.controllers.evaluations import EvaluationsController
from app.jobs import JobRunner
from core.domain.evaluating import EvaluationWish
from core.domain.projects import ImageFilter
from core.domain.snapshots import Split
from core.domain.studies import StudyKind, StudySource
from core.evaluations.sureness import SurenessService
from core.runs.testing import run_to_its_end
from ui.models.version_page import VersionPage
from ui.widgets.title_dialog import TitleDialog


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationSite]:
    made = EvaluationSite(tmp_path_factory.mktemp("evaluations"))
    yield made
    made.close()


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.shutdown()


@pytest.fixture
def page(qtbot: QtBot) -> VersionPage:
    widget = VersionPage()
    qtbot.addWidget(widget)
    widget.resize(1100, 650)
    widget.show()
    return widget


@pytest.fixture
def controller(site: EvaluationSite, jobs: JobRunner, page: VersionPage, qtbot: QtBot) -> EvaluationsController:
    made = EvaluationsController(
        evaluations=lambda: site.evaluations,
        sureness=lambda: SurenessService(site.studies, site.shop.models),
        models=site.shop.models,
        projects=site.shop.projects,
        jobs=jobs,
        page=page,
        window=page,
    )
    changes = ChangeDispatcher(made)
    jobs.changed.connect(changes.tell)
    changes.changed.connect(made.refresh)
    page.set_details(site.shop.models.get_details(site.quick))
    page.show_evaluations()
    qtbot.waitUntil(lambda: page.evaluations.model.rowCount() >= 3)
    return made


def test_what_the_training_measured_is_listed_and_can_be_seen(
    site: EvaluationSite, controller: EvaluationsController, page: VersionPage, qtbot: QtBot
) -> None:
    tab = page.evaluations
    entries = tab.model.entries
    assert [entry.info.split for entry in entries if entry.info.kind is StudyKind.TRAINING] == list(reversed(Split))
    tab._table.selectRow([entry.info.split for entry in entries].index(Split.VAL))
    assert not tab._delete.isEnabled() and "belongs to the version" in tab._delete.toolTip()
    qtbot.waitUntil(lambda: tab._note.text().startswith("95 % intervals over 4 images: Box mAP50-95 "))
    assert "With so few images they are wide" in tab._note.text()
    with qtbot.waitSignal(controller.see_study_requested) as caught:
        tab._see.click()
    assert caught.args == [StudySource.of_version(site.quick, Split.VAL), "Quick V001"]


def test_a_version_is_evaluated_named_and_the_evaluation_deleted(
    site: EvaluationSite, controller: EvaluationsController, page: VersionPage, jobs: JobRunner, qtbot: QtBot
) -> None:
    dialog = controller.ask_evaluation()
    assert dialog is not None and not dialog._go.isEnabled()
    qtbot.waitUntil(lambda: "31 images" in dialog.survey_text)
    assert "seen in training" in dialog.survey_text
    dialog._part.setCurrentText("test")
    assert not dialog._go.isEnabled(), "not before it is known what there is"
    qtbot.waitUntil(lambda: dialog.survey_text == "3 images with 6 objects.")
    dialog._name.setText("Held out")
    with qtbot.waitSignal(controller.run_submitted) as caught:
        dialog._go.click()
    assert dialog.is_closed
    run_to_its_end(site.service, caught.args[0])
    page.set_details(site.shop.models.get_details(site.quick))
    tab = page.evaluations
    qtbot.waitUntil(lambda: tab.model.rowCount() == 4)
    assert tab.model.index(3, 0).data() == "Held out"
    tab._table.selectRow(3)
    controller.ask_title(tab.selected())
    title = page.findChild(TitleDialog)
    title._name.setText("Kept apart")
    title._description.setPlainText("Three pages.")
    title._submit()
    qtbot.waitUntil(lambda: tab.selected().evaluation.note == "Three pages.")
    assert tab.model.index(3, 0).data() == "Kept apart"
    controller.ask_deletion(tab.selected())
    page.findChild(QMessageBox).buttons()[0].click()
    qtbot.waitUntil(lambda: tab.model.rowCount() == 3)


def test_images_that_are_shown_of_a_project_are_proposed(
    site: EvaluationSite, controller: EvaluationsController, qtbot: QtBot
) -> None:
    project = site.shop.project
    ids = tuple(site.shop.projects.list_image_ids(ImageFilter(project, folders=("val",))))
    dialog = controller.ask_evaluation(EvaluationWish(project=project, folder="test", shown=ids))
    qtbot.waitUntil(lambda: dialog.survey_text == "4 images with 8 objects.")
    assert dialog._what.currentText() == "The 4 images that are shown, with their labels of today"
    assert dialog.draft.images == ids and not dialog._part.isEnabled()
    dialog._what.setCurrentIndex(1)
    assert dialog._part.currentText() == "test", "the folder that is chosen there"
    qtbot.waitUntil(lambda: dialog.survey_text == "3 images with 6 objects.")
    assert dialog.draft.version == site.quick
    dialog.reject()


def test_a_frozen_dataset_and_what_cannot_be_measured(
    site: EvaluationSite, controller: EvaluationsController, qtbot: QtBot
) -> None:
    dialog = controller.ask_evaluation()
    qtbot.waitUntil(lambda: dialog._what.count() >= 2)
    dialog._what.setCurrentIndex(dialog._what.count() - 1)
    assert dialog._part.itemText(0) == "test set (3 images)"
    qtbot.waitUntil(lambda: dialog.survey_text == "3 images with 6 objects.")
    weights = site.shop.models.get_version(site.quick).folder / "weights.safetensors"
    weights.rename(weights.with_name("elsewhere"))
    try:
        dialog._part.setCurrentIndex(1)
        qtbot.waitUntil(lambda: "weights file" in dialog.refusal)
        assert not dialog._go.isEnabled()
    finally:
        weights.with_name("elsewhere").rename(weights)
    dialog.reject()


def test_a_threshold_of_ones_own_is_set_and_taken_back(
    site: EvaluationSite, controller: EvaluationsController, page: VersionPage, qtbot: QtBot
) -> None:
    best = site.shop.models.threshold_of(site.quick).best
    assert f"{best:.3f}" in page.evaluations.threshold_text
    dialog = controller.ask_threshold()
    dialog.confidence.setValue(0.8)
    model = dialog.classes
    assert model.setData(model.index(1, 2), "0,4") and not model.setData(model.index(1, 2), "much")
    with qtbot.waitSignal(dialog.finished):
        dialog.submitted.emit(dialog.chosen)
    found = site.shop.models.threshold_of(site.quick)
    assert (found.confidence, found.by_category) == (0.8, {"bar": 0.4})
    page.set_details(site.shop.models.get_details(site.quick))
    dialog = controller.ask_threshold()
    dialog._back.click()
    with qtbot.waitSignal(dialog.finished):
        dialog.submitted.emit(dialog.chosen)
    assert site.shop.models.threshold_of(site.quick).confidence == best
    assert site.shop.models.get_version(site.quick).chosen_threshold is None
