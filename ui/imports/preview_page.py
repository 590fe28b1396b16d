"""Second page of an import: what would be imported, under which name, and what would not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSplitter, QTabWidget, QVBoxLayout, QWidget

from core.domain.formats import FormatOption
from core.domain.imports import ImportPreview, ImportSource, Severity, SourceClass
from core.domain.names import shown
from core.domain.projects import Project
from ui.imports.changes_row import ChangesRow
from ui.imports.class_table import ClassTable
from ui.imports.count_table import CountTable
from ui.imports.files_row import FilesRow
from ui.imports.format_row import FormatRow
from ui.imports.names_row import NamesRow
from ui.imports.pictures_row import KIND as PICTURES
from ui.imports.pictures_row import PicturesRow
from ui.imports.preview_words import MAX_NAME, figures_of, is_taken_as_stored, rotated_text, suggested_name
from ui.imports.sample_strip import SampleStrip
from ui.imports.top_warnings import TopWarnings
from ui.widgets.figures import FigureRow
from ui.widgets.formatting import count
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.problem_table import ProblemTable

TOP_FOLDER = "(top folder)"
_SETS_TAB = 2


class PreviewPage(QWidget):
    changed = Signal()
    left_out_chosen = Signal(object)  # tuple[Path, ...]: files not to be read
    encoding_chosen = Signal(object)  # of class names: str, or None for the bytes
    drawn_as_stored_chosen = Signal(bool)  # the shapes of images stored turned were drawn before turning
    format_chosen = Signal(str)  # slug
    options_chosen = Signal(object)  # of the format: tuple of (name, value)
    model_made_chosen = Signal(bool)  # what models made is taken as ground truth
    classes_chosen = Signal()  # what becomes of the classes has changed, and with it what an import would change
    differences_requested = Signal(object)  # Differences: show them
    unpack_folder_chosen = Signal(object)  # Path: for pictures that are only inside the annotation files

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preview: ImportPreview | None = None
        self._target: Project | None = None
        self._taken: frozenset[str] = frozenset()
        self._name = QLineEdit()
        self._name.setMaxLength(MAX_NAME)
        self._name.setAccessibleName(self.tr("Project name"))
        self._name_label = label(self.tr("&Project name"))
        self._name_label.setBuddy(self._name)
        self._format = FormatRow()
        self._pictures = PicturesRow()
        self._changes = ChangesRow()
        self._replace = self._changes.takes_over
        self._model_made = QCheckBox()
        self._model_made.hide()
        self._origin = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._origin.setProperty("role", "muted")
        self._figures = FigureRow()
        self._rotated = label("", "muted", wrap=True)
        self._as_stored = QCheckBox(self.tr("The shapes were drawn &before turning"))
        self._as_stored.clicked.connect(self.drawn_as_stored_chosen)
        self.samples = SampleStrip()
        self._classes = ClassTable()
        self._folders = CountTable(self.tr("Folder"), self.tr("Images"))
        self._sets = CountTable(self.tr("Set"), self.tr("Images"))
        self._tabs = QTabWidget()
        self._problems = ProblemTable()
        self._warnings = TopWarnings()
        self._files = FilesRow()
        self._files.left_out_chosen.connect(self.left_out_chosen)
        self._names = NamesRow()
        self._names.encoding_chosen.connect(self.encoding_chosen)
        self._build()
        self._name.textChanged.connect(lambda: self.changed.emit())
        self._format.format_chosen.connect(self.format_chosen)
        self._format.options_chosen.connect(self.options_chosen)
        self._pictures.folder_chosen.connect(self.unpack_folder_chosen)
        self._model_made.clicked.connect(self.model_made_chosen)
        self._changes.shown_requested.connect(self.differences_requested)
        self._classes.mapping_changed.connect(self._change_classes)

    def _build(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(12)
        names.addWidget(self._name_label)
        names.addWidget(self._name, 1)
        self._tabs.addTab(self._classes, self.tr("Classes"))
        self._tabs.addTab(self._folders, self.tr("Folders"))
        self._tabs.addTab(self._sets, self.tr("Sets"))
        self._tabs.setDocumentMode(True)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._tabs)
        right = QWidget()
        inside = QVBoxLayout(right)
        inside.setContentsMargins(12, 0, 0, 0)
        inside.addWidget(self._problems)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([420, 620])
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(names)
        column.addWidget(self._format)
        column.addWidget(self._origin)
        column.addWidget(self._files)
        column.addWidget(self._warnings)
        column.addWidget(self._pictures)
        column.addWidget(self._changes)
        column.addWidget(self._model_made)
        column.addWidget(self._figures)
        column.addWidget(self.samples)
        turned = QHBoxLayout()
        turned.setSpacing(12)
        turned.addWidget(self._rotated, 1)
        turned.addWidget(self._as_stored, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(turned)
        column.addWidget(self._names)
        column.addWidget(splitter, 1)

    def set_target(self, target: Project | None) -> None:
        """The project to add to; None = a new one."""
        self._target = target
        self._name.setVisible(target is None)
        self._name_label.setVisible(target is None)
        if target is not None:
            self._name.setText(target.name)

    def set_taken_names(self, names: frozenset[str]) -> None:
        self._taken = names
        self.changed.emit()

    def set_preview(self, preview: ImportPreview) -> None:
        self._preview = preview
        if self._target is None and not self._name.text().strip():
            self._name.setText(suggested_name(preview))
        where = shown(preview.images_root)
        self._origin.setText(self.tr("{path}  ·  images in {root}").format(path=shown(preview.source.path), root=where))
        self._pictures.set_preview(preview)
        self._changes.set_preview(preview)
        self._rotated.setVisible(bool(preview.n_rotated))
        self._rotated.setText(rotated_text(preview))
        # A choice that left no doubt can still be taken back.
        self._as_stored.setVisible(bool(preview.n_turn_doubtful) or preview.source.is_drawn_as_stored is not None)
        self.samples.set_preview(preview)
        self._classes.set_classes(_classes_of(preview), preview.project_classes)
        self.show_answers()
        self._folders.set_rows([(name or TOP_FOLDER, n) for name, n in preview.folders])
        self._sets.set_rows(preview.stated_sets)
        self._tabs.setTabVisible(_SETS_TAB, bool(preview.stated_sets))
        self._tabs.setTabText(0, self.tr("Classes ({n})").format(n=count(len(_classes_of(preview)))))
        self._tabs.setTabText(1, self.tr("Folders ({n})").format(n=count(len(preview.folders))))
        self._warnings.set_preview(preview)
        self._problems.set_problems(preview.problems)
        self.changed.emit()

    def show_answers(self) -> None:
        """Those that the preview was made with. What becomes of the classes of a new project stays: it holds."""
        preview = self._preview
        if preview is None:
            return
        self._format.set_preview(preview)
        self._set_makers(preview)
        self._as_stored.setChecked(is_taken_as_stored(preview))
        self._files.set_preview(preview)
        self._names.set_preview(preview)
        if self._target is not None:
            self._classes.set_classes(_classes_of(preview), preview.project_classes)
        self._figures.set_figures(figures_of(preview, self._classes.classes))

    def set_formats(self, formats: Sequence[tuple[str, str]]) -> None:
        """(slug, title) of every format there is."""
        self._format.set_formats(formats)

    def set_questions(self, questions: Mapping[str, tuple[FormatOption, ...]]) -> None:
        """By format, what it asks before it reads."""
        self._format.set_questions(questions)

    def source(self) -> ImportSource | None:
        """What was looked at, with what is to become of its classes."""
        preview = self._preview
        if preview is None:
            return None
        return dataclasses.replace(preview.source, mapping=self._classes.mapping(), is_mapping_chosen=True)

    def _set_makers(self, preview: ImportPreview) -> None:
        makers = ", ".join(f"{shown(name)} {count(n)}" for name, n in preview.makers)
        self._model_made.setText(self.tr("Take what &models made as ground truth ({makers})").format(makers=makers))
        self._model_made.setChecked(preview.source.takes_model_made)
        self._model_made.setVisible(bool(preview.makers))

    def _change_classes(self) -> None:
        """The numbers follow at once; what that changes in a project has to be looked at."""
        if self._preview is not None:
            self._figures.set_figures(figures_of(self._preview, self._classes.classes))
            self.changed.emit()
            if self._target is not None:
                self.classes_chosen.emit()

    def focus_name(self) -> None:
        self._name.setFocus()
        self._name.selectAll()

    def clear_name(self) -> None:
        if self._target is None:
            self._name.clear()

    @property
    def project_name(self) -> str:
        return self._name.text().strip()

    @property
    def is_replacing(self) -> bool:
        return self._replace.isChecked()

    @property
    def preview(self) -> ImportPreview | None:
        return self._preview

    def refusal(self) -> str:
        """Why this cannot be imported as it stands, "" when it can."""
        preview = self._preview
        if preview is None:
            return self.tr("There is no preview yet.")
        if not preview.can_import:
            errors = [problem for problem in preview.problems if problem.severity == Severity.ERROR]
            if errors and errors[0].kind == PICTURES:
                return self.tr("Say into which folder the pictures are to be unpacked.")
            if errors:
                return errors[0].text
            return self.tr("No image that can be used was found in {folder}.").format(folder=shown(preview.images_root))
        if not self.project_name:
            return self.tr("Give the project a name.")
        if self._target is None and self.project_name.casefold() in {name.casefold() for name in self._taken}:
            return self.tr("A project named “{name}” exists. Choose another name.").format(name=self.project_name)
        return ""


def _classes_of(preview: ImportPreview) -> Sequence[SourceClass]:
    return preview.classes or tuple(SourceClass(name, n, name) for name, n in preview.categories)
