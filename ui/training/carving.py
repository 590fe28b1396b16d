"""How validation images are held back when no validation folder is chosen."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.domain.training import Issue
from ui.forms.number_field import NumberField
from ui.forms.problem_label import ProblemLabel
from ui.training.folder_sums import carved
from ui.widgets import formatting
from ui.widgets.labels import label


class Carving(QWidget):
    """A ratio, and what it means in images."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_images = 0
        self.control = NumberField(is_whole=False, minimum=0.05, maximum=0.95, step=0.05)
        self._counts = label("", "muted", wrap=True)
        self._problem = ProblemLabel()
        row = QHBoxLayout()
        row.setSpacing(10)
        title: QLabel = label(self.tr("Par&t held back for validation"))
        title.setBuddy(self.control)
        self.control.setAccessibleName(self.tr("Part held back for validation"))
        row.addWidget(title)
        row.addWidget(self.control)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._problem)
        column.addWidget(self._counts)
        self.control.number_edited.connect(self._edited)

    def ratio(self) -> float | None:
        """None when what is written is no number."""
        number = self.control.number()
        return None if isinstance(number, str) else float(number)

    def set_ratio(self, ratio: float) -> None:
        """Nothing is announced."""
        if ratio != self.ratio():
            self.control.set_number(ratio)
        self._refresh()

    def set_images(self, n_images: int) -> None:
        """Annotated images in the training folders, for the count."""
        self._n_images = n_images
        self._refresh()

    def own_issues(self) -> tuple[Issue, ...]:
        if self.ratio() is not None:
            return ()
        text = self.tr("The part held back must be a number such as 0.2.")
        return (Issue("E-442", text, "data", True, "val_ratio"),)

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)
        self.control.setProperty("problem", self._problem.is_error)
        self.control.style().unpolish(self.control)
        self.control.style().polish(self.control)

    def _edited(self) -> None:
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        ratio = self.ratio()
        if not self._n_images or ratio is None or not 0 < ratio < 1:
            self._counts.setText(self.tr("Taken evenly from every class, never from the test images."))
            return
        kept, held_back = carved(self._n_images, ratio)
        text = self.tr("About {held} of {all} annotated images are held back; {kept} ({share}) remain to train on.")
        self._counts.setText(
            text.format(
                held=formatting.count(held_back),
                all=formatting.count(self._n_images),
                kept=formatting.count(kept),
                share=formatting.percent(1 - ratio),
            )
        )
