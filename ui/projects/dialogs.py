"""Small questions about one project: its new name, and whether to remove it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.domain.names import shown
from core.domain.projects import Project
from ui.icons import icon
from ui.widgets.formatting import counted
from ui.widgets.labels import label

MAX_NAME = 100


class RenameProjectDialog(QDialog):
    name_chosen = Signal(str)

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Rename the project"))
        self._old_name = project.name
        self._name = QLineEdit(project.name)
        self._name.setMaxLength(MAX_NAME)
        self._name.setAccessibleName(self.tr("Name"))
        self._name.setMinimumWidth(320)
        self._problem = label("", "error", wrap=True)
        heading = label(self.tr("&Name"))
        heading.setBuddy(self._name)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._rename = buttons.addButton(self.tr("Rename"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._rename.setProperty("role", "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addWidget(self._name)
        column.addWidget(self._problem)
        column.addWidget(buttons)
        buttons.accepted.connect(self._accept_name)
        buttons.rejected.connect(self.reject)
        self._name.textChanged.connect(self._check)
        self._check()

    def show_problem(self, text: str) -> None:
        """The name was refused, and why; the dialog stays."""
        self._problem.setText(text)

    def _check(self) -> None:
        name = self._name.text().strip()
        self._problem.setText("" if name else self.tr("Give the project a name."))
        self._rename.setEnabled(bool(name) and name != self._old_name)

    def _accept_name(self) -> None:
        self.name_chosen.emit(self._name.text().strip())

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._name.setFocus()
        self._name.selectAll()


class RemoveProjectDialog(QDialog):
    """Accepted = remove. Says what stays: the files are the person's own."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Remove the project"))
        picture = QLabel()
        picture.setPixmap(icon("triangle-alert", role="warning").pixmap(32, 32))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        question = self.tr("Remove “{name}” from Calque?").format(name=project.name)
        goes = self.tr("Its {annotations} and the list of its {images} wait in the trash until it is emptied.").format(
            annotations=counted(project.n_annotations, "annotation"), images=counted(project.n_images, "image")
        )
        stays = self.tr("Your files stay where they are, unchanged: {folder}").format(folder=shown(project.root))
        texts = QVBoxLayout()
        texts.setSpacing(8)
        for text, role in ((question, "heading"), (goes, ""), (stays, "")):
            words = label(text, role, wrap=True)
            words.setMinimumWidth(380)
            texts.addWidget(words)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(picture)
        row.addLayout(texts, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        remove = buttons.addButton(self.tr("Remove from Calque"), QDialogButtonBox.ButtonRole.AcceptRole)
        remove.setProperty("role", "danger")
        remove.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(16)
        column.addLayout(row)
        column.addWidget(buttons)
