"""The five modes as buttons in a row, and what belongs to the one in force: how fast a blink turns."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QToolButton, QWidget

from ui.viewer.blinking import FASTEST_MS, SLOWEST_MS, USUAL_MS
from ui.viewer.modes import MODE_TITLES, ViewMode
from ui.viewer.viewer_keys import MODE_KEYS

INTERVALS = (None, FASTEST_MS, 700, USUAL_MS, SLOWEST_MS)


class ModeBar(QWidget):
    mode_changed = Signal(object)  # ViewMode
    interval_changed = Signal(object)  # int | None: milliseconds of a blink

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[ViewMode, QToolButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for key, mode in zip(MODE_KEYS, ViewMode, strict=True):
            button = QToolButton()
            button.setText(MODE_TITLES[mode])
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setToolTip(f"{key.does} ({key.shown})")
            button.setAccessibleName(MODE_TITLES[mode])
            button.setAccessibleDescription(key.does)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, mode=mode: self._choose(mode))
            self._group.addButton(button)
            self._buttons[mode] = button
            row.addWidget(button)
        self._buttons[ViewMode.OVERLAY].setChecked(True)
        self._interval = QComboBox()
        self._interval.setAccessibleName(self.tr("How fast the blink turns"))
        self._interval.setToolTip(self.tr("How long each side is shown; by hand: the other side while Space is held"))
        for milliseconds in INTERVALS:
            text = self.tr("by hand") if milliseconds is None else f"{milliseconds / 1000:g} s"
            self._interval.addItem(text, milliseconds)
        self._interval.activated.connect(lambda _: self.interval_changed.emit(self._interval.currentData()))
        row.addSpacing(4)
        row.addWidget(self._interval)
        row.addStretch(1)
        self._show_interval(ViewMode.OVERLAY)

    def set_mode(self, mode: ViewMode) -> None:
        self._buttons[mode].setChecked(True)
        self._show_interval(mode)

    def set_interval(self, milliseconds: int | None) -> None:
        """What is in force, which may be another than was chosen."""
        self._interval.setCurrentIndex(max(self._interval.findData(milliseconds), 0))

    def bind_keys(self, page: QWidget) -> None:
        """1 to 5 anywhere on `page`."""
        for key, mode in zip(MODE_KEYS, ViewMode, strict=True):
            for text in key.keys:
                shortcut = QShortcut(QKeySequence(text), page)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(lambda mode=mode: self._choose(mode))

    def _choose(self, mode: ViewMode) -> None:
        self.set_mode(mode)
        self.mode_changed.emit(mode)

    def _show_interval(self, mode: ViewMode) -> None:
        self._interval.setVisible(mode is ViewMode.BLINK)
