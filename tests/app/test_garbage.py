"""Objects that hold one another in a circle die on the window's thread."""

from __future__ import annotations

import gc
import threading
import weakref

from pytestqt.qtbot import QtBot

from app import garbage
from app.garbage import Garbage
from app.jobs import JobRunner


class Ring:
    """Stands for a dialog and what listens to it, which hold one another."""

    def __init__(self, deaths: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: deaths.append(threading.get_ident()))


def make_many() -> int:
    """As loading a module does; so many that Python left to itself would search everything several times."""
    return len([[number] for number in range(200_000)])


def test_a_job_that_makes_many_objects_takes_nothing_of_the_window_apart(qtbot: QtBot) -> None:
    assert gc.isenabled()
    jobs, deaths, answers = JobRunner(), list[int](), list[int]()
    jobs.garbage.rest()
    for _ in range(20):
        Ring(deaths)
    jobs.run(make_many, then=answers.append)
    qtbot.waitUntil(lambda: len(answers) == 1)
    assert not deaths
    jobs.garbage.go_on()
    kept = [[number] for number in range(2 * garbage._MANY)]
    qtbot.waitUntil(lambda: len(deaths) == 20)
    assert set(deaths) == {threading.get_ident()} and kept
    assert jobs.shutdown()
    assert gc.isenabled(), "whoever comes next finds it as it was"


def test_the_last_of_several_gives_the_search_back(qtbot: QtBot) -> None:
    first, second = Garbage(), Garbage()
    first.end()
    first.end()
    assert not gc.isenabled() and not first.is_collecting and second.is_collecting
    second.end()
    assert gc.isenabled()


def test_a_few_objects_are_not_worth_a_search(qtbot: QtBot) -> None:
    here, deaths = Garbage(), list[int]()
    gc.collect()
    Ring(deaths)
    here.collect_if_worth_it()
    assert not deaths
    kept = [[number] for number in range(garbage._A_FEW)]
    here.collect_if_worth_it()
    assert len(deaths) == 1 and kept, "the young are searched"
    here.end()
