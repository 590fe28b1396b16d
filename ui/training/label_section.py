"""What a task that labels looks at: whole images, or the shapes of some classes, cut out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.forms.problem_label import ProblemLabel
from ui.training.class_checklist import ClassGrid, ClassModel
from ui.widgets.labels import label


class LabelSection(QWidget):
    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.whole = QRadioButton(self.tr("Whole images"))
        self.crops = QRadioButton(self.tr("Crops: the shapes of these classes, cut out"))
        self.control = self.whole
        self._group = QButtonGroup(self)
        for button in (self.whole, self.crops):
            self._group.addButton(button)
        self._model = ClassModel(self)
        self._view = ClassGrid()
        self._view.setModel(self._model)
        self._view.setAccessibleName(self.tr("Classes whose shapes are cut out"))
        self._empty = label(self.tr("This project has no classes yet."), "muted")
        text = self.tr(
            "Crops of several classes are told apart. Crops of one class have the classes of other annotations with "
            "the same shape."
        )
        self._hint = label(text, "muted", wrap=True)
        self._problem = ProblemLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.whole, self.crops, self._problem, self._view, self._empty, self._hint):
            column.addWidget(part)
        self._chosen: tuple[str, ...] = ()
        self._n_categories = 0
        self.set_crop_of(())
        self._group.buttonClicked.connect(lambda _button: self._switched())
        self._model.checked_changed.connect(self._checked)

    def set_content(self, categories: Sequence[Category], counts: Mapping[CategoryId, int]) -> None:
        """`counts` are annotations in the training folders."""
        self._n_categories = len(categories)
        self._model.set_content(categories, counts)
        self._view.fit()
        self._refresh()

    def crop_of(self) -> tuple[str, ...]:
        """Empty = whole images."""
        return self._chosen if self.crops.isChecked() else ()

    @property
    def is_nothing_chosen(self) -> bool:
        """Crops are wanted, and it is not said of what."""
        return self.crops.isChecked() and not self._chosen

    def set_crop_of(self, names: Sequence[str]) -> None:
        """Nothing is announced."""
        if names:
            self._chosen = tuple(names)
        (self.crops if names else self.whole).setChecked(True)
        self._refresh()

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)

    def class_model(self) -> ClassModel:
        return self._model

    def _switched(self) -> None:
        self._refresh()
        self.chosen_changed.emit()

    def _checked(self) -> None:
        self._chosen = self._model.checked()
        self.chosen_changed.emit()

    def _refresh(self) -> None:
        is_cropped = self.crops.isChecked()
        self._model.set_checked(self._chosen, is_free=True)
        self._view.setVisible(is_cropped and self._n_categories > 0)
        self._empty.setVisible(is_cropped and not self._n_categories)
        self._hint.setVisible(is_cropped)
