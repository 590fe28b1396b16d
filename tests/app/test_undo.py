"""Undoing and doing again: in order, in the background, a history a project, and nothing forced."""

from __future__ import annotations

from threading import Event

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.jobs import JobRunner
from app.undo import Pace, Turn, UndoHistory, in_one_go, pace_of
from core.domain.changes import NO_CHANGES, Changed, Changes
from core.domain.ids import DatasetId, ProjectId
from core.domain.messages import UserMessage
from core.errors import CalqueError, RefusedError, RegistryLockedError, StorageError
from core.progress import IsCancelled, Progress
from core.stopping import StoppedError
from ui.widgets.stoppable_progress import StoppableProgress

ONE, OTHER = ProjectId("one"), ProjectId("other")


@pytest.fixture
def history(qtbot: QtBot) -> UndoHistory:
    made = UndoHistory(JobRunner())
    made.show_project(ONE)
    return made


def noting(list_: list[str], word: str) -> Changes:
    list_.append(word)
    return NO_CHANGES


def test_what_was_done_is_undone_and_done_again_in_order(history: UndoHistory, qtbot: QtBot) -> None:
    done: list[str] = []
    for word in ("first", "second"):
        history.did(
            ONE, word, undo=lambda word=word: noting(done, f"not {word}"), redo=lambda word=word: noting(done, word)
        )
    assert done == [], "what was done is not done twice"
    assert history.undo_text == "second"
    history.undo()
    history.undo()
    history.redo()
    qtbot.waitUntil(lambda: done == ["not second", "not first", "first"])
    assert (history.undo_text, history.redo_text) == ("first", "second")


def test_each_project_has_a_history_of_its_own(history: UndoHistory) -> None:
    history.did(ONE, "here", undo=lambda: NO_CHANGES, redo=lambda: NO_CHANGES)
    history.show_project(OTHER)
    assert history.undo_text == ""
    history.show_project(ONE)
    assert history.undo_text == "here"
    history.show_project(None)
    assert history.undo_text == ""


def test_a_step_that_is_cut_off_half_way_is_asked_for_again(history: UndoHistory, qtbot: QtBot) -> None:
    done: list[str] = []
    why = CalqueError("An import has begun.")

    def undo() -> Changed[None]:
        done.append("undo")
        return Changed(None, NO_CHANGES, why if len(done) == 1 else None)

    ended: list[bool] = []
    history.did(ONE, "many images", undo=undo, redo=lambda: noting(done, "redo"), told=ended.append)
    with qtbot.waitSignal(history.message_raised) as told:
        history.undo()
    assert told.args == [UserMessage("An import has begun.")]
    qtbot.waitUntil(lambda: history.undo_text == "many images")
    assert ended == [True], "with an answer and a reason it has ended once"
    history.undo()
    qtbot.waitUntil(lambda: done == ["undo", "undo"])
    history.redo()
    qtbot.waitUntil(lambda: done == ["undo", "undo", "redo"])


def test_a_step_that_is_refused_says_so_and_is_not_tried_again(history: UndoHistory, qtbot: QtBot) -> None:
    def refused() -> Changes:
        raise RefusedError("The image has changed since.")

    history.did(ONE, "a box", undo=refused, redo=lambda: pytest.fail("was never undone"))
    seen: list[tuple[str, str]] = []
    history.changed.connect(lambda: seen.append((history.undo_text, history.redo_text)))
    with qtbot.waitSignal(history.message_raised) as told:
        history.undo()
    assert told.args is not None
    assert told.args[0].text == "The image has changed since."
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == ("", ""))
    history.redo()
    assert (history.undo_text, history.redo_text) == ("", "")


def test_of_a_frozen_dataset_it_is_said_once_that_nothing_is_undone(history: UndoHistory, qtbot: QtBot) -> None:
    def refused() -> Changes:
        raise RefusedError("The dataset is frozen.", code="E-221")

    done: list[str] = []
    told: list[UserMessage] = []
    history.message_raised.connect(told.append)
    frozen, other = DatasetId("frozen"), DatasetId("other")
    history.did(ONE, "a tag", undo=lambda: noting(done, "no tag"), redo=lambda: NO_CHANGES)
    for number in range(3):
        history.did(ONE, f"edit {number}", undo=refused, redo=refused, dataset=frozen)
    history.did(ONE, "of another", undo=lambda: noting(done, "not of another"), redo=refused, dataset=other)
    history.did(ONE, "edit 4", undo=refused, redo=refused, dataset=frozen)
    history.undo()
    qtbot.waitUntil(lambda: history.undo_text == "of another")
    history.undo()
    qtbot.waitUntil(lambda: history.undo_text == "a tag")
    history.undo()
    qtbot.waitUntil(lambda: done == ["not of another", "no tag"])
    assert [one.text for one in told] == ["The dataset is frozen."]
    assert (history.undo_text, history.redo_text) == ("", "a tag")


