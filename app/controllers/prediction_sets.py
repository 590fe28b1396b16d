"""The list of sets of predictions: read, filtered, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.counting import counted, in_bytes
from core.domain.ids import ProjectId, VersionId
from core.domain.names import shown
from core.domain.predictions import PredictionSet
from ui.predictions.predictions_page import PredictionsPage
from ui.widgets.confirmation import Question, ask

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.predictions.service import PredictionService
    from core.projects.service import ProjectService


@dataclass(frozen=True, slots=True)
class _Found:
    sets: tuple[PredictionSet, ...]
    projects: dict[ProjectId, str]


class PredictionSetsController(QObject):
    see_requested = Signal(object)  # PredictionSet
    export_requested = Signal(object)  # PredictionSet
    run_requested = Signal(object)  # RunId
    predict_requested = Signal()
    import_requested = Signal()
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        predictions: PredictionService,
        projects: ProjectService,
        jobs: JobRunner,
        page: PredictionsPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._predictions = predictions
        self._projects = projects
        self._jobs = jobs
        self._page = page
        page.see_requested.connect(self.see_requested)
        page.export_requested.connect(self.export_requested)
        page.run_requested.connect(self.run_requested)
        page.predict_requested.connect(self.predict_requested)
        page.import_requested.connect(self.import_requested)
        page.delete_requested.connect(self._ask_deletion)

    def show_list(self, *, project: ProjectId | None = None, version: VersionId | None = None) -> None:
        """Read the list anew, of one project or one version only where one is named."""
        self._page.show_only(project=project, version=version)
        self._read()

    def refresh(self, changes: Changes) -> None:
        if changes.predictions or changes.renamed:
            self._read()

    def _read(self) -> None:
        def read() -> _Found:
            names = {project.id: project.name for project in self._projects.list_projects()}
            return _Found(self._predictions.list_sets(), names)

        self._jobs.run(
            read,
            then=lambda found: self._page.set_sets(found.sets, found.projects),
            on_error=self.message_raised.emit,
            pool="registry",
            key="list-predictions",
        )

    def _ask_deletion(self, sets: tuple[PredictionSet, ...]) -> None:
        ask(self._page, deletion_question(sets), lambda _option: self._delete(sets))

    def _delete(self, sets: tuple[PredictionSet, ...]) -> None:
        # Files go: not on the registry's thread.
        self._jobs.run(
            lambda: self._predictions.delete([item.id for item in sets]),
            then=lambda _changes: None,
            on_error=self.message_raised.emit,
        )


def deletion_question(sets: tuple[PredictionSet, ...]) -> Question:
    n_objects = sum(item.n_predictions for item in sets)
    one = f'the predictions "{shown(sets[0].title)}"'
    what = one if len(sets) == 1 else f"{counted(len(sets), 'set')} of predictions"
    return Question(
        title="Delete predictions",
        text=f"Delete {what}?",
        details=(
            f"{n_objects:,} predicted objects, {in_bytes(sum(item.n_bytes for item in sets))}, for good. Images, "
            "annotations, versions and runs stay, and so do accepted predictions and what was measured."
        ),
        verb="Delete",
        is_danger=True,
        refusal="Keep them" if len(sets) > 1 or n_objects != 1 else "Keep it",
    )
