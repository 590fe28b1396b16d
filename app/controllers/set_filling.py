"""Images put into the sets of datasets from the project's page: dragged there, or by menus of images and folders."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu

from app.jobs import JobRunner
from app.undo import Turn, UndoHistory, in_one_go, pace_of
from core.domain.changes import Changed, Changes
from core.domain.counting import counted
from core.domain.datasets import Dataset, DatasetEdit, SetId
from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Folder, ImageFilter, Project
from ui.icons import icon
from ui.images.image_browser import ImageBrowser
from ui.projects.drop_targets import SetTarget
from ui.projects.project_page import ProjectPage
from ui.widgets.confirmation import Question, ask
from ui.widgets.dropping import DraggedImages

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.datasets.editing import DatasetEditing

IN_ANOTHER_SET = "E-212"


class EditingSource(Protocol):
    """Makes the service when it is first asked for, on a pool thread."""

    @property
    def dataset_editing(self) -> DatasetEditing: ...


class SetFillingController(QObject):
    set_show_requested = Signal(object, str)  # ImageIds, words that complete "images ..."
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: EditingSource,
        jobs: JobRunner,
        undo: UndoHistory,
        page: ProjectPage,
        browser: ImageBrowser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._undo = undo
        self._page = page
        self._project: Project | None = None
        self._datasets: tuple[Dataset, ...] = ()
        self.dialog: QObject | None = None
        page.images_dropped.connect(self._drop)
        page.target_activated.connect(self._show)
        browser.add_menu_section("", self._add_to_image_menu)
        page.add_folder_section("", self._add_to_folder_menu)

    def show_project(self, project: Project) -> None:
        self._project, self._datasets = project, ()
        self._page.set_datasets(())
        self._look()

    def refresh(self, changes: Changes) -> None:
        if self._project is not None and (changes.datasets or self._project.id in changes.image_lists):
            self._look()

    def put_into(self, dataset: Dataset, set: SetId, dragged: DraggedImages) -> None:
        """Dropped on the dataset's own page."""
        item = next((item for item in dataset.sets if item.id == set), None)
        if item is not None:
            self.put(SetTarget(dataset.id, item), dragged)

    def put(self, target: SetTarget, dragged: DraggedImages, *, moves: bool = False) -> None:
        """Those that are in the set already stay there. Where an image is to be in one set only, the person is asked
        before it leaves another."""
        project = self._project
        if project is None or dragged.project != project.id:
            return

        def work() -> Changed[DatasetEdit]:
            editing, into = self._services.dataset_editing, target.item.id
            if dragged.folders:
                chosen = ImageFilter(dragged.project, folders=dragged.folders)
                return editing.fill(target.dataset, into, chosen, moves=moves)
            return editing.add_images(target.dataset, into, dragged.images, moves=moves)

        self._jobs.run(
            work,
            then=lambda edit: self._tell(project.id, target, edit),
            on_error=lambda message: self._refuse(message, target, dragged, has_moved=moves),
            pool="registry",
        )

    def _tell(self, project: ProjectId, target: SetTarget, edit: DatasetEdit) -> None:
        name = shown(target.item.name)
        if not edit.n_added:
            text = f'"{name}" has all of these images already.'
        else:
            text = f'{counted(edit.n_added, "image")} put into "{name}".'
            if edit.n_removed:
                text += f" {edit.n_removed:,} of them left another set."
            turn = Turn(edit, in_one_go(self._services.dataset_editing.undo))
            pace = pace_of(edit.n_added + edit.n_removed)
            self._undo.did(project, edit.text, undo=turn, redo=turn, pace=pace, dataset=edit.dataset)
        self.message_raised.emit(UserMessage(text, severity=Severity.INFO))

    def _refuse(self, message: UserMessage, target: SetTarget, dragged: DraggedImages, *, has_moved: bool) -> None:
        if message.code != IN_ANOTHER_SET or has_moved:
            self.message_raised.emit(message)
            return
        question = Question(
            "Images in another set",
            message.text,
            f'Moved, they leave the other set and are in "{shown(target.item.name)}" only. It can be undone.',
            "Move them",
        )
        self.dialog = ask(self._page.window(), question, lambda _: self.put(target, dragged, moves=True))

    def _drop(self, target: object, dragged: DraggedImages) -> None:
        if isinstance(target, SetTarget):
            self.put(target, dragged)

    def _show(self, target: object) -> None:
        """List what is in a set."""
        project = self._project
        if not isinstance(target, SetTarget) or project is None:
            return

        def show(images: ImageIds) -> None:
            if self._project is not None and self._project.id == project.id:
                self.set_show_requested.emit(images, f'in the set "{shown(target.item.name)}"')

        self._jobs.run(
            lambda: self._services.dataset_editing.list_images(target.dataset, (target.item.id,)),
            then=show,
            on_error=self.message_raised.emit,
            pool="registry",
            key="set-images",
        )

    def _look(self) -> None:
        project = self._project
        assert project is not None
        self._jobs.run(
            lambda: self._services.dataset_editing.list_datasets(project.id),
            then=lambda datasets: self._got(project.id, datasets),
            on_error=self.message_raised.emit,
            pool="registry",
            key="drop-targets",
        )

    def _got(self, project: ProjectId, datasets: tuple[Dataset, ...]) -> None:
        if self._project is not None and self._project.id == project:
            self._datasets = tuple(dataset for dataset in datasets if dataset.is_editable)
            self._page.set_datasets(self._datasets)

    # --- menus -------------------------------------------------------------------------------------------------

    def _add_to_image_menu(self, menu: QMenu, chosen: ImageIds) -> None:
        if self._project is not None:
            dragged = DraggedImages(self._project.id, chosen)
            self._fill_menu(menu, lambda target: self.put(target, dragged), is_enabled=len(chosen) > 0)

    def _add_to_folder_menu(self, menu: QMenu, folder: Folder) -> None:
        if self._project is not None:
            dragged = DraggedImages(self._project.id, ImageIds.of(()), (folder.path,))
            self._fill_menu(menu, lambda target: self.put(target, dragged), is_enabled=folder.n_images > 0)

    def _fill_menu(self, menu: QMenu, put: Callable[[SetTarget], None], *, is_enabled: bool) -> None:
        """Nothing while no dataset can be filled."""
        if not self._datasets:
            return
        sets = menu.addMenu(icon("database"), "&Put into a set")
        sets.setEnabled(is_enabled)
        for dataset in self._datasets:
            inner = sets if len(self._datasets) == 1 else sets.addMenu(shown(dataset.label).replace("&", "&&"))
            for item in dataset.sets:
                target = SetTarget(dataset.id, item)
                action = inner.addAction(target.text.replace("&", "&&"))
                action.triggered.connect(lambda _=False, target=target: put(target))