def test_a_step_that_cannot_be_written_for_now_stays_where_it_was(history: UndoHistory, qtbot: QtBot) -> None:
    done: list[str] = []
    reasons: list[CalqueError] = [
        RefusedError("The project is being imported into.", code="E-432"),
        RegistryLockedError("Another program is writing."),
        StorageError("The disk is full."),
    ]

    def sometimes(word: str) -> Changes:
        if reasons:
            raise reasons[-1]
        return noting(done, word)

    for word in ("first", "second"):
        history.did(ONE, word, undo=lambda word=word: sometimes(f"not {word}"), redo=lambda word=word: sometimes(word))
    while reasons:
        with qtbot.waitSignals([history.message_raised] * 2):
            history.undo()
            history.undo()
        qtbot.waitUntil(lambda: (history.undo_text, history.redo_text) == ("second", ""))
        reasons.pop()
    history.undo()
    qtbot.waitUntil(lambda: done == ["not second"])
    reasons.append(RefusedError("The project is being imported into.", code="E-432"))
    with qtbot.waitSignal(history.message_raised):
        history.redo()
    qtbot.waitUntil(lambda: (history.undo_text, history.redo_text) == ("first", "second"))
    reasons.clear()
    history.redo()
    qtbot.waitUntil(lambda: done == ["not second", "second"])
    assert (history.undo_text, history.redo_text) == ("second", "")


def test_what_was_not_undone_is_not_done_again(history: UndoHistory, qtbot: QtBot) -> None:
    done: list[str] = []
    is_busy = [True]

    def turn() -> Changes:
        if is_busy.pop() if is_busy else False:
            raise RefusedError("The project is being imported into.", code="E-432")
        return noting(done, "turned")

    history.did(ONE, "a merge", undo=turn, redo=turn)
    with qtbot.waitSignal(history.message_raised):
        history.undo()
        history.redo()
    qtbot.waitUntil(lambda: (history.undo_text, history.redo_text) == ("a merge", ""))
    assert done == []


def test_a_long_step_keeps_the_registrys_thread_free_and_the_order_holds(qtbot: QtBot) -> None:
    jobs, done = JobRunner(), list[str]()
    history, going_on = UndoHistory(jobs), Event()
    history.show_project(ONE)
    history.did(ONE, "a class", undo=lambda: noting(done, "not a class"), redo=lambda: NO_CHANGES)

    def slow(progress: Progress) -> Changes:
        assert going_on.wait(10)
        return noting(done, "not a merge")

    history.did(ONE, "a merge", undo=slow, redo=lambda progress: NO_CHANGES, pace=Pace.LONG)
    history.undo()
    history.undo()
    read: list[str] = []
    jobs.run(lambda: "an image", then=read.append, pool="registry")
    qtbot.waitUntil(lambda: read == ["an image"])
    assert done == []
    going_on.set()
    qtbot.waitUntil(lambda: done == ["not a merge", "not a class"])


def test_a_long_step_tells_how_far_it_is_and_stopped_is_not_taken_back_at_all(qtbot: QtBot) -> None:
    window, jobs, said, done = QWidget(), JobRunner(), list[UserMessage](), list[str]()
    qtbot.addWidget(window, before_close_func=lambda _: jobs.shutdown())
    window.show()
    history = UndoHistory(jobs, window=window)
    history.show_project(ONE)
    history.message_raised.connect(said.append)
    goes_on = Event()

    def undo(progress: Progress, is_cancelled: IsCancelled) -> Changes:
        progress(2, 5, "")
        while not goes_on.wait(0.01):
            if is_cancelled():
                raise StoppedError
        return noting(done, "not a merge")

    history.did(ONE, "a merge", undo=undo, redo=lambda **_: noting(done, "a merge"), pace=Pace.STOPPABLE)
    history.undo()
    qtbot.waitUntil(lambda: any(one.isVisible() and one.value() == 2 for one in dialogs(window)))
    (dialog,) = dialogs(window)
    assert (dialog.windowTitle(), dialog.maximum()) == ("Undo", 5)
    assert dialog.labelText().startswith("Undoing a merge…")
    dialog.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: [one.text for one in said] == ["Stopped: nothing was undone."])
    assert (history.undo_text, history.redo_text, done) == ("a merge", "", [])
    goes_on.set()
    history.undo()
    qtbot.waitUntil(lambda: (history.undo_text, history.redo_text, done) == ("", "a merge", ["not a merge"]))


def dialogs(window: QWidget) -> list[StoppableProgress]:
    return window.findChildren(StoppableProgress)


def test_a_step_of_many_images_is_taken_beside_the_registrys_thread() -> None:
    assert (pace_of(1_000), pace_of(1_000_000)) == (Pace.SHORT, Pace.LONG)
    turn = Turn("done", in_one_go(lambda step: Changed(f"not {step}", NO_CHANGES)))
    assert turn().value == "not done"
    assert turn(progress=lambda done, total, text: None).value == "not not done"
