"""The queue against the real services: what is answered is written, what is undone is gone, nothing is asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.controllers.reviewing import ReviewController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.changes import NO_CHANGES
from core.domain.geometry import Box
from core.domain.judgements import Correction
from core.evaluations.studies import StudyService
from tests.core.judgements.predicted_shop import PredictedShop
from ui.judging.review_page import ACCEPT, REJECT, SKIP, ReviewPage

FREE = "train/unlabelled.jpg"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    objects = [("disc", 0.5 + n / 100, Box(5 * n, 30, 5 * n + 4, 34 + n)) for n in range(12)]
    made.predict({FREE: objects, "val/00.jpg": [("bar", 0.3, Box(50, 40, 60, 47))]})
    yield made
    made.close()


@pytest.fixture
def page(qtbot) -> ReviewPage:
    made = ReviewPage()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


@pytest.fixture
def queue(shop: PredictedShop, page: ReviewPage, qtbot) -> Iterator[ReviewController]:
    jobs = JobRunner()
    controller = ReviewController(
        projects=shop.projects,
        studies=StudyService(shop.registry, shop.projects, shop.models),
        accepting=shop.accepting,
        jobs=jobs,
        undo=UndoHistory(jobs),
        page=page,
    )
    jobs.changed.connect(controller.refresh)
    with qtbot.waitSignal(controller.opened):
        controller.open(shop.projects.get_project(shop.project))
    qtbot.waitUntil(lambda: page.item is not None)
    yield controller
    assert jobs.shutdown()


def answer(queue: ReviewController, page: ReviewPage, qtbot, verb: str) -> None:
    before, undone = queue.entry, len(queue._done)
    page.verb_requested.emit(verb)
    qtbot.waitUntil(lambda: queue.entry is not before and (verb == SKIP or len(queue._done) > undone))


def test_ten_are_accepted_and_two_corrected_and_a_training_holds_them(
    shop: PredictedShop, queue: ReviewController, page: ReviewPage, qtbot
) -> None:
    assert page.item is not None and page.item.title == "bar, confidence 0.30"
    answer(queue, page, qtbot, REJECT)
    for _ in range(10):
        answer(queue, page, qtbot, ACCEPT)
    for correction in (Correction(geometry=Box(1, 1, 9, 9)), Correction(category="bar")):
        before = len(queue._done)
        page.correction_made.emit(correction)
        qtbot.waitUntil(lambda before=before: len(queue._done) > before)
    found = shop.accepting.list_accepted([shop.id_of(FREE)])
    assert [one.is_corrected for one in found] == [False] * 10 + [True] * 2
    assert queue.entry is None and page.item is None
    record = shop.training.submit(shop.draft(include_model_annotations=True)).value
    (frozen,) = [image for image in shop.datasets.open(record.snapshot).images() if image.path == FREE]
    assert len(frozen.objects) == 12


def test_undo_takes_back_one_answer_after_the_other(
    shop: PredictedShop, queue: ReviewController, page: ReviewPage, qtbot
) -> None:
    first = queue.entry
    answer(queue, page, qtbot, REJECT)
    second = queue.entry
    answer(queue, page, qtbot, ACCEPT)
    for entry in (second, first):
        page.undo_requested.emit()
        qtbot.waitUntil(lambda entry=entry: queue.entry is entry)
    assert shop.projects.count_model_annotations(shop.project) == 0
    queue.reload()
    qtbot.waitUntil(lambda: queue.entry is not None)
    assert len(queue._entries) == 13


def test_the_history_of_the_project_has_the_answers(
    shop: PredictedShop, queue: ReviewController, page: ReviewPage, qtbot
) -> None:
    first, history = queue.entry, queue._history
    history.show_project(shop.project)
    answer(queue, page, qtbot, ACCEPT)
    assert history.undo_text == "accepting 1 prediction"
    history.undo()
    qtbot.waitUntil(lambda: queue.entry is first)
    assert shop.projects.count_model_annotations(shop.project) == 0
    assert not queue._done
    history.redo()
    qtbot.waitUntil(lambda: shop.projects.count_model_annotations(shop.project) == 1)
    history.did(shop.project, "something else", undo=lambda: NO_CHANGES, redo=lambda: NO_CHANGES)
    answer(queue, page, qtbot, REJECT)
    history.undo()
    qtbot.waitUntil(lambda: not queue._done)
    assert history.undo_text == "something else"


def test_what_is_not_the_last_of_the_project_is_not_taken_back_on_the_page(
    shop: PredictedShop, queue: ReviewController, page: ReviewPage, qtbot
) -> None:
    answer(queue, page, qtbot, ACCEPT)
    queue._history.did(shop.project, "something else", undo=lambda: NO_CHANGES, redo=lambda: NO_CHANGES)
    page.undo_requested.emit()
    assert "Something else was done" in page.banner.plain_text()
    assert shop.projects.count_model_annotations(shop.project) == 1


def test_skipping_asks_again_at_the_end(queue: ReviewController, page: ReviewPage, qtbot) -> None:
    first = queue.entry
    answer(queue, page, qtbot, SKIP)
    assert first in queue._entries and queue.entry is not first


def test_all_from_a_confidence_up_are_accepted_and_taken_back_at_once(
    shop: PredictedShop, queue: ReviewController, page: ReviewPage, qtbot
) -> None:
    page.accept_all_requested.emit(0.55)
    qtbot.waitUntil(lambda: bool(queue._done))
    assert shop.projects.count_model_annotations(shop.project) == 7
    assert len(queue._entries) == 6
    page.undo_requested.emit()
    qtbot.waitUntil(lambda: len(queue._entries) == 13)
    assert shop.projects.count_model_annotations(shop.project) == 0


def test_another_lowest_confidence_asks_for_others(queue: ReviewController, page: ReviewPage, qtbot) -> None:
    page.least_chosen.emit(0.6)
    qtbot.waitUntil(lambda: len(queue._entries) == 2)
    page.least_chosen.emit(0.95)
    qtbot.waitUntil(lambda: page.item is None and "Nothing to ask" in page._empty._heading.text())
