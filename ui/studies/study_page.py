"""Predictions over ground truth: the grid of a study's images, the image, what became of each object, the charts.

Thresholds, filters and the order make one question (`StudyQuestion`); its answer moves everything together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QScrollArea, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from core.domain.judgements import EXCLUDE, HARD_CASE, LABEL_SUSPICIOUS
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.outcomes import Thresholds
from core.domain.predictions import ObjectTable
from core.domain.studies import NoteKind, StudyInfo, StudyNote
from core.domain.study_lists import ChosenObjects, StudyAnswer, StudyCurves, StudyQuestion
from ui.evaluation.study_panel import StudyPanel
from ui.icons import icon
from ui.studies import study_keys
from ui.studies.acting_bar import ActingBar
from ui.studies.cells import CellKey
from ui.studies.class_thresholds import ClassThresholds
from ui.studies.image_pane import ImagePane
from ui.studies.list_column import ListColumn
from ui.studies.notes_bar import NotesBar
from ui.studies.object_inspector import ObjectInspector
from ui.studies.study_header import StudyHeader
from ui.studies.study_layers import key_of
from ui.studies.thresholds_bar import ThresholdsBar
from ui.studies.walking import next_image, next_wrong_image
from ui.viewer.colouring import ColourBy
from ui.viewer.overlays import OverlayKind, OverlayObject
from ui.widgets.empty_state import EmptyState


class StudyPage(QWidget):
    back_requested = Signal()
    study_requested = Signal(object)  # StudySource
    second_requested = Signal(object)  # StudySource to compare with, None = none any more
    question_changed = Signal(object)  # StudyQuestion
    image_requested = Signal(int)  # row of the study's images
    default_requested = Signal(object)  # Thresholds that are to be those of the version; None = the training's again
    view_save_requested = Signal()
    retry_requested = Signal()
    tag_requested = Signal(object, str, bool)  # tuple of image rows, tag, on or off
    accept_requested = Signal(object)  # tuple of prediction rows
    labels_requested = Signal()  # measure against the labels of today
    undo_requested = Signal()  # of the last tag or acceptance

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._info: StudyInfo | None = None
        self._table: ObjectTable | None = None
        self._answer: StudyAnswer | None = None
        self._tags: Mapping[int, frozenset[str]] = {}
        self._current: int | None = None  # the image that is shown or on its way
        self._selected: OverlayObject | None = None
        self._worker = ""
        self._best_by_category: Mapping[int, float] = {}
        self._panels: list[StudyPanel] = []
        self.header = StudyHeader()
        self.notes = NotesBar()
        self.thresholds = ThresholdsBar()
        self.column = ListColumn()
        self.pane = ImagePane()
        self.inspector = ObjectInspector()
        self.acting = ActingBar()
        self.acting.set_available(has_tags=False, has_accepting=False)
        self.tabs = QTabWidget()
        self._loading = EmptyState("loader", self.tr("Reading the predictions…"), "")
        self._problem = EmptyState("triangle-alert", "", "", self.tr("Try again"))
        self._content = QWidget()
        self._stack = QStackedWidget()
        for widget in (self._loading, self._content, self._problem):
            self._stack.addWidget(widget)
        self._build()
        self._connect()
        self._add_shortcuts()

    def _build(self) -> None:
        middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.pane, 1)
        inside.addWidget(self.acting)
        self.tabs.addTab(self._object_tab(), self.tr("Object"))
        self.tabs.setMinimumWidth(250)
        self.tabs.setAccessibleName(self.tr("Beside the image"))
        self.tabs.tabBar().setAccessibleName(self.tr("Beside the image"))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.column, 3), (middle, 4), (self.tabs, 2)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.indexOf(widget), stretch)
        splitter.setSizes([330, 460, 286])
        splitter.setChildrenCollapsible(False)
        self.column.setMinimumWidth(250)
        content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(0)
        content.addWidget(self.thresholds)
        content.addWidget(self.notes)
        content.addWidget(splitter, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)

    def _object_tab(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(12)
        column.addWidget(self.inspector)
        column.addWidget(self.pane.view.panel)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        return area

    def _connect(self) -> None:
        grid, bar = self.column.grid, self.column.bar
        self.header.back_requested.connect(self.back_requested)
        self._problem.action_requested.connect(self.retry_requested)
        self.header.study_requested.connect(self.study_requested)
        self.header.second_requested.connect(self.second_requested)
        self.thresholds.thresholds_changed.connect(lambda _: self._ask())
        self.thresholds.default_requested.connect(self.default_requested)
        self.thresholds.by_class_requested.connect(self.open_class_thresholds)
        self.notes.labels_requested.connect(self.labels_requested)
        bar.filter_changed.connect(self._ask)
        self.column.clear_requested.connect(self.clear_filters)
        self.column.changes.change_chosen.connect(bar.choose_change)
        grid.cell_chosen.connect(self._show_key)
        grid.cell_opened.connect(self._open_key)
        self.pane.object_selected.connect(self._show_object)
        self.pane.step_requested.connect(self.go_to_wrong_image)
        self.pane.save_requested.connect(self.view_save_requested)
        self.pane.retry_requested.connect(self._retry_image)
        self.inspector.error_requested.connect(self.pane.select_error)
        self.inspector.image_requested.connect(self.go_to_wrong_image)
        self.acting.tag_toggled.connect(self.toggle_tag)
        self.acting.accept_requested.connect(self.accept_selected)

    def _add_shortcuts(self) -> None:
        canvas = self.pane.view.canvas
        handlers: dict[str, Callable[[], object]] = {
            study_keys.NEXT_ERROR: lambda: self.pane.select_error(1),
            study_keys.PREVIOUS_ERROR: lambda: self.pane.select_error(-1),
            study_keys.NEXT_WRONG_IMAGE: lambda: self.go_to_wrong_image(1),
            study_keys.PREVIOUS_WRONG_IMAGE: lambda: self.go_to_wrong_image(-1),
            study_keys.NEXT_IMAGE: lambda: self.go_to_image(1),
            study_keys.PREVIOUS_IMAGE: lambda: self.go_to_image(-1),
            study_keys.FIT: canvas.fit,
            study_keys.ZOOM_IN: canvas.zoom_in,
            study_keys.ZOOM_OUT: canvas.zoom_out,
            study_keys.OPTIMUM: self.thresholds.go_to_optimum,
            study_keys.SUSPICIOUS: lambda: self.toggle_tag(LABEL_SUSPICIOUS),
            study_keys.HARD: lambda: self.toggle_tag(HARD_CASE),
            study_keys.EXCLUDE: lambda: self.toggle_tag(EXCLUDE),
            study_keys.ACCEPT: self.accept_selected,
            study_keys.UNDO: self.undo_requested.emit,
            study_keys.BACK: self._escape,
        }
        on_image = (study_keys.NEXT_IMAGE, study_keys.PREVIOUS_IMAGE)
        for row in study_keys.STUDY_KEYS:
            if row.id not in handlers:
                continue
            for key in row.keys:
                shortcut = QShortcut(QKeySequence(key), self.pane if row.id in on_image else self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(handlers[row.id])
        self.pane.view.modes.bind_keys(self)

    # Setters

    def add_panel(self, panel: StudyPanel) -> None:
        """Another tab beside the image."""
        self._panels.append(panel)
        self.tabs.addTab(panel, icon(panel.icon_name), panel.title)
        panel.objects_chosen.connect(lambda chosen, is_added: self._choose(panel, chosen, is_added=is_added))
        panel.confidence_chosen.connect(self.thresholds.go_to)

    def show_panel(self, number: int) -> None:
        """Turn to a tab that was added, from 0."""
        self.tabs.setCurrentWidget(self._panels[number])

    def show_loading(self, title: str, subtitle: str = "") -> None:
        """Another study is being opened."""
        self._forget()
        self.header.set_title(title, subtitle)
        self._stack.setCurrentWidget(self._loading)

    def show_problem(self, message: UserMessage) -> None:
        """The study cannot be opened; why, and what to do."""
        self._forget()
        self._problem.set_content("triangle-alert", message.text, message.hint, self.tr("Try again"))
        self._stack.setCurrentWidget(self._problem)

    def set_study(
        self,
        info: StudyInfo,
        table: ObjectTable,
        *,
        thresholds: Thresholds,
        optimum: float | None,
        best_by_category: Mapping[int, float] | None = None,
        notes: Sequence[StudyNote] = (),
        worker: str = "",
    ) -> None:
        """A study is open, to be looked at from `thresholds` on; its answer follows a question.

        `optimum` is the confidence of the highest F1, `best_by_category` that of single classes.
        """
        self._forget()
        self._info, self._table, self._worker = info, table, worker
        self._best_by_category = best_by_category or {}
        has_truth = table.n_truths > 0
        self.header.set_study(info, table)
        self.notes.set_notes(notes, has_labels=info.project is not None)
        self.thresholds.set_study(has_truth=has_truth, has_version=info.version is not None, labels=table.labels)
        has_own = table.labels and not table.is_exclusive
        self.thresholds.set_optimum(optimum, self._best_by_category if has_own else None)
        self.thresholds.set_thresholds(thresholds)
        splits = tuple(dict.fromkeys(image.split for image in table.images if image.split is not None))
        self.column.bar.set_study(
            table.categories,
            has_truth=has_truth,
            splits=splits,
            labels=table.labels,
            is_exclusive=table.is_exclusive,
        )
        self.column.set_table(table, seen=_seen(table, notes))
        self.pane.set_study(table, shown(info.title))
        self.pane.view.panel.set_colour_by(ColourBy.OUTCOME if has_truth else ColourBy.CLASS)
        self.inspector.set_errors_known(has_truth)
        for panel in self._panels:
            panel.set_table(table)
        self._stack.setCurrentWidget(self._content)
        self.column.grid.setFocus()
        self._ask()

    def set_second(self, info: StudyInfo | None, table: ObjectTable | None) -> None:
        """Predictions B, aligned with the images of A; None = nothing is compared any more."""
        self.header.set_second(info.source if info is not None else None)
        self.pane.set_second(table, shown(info.title) if info is not None else "")
        self.column.bar.set_comparing(table is not None)
        self.column.changes.set_chosen(None)
        self._ask()
        if self._current is not None:
            self.image_requested.emit(self._current)

    def set_answer(self, answer: StudyAnswer) -> None:
        """Grid, image, numbers and matrix together."""
        table = self._table
        if table is None:
            return
        before, self._answer = self._answer, answer
        self.thresholds.set_counts(answer.counts)
        self.column.set_answer(answer, table.n_images)
        self.pane.set_answer(answer)
        for panel in self._panels:
            panel.set_answer(answer)
        # Who filters looks at what is left; a slider never turns the image away under the eyes.
        is_filtered = before is not None and before.question.filter != answer.question.filter
        is_gone = is_filtered and self._current not in answer.images
        if (before is None or is_gone) and self.column.grid.n_rows:
            self.column.grid.choose_row(0)

    def set_curves(self, curves: StudyCurves) -> None:
        for panel in self._panels:
            panel.set_curves(curves)

    def set_tags(self, tags: Mapping[int, frozenset[str]]) -> None:
        """What is tagged, by image rows."""
        self._tags = dict(tags)
        self.column.bar.set_tags(sorted({tag for some in tags.values() for tag in some}))
        self.column.grid.set_tags({image: ", ".join(sorted(some)) for image, some in tags.items() if some})
        self._refresh_acting()
        if self.column.bar.filter.tag:
            self._ask()

    # What is shown

    @property
    def info(self) -> StudyInfo | None:
        return self._info

    @property
    def table(self) -> ObjectTable | None:
        return self._table

    @property
    def answer(self) -> StudyAnswer | None:
        return self._answer

    @property
    def current_image(self) -> int | None:
        return self._current

    def question(self) -> StudyQuestion:
        bar = self.column.bar
        tagged = frozenset(row for row, tags in self._tags.items() if bar.filter.tag in tags)
        return StudyQuestion(self.thresholds.thresholds, bar.filter, bar.order, bar.wants_patches, tagged)

    def selected_row(self) -> int | None:
        """The row of the selected prediction of A."""
        one = self._selected
        if one is None or self._table is None or self._current is None:
            return None
        is_own = one.kind is OverlayKind.PREDICTIONS_A
        return key_of(self._table, self._current, one.ref).row if is_own else None

    # What the person does

    def clear_filters(self) -> None:
        self.column.bar.reset()
        self.column.changes.set_chosen(None)
        for panel in self._panels:
            panel.clear_choice()
        self._ask()

    def open_class_thresholds(self) -> ClassThresholds | None:
        """Ask for confidences of single classes; the page follows while they are set."""
        if self._table is None:
            return None
        now = self.thresholds.thresholds
        dialog = ClassThresholds(self._table.categories, now.confidence, now.by_category, self._best_by_category, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self.thresholds.set_by_category)
        dialog.open()
        return dialog

    def go_to_image(self, step: int) -> None:
        """The next (1) or previous (-1) one of the list."""
        self._follow(None if self._answer is None else next_image(self._answer, self._current, step))

    def go_to_wrong_image(self, step: int) -> None:
        """The next (1) or previous (-1) one of the list that has an error; it stays at the ends."""
        self._follow(None if self._answer is None else next_wrong_image(self._answer, self._current, step))

    def toggle_tag(self, tag: str) -> None:
        if self._current is not None and self.acting.isVisibleTo(self):
            is_on = tag not in self._tags.get(self._current, frozenset())
            self.tag_requested.emit((self._current,), tag, is_on)

    def accept_selected(self) -> None:
        row = self.selected_row()
        if row is not None and self.acting.isVisibleTo(self):
            self.accept_requested.emit((row,))

    # Inside

    def _forget(self) -> None:
        self._info, self._table, self._answer, self._current, self._selected = None, None, None, None, None
        self._tags = {}
        self.column.set_table(None)
        self.pane.set_study(None, "")
        for panel in self._panels:
            panel.set_table(None)
        self._refresh_acting()

    def _ask(self) -> None:
        if self._table is not None:
            self.question_changed.emit(self.question())

    def _choose(self, panel: StudyPanel, chosen: ChosenObjects | None, *, is_added: bool) -> None:
        known = self.column.bar.filter.chosen
        for other in self._panels:
            if other is not panel:
                other.clear_choice()
        if chosen is not None and is_added and known is not None:
            chosen = ChosenObjects(
                np.union1d(known.predictions, chosen.predictions),
                np.union1d(known.truths, chosen.truths),
                f"{known.text} or {chosen.text}",
            )
        self.column.bar.choose(chosen)

    def _follow(self, image: int | None) -> None:
        if image is not None:
            self._go_to(image)

    def _go_to(self, image: int) -> None:
        key = CellKey(image)
        self.column.grid.show_cell(key)
        self._show_key(key)

    def _show_key(self, key: CellKey) -> None:
        is_other = key.image != self._current
        self._current = key.image
        self.pane.show_key(key)
        if is_other:
            self._selected = None
            self._refresh_acting()
            self.image_requested.emit(key.image)

    def _open_key(self, key: CellKey) -> None:
        self._show_key(key)
        self.pane.view.canvas.setFocus()

    def _retry_image(self) -> None:
        if self._current is not None:
            self.image_requested.emit(self._current)

    def _show_object(self, one: OverlayObject | None, partner: OverlayObject | None) -> None:
        self._selected = one
        image = self.pane.image
        record = image.record.image if image is not None else None
        self.inspector.set_object(
            one,
            partner,
            iou=self.thresholds.thresholds.iou,
            image_area=float(record.width * record.height) if record is not None else 0.0,
            worker=self._worker,
            has_truth=self._table is not None and self._table.n_truths > 0,
        )
        self.pane.view.canvas.setAccessibleDescription(self.inspector.as_text())
        is_own = one is not None and one.kind is not OverlayKind.PREDICTIONS_B
        if one is not None and is_own and self._table is not None and image is not None:
            self.column.grid.show_cell(key_of(self._table, image.index, one.ref))
        self._refresh_acting()

    def _refresh_acting(self) -> None:
        tags = self._tags.get(self._current, frozenset()) if self._current is not None else frozenset()
        self.acting.set_state(tags, has_image=self._current is not None, can_accept=self.selected_row() is not None)

    def _escape(self) -> None:
        if self.pane.view.canvas.selected is not None:
            self.pane.view.canvas.select(None)
        elif not self.column.grid.hasFocus() and self._table is not None:
            self.column.grid.setFocus()
        else:
            self.back_requested.emit()


def _seen(table: ObjectTable, notes: Sequence[StudyNote]) -> frozenset[int]:
    """The images that the model was trained on, as the notes say."""
    for note in notes:
        if note.kind is NoteKind.SEEN:
            return frozenset(note.images or range(table.n_images))
    return frozenset()
