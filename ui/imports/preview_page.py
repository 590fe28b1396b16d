"""Second page of an import: what would be imported, under which name, and what would not."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSplitter, QTabWidget, QVBoxLayout, QWidget

from core.domain.imports import ImportPreview, Severity
from core.domain.names import shown
from core.domain.projects import Project
from ui.imports.count_table import CountTable
from ui.imports.files_row import FilesRow
from ui.imports.names_row import NamesRow
from ui.imports.sample_strip import SampleStrip
from ui.imports.top_warnings import TopWarnings
from ui.widgets.figures import Figure, FigureRow, counted_figure, problem_figure
from ui.widgets.formatting import count, counted
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.problem_table import ProblemTable

MAX_NAME = 100
TOP_FOLDER = "(top folder)"
_SETS_TAB = 2


class PreviewPage(QWidget):
    changed = Signal()
    left_out_chosen = Signal(object)  # tuple[Path, ...]: files not to be read
    encoding_chosen = Signal(object)  # of class names: str, or None for the bytes
    drawn_as_stored_chosen = Signal(bool)  # the shapes of images stored turned were drawn before turning

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
        self._replace = QCheckBox(self.tr("&Replace the annotations imported before for these images"))
        self._origin = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._origin.setProperty("role", "muted")
        self._figures = FigureRow()
        self._rotated = label("", "muted", wrap=True)
        self._as_stored = QCheckBox(self.tr("The shapes were drawn &before turning"))
        self._as_stored.clicked.connect(self.drawn_as_stored_chosen)
        self.samples = SampleStrip()
        self._categories = CountTable(self.tr("Class"), self.tr("Annotations"), has_colours=True)
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

    def _build(self) -> None:
        names = QHBoxLayout()
        names.setSpacing(12)
        names.addWidget(self._name_label)
        names.addWidget(self._name, 1)
        names.addWidget(self._replace, 1)
        self._tabs.addTab(self._categories, self.tr("Classes"))
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
        splitter.setSizes([270, 700])
        splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(names)
        column.addWidget(self._origin)
        column.addWidget(self._files)
        column.addWidget(self._warnings)
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
        self._name.setEnabled(target is None)
        self._replace.setVisible(target is not None)
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
        self._origin.setText(
            self.tr("{format}, read from {path}  ·  images in {root}").format(
                format=preview.format_title, path=shown(preview.source.path), root=where
            )
        )
        self._figures.set_figures(figures_of(preview))
        self._rotated.setVisible(bool(preview.n_rotated))
        self._rotated.setText(_rotated_text(preview))
        # A choice that left no doubt can still be taken back.
        self._as_stored.setVisible(bool(preview.n_turn_doubtful) or preview.source.is_drawn_as_stored is not None)
        self._as_stored.setChecked(_is_taken_as_stored(preview))
        self.samples.set_preview(preview)
        self._categories.set_rows(preview.categories)
        self._folders.set_rows([(name or TOP_FOLDER, n) for name, n in preview.folders])
        self._sets.set_rows(preview.stated_sets)
        self._tabs.setTabVisible(_SETS_TAB, bool(preview.stated_sets))
        self._tabs.setTabText(0, self.tr("Classes ({n})").format(n=count(len(preview.categories))))
        self._tabs.setTabText(1, self.tr("Folders ({n})").format(n=count(len(preview.folders))))
        self._files.set_preview(preview)
        self._warnings.set_preview(preview)
        self._names.set_preview(preview)
        self._problems.set_problems(preview.problems)
        self.changed.emit()

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
            errors = [problem.text for problem in preview.problems if problem.severity == Severity.ERROR]
            if errors:
                return errors[0]
            return self.tr("No image that can be used was found in {folder}.").format(folder=shown(preview.images_root))
        if not self.project_name:
            return self.tr("Give the project a name.")
        if self._target is None and self.project_name.casefold() in {name.casefold() for name in self._taken}:
            return self.tr("A project named “{name}” exists. Choose another name.").format(name=self.project_name)
        return ""


def _is_taken_as_stored(preview: ImportPreview) -> bool:
    """As chosen, else if all doubtful ones are so taken by the size that the file states."""
    chosen = preview.source.is_drawn_as_stored
    return 0 < preview.n_guessed_as_stored == preview.n_turn_doubtful if chosen is None else chosen


def _rotated_text(preview: ImportPreview) -> str:
    turned = counted(preview.n_rotated, "image is", "images are")
    if not preview.n_turn_doubtful:
        chosen = preview.source.is_drawn_as_stored
        if chosen is not None:
            when = "before" if chosen else "after"
            return (
                f"{turned} stored turned (EXIF). Shapes of which nothing says it were drawn {when} turning, as chosen."
            )
        return f"{turned} stored turned (EXIF) and shown upright; the shapes follow."
    n_shown = sum(example.is_turn_doubtful for example in preview.sample)
    first = "first example" if n_shown == 1 else f"first {n_shown} examples"
    taken = "before" if _is_taken_as_stored(preview) else "after"
    if 0 < preview.n_guessed_as_stored < preview.n_turn_doubtful and preview.source.is_drawn_as_stored is None:
        return (
            f"{turned} stored turned (EXIF). Nothing says whether the shapes were drawn before or after turning: of "
            f"{preview.n_guessed_as_stored} they are taken as drawn before, for the file states the stored size; of "
            f"the others after it. Look at the {first}."
        )
    return (
        f"{turned} stored turned (EXIF). Nothing says whether the shapes were drawn before or after turning: they are "
        f"taken as drawn {taken} it. Look at the {first}."
    )


def figures_of(preview: ImportPreview) -> list[Figure]:
    return [
        counted_figure(preview.n_images, "image", tone="" if preview.n_images else "error"),
        Figure(count(preview.n_annotated), "annotated", "" if preview.n_annotated else "warning"),
        counted_figure(preview.n_annotations, "annotation"),
        counted_figure(len(preview.categories), "class", "classes"),
        problem_figure(preview.problems),
    ]


def suggested_name(preview: ImportPreview) -> str:
    """The name of the folder that a person would call the collection's."""
    path: Path = preview.source.path
    folder = preview.images_root if path.suffix else path
    general = {"images", "image", "img", "imgs", "data", "train", "obj_train_data", "jpegimages"}
    while folder.name.lower() in general and folder.parent.name:
        folder = folder.parent
    return shown(folder.name)[:MAX_NAME]
