"""Last page of an import: what was done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.imports import Difference, ImportReport
from ui.icons import icon
from ui.imports.changes_row import in_words
from ui.widgets.figures import FigureRow, counted_figure, problem_figure
from ui.widgets.formatting import counted
from ui.widgets.labels import label
from ui.widgets.problem_table import ProblemTable


class ReportPage(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QLabel()
        self._picture.setFixedSize(28, 28)
        self._heading = label("", "heading", wrap=True)
        self._note = label("", "muted", wrap=True)
        self._figures = FigureRow()
        self._problems = ProblemTable()
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._heading)
        texts.addWidget(self._note)
        top.addLayout(texts, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(top)
        column.addWidget(self._figures)
        column.addWidget(self._problems, 1)

    def set_report(self, report: ImportReport) -> None:
        self._picture.setPixmap(icon("circle-check", role="success").pixmap(26, 26))
        self._heading.setText(
            self.tr("“{name}” holds {images} with {annotations}.").format(
                name=report.project_name,
                images=counted(report.n_images, "image"),
                annotations=counted(report.n_annotations, "annotation"),
            )
        )
        note = self.tr("Everything found was imported.")
        if report.problems:
            note = self.tr("What was left out or changed is listed below, with its file and line.")
        if report.n_rotated:
            note += " " + self.tr("{images} stored turned (EXIF) and shown upright.").format(
                images=counted(report.n_rotated, "image is", "images are")
            )
        if report.differences is not None:
            note += "\n" + self._changes(report.differences, is_replacing=report.is_replacing)
        self._note.setText(note)
        self._figures.set_figures(
            [
                counted_figure(report.n_images, "image"),
                counted_figure(report.n_new_images, "new image"),
                counted_figure(report.n_annotations, "annotation"),
                counted_figure(len(report.categories), "class", "classes"),
                problem_figure(report.problems),
            ]
        )
        self._problems.set_problems(report.problems)

    def _changes(self, found: Difference, *, is_replacing: bool) -> str:
        text = self.tr("In images that the project had: {words}.").format(words=in_words(found))
        if not (found.changed or found.gone):
            return text
        done = self.tr("The changes were taken over.") if is_replacing else self.tr("Only what is new was added.")
        return f"{text} {done}"
