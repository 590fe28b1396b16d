"""How many images are chosen, and what can be done with them: seen while any is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from ui.icons import icon
from ui.widgets.formatting import count


class SelectionBar(QWidget):
    none_requested = Signal()  # choose none

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = QLabel()
        self._chosen.setAccessibleName(self.tr("Number of chosen images"))
        self._none = QToolButton()
        self._none.setIcon(icon("x"))
        self._none.setToolTip(self.tr("Choose none (Esc)"))
        self._none.setAccessibleName(self.tr("Choose none"))
        self._none.clicked.connect(self.none_requested)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addWidget(self._chosen)
        self._row.addWidget(self._none)
        self.hide()

    @property
    def text(self) -> str:
        return self._chosen.text()

    def add_widget(self, widget: QWidget) -> None:
        """Something that acts on what is chosen."""
        self._row.insertWidget(self._row.count() - 1, widget)

    def set_numbers(self, n_chosen: int, n_listed: int) -> None:
        self._chosen.setText(self.tr("{n} of {total} chosen").format(n=count(n_chosen), total=count(n_listed)))
        self.setVisible(n_chosen > 0)
