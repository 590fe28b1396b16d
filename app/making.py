"""Pages and controllers, made when the services are ready, each when it is first needed.

The project page is made at once. The modules of the others are loaded in the background after the start
(`app.preloading`), so that a first click does not wait for them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.jobs import JobRunner
from app.late_thumbnails import LateThumbnails
from app.project_features import ProjectFeatures
from app.routes import Routes
from app.run_notices import RunNotices
from app.services import Services
from app.settings import DEVICE_CPU, SettingsStore
from app.window_state import WindowMemory
from core.domain.ids import ProjectId
from ui.main_window import MainWindow
from ui.projects.start_page import StartPage

if TYPE_CHECKING:
    from app.controllers.comparing import ComparingController
    from app.controllers.conversions import ConversionsController
    from app.controllers.evaluations import EvaluationsController
    from app.controllers.exports import ExportsController
    from app.controllers.models import ModelsController
    from app.controllers.predicting import PredictingController
    from app.controllers.prediction_files import PredictionFilesController
    from app.controllers.prediction_sets import PredictionSetsController
    from app.controllers.reports import ReportsController
    from app.controllers.reviewing import ReviewController
    from app.controllers.runs import RunsController
    from app.controllers.shelf import ShelfController
    from app.controllers.studies import StudiesController
    from app.controllers.sureness import SurenessController
    from app.controllers.suspecting import SuspectingController
    from app.controllers.training import TrainingController
    from app.controllers.trying import TryingController
    from app.controllers.version_imports import VersionImports
    from app.controllers.viewer import ViewerController
    from app.sample_training import SampleTraining
    from core.domain.outcomes import Thresholds
    from core.evaluations.study import Study
    from ui.comparing.compare_page import ComparePage
    from ui.studies.study_page import StudyPage


class Features(ProjectFeatures):
    """All that the window can do once the registry is open."""

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
        super().__init__(services, jobs, window, start_page, settings=settings, memory=memory, parent=parent)
        self.routes = Routes(self, window)
        self.notices = RunNotices(self, window)
        self._listen(self.notices)
        self.make_projects()

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
            bulk_tags=self.services.bulk_tags,
            accepting=self.services.accepting,
            jobs=self.jobs,
            undo=self.undo,
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
            "jobs": self.jobs,
            "undo": self.undo,
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
