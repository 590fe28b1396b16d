"""The page on which versions or runs stand beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobContext, JobRunner
from core.domain.changes import Changes
from core.domain.comparing import Compared, Comparison
from core.domain.ids import RunId, VersionId
from core.domain.snapshots import Split
from core.domain.workers import FieldSpec

if TYPE_CHECKING:
    from core.comparing.service import ComparingService
    from ui.comparing.compare_page import ComparePage

PAGE = "ui.comparing.compare_page"


class ComparingController(QObject):
    """`make_page` is called when the first comparison is ready: the page's module takes time to load, which a job
    does."""

    compared = Signal()  # the page shows what was asked for
    left = Signal(bool)  # back; True when versions were compared, not runs
    images_requested = Signal(object, object, object)  # Compared, Compared, Split
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        comparing: ComparingService,
        jobs: JobRunner,
        make_page: Callable[[], ComparePage],
        fields_of: Callable[[str], Sequence[FieldSpec]] = lambda _worker: (),
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._comparing = comparing
        self._jobs = jobs
        self._make_page = make_page
        self._fields_of = fields_of
        self._page: ComparePage | None = None
        self._versions: tuple[VersionId, ...] = ()
        self._runs: tuple[RunId, ...] = ()

    def compare_versions(self, ids: Sequence[VersionId]) -> None:
        """`compared` follows when the page shows them."""
        self._versions, self._runs = tuple(ids), ()
        self._read(then=self._show)

    def compare_runs(self, ids: Sequence[RunId]) -> None:
        self._versions, self._runs = (), tuple(ids)
        self._read(then=self._show)

    def refresh(self, changes: Changes) -> None:
        """Read anew when one of those on the page has changed; one that was deleted is told by its error."""
        shown = self._page.comparison if self._page is not None else None
        if shown is None or not self._page or not self._page.isVisible():
            return
        versions = {item.version for item in shown.items} & changes.versions
        runs = {item.run for item in shown.items} & changes.runs
        if versions or runs:
            self._read(then=self._page.set_comparison)

    def _read(self, then: Callable[[Comparison, Sequence[FieldSpec]], None]) -> None:
        comparing, versions, runs = self._comparing, self._versions, self._runs

        def gather(context: JobContext) -> tuple[Comparison, Sequence[FieldSpec]]:
            import_module(PAGE)
            if versions:
                found = comparing.compare_versions(versions, context.check)
            else:
                found = comparing.compare_runs(runs, context.check)
            workers = dict.fromkeys(item.worker for item in found.items)
            return found, [field for worker in workers for field in self._fields_of(worker)]

        self._jobs.run(
            gather,
            then=lambda answer: then(*answer),
            on_error=self.message_raised.emit,
            on_progress=lambda _done, _total, _text: None,
            pool="io",
            key="compare",
        )

    def _show(self, comparison: Comparison, fields: Sequence[FieldSpec]) -> None:
        if self._page is None:
            self._page = self._make_page()
            self._page.back_requested.connect(lambda: self.left.emit(bool(self._versions)))
            self._page.images_requested.connect(self._see_images)
            self._page.split_chosen.connect(self._read_pairs)
        self._page.set_comparison(comparison, fields)
        self.compared.emit()

    def _see_images(self, first: Compared, second: Compared, split: Split) -> None:
        self.images_requested.emit(first, second, split)

    def _read_pairs(self, split: Split) -> None:
        page, comparing = self._page, self._comparing
        comparison = page.comparison if page is not None else None
        if page is None or comparison is None:
            return
        self._jobs.run(
            lambda context: comparing.pairs(comparison, split, context.check),
            then=lambda pairs: page.set_pairs(split, pairs),
            on_error=self.message_raised.emit,
            on_progress=lambda _done, _total, _text: None,
            pool="io",
            key="compare-pairs",
        )
