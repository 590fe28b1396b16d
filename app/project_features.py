"""What the window shows of the open project: its images, classes, tags, filters, and the other tabs of its page.

Made when the services are ready; the images at once, the other tabs each when it is first opened.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtWidgets import QMenu

from app.changes import ChangeDispatcher
from app.controllers.classes import ClassesController
from app.controllers.filters import FiltersController
from app.controllers.image_details import ImageDetailsController
from app.controllers.images import ImagesController
from app.controllers.last_view import LastViewController
from app.controllers.projects import ProjectsController
from app.controllers.removed_projects import RemovedProjectsController
from app.controllers.removing import RemovingController
from app.controllers.set_filling import SetFillingController
from app.controllers.tags import TagsController
from app.jobs import JobRunner
from app.late_thumbnails import LateThumbnails
from app.preloading import Preloading
from app.routes import Routes
from app.run_pool import RunPool
from app.services import Services
from app.settings import SettingsStore
from app.undo import UndoHistory
from app.window_state import WindowMemory
from core.domain.changes import Changes
from core.domain.image_ids import ImageIds
from ui.images.image_browser import ImageBrowser
from ui.main_window import MainWindow
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage

if TYPE_CHECKING:
    from app.controllers.checks import ChecksController
    from app.controllers.datasets import DatasetsController
    from app.controllers.imports import ImportsController
    from app.controllers.locating import LocatingController
    from app.controllers.similar import SimilarController
    from app.controllers.statistics import StatisticsController
    from app.controllers.trash import TrashController
    from core.domain.datasets import SetId
    from ui.widgets.dropping import DraggedImages


PROJECT_VIEWS: tuple[tuple[str, str, str], ...] = (
    ("datasets", "Datasets", "datasets"),
    ("statistics", "Statistics", "statistics"),
    ("similar", "Similar images", "similar"),
    ("checks", "Checks", "checks"),
    ("trash", "Trash", "trash"),
)
"""Beside its images: key, title, and the property of `Features` that makes the controller, which has a `page` and a
`show_project`. In the order of the tabs."""


class Speaks(Protocol):
    @property
    def message_raised(self) -> SignalInstance: ...


class Shows(Speaks, Protocol):
    """A controller of something that is shown: it reads anew what has changed of it."""

    def refresh(self, changes: Changes) -> None: ...


Shown = TypeVar("Shown", bound=Shows)


class ProjectFeatures(QObject):
    """The part of `app.making.Features` that is about the open project. It makes nothing before `make_projects`, which
    needs `routes`."""

    message_raised = Signal(object)  # UserMessage
    imports_made = Signal()  # the start page's wishes are heard by their controller from now on
    routes: Routes

    def __init__(
        self,
        services: Services,
        jobs: JobRunner,
        window: MainWindow,
        start_page: StartPage,
        *,
        settings: SettingsStore,
        memory: WindowMemory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.services = services
        self.jobs = jobs
        self.settings = settings
        self.memory = memory
        self._window = window
        self._start_page = start_page
        self.pool = RunPool(services.runs, self)
        self.pool.error_raised.connect(self.message_raised)
        self.changes = ChangeDispatcher(self)
        self.pool.run_changed.connect(self.changes.tell_of_run)
        self.pool.run_finished.connect(self.changes.tell_of_end)
        jobs.changed.connect(self.changes.tell)
        self.undo = UndoHistory(jobs, self, window=window)
        self._listen(self.undo)
        self.preloading = Preloading(services, jobs, self)
        self._listen(self.preloading)

    def is_made(self, name: str) -> bool:
        """Whether one of the properties below has been needed yet."""
        return name in self.__dict__

    def _listen(self, controller: Speaks) -> None:
        controller.message_raised.connect(self.message_raised)

    def _keep_fresh(self, controller: Shown) -> Shown:
        self._listen(controller)
        self.changes.changed.connect(controller.refresh)
        return controller

    # --- at once -----------------------------------------------------------------------------------------------

    def make_projects(self) -> None:
        self.browser = ImageBrowser()
        self.project_page = ProjectPage(self.browser)
        self._window.add_page("project", self.project_page)
        for key, title, _ in PROJECT_VIEWS:
            self.project_page.offer_view(key, title)
        self.project_page.view_requested.connect(self._fill_view)
        self.projects = self._keep_fresh(
            ProjectsController(
                projects=self.services.projects,
                jobs=self.jobs,
                undo=self.undo,
                start_page=self._start_page,
                project_page=self.project_page,
                parent=self,
            )
        )
        self.images = self._keep_fresh(
            ImagesController(
                projects=self.services.projects,
                thumbnails=LateThumbnails(self.services),
                jobs=self.jobs,
                page=self.project_page,
                browser=self.browser,
                parent=self,
            )
        )
        self.filters = self._keep_fresh(
            FiltersController(
                services=self.services,
                jobs=self.jobs,
                undo=self.undo,
                browser=self.browser,
                images=self.images,
                parent=self,
            )
        )
        self.last_view = LastViewController(
            memory=self.memory, page=self.project_page, browser=self.browser, images=self.images, parent=self
        )
        self.image_details = self._keep_fresh(
            ImageDetailsController(projects=self.services.projects, jobs=self.jobs, browser=self.browser, parent=self)
        )
        self.tags = self._keep_fresh(
            TagsController(services=self.services, jobs=self.jobs, undo=self.undo, browser=self.browser, parent=self)
        )
        self.set_filling = self._keep_fresh(
            SetFillingController(
                services=self.services,
                jobs=self.jobs,
                undo=self.undo,
                page=self.project_page,
                browser=self.browser,
                parent=self,
            )
        )
        self.set_filling.set_show_requested.connect(self.images.show_only)
        self.classes = self._keep_fresh(
            ClassesController(
                services=self.services,
                projects=self.services.projects,
                jobs=self.jobs,
                undo=self.undo,
                page=self.project_page,
                browser=self.browser,
                author=lambda: self.settings.settings.author,
                parent=self,
            )
        )
        self.removing = RemovingController(
            services=self.services, jobs=self.jobs, undo=self.undo, browser=self.browser, parent=self
        )
        self._listen(self.removing)
        self.removed_projects = self._keep_fresh(
            RemovedProjectsController(
                services=self.services,
                jobs=self.jobs,
                start_page=self._start_page,
                window=self._window,
                parent=self,
            )
        )
        self.removed_projects.project_forgotten.connect(self.undo.forget)
        self.routes.lead_from_projects(self.projects, self.images)
        self.browser.add_menu_section(self.tr("Similar images"), self._offer_similar)

    def _fill_view(self, key: str) -> None:
        controller = getattr(self, {view: name for view, _, name in PROJECT_VIEWS}[key])
        if not self.project_page.has_view(key):
            self.project_page.add_view(key, controller.page)
        project = self.projects.current
        if project is not None:
            controller.show_project(project)

    def _offer_similar(self, menu: QMenu, chosen: ImageIds) -> None:
        action = menu.addAction(self.tr("Find images like this one"))
        action.setEnabled(len(chosen) == 1)
        action.triggered.connect(lambda: self.routes.find_like(chosen[0]))

    # --- on first use ------------------------------------------------------------------------------------------

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
            jobs=self.jobs,
            window=self._window,
            start_page=self._start_page,
            parent=self,
        )
        self._listen(controller)
        self.routes.lead_from_imports(controller)
        self.imports_made.emit()
        return controller

    @cached_property
    def locating(self) -> LocatingController:
        from app.controllers.locating import LocatingController

        controller = LocatingController(
            projects=self.services.projects, jobs=self.jobs, window=self._window, parent=self
        )
        self._listen(controller)
        self.routes.lead_from_locating(controller)
        return controller

    @cached_property
    def statistics(self) -> StatisticsController:
        from app.controllers.statistics import StatisticsController

        controller = StatisticsController(statistics=self.services.statistics, jobs=self.jobs, parent=self)
        controller.images_requested.connect(self.routes.show_only)
        controller.import_requested.connect(self.imports.add_to)
        return self._keep_fresh(controller)

    @cached_property
    def similar(self) -> SimilarController:
        from app.controllers.similar import SimilarController

        controller = SimilarController(
            similar=self.services.similar,
            projects=self.services.projects,
            thumbnails=LateThumbnails(self.services),
            jobs=self.jobs,
            parent=self,
        )
        controller.images_requested.connect(self.routes.show_only)
        controller.image_open_requested.connect(self.routes.open_image)
        return self._keep_fresh(controller)

    @cached_property
    def checks(self) -> ChecksController:
        from app.controllers.checks import ChecksController

        controller = ChecksController(
            services=self.services,
            thumbnails=LateThumbnails(self.services),
            jobs=self.jobs,
            undo=self.undo,
            parent=self,
        )
        controller.images_requested.connect(self.routes.show_only)
        return self._keep_fresh(controller)

    @cached_property
    def datasets(self) -> DatasetsController:
        from app.controllers.datasets import DatasetsController

        controller = DatasetsController(services=self.services, jobs=self.jobs, undo=self.undo, parent=self)
        controller.images_requested.connect(self.routes.show_only)
        controller.train_requested.connect(self.routes.train_on_dataset)
        controller.page.view.images_dropped.connect(self._put_into_shown)
        return self._keep_fresh(controller)

    def _put_into_shown(self, set: SetId, dragged: DraggedImages) -> None:
        dataset = self.datasets.page.view.dataset
        if dataset is not None:
            self.set_filling.put_into(dataset, set, dragged)

    @cached_property
    def trash(self) -> TrashController:
        from app.controllers.trash import TrashController

        controller = TrashController(trash=self.services.trash, jobs=self.jobs, undo=self.undo, parent=self)
        return self._keep_fresh(controller)
