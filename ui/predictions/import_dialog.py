"""Laying another program's predictions beside a project's images: what of, whose, and beside which project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.formats import FormatInfo
from core.domain.ids import ProjectId
from core.domain.names import shown
from core.domain.predictions import ImportedPredictions, PredictionSet
from core.domain.projects import Project
from ui.forms.field_editors import QuietComboBox
from ui.icons import icon
from ui.widgets.form_rows import FormRows
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label, set_role
from ui.widgets.last_folders import IMPORTS
from ui.widgets.path_field import PathField
from ui.widgets.problem_table import ProblemTable


@dataclass(frozen=True, slots=True)
class PredictionImport:
    """`file` may be a folder. `format` is a slug, None = the one that is recognised. `ground_truth` says what the ids
    of a list of results mean; None = the file itself, or the only one beside it."""

    file: Path
    project: ProjectId
    name: str
    ground_truth: Path | None = None
    only_listed: bool = False
    format: str | None = None


class ImportPredictionsDialog(QDialog):
    """Stays open until they are in, and lists what had to be left out. Setters: `show_report`, `show_problem`."""

    submitted = Signal(object)  # PredictionImport
    see_requested = Signal(object)  # PredictionSet

    def __init__(
        self,
        projects: Sequence[Project],
        formats: Sequence[FormatInfo] = (),
        chosen: ProjectId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`formats` are those that hold predictions; `chosen` is the project that is proposed."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import predictions"))
        self.setMinimumWidth(660)
        self._made: PredictionSet | None = None
        self._file = self._path_field(
            self.tr("File or folder of predictions"),
            self.tr("COCO results, YOLO labels, …; drop it here"),
        )
        self._format = QuietComboBox()
        self._format.addItem(self.tr("As recognised"), None)
        for info in formats:
            self._format.addItem(info.title, info.slug)
        self._format.setToolTip(self.tr("What the file or folder is: only needed where it is taken for something else"))
        self._project = QuietComboBox()
        for project in sorted(projects, key=lambda item: item.name.casefold()):
            self._project.addItem(shown(project.name), project.id)
        self._project.setCurrentIndex(max(0, self._project.findData(chosen)))
        self._name = QLineEdit()
        self._name.setPlaceholderText(self.tr("What they are listed as, e.g. the other program"))
        self._truth = self._path_field(self.tr("Ground truth"), self.tr("Only for a COCO list: what its ids mean"))
        self._only = QCheckBox(self.tr("Images that the file does not &name were not looked at"))
        self._only.setToolTip(
            self.tr("Else the images beside those with predictions count as looked at, with nothing found")
        )
        self._text = label("", "muted", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problems = ProblemTable(self.tr("All of the predictions fit."))
        self._problems.setMinimumHeight(220)
        self._problems.hide()
        self._go = QPushButton(icon("file-down", role="on_accent"), self.tr("&Import"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._build()
        self._file.path_changed.connect(self._name_it)
        self._name.textChanged.connect(lambda _text: self._refresh())
        self._go.clicked.connect(self._go_on)
        self._cancel.clicked.connect(self.reject)
        self._refresh()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def go_button(self) -> QPushButton:
        return self._go

    @property
    def formats(self) -> tuple[str, ...]:
        """As they are listed."""
        return tuple(self._format.itemText(place) for place in range(self._format.count()))

    def fill(
        self, file: Path, name: str = "", ground_truth: Path | None = None, format_title: str | None = None
    ) -> None:
        """As a person would."""
        self._file.set_path(file)
        if format_title is not None:
            self._format.setCurrentText(format_title)
        if name:
            self._name.setText(name)
        self._truth.set_path(ground_truth)

    def show_report(self, found: ImportedPredictions) -> None:
        self._made = found.set
        text = self.tr("{kept} of {read} are laid beside {images}.").format(
            kept=count(found.n_kept),
            read=counted(found.n_read, "prediction"),
            images=counted(found.set.n_images, "image"),
        )
        self._say(text, "")
        self._problems.set_problems(found.problems)
        self._problems.show()
        self._fields.hide()
        self._set_enabled(is_enabled=False)
        self._go.setText(self.tr("&See the predictions"))
        self._go.setIcon(icon("scan", role="on_accent"))
        self._go.setEnabled(True)
        self._go.setToolTip("")
        self._go.setFocus()
        self._cancel.setText(self.tr("Close"))

    def show_problem(self, text: str) -> None:
        """They were not taken in: why."""
        self._set_enabled(is_enabled=True)
        self._say(text, "error")
        self._refresh()
        self._file.setFocus()

    def _path_field(self, name: str, placeholder: str) -> PathField:
        return PathField(name, placeholder=placeholder, may_be_file=True, kind=IMPORTS)

    def _build(self) -> None:
        self._fields = QWidget()
        form = FormRows(self._fields)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setVerticalSpacing(10)
        for title, control in (
            (self.tr("&File or folder"), self._file),
            (self.tr("Fo&rmat"), self._format),
            (self.tr("&Project"), self._project),
            (self.tr("&Source"), self._name),
            (self.tr("&Ids"), self._truth),
        ):
            control.setAccessibleName(title.replace("&", ""))
            form.add_field(title, control)
        form.addRow("", self._only)
        set_role(self._go, "primary")
        self._go.setDefault(True)
        self._cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._go)
        note = self.tr(
            "They are laid beside the ground truth, never into it. Classes and images are matched by their names; what "
            "does not fit is left out and listed, and so is what a person drew."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Import predictions"), "title"))
        column.addWidget(label(note, "muted", wrap=True))
        column.addWidget(self._fields)
        column.addWidget(self._text)
        column.addWidget(self._problems, 1)
        column.addLayout(buttons)

    def _name_it(self) -> None:
        path = self._file.path()
        if path is not None and not self._name.isModified():
            self._name.setText(path.stem or path.name)
        self._refresh()

    def _refresh(self) -> None:
        refusal = ""
        if self._file.path() is None:
            refusal = self.tr("Choose a file or folder.")
        elif self._project.currentData() is None:
            refusal = self.tr("Make a project with the images first.")
        elif not self._name.text().strip():
            refusal = self.tr("Say who predicted.")
        self._go.setEnabled(not refusal)
        self._go.setToolTip(refusal)

    def _go_on(self) -> None:
        if self._made is not None:
            self.see_requested.emit(self._made)
            self.accept()
            return
        file = self._file.path()
        if file is None:
            return
        self._set_enabled(is_enabled=False)
        self._go.setEnabled(False)
        self._say(self.tr("Reading…"), "muted")
        wish = PredictionImport(
            file,
            self._project.currentData(),
            self._name.text(),
            self._truth.path(),
            self._only.isChecked(),
            self._format.currentData(),
        )
        self.submitted.emit(wish)

    def _set_enabled(self, *, is_enabled: bool) -> None:
        for field in (self._file, self._format, self._project, self._name, self._truth, self._only):
            field.setEnabled(is_enabled)

    def _say(self, text: str, role: str) -> None:
        self._text.setText(text)
        set_role(self._text, role)
