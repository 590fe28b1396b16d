"""Work in the background that a person watches in a window, and may stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from app.jobs import JobContext, JobRunner
from core.domain.messages import UserMessage
from ui.widgets.stoppable_progress import StoppableProgress


def run_with_progress(
    jobs: JobRunner,
    window: QWidget | None,
    words: tuple[str, str],
    work: Callable[..., Any],
    then: Callable[[Any], None],
    on_error: Callable[[UserMessage], None],
    *,
    can_stop: bool = True,
) -> StoppableProgress:
    """`work(progress, is_cancelled)` in the background, with a dialog (title, text) over the window that can stop it.

    What is stopped has done a part, and says so itself: `then` gets its answer all the same, None where it raised
    StoppedError.
    """
    stop = threading.Event()
    progress = StoppableProgress(*words, window, can_stop=can_stop)
    progress.canceled.connect(stop.set)

    def run(context: JobContext) -> Any:
        return work(
            lambda done, total, text: context.progress(done, total, text),
            lambda: stop.is_set() or context.is_cancelled(),
        )

    def ended(answer: Any) -> None:
        progress.end()
        then(answer)

    def failed(message: UserMessage) -> None:
        progress.end()
        on_error(message)

    jobs.run(run, then=ended, on_error=failed, on_progress=progress.set_progress, pool="io")
    return progress
