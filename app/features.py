"""Pages and controllers, made when the services are ready, and the ways between them.

Each controller knows its own pages only; what leads from one feature to another is connected here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from app.controllers.images import ImagesController
from app.controllers.projects import ProjectsController
from app.jobs import JobRunner
from app.run_pool import RunPool
from app.services import Services
from core.domain.ids import ImageId, ProjectId, RunId, VersionId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.run import Run
from core.domain.runs import RunRecord, RunStatus
from ui.images.image_browser import ImageBrowser
from ui.main_window import MainWindow
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage
from ui.widgets.formatting import percent, time_left

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from app.controllers.exports import ExportsController
    from app.controllers.imports import ImportsController
    from app.controllers.models import ModelsController
    from app.controllers.runs import RunsController
    from app.controllers.training import TrainingController
    from app.controllers.viewer import ViewerController
    from app.sample_training import SampleTraining

LATER = (
    "app.controllers.exports",
    "app.controllers.imports",
    "app.controllers.viewer",
    "app.controllers.runs",
    "app.controllers.models",
    "app.controllers.training",
    "core.formats.catalog",
    "core.samples.service",
    "ui.runs.run_page",
    "ui.runs.runs_page",
    "ui.models.models_page",
    "ui.models.version_page",
    "ui.training.wizard",
    "ui.viewer.viewer_page",
)


def preload(services: Services) -> None:
    """Load what the first clicks will need, on a thread of the pool. None of it makes a Qt object when imported."""
    for module in LATER:
        import_module(module)
    _ = (services.imports, services.models, services.training, services.thumbnails)


class LateThumbnails:
    """The thumbnail cache, made (with the decoders it needs) when the first thumbnail is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def get(self, path: Path, sha256: str, side: int) -> npt.NDArray[np.uint8]:
        return self._services.thumbnails.get(path, sha256, side)


