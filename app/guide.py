"""Which page of the guide speaks of what: one table for F1, the Help menu and the guide's own window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.opening import open_link
from ui.help.guide_window import GuideWindow

ROOT = Path(__file__).resolve().parent.parent
# In a wheel the guide lies among the resources (pyproject.toml), in a checkout where it is written.
FOLDERS = (ROOT / "resources" / "guide", ROOT / "docs" / "guide")

GUIDE_PAGES = (
    ("README.md", "The whole way"),
    ("start.md", "Start"),
    ("import.md", "Import"),
    ("project.md", "Project"),
    ("datasets.md", "Datasets"),
    ("filters.md", "Filters and tags"),
    ("classes.md", "Classes"),
    ("trash.md", "The trash"),
    ("statistics.md", "Statistics"),
    ("checks.md", "Check the data"),
    ("similar.md", "Similar images"),
    ("viewer.md", "Viewer"),
    ("labelling.md", "Edit annotations"),
    ("train.md", "Train a model"),
    ("classifiers.md", "Classify and tag"),
    ("starts.md", "Where a training starts"),
    ("oriented-boxes.md", "Oriented boxes"),
    ("page-segmentation.md", "Segment pages"),
    ("run.md", "A run"),
    ("runs.md", "Runs"),
    ("models.md", "Models"),
    ("labels.md", "Classes and tags of images"),
    ("weights.md", "Weights"),
    ("starters.md", "Starters"),
    ("compare.md", "Compare"),
    ("predictions.md", "Predictions"),
    ("evaluating.md", "Evaluating"),
    ("study.md", "See what the model sees"),
    ("review.md", "Review predictions"),
    ("try.md", "Try it"),
    ("label-errors.md", "Find label errors"),
    ("export.md", "Export"),
    ("formats.md", "Formats"),
    ("export-model.md", "Use a model elsewhere"),
    ("preferences.md", "Preferences"),
    ("command-line.md", "Command line"),
    ("troubleshooting.md", "When something goes wrong"),
    ("messages.md", "Refusals and warnings"),
)

PAGE_OF_WINDOW_PAGE = {
    "start": "start.md",
    "project": "project.md",
    "viewer": "viewer.md",
    "wizard": "train.md",
    "run": "run.md",
    "runs": "runs.md",
    "models": "models.md",
    "version": "models.md",
    "weights": "weights.md",
    "study": "study.md",
    "compare": "compare.md",
    "review": "review.md",
    "try": "try.md",
    "suspicions": "label-errors.md",
    "predictions": "predictions.md",
}

PAGE_OF_WIDGET = {
    "ImportDialog": "import.md",
    "DatasetsPage": "datasets.md",
    "FillDialog": "datasets.md",
    "SplitDialog": "datasets.md",
    "ClassesDialog": "classes.md",
    "ClassNameDialog": "classes.md",
    "ClassColourDialog": "classes.md",
    "MergeClassDialog": "classes.md",
    "DeleteClassDialog": "classes.md",
    "RemovedProjectsDialog": "trash.md",
    "ReportsDialog": "import.md",
    "ExportDialog": "export.md",
    "PredictDialog": "predictions.md",
    "ExportPredictionsDialog": "predictions.md",
    "ImportPredictionsDialog": "predictions.md",
    "EvaluateDialog": "evaluating.md",
    "ThresholdDialog": "evaluating.md",
    "EvaluationsTab": "evaluating.md",
    "ConvertDialog": "export-model.md",
    "PreferencesWindow": "preferences.md",
    "WorkerChooser": "train.md",
    "FolderPicker": "train.md",
    "WorkerDialog": "train.md",
    "ImportVersionDialog": "models.md",
    "LossDialog": "troubleshooting.md",
}
"""By the name of its class, as far as a widget has a page other than the one of the window that it stands in."""


def guide_folder() -> Path:
    return next(folder for folder in FOLDERS if folder.is_dir())


def page_for(widget: QWidget | None, window_page: str) -> str:
    """The page about the widget with the keyboard, else about the page of the window. A widget may name its own in the
    property `guide_page`, e.g. that of the format that is chosen in it."""
    while widget is not None:
        own = widget.property("guide_page")
        if isinstance(own, str) and own and (guide_folder() / own).is_file():
            return own
        page = PAGE_OF_WIDGET.get(type(widget).__name__)
        if page is not None:
            return page
        widget = widget.parentWidget()
    return PAGE_OF_WINDOW_PAGE.get(window_page, GUIDE_PAGES[0][0])


class Guide(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window: GuideWindow | None = None

    def open(self, page: str) -> GuideWindow:
        """Show a page of the guide; its window stays where it is when it is open."""
        shown = self._window
        if shown is None:
            shown = self._window = GuideWindow(guide_folder(), GUIDE_PAGES)
            shown.link_requested.connect(self._open_link)
        shown.open_page(page)
        if shown.isVisible():
            shown.activateWindow()
        else:
            shown.show()
        return shown

    def close(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window.deleteLater()
            self._window = None

    def _open_link(self, link: QUrl) -> None:
        message = open_link(link.toString())
        if message is not None:
            self.message_raised.emit(message)
