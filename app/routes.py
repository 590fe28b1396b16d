"""What leads from one page to another, and the wishes of the shell: menus, sections, the command line.

Each controller knows its own pages only. What one of them wishes of another is connected here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.domain.changes import Changes
from core.domain.comparing import Compared
from core.domain.evaluating import EvaluationWish
from core.domain.ids import DatasetId, ImageId, PredictionSetId, ProjectId, RunId, VersionId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.runs import RunRecord
from core.domain.snapshots import Split
from core.domain.studies import StudySource
from ui.main_window import MainWindow
from ui.predictions.wish import PredictWish
from ui.projects.project_page import IMAGES

if TYPE_CHECKING:
    from app.controllers.comparing import ComparingController
    from app.controllers.conversions import ConversionsController
    from app.controllers.evaluations import EvaluationsController
    from app.controllers.images import ImagesController
    from app.controllers.imports import ImportsController
    from app.controllers.judging import JudgingController
    from app.controllers.locating import LocatingController
    from app.controllers.models import ModelsController
    from app.controllers.predicting import PredictingController
    from app.controllers.prediction_files import PredictionFilesController
    from app.controllers.prediction_sets import PredictionSetsController
    from app.controllers.projects import ProjectsController
    from app.controllers.runs import RunsController
    from app.controllers.shelf import ShelfController
    from app.controllers.studies import StudiesController
    from app.controllers.training import TrainingController
    from app.controllers.trying import TryingController
    from app.controllers.version_imports import VersionImports
    from app.controllers.viewer import ViewerController
    from app.making import Features
    from app.sample_training import SampleTraining


class Routes(QObject):
    project_changed = Signal()  # another project is open, or none, or it has another name

    def __init__(self, features: Features, window: MainWindow) -> None:
        super().__init__(features)
        self._features = features
        self._window = window
        self._is_sample_training_wished = False
        self._before_study = ("models", "models")  # page and section that a study was opened from
        self._wizard_of: ProjectId | None = None  # its wizard waits for its project to be opened

    # --- wishes of the shell -----------------------------------------------------------------------------------

    def open_sample(self) -> None:
        self._window.show_page("start", "start")
        self._features.imports.open_sample()

    def train_sample(self) -> None:
        """What `calque sample` does: open the sample and train on it at once."""
        self._is_sample_training_wished = True
        self.open_sample()

    def train_on_dataset(self, project: ProjectId, dataset: DatasetId) -> None:
        self._features.training.open(project, dataset=dataset)

    def train_current_project(self) -> None:
        project = self._features.projects.current
        if project is not None:
            self._features.training.open(project.id)

    def close_project(self) -> None:
        """Back to the start page; what was entered for a training stays until it is opened again."""
        if self._features.projects.current is not None:
            self._features.project_page.clear()
            self._features.undo.show_project(None)
            self._window.show_page("start", "start")
            self.project_changed.emit()

    def import_version(self) -> None:
        project = self._features.projects.current
        self._features.version_imports.ask(project.id if project is not None else None)

    def predict_on_current(self) -> None:
        """What is shown of the open project is proposed; without one, files of the disk."""
        project = self._features.projects.current
        if project is None:
            self._features.predicting.ask(PredictWish())
        else:
            self._predict_on(project, self._features.project_page.selected_folder)

    def show_predictions(self, *, project: ProjectId | None = None, version: VersionId | None = None) -> None:
        """The list of those that are kept."""
        self._features.prediction_sets.show_list(project=project, version=version)
        self._window.show_page("predictions", "models")

    def see_set(self, id: PredictionSetId, title: str) -> None:
        """Lay a set of predictions over its images, and over the ground truth where there is any."""
        self._features.studies.open(StudySource.of_set(id), title)

    def _predict_on(self, project: Project, folder: str) -> None:
        ids = self._features.browser.grid.ids if self._features.browser.is_filtered else ()
        self._features.predicting.ask(PredictWish(project=project.id, folder=folder, shown=tuple(ids)))

    def _evaluate_on(self, project: Project, folder: str) -> None:
        ids = self._features.browser.grid.ids if self._features.browser.is_filtered else ()
        _ = self._features.models  # evaluations are made with the page of a version
        self._features.evaluations.ask_evaluation(EvaluationWish(project=project.id, folder=folder, shown=tuple(ids)))

    def show_section(self, section: str) -> None:
        if section == "project":
            if self._features.projects.current is not None:
                self._window.show_page("project", "project")
        elif section == "try":
            self.try_version(None)
        elif section == "weights":
            self._features.shelf.show_list()
            self._window.show_page("weights", "weights")
        elif section == "runs":
            self._features.runs.show_list()
            self._window.show_page("runs", "runs")
        else:
            self._features.models.show_list()
            self._window.show_page("models", "models")

    def try_version(self, version: VersionId | None) -> None:
        """On single pictures; None = the version that was tried last."""
        self._features.trying.open(version)
        self._window.show_page("try", "try")

    def lead_from_shelf(self, shelf: ShelfController) -> None:
        shelf.version_requested.connect(self.open_version)

    def lead_from_trying(self, trying: TryingController) -> None:
        trying.models_requested.connect(lambda: self.show_section("models"))

    def open_version(self, version: VersionId) -> None:
        self._features.preloading.load_curves()  # a version's page leads to its run
        self._features.models.open(version)

    def stop_all_runs(self, *, then: Callable[[], None]) -> None:
        """Ask every run at work to stop and keep its best; `then` when they have been asked."""
        live, service = self._features.pool.live_runs, self._features.services.runs

        def ask() -> Changes:
            for run in live:
                service.request_stop(run)
            return Changes.of(runs=live)

        self._features.jobs.run(ask, then=lambda _changes: then(), pool="registry")

    # --- from the start page and a project's -------------------------------------------------------------------

    def lead_from_projects(self, projects: ProjectsController, images: ImagesController) -> None:
        projects.project_opened.connect(self._show_project)
        projects.project_changed.connect(lambda _project: self.project_changed.emit())
        projects.project_removed.connect(self._leave_project)
        projects.import_requested.connect(self._import_into)
        projects.export_requested.connect(lambda project, folders: self._features.exports.open(project, folders))
        projects.locate_requested.connect(lambda project: self._features.locating.ask_folder(project))
        projects.moved_images_requested.connect(lambda project: self._features.locating.find_moved(project))
        projects.imports_requested.connect(lambda project: self._features.imports.show_reports(project))
        projects.path_dropped.connect(lambda project, path: self._features.imports.add_to(project, path))
        projects.review_requested.connect(lambda project: self._features.reviewing.open(project))
        projects.suspicions_requested.connect(lambda project: self._features.suspecting.open(project))
        projects.runs_requested.connect(self._show_runs_of)
        projects.models_requested.connect(self._show_models_of)
        projects.predict_requested.connect(self._predict_on)
        projects.evaluate_requested.connect(self._evaluate_on)
        projects.predictions_requested.connect(lambda project: self.show_predictions(project=project))
        projects.prediction_import_requested.connect(
            lambda project: self._features.prediction_files.ask_import(project)
        )
        projects.train_requested.connect(
            lambda project, folders: self._features.training.open(project, folders=folders)
        )
        images.import_requested.connect(self._import_into)
        images.image_open_requested.connect(self.open_image)

    def _show_project(self, project: Project) -> None:
        self._features.images.show_project(project)
        self._features.filters.show_project(project)
        self._features.last_view.show_project(project)
        self._features.image_details.show_project(project)
        self._features.tags.show_project(project)
        self._features.set_filling.show_project(project)
        self._features.removing.show_project(project)
        self._features.classes.show_project(project)
        self._features.undo.show_project(project.id)
        wizard_of, self._wizard_of = self._wizard_of, None
        if wizard_of == project.id:
            self._show_wizard()
            text = f'"{shown(project.name)}" is open now: the training is one of this project.'
            self._window.show_message(UserMessage(text, severity=Severity.INFO))
        else:
            self._window.show_page("project", "project")
        self.project_changed.emit()
        if self._is_sample_training_wished:
            self._is_sample_training_wished = False
            self._features.sample_training.submit(project)

    def _leave_project(self, project: ProjectId) -> None:
        """It is not Calque's any more."""
        features = self._features
        if features.is_made("training"):
            features.training.forget(project)
        if features.projects.current is None or features.projects.current.id == project:
            features.project_page.clear()
            features.undo.show_project(None)
            self._window.show_page("start", "start")
        self.project_changed.emit()

    def _import_into(self, project: Project) -> None:
        self._features.imports.add_to(project)

    def _show_runs_of(self, project: ProjectId) -> None:
        self._features.runs.show_list(project=project)
        self._window.show_page("runs", "runs")

    def _show_models_of(self, project: ProjectId) -> None:
        self._features.models.show_list(project=project)
        self._window.show_page("models", "models")

    def open_image(self, image: ImageId, ids: Sequence[ImageId]) -> None:
        """In the viewer; `ids` are those that it leafs through."""
        project = self._features.projects.current
        if project is not None:
            self._features.viewer.open_image(project, image, ids)
            self._window.show_page("viewer", "project")

    def show_only(self, images: ImageIds, words: str) -> None:
        """Some images of the open project in its grid; `words` complete "images ...": "with a stamp"."""
        self._features.images.show_only(images, words)
        self._features.project_page.show_view(IMAGES)
        self._window.show_page("project", "project")

    def find_like(self, image: ImageId) -> None:
        """Show the images of the open project that look most like one of them."""
        project = self._features.projects.current
        if project is not None:
            self._features.project_page.show_view("similar")
            self._features.similar.find_like(project, image)

    def lead_from_locating(self, locating: LocatingController) -> None:
        locating.located.connect(self._show_located)

    def _show_located(self, project: ProjectId) -> None:
        """The page that said that the folder is missing says so no more."""
        current = self._features.projects.current
        if current is not None and current.id == project:
            self._features.project_page.banner.hide()

    # --- from importing and the viewer -------------------------------------------------------------------------

    def lead_from_imports(self, imports: ImportsController) -> None:
        imports.project_open_requested.connect(self._features.projects.open_project)

    def lead_from_viewer(self, viewer: ViewerController) -> None:
        viewer.back_requested.connect(self._leave_viewer)

    def _leave_viewer(self) -> None:
        self._window.show_page("project", "project")
        image = self._features.viewer.current_image
        if image is not None:
            self._features.images.select_image(image)

    # --- from judging ------------------------------------------------------------------------------------------

    def lead_from_judging(self, judging: JudgingController, page: str) -> None:
        judging.opened.connect(lambda: self._window.show_page(page, "project"))
        judging.back_requested.connect(lambda: self._window.show_page("project", "project"))

    # --- from the wizard ---------------------------------------------------------------------------------------

    def lead_from_training(self, training: TrainingController) -> None:
        training.opened.connect(self._show_wizard_of)
        training.run_submitted.connect(self._begin_run)
        training.closed.connect(self._leave_wizard)

    def show_project_view(self, key: str) -> None:
        """A tab of the open project's page."""
        if self._features.projects.current is not None:
            self._features.project_page.show_view(key)
            self._window.show_page("project", "project")

    def lead_from_sample_training(self, training: SampleTraining) -> None:
        training.submitted.connect(self._begin_run)

    def _show_wizard_of(self, project: ProjectId) -> None:
        """A training of another project than the open one, such as an earlier one again, brings its project along."""
        current = self._features.projects.current
        if current is not None and current.id == project:
            self._show_wizard()
        else:
            self._wizard_of = project
            self._features.projects.open_project(project)

    def _show_wizard(self) -> None:
        self._window.show_page("wizard", "project")
        self._features.preloading.load_curves()  # the next page is a run's

    def _leave_wizard(self) -> None:
        has_project = self._features.projects.current is not None
        self._window.show_page("project" if has_project else "start", "project")

    def _begin_run(self, record: RunRecord) -> None:
        self._features.pool.enqueue(record.id)
        self._features.runs.open(record.id)

    # --- from runs and models ----------------------------------------------------------------------------------

    def lead_from_runs(self, runs: RunsController) -> None:
        runs.run_opened.connect(lambda _run: self._window.show_page("run", "runs"))
        runs.run_opened.connect(self._say_how_sure_a_run_is)
        self._features.pool.run_finished.connect(lambda run: self._say_how_sure_a_run_is(run.id))
        runs.list_requested.connect(lambda: self._window.show_page("runs", "runs"))
        runs.version_requested.connect(self.open_version)
        runs.predictions_requested.connect(lambda run, title: self._features.studies.open_run(run, title))
        runs.train_requested.connect(self.train_current_project)
        runs.train_again_requested.connect(lambda run: self._features.training.open_like_run(run))
        runs.report_requested.connect(lambda record: self._features.reports.ask_run(record))
        runs.compare_requested.connect(lambda runs: self._features.comparing.compare_runs(runs))

    def _say_how_sure_a_run_is(self, run: RunId) -> None:
        page = self._features.run_page
        record = page.record
        if page.run_id == run and record is not None and record.version is not None:
            self._features.sureness.show(record.version, page.evaluation, lambda: page.run_id == run, run=run)

    def _say_how_sure_a_version_is(self, version: VersionId) -> None:
        page = self._features.version_page
        self._features.sureness.show(version, page.evaluation, lambda: page.version_id == version)

    def lead_from_models(self, models: ModelsController) -> None:
        models.version_opened.connect(lambda _version: self._window.show_page("version", "models"))
        models.version_opened.connect(self._say_how_sure_a_version_is)
        models.list_requested.connect(lambda: self._window.show_page("models", "models"))
        models.run_requested.connect(lambda run: self._features.runs.open(run))
        models.try_requested.connect(self.try_version)
        models.predictions_requested.connect(
            lambda version: self.see_predictions(version.id, f"{version.model_name} {version.label}")
        )
        models.conversion_requested.connect(lambda version: self._features.conversions.ask(version))
        models.import_requested.connect(self.import_version)
        models.train_requested.connect(self.train_current_project)
        models.train_again_requested.connect(lambda version: self._features.training.open_like_version(version))
        models.report_requested.connect(lambda version: self._features.reports.ask_version(version))
        models.predict_requested.connect(lambda version: self._features.predicting.ask(PredictWish(version)))
        models.sets_requested.connect(lambda version: self.show_predictions(version=version))
        models.compare_requested.connect(lambda versions: self._features.comparing.compare_versions(versions))

    def lead_from_conversions(self, conversions: ConversionsController) -> None:
        conversions.run_submitted.connect(self._begin_run)
        conversions.copy_requested.connect(lambda version, as_zip: self._features.models.ask_export(version, as_zip))

    def lead_from_evaluations(self, evaluations: EvaluationsController) -> None:
        evaluations.run_submitted.connect(self._begin_run)
        evaluations.see_study_requested.connect(lambda source, title: self._features.studies.open(source, title))

    def lead_from_predicting(self, predicting: PredictingController) -> None:
        predicting.run_submitted.connect(self._begin_run)

    def lead_from_prediction_files(self, files: PredictionFilesController) -> None:
        files.see_requested.connect(lambda item: self.see_set(item.id, item.title))

    def import_predictions(self) -> None:
        project = self._features.projects.current
        self._features.prediction_files.ask_import(project.id if project is not None else None)

    def lead_from_prediction_sets(self, sets: PredictionSetsController) -> None:
        sets.run_requested.connect(lambda run: self._features.runs.open(run))
        sets.predict_requested.connect(self.predict_on_current)
        sets.export_requested.connect(lambda item: self._features.prediction_files.ask_export(item))
        sets.import_requested.connect(self.import_predictions)
        sets.see_requested.connect(lambda item: self.see_set(item.id, item.title))

    def lead_from_comparing(self, comparing: ComparingController) -> None:
        comparing.compared.connect(lambda: self._window.show_page("compare", "models"))
        comparing.left.connect(lambda of_versions: self.show_section("models" if of_versions else "runs"))

        comparing.images_requested.connect(self._see_both)

    def _see_both(self, first: Compared, second: Compared, split: Split) -> None:
        assert first.version is not None
        assert second.version is not None
        self._features.studies.open(
            StudySource.of_version(first.version, split),
            first.title,
            second=StudySource.of_version(second.version, split),
        )

    # --- studies: predictions over ground truth ----------------------------------------------------------------

    def see_predictions(self, version: VersionId, title: str) -> None:
        """Lay what a version's training predicted over the ground truth."""
        self._features.studies.open_version(version, title)

    def lead_from_studies(self, studies: StudiesController) -> None:
        studies.opened.connect(self._show_study)
        studies.back_requested.connect(lambda: self._window.show_page(*self._before_study))

    def _show_study(self) -> None:
        before = self._window.current_page()
        if before != "study":
            section = {"run": "runs", "runs": "runs", "project": "project", "viewer": "project"}.get(before, "models")
            self._before_study = (before, section)
        self._window.show_page("study", self._before_study[1])

    def lead_from_version_imports(self, imports: VersionImports) -> None:
        imports.version_imported.connect(self.open_version)
