"""The top of the page of a study: whose predictions these are, which others there are, what they are compared with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from core.domain.names import shown
from core.domain.predictions import ObjectTable
from core.domain.studies import StudyInfo, StudySource
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.formatting import counted
from ui.widgets.page_header import PageHeader


class StudyHeader(PageHeader):
    study_requested = Signal(object)  # StudySource
    second_requested = Signal(object)  # StudySource to compare with, None = none any more

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(back="Back", parent=parent)
        self.studies = _combo(self.tr("Which predictions are shown"))
        self.seconds = _combo(self.tr("Which predictions they are compared with"))
        for combo in (self.studies, self.seconds):
            self.add_widget(combo)
        self.studies.activated.connect(lambda: self.study_requested.emit(self.studies.currentData()))
        self.seconds.activated.connect(lambda: self.second_requested.emit(self.seconds.currentData()))

    def set_study(self, info: StudyInfo, table: ObjectTable) -> None:
        """What is open."""
        n = (
            counted(table.n_truths, "label" if table.labels else "object")
            if table.n_truths
            else counted(table.n_predictions, "prediction")
        )
        facts = [info.subtitle, counted(table.n_images, "image"), n]
        self.set_title(self.tr("Predictions of {0}").format(shown(info.title)), " · ".join(filter(None, facts)))
        self.studies.setCurrentIndex(_find(self.studies, info.source))

    def set_studies(self, studies: Sequence[StudyInfo]) -> None:
        """Those to switch to."""
        is_one = len({one.title for one in studies}) == 1
        _fill(self.studies, [(_subtitle(one) if is_one else _whole_title(one), one.source) for one in studies])
        self.studies.setVisible(len(studies) > 1)

    def set_seconds(self, studies: Sequence[StudyInfo]) -> None:
        """Those to compare with; none of them is yet."""
        are_told_apart = len({one.title for one in studies}) == len(studies)
        entries: list[tuple[str, StudySource | None]] = [(self.tr("Compare with…"), None)]
        entries += [(shown(one.title) if are_told_apart else _whole_title(one), one.source) for one in studies]
        _fill(self.seconds, entries)
        self.seconds.setVisible(bool(studies))

    def set_second(self, source: StudySource | None) -> None:
        """What is compared with; None = nothing."""
        self.seconds.setCurrentIndex(max(_find(self.seconds, source), 0))


def _combo(name: str) -> ElidedCombo:
    combo = ElidedCombo(name, 14)
    combo.hide()
    return combo


def _fill(combo: QComboBox, entries: Sequence[tuple[str, StudySource | None]]) -> None:
    combo.clear()
    for title, source in entries:
        combo.addItem(title, source)


def _find(combo: QComboBox, source: StudySource | None) -> int:
    """Compared as values, which Qt does not do."""
    return next((row for row in range(combo.count()) if combo.itemData(row) == source), -1)


def _whole_title(info: StudyInfo) -> str:
    return shown(f"{info.title}, {info.subtitle}" if info.subtitle else info.title)


def _subtitle(info: StudyInfo) -> str:
    """Among studies of one version: which images, with a capital."""
    text = shown(info.subtitle or info.title)
    return text[:1].upper() + text[1:]
