"""What is known of the selected object, the outcome first and in words, so that it needs neither colour nor picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.outcomes import PredictionState, TruthState
from core.domain.projects import Source
from ui.studies.study_words import prediction_words, truth_words
from ui.viewer.inspector import FactTable, object_facts
from ui.viewer.overlays import OverlayObject
from ui.widgets.labels import label

NOTHING = "Click an object or a label, or press N for the next error."


class ObjectInspector(QWidget):
    error_requested = Signal(int)  # 1 = the next one of the image, -1 = the previous one
    image_requested = Signal(int)  # likewise, of the images with an error

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outcome = label("", "strong", wrap=True)
        self._outcome.setAccessibleName(self.tr("What became of the object"))
        self._facts = FactTable(NOTHING)
        rows = (
            (self._button(self.tr("Previous error"), "Shift+N", lambda: self.error_requested.emit(-1)),
             self._button(self.tr("Next error"), "N", lambda: self.error_requested.emit(1))),
            (self._button(self.tr("Previous image"), ",", lambda: self.image_requested.emit(-1)),
             self._button(self.tr("Next image"), ".", lambda: self.image_requested.emit(1))),
        )  # fmt: skip
        self._walk = QWidget()
        walk = QVBoxLayout(self._walk)
        walk.setContentsMargins(0, 4, 0, 0)
        walk.setSpacing(4)
        for pair in rows:
            row = QHBoxLayout()
            row.setSpacing(4)
            for button in pair:
                row.addWidget(button, 1)
            walk.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._outcome)
        column.addWidget(self._facts)
        column.addWidget(self._walk)
        self.set_object(None, None, iou=0.5, image_area=0.0, worker="")

    def _button(self, text: str, key: str, slot: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(f"{text} ({key})")
        button.setAccessibleDescription(self.tr("Key: {0}").format(key))
        button.clicked.connect(lambda: slot())
        return button

    def set_errors_known(self, are_known: bool) -> None:
        """Whether there is ground truth to be wrong against."""
        self._walk.setVisible(are_known)

    def set_object(
        self,
        one: OverlayObject | None,
        partner: OverlayObject | None,
        *,
        iou: float,
        image_area: float,
        worker: str,
        has_truth: bool = True,
    ) -> None:
        """`iou` is the threshold in force; `worker` the method behind a prediction's version, where it is known."""
        words = outcome_of(one, partner, iou) if one is not None and has_truth else ""
        self._outcome.setText(words[:1].upper() + words[1:])
        self._outcome.setVisible(bool(words))
        self._facts.set_facts(facts_of(one, partner, image_area, worker) if one is not None else [])

    def as_text(self) -> str:
        """All of it in one sentence, for who listens instead of looking."""
        facts = [f"{name}: {value}" for name, value in self._facts.facts()]
        return ". ".join(part for part in (self._outcome.text(), *facts) if part)


def outcome_of(one: OverlayObject, partner: OverlayObject | None, iou: float) -> str:
    """In words; "" for what was not compared."""
    name, overlap = partner.title if partner is not None else "", one.iou or 0.0
    if isinstance(one.state, PredictionState):
        return prediction_words(one.state, own=one.title, partner=name, iou=overlap, least=iou, is_label=one.is_label)
    if isinstance(one.state, TruthState):
        confidence = partner.confidence if partner is not None else None
        return truth_words(
            one.state, partner=name, confidence=confidence, iou=overlap, least=iou, is_label=one.is_label
        )
    return ""


def facts_of(
    one: OverlayObject, partner: OverlayObject | None, image_area: float, worker: str
) -> list[tuple[str, str]]:
    facts = [fact for fact in object_facts(one, image_area) if fact[0] in ("Class", "Size", "Area", "Crowd")]
    if one.confidence is not None:
        facts.insert(1, ("Confidence", f"{one.confidence:.3f}"))
    if one.iou is not None and partner is not None:
        if not one.is_label:
            facts.insert(-1, ("IoU", f"{one.iou:.3f}"))
        sure = f" {partner.confidence:.2f}" if partner.confidence is not None else ""
        facts.insert(-1, ("Partner", f"{partner.title}{sure}"))
    return [*facts, ("Source", _source(one, worker))]


def _source(one: OverlayObject, worker: str) -> str:
    if one.source is Source.MODEL:
        return ", ".join(part for part in (one.author, worker) if part)
    return "Ground truth: " + ("a person" if one.source is Source.HUMAN else "annotated or imported")
