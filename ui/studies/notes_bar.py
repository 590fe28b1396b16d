"""What has to be said of a study wherever it is shown, the warnings first; each can be closed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.studies import NoteKind, StudyNote
from ui.icons import icon
from ui.widgets.labels import label

ABOUT_LABELS = (NoteKind.LABELS_CHANGED, NoteKind.NO_TRUTH)


class NoteStrip(QFrame):
    labels_requested = Signal()

    def __init__(self, note: StudyNote, *, has_labels: bool = False, parent: QWidget | None = None) -> None:
        """`has_labels`: the project is here, whose labels of today could be measured against."""
        super().__init__(parent)
        self.setObjectName("messageBanner")
        tone = "warning" if note.is_warning else "info"
        self.setProperty("severity", tone)
        picture = QLabel()
        name = "triangle-alert" if note.is_warning else "info"
        picture.setPixmap(icon(name, role=tone).pixmap(16, 16))
        text = label(" ".join(part for part in (note.text, note.hint) if part), wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setToolTip(self.tr("Dismiss"))
        close.setAccessibleName(self.tr("Dismiss: {0}").format(note.text))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 4, 3)
        row.addWidget(picture)
        row.addWidget(text, 1)
        if has_labels and note.kind in ABOUT_LABELS:
            measure = QPushButton(self.tr("Measure against the present labels"))
            measure.clicked.connect(self.labels_requested)
            row.addWidget(measure)
        row.addWidget(close)


class NotesBar(QWidget):
    labels_requested = Signal()  # measure against the labels of today

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 6, 12, 0)
        self._column.setSpacing(4)
        self._notes: tuple[StudyNote, ...] = ()

    @property
    def notes(self) -> tuple[StudyNote, ...]:
        return self._notes

    def set_notes(self, notes: Sequence[StudyNote], *, has_labels: bool = False) -> None:
        """The warnings stand above. `has_labels`: the project is here, and may have labels of today."""
        self._notes = tuple(sorted(notes, key=lambda note: not note.is_warning))
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for note in self._notes:
            strip = NoteStrip(note, has_labels=has_labels)
            strip.labels_requested.connect(self.labels_requested)
            self._column.addWidget(strip)
        self.setVisible(bool(self._notes))
