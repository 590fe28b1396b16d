"""Pages and controllers, made when the services are ready, and the ways between them.

Each controller knows its own pages only; what leads from one feature to another is connected here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.controllers.images import ImagesController
from app.controllers.imports import ImportsController
from app.controllers.models import ModelsController
from app.controllers.projects import ProjectsController
from app.controllers.runs import RunsController
from app.controllers.training import TrainingController
from app.controllers.viewer import ViewerController
from app.jobs import JobRunner
from app.run_pool import RunPool
from app.sample_training import SampleTraining
from app.services import Services
from core.domain.ids import ImageId, ProjectId, RunId, VersionId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.runs import RunRecord, RunState, RunStatus
from core.formats.catalog import FORMATS
from core.samples.service import SAMPLE_NAME, make_sample
from ui.images.image_browser import ImageBrowser
from ui.main_window import MainWindow
from ui.models.models_page import ModelsPage
from ui.models.version_page import VersionPage
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage
from ui.runs.run_page import RunPage
from ui.runs.runs_page import RunsPage
from ui.training.wizard import TrainingWizard
from ui.viewer.viewer_page import ViewerPage
from ui.widgets.formatting import percent, time_left


class Features(QObject):
    """All that the window can do once the registry is open."""

    message_raised = Signal(object)  # UserMessage
    project_changed = Signal()  # another project is open, or none

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
        self._names: dict[RunId, str] = {}
        self.pool = RunPool(services.runs, self)
        self._make_pages()
        self._make_controllers()
        self._connect()

    # --- making ------------------------------------------------------------------------------------------------

    def _make_pages(self) -> None:
        self.browser = ImageBrowser()
        self.project_page = ProjectPage(self.browser)
        self.viewer_page = ViewerPage()
        self.wizard = TrainingWizard()
        self.runs_page = RunsPage()
        self.run_page = RunPage()
        self.models_page = ModelsPage()
        self.version_page = VersionPage()
        for name, page in (
            ("project", self.project_page),
            ("viewer", self.viewer_page),
            ("wizard", self.wizard),
            ("runs", self.runs_page),
            ("run", self.run_page),
            ("models", self.models_page),
            ("version", self.version_page),
        ):
            self._window.add_page(name, page)

    def _make_controllers(self) -> None:
        services, jobs = self.services, self._jobs
        self.projects = ProjectsController(
            projects=services.projects,
            jobs=jobs,
            start_page=self._start_page,
            project_page=self.project_page,
            parent=self,
        )
        self.images = ImagesController(
            projects=services.projects,
            thumbnails=services.thumbnails,
            jobs=jobs,
            page=self.project_page,
            browser=self.browser,
            parent=self,
        )
        self.imports = ImportsController(
            imports=services.imports,
            projects=services.projects,
            formats=[(item.slug, item.title) for item in FORMATS],
            make_sample=lambda folder, progress: make_sample(folder, progress=progress),
            sample_name=SAMPLE_NAME,
            sample_folder=services.home.samples,
            jobs=jobs,
            window=self._window,
            start_page=self._start_page,
            parent=self,
        )
        self.viewer = ViewerController(projects=services.projects, jobs=jobs, page=self.viewer_page, parent=self)
        self.training = TrainingController(
            training=services.training,
            projects=services.projects,
            models=services.models,
            configurations=services.configurations,
            catalog=services.catalog,
            weights_folder=services.home.weights,
            jobs=jobs,
            wizard=self.wizard,
            parent=self,
        )
        self.runs = RunsController(
            runs=services.runs,
            pool=self.pool,
            jobs=jobs,
            runs_page=self.runs_page,
            run_page=self.run_page,
            parent=self,
        )
        self.models = ModelsController(
            models=services.models,
            jobs=jobs,
            models_page=self.models_page,
            version_page=self.version_page,
            parent=self,
        )
        self.sample_training = SampleTraining(services, jobs, parent=self)

    def _connect(self) -> None:
        for controller in (
            self.projects,
            self.images,
            self.imports,
            self.viewer,
            self.training,
            self.runs,
            self.models,
        ):
            controller.message_raised.connect(self.message_raised)
        self.sample_training.message_raised.connect(self.message_raised)
        self.pool.error_raised.connect(self.message_raised)
        self._connect_projects()
        self._connect_training()
        self._connect_runs()

    def _connect_projects(self) -> None:
        self.projects.project_opened.connect(self._on_project_opened)
        self.projects.project_changed.connect(self._on_project_changed)
        self.projects.project_removed.connect(self._on_project_removed)
        self.projects.import_requested.connect(self.imports.add_to)
        self.projects.runs_requested.connect(self._show_runs_of)
        self.projects.models_requested.connect(self._show_models_of)
        self.projects.train_requested.connect(self._open_wizard)
        self.images.import_requested.connect(self.imports.add_to)
        self.images.image_open_requested.connect(self._open_image)
        self.imports.imported.connect(lambda _report: self._on_imported())
        self.imports.project_open_requested.connect(self.projects.open_project)
        self.viewer.back_requested.connect(self._leave_viewer)

    def _connect_training(self) -> None:
        self.training.opened.connect(lambda _project: self._window.show_page("wizard", "project"))
        self.training.run_submitted.connect(self._on_run_submitted)
        self.training.closed.connect(lambda: self._window.show_page("project", "project"))
        self.sample_training.submitted.connect(self._on_sample_submitted)

    def _connect_runs(self) -> None:
        self.runs.run_opened.connect(lambda: self._window.show_page("run", "runs"))
        self.runs.list_requested.connect(lambda: self._window.show_page("runs", "runs"))
        self.runs.version_requested.connect(self.open_version)
        self.runs.train_requested.connect(self.train_current_project)
        self.models.train_requested.connect(self.train_current_project)
        self.runs.train_again_requested.connect(self.training.open_like_run)
        self.models.version_opened.connect(lambda: self._window.show_page("version", "models"))
        self.models.list_requested.connect(lambda: self._window.show_page("models", "models"))
        self.models.run_requested.connect(self.runs.open)
        self.models.train_again_requested.connect(self.training.open_like_version)
        self.pool.run_listed.connect(self._on_run_listed)
        self.pool.state_changed.connect(self._on_run_state)
        self.pool.run_finished.connect(self._on_run_finished)

    # --- life --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show what there is, and take over the runs that are at work."""
        self.projects.refresh_recent()
        self.pool.start()

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

    def train_sample(self) -> None:
        """What `calque sample` does: open the sample and train on it at once."""
        self.sample_training.is_wished = True
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
        self.models.open(version)

    # --- projects ----------------------------------------------------------------------------------------------

    def _on_project_opened(self, project: Project) -> None:
        self.images.show_project(project)
        self._window.show_page("project", "project")
        self.project_changed.emit()
        if self.sample_training.is_wished and project.name == SAMPLE_NAME:
            self.sample_training.submit(project)

    def _on_project_changed(self, project: Project) -> None:
        self.images.refresh(project)
        self.project_changed.emit()

    def _on_project_removed(self, project: ProjectId) -> None:
        if self.projects.current is None or self.projects.current.id == project:
            self.project_page.clear()
            self._window.show_page("start", "start")
        self.project_changed.emit()

    def _on_imported(self) -> None:
        self.projects.refresh_recent()
        self.projects.refresh_project()

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

    def _on_run_submitted(self, record: RunRecord) -> None:
        self._names[record.id] = record.name
        self.pool.enqueue(record.id)
        self.runs.open(record.id)

    def _on_sample_submitted(self, record: RunRecord) -> None:
        self._on_run_submitted(record)

    # --- runs --------------------------------------------------------------------------------------------------

    def _show_runs_of(self, project: ProjectId) -> None:
        self.runs.show_list(project=project)
        self._window.show_page("runs", "runs")

    def _show_models_of(self, project: ProjectId) -> None:
        self.models.show_list(project=project)
        self._window.show_page("models", "models")

    def _on_run_listed(self, record: RunRecord) -> None:
        self._names[record.id] = record.name

    def _on_run_state(self, state: RunState) -> None:
        if state.status.is_live:
            self._summary_run = state.run
            left = " · ".join(part for part in (percent(state.progress), time_left(state.seconds_left)) if part)
            self._window.run_summary.set_run(self._names.get(state.run, ""), state.progress, left)

    def _on_run_finished(self, state: RunState) -> None:
        if self._summary_run == state.run:
            self._window.run_summary.hide()
        name = self._names.get(state.run, "")
        is_good = state.status in (RunStatus.SUCCESS, RunStatus.TERMINATED)
        severity = Severity.INFO if is_good else Severity.ERROR
        if self.runs.current != state.run or self._window.current_page() != "run":
            self.message_raised.emit(UserMessage(f'"{name}": {state.status}', state.reason, severity))
        if self.sample_training.run == state.run and state.status is RunStatus.SUCCESS:
            self.sample_training.finished(then=self.open_version)
        self.models.refresh()
