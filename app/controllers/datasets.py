"""The Datasets view of the open project: listed, edited, split, frozen and checked; every edit can be undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog

from app.controllers.dataset_freezing import DatasetFreezingController
from app.jobs import JobRunner
from app.undo import Turn, UndoHistory, in_one_go, pace_of
from core.domain.changes import Changed, Changes
from core.domain.datasets import Dataset, DatasetEdit, DatasetState, SetId, SetRole
from core.domain.ids import DatasetId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import ImageFilter, Project
from core.domain.splitting import ProposedSet, SplitDraft, SplitPlan
from ui.datasets.datasets_page import DatasetsPage
from ui.datasets.fill_dialog import FillDialog, FillOffers, FillWish
from ui.datasets.name_dialog import NameDialog
from ui.datasets.split_dialog import SplitDialog
from ui.widgets.confirmation import Question, ask
from ui.widgets.title_dialog import TitleDialog

if TYPE_CHECKING:
    from core.datasets.editing import DatasetEditing
    from core.datasets.freezing import DatasetFreezing
    from core.datasets.proposing import DatasetProposing
    from core.datasets.splitting import DatasetSplitting
    from core.filters.service import FilterService
    from core.judgements.tags import TagService
    from core.projects.service import ProjectService

Edited = Changed[DatasetEdit]


class DatasetServices(Protocol):
    """Makes the services when they are first asked for, on a pool thread."""

    @property
    def dataset_editing(self) -> DatasetEditing: ...
    @property
    def dataset_freezing(self) -> DatasetFreezing: ...
    @property
    def dataset_splitting(self) -> DatasetSplitting: ...
    @property
    def dataset_proposing(self) -> DatasetProposing: ...
    @property
    def filters(self) -> FilterService: ...
    @property
    def tags(self) -> TagService: ...
    @property
    def projects(self) -> ProjectService: ...


class DatasetsController(QObject):
    message_raised = Signal(object)  # UserMessage
    train_requested = Signal(object, object)  # ProjectId, DatasetId
    images_requested = Signal(object, str)  # ImageIds, words that complete "images ..."

    def __init__(
        self, *, services: DatasetServices, jobs: JobRunner, undo: UndoHistory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._undo = undo
        self._project: Project | None = None
        self._proposed: tuple[ProposedSet, ...] = ()
        self.page = DatasetsPage()
        self.dialog: QObject | None = None
        self.freezing = DatasetFreezingController(services=services, jobs=jobs, page=self.page, parent=self)
        self._connect()

    def _connect(self) -> None:
        page, view = self.page, self.page.view
        page.dataset_chosen.connect(self._load_details)
        page.create_requested.connect(self.ask_creating)
        page.proposed_requested.connect(self._create_proposed)
        view.rename_requested.connect(self._ask_renaming)
        view.clone_requested.connect(self._clone)
        view.delete_requested.connect(self._ask_deleting)
        view.train_requested.connect(self._train)
        view.split_requested.connect(self.ask_splitting)
        view.taking_out_requested.connect(self._take_out)
        view.unique_requested.connect(self._set_unique)
        view.set_add_requested.connect(self._ask_new_set)
        view.set_rename_requested.connect(self._ask_set_name)
        view.set_role_requested.connect(self._set_role)
        view.sets_order_requested.connect(self._order_sets)
        view.set_remove_requested.connect(self._remove_set)
        view.fill_requested.connect(self.ask_filling)
        view.images_requested.connect(self._show_images)

    # --- looking -------------------------------------------------------------------------------------------------

    def show_project(self, project: Project) -> None:
        if self._project is None or self._project.id != project.id:
            self.page.banner.hide()
            self.page.show_loading()
        self._project = project
        self._load()

    def _train(self) -> None:
        dataset = self.page.view.dataset
        if dataset is not None:
            self.train_requested.emit(dataset.project, dataset.id)

    def refresh(self, changes: Changes) -> None:
        project = self._project
        if project is not None and (
            changes.datasets or project.id in changes.image_lists | changes.categories | changes.folders
        ):
            self._load()

    def _load(self) -> None:
        project = self._project
        assert project is not None

        def look() -> tuple[Sequence[Dataset], tuple[ProposedSet, ...]]:
            datasets = self._services.dataset_editing.list_datasets(project.id)
            return datasets, self._services.dataset_proposing.propose_sets(project.id)

        def got(found: tuple[Sequence[Dataset], tuple[ProposedSet, ...]]) -> None:
            datasets, self._proposed = found
            current = self.page.set_datasets(datasets, self._proposed)
            if current is not None:
                self._load_details(current)

        self._jobs.run(
            look,
            then=got,
            on_error=lambda message: self.page.show_problem(message.text, message.hint),
            key="datasets",
            gives_way=True,
        )

    def _load_details(self, id: DatasetId) -> None:
        self._jobs.run(
            lambda: self._services.dataset_editing.get_details(id),
            then=self.page.show_details,
            on_error=self._say,
            key="dataset-details",
            gives_way=True,
        )

    def _show_images(self, key: SetId) -> None:
        dataset = self.page.shown()
        if dataset is None:
            return
        name = next((item.name for item in dataset.sets if item.id == key), "")

        def show(images: ImageIds) -> None:
            if self.page.is_shown(dataset.id):
                self.images_requested.emit(images, f'in the set "{shown(name)}"')

        self._jobs.run(
            lambda: self._services.dataset_editing.list_images(dataset.id, (key,)),
            then=show,
            on_error=self._say,
            key="dataset-images",
        )

    # --- editing ---------------------------------------------------------------------------------------------------

    def ask_creating(self) -> None:
        project = self._project
        if project is not None:
            dialog = TitleDialog("New dataset", "", "", parent=self.page.window())
            dialog.submitted.connect(
                lambda name, text: self._edit(
                    lambda: self._services.dataset_editing.create(project.id, name, description=text),
                    dialog,
                    is_new=True,
                )
            )
            self._open(dialog)

    def _create_proposed(self) -> None:
        project, proposed = self._project, self._proposed
        if project is None or not proposed:
            return

        def work() -> Edited:
            taken = {item.name for item in self._services.dataset_editing.list_datasets(project.id)}
            name = project.name[:90] if project.name[:90] not in taken else f"{project.name[:90]} {len(taken) + 1}"
            return self._services.dataset_proposing.create(project.id, name, proposed)

        self._edit(work, is_new=True)

    def _ask_renaming(self) -> None:
        dataset = self.page.shown()
        if dataset is None:
            return
        dialog = TitleDialog("Rename dataset", dataset.name, dataset.description, parent=self.page.window())

        def submit(name: str, text: str) -> None:
            editing = self._services.dataset_editing
            if text.strip() != dataset.description:
                self._edit(lambda: editing.describe(dataset.id, text), dialog, closes=name == dataset.name)
            if name != dataset.name:
                self._edit(lambda: editing.rename(dataset.id, name), dialog)
            elif text.strip() == dataset.description:
                dialog.accept()

        dialog.submitted.connect(submit)
        self._open(dialog)

    def _clone(self) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._edit(lambda: self._services.dataset_editing.clone(dataset.id), is_new=True)

    def _ask_deleting(self) -> None:
        dataset = self.page.shown()
        if dataset is None:
            return
        details = "The images stay in the project. It can be undone."
        if dataset.state is DatasetState.COMPLETE:
            details = "It is not listed any more. What was trained from it still names it. It can be undone."
        question = Question("Delete dataset", f'Delete "{shown(dataset.label)}"?', details, "Delete", is_danger=True)
        self.dialog = ask(
            self.page.window(),
            question,
            lambda _: self._edit(lambda: self._services.dataset_editing.delete(dataset.id)),
        )

    def _set_unique(self, wanted: bool) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._edit(lambda: self._services.dataset_editing.set_unique(dataset.id, has_unique_images=wanted))

    def _ask_new_set(self) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._ask_name(
                "Add a set", "", lambda name: self._services.dataset_editing.add_set(dataset.id, name, _role_of(name))
            )

    def _ask_set_name(self, key: SetId) -> None:
        dataset = self.page.shown()
        if dataset is not None and dataset.is_editable:
            name = next((item.name for item in dataset.sets if item.id == key), "")
            self._ask_name(
                "Rename set", name, lambda text: self._services.dataset_editing.rename_set(dataset.id, key, text)
            )

    def _ask_name(self, title: str, name: str, work: Callable[[str], Edited]) -> None:
        dialog = NameDialog(title, "&Name", "Save", name=name, parent=self.page.window())
        dialog.submitted.connect(lambda text: self._edit(lambda: work(text), dialog))
        self._open(dialog)

    def _set_role(self, key: SetId, role: SetRole) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._edit(lambda: self._services.dataset_editing.set_role(dataset.id, key, role))

    def _order_sets(self, order: tuple[SetId, ...]) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._edit(lambda: self._services.dataset_editing.order_sets(dataset.id, order))

    def _remove_set(self, key: SetId) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._edit(lambda: self._services.dataset_editing.remove_set(dataset.id, key))

    def _take_out(self) -> None:
        dataset = self.page.shown()
        if dataset is not None:
            self._edit(lambda: self._services.dataset_editing.remove_unfit(dataset.id))

    # --- filling and splitting -------------------------------------------------------------------------------------

    def ask_filling(self, key: SetId) -> None:
        dataset, project = self.page.shown(), self._project
        if dataset is None or project is None:
            return

        def offers() -> FillOffers:
            projects = self._services.projects
            others = self._services.dataset_editing.list_datasets(project.id)
            return FillOffers(
                projects.list_folders(project.id, with_categories=False),
                tuple((tag, n) for tag, n in self._services.tags.count(project.id).items() if n),
                self._services.filters.list_filters(project.id),
                tuple(projects.count_stated_sets(project.id).items()),
                projects.count_images(ImageFilter(project.id)),
                tuple((own, item) for own in others for item in own.sets if item.n_images and item.id != key),
            )

        def show(found: FillOffers) -> None:
            if not self.page.is_shown(dataset.id):
                return
            name = next((item.name for item in dataset.sets if item.id == key), "")
            dialog = FillDialog(name, found, is_unique=dataset.has_unique_images, parent=self.page.window())
            dialog.submitted.connect(lambda wish: self._edit(lambda: self._fill(dataset, key, wish), dialog))
            self._open(dialog)

        self._jobs.run(offers, then=show, on_error=self._say, key="dataset-question")

    def _fill(self, dataset: Dataset, key: SetId, wish: FillWish) -> Edited:
        editing = self._services.dataset_editing
        if wish.stated is not None:
            return editing.fill_stated(dataset.id, key, wish.stated, moves=wish.moves)
        chosen = ImageFilter(dataset.project, folders=wish.folders, tag=wish.tag, where=wish.where)
        return editing.fill(dataset.id, key, chosen, moves=wish.moves)

    def ask_splitting(self) -> None:
        dataset, project = self.page.shown(), self._project
        if dataset is None or project is None:
            return
        dialog = SplitDialog(dataset, project.n_images, parent=self.page.window())

        def plan(draft: SplitDraft) -> None:
            self._jobs.run(
                lambda: self._services.dataset_splitting.plan(dataset.id, draft),
                then=lambda found: dialog.show_plan(found) if self.dialog is dialog else None,
                on_error=lambda message: dialog.show_problem(message.in_words) if self.dialog is dialog else None,
                key="split-plan",
                gives_way=True,
            )

        def apply(found: SplitPlan) -> None:
            self._edit(lambda: self._services.dataset_splitting.apply(dataset.id, found), dialog)

        dialog.plan_requested.connect(plan)
        dialog.apply_requested.connect(apply)
        self._open(dialog)

    # --- parts -----------------------------------------------------------------------------------------------------

    def _edit(
        self,
        work: Callable[[], Edited],
        dialog: QDialog | None = None,
        *,
        is_new: bool = False,
        closes: bool = True,
    ) -> None:
        """Run an edit; a dialog stays open, and says why, where it is refused."""
        project = self._project
        assert project is not None

        def done(edit: DatasetEdit) -> None:
            turn = Turn(edit, in_one_go(self._services.dataset_editing.undo))
            pace = pace_of(edit.n_added + edit.n_removed)
            edited = None if edit.is_frozen else edit.dataset  # a frozen one's going is not refused
            self._undo.did(project.id, edit.text, undo=turn, redo=turn, pace=pace, dataset=edited)
            if is_new and self._project is not None and self._project.id == project.id:
                self.page.choose(edit.dataset)
            for note in edit.notes:
                self._say(UserMessage(note, severity=Severity.INFO))
            if dialog is not None and closes and self.dialog is dialog:
                self.dialog = None
                dialog.accept()

        def failed(message: UserMessage) -> None:
            if dialog is not None and self.dialog is dialog:
                dialog.show_problem(message.in_words)  # type: ignore[attr-defined]
            else:
                self._say(message)
            self._load()

        self._jobs.run(work, then=done, on_error=failed, pool="registry")

    def _open(self, dialog: QDialog) -> None:
        def gone() -> None:
            if self.dialog is dialog:
                self.dialog = None

        self.dialog = dialog
        dialog.finished.connect(gone)
        dialog.open()

    def _say(self, message: UserMessage) -> None:
        self.page.show_message(message)


def _role_of(name: str) -> SetRole:
    """What a set of that name is for, where its name says so."""
    from core.domain.set_names import set_named

    split = set_named(name)
    return SetRole.EXTRA if split is None else SetRole(split.value)
