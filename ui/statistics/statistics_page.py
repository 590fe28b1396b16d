"""The statistics of a project: classes by set, sizes, shapes and places of objects, sizes of images.

A bar or a cell that is opened asks for the images behind it.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import CategoryId
from core.domain.names import shown
from core.domain.project_statistics import ClassStatistics, Distribution, Part, ProjectStatistics, bin_title, n_bins
from core.domain.snapshots import Split
from ui.statistics.bar_list import Bar, BarList
from ui.statistics.place_map import PlaceMap
from ui.theme import category_colour, current_theme, theme_notifier
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label

MIN_CARD_WIDTH = 400
SET_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#999999")
SET_WORDS = ("train", "validation", "test", "in no set")
_SETS = (Split.TRAIN, Split.VAL, Split.TEST)


class StatisticsPage(QWidget):
    part_opened = Signal(object, str)  # Part, its images in words
    count_requested = Signal()
    cancel_requested = Signal()
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._statistics: ProjectStatistics | None = None
        self._summary = label("", wrap=True)
        self._imbalance = label("", "muted", wrap=True)
        self._outdated = label(self.tr("Something has changed since this was counted."), "warning")
        self._again = QPushButton(self.tr("Count again"))
        self._again.clicked.connect(self.count_requested)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of counting"))
        self._cancel = QPushButton(self.tr("Stop"))
        self._cancel.clicked.connect(self.cancel_requested)
        self._classes_of = ElidedCombo(self.tr("Objects of which class"), least=20)
        self._classes_of.currentIndexChanged.connect(lambda _: self._draw_objects())
        self._class_bars = BarList(self.tr("Annotations of each class, by set"), most_rows=20)
        self._set_bars = BarList(self.tr("Images of each set"))
        self._lists: dict[Distribution, BarList] = {}
        self._map = PlaceMap()
        self._empty = EmptyState("chart-column", "", "")
        self._stack = QStackedWidget()
        self._scroll = QScrollArea()
        self._cards: list[QWidget] = []
        self._grid = QGridLayout()
        self._build()
        theme_notifier().theme_changed.connect(self._draw)

    def _build(self) -> None:
        self._cards = [
            self._card(self.tr("Annotations by class"), self._class_bars, self._legend()),
            self._card(self.tr("Images by set"), self._set_bars),
            self._card(self.tr("Annotations on an image"), self._list(Distribution.OBJECTS)),
            self._card(self.tr("Size of objects: part of the image's side"), self._list(Distribution.SIDE)),
            self._card(self.tr("Size of objects: pixels of a square as large"), self._list(Distribution.PIXELS)),
            self._card(self.tr("Shape of objects: width by height"), self._list(Distribution.SHAPE)),
            self._card(self.tr("Where objects lie"), self._map),
            self._card(self.tr("Longer side of images, pixels"), self._list(Distribution.LONG_SIDE)),
            self._card(self.tr("Shape of images: width by height"), self._list(Distribution.IMAGE_SHAPE)),
        ]
        self._class_bars.opened.connect(self._open)
        self._set_bars.opened.connect(self._open)
        self._map.opened.connect(lambda cell: self._open(Part(self._chosen(), None, False, Distribution.PLACE, cell)))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addLayout(self._grid)
        column.addStretch(1)
        self._grid.setSpacing(12)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidget(inside)
        self._empty.action_requested.connect(self.import_requested)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._progress_row())
        outer.addWidget(self._stack, 1)
        self._arrange(2)

    def _progress_row(self) -> QWidget:
        self._working = QWidget()
        row = QHBoxLayout(self._working)
        row.setContentsMargins(16, 8, 16, 0)
        row.addWidget(label(self.tr("Counting the annotations…"), "muted"))
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        self._working.hide()
        return self._working

    def _head(self) -> QHBoxLayout:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._summary)
        texts.addWidget(self._imbalance)
        of = QLabel(self.tr("&Objects of"))
        of.setBuddy(self._classes_of)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(texts, 1)
        row.addWidget(self._outdated)
        row.addWidget(self._again)
        row.addWidget(of)
        row.addWidget(self._classes_of)
        return row

    def _legend(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(6)
        for word, colour in zip(SET_WORDS, SET_COLOURS, strict=True):
            square = QFrame()
            square.setFixedSize(10, 10)
            square.setStyleSheet(f"background: {colour};")
            line.addWidget(square)
            line.addWidget(label(word, "muted"))
            line.addSpacing(6)
        line.addStretch(1)
        return row

    def _list(self, distribution: Distribution) -> BarList:
        made = BarList(distribution.value)
        made.opened.connect(self._open)
        self._lists[distribution] = made
        return made

    def _card(self, title: str, *content: QWidget) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(label(title, "heading"))
        for widget in content:
            column.addWidget(widget)
        column.addStretch(1)
        return card

    def _arrange(self, n_columns: int) -> None:
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // n_columns, place % n_columns)
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 1 if number < n_columns else 0)

    @property
    def statistics(self) -> ProjectStatistics | None:
        return self._statistics

    def clear(self) -> None:
        """Of another project nothing is known yet."""
        self._statistics = None
        self._scroll.verticalScrollBar().setValue(0)
        self._classes_of.clear()
        self._empty.set_content("chart-column", self.tr("Nothing counted yet"), "")
        self._stack.setCurrentIndex(0)

    def show_progress(self, done: float, total: float) -> None:
        self._bar.setRange(0, round(total))
        self._bar.setValue(round(done))
        self._working.show()

    def end_progress(self) -> None:
        self._working.hide()
        if self._statistics is None:
            self._empty.set_content(
                "chart-column",
                self.tr("Not counted"),
                self.tr("Counting was stopped. Open another view and this one again to count."),
            )

    def set_outdated(self, is_outdated: bool) -> None:
        self._outdated.setVisible(is_outdated)
        self._again.setVisible(is_outdated)

    def show_statistics(self, statistics: ProjectStatistics) -> None:
        self._statistics = statistics
        self._working.hide()
        self.set_outdated(False)
        if not statistics.n_images:
            text = self.tr("Import a folder of annotated images; what is on them is counted here.")
            self._empty.set_content("images", self.tr("No images yet"), text, self.tr("Import…"))
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        self._fill_classes(statistics)
        self._draw()

    def _fill_classes(self, statistics: ProjectStatistics) -> None:
        before = self._chosen()
        self._classes_of.blockSignals(True)
        self._classes_of.clear()
        self._classes_of.addItem(self.tr("all classes"), None)
        for item in statistics.classes:
            self._classes_of.addItem(shown(item.name), item.id)
        self._classes_of.setCurrentIndex(max(self._classes_of.findData(before), 0))
        self._classes_of.blockSignals(False)

    def _chosen(self) -> CategoryId | None:
        chosen = self._classes_of.currentData()
        return None if chosen is None else CategoryId(chosen)

    def _draw(self, _theme: object = None) -> None:
        found = self._statistics
        if found is None:
            return
        self._summary.setText(
            self.tr("{images}, {annotated} of them annotated ({negative} without a class). {annotations}.").format(
                images=counted(found.n_images, "image"),
                annotated=count(found.n_annotated),
                negative=count(found.n_negative),
                annotations=counted(found.n_annotations, "annotation"),
            )
        )
        self._imbalance.setText(self._words_of_imbalance(found))
        ordered = sorted(found.classes, key=lambda item: -item.n_annotations)
        self._class_bars.set_bars([self._class_bar(item) for item in ordered])
        self._set_bars.set_bars(self._bars_of_sets(found))
        for distribution in (Distribution.OBJECTS, Distribution.LONG_SIDE, Distribution.IMAGE_SHAPE):
            self._draw_list(distribution)
        self._draw_objects()

    def _words_of_imbalance(self, found: ProjectStatistics) -> str:
        if found.imbalance is None:
            return ""
        some = [item for item in found.classes if item.n_annotations]
        most = max(some, key=lambda item: item.n_annotations)
        least = min(some, key=lambda item: item.n_annotations)
        return self.tr("For each {least} there are {times} {most}.").format(
            least=shown(least.name), times=f"{found.imbalance:,.1f}", most=shown(most.name)
        )

    def _class_bar(self, item: ClassStatistics) -> Bar:
        pieces = tuple((number, QColor(colour)) for number, colour in zip(item.by_set, SET_COLOURS, strict=True))
        told = ", ".join(f"{word} {count(number)}" for word, number in zip(SET_WORDS, item.by_set, strict=True))
        tip = self.tr("{name}: {annotations} on {images} ({told})").format(
            name=shown(item.name),
            annotations=counted(item.n_annotations, "annotation"),
            images=counted(item.n_images, "image"),
            told=told,
        )
        return Bar(shown(item.name), pieces, Part(category=item.id), tip, sign=category_colour(item.colour_number))

    def _bars_of_sets(self, found: ProjectStatistics) -> list[Bar]:
        parts = [*(Part(split=split) for split in _SETS), Part(is_without_set=True)]
        return [
            Bar(word, ((number, QColor(colour)),), part)
            for word, number, colour, part in zip(SET_WORDS, found.images_by_set, SET_COLOURS, parts, strict=True)
        ]

    def _draw_objects(self) -> None:
        if self._statistics is None:
            return
        for distribution in (Distribution.SIDE, Distribution.PIXELS, Distribution.SHAPE):
            self._draw_list(distribution)
        self._map.set_counts(self._statistics.counts(Distribution.PLACE, self._chosen()))

    def _draw_list(self, distribution: Distribution) -> None:
        assert self._statistics is not None
        category = self._chosen() if distribution.is_of_objects else None
        counts = self._statistics.counts(distribution, category)
        accent = QColor(current_theme().accent)
        self._lists[distribution].set_bars(
            [
                Bar(
                    bin_title(distribution, number),
                    ((int(counts[number]), accent),),
                    Part(category, None, False, distribution, number),
                )
                for number in range(n_bins(distribution))
            ]
        )

    def _open(self, part: object) -> None:
        if isinstance(part, Part):
            self.part_opened.emit(part, self.words_of(part))

    def words_of(self, part: Part) -> str:
        """The images that a part names, as the title of a list of them."""
        names = {item.id: shown(item.name) for item in self._statistics.classes} if self._statistics is not None else {}
        of_class = f" {names.get(part.category, '')}" if part.category is not None else ""
        if part.distribution is not None:
            words = {
                Distribution.SIDE: self.tr("with{what} of {bin} of the image's side"),
                Distribution.PIXELS: self.tr("with{what} of {bin} pixels"),
                Distribution.SHAPE: self.tr("with{what} of a width by height of {bin}"),
                Distribution.PLACE: self.tr("with{what} whose middle is in {bin}"),
                Distribution.OBJECTS: self.tr("with annotations: {bin}"),
                Distribution.LONG_SIDE: self.tr("with a longer side of {bin} pixels"),
                Distribution.IMAGE_SHAPE: self.tr("with a width by height of {bin}"),
            }[part.distribution]
            what = of_class or self.tr(" an object")
            return words.format(what=what, bin=bin_title(part.distribution, part.bin))
        if part.split is not None:
            return self.tr("of the set {name}").format(name=SET_WORDS[_SETS.index(part.split)])
        return self.tr("in no set") if part.is_without_set else self.tr("with{what}").format(what=of_class)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(max(1, min(3, self.width() // MIN_CARD_WIDTH)))
