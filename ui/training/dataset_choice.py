"""A dataset to train on: which one, and which of its sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from core.domain.dataset_words import images_words
from core.domain.datasets import Dataset, DatasetSet, DatasetState, SetRole
from core.domain.ids import DatasetId
from core.domain.names import shown
from core.domain.snapshots import Split
from ui.forms.choice import Choice
from ui.forms.choice_list import ChoiceList
from ui.forms.problem_label import ProblemLabel
from ui.widgets.formatting import counted
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

SEARCH_FROM = 6
ROLE_WORDS = {
    SetRole.TRAIN: "for training",
    SetRole.VAL: "for validation",
    SetRole.TEST: "for the test",
    SetRole.EXTRA: "not used in a training",
}
_STATES = {
    DatasetState.OPEN: ("open: Start freezes it", "info"),
    DatasetState.BUILDING: ("being frozen", "warning"),
    DatasetState.ERROR: ("could not be frozen", "error"),
}


class DatasetChoice(QWidget):
    """`control` is what takes the keyboard when a problem is jumped to."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._datasets: tuple[Dataset, ...] = ()
        self._chosen: DatasetId | None = None
        self._names: tuple[str, ...] = ()  # of chosen sets; () = all
        self._search = SearchField(self.tr("Search the datasets"))
        self._list = self.control = ChoiceList(max_rows=4)
        self._list.setAccessibleName(self.tr("Datasets of this project"))
        self._sets = QWidget()
        self._sets_column = QVBoxLayout(self._sets)
        self._sets_column.setContentsMargins(0, 0, 0, 0)
        self._sets_column.setSpacing(4)
        self._boxes: dict[str, QCheckBox] = {}
        frozen = self.tr("It is trained on as it was frozen, whatever was changed in the project since.")
        self._hint = label(frozen, "muted", wrap=True)
        self._problem = ProblemLabel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._search, self._list, self._problem, self._sets, self._hint):
            column.addWidget(widget)
        self._list.chosen.connect(self._choose)
        self._search.search_changed.connect(self._list.set_search)
        self._refresh()

    # From outside

    def set_datasets(self, datasets: Sequence[Dataset]) -> None:
        self._datasets = tuple(datasets)
        self._refresh()

    def set_choice(self, dataset: DatasetId | None, sets: Sequence[str]) -> None:
        """`sets` are names; () = all. Nothing is announced."""
        if (dataset, tuple(sets)) != (self._chosen, self._names):
            self._chosen, self._names = dataset, tuple(sets)
            self._refresh()

    def chosen(self) -> DatasetId | None:
        return self._chosen

    def chosen_names(self) -> tuple[str, ...]:
        """Of the sets; () = all."""
        return self._names if self._chosen is not None else ()

    def dataset(self) -> Dataset | None:
        return next((dataset for dataset in self._datasets if dataset.id == self._chosen), None)

    def first(self) -> DatasetId | None:
        """The newest one that has something to train on."""
        usable = (item for item in self._datasets if any(s.role is SetRole.TRAIN and s.n_images for s in item.sets))
        return next((item.id for item in usable), self._datasets[0].id if self._datasets else None)

    def has_set_for(self, split: Split) -> bool:
        """A chosen set has that role."""
        dataset = self.dataset()
        sets = dataset.sets if dataset is not None else ()
        return any(item.role.as_split is split and (not self._names or item.name in self._names) for item in sets)

    def box(self, name: str) -> QCheckBox:
        """That of a set."""
        return self._boxes[name]

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)

    # What the person does

    def _choose(self, key: str) -> None:
        if key != self._chosen:
            self._chosen, self._names = DatasetId(key), ()
            self._refresh()
            self.changed.emit()

    def _tick(self) -> None:
        """All sets, or none of them, is no choice: then all are taken."""
        ticked = tuple(name for name, box in self._boxes.items() if box.isChecked())
        self._names = () if len(ticked) in (0, len(self._boxes)) else ticked
        self._refresh()
        self.changed.emit()

    # How it is shown

    def _refresh(self) -> None:
        self._list.set_choices([dataset_choice(dataset) for dataset in self._datasets])
        self._list.set_current_key(self._chosen or "")
        self._list.setVisible(bool(self._datasets))
        self._search.setVisible(len(self._datasets) >= SEARCH_FROM)
        while (item := self._sets_column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        dataset = self.dataset()
        self._boxes = {item.name: self._box(item) for item in dataset.sets} if dataset is not None else {}
        for box in self._boxes.values():
            self._sets_column.addWidget(box)
        self._sets.setVisible(bool(self._boxes))
        # Of another one the review says what Start does with it.
        self._hint.setVisible(dataset is not None and dataset.state is DatasetState.COMPLETE)

    def _box(self, item: DatasetSet) -> QCheckBox:
        images = counted(item.n_images, "image")
        box = QCheckBox(f"{shown(item.name)}: {images} {ROLE_WORDS[item.role]}".replace("&", "&&"))
        box.setChecked(not self._names or item.name in self._names)
        box.clicked.connect(lambda _on: self._tick())
        return box


def dataset_choice(dataset: Dataset) -> Choice:
    """Its state, version and counts."""
    sets = ", ".join(f"{shown(item.name)} {item.n_images:,}" for item in dataset.sets) or "no set yet"
    images = images_words(dataset)
    if dataset.state is DatasetState.COMPLETE:
        note, tone = f"frozen {shown(dataset.version)}", "success"
    else:
        note, tone = _STATES[dataset.state]
    return Choice(
        dataset.id,
        shown(dataset.name),
        f"{images}: {sets}",
        note=note,
        tone=tone,
        icon_name="database",
        tool_tip=dataset.description,
    )
