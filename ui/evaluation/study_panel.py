"""What stands beside the images of a study, such as the matrix: the page hands answers in and hears choices."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.domain.predictions import ObjectTable
from core.domain.study_lists import StudyAnswer, StudyCurves


class StudyPanel(QWidget):
    """Base of the side tabs of `ui.studies.study_page`; each setter may be left as it is.

    The order of calls: `set_table` once a study is opened (None = it is being opened, or could not be), then
    `set_answer` at every move of a slider or filter, and `set_curves` whenever they changed (another study or IoU).
    """

    objects_chosen = Signal(object, bool)  # ChosenObjects, or None = no choice any more; added to what is chosen
    confidence_chosen = Signal(float)  # the person points at a confidence in a curve

    title = ""  # of the tab
    icon_name = "chart-line"

    def set_table(self, table: ObjectTable | None) -> None:
        """Another study; whatever was chosen is forgotten."""

    def set_answer(self, answer: StudyAnswer) -> None:
        """What the present thresholds say."""

    def set_curves(self, curves: StudyCurves) -> None:
        """What holds for all confidences at the present IoU, and histograms at the present thresholds."""

    def clear_choice(self) -> None:
        """The choice was taken back elsewhere; announces nothing."""
