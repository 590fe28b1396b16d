"""Finding out in the background how long a training would take, while its review is looked at."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs import Job, JobRunner
from core.domain.training import TrainingDraft, TrainingReview
from core.training.service import TrainingService


class BatchTiming:
    """One batch is timed at a time, each draft's once; `then` is called when there is something new to review."""

    def __init__(self, training: TrainingService, jobs: JobRunner, then: Callable[[], None]) -> None:
        self._training = training
        self._jobs = jobs
        self._then = then
        self._job: Job | None = None
        self._asked: TrainingDraft | None = None

    def want(self, draft: TrainingDraft, review: TrainingReview) -> None:
        """Nothing is done for a draft that cannot start, or whose time is known or could not be found out."""
        if draft == self._asked or not (review.can_start and review.are_files_known) or review.is_batch_known:
            return
        self.give_up()
        self._asked = draft
        self._job = self._jobs.run(
            lambda context: self._training.time_batch(draft, check=context.check),
            then=self._take,
            on_error=lambda _message: None,  # the review goes without; the training itself would say what is wrong
            on_progress=lambda _done, _total, _text: None,
            key="training-timing",
        )

    def give_up(self) -> None:
        """The process ends soon. What was asked for may be asked for again."""
        if self._job is not None and not self._job.is_done:
            self._job.cancel()
            self._asked = None
        self._job = None

    def _take(self, is_known: bool) -> None:
        if is_known:
            self._then()
