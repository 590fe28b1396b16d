"""One thing after the other, large, with a key for each answer. What is judged, and what follows, is not known here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.geometry import Box, Polygon
from core.domain.judgements import Correction
from core.domain.names import shown
from core.domain.projects import Category
from ui.icons import icon
from ui.judging.correcting_canvas import CorrectingCanvas
from ui.judging.judging_item import JudgingItem, Verb
from ui.judging.judging_layers import layers_of, marked
from ui.messages import MessageBanner
from ui.viewer.picture import Picture
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count
from ui.widgets.labels import label
from ui.widgets.page_header import PageHeader

CORRECT = "correct"
SIDE_WIDTH = 320


class JudgingPage(QWidget):
    """`verbs` are the answers; with one called CORRECT the shape and the class can be changed before another."""

    verb_requested = Signal(str)
    correction_made = Signal(object)  # Correction: accept it so
    undo_requested = Signal()
    back_requested = Signal()
    source_chosen = Signal(int)  # position among the sources
    least_chosen = Signal(float)
    filter_chosen = Signal(str)

    def __init__(
        self,
        title: str,
        verbs: Sequence[Verb],
        *,
        filters: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`filters` are words by what `filter_chosen` announces."""
        super().__init__(parent)
        self._title = title
        self._verbs = tuple(verbs)
        self._categories: tuple[Category, ...] = ()
        self._item: JudgingItem | None = None
        self._is_correcting = False
        self.banner = MessageBanner()
        self.header = PageHeader(title, back=self.tr("Back to the project (Esc)"))
        self.canvas = CorrectingCanvas()
        self._sources = ElidedCombo(self.tr("Whose predictions"), 26)
        self._least = QDoubleSpinBox()
        self._least.setRange(0.0, 1.0)
        self._least.setSingleStep(0.05)
        self._least.setDecimals(2)
        self._least.setKeyboardTracking(False)
        self._least.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self._least.setPrefix(self.tr("from "))
        self._least.setAccessibleName(self.tr("Lowest confidence"))
        self._least.setToolTip(self.tr("Predictions of a lower confidence are not asked about"))
        self._filter = QComboBox(self)
        self._filter.setAccessibleName(self.tr("What is shown"))
        for key, words in (filters or {}).items():
            self._filter.addItem(words, key)
        self._filter.setVisible(bool(filters))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Progress"))
        self._position = label("", "muted")
        self._position.setAccessibleName(self.tr("Position"))
        self._heading = label("", "heading", wrap=True)
        self._text = label("", wrap=True)
        self._facts = label("", "muted", wrap=True)
        self._class = QComboBox()
        self._class.setAccessibleName(self.tr("Class"))
        self._class.setEnabled(False)
        self._hint = label("", "muted", wrap=True)
        self._foot = label("", "muted", wrap=True)
        self._buttons: dict[str, QPushButton] = {}
        self._undo = QPushButton(icon("rotate-ccw"), self.tr("Undo (Ctrl+Z)"))
        self._empty = EmptyState("list-checks", "", "")
        self._stack = QStackedWidget()
        self.extras = QVBoxLayout()  # the page's own controls, below the answers
        self._build()
        self._connect()
        self.set_item(None)

    # Building

    def _build(self) -> None:
        for widget in (self._filter, self._sources, self._least):
            self.header.add_widget(widget)
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self._empty)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self._progress, 1)
        row.addWidget(self._position)
        column.addLayout(row)
        column.addWidget(self._heading)
        column.addWidget(self._text)
        column.addWidget(self._facts)
        column.addSpacing(4)
        for verb in self._verbs:
            sign = icon(verb.icon, role="on_accent") if verb.is_primary else icon(verb.icon)
            button = QPushButton(sign, f"{verb.text} ({verb.key})")
            button.setToolTip(verb.tip)
            button.setAccessibleName(verb.text)
            button.setAccessibleDescription(verb.tip)
            if verb.is_primary:
                button.setProperty("role", "primary")
            button.clicked.connect(lambda _=False, id=verb.id: self._do(id))
            self._buttons[verb.id] = button
            column.addWidget(button)
            if verb.id == CORRECT:
                column.addWidget(self._class)
                column.addWidget(self._hint)
        column.addWidget(self._undo)
        column.addLayout(self.extras)
        column.addStretch(1)
        column.addWidget(self._foot)
        scroll = QScrollArea()
        scroll.setWidget(side)
        scroll.setAccessibleName(self.tr("Beside the image"))
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFixedWidth(SIDE_WIDTH)
        self._side = scroll
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self._stack, 1)
        body.addWidget(scroll)
        notices = QVBoxLayout()
        notices.setContentsMargins(12, 0, 12, 0)
        notices.addWidget(self.banner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.header)
        outer.addLayout(notices)
        outer.addLayout(body, 1)

    def _connect(self) -> None:
        self.header.back_requested.connect(self.back_requested)
        self._undo.clicked.connect(self.undo_requested)
        self._sources.activated.connect(self.source_chosen)
        self._least.valueChanged.connect(self.least_chosen)
        self._filter.activated.connect(lambda _at: self.filter_chosen.emit(self._filter.currentData()))
        self.canvas.shape_changed.connect(lambda _shape: self._say_hint())
        self._class.currentIndexChanged.connect(lambda _at: self._say_hint())
        for verb in self._verbs:
            self._shortcut(verb.key, partial(self._do, verb.id))
        self._shortcut("Ctrl+Z", self.undo_requested.emit)
        self._shortcut("Esc", self._escape)
        self._shortcut("F", self.canvas.fit)
        self._shortcut("Z", self._look_closer)
        self._shortcut("+", self.canvas.zoom_in)
        self._shortcut("-", self.canvas.zoom_out)
        self._shortcut("N", lambda: self.canvas.choose_handle(1))
        self._shortcut("Shift+N", lambda: self.canvas.choose_handle(-1))
        for number in range(9):
            self._shortcut(str(number + 1), partial(self._choose_class, number))

    def _shortcut(self, key: str, handler: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(handler)

    # Setters

    def set_project_name(self, name: str) -> None:
        self.header.set_title(self._title, name)

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._categories = tuple(categories)
        names = [category.name for category in categories]
        with QSignalBlocker(self._class):
            self._class.clear()
            for number, name in enumerate(names):
                self._class.addItem(f"{shown(name)} ({number + 1})" if number < 9 else shown(name), name)

    def set_sources(self, titles: Sequence[str], chosen: int) -> None:
        with QSignalBlocker(self._sources):
            self._sources.clear()
            self._sources.addItems(list(titles))
            self._sources.setCurrentIndex(chosen)
        self._sources.setEnabled(len(titles) > 1)

    def set_least(self, value: float) -> None:
        with QSignalBlocker(self._least):
            self._least.setValue(value)

    def hide_least(self) -> None:
        """The page has no lowest confidence."""
        self._least.hide()

    def set_progress(self, position: int, total: int) -> None:
        """`position` counts from 0; how many are judged or passed over."""
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(position)
        self._position.setText(self.tr("{n} of {total}").format(n=count(min(position + 1, total)), total=count(total)))

    def set_foot(self, text: str) -> None:
        """What was passed over, and what comes of it all."""
        self._foot.setText(text)

    def set_item(self, item: JudgingItem | None) -> None:
        """What is asked about; None = nothing (yet)."""
        is_other_image = self._item is None or item is None or self._item.annotated.image.id != item.annotated.image.id
        self._item = item
        self._set_correcting(False)
        if item is None:
            for widget in (self._heading, self._text, self._facts):
                widget.setText("")
            self._enable(set())
            return
        self._stack.setCurrentWidget(self.canvas)
        self._heading.setText(item.title)
        self._text.setText(item.text)
        self._text.setVisible(bool(item.text))
        tags = self.tr("Tags: {tags}").format(tags=", ".join(item.tags)) if item.tags else ""
        self._facts.setText("\n".join(part for part in (shown(item.annotated.image.path), item.author, tags) if part))
        if is_other_image:
            self.canvas.set_picture(None)
        self._draw()
        self.canvas.setAccessibleName(self.tr("Image {name}").format(name=shown(item.annotated.image.name)))
        self._enable({verb.id for verb in self._verbs})
        if not self._side.isAncestorOf(self.focusWidget() or self):
            self.canvas.setFocus()

    def set_picture(self, picture: Picture) -> None:
        self.canvas.set_picture(picture)
        self._look_closer()

    def set_enabled_verbs(self, ids: set[str]) -> None:
        self._enable(ids)

    def set_can_undo(self, can_undo: bool) -> None:
        self._undo.setEnabled(can_undo)

    def show_empty(self, heading: str, hint: str, icon_name: str = "list-checks") -> None:
        """Nothing to ask about, and why."""
        self.set_item(None)
        self._empty.set_content(icon_name, heading, hint)
        self._stack.setCurrentWidget(self._empty)
        self._progress.setRange(0, 1)
        self._progress.setValue(1 if icon_name == "list-checks" else 0)
        self._position.setText("")

    @property
    def verb_ids(self) -> tuple[str, ...]:
        return tuple(verb.id for verb in self._verbs)

    @property
    def item(self) -> JudgingItem | None:
        return self._item

    @property
    def is_correcting(self) -> bool:
        return self._is_correcting

    def button(self, id: str) -> QPushButton:
        return self._buttons[id]

    @property
    def texts(self) -> tuple[QLabel, ...]:
        """Heading, sentence, facts, foot."""
        return self._heading, self._text, self._facts, self._foot

    # What the person does

    def _do(self, id: str) -> None:
        if not self._buttons[id].isEnabled():
            return
        if id == CORRECT:
            self._set_correcting(not self._is_correcting)
        elif self._is_correcting and id == self._verbs[0].id:
            self.correction_made.emit(self._correction())
        else:
            self.verb_requested.emit(id)

    def _correction(self) -> Correction:
        assert self._item is not None  # it is being corrected
        name = self._class.currentData()
        shape = self.canvas.shape
        return Correction(
            category=name if name and name != self._item.category else None,
            geometry=shape if shape != self._item.shape else None,
        )

    def _set_correcting(self, is_on: bool) -> None:
        self._is_correcting = is_on and self._item is not None
        self._class.setEnabled(self._is_correcting)
        self._hint.setVisible(self._is_correcting)
        if self._item is None:
            self.canvas.set_layers([])
            self.canvas.set_shape(None)
            return
        with QSignalBlocker(self._class):
            self._class.setCurrentIndex(self._class.findData(self._item.category))
        self.canvas.set_shape(self._item.shape if self._is_correcting else None)
        self._draw()
        if self._is_correcting:
            self.canvas.setFocus()
            self._say_hint()

    def _say_hint(self) -> None:
        if not self._is_correcting:
            return
        correction = self._correction()
        is_same = correction == Correction()
        keys = self.tr(
            "Drag the handles, or move the shape by the arrow keys (Shift: ten pixels); N goes to the next handle, "
            "1 to 9 choose the class."
        )
        end = self.tr("Nothing is changed yet.") if is_same else self.tr("A accepts it as it is now.")
        self._hint.setText(f"{keys} {end}")

    def _choose_class(self, at: int) -> None:
        if self._is_correcting and at < self._class.count():
            self._class.setCurrentIndex(at)

    def _escape(self) -> None:
        if self._is_correcting:
            self._set_correcting(False)
        else:
            self.back_requested.emit()

    def _look_closer(self) -> None:
        """The shape in the middle, with its surroundings."""
        if self._item is not None:
            box: Box | Polygon = self._item.shape
            self.canvas.centre_on(box.bounds(), 0.5)

    def _draw(self) -> None:
        if self._item is not None:
            self.canvas.set_layers(layers_of(self._item, self._categories, is_correcting=self._is_correcting))
            if not self._is_correcting:
                self.canvas.select(marked(self._item, self.canvas.layers))

    def _enable(self, ids: set[str]) -> None:
        for id, button in self._buttons.items():
            button.setEnabled(id in ids)

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(1100, 680)
