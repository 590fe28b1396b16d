"""The weights shelf: listed, taken in after a question, verified with progress, described, removed after a question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.counting import counted, in_bytes
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.models import TRASH_DAYS
from core.domain.names import shown
from core.domain.starts import ShelfItem
from core.errors import CalqueError
from ui.shelf.describe_dialog import DescribeDialog
from ui.shelf.shelf_page import ShelfPage
from ui.widgets.confirmation import Question, ask
from ui.widgets.stoppable_progress import StoppableProgress

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.shelf.service import ShelfService


class ShelfController(QObject):
    changed = Signal()  # weights came or went
    version_requested = Signal(object)  # VersionId
    message_raised = Signal(object)  # UserMessage

    def __init__(self, *, shelf: ShelfService, jobs: JobRunner, page: ShelfPage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._jobs = jobs
        self._page = page
        self._keep = ""  # the key of what is to be chosen when the list comes
        page.files_given.connect(self._ask_adding)
        page.verify_all_requested.connect(self._verify_all)
        page.retry_requested.connect(self.show_list)
        page.details.verify_requested.connect(lambda item: self._verify((item,)))
        page.details.describe_requested.connect(self._ask_description)
        page.details.remove_requested.connect(self._ask_removal)
        page.details.version_requested.connect(self.version_requested)

    def show_list(self) -> None:
        """Read anew what is there, and what was measured."""
        self._read()
        self._jobs.run(
            self._shelf.measured,
            then=self._page.set_measured,
            on_error=self.message_raised.emit,
            key="shelf-figures",
        )

    def refresh(self, changes: Changes) -> None:
        if self._page.isVisible() and (changes.versions or changes.models):
            self._read()

    def _read(self) -> None:
        self._jobs.run(
            self._shelf.list_items,
            then=self._take,
            on_error=lambda message: self._page.set_failed(f"{message.text} {message.hint}".strip()),
            pool="registry",
            key="shelf-list",
        )

    def _take(self, items: tuple[ShelfItem, ...]) -> None:
        self._page.set_items(items)
        if self._keep:
            self._page.select(self._keep)
            self._keep = ""

    # Taking in

    def _ask_adding(self, files: tuple[Path, ...]) -> None:
        ask(self._page, adding_question(files, self._shelf.folder), lambda _option: self._add(files))

    def _add(self, files: tuple[Path, ...]) -> None:
        def add(context: JobContext) -> ShelfItem:
            found = [self._shelf.add(file, _telling(context)) for file in files]
            return found[-1]

        self._run(add, self.tr("Adding weights"), self._added)

    def _added(self, item: ShelfItem) -> None:
        self._keep = item.key
        self._changed(self.tr("“{title}” is on the shelf.").format(title=shown(item.title)))

    # Verifying

    def _verify_all(self) -> None:
        self._run(
            lambda context: _verify(self._shelf, self._shelf.list_items(), context),
            self.tr("Verifying weights"),
            self._verified,
        )

    def _verify(self, items: tuple[ShelfItem, ...]) -> None:
        self._run(lambda context: _verify(self._shelf, items, context), self.tr("Verifying weights"), self._verified)

    def _verified(self, found: tuple[int, tuple[str, ...]]) -> None:
        n_checked, problems = found
        if problems:
            self.message_raised.emit(UserMessage(" ".join(problems), severity=Severity.ERROR))
        else:
            text = self.tr("{n} verified: as they were.").format(n=counted(n_checked, "set", "sets") + " of weights")
            self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
        self._read()

    # Describing and removing

    def _ask_description(self, item: ShelfItem) -> None:
        dialog = DescribeDialog(item, self._page)
        dialog.described.connect(lambda code, weights, note: self._describe(item, code, weights, note))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _describe(self, item: ShelfItem, code: str, weights: str, note: str) -> None:
        self._jobs.run(
            lambda: self._shelf.describe(item.key, code_licence=code, weights_licence=weights, note=note),
            then=lambda _item: self._read(),
            on_error=self.message_raised.emit,
        )

    def _ask_removal(self, item: ShelfItem) -> None:
        ask(self._page, removal_question(item), lambda _option: self._remove(item))

    def _remove(self, item: ShelfItem) -> None:
        text = self.tr("“{title}” was removed.").format(title=shown(item.title))
        self._jobs.run(
            lambda: self._shelf.remove(item.key),
            then=lambda _none: self._changed(text),
            on_error=self.message_raised.emit,
        )

    def _changed(self, text: str) -> None:
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
        self._read()
        self.changed.emit()

    def _run(self, work: Callable[[JobContext], object], title: str, then: Callable[..., None]) -> None:
        """In the background, with a way to stop it where it takes long."""
        progress = StoppableProgress(title, title, self._page.window())

        def end(deliver: Callable[[], None]) -> None:
            progress.end()
            deliver()

        job = self._jobs.run(
            work,
            then=lambda result: end(lambda: then(result)),
            on_error=lambda message: end(lambda: self.message_raised.emit(message)),
            on_progress=progress.set_progress,
        )

        def stop() -> None:
            job.cancel()
            progress.end()

        progress.canceled.connect(stop)


def _telling(context: JobContext) -> Callable[[float, float, str], None]:
    """Progress of a job that is given up when nobody waits for it any more."""

    def told(done: float, total: float, text: str) -> None:
        context.check()
        context.progress(done, total, text)

    return told


def _verify(shelf: ShelfService, items: tuple[ShelfItem, ...], context: JobContext) -> tuple[int, tuple[str, ...]]:
    """How many were looked at, and what is wrong, a sentence each."""
    total, done, problems = sum(item.n_bytes for item in items), 0, []
    for item in items:
        context.check()
        context.progress(done, max(total, 1), f"Reading {shown(item.title)}")
        try:
            shelf.verify(item.key)
        except CalqueError as error:
            problems.append(error.text)
        done += item.n_bytes
    return len(items), tuple(problems)


def adding_question(files: tuple[Path, ...], folder: Path) -> Question:
    what = f'"{shown(files[0].name)}"' if len(files) == 1 else counted(len(files), "file")
    return Question(
        title="Add weights",
        text=f"Put a copy of {what} on the shelf?",
        details=(
            f"It is copied into {shown(folder)}. It is looked at before; files that would run a program when they are "
            "read are refused, and nothing in them is executed."
        ),
        verb="Add",
    )


def removal_question(item: ShelfItem) -> Question:
    return Question(
        title="Remove weights",
        text=f'Remove "{shown(item.title)}"?',
        details=(
            f"{in_bytes(item.n_bytes)} go to the trash of the weights folder and stay there for {TRASH_DAYS} days. "
            "Versions that were trained from them stay."
        ),
        verb="Remove",
        is_danger=True,
        refusal="Keep it",
    )
