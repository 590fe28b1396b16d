"""Where the weights come from: a starter, one of our versions, published weights, a file, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.ids import VersionId
from core.domain.models import ModelVersion
from core.domain.starts import StartOffers
from core.domain.training import StartFrom, StartKind
from core.domain.workers import WorkerInfo
from ui.forms.choice_list import ChoiceList
from ui.forms.problem_label import ProblemLabel
from ui.forms.radio_group import RadioGroup
from ui.icons import icon
from ui.training.figures_row import FiguresRow
from ui.training.model_texts import best_of, usable_versions
from ui.training.start_texts import file_choices, same_classes, starter_choices, version_choices
from ui.widgets.labels import label
from ui.widgets.last_folders import WEIGHTS, start_where_last
from ui.widgets.search_field import SearchField
from ui.widgets.start_figures import figures_of

SEARCH_FROM = 6  # lines, below which a list needs no search


@dataclass(frozen=True, slots=True)
class PretrainedPlace:
    """Where the architecture's published weights are looked for. `file` "" = there are none for it."""

    file: str
    folder: Path
    is_present: bool


class StartSection(QWidget):
    """`control` is what takes the keyboard when a problem is jumped to."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._start = StartFrom()
        self._versions: tuple[ModelVersion, ...] = ()
        self._worker: WorkerInfo | None = None
        self._place: PretrainedPlace | None = None
        self._offers = StartOffers()
        self._run_classes: tuple[str, ...] = ()
        self._radio = RadioGroup()
        self.control = self._radio
        self._download = QCheckBox(self.tr("Allow Calque to &download the file when it is not there"))
        self._figures = {kind: FiguresRow() for kind in StartKind}
        self._starters = ChoiceList(max_rows=3)
        self._starters.setAccessibleName(self.tr("Starters"))
        self._files = ChoiceList(max_rows=3)
        self._files.setAccessibleName(self.tr("Files on the shelf"))
        self._list = ChoiceList(max_rows=4)
        self._list.setAccessibleName(self.tr("Versions to start from"))
        self._search = SearchField(self.tr("Search the versions"))
        self._file = QLineEdit()
        self._file.setPlaceholderText(self.tr("Path of a .pt, .pth or .safetensors file"))
        self._file.setAccessibleName(self.tr("Weights file"))
        self._browse = QPushButton(icon("folder-open"), self.tr("Bro&wse…"))
        self._problem = ProblemLabel()
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        path = QWidget()
        row = QHBoxLayout(path)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._file, 1)
        row.addWidget(self._browse)
        trusted = self.tr("A file that you trust: Calque refuses files that would run a program when they are read.")
        random = self.tr("Random weights. Needs no file, and more epochs.")
        for kind, title, text, parts in (
            (StartKind.STARTER, self.tr("From a starter"), " ", (self._starters,)),
            (StartKind.VERSION, self.tr("From a version"), " ", (self._search, self._list)),
            (StartKind.PRETRAINED, self.tr("From pretrained weights"), " ", (self._download,)),
            (StartKind.FILE, self.tr("From a weights file"), trusted, (self._files, path)),
            (StartKind.SCRATCH, self.tr("From scratch"), random, ()),
        ):
            self._radio.add(kind, title, text, _column(*parts, self._figures[kind]))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(label(self.tr("Start from"), "heading"))
        whole.addWidget(self._problem)
        whole.addWidget(self._radio)

    def _connect(self) -> None:
        self._radio.chosen.connect(self._choose_kind)
        self._download.clicked.connect(lambda is_on: self._replace(may_download=is_on))
        self._list.chosen.connect(lambda key: self._replace(version=VersionId(key)))
        self._starters.chosen.connect(lambda key: self._replace(starter=key))
        self._files.chosen.connect(lambda key: self._replace(file=Path(key)))
        self._search.search_changed.connect(self._list.set_search)
        self._file.textEdited.connect(lambda _text: self._replace(file=self._written_file()))
        self._browse.clicked.connect(self.open_browser)

    # From outside

    def set_worker(self, worker: WorkerInfo | None) -> None:
        self._worker = worker
        self._refresh()

    def set_versions(self, versions: Sequence[ModelVersion]) -> None:
        self._versions = tuple(versions)
        self._refresh()

    def set_offers(self, offers: StartOffers) -> None:
        self._offers = offers
        self._refresh()

    def set_run_classes(self, classes: Sequence[str]) -> None:
        """Those that will be trained, as far as that is known."""
        self._run_classes = tuple(classes)
        self._refresh()

    def set_pretrained(self, place: PretrainedPlace | None) -> None:
        """None = not known yet."""
        self._place = place
        self._refresh()

    def set_start(self, start: StartFrom) -> None:
        if start != self._start:
            self._start = start
            self._refresh()

    def start(self) -> StartFrom:
        return self._start

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)

    def open_browser(self) -> QFileDialog:
        kinds = self.tr("Weights (*.pt *.pth *.safetensors);;All files (*)")
        dialog = QFileDialog(self, self.tr("Choose a weights file"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        start_where_last(dialog, WEIGHTS)
        dialog.fileSelected.connect(self._take_file)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    # What the person does

    def _choose_kind(self, key: str) -> None:
        starters = self._starters.shown_keys()
        if key == StartKind.STARTER and not self._start.starter and starters:
            self._replace(kind=StartKind.STARTER, starter=starters[0])
        else:
            self._replace(kind=StartKind(key))
        targets = {StartKind.STARTER: self._starters, StartKind.VERSION: self._list, StartKind.FILE: self._file}
        target = targets.get(StartKind(key))
        if target is not None:
            target.setFocus()

    def _take_file(self, file: str) -> None:
        self._file.setText(file)
        self._replace(file=self._written_file())

    def _written_file(self) -> Path | None:
        text = self._file.text().strip()
        return Path(text) if text else None

    def _replace(self, **parts: object) -> None:
        self._start = replace(self._start, **parts)  # type: ignore[arg-type]
        self._refresh()
        self.changed.emit()

    # How it is shown

    def _refresh(self) -> None:
        worker = self._worker.slug if self._worker else ""
        known = {version.id: version for version in (*self._versions, *self._offers.versions)}
        usable = usable_versions(known.values(), worker)
        classes = self._offers.classes
        alike = [v for v in usable if same_classes(classes.get(v.id, ()), self._run_classes)]
        self._list.set_choices(version_choices(usable, best_of(alike or usable), classes, self._run_classes))
        self._list.set_current_key(self._start.version or "")
        starters = starter_choices(self._offers.starters, worker, self._run_classes)
        self._starters.set_choices(starters)
        self._starters.set_current_key(self._start.starter)
        files = file_choices(self._offers.files, worker)
        self._files.set_choices(files)
        self._files.setVisible(bool(files))
        self._files.set_current_key(str(self._start.file or ""))
        self._search.setVisible(len(usable) >= SEARCH_FROM)
        written = str(self._start.file or "")
        if self._written_file() != self._start.file:
            self._file.setText(written)
        self._download.setChecked(self._start.may_download)
        self._radio.set_key(self._start.kind)
        self._describe_starters(len(starters))
        self._describe_versions(len(usable))
        self._describe_figures()
        self._describe_pretrained()

    def _describe_starters(self, n_usable: int) -> None:
        self._radio.set_available(StartKind.STARTER, n_usable > 0)
        some = self.tr("Weights that come with Calque, trained on drawn pages: lines, zones, illustrations.")
        nothing = self.tr("No starter is for {worker}.").format(worker=self._title())
        self._radio.set_help(StartKind.STARTER, some if n_usable else nothing)
        self._starters.setVisible(n_usable > 0)

    def _title(self) -> str:
        return self._worker.title if self._worker else self.tr("this method")

    def _describe_figures(self) -> None:
        tasks = [task.id for task in self._worker.tasks] if self._worker else []
        names = {
            StartKind.STARTER: f"starter:{self._start.starter}",
            StartKind.VERSION: "version",
            StartKind.PRETRAINED: "pretrained",
            StartKind.SCRATCH: "scratch",
        }
        for kind, row in self._figures.items():
            row.set_lines(figures_of(names[kind], self._offers.measured, tasks) if kind in names else ())

    def _describe_versions(self, n_usable: int) -> None:
        self._radio.set_available(StartKind.VERSION, n_usable > 0)
        title = self._title()
        nothing = self.tr("There is no version of {worker} yet.").format(worker=title)
        some = self.tr("Continues what one of the versions of {worker} has learnt.").format(worker=title)
        self._radio.set_help(StartKind.VERSION, some if n_usable else nothing)
        self._list.setVisible(n_usable > 0)

    def _describe_pretrained(self) -> None:
        place = self._place
        self._download.setEnabled(place is None or not place.is_present)
        if place is None:
            text = self.tr("Weights that others trained on everyday photographs: few epochs are enough.")
        elif not place.file:
            text = self.tr("There are no published weights for this architecture.")
        elif place.is_present:
            text = self.tr("{file} is on this computer, in {folder}.").format(file=place.file, folder=place.folder)
        else:
            text = self.tr("{file} is not on this computer yet. It is looked for in {folder}.").format(
                file=place.file, folder=place.folder
            )
        self._radio.set_help(StartKind.PRETRAINED, text)
        self._radio.set_available(StartKind.PRETRAINED, place is None or bool(place.file))


def _column(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        column.addWidget(widget)
    return holder
