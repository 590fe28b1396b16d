"""The grid of a study: images with badges, or patches; fast however many there are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from core.domain.predictions import ObjectTable
from core.domain.study_lists import StudyAnswer
from ui.grids.cell_grid import CellGrid, CellState, Index
from ui.studies.cells import CellKey
from ui.studies.outcome_grid_model import OutcomeGridModel
from ui.studies.outcome_painter import OutcomePainter


class OutcomeGrid(CellGrid):
    cell_chosen = Signal(object)  # CellKey: the keyboard or a click is on it
    cell_opened = Signal(object)  # CellKey: Enter or a double click
    pictures_wanted = Signal(object, int)  # tuple[CellKey, ...] that lack theirs, side; replaces earlier wishes

    def __init__(self, parent: QWidget | None = None) -> None:
        self._cells = OutcomeGridModel()
        self._painter = OutcomePainter()
        self._wanted: tuple[CellKey, ...] = ()
        self._is_following = False
        super().__init__(self._cells, self._painter, parent)
        self._cells.setParent(self)
        self._painter.setParent(self)
        self.setAccessibleName(self.tr("Images and what became of their objects"))
        self.row_opened.connect(lambda row: self.cell_opened.emit(self._cells.key(row)))

    @property
    def n_rows(self) -> int:
        return self._cells.rowCount()

    def key(self, row: int) -> CellKey:
        return self._cells.key(row)

    def set_table(
        self, table: ObjectTable | None, *, has_outcomes: bool = True, seen: frozenset[int] = frozenset()
    ) -> None:
        """Another study. `seen` are the images that the model was trained on."""
        self._painter.has_outcomes = has_outcomes
        self._painter.seen = seen
        self._painter.tags = {}
        self._cells.set_table(table)
        self.doItemsLayout()
        self.scrollToTop()
        self.ask_anew()

    def set_answer(self, answer: StudyAnswer) -> None:
        """What is current stays so, when it is still listed; it is announced when it is not."""
        current = self.current_key()
        if not self._cells.set_answer(answer):
            self.viewport().update()
            return
        self.doItemsLayout()
        row = self._cells.find_row(current) if current is not None else None
        if row is not None:
            self._is_following = True
            self.make_current(row)
            self._is_following = False
            self.scrollTo(self._cells.index(row))
        else:
            self.scrollToTop()
        self.ask_anew()

    def set_tags(self, tags: Mapping[int, str]) -> None:
        """Images that have been tagged, and how."""
        self._painter.tags = dict(tags)
        self.viewport().update()

    def set_picture(self, key: CellKey, picture: QImage, side: int) -> None:
        self._cells.set_picture(key, picture, side)

    def set_failure(self, key: CellKey, text: str) -> None:
        """There is no picture, and why; it is not asked for again."""
        self._cells.set_failure(key, text)

    def current_key(self) -> CellKey | None:
        index = self.currentIndex()
        return self._cells.key(index.row()) if index.isValid() else None

    def show_cell(self, key: CellKey) -> None:
        """Make it (or another one of its image) current without announcing it; nothing when it is not listed."""
        current = self.current_key()
        if current is not None and current.image == key.image and not key.is_patch:
            return
        row = self._cells.find_row(key)
        if row is not None:
            self._is_following = True
            self.make_current(row)
            self._is_following = False
            self.scrollTo(self._cells.index(row))

    def choose_row(self, row: int) -> None:
        """As if the person had gone there."""
        if 0 <= row < self.n_rows:
            self.make_current(row)
            self.scrollTo(self._cells.index(row))

    def ask_anew(self) -> None:
        self._wanted = ()
        super().ask_anew()

    # What the base asks for

    def ask_for(self, visible: range, ahead: range, side: int) -> None:
        self._cells.watch(visible)
        wanted = self._cells.list_waiting(ahead, side)
        if wanted != self._wanted:
            self._wanted = wanted
            self.pictures_wanted.emit(wanted, side)

    def watch(self, visible: range) -> None:
        self._cells.watch(visible)

    def paint_cell(self, painter: QPainter, place: QRect, row: int, state: CellState) -> None:
        table, answer = self._cells.table, self._cells.answer
        if table is None or answer is None:
            return
        key, pictures = self._cells.key(row), self._cells.pictures
        self._painter.paint(
            painter,
            place,
            key,
            table,
            answer,
            pictures.picture(key),
            is_failed=bool(pictures.failure(key)),
            state=state,
        )

    # Qt overrides

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._is_following:
            self.cell_chosen.emit(self._cells.key(current.row()))
