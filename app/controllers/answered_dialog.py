"""A dialog that waits for the answer to what it asked for, and may be closed before there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import SignalInstance

from core.domain.messages import UserMessage


class AnswerableDialog(Protocol):
    finished: SignalInstance

    def accept(self) -> None: ...

    def show_problem(self, text: str) -> None: ...


class AnsweredDialog:
    """Make it before the question is asked: what was closed is not touched any more, for Qt deletes it."""

    def __init__(self, dialog: AnswerableDialog) -> None:
        self._dialog: AnswerableDialog | None = dialog
        dialog.finished.connect(self._forget)

    def accept(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()

    def refused_by(self, say: Callable[[UserMessage], None]) -> Callable[[UserMessage], None]:
        """Tells why in the dialog; once it is closed `say` does."""

        def refused(message: UserMessage) -> None:
            if self._dialog is not None:
                self._dialog.show_problem(f"{message.text} {message.hint}".strip())
            else:
                say(message)

        return refused

    def _forget(self) -> None:
        self._dialog = None
