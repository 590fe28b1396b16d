"""Asked at the start when the registry is gone or damaged: restore a copy, list what is on the disk, or leave it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from core.domain.counting import counted, in_bytes
from core.domain.names import shown
from core.domain.registry_loss import KeptCopy, RegistryLoss
from ui.forms.choice import Choice
from ui.forms.choice_list import ChoiceList
from ui.icons import icon
from ui.widgets.labels import label

TEXT_WIDTH = 460


class LossDialog(QDialog):
    """Rejected = the file is left as it is. Accepted by whoever carried a wish out."""

    restore_requested = Signal(object)  # Path of the copy
    reindex_requested = Signal()

    def __init__(self, loss: RegistryLoss, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("The registry cannot be opened"))
        self._copies = ChoiceList()
        self._copies.setAccessibleName(self.tr("Copies of the registry"))
        self._copies.set_choices([_choice_of(copy, is_newest=place == 0) for place, copy in enumerate(loss.copies)])
        self._copies.setFixedHeight(min(len(loss.copies), 3) * 48 + 8)
        self._problem = label("", "error", wrap=True)
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._buttons = QDialogButtonBox()
        leave = self._buttons.addButton(self.tr("Leave it as it is"), QDialogButtonBox.ButtonRole.RejectRole)
        self._reindex = self._buttons.addButton(
            self.tr("List what is on the disk"), QDialogButtonBox.ButtonRole.ActionRole
        )
        self._restore = self._buttons.addButton(self.tr("Restore the copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self._reindex.setVisible(loss.can_reindex)
        self._restore.setVisible(bool(loss.copies))
        first = self._restore if loss.copies else self._reindex if loss.can_reindex else leave
        first.setProperty("role", "primary")
        first.setDefault(True)
        self._make_layout(loss)
        self._reindex.clicked.connect(self.reindex_requested)
        self._restore.clicked.connect(self._ask_restore)
        self._buttons.rejected.connect(self.reject)
        if loss.copies:
            self._copies.set_current_key(str(loss.copies[0].file))
        self.set_busy(False)

    def set_busy(self, is_busy: bool) -> None:
        """While a wish is carried out nothing else can be wished, and the dialog stays."""
        self._busy.setVisible(is_busy)
        self._buttons.setEnabled(not is_busy)
        self._copies.setEnabled(not is_busy)
        if is_busy:
            self._problem.setText("")
        self._problem.setVisible(bool(self._problem.text()))

    def show_problem(self, text: str) -> None:
        """A wish could not be carried out, and why."""
        self._problem.setText(text)
        self.set_busy(False)
        self.adjustSize()

    def _ask_restore(self) -> None:
        key = self._copies.current_key()
        chosen = next((copy for copy in self._loss.copies if str(copy.file) == key), None)
        if chosen is not None:
            self.restore_requested.emit(chosen.file)

    def _make_layout(self, loss: RegistryLoss) -> None:
        self._loss = loss
        picture = QLabel()
        picture.setPixmap(icon("triangle-alert", role="warning").pixmap(32, 32))
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addWidget(
            self._words(self.tr("Calque's list of your projects, runs and models cannot be opened"), "heading")
        )
        texts.addWidget(self._words(loss.text))
        texts.addWidget(self._words(self.tr("Your images are not touched by it. Nothing was made in its place.")))
        if loss.copies:
            texts.addSpacing(6)
            texts.addWidget(self._words(self.tr("Restore a copy: everything is again as it was then.")))
            texts.addWidget(self._copies)
        if loss.can_reindex:
            found = f"{counted(loss.n_runs, 'run')} and {counted(loss.n_versions, 'model version')}"
            if loss.n_datasets:
                found = found.replace(" and ", ", ") + f" and {counted(loss.n_datasets, 'frozen dataset')}"
            told = self.tr(
                "List what is on the disk: {found} are listed again, with all that was measured. "
                "Images and annotations of the projects have to be imported again."
            ).format(found=found)
            texts.addSpacing(6)
            texts.addWidget(self._words(told))
        texts.addWidget(self._busy)
        texts.addWidget(self._problem)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(16)
        column.addLayout(row)
        column.addWidget(self._buttons)

    @staticmethod
    def _words(text: str, role: str = "") -> QLabel:
        made = label(text, role, wrap=True)
        made.setMinimumWidth(TEXT_WIDTH)
        return made

    # Qt overrides

    def reject(self) -> None:
        if self._buttons.isEnabled():
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._buttons.isEnabled())


def _choice_of(copy: KeptCopy, *, is_newest: bool) -> Choice:
    note = "newest" if is_newest else ""
    subtitle = f"{copy.age} · {in_bytes(copy.n_bytes)}"
    return Choice(str(copy.file), copy.made, subtitle, note, tool_tip=shown(copy.file), icon_name="history")
