"""Taking in an exported version: which file, and into which project, or into none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.ids import ProjectId
from core.domain.names import shown
from core.domain.projects import Project
from ui.widgets.form_rows import FormRows
from ui.widgets.labels import label, set_role
from ui.widgets.last_folders import VERSIONS
from ui.widgets.path_field import PathField

MODEL_FILE = "model.json"


def source_of(path: Path) -> Path:
    """What is imported: the folder that a model.json is in, else what was named."""
    return path.parent if path.name == MODEL_FILE else path


class ImportVersionDialog(QDialog):
    """Stays open until the version is in, and says what is wrong with the file."""

    submitted = Signal(object, object)  # Path, ProjectId or None

    def __init__(
        self, projects: Sequence[Project], chosen: ProjectId | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import a model version"))
        self.setMinimumWidth(600)
        note = label(
            self.tr("A .zip file that Calque exported, or the folder of such an export. Nothing in it is executed."),
            "muted",
            wrap=True,
        )
        self._path = PathField(
            self.tr("Exported version"),
            placeholder=self.tr("Choose a file or folder, or drop it here"),
            may_be_file=True,
            kind=VERSIONS,
            on_chosen=source_of,
        )
        self._projects = QComboBox()
        self._projects.addItem(self.tr("No project: for the library only"), None)
        for project in sorted(projects, key=lambda item: item.name.casefold()):
            self._projects.addItem(shown(project.name), project.id)
        self._projects.setCurrentIndex(max(0, self._projects.findData(chosen)))
        self._projects.setToolTip(self.tr("Every project can train on it, whichever you choose."))
        self._problem = label("", "error", wrap=True)
        self._problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._problem.hide()
        form = FormRows()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.add_field(self.tr("&Version"), self._path)
        form.add_field(self.tr("&Project"), self._projects)
        self._import = QPushButton(self.tr("Import"))
        set_role(self._import, "primary")
        self._import.setDefault(True)
        buttons = QDialogButtonBox()
        buttons.addButton(self._import, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(note)
        column.addLayout(form)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        self._path.path_changed.connect(self._refresh)
        self._refresh()
        self._path.setFocus()

    def set_path(self, path: Path) -> None:
        self._path.set_path(source_of(path))

    def project(self) -> ProjectId | None:
        return self._projects.currentData()  # type: ignore[no-any-return]

    def show_problem(self, text: str) -> None:
        """It was not taken in: why."""
        self._problem.setText(text)
        self._problem.show()
        self._import.setText(self.tr("Import"))
        self._refresh()

    def _refresh(self) -> None:
        self._import.setEnabled(self._path.path() is not None)

    def _submit(self) -> None:
        path = self._path.path()
        if path is not None:
            self._problem.hide()
            self._import.setEnabled(False)
            self._import.setText(self.tr("Importing…"))
            self.submitted.emit(source_of(path), self.project())
