"""What of a project is exported: all of it, a folder, a frozen dataset, or predictions in place of labels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.domain.datasets import Dataset
from core.domain.exports import ExportScope
from core.domain.ids import ProjectId
from core.domain.names import shown
from core.domain.snapshots import SnapshotInfo
from core.domain.studies import StudyInfo, StudyKind
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.formatting import count, counted

_LEAST = 40  # signs of an entry


class ScopeChoice(ElidedCombo):
    scope_changed = Signal()

    def __init__(self, project: ProjectId, folders: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(self.tr("What is exported"), _LEAST, parent)
        self._project = project
        self.addItem(self.tr("The whole project"), ExportScope(project))
        for folder in filter(None, folders):
            self.addItem(self.tr("Only “{folder}”").format(folder=shown(folder)), ExportScope(project, (folder,)))
        self.currentIndexChanged.connect(lambda _row: self.scope_changed.emit())

    def add_data(
        self, snapshots: Sequence[SnapshotInfo], studies: Sequence[StudyInfo], datasets: Sequence[Dataset] = ()
    ) -> None:
        """Complete datasets, what runs learned from, both the newest first, and predictions that were kept."""
        if datasets:
            self.insertSeparator(self.count())
        for dataset in datasets:
            sets = ", ".join(f"{count(item.n_images)} {shown(item.name)}" for item in dataset.sets if item.n_images)
            text = self.tr("Dataset {label}: {sets}").format(label=shown(dataset.label), sets=sets)
            self.addItem(text, ExportScope(self._project, frozen=dataset.id))
        if snapshots:
            self.insertSeparator(self.count())
        for info in sorted(snapshots, key=lambda info: info.created_at, reverse=True):
            sets = ", ".join(f"{count(n)} {split.value}" for split, n in info.n_images if n)
            text = self.tr("Frozen dataset {label} ({sets})").format(label=info.label, sets=sets)
            if info.dataset:
                text = self.tr("Used of {dataset} ({sets})").format(dataset=shown(info.dataset), sets=sets)
            self.addItem(text, ExportScope(self._project, dataset=info.id))
        kept = [study for study in studies if study.kind is not StudyKind.EPOCH and study.n_predictions]
        if kept:
            self.insertSeparator(self.count())
        for study in kept:
            whose = ", ".join(filter(None, (study.title, study.subtitle)))
            text = self.tr("Predictions of {whose} ({n})").format(
                whose=shown(whose), n=counted(study.n_predictions, "object")
            )
            self.addItem(text, ExportScope(self._project, source=study.source))

    def scope(self) -> ExportScope:
        chosen = self.currentData()
        return chosen if isinstance(chosen, ExportScope) else ExportScope(self._project)
