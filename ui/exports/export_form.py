"""First page of an export: in which format, what of the project, where to, what becomes of the images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.domain.datasets import Dataset
from core.domain.exports import ExportRequest, ExportScope, ExportSurvey
from core.domain.formats import FormatInfo
from core.domain.projects import Project
from core.domain.snapshots import SnapshotInfo
from core.domain.studies import StudyInfo
from ui.exports.format_list import FormatList
from ui.exports.loss_list import LossList
from ui.exports.option_form import OptionForm
from ui.exports.picture_choice import PictureChoice
from ui.exports.scope_choice import ScopeChoice
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label, set_role
from ui.widgets.last_folders import EXPORTS
from ui.widgets.path_field import PathField
from ui.widgets.save_dialog import safe_file_name
from ui.widgets.search_field import SearchField


class ExportForm(QWidget):
    changed = Signal()
    target_changed = Signal(object)  # Path: its suitability is not known any more
    scope_changed = Signal(object)  # ExportScope: there is something else to survey

    def __init__(self, project: Project, folders: Sequence[str] = (), parent: QWidget | None = None) -> None:
        """`folders` are those that the person has chosen on the project's page."""
        super().__init__(parent)
        self._project = project
        self._survey: ExportSurvey | None = None
        self._has_formats = False
        self._refusal = ""
        self._suggested: Path | None = None
        self.formats = FormatList()
        self._search = SearchField(self.tr("Search formats"))
        self.options = OptionForm()
        self._losses = LossList(self.options)
        self._choice = ScopeChoice(project.id, folders)
        self._amount = label("", "muted", wrap=True)
        self._target = PathField(
            self.tr("Folder of the export"),
            placeholder=self.tr("A new or an empty folder"),
            kind=EXPORTS,
            on_chosen=self._within,
        )
        self._target_hint = label("", "muted", wrap=True)
        self.pictures = PictureChoice()
        self._build()
        self._search.search_changed.connect(self.formats.narrow)
        self._search.returnPressed.connect(self.formats.setFocus)
        self.formats.format_changed.connect(self._on_format)
        self._target.path_changed.connect(self._on_target)
        self.pictures.changed.connect(self.changed)
        self.options.changed.connect(self.changed)
        self.options.changed.connect(self._show_losses)
        self._choice.scope_changed.connect(self._on_choice)
        self.set_survey(None)
        self.set_target_refusal(None, "")

    def _build(self) -> None:
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 14, 8, 14)
        inside.addWidget(self._losses)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._search)
        left.addWidget(self.formats, 1)
        upper.addLayout(left, 5)
        upper.addWidget(card, 6)
        choice = QHBoxLayout()
        choice.setSpacing(12)
        choice.addWidget(self._choice)
        choice.addWidget(self._amount, 1)
        form = QGridLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        form.setColumnStretch(1, 1)
        what, where, images = label(self.tr("&What")), label(self.tr("&Folder")), label(self.tr("&Images"))
        what.setBuddy(self._choice)
        where.setBuddy(self._target)
        images.setBuddy(self.pictures.way)
        form.addWidget(what, 0, 0)
        form.addLayout(choice, 0, 1)
        form.setRowMinimumHeight(1, 6)
        form.addWidget(where, 2, 0)
        form.addWidget(self._target, 2, 1)
        form.addWidget(self._target_hint, 3, 1)
        form.setRowMinimumHeight(4, 4)
        form.addWidget(images, 5, 0, Qt.AlignmentFlag.AlignVCenter)
        form.addWidget(self.pictures, 5, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(upper, 1)
        column.addLayout(form)

    def set_formats(self, formats: Sequence[FormatInfo]) -> None:
        self._has_formats = True
        self.formats.set_formats(formats)

    def add_data(
        self, snapshots: Sequence[SnapshotInfo], studies: Sequence[StudyInfo], datasets: Sequence[Dataset] = ()
    ) -> None:
        """What else than the ground truth of today can be chosen."""
        self._choice.add_data(snapshots, studies, datasets)

    def set_survey(self, survey: ExportSurvey | None) -> None:
        """What there is to export; None while it is being counted."""
        self._survey = survey
        amount = self.tr("Counting…")
        if survey is not None:
            is_predicted = self.scope().source is not None
            amount = self.tr("{n} on {m} of {images}") if is_predicted else self.tr("{n}, {m} of {images} annotated")
            amount = amount.format(
                n=counted(survey.n_annotations, "prediction" if is_predicted else "annotation"),
                m=count(survey.n_spoken_of),
                images=counted(survey.n_images, "image"),
            )
        self._amount.setText(amount)
        self.pictures.set_size(survey.n_picture_bytes if survey is not None else None)
        self._losses.show_losses(self.formats.chosen(), survey, dict(self.options.answers()))
        self.changed.emit()

    def set_target_refusal(self, target: Path | None, reason: str) -> None:
        """Why `target` will not do; "" = it will. An answer about another target than the present one is ignored."""
        if target is not None and target != self._target.path():
            return
        self._refusal = reason
        self._target_hint.setText(reason or self.tr("The folder is made; nothing of yours is replaced."))
        set_role(self._target_hint, "error" if reason else "muted")
        self.changed.emit()

    def request(self) -> ExportRequest | None:
        """None while something is missing: see `refusal`."""
        info, target = self.formats.chosen(), self._target.path()
        if info is None or target is None or self.refusal():
            return None
        scope = self.scope()
        return ExportRequest(
            self._project.id,
            info.slug,
            target,
            folders=scope.folders,
            copies_images=self.pictures.copies,
            links_images=self.pictures.links,
            options=self.options.answers(),
            dataset=scope.dataset,
            frozen=scope.frozen,
            source=scope.source,
            safe_names=self.pictures.has_safe_names,
        )

    def refusal(self) -> str:
        """Why it cannot be exported as it is filled in; "" when it can. What the field itself says is not repeated."""
        if self._has_formats and self.formats.chosen() is None:
            return self.formats.why_none() or self.tr("No format can be written.")
        if self._survey is None or not self._has_formats:
            return self.tr("Counting…")
        if not self._survey.n_spoken_of:
            if self.scope().source is not None:
                return self.tr("No prediction reaches the version's threshold.")
            return self.tr("Nothing is annotated here yet.")
        chosen = self.formats.chosen()
        if chosen is not None and not chosen.can_hold_some(self._survey.contents):
            return self.tr("This format can hold nothing of it.")
        if self._target.path() is None:
            return self.tr("Choose a folder.")
        return self.tr("Choose another folder.") if self._refusal else ""

    def scope(self) -> ExportScope:
        return self._choice.scope()

    @property
    def losses(self) -> LossList:
        return self._losses

    def focus_first(self) -> None:
        self.formats.setFocus()

    def _on_format(self) -> None:
        info = self.formats.chosen()
        self.options.set_options(info.write_options if info is not None else ())
        self._losses.take_into_tab_order(self.options.editors)
        self._show_losses()
        self._suggest()
        self.changed.emit()

    def _show_losses(self) -> None:
        self._losses.show_losses(self.formats.chosen(), self._survey, dict(self.options.answers()))

    def _on_target(self) -> None:
        self.set_target_refusal(None, "")
        path = self._target.path()
        if path is not None:
            self.target_changed.emit(path)

    def _on_choice(self) -> None:
        self.set_survey(None)
        self.formats.need_predictions(self.scope().source is not None)
        self.scope_changed.emit(self.scope())

    def _suggest(self) -> None:
        """A new folder beside the project's, as long as the person has chosen no other."""
        path = self._target.path()
        if path is None or path == self._suggested:
            parent = path.parent if path is not None else self._project.root.parent
            self._suggested = parent / self._name()
            self._target.set_path(self._suggested)

    def _within(self, folder: Path) -> Path:
        """In a folder that was chosen, one of its own is made, unless it is empty."""
        try:
            is_empty = not any(folder.iterdir())
        except OSError:
            is_empty = True
        self._suggested = folder if is_empty else folder / self._name()
        return self._suggested

    def _name(self) -> str:
        info = self.formats.chosen()
        return safe_file_name(f"{self._project.name} {info.title if info else ''}")
