"""Where the weights come from: nothing, published weights, one of our versions, or a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.ids import VersionId
from core.domain.models import ModelVersion
from core.domain.training import StartFrom, StartKind
from core.domain.workers import WorkerInfo
from ui.forms.choice_list import ChoiceList
from ui.forms.problem_label import ProblemLabel
from ui.forms.radio_group import RadioGroup
from ui.icons import icon
from ui.training.model_texts import best_of, usable_versions, version_choice
from ui.widgets.labels import label
from ui.widgets.last_folders import WEIGHTS, start_where_last
from ui.widgets.search_field import SearchField

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
        self._radio = RadioGroup()
        self.control = self._radio
        self._download = QCheckBox(self.tr("Allow Calque to &download the file when it is not there"))
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
        versions = QWidget()
        column = QVBoxLayout(versions)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._search)
        column.addWidget(self._list)
        file = QWidget()
        row = QHBoxLayout(file)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._file, 1)
        row.addWidget(self._browse)
        self._radio.add(
            StartKind.SCRATCH, self.tr("From scratch"), self.tr("Random weights. Needs no file, and more epochs.")
        )
        self._radio.add(StartKind.PRETRAINED, self.tr("From pretrained weights"), " ", self._download)
        self._radio.add(StartKind.VERSION, self.tr("From a version"), " ", versions)
        self._radio.add(
            StartKind.FILE,
            self.tr("From a weights file"),
            self.tr("A file that you trust: Calque refuses files that would run a program when they are read."),
            file,
        )
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(label(self.tr("Start from"), "heading"))
        whole.addWidget(self._problem)
        whole.addWidget(self._radio)

    def _connect(self) -> None:
        self._radio.chosen.connect(self._choose_kind)
        self._download.clicked.connect(lambda is_on: self._replace(may_download=is_on))
        self._list.chosen.connect(lambda key: self._replace(version=VersionId(key)))
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
        self._replace(kind=StartKind(key))
        targets = {StartKind.VERSION: self._list, StartKind.FILE: self._file}
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
        usable = usable_versions(self._versions, self._worker.slug if self._worker else "")
        best = best_of(usable)
        self._list.set_choices([version_choice(version, best) for version in usable])
        self._list.set_current_key(self._start.version or "")
        self._search.setVisible(len(usable) >= SEARCH_FROM)
        written = str(self._start.file or "")
        if self._written_file() != self._start.file:
            self._file.setText(written)
        self._download.setChecked(self._start.may_download)
        self._radio.set_key(self._start.kind)
        self._describe_versions(len(usable))
        self._describe_pretrained()

    def _describe_versions(self, n_usable: int) -> None:
        self._radio.set_available(StartKind.VERSION, n_usable > 0)
        title = self._worker.title if self._worker else self.tr("this method")
        nothing = self.tr("There is no version of {worker} in this project yet.").format(worker=title)
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
