"""The page of one model version: how good it is, what made it, and how to use it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QMenu, QProgressBar, QPushButton, QTabWidget, QToolButton, QVBoxLayout, QWidget

from core.domain.evaluation import EvaluationTable
from core.domain.ids import VersionId
from core.domain.metrics import LABEL_HEADLINES
from core.domain.models import VersionDetails, VersionStatus
from core.domain.workers import FieldSpec
from ui.evaluation.class_statistics import CLASSIFICATION_STATISTICS, ClassStatistics
from ui.evaluation.evaluation_view import EvaluationView
from ui.icons import icon
from ui.models.card_view import CardView
from ui.models.evaluations_tab import EvaluationsTab
from ui.models.fact_cards import FactCards
from ui.models.library_actions import LOOKS, LibraryAction, look_of, reason_against
from ui.models.version_tabs import DatasetTab, FilesTab, LineageTab, SnippetTab
from ui.models.version_words import refusal
from ui.widgets.badge import VERSION_TONES, Badge
from ui.widgets.labels import set_role
from ui.widgets.page_header import PageHeader
from ui.widgets.value_table import ValueTable


class VersionPage(QWidget):
    back_requested = Signal()
    run_requested = Signal(object)  # RunId
    train_again_requested = Signal(object)  # VersionId
    export_requested = Signal(object, bool)  # ModelVersion, as one .zip file (else as a folder)
    conversion_requested = Signal(object)  # ModelVersion: as what is to be asked
    version_requested = Signal(object)  # VersionId, of the lineage
    folder_requested = Signal(object)  # Path
    link_requested = Signal(str)
    evaluation_csv_requested = Signal()
    predictions_requested = Signal(object)  # ModelVersion
    report_requested = Signal(object)  # ModelVersion
    details_shown = Signal()  # of another version, or of the same after a change
    rename_requested = Signal(object)  # ModelVersion
    current_requested = Signal(object)  # ModelVersion
    delete_requested = Signal(object)  # ModelVersion
    predict_requested = Signal(object)  # VersionId
    try_requested = Signal(object)  # VersionId: on a single picture
    sets_requested = Signal(object)  # VersionId: the list of predictions that are kept

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details: VersionDetails | None = None
        self._header = PageHeader(back=self.tr("All models"))
        self._badge = Badge()
        self._current = Badge(self.tr("current"), "success")
        self._current.setToolTip(self.tr("The version of its model that is meant where none is named."))
        self._partial = Badge(self.tr("stopped early"), "warning")
        self._partial.setToolTip(
            self.tr("Its training was stopped before its planned end; the best weights were kept.")
        )
        self._run = QPushButton(icon("activity"), "")  # the title needs the room
        self._run.setAccessibleName(self.tr("Open run"))
        self._see = QPushButton(icon("scan"), self.tr("See the predictions"))
        self._train = QPushButton(icon("play"), self.tr("Train again…"))
        self._predict = QPushButton(icon("wand-sparkles"), self.tr("Predict on…"))
        self._export = QPushButton(icon("download", role="on_accent"), self.tr("Export…"))
        self._more = QToolButton()
        self._cards = FactCards()
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Progress of the export"))
        self._tabs = QTabWidget()
        self._evaluation = EvaluationView()
        self._statistics = ClassStatistics()
        self._evaluations = EvaluationsTab()
        self._settings = ValueTable((self.tr("Setting"), self.tr("Value")), self.tr("No settings were stored."))
        self._dataset = DatasetTab()
        self._lineage = LineageTab()
        self._files = FilesTab()
        self._card = CardView()
        self._snippet = SnippetTab()
        self._set_up_header()
        self._make_layout()
        self._connect()
        self.set_export_progress(None)

    # What it shows

    @property
    def version_id(self) -> VersionId | None:
        return self._details.version.id if self._details is not None else None

    @property
    def details(self) -> VersionDetails | None:
        return self._details

    @property
    def cards(self) -> FactCards:
        return self._cards

    @property
    def evaluation(self) -> EvaluationView:
        return self._evaluation

    @property
    def evaluations(self) -> EvaluationsTab:
        return self._evaluations

    def show_evaluations(self) -> None:
        """The tab of all that was measured."""
        self._tabs.setCurrentIndex(self._place_of(self._evaluations))

    @property
    def dataset(self) -> DatasetTab:
        return self._dataset

    @property
    def files(self) -> FilesTab:
        return self._files

    @property
    def card(self) -> CardView:
        return self._card

    @property
    def statistics(self) -> ClassStatistics:
        return self._statistics

    @property
    def tabs(self) -> QTabWidget:
        return self._tabs

    @property
    def snippet(self) -> SnippetTab:
        return self._snippet

    def set_details(self, details: VersionDetails, fields: Sequence[FieldSpec] = ()) -> None:
        """Another version, or the same one after a change. `fields` are those of its worker's form."""
        is_same = details.version.id == self.version_id
        self._details = details
        version = details.version
        where = details.model.project_name or self.tr("no project")
        subtitle = f"{where} · {details.model.task} · {', '.join(details.model.categories)}"
        self._header.set_title(f"{version.model_name} · {version.label}", subtitle, version.description)
        self._badge.set_state(str(version.status), VERSION_TONES[version.status])
        self._partial.setVisible(version.is_partial)
        self._current.setVisible(version.is_current)
        look = look_of(LibraryAction.CURRENT, version)
        self._mark.setText(self.tr(look.text))
        self._mark.setIcon(icon(look.icon))
        self._mark.setEnabled(not reason_against(LibraryAction.CURRENT, version))
        self._mark.setToolTip(reason_against(LibraryAction.CURRENT, version))
        self._cards.set_details(details)
        self._evaluation.set_tables(details.tables, self._measure_note(details))
        self._settings.set_values(details.configuration, fields)
        self._name_blocks(details.tables)
        for tab in (self._dataset, self._lineage, self._files, self._snippet):
            tab.set_details(details)
        self._card.set_card(details.card)
        self._refresh_buttons()
        self._evaluations.set_details(details)
        if not is_same:
            self._evaluations.set_entries(())
            self._tabs.setCurrentIndex(0)
        self.details_shown.emit()

    def set_export_progress(self, fraction: float | None) -> None:
        """None = no export is under way."""
        self._progress.setVisible(fraction is not None)
        if fraction is not None:
            self._progress.setValue(round(fraction * 1000))
        self._refresh_buttons()

    # Inside

    def _name_blocks(self, tables: Sequence[EvaluationTable]) -> None:
        """Of a model that labels they have the names that people know from elsewhere, and one more."""
        of_labels = any(table.headline in LABEL_HEADLINES for table in tables)
        self._statistics.set_tables(tables if of_labels else ())
        for page, usual, named in (
            (self._evaluation, self.tr("Metrics"), self.tr("Evaluation Result")),
            (self._settings, self.tr("Configuration"), self.tr("Training Parameters")),
        ):
            self._tabs.setTabText(self._place_of(page), named if of_labels else usual)
        self._tabs.setTabVisible(self._place_of(self._statistics), of_labels)

    def _place_of(self, page: QWidget) -> int:
        holder = page.parentWidget()
        return -1 if holder is None else self._tabs.indexOf(holder)

    def _refresh_buttons(self) -> None:
        if self._details is None:
            return
        version = self._details.version
        exporting = self.tr("An export is under way.") if self._progress.isVisibleTo(self) else ""
        reasons = {
            self._run: "" if version.run is not None else self.tr("It was imported, not trained here."),
            self._see: refusal(version, deed="looked at"),
            self._train: self._details.model.task_problem or refusal(version, deed="a starting point"),
            self._predict: refusal(version, deed="used"),
            self._export: refusal(version, deed="exported") or exporting,
        }
        for button, reason in reasons.items():
            button.setEnabled(not reason)
            button.setToolTip(reason or ("" if button.text() else button.accessibleName()))
        self._try.setEnabled(not reasons[self._predict])

    @staticmethod
    def _measure_note(details: VersionDetails) -> str:
        if details.version.status is VersionStatus.AVAILABLE:
            return "It was published without being measured."
        return "Each set is measured after the training."

    def _set_up_header(self) -> None:
        set_role(self._export, "primary")
        menu = QMenu(self._export)
        menu.addAction(icon("file-archive"), self.tr("As one .zip file…"), lambda: self._request_export(True))
        menu.addAction(icon("folder"), self.tr("As a folder…"), lambda: self._request_export(False))
        menu.addSeparator()
        others = self.tr("For other programs: ONNX, OpenVINO, .pt…")
        menu.addAction(icon("package"), others, lambda: self._wish(self.conversion_requested))
        self._export.setMenu(menu)
        self._more.setIcon(icon("ellipsis-vertical"))
        self._more.setToolTip(self.tr("More"))
        self._more.setAccessibleName(self.tr("More"))
        self._more.setProperty("role", "icon-menu")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more = QMenu(self._more)
        for action, wish in (
            (LibraryAction.RENAME, self.rename_requested),
            (LibraryAction.CURRENT, self.current_requested),
            (LibraryAction.DELETE, self.delete_requested),
        ):
            look = LOOKS[action]
            entry = more.addAction(icon(look.icon), self.tr(look.text), partial(self._wish, wish))
            if action is LibraryAction.CURRENT:
                self._mark = entry
        more.addAction(icon("file-text"), self.tr("Report…"), partial(self._wish, self.report_requested))
        more.addSeparator()
        self._try = more.addAction(icon("wand-sparkles"), self.tr("Try it on a picture…"))
        self._try.triggered.connect(lambda: self._tell_id(self.try_requested))
        show = self.tr("Show its predictions")
        more.addAction(icon("layers"), show, lambda: self._tell_id(self.sets_requested))
        more.addSeparator()
        more.addAction(icon("copy"), self.tr("Copy version ID"), lambda: self._copy("version"))
        more.addAction(icon("copy"), self.tr("Copy model ID"), lambda: self._copy("model"))
        self._more.setMenu(more)
        for widget in (
            self._current,
            self._partial,
            self._badge,
            self._run,
            self._train,
            self._see,
            self._predict,
            self._export,
            self._more,
        ):
            self._header.add_widget(widget)

    def _make_layout(self) -> None:
        for page, title in (
            (self._evaluation, self.tr("Metrics")),
            (self._statistics, CLASSIFICATION_STATISTICS),
            (self._evaluations, self.tr("Evaluations")),
            (self._snippet, self.tr("Use elsewhere")),
            (self._settings, self.tr("Configuration")),
            (self._dataset, self.tr("Dataset and classes")),
            (self._lineage, self.tr("Lineage")),
            (self._files, self.tr("Files and facts")),
            (self._card, self.tr("Model card")),
        ):
            holder = QWidget()
            inside = QVBoxLayout(holder)
            inside.setContentsMargins(0, 8, 0, 0)
            inside.addWidget(page)
            self._tabs.addTab(holder, title)
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 12)
        body.setSpacing(8)
        body.addWidget(self._progress)
        body.addWidget(self._cards)
        body.addWidget(self._tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self._header.back_requested.connect(self.back_requested)
        self._run.clicked.connect(self._request_run)
        self._see.clicked.connect(lambda: self._wish(self.predictions_requested))
        self._train.clicked.connect(self._request_training)
        self._predict.clicked.connect(lambda: self._tell_id(self.predict_requested))
        self._cards.parent_requested.connect(self.version_requested)
        self._lineage.version_requested.connect(self.version_requested)
        self._files.folder_requested.connect(self.folder_requested)
        self._card.link_requested.connect(self.link_requested)
        self._evaluations.report_requested.connect(partial(self._wish, self.report_requested))
        self._evaluation.csv_requested.connect(self.evaluation_csv_requested)

    def _request_run(self) -> None:
        if self._details is not None and self._details.version.run is not None:
            self.run_requested.emit(self._details.version.run)

    def _request_training(self) -> None:
        if self._details is not None:
            self.train_again_requested.emit(self._details.version.id)

    def _request_export(self, as_zip: bool) -> None:
        if self._details is not None:
            self.export_requested.emit(self._details.version, as_zip)

    def _wish(self, wish: SignalInstance) -> None:
        if self._details is not None:
            wish.emit(self._details.version)

    def _tell_id(self, wish: SignalInstance) -> None:
        if self._details is not None:
            wish.emit(self._details.version.id)

    def _copy(self, what: str) -> None:
        if self._details is not None:
            version = self._details.version
            QGuiApplication.clipboard().setText(version.id if what == "version" else version.model)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tabs.tabBar().setFocus()
