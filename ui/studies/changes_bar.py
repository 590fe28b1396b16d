"""How many images predictions B fixed, broke or left wrong; a click lists them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from core.domain.study_lists import CHANGE_TITLES, ImageChange, SecondAnswer
from ui.widgets.formatting import count, measure
from ui.widgets.labels import ElidedLabel

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
            button.setProperty("role", "choice")
            button.setToolTip(HELP[change])
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda is_on=False, change=change: self._choose(change, is_on))
            self._buttons[change] = button
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(button, number // 2, number % 2)
        self._confidence = ElidedLabel()
        self._confidence.setProperty("role", "muted")
        self._confidence.setToolTip(self.tr("From which confidence up B counts, and how good it is there"))
        grid.addWidget(self._confidence, 2, 0, 1, 2)
        self.set_second(None)

    def set_second(self, second: SecondAnswer | None) -> None:
        """What predictions B say; None = nothing is compared."""
        changes = second.changes if second is not None else None
        self.setVisible(second is not None)
        if second is not None:
            self._confidence.setText(
                self.tr("B counts from confidence {confidence:.2f}, F1 {f1}").format(
                    confidence=second.outcomes.thresholds.confidence, f1=measure(second.counts.f1)
                )
            )
        for change, button in self._buttons.items():
            text = f"{CHANGE_TITLES[change]} {count(changes[change] if changes is not None else 0)}"
            button.setText(text)
            button.setAccessibleName(f"{text}: {HELP[change]}")

    def set_chosen(self, chosen: ImageChange | None) -> None:
        """What the list is restricted to; announces nothing."""
        for change, button in self._buttons.items():
            button.setChecked(change is chosen)

    def _choose(self, change: ImageChange, is_on: bool) -> None:
        self.set_chosen(change if is_on else None)
        self.change_chosen.emit(change if is_on else None)
