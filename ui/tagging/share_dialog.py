"""Sharing images out to train, validation and test by chance, with what that will come to."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.domain.judgements import SPLIT_TAGS
from core.domain.random_parts import USUAL_PARTS, Parts, numbers_of, problem_of
from ui.forms.problem_label import ProblemLabel
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label, set_role

WIDTH = 440
MAX_SEED = 2**31 - 1


class ShareDialog(QDialog):
    shared = Signal(object, int, bool)  # Parts, seed, do those that have a tag keep it

    def __init__(self, n_images: int, n_without: int, parent: QWidget | None = None) -> None:
        """`n_without` of them have none of the three tags."""
        super().__init__(parent)
        self._n, self._n_without = n_images, n_without
        self.setWindowTitle(self.tr("Share out by chance"))
        self.setMinimumWidth(WIDTH)
        self.parts = tuple(QSpinBox() for _ in SPLIT_TAGS)
        self.numbers = tuple(label("", "strong") for _ in SPLIT_TAGS)
        self.problem = ProblemLabel()
        self.seed = QSpinBox()
        self.keeps = QCheckBox()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._build()
        for box in self.parts:
            box.valueChanged.connect(self._tell)
        self.keeps.toggled.connect(self._tell)
        self._buttons.accepted.connect(self._take)
        self._buttons.rejected.connect(self.reject)
        self._tell()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(2, 1)
        grid.setHorizontalSpacing(12)
        for row, (tag, box, number, part) in enumerate(
            zip(SPLIT_TAGS, self.parts, self.numbers, USUAL_PARTS, strict=True)
        ):
            box.setRange(0, 100)
            box.setSuffix(" %")
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            box.setValue(part)
            name = label(tag.capitalize())
            name.setBuddy(box)
            box.setAccessibleName(tag)
            grid.addWidget(name, row, 0)
            grid.addWidget(box, row, 1)
            grid.addWidget(number, row, 2)
        self.seed.setRange(0, MAX_SEED)
        self.seed.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.seed.setMaximumWidth(140)
        self.seed.setToolTip(self.tr("The same seed shares the same images out the same"))
        n_tagged = self._n - self._n_without
        self.keeps.setText(self.tr("Keep what {images} have").format(images=counted(n_tagged, "image")))
        self.keeps.setToolTip(self.tr("Only those for neither train, validation nor test are shared out"))
        self.keeps.setVisible(n_tagged > 0)
        seed = QLabel(self.tr("&Seed"))
        seed.setBuddy(self.seed)
        grid.addWidget(seed, len(self.parts), 0)
        grid.addWidget(self.seed, len(self.parts), 1, 1, 2, Qt.AlignmentFlag.AlignLeft)
        ready = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ready.setText(self.tr("Tag them"))
        set_role(ready, "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(12)
        text = self.tr("Each of {images} is tagged train, validation or test.")
        column.addWidget(label(text.format(images=counted(self._n, "image")), wrap=True))
        column.addLayout(grid)
        column.addWidget(self.problem)
        column.addWidget(self.keeps)
        column.addWidget(self._buttons)

    def wish(self) -> Parts:
        train, validation, test = (box.value() for box in self.parts)
        return train, validation, test

    def _tell(self) -> None:
        wrong = problem_of(self.wish())
        self.problem.show_problems([(f"E-520: {wrong}", True)] if wrong else [])
        n = self._n_without if self.keeps.isChecked() else self._n
        numbers = (None, None, None) if wrong else numbers_of(n, self.wish())
        for view, number in zip(self.numbers, numbers, strict=True):
            view.setText("" if number is None else counted(number, "image"))
        ready = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ready.setEnabled(not wrong and n > 0)
        ready.setToolTip("" if n else self.tr("All {n} have one of the three tags.").format(n=count(self._n)))

    def _take(self) -> None:
        self.shared.emit(self.wish(), self.seed.value(), self.keeps.isChecked())
        self.accept()
