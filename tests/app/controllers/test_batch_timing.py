"""A batch is timed while the review is looked at, and no longer than that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.batch_timing import BatchTiming
from app.jobs import JobRunner
from core.domain.ids import ProjectId
from core.domain.training import TrainingDraft, TrainingReview
from core.errors import RunError

DRAFT = TrainingDraft(ProjectId("p"), name="one")
READY = TrainingReview(DRAFT, (), (), (), (), (), 0, 0, False, "")


class Service:
    """Stands in for the training service, whose own timing starts processes."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: bool | Exception = True
        self.waits = False

    def time_batch(self, draft: TrainingDraft, *, check: Callable[[], None]) -> bool:
        self.asked.append(draft.name)
        while self.waits:
            check()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def reviews() -> list[int]:
    return []


@pytest.fixture
def timing(service: Service, browse_jobs: JobRunner, reviews: list[int]) -> BatchTiming:
    return BatchTiming(service, browse_jobs, lambda: reviews.append(1))  # type: ignore[arg-type]


def settle(qtbot: QtBot, timing: BatchTiming) -> None:
    qtbot.waitUntil(lambda: timing._job is None or timing._job.is_done)
    qtbot.wait(20)  # what a job's end sets off


def test_it_is_timed_once_and_reviewed_again(
    qtbot: QtBot, service: Service, timing: BatchTiming, reviews: list[int]
) -> None:
    timing.want(DRAFT, READY)
    settle(qtbot, timing)
    timing.want(DRAFT, READY)
    settle(qtbot, timing)
    assert service.asked == ["one"]
    assert reviews == [1]


@pytest.mark.parametrize("review", [replace(READY, is_batch_known=True), replace(READY, are_files_known=False)])
def test_nothing_is_timed_without_need(
    qtbot: QtBot, service: Service, timing: BatchTiming, review: TrainingReview
) -> None:
    timing.want(DRAFT, review)
    settle(qtbot, timing)
    assert service.asked == []


@pytest.mark.parametrize("answer", [False, RunError("It could not be found out.")])
def test_what_cannot_be_found_out_is_not_asked_again(
    qtbot: QtBot, service: Service, timing: BatchTiming, reviews: list[int], answer: bool | Exception
) -> None:
    service.answer = answer
    for _ in range(2):
        timing.want(DRAFT, READY)
        settle(qtbot, timing)
    assert service.asked == ["one"]
    assert reviews == []


def test_it_ends_when_the_training_starts_or_another_is_asked_for(
    qtbot: QtBot, service: Service, timing: BatchTiming, reviews: list[int]
) -> None:
    service.waits = True
    timing.want(DRAFT, READY)
    qtbot.waitUntil(lambda: service.asked == ["one"])
    timing.want(replace(DRAFT, name="two"), READY)
    qtbot.waitUntil(lambda: service.asked == ["one", "two"])
    timing.give_up()
    qtbot.wait(50)
    service.waits = False
    timing.want(DRAFT, READY)
    settle(qtbot, timing)
    assert service.asked == ["one", "two", "one"]
    assert reviews == [1]
