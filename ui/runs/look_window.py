"""A pinned image in a window of its own, large: all modes of the viewer, and the slider of the epochs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from core.domain.looks import SeenEpoch
from ui.icons import icon
from ui.runs.look_layers import counts_text, layers_of
from ui.viewer.layered_view import LayeredView
from ui.viewer.looks import usual_look
from ui.viewer.picture import Picture
from ui.widgets.labels import ElidedLabel, label


class LookWindow(QDialog):
    """`epochs` is the slider of the page: this window's own moves with it."""

    def __init__(self, epochs: QSlider, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(980, 720)
        self._seen: SeenEpoch | None = None
        self._pictures: dict[str, Picture] = {}
        self._place = 0
        self._shown_key = ""
        self._view = LayeredView()
        self._name = ElidedLabel("")
        self._epoch = label("", "muted")
        self._counts = label("", "muted")
        self._previous = self._button("chevron-left", self.tr("Previous pinned image (Page up)"), -1)
        self._next = self._button("chevron-right", self.tr("Next pinned image (Page down)"), 1)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setAccessibleName(self.tr("Epoch"))
        self._slider.setRange(epochs.minimum(), epochs.maximum())
        self._slider.setValue(epochs.value())
        epochs.rangeChanged.connect(self._slider.setRange)
        epochs.valueChanged.connect(self._slider.setValue)
        self._slider.valueChanged.connect(epochs.setValue)
        for key, step in ((Qt.Key.Key_PageUp, -1), (Qt.Key.Key_PageDown, 1)):
            QShortcut(QKeySequence(key), self, lambda step=step: self._step(step))
        head = QHBoxLayout()
        head.addWidget(self._previous)
        head.addWidget(self._next)
        head.addWidget(self._name, 1)
        head.addWidget(self._counts)
        foot = QHBoxLayout()
        foot.addWidget(self._epoch)
        foot.addWidget(self._slider, 1)
        middle = QHBoxLayout()
        middle.addWidget(self._view, 1)
        middle.addWidget(self._view.panel, 0, Qt.AlignmentFlag.AlignTop)
        self._view.panel.setFixedWidth(230)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addLayout(middle, 1)
        column.addLayout(foot)

    @property
    def view(self) -> LayeredView:
        return self._view

    def show_epoch(self, seen: SeenEpoch, pictures: dict[str, Picture]) -> None:
        """The same image of another epoch, the view where it was."""
        self._seen, self._pictures = seen, pictures
        self._refresh()

    def show_image(self, place: int) -> None:
        self._place = place
        self._refresh()

    def _step(self, step: int) -> None:
        if self._seen is not None and 0 <= self._place + step < len(self._seen.images):
            self.show_image(self._place + step)

    def _refresh(self) -> None:
        seen = self._seen
        if seen is None or not seen.images:
            return
        self._place = min(self._place, len(seen.images) - 1)
        image = seen.images[self._place]
        facts = image.record.image
        if facts.key != self._shown_key:
            self._shown_key = facts.key
            self._view.canvas.set_picture(self._pictures.get(facts.key))
        layers = layers_of(seen, image)
        for layer in layers:
            self._view.canvas.set_look(usual_look(layer.kind), layer.kind)
        self._view.set_layers(layers)
        self.setWindowTitle(self.tr("{0}, epoch {1}").format(facts.key.rpartition("/")[2], seen.epoch))
        self._name.setText(facts.key)
        self._epoch.setText(self.tr("Epoch {0}").format(seen.epoch))
        self._counts.setText(counts_text(image, labels=seen.labels))
        self._previous.setEnabled(self._place > 0)
        self._next.setEnabled(self._place + 1 < len(seen.images))

    def _button(self, icon_name: str, text: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setAutoRaise(True)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda: self._step(step))
        return button
