"""Pages and controllers, made when the services are ready, each when it is first needed.

The project page is made at once. The modules of the others are loaded in the background after the start
(`app.preloading`), so that a first click does not wait for them.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

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
from app.preloading import Preloading
from app.routes import Routes
from app.run_notices import RunNotices
from app.run_pool import RunPool
from app.services import Services
from app.settings import DEVICE_CPU, SettingsStore
from app.undo import UndoHistory
from app.window_state import WindowMemory
from core.domain.changes import Changes
from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from ui.images.image_browser import ImageBrowser
from ui.main_window import MainWindow
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from app.controllers.checks import ChecksController
    from app.controllers.comparing import ComparingController
    from app.controllers.conversions import ConversionsController
    from app.controllers.datasets import DatasetsController
    from app.controllers.evaluations import EvaluationsController
    from app.controllers.exports import ExportsController
    from app.controllers.imports import ImportsController
    from app.controllers.locating import LocatingController
    from app.controllers.models import ModelsController
    from app.controllers.predicting import PredictingController
    from app.controllers.prediction_files import PredictionFilesController
    from app.controllers.prediction_sets import PredictionSetsController
    from app.controllers.reports import ReportsController
    from app.controllers.reviewing import ReviewController
    from app.controllers.runs import RunsController
    from app.controllers.shelf import ShelfController
    from app.controllers.similar import SimilarController
    from app.controllers.statistics import StatisticsController
    from app.controllers.studies import StudiesController
    from app.controllers.sureness import SurenessController
    from app.controllers.suspecting import SuspectingController
    from app.controllers.training import TrainingController
    from app.controllers.trash import TrashController
    from app.controllers.trying import TryingController
    from app.controllers.version_imports import VersionImports
    from app.controllers.viewer import ViewerController
    from app.sample_training import SampleTraining
    from core.domain.datasets import SetId
    from core.domain.outcomes import Thresholds
    from core.evaluations.study import Study
    from ui.comparing.compare_page import ComparePage
    from ui.studies.study_page import StudyPage
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


class LateThumbnails:
    """The thumbnail cache, made (with the decoders it needs) when the first thumbnail is asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def get(self, path: Path, sha256: str, side: int, white: int = 0) -> npt.NDArray[np.uint8]:
        return self._services.thumbnails.get(path, sha256, side, white)

    def known(self, sha256: str, white: int = 0) -> npt.NDArray[np.uint8] | None:
        return self._services.thumbnails.known(sha256, white)


class Speaks(Protocol):
    @property
    def message_raised(self) -> SignalInstance: ...


class Shows(Speaks, Protocol):
    """A controller of something that is shown: it reads anew what has changed of it."""

    def refresh(self, changes: Changes) -> None: ...


Shown = TypeVar("Shown", bound=Shows)


