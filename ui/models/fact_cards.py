"""The few things about a version that everyone asks for first, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.metrics import MEAN_AP
from core.domain.models import DATASET, VersionDetails
from ui.icons import icon
from ui.models.version_words import of_labels
from ui.widgets.formatting import NOTHING, count, duration, measure, moment, size
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.score import Score, set_name


class FactCard(QFrame):
    """A caption, a large value, and a line that says more."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._caption = label(caption, "muted")
        self._value = ElidedLabel()
        font = self._value.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setBold(True)
        self._value.setFont(font)
        self._note = label("", "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        self._caption_row = QHBoxLayout()
        self._caption_row.addWidget(self._caption, 1)
        column.addLayout(self._caption_row)
        column.addWidget(self._value)
        column.addWidget(self._note)
        column.addStretch(1)

    def set_caption(self, caption: str) -> None:
        self._caption.setText(caption)

    def caption(self) -> str:
        return self._caption.text()

    def set_fact(self, value: str, note: str) -> None:
        self._value.setText(value)
        self._note.setText(note)

    def value(self) -> str:
        return self._value.text()

    def note(self) -> str:
        return self._note.text()

    def add_button(self, button: QToolButton) -> None:
        button.setFixedSize(22, 18)
        button.setIconSize(QSize(14, 14))
        button.setStyleSheet("padding: 0;")
        self._caption_row.addWidget(button)


class FactCards(QWidget):
    parent_requested = Signal(object)  # VersionId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = FactCard(self.tr("Headline"))
        self.training = FactCard(self.tr("Training"))
        self.origin = FactCard(self.tr("Started from"))
        self.dataset = FactCard(self.tr("Frozen dataset"))
        self.weights = FactCard(self.tr("Weights"))
        self._origin_button = QToolButton()
        self._origin_button.setIcon(icon("arrow-right"))
        self._origin_button.setToolTip(self.tr("Open that version"))
        self._origin_button.setAccessibleName(self.tr("Open that version"))
        self.origin.add_button(self._origin_button)
        self._details: VersionDetails | None = None
        self._origin_button.clicked.connect(self._open_parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for card in (self.headline, self.training, self.origin, self.dataset, self.weights):
            row.addWidget(card, 1)

    def set_details(self, details: VersionDetails) -> None:
        self._details = details
        version = details.version
        self.headline.set_caption(self._caption_of(details))
        if version.headline is None:
            self.headline.set_fact(NOTHING, self.tr("not measured"))
        else:
            score = Score(version.headline, version.map50)
            name, value = score.first
            note = self.tr("{0} on the {1}").format(name, set_name(version.headline.split))
            self.headline.set_fact(measure(value), f"{note} · {score.strict}" if score.strict else note)
        self.training.set_fact(duration(version.duration_s), moment(version.created_at))
        self._origin_button.setVisible(version.parent is not None)
        if version.parent is None:
            self.origin.set_fact(self.tr("No version"), start_note(details.facts))
        else:
            self.origin.set_fact(version.parent_label, self.tr("a version of Calque"))
        self.dataset.set_fact(version.snapshot_label or NOTHING, dataset_note(details))
        self.weights.set_fact(version.architecture or NOTHING, size(details.n_bytes) if details.n_bytes else NOTHING)

    def _caption_of(self, details: VersionDetails) -> str:
        if any(table.headline == MEAN_AP for table in details.tables):
            return self.tr("Accuracy (mean AP)")
        return self.tr("Accuracy") if of_labels(details) else self.tr("Headline")

    def _open_parent(self) -> None:
        if self._details is not None and self._details.version.parent is not None:
            self.parent_requested.emit(self._details.version.parent)


def start_note(facts: Sequence[tuple[str, str]]) -> str:
    """What it was started from in place of a version of the library, as its training noted it."""
    return next(
        (value for title, value in facts if title == "Started from" and value), "from scratch or foreign weights"
    )


def dataset_note(details: VersionDetails) -> str:
    """The dataset that it was trained on, if it was one, and images a set in few words."""
    snapshot = details.snapshot
    name = next((value for title, value in details.facts if title == DATASET), "")
    if snapshot is None:
        return name
    parts = " · ".join(f"{count(n)} {split}" for split, n in snapshot.n_images)
    images = f"{parts} {'image' if sum(n for _split, n in snapshot.n_images) == 1 else 'images'}" if parts else ""
    return " · ".join(filter(None, (name, images)))
