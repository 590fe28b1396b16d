"""How many images predictions B fixed, broke or left wrong; a click lists them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from core.domain.study_lists import CHANGE_TITLES, ImageChange
from ui.widgets.formatting import count
from ui.widgets.labels import label

HELP = {
    ImageChange.FIXED: "Images with errors in A and none in B",
    ImageChange.BROKEN: "Images without errors in A and with some in B",
    ImageChange.BOTH_WRONG: "Images with errors in both",
    ImageChange.BOTH_RIGHT: "Images without errors in both",
}


class ChangesBar(QWidget):
    change_chosen = Signal(object)  # ImageChange, None = all images again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 0, 10, 4)
        grid.setSpacing(4)
        self._buttons: dict[ImageChange, QToolButton] = {}
        for number, change in enumerate(ImageChange):
            button = QToolButton()
            button.setCheckable(True)
            button.setToolTip(HELP[change])
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda is_on=False, change=change: self._choose(change, is_on))
            self._buttons[change] = button
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(button, number // 2, number % 2)
        self._confidence = label("", "muted")
        self._confidence.setToolTip(self.tr("From which confidence up the predictions of B count"))
        grid.addWidget(self._confidence, 0, 2, 2, 1)
        self.set_changes(None)

    def set_changes(self, changes: Mapping[ImageChange, int] | None) -> None:
        """None = nothing is compared."""
        self.setVisible(changes is not None)
        for change, button in self._buttons.items():
            text = f"{CHANGE_TITLES[change]} {count(changes[change] if changes is not None else 0)}"
            button.setText(text)
            button.setAccessibleName(f"{text}: {HELP[change]}")

    def set_confidence(self, confidence: float | None) -> None:
        """From which B's predictions count; None = from A's."""
        self._confidence.setText("" if confidence is None else self.tr("B from {0:.2f}").format(confidence))

    def set_chosen(self, chosen: ImageChange | None) -> None:
        """What the list is restricted to; announces nothing."""
        for change, button in self._buttons.items():
            button.setChecked(change is chosen)

    def _choose(self, change: ImageChange, is_on: bool) -> None:
        self.set_chosen(change if is_on else None)
        self.change_chosen.emit(change if is_on else None)