class Features(QObject):
    """All that the window can do once the registry is open."""

    message_raised = Signal(object)  # UserMessage
    project_changed = Signal()  # another project is open, or none
    preloaded = Signal()  # what the first clicks need is in memory
    imports_made = Signal()  # the start page's wishes are heard by their controller from now on

    def __init__(
        self,
        services: Services,
        jobs: JobRunner,
        window: MainWindow,
        start_page: StartPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.services = services
        self._jobs = jobs
        self._window = window
        self._start_page = start_page
        self._summary_run: RunId | None = None
        self._sample_is_wished = False
        self._has_curves = False
        self.pool = RunPool(services.runs, self)
        self.pool.error_raised.connect(self.message_raised)
        self.pool.run_changed.connect(self._on_run_changed)
        self.pool.run_finished.connect(self._on_run_finished)
        self._make_projects()

    # --- making ------------------------------------------------------------------------------------------------
    #
    # The project page is made at once; what a start does not need is made on first use. Its modules are loaded in
    # the background before that (`preload`), so that a first click does not wait for them.

    def _make_projects(self) -> None:
        services, jobs = self.services, self._jobs
        self.browser = ImageBrowser()
        self.project_page = ProjectPage(self.browser)
        self._window.add_page("project", self.project_page)
        self.projects = ProjectsController(
            projects=services.projects,
            jobs=jobs,
            start_page=self._start_page,
            project_page=self.project_page,
            parent=self,
        )
        self.images = ImagesController(
            projects=services.projects,
            thumbnails=LateThumbnails(services),
            jobs=jobs,
            page=self.project_page,
            browser=self.browser,
            parent=self,
        )
        self.projects.project_opened.connect(self._on_project_opened)
        self.projects.project_changed.connect(self._on_project_changed)
        self.projects.project_removed.connect(self._on_project_removed)
        self.projects.import_requested.connect(lambda project: self.imports.add_to(project))
        self.projects.export_requested.connect(lambda project, folders: self.exports.open(project, folders))
        self.projects.runs_requested.connect(self._show_runs_of)
        self.projects.models_requested.connect(self._show_models_of)
        self.projects.train_requested.connect(self._open_wizard)
        self.images.import_requested.connect(lambda project: self.imports.add_to(project))
        self.images.image_open_requested.connect(self._open_image)
        for controller in (self.projects, self.images):
            controller.message_raised.connect(self.message_raised)

    @cached_property
    def imports(self) -> ImportsController:
        from app.controllers.imports import ImportsController
        from core.samples.service import SAMPLE_NAME, make_sample

        controller = ImportsController(
            imports=self.services.imports,
            projects=self.services.projects,
            formats=self.services.imports.list_formats(),
            make_sample=lambda folder, progress: make_sample(folder, progress=progress),
            sample_name=SAMPLE_NAME,
            sample_folder=self.services.home.samples,
            jobs=self._jobs,
            window=self._window,
            start_page=self._start_page,
            parent=self,
        )
        controller.imported.connect(lambda _report: self._on_imported())
        controller.project_open_requested.connect(self.projects.open_project)
        controller.message_raised.connect(self.message_raised)
        self.imports_made.emit()
        return controller

    @cached_property
    def exports(self) -> ExportsController:
        from app.controllers.exports import ExportsController

        controller = ExportsController(exports=self.services.exports, jobs=self._jobs, window=self._window, parent=self)
        controller.message_raised.connect(self.message_raised)
        return controller

    @cached_property
    def viewer(self) -> ViewerController:
        from app.controllers.viewer import ViewerController
        from ui.viewer.viewer_page import ViewerPage

        self.viewer_page = ViewerPage()
        self._window.add_page("viewer", self.viewer_page)
        controller = ViewerController(
            projects=self.services.projects, jobs=self._jobs, page=self.viewer_page, parent=self
        )
        controller.back_requested.connect(self._leave_viewer)
        controller.message_raised.connect(self.message_raised)
        return controller

    @cached_property
    def training(self) -> TrainingController:
        from app.controllers.training import TrainingController
        from ui.training.wizard import TrainingWizard

        services = self.services
        self.wizard = TrainingWizard()
        self._window.add_page("wizard", self.wizard)
        controller = TrainingController(
            training=services.training,
            projects=services.projects,
            models=services.models,
            configurations=services.configurations,
            catalog=services.catalog,
            weights_folder=services.home.weights,
            jobs=self._jobs,
            wizard=self.wizard,
            parent=self,
        )
        controller.opened.connect(lambda _project: self._on_wizard_opened())
        controller.run_submitted.connect(self._on_run_submitted)
        controller.closed.connect(self._leave_wizard)
        controller.message_raised.connect(self.message_raised)
        return controller

    @cached_property
    def runs(self) -> RunsController:
        from app.controllers.runs import RunsController
        from ui.runs.run_page import RunPage
        from ui.runs.runs_page import RunsPage

        self.runs_page = RunsPage()
        self.run_page = RunPage()
        self._window.add_page("runs", self.runs_page)
        self._window.add_page("run", self.run_page)
        controller = RunsController(
            runs=self.services.runs,
            pool=self.pool,
            jobs=self._jobs,
            runs_page=self.runs_page,
            run_page=self.run_page,
            parent=self,
        )
        controller.run_opened.connect(lambda: self._window.show_page("run", "runs"))
        controller.list_requested.connect(lambda: self._window.show_page("runs", "runs"))
        controller.version_requested.connect(self.open_version)
        controller.train_requested.connect(self.train_current_project)
        controller.train_again_requested.connect(lambda run: self.training.open_like_run(run))
        controller.message_raised.connect(self.message_raised)
        return controller

    @cached_property
    def models(self) -> ModelsController:
        from app.controllers.models import ModelsController
        from ui.models.models_page import ModelsPage
        from ui.models.version_page import VersionPage

        self.models_page = ModelsPage()
        self.version_page = VersionPage()
        self._window.add_page("models", self.models_page)
        self._window.add_page("version", self.version_page)
        controller = ModelsController(
            models=self.services.models,
            jobs=self._jobs,
            models_page=self.models_page,
            version_page=self.version_page,
            parent=self,
        )
        controller.version_opened.connect(lambda: self._window.show_page("version", "models"))
        controller.list_requested.connect(lambda: self._window.show_page("models", "models"))
        controller.run_requested.connect(lambda run: self.runs.open(run))
        controller.train_requested.connect(self.train_current_project)
        controller.train_again_requested.connect(lambda version: self.training.open_like_version(version))
        controller.message_raised.connect(self.message_raised)
        return controller

    @cached_property
    def sample_training(self) -> SampleTraining:
        from app.sample_training import SampleTraining

        made = SampleTraining(self.services, self._jobs, parent=self)
        made.submitted.connect(self._on_run_submitted)
        made.message_raised.connect(self.message_raised)
        return made

    # --- life --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show what there is, take over the runs that are at work, and copy the registry once a day."""
        self.projects.refresh_recent()
        self.pool.start()
        self._jobs.run(lambda: self.services.registry.back_up_if_due(), on_error=self.message_raised.emit, pool="io")

    def _load_curves(self) -> None:
        """Load what draws curves in the background, before a run's page is wished: it takes half a second and more.

        Not at the start: it takes as much memory as all pages together. It makes no Qt object when imported.
        """
        if not self._has_curves:
            self._has_curves = True
            self._jobs.run(lambda: import_module("ui.charts.live_curves"))

    def _on_preload_failed(self, message: UserMessage) -> None:
        self.message_raised.emit(message)
        self.preloaded.emit()

    def shutdown(self) -> None:
        self.pool.shutdown()

    @property
    def project_name(self) -> str:
        project = self.projects.current
        return project.name if project is not None else ""

    @property
    def n_live_runs(self) -> int:
        return self.pool.n_live

    @property
    def n_waiting_runs(self) -> int:
        return self.pool.n_waiting

    def stop_all_runs(self, *, then: Callable[[], None]) -> None:
        """Ask every run at work to stop and keep its best; `then` when they have been asked."""
        runs = self.pool.live_runs

        def ask() -> None:
            for run in runs:
                self.services.runs.request_stop(run)

        self._jobs.run(ask, then=lambda _none: then(), pool="registry")

    # --- wishes of the shell -----------------------------------------------------------------------------------

    def new_project(self) -> None:
        self.imports.new_project()

    def open_folder(self) -> None:
        self.imports.open_folder()

    def open_sample(self) -> None:
        self._window.show_page("start", "start")
        self.imports.open_sample()

    def import_path(self, path: Path) -> None:
        self.imports.new_project(path)

    def import_version(self) -> None:
        """Ask for an exported version and take it into the open project."""
        chooser = QFileDialog(self._window, self.tr("Import a model version"))
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilter(self.tr("Exported versions (*.zip model.json)"))
        chooser.fileSelected.connect(lambda chosen: self.take_version(Path(chosen)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def take_version(self, path: Path) -> None:
        """Take the version of a .zip file, or of the folder of a model.json, into the open project and show it."""
        project = self.projects.current
        if project is not None:
            source = path.parent if path.name == "model.json" else path
            self._jobs.run(
                lambda: self.services.models.import_version(source, project.id),
                then=lambda version: self.open_version(version.id),
                on_error=self.message_raised.emit,
            )

    def train_sample(self) -> None:
        """What `calque sample` does: open the sample and train on it at once."""
        self._sample_is_wished = True
        self.open_sample()

    def train_current_project(self) -> None:
        project = self.projects.current
        if project is not None:
            self._open_wizard(project.id, ())

    def show_section(self, section: str) -> None:
        if section == "project":
            if self.projects.current is not None:
                self._window.show_page("project", "project")
        elif section == "runs":
            self.runs.show_list()
            self._window.show_page("runs", "runs")
        else:
            self.models.show_list()
            self._window.show_page("models", "models")

    def open_live_run(self) -> None:
        if self._summary_run is not None:
            self.runs.open(self._summary_run)

    def open_version(self, version: VersionId) -> None:
        self._load_curves()  # a version's page leads to its run
        self.models.open(version)

    # --- projects ----------------------------------------------------------------------------------------------

    def _on_project_opened(self, project: Project) -> None:
        self.images.show_project(project)
        self._window.show_page("project", "project")
        self.project_changed.emit()
        if self._sample_is_wished:
            self._sample_is_wished = False
            self.sample_training.submit(project)

    def _on_project_changed(self, project: Project) -> None:
        self.images.refresh(project)
        self.project_changed.emit()

    def _on_project_removed(self, project: ProjectId) -> None:
        if "training" in self.__dict__:
            self.training.forget(project)
        if self.projects.current is None or self.projects.current.id == project:
            self.project_page.clear()
            self._window.show_page("start", "start")
        self.project_changed.emit()

    def _on_imported(self) -> None:
        self.projects.refresh_recent()
        self.projects.refresh_project()

    def _leave_wizard(self) -> None:
        self._window.show_page("project" if self.projects.current is not None else "start", "project")

    def _open_image(self, image: ImageId, ids: tuple[ImageId, ...]) -> None:
        project = self.projects.current
        if project is not None:
            self.viewer.open_image(project, image, ids)
            self._window.show_page("viewer", "project")

    def _leave_viewer(self) -> None:
        self._window.show_page("project", "project")
        if self.viewer.current_image is not None:
            self.images.select_image(self.viewer.current_image)

    # --- training ----------------------------------------------------------------------------------------------

    def _open_wizard(self, project: ProjectId, folders: tuple[str, ...]) -> None:
        self.training.open(project, folders=folders)

    def _on_wizard_opened(self) -> None:
        self._window.show_page("wizard", "project")
        self._load_curves()  # the next page is a run's

    def _on_run_submitted(self, record: RunRecord) -> None:
        self.pool.enqueue(record.id)
        self.runs.open(record.id)

    # --- runs --------------------------------------------------------------------------------------------------

    def _show_runs_of(self, project: ProjectId) -> None:
        self.runs.show_list(project=project)
        self._window.show_page("runs", "runs")

    def _show_models_of(self, project: ProjectId) -> None:
        self.models.show_list(project=project)
        self._window.show_page("models", "models")

    def _on_run_changed(self, run: Run) -> None:
        state = run.state
        if state is not None and run.status.is_live:
            self._summary_run = run.id
            self._load_curves()  # its page is one click away now
            left = " · ".join(part for part in (percent(state.progress), time_left(state.seconds_left)) if part)
            self._window.run_summary.set_run(run.record.name, state.progress, left)

    def _on_run_finished(self, run: Run) -> None:
        if self._summary_run == run.id:
            self._window.run_summary.hide()
        is_good = run.status in (RunStatus.SUCCESS, RunStatus.TERMINATED)
        severity = Severity.INFO if is_good else Severity.ERROR
        is_shown = self._window.current_page() == "run" and self.runs.current == run.id
        if not is_shown:
            self.message_raised.emit(UserMessage(f'"{run.record.name}": {run.status}', run.record.reason, severity))
        if "sample_training" in self.__dict__ and self.sample_training.run == run.id and is_good:
            self.sample_training.finished(then=self.open_version)
        if "models" in self.__dict__:
            self.models.refresh()
