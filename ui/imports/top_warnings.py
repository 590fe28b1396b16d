"""The warnings of a preview that nobody may overlook, above all else."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.imports import ImportPreview, Problem, Severity
from ui.icons import icon
from ui.widgets.formatting import counted
from ui.widgets.labels import label

KINDS = (
    "annotations-not-read",
    "archive-member-left-out",
    "model-made-left-out",
    "images-not-judged",
    "annotation-of-duplicate-id",
    "crowds-are-objects",
    "drawn-unknown",
    "images-empty",
    "no-annotations",
)
"""Of whole imports and not of single objects, the weightiest first."""

_MOST = 2


class TopWarnings(QWidget):
    """Hidden when there is none. They are never cut; all are in the table of problems too, with their files."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = [label(wrap=True) for _ in range(_MOST)]
        self._rows: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for text in self._texts:
            mark = QLabel()
            mark.setPixmap(icon("triangle-alert", role="warning").pixmap(16, 16))
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(8)
            line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(text, 1)
            column.addWidget(row)
            self._rows.append(row)
        self.hide()

    def set_preview(self, preview: ImportPreview) -> None:
        found = weighty(preview)
        texts = [problem.text for problem in found]
        if len(texts) > _MOST:
            more = counted(len(texts) - _MOST, "more warning", "more warnings")
            last = self.tr("{text} (and {more} below)").format(text=texts[_MOST - 1], more=more)
            texts = [*texts[: _MOST - 1], last]
        for number, (row, text) in enumerate(zip(self._rows, self._texts, strict=True)):
            text.setText(texts[number] if number < len(texts) else "")
            row.setVisible(number < len(texts))
        self.setVisible(bool(texts))


def weighty(preview: ImportPreview) -> list[Problem]:
    """In the order of `KINDS`."""
    found = [problem for problem in preview.problems if problem.kind in KINDS and problem.severity is Severity.WARNING]
    return sorted(found, key=lambda problem: KINDS.index(problem.kind))
