"""A dialog for a name and a note that is closed before both are stored."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.titles import Title, ask_title
from app.jobs import JobRunner
from core.domain.messages import UserMessage
from core.errors import RefusedError


def refuse(_text: str) -> None:
    raise RefusedError("There is such a name.")


def test_what_was_saved_is_stored_and_refused_where_the_dialog_is_gone(qtbot: QtBot) -> None:
    page, jobs = QWidget(), JobRunner()
    qtbot.addWidget(page)
    done: list[str] = []
    told: list[UserMessage] = []
    jobs.error_raised.connect(told.append)
    for describe in (done.append, refuse):
        dialog = ask_title(
            page, jobs, Title("Name", "old", ""), rename=done.append, describe=describe, then=lambda: done.append("end")
        )
        dialog.submitted.emit("new", "words")
        dialog.reject()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert done == ["new", "words", "end", "new"]
    assert [one.text for one in told] == ["There is such a name."]
    jobs.shutdown()
