"""Two to six versions or runs beside each other: numbers with differences, curves, and the settings that differ."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.comparing import ComparedPair, Comparison
from core.domain.snapshots import Split
from core.domain.workers import FieldSpec
from ui.comparing.compared_curves import ComparedCurves
from ui.comparing.measure_model import MeasureModel
from ui.comparing.setting_model import SettingModel
from ui.evaluation.definitions_window import explain
from ui.evaluation.evaluation_view import SPLIT_HELP, SPLIT_TITLES
from ui.icons import icon
from ui.theme import theme_notifier
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import counted
from ui.widgets.labels import label
from ui.widgets.page_header import PageHeader

ROW_HEIGHT = 34


class ComparePage(QWidget):
    back_requested = Signal()
    split_chosen = Signal(object)  # Split: its paired differences are wanted
    images_requested = Signal(object, object, object)  # Compared, Compared, Split: lay both over the images

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: Comparison | None = None
        self._split: Split | None = None
        self._header = PageHeader(self.tr("Compare"), back=self.tr("Back"))
        self._warnings = QVBoxLayout()
        self._measures = MeasureModel(self)
        self._settings = SettingModel(self)
        self._table = _table(self._measures, self.tr("Measures"))
        self._setting_table = _table(self._settings, self.tr("Settings that differ"))
        self._setting_note = label("", "muted", wrap=True)
        self._curves = ComparedCurves()
        self._splits = QButtonGroup(self)
        self._split_row = QHBoxLayout()
        self._split_buttons = {split: self._make_split_button(split) for split in Split}
        self._pairs = QVBoxLayout()
        self._empty = EmptyState(
            "table", self.tr("Nothing measured"), self.tr("None of these has been measured on any set of images.")
        )
        self._copy = QPushButton(icon("copy"), self.tr("Copy"))
        self._copy.setToolTip(self.tr("Copy the numbers, ready to paste into a spreadsheet"))
        self._make_layout()
        self._header.back_requested.connect(self.back_requested)
        self._table.activated.connect(self._explain)
        self._splits.idClicked.connect(lambda index: self._choose(list(Split)[index]))
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._measures.as_text()))
        theme_notifier().theme_changed.connect(self._colour_banners)

    @property
    def comparison(self) -> Comparison | None:
        return self._comparison

    @property
    def shown_split(self) -> Split | None:
        return self._split

    def set_comparison(self, comparison: Comparison, fields: Sequence[FieldSpec] = ()) -> None:
        """`fields` of the workers' forms have the words for the settings."""
        self._comparison = comparison
        titles = ", ".join(item.title for item in comparison.items)
        self._header.set_title(self.tr("Compare"), titles)
        self._show_warnings(comparison.warnings)
        splits = comparison.splits
        for split, button in self._split_buttons.items():
            button.setVisible(split in splits)
        for widget in (self._table, self._copy, self._help):
            widget.setVisible(bool(splits))
        self._empty.setVisible(not splits)
        if self._split not in splits:
            self._split = splits[0] if splits else None
        self._settings.set_rows(comparison.items, comparison.settings, fields)
        n_equal = counted(comparison.n_equal_settings, self.tr("other setting"), self.tr("other settings"))
        self._setting_note.setText(
            self.tr("{n} are the same and not shown.").format(n=n_equal)
            if comparison.settings
            else self.tr("All settings are the same ({n}).").format(n=n_equal)
        )
        self._setting_table.setVisible(bool(comparison.settings))
        self._curves.set_comparison(comparison)
        self._show_split()

    def set_pairs(self, split: Split, pairs: Sequence[ComparedPair]) -> None:
        """How sure the differences on this set are; dropped when another set is shown meanwhile."""
        if split is self._split:
            self._clear(self._pairs)
            for pair in pairs:
                self._pairs.addWidget(self._make_pair(pair))

    # Inside

    def _choose(self, split: Split) -> None:
        self._split = split
        self._show_split()

    def _show_split(self) -> None:
        comparison, split = self._comparison, self._split
        self._clear(self._pairs)
        if comparison is None or split is None:
            self._measures.set_rows((), ())
            return
        self._split_buttons[split].setChecked(True)
        rows = next(found.rows for found in comparison.sets if found.split is split)
        self._measures.set_rows(comparison.items, rows)
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._setting_table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._pairs.addWidget(label(self.tr("Working out how sure the differences are…"), "muted"))
        self.split_chosen.emit(split)

    def _explain(self, index: QModelIndex) -> None:
        explain(self, self._measures.measure_at(index.row()).name)

    def _show_warnings(self, texts: Sequence[str]) -> None:
        self._clear(self._warnings)
        for text in texts:
            banner = QFrame()
            banner.setProperty("role", "card")
            row = QHBoxLayout(banner)
            sign = QLabel()
            sign.setPixmap(icon("triangle-alert", role="warning").pixmap(18, 18))
            row.addWidget(sign)
            row.addWidget(label(text, "warning", wrap=True), 1)
            self._warnings.addWidget(banner)

    def _colour_banners(self, _theme: object) -> None:
        if self._comparison is not None:
            self._show_warnings(self._comparison.warnings)

    def _make_pair(self, pair: ComparedPair) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        texts = QVBoxLayout()
        title = self.tr("{second} against {first}").format(second=pair.second.title, first=pair.first.title)
        texts.addWidget(label(title, "strong", wrap=True))
        for sentence in pair.sentences:
            texts.addWidget(label(sentence, wrap=True))
        if pair.problem:
            texts.addWidget(label(pair.problem, "muted", wrap=True))
        row.addLayout(texts, 1)
        button = QPushButton(icon("images"), self.tr("See the images"), card)
        button.setAccessibleName(f"{self.tr('See the images')}: {title}")
        button.setToolTip(self.tr("Both predictions over the ground truth: what was fixed, what was broken"))
        button.setVisible(not pair.problem)
        button.clicked.connect(lambda: self.images_requested.emit(pair.first, pair.second, pair.split))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return card

    def _make_split_button(self, split: Split) -> QToolButton:
        button = QToolButton()
        button.setText(SPLIT_TITLES[split])
        button.setToolTip(SPLIT_HELP[split])
        button.setCheckable(True)
        self._splits.addButton(button, list(Split).index(split))
        self._split_row.addWidget(button)
        return button

    @staticmethod
    def _clear(layout: QVBoxLayout) -> None:
        while (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _make_layout(self) -> None:
        numbers = QWidget()
        self._split_row.addStretch()
        self._help = QPushButton(icon("circle-help"), self.tr("What these mean"))
        self._help.setToolTip(self.tr("Each number in words; a double click on a number goes to its own"))
        self._help.clicked.connect(lambda: explain(self))
        self._split_row.addWidget(self._help)
        self._split_row.addWidget(self._copy)
        column = QVBoxLayout(numbers)
        column.setContentsMargins(0, 12, 0, 0)
        column.addLayout(self._split_row)
        column.addWidget(self._table, 1)
        column.addLayout(self._pairs)
        column.addWidget(self._empty, 1)
        settings = QWidget()
        column = QVBoxLayout(settings)
        column.setContentsMargins(0, 12, 0, 0)
        column.addWidget(self._setting_note)
        column.addWidget(self._setting_table, 1)
        column.addStretch()
        curves = QWidget()
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 12, 0, 0)
        column.addWidget(self._curves)
        tabs = QTabWidget()
        tabs.addTab(numbers, self.tr("Numbers"))
        tabs.addTab(curves, self.tr("Curves"))
        tabs.addTab(settings, self.tr("Settings"))
        self.tabs = tabs
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 16)
        body.setSpacing(12)
        body.addLayout(self._warnings)
        body.addWidget(tabs, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)


def _table(model: MeasureModel | SettingModel, name: str) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setHighlightSections(False)
    return table
