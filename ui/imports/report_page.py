"""Last page of an import: what was done."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.imports import ImportReport
from ui.icons import icon
from ui.widgets.figures import Figure, FigureRow, problem_figure
from ui.widgets.formatting import count
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
            self.tr("“{name}” holds {n} images with {m} annotations.").format(
                name=report.project_name, n=count(report.n_images), m=count(report.n_annotations)
            )
        )
        note = self.tr("Everything found was imported.")
        if report.problems:
            note = self.tr("What was left out or changed is listed below, with its file and line.")
        if report.n_rotated:
            note += " " + self.tr("{n} images are stored turned (EXIF) and shown upright.").format(
                n=count(report.n_rotated)
            )
        self._note.setText(note)
        self._figures.set_figures(
            [
                Figure(count(report.n_images), self.tr("images")),
                Figure(count(report.n_new_images), self.tr("new images")),
                Figure(count(report.n_annotations), self.tr("annotations")),
                Figure(count(len(report.categories)), self.tr("classes")),
                problem_figure(report.problems),
            ]
        )
        self._problems.set_problems(report.problems)