class Features(QObject):
    """All that the window can do once the registry is open."""

    message_raised = Signal(object)  # UserMessage
    imports_made = Signal()  # the start page's wishes are heard by their controller from now on

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
        self.undo = UndoHistory(jobs, self)
        self._listen(self.undo)
        self.preloading = Preloading(services, jobs, self)
        self._listen(self.preloading)
        self.routes = Routes(self, window)
        self.notices = RunNotices(self, window)
        self._listen(self.notices)
        self._make_projects()

    def start(self) -> None:
        """Show what there is, take over the runs that are at work, and copy the registry once a day."""
        self.projects.show_recent()
        self.removed_projects.show()
        self.pool.start()
        self.jobs.run(lambda: self.services.registry.back_up_if_due(), on_error=self.message_raised.emit, pool="io")
        self.preloading.start()

    def open_last_project(self) -> None:
        """What was on the screen when the window was closed, if the person wishes so."""
        settings = self.settings.settings
        if settings.opens_last_project and settings.last_project:
            self.last_view.wish()
            self.projects.open_last(ProjectId(settings.last_project))

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

    def _make_projects(self) -> None:
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
        controller.train_requested.connect(lambda project, dataset: self.training.open(project, dataset=dataset))
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

    @cached_property
    def exports(self) -> ExportsController:
        from app.controllers.exports import ExportsController

        return ExportsController(
            exports=self.services.exports,
            jobs=self.jobs,
            window=self._window,
            list_data=lambda project: (
                self.services.datasets.list_snapshots(project),
                self.services.studies.list_studies(project=project),
                [item for item in self.services.dataset_editing.list_datasets(project) if item.version],
            ),
            parent=self,
        )

    @cached_property
    def viewer(self) -> ViewerController:
        from app.controllers.labelling import LabellingController
        from app.controllers.viewer import ViewerController
        from ui.viewer.viewer_page import ViewerPage

        self.viewer_page = ViewerPage()
        self.viewer_page.side_panel.categories.class_wished.connect(self.classes.wish)
        self._window.add_page("viewer", self.viewer_page)
        controller = ViewerController(
            projects=self.services.projects,
            jobs=self.jobs,
            page=self.viewer_page,
            thumbnails=LateThumbnails(self.services),
            accepted=lambda images: self.services.accepting.list_accepted(images),
            parent=self,
        )
        self.routes.lead_from_viewer(controller)
        self._listen(
            LabellingController(
                labelling=lambda: self.services.labelling,
                categories=lambda: self.services.categories,
                jobs=self.jobs,
                undo=self.undo,
                viewer=controller,
                page=self.viewer_page,
                author=lambda: self.settings.settings.author,
                parent=controller,
            )
        )
        return self._keep_fresh(controller)

    @cached_property
    def training(self) -> TrainingController:
        from app.controllers.training import TrainingController
        from app.controllers.wizard_lists import WizardLists
        from app.training_defaults import preferred
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
            jobs=self.jobs,
            wizard=self.wizard,
            prefer=lambda draft: preferred(draft, self.settings.settings),
            may_propose_gpu=lambda: self.settings.settings.device != DEVICE_CPU,
            times_batches=True,
            parent=self,
        )
        lists = WizardLists(
            projects=services.projects,
            models=services.models,
            configurations=services.configurations,
            offer_tasks=services.training.offer_tasks,
            offer_data=services.training.data_offers,
            jobs=self.jobs,
            wizard=self.wizard,
            parent=self,
        )
        lists.refreshed.connect(controller.review_now)
        controller.opened.connect(lists.begin)
        controller.run_submitted.connect(lists.end)
        controller.closed.connect(lists.end)
        self._keep_fresh(lists)
        self._listen(controller)
        self.wizard.view_requested.connect(self.routes.show_project_view)
        self.routes.lead_from_training(controller)
        return controller

    @cached_property
    def runs(self) -> RunsController:
        from app.controllers.looks import LooksController
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
            jobs=self.jobs,
            runs_page=self.runs_page,
            run_page=self.run_page,
            memory=self.memory,
            fields_of=self.services.catalog.fields_of,
            parent=self,
        )
        self.routes.lead_from_runs(controller)
        self._listen(LooksController(jobs=self.jobs, page=self.run_page, parent=self))
        return self._keep_fresh(controller)

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
            jobs=self.jobs,
            models_page=self.models_page,
            version_page=self.version_page,
            fields_of=self.services.catalog.fields_of,
            parent=self,
        )
        self.routes.lead_from_models(controller)
        self.evaluations = self._make_evaluations()
        return self._keep_fresh(controller)

    @cached_property
    def conversions(self) -> ConversionsController:
        from app.controllers.conversions import ConversionsController

        controller = ConversionsController(
            conversions=lambda: self.services.conversions, jobs=self.jobs, window=self._window, parent=self
        )
        self.routes.lead_from_conversions(controller)
        return controller

    def _make_evaluations(self) -> EvaluationsController:
        """What a version's page says of its measurements: made with that page."""
        from app.controllers.evaluations import EvaluationsController

        controller = EvaluationsController(
            evaluations=lambda: self.services.evaluations,
            sureness=lambda: self.services.sureness,
            models=self.services.models,
            projects=self.services.projects,
            jobs=self.jobs,
            page=self.version_page,
            window=self._window,
            parent=self,
        )
        self.routes.lead_from_evaluations(controller)
        return self._keep_fresh(controller)

    @cached_property
    def sureness(self) -> SurenessController:
        from app.controllers.sureness import SurenessController

        controller = SurenessController(sureness=self.services.sureness, jobs=self.jobs, parent=self)
        self._listen(controller)
        return controller

    @cached_property
    def reports(self) -> ReportsController:
        from app.controllers.reports import ReportsController

        controller = ReportsController(
            reports=lambda: self.services.reports, jobs=self.jobs, window=self._window, parent=self
        )
        self._listen(controller)
        return controller

    @cached_property
    def comparing(self) -> ComparingController:
        from app.controllers.comparing import ComparingController

        controller = ComparingController(
            comparing=self.services.comparing,
            jobs=self.jobs,
            make_page=self._make_compare_page,
            fields_of=self.services.catalog.fields_of,
            parent=self,
        )
        self.routes.lead_from_comparing(controller)
        return self._keep_fresh(controller)

    def _make_compare_page(self) -> ComparePage:
        from ui.comparing.compare_page import ComparePage

        self.compare_page = ComparePage()
        self._window.add_page("compare", self.compare_page)
        return self.compare_page

    @cached_property
    def studies(self) -> StudiesController:
        from app.controllers.studies import StudiesController
        from ui.evaluation.charts_panel import ChartsPanel
        from ui.evaluation.matrix_panel import MatrixPanel
        from ui.studies.study_page import StudyPage

        self.study_page = StudyPage()
        self._window.add_page("study", self.study_page)
        controller = StudiesController(
            studies=self.services.studies,
            models=self.services.models,
            thumbnails=LateThumbnails(self.services),
            tags=self.services.tags,
            accepting=self.services.accepting,
            jobs=self.jobs,
            page=self.study_page,
            panels=(MatrixPanel(), ChartsPanel()),
            parent=self,
        )
        self.routes.lead_from_studies(controller)
        self._add_error_reports(controller, self.study_page)
        return self._keep_fresh(controller)

    def _add_error_reports(self, studies: StudiesController, page: StudyPage) -> None:
        from app.controllers.error_reports import ErrorReportsController

        def current() -> tuple[Study, Thresholds] | None:
            return None if studies.current is None else (studies.current, page.thresholds.thresholds)

        self.error_reports = ErrorReportsController(
            studies=self.services.studies, jobs=self.jobs, window=self._window, current=current, parent=self
        )
        self._listen(self.error_reports)
        page.acting.error_report_requested.connect(self.error_reports.ask)

    @cached_property
    def reviewing(self) -> ReviewController:
        from app.controllers.reviewing import ReviewController
        from ui.judging.review_page import ReviewPage

        self.review_page = ReviewPage()
        self._window.add_page("review", self.review_page)
        controller = ReviewController(page=self.review_page, **self._for_judging())
        self.routes.lead_from_judging(controller, "review")
        return self._keep_fresh(controller)

    @cached_property
    def suspecting(self) -> SuspectingController:
        from app.controllers.suspecting import SuspectingController
        from ui.judging.suspicions_page import SuspicionsPage

        self.suspicions_page = SuspicionsPage()
        self._window.add_page("suspicions", self.suspicions_page)
        controller = SuspectingController(
            page=self.suspicions_page, suspecting=self.services.suspecting, **self._for_judging()
        )
        self.routes.lead_from_judging(controller, "suspicions")
        return self._keep_fresh(controller)

    def _for_judging(self) -> dict[str, Any]:
        services = self.services
        return {
            "projects": services.projects,
            "studies": services.studies,
            "accepting": services.accepting,
            "tags": services.tags,
            "jobs": self.jobs,
            "parent": self,
        }

    @cached_property
    def predicting(self) -> PredictingController:
        from app.controllers.predicting import PredictingController

        controller = PredictingController(
            predictions=self.services.predictions,
            models=self.services.models,
            projects=self.services.projects,
            jobs=self.jobs,
            window=self._window,
            parent=self,
        )
        self._listen(controller)
        self.routes.lead_from_predicting(controller)
        return controller

    @cached_property
    def prediction_files(self) -> PredictionFilesController:
        from app.controllers.prediction_files import PredictionFilesController

        controller = PredictionFilesController(
            predictions=self.services.predictions,
            imports=self.services.prediction_imports,
            projects=self.services.projects,
            jobs=self.jobs,
            window=self._window,
            parent=self,
        )
        self._listen(controller)
        self.routes.lead_from_prediction_files(controller)
        return controller

    @cached_property
    def prediction_sets(self) -> PredictionSetsController:
        from app.controllers.prediction_sets import PredictionSetsController
        from ui.predictions.predictions_page import PredictionsPage

        self.predictions_page = PredictionsPage()
        self._window.add_page("predictions", self.predictions_page)
        controller = PredictionSetsController(
            predictions=self.services.predictions,
            projects=self.services.projects,
            jobs=self.jobs,
            page=self.predictions_page,
            parent=self,
        )
        self.routes.lead_from_prediction_sets(controller)
        return self._keep_fresh(controller)

    @cached_property
    def shelf(self) -> ShelfController:
        from app.controllers.shelf import ShelfController
        from ui.shelf.shelf_page import ShelfPage

        self.shelf_page = ShelfPage()
        self._window.add_page("weights", self.shelf_page)
        controller = ShelfController(shelf=self.services.shelf, jobs=self.jobs, page=self.shelf_page, parent=self)
        self.routes.lead_from_shelf(controller)
        return self._keep_fresh(controller)

    @cached_property
    def trying(self) -> TryingController:
        from app.controllers.trying import TryingController
        from ui.trying.try_page import TryPage

        self.try_page = TryPage()
        self._window.add_page("try", self.try_page)
        controller = TryingController(trying=self.services.trying, jobs=self.jobs, page=self.try_page, parent=self)
        self.routes.lead_from_trying(controller)
        return self._keep_fresh(controller)

    @cached_property
    def version_imports(self) -> VersionImports:
        from app.controllers.version_imports import VersionImports

        controller = VersionImports(
            models=self.services.models,
            projects=self.services.projects,
            jobs=self.jobs,
            window=self._window,
            parent=self,
        )
        self._listen(controller)
        self.routes.lead_from_version_imports(controller)
        return controller

    @cached_property
    def sample_training(self) -> SampleTraining:
        from app.sample_training import SampleTraining

        training = SampleTraining(self.services, self.jobs, parent=self)
        self._listen(training)
        self.routes.lead_from_sample_training(training)
        return training
