"""What a function of another thread holds is let go on the window's thread, however it ends."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import NoReturn

import pytest
from PySide6.QtCore import QThreadPool
from pytestqt.qtbot import QtBot

from app.jobs import JobRunner
from app.kept_work import KeptWork
from core.errors import RefusedError


class Listener:
    """Stands for what listens to a widget: its connections are taken apart where it dies."""


def held(deaths: list[int], *, fails: bool = False) -> Callable[[], str]:
    """A function that is the only one to hold a listener, whose death says on which thread it came."""
    listener = Listener()
    weakref.finalize(listener, lambda: deaths.append(threading.get_ident()))

    def fail() -> NoReturn:
        raise RefusedError(str(listener))  # an error of another kind would be kept in the log

    return fail if fails else lambda: str(listener)


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize("is_told_progress", [False, True])
def test_what_a_job_holds_dies_on_the_windows_thread(qtbot: QtBot, fails: bool, is_told_progress: bool) -> None:
    jobs, deaths, answers = JobRunner(), list[int](), list[object]()
    for _ in range(20):
        function = held(deaths, fails=fails)
        if is_told_progress:
            jobs.run(
                lambda _context, function=function: function(),
                then=answers.append,
                on_error=answers.append,
                on_progress=lambda *_: None,
            )
        else:
            jobs.run(function, then=answers.append, on_error=answers.append)
        del function
    qtbot.waitUntil(lambda: len(answers) == 20)
    answers.clear()
    qtbot.waitUntil(lambda: len(deaths) == 20)
    assert set(deaths) == {threading.get_ident()}
    assert jobs.shutdown()


def test_what_has_ended_is_let_go_and_nothing_else(qtbot: QtBot) -> None:
    pool, work, go_on, deaths = QThreadPool(), KeptWork(), threading.Event(), list[int]()

    def wait(function: Callable[[], str]) -> None:
        go_on.wait(10)
        function()

    work.start(pool, partial(wait, held(deaths)))
    work.sweep()
    assert (work.n_kept, deaths) == (1, [])
    go_on.set()
    assert pool.waitForDone(10_000)
    work.sweep()
    assert (work.n_kept, deaths) == (0, [threading.get_ident()])
