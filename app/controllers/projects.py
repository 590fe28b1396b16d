"""Projects: the recent ones, opening, renaming, removing, and what the Actions menu wishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.answered_dialog import AnsweredDialog
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.changes import NO_CHANGES, Changed, Changes
from core.domain.ids import ProjectId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Category, Folder, Project
from core.errors import NotFoundError
from ui.projects.dialogs import RemoveProjectDialog, RenameProjectDialog
from ui.projects.project_actions import EVALUATE, EXPORT, IMPORT, MOVED, PREDICT, TRAIN
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.projects.service import ProjectService


@dataclass(frozen=True, slots=True)
class _Overview:
    """What the page shows of a project; None = it stays as it is."""

    project: Project
    folders: tuple[Folder, ...] | None
    categories: tuple[Category, ...] | None
    n_by_models: int  # accepted predictions


class ProjectsController(QObject):
    project_opened = Signal(object)  # Project
    project_changed = Signal(object)  # Project: of the open one, its name or its counts
    project_removed = Signal(object)  # ProjectId
    recent_changed = Signal(object)  # tuple[Project, ...], the one opened last first
    train_requested = Signal(object, object)  # ProjectId, tuple[str, ...] of folders
    import_requested = Signal(object)  # Project
    export_requested = Signal(object, object)  # Project, tuple[str, ...] of folders to offer
    imports_requested = Signal(object)  # Project
    moved_images_requested = Signal(object)  # Project
    path_dropped = Signal(object, object)  # Project, Path
    locate_requested = Signal(object)  # Project
    review_requested = Signal(object)  # Project
    suspicions_requested = Signal(object)  # Project
    runs_requested = Signal(object)  # ProjectId
    models_requested = Signal(object)  # ProjectId
    predict_requested = Signal(object, str)  # Project, the folder that is chosen
    evaluate_requested = Signal(object, str)  # Project, the folder that is chosen
    predictions_requested = Signal(object)  # ProjectId
    prediction_import_requested = Signal(object)  # ProjectId
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        projects: ProjectService,
        jobs: JobRunner,
        undo: UndoHistory | None = None,
        start_page: StartPage,
        project_page: ProjectPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._jobs = jobs
        self._undo = undo
        self._start_page = start_page
        self._page = project_page
        start_page.project_open_requested.connect(self.open_project)
        start_page.project_locate_requested.connect(self.locate_requested)
        start_page.project_rename_requested.connect(self.ask_new_name)
        start_page.project_remove_requested.connect(self.ask_removal)
        project_page.train_requested.connect(self.train_requested)
        project_page.import_requested.connect(self.import_requested)
        project_page.export_requested.connect(self.export_requested)
        project_page.review_requested.connect(self.review_requested)
        project_page.suspicions_requested.connect(self.suspicions_requested)
        project_page.runs_requested.connect(self.runs_requested)
        project_page.models_requested.connect(self.models_requested)
        project_page.predict_requested.connect(self.predict_requested)
        project_page.evaluate_requested.connect(self.evaluate_requested)
        project_page.predictions_requested.connect(self.predictions_requested)
        project_page.prediction_import_requested.connect(self.prediction_import_requested)
        project_page.imports_requested.connect(self.imports_requested)
        project_page.moved_images_requested.connect(self.moved_images_requested)
        project_page.path_dropped.connect(self.path_dropped)
        project_page.locate_requested.connect(self.locate_requested)
        project_page.rename_requested.connect(self.ask_new_name)
        project_page.remove_requested.connect(self.ask_removal)

    @property
    def current(self) -> Project | None:
        """The project on the project page."""
        return self._page.project

    def show_recent(self) -> None:
        """Read the list of projects."""
        self._jobs.run(
            self._projects.list_projects,
            then=self._show_recent,
            on_error=self.message_raised.emit,
            pool="registry",
            key="recent-projects",
        )

    def _show_recent(self, projects: tuple[Project, ...]) -> None:
        recent = tuple(sorted(projects, key=_opened_at, reverse=True))
        self._start_page.set_projects(recent)
        self.recent_changed.emit(recent)

    def open_project(self, project: ProjectId) -> None:
        """Show a project; `project_opened` follows when it is on the page."""
        self._jobs.run(
            lambda: self._opened(project),
            then=self._show_opened,
            on_error=self.message_raised.emit,
            pool="registry",
            key="open-project",
        )

    def open_last(self, project: ProjectId) -> None:
        """At the start: the project that was open when the window was closed. One that is gone is said quietly."""

        def load() -> Changed[_Overview | Project | None]:
            try:
                known = self._projects.get_project(project)
            except NotFoundError:
                return Changed(None, NO_CHANGES)
            if known.is_root_missing:
                return Changed(known, NO_CHANGES)
            opened = self._opened(project)
            return Changed(opened.value, opened.changes)

        self._jobs.run(
            load, then=self._show_last, on_error=self.message_raised.emit, pool="registry", key="open-project"
        )

    def _opened(self, project: ProjectId) -> Changed[_Overview]:
        changes = self._projects.mark_opened(project)
        return Changed(self._overview(project, Changes.whole_project(project)), changes)

    def _show_last(self, found: _Overview | Project | None) -> None:
        """Unless the person has gone elsewhere meanwhile."""
        if isinstance(found, _Overview):
            if self._start_page.isVisible():
                self._show_opened(found)
        elif found is None:
            text = "The project that was open last is not in Calque's list any more."
            self._start_page.show_message(UserMessage(text, severity=Severity.INFO))
        else:
            text = (
                f'"{found.name}", which was open last, was not opened: its folder {shown(found.root)} is not here now.'
            )
            hint = "Connect its drive, or tell Calque where the folder is now (Locate folder, in its menu below)."
            self._start_page.show_message(UserMessage(text, hint, Severity.INFO))

    def refresh(self, changes: Changes) -> None:
        """Read anew what has changed of the list and of the open project."""
        if changes.projects:
            self.show_recent()
        project = self.current
        if project is not None and project.id in changes.projects | changes.folders | changes.categories:
            # Without a key: each answer brings another part, and none may be dropped.
            self._jobs.run(
                lambda: self._overview_if_there(project.id, changes),
                then=self._show_changed,
                on_error=self.message_raised.emit,
                pool="registry",
            )

    def ask_new_name(self, project: Project) -> None:
        dialog = RenameProjectDialog(project, self._page.window())
        dialog.name_chosen.connect(lambda name: self._rename(project, name, dialog))
        dialog.open()

    def ask_removal(self, project: Project) -> None:
        dialog = RemoveProjectDialog(project, self._page.window())
        dialog.accepted.connect(lambda: self._remove(project))
        dialog.open()

    def _overview(self, project: ProjectId, changes: Changes) -> _Overview:
        return _Overview(
            self._projects.get_project(project),
            self._projects.list_folders(project, with_categories=False) if project in changes.folders else None,
            self._projects.list_categories(project) if project in changes.categories else None,
            self._projects.count_model_annotations(project),
        )

    def _overview_if_there(self, project: ProjectId, changes: Changes) -> _Overview | None:
        try:
            return self._overview(project, changes)
        except NotFoundError:  # removed: whoever did that is told so
            return None

    def _show(self, overview: _Overview) -> None:
        self._page.show_project(overview.project, overview.n_by_models)
        if overview.folders is not None:
            self._page.set_folders(overview.folders)
        if overview.categories is not None:
            self._page.set_categories(overview.categories)
        self._page.set_action_refusals(action_refusals(overview.project))
        if overview.project.is_root_missing:
            self._page.show_missing_root(_missing_root(overview.project))

    def _show_opened(self, overview: _Overview) -> None:
        self._show(overview)
        self.project_opened.emit(overview.project)

    def _show_changed(self, overview: _Overview | None) -> None:
        if overview is None or self.current is None or overview.project.id != self.current.id:
            return  # it is gone, or another was opened meanwhile
        self._show(overview)
        self.project_changed.emit(overview.project)

    def _rename(self, project: Project, name: str, dialog: RenameProjectDialog) -> None:
        rename, old, new = self._projects.rename_project, project.name, name.strip()
        answered = AnsweredDialog(dialog)

        def renamed(_changes: Changes) -> None:
            answered.accept()
            if self._undo is not None and new != old:
                self._undo.did(
                    project.id,
                    f'the name "{shown(new)}" of the project',
                    undo=lambda: rename(project.id, old, instead_of=new),
                    redo=lambda: rename(project.id, new, instead_of=old),
                )

        self._jobs.run(
            lambda: rename(project.id, name),
            then=renamed,
            on_error=answered.refused_by(self.message_raised.emit),
            pool="registry",
        )

    def _remove(self, project: Project) -> None:
        def removed(_changes: Changes) -> None:
            self.project_removed.emit(project.id)
            text = f'"{shown(project.name)}" is in the trash; "Removed projects", below the list, brings it back.'
            self._start_page.show_message(UserMessage(text, severity=Severity.INFO))

        self._jobs.run(
            lambda: self._projects.remove_project(project.id),
            then=removed,
            on_error=self.message_raised.emit,
            pool="registry",
        )


def action_refusals(project: Project) -> dict[str, str]:
    """Which entries of the Actions menu are off, and why."""
    if project.is_root_missing:
        reason = _missing_root(project).text
        return {TRAIN: reason, PREDICT: reason, EVALUATE: reason, IMPORT: reason, MOVED: reason}
    if not project.n_images:
        reason = "This project has no folder with images."
        return {
            TRAIN: f"{reason} Add images before training a model.",
            PREDICT: reason,
            EVALUATE: reason,
            EXPORT: reason,
        }
    if not project.n_annotated:
        reason = f'No image in "{project.name}" has an annotation.'
        return {
            TRAIN: f"{reason} Import annotations before training a model.",
            EVALUATE: f"{reason} There is nothing to measure against.",
            EXPORT: reason,
        }
    return {}


def _missing_root(project: Project) -> UserMessage:
    return UserMessage(
        f"The folder {shown(project.root)} is not on this computer now.",
        "Connect its drive, or say where the folder is now: Locate folder, in the Actions menu. "
        "Until then its images cannot be shown.",
        Severity.WARNING,
    )


def _opened_at(project: Project) -> float:
    return (project.opened_at or project.created_at).timestamp()
