"""How images are shown: in a grid or a list, in which order, and how large."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QMenu, QSlider, QToolButton, QWidget

from core.domain.image_order import BY_PATH, SortKey, SortOrder
from ui.grids.cell_grid import DEFAULT_SIDE, MAX_SIDE, MIN_SIDE
from ui.icons import icon
from ui.images.image_grid import ViewMode


class ViewControls(QWidget):
    """Only announces what is wished; the setters announce nothing."""

    sort_requested = Signal(object)  # SortOrder
    mode_requested = Signal(object)  # ViewMode
    side_changed = Signal(int)  # pixels of a thumbnail
    ground_truth_toggled = Signal(bool)
    details_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = BY_PATH
        self._sort = QToolButton()
        self._keys: dict[SortKey, QAction] = {}
        self._directions: dict[bool, QAction] = {}
        self._modes = QButtonGroup(self)
        self._buttons: dict[ViewMode, QToolButton] = {}
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._details = QToolButton()
        self.ground_truth = QCheckBox(self.tr("&Ground truth"))
        self._set_up_sort()
        self._set_up_modes()
        self._build()
        self.set_order(BY_PATH)

    def _words(self, key: SortKey) -> str:
        return {
            SortKey.PATH: self.tr("Path"),
            SortKey.NAME: self.tr("Name"),
            SortKey.SIZE: self.tr("Size of the file"),
            SortKey.PIXELS: self.tr("Pixels"),
            SortKey.ANNOTATIONS: self.tr("Annotations"),
            SortKey.ADDED: self.tr("Date added"),
        }[key]

    def _set_up_sort(self) -> None:
        menu = QMenu(self)
        keys, directions = QActionGroup(self), QActionGroup(self)
        for key in SortKey:
            action = menu.addAction(self._words(key))
            action.setCheckable(True)
            keys.addAction(action)
            action.triggered.connect(lambda _=False, key=key: self._wish(SortOrder(key, self._order.is_descending)))
            self._keys[key] = action
        menu.addSeparator()
        for is_down, words in ((False, self.tr("Ascending")), (True, self.tr("Descending"))):
            action = menu.addAction(words)
            action.setCheckable(True)
            directions.addAction(action)
            action.triggered.connect(lambda _=False, is_down=is_down: self._wish(SortOrder(self._order.key, is_down)))
            self._directions[is_down] = action
        self._sort.setMenu(menu)
        self._sort.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._sort.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _set_up_modes(self) -> None:
        for mode, picture, name in (
            (ViewMode.GRID, "layout-grid", self.tr("Grid of thumbnails")),
            (ViewMode.LIST, "list", self.tr("List with columns")),
        ):
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setCheckable(True)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.clicked.connect(lambda _=False, mode=mode: self.mode_requested.emit(mode))
            self._modes.addButton(button)
            self._buttons[mode] = button
        self._buttons[ViewMode.GRID].setChecked(True)
        self._size.setRange(MIN_SIDE, MAX_SIDE)
        self._size.setValue(DEFAULT_SIDE)
        self._size.setMinimumWidth(50)
        self._size.setMaximumWidth(110)
        self._size.setPageStep(32)
        self._size.setAccessibleName(self.tr("Size of the thumbnails"))
        self._size.setToolTip(self.tr("Size of the thumbnails"))
        self._size.valueChanged.connect(self.side_changed)
        self.ground_truth.setChecked(True)
        self.ground_truth.setAccessibleName(self.tr("Ground truth"))
        self.ground_truth.setToolTip(self.tr("Draw the ground truth on the thumbnails"))
        self.ground_truth.toggled.connect(self.ground_truth_toggled)
        self._details.setIcon(icon("panel-right"))
        self._details.setCheckable(True)
        self._details.setToolTip(self.tr("Details of what is chosen"))
        self._details.setAccessibleName(self.tr("Details of what is chosen"))
        self._details.toggled.connect(self.details_toggled)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.ground_truth)
        row.addWidget(self._size)
        row.addWidget(self._sort)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addWidget(self._details)

    def set_narrow(self, is_narrow: bool, *, is_tight: bool = False) -> None:
        """The order as a sign alone, or with its name; in a tight bar the ground truth too."""
        self.ground_truth.setText("" if is_tight else self.tr("&Ground truth"))
        self.ground_truth.setIcon(icon("square-dashed") if is_tight else QIcon())
        self.ground_truth.setShortcut(QKeySequence.mnemonic(self.tr("&Ground truth")))
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if is_narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self._sort.setToolButtonStyle(style)

    def set_order(self, order: SortOrder) -> None:
        self._order = order
        words = self._words(order.key)
        self._keys[order.key].setChecked(True)
        self._directions[order.is_descending].setChecked(True)
        self._sort.setIcon(icon("arrow-down-narrow-wide" if not order.is_descending else "arrow-up-narrow-wide"))
        self._sort.setText(words)
        direction = self._directions[order.is_descending].text()
        said = self.tr("Sorted by {key}, {direction}").format(key=words, direction=direction.lower())
        self._sort.setToolTip(said)
        self._sort.setAccessibleName(said)

    def set_mode(self, mode: ViewMode) -> None:
        self._buttons[mode].setChecked(True)
        self._size.setEnabled(mode is ViewMode.GRID)
        self.ground_truth.setEnabled(mode is ViewMode.GRID)

    def set_side(self, side: int) -> None:
        with QSignalBlocker(self._size):
            self._size.setValue(side)

    def set_details_shown(self, is_shown: bool) -> None:
        with QSignalBlocker(self._details):
            self._details.setChecked(is_shown)

    def _wish(self, order: SortOrder) -> None:
        self.sort_requested.emit(order)
