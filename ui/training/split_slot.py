"""One set on the data page: the folders or the filter chosen for it, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.domain.datasets import Dataset
from core.domain.filters import SavedFilter
from core.domain.projects import Folder
from core.domain.snapshots import Split
from core.domain.training import SplitFilter
from ui.forms.problem_label import IconView, ProblemLabel
from ui.forms.scroll_column import ScrollColumn
from ui.icons import icon
from ui.training.folder_sums import FolderSum, folder_title, sum_of
from ui.training.slot_filter import SlotFilter, SlotKind
from ui.training.wizard_page import card
from ui.widgets import formatting
from ui.widgets.badge import Badge
from ui.widgets.formatting import counted
from ui.widgets.labels import ElidedLabel, label

ROW_HEIGHT = 30
MAX_ROWS = 5  # shown without scrolling


class FolderLine(QWidget):
    remove_requested = Signal(str)  # path

    def __init__(self, path: str, folder: Folder | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(IconView("folder" if folder else "triangle-alert", role="icon" if folder else "warning"))
        row.addWidget(ElidedLabel(folder_title(path)), 1)
        if folder is None:
            row.addWidget(label(self.tr("not in this project"), "warning"))
        else:
            counts = self.tr("{images} · {annotated} annotated").format(
                images=counted(folder.n_images, "image"), annotated=formatting.count(folder.n_annotated)
            )
            row.addWidget(label(counts, "muted"))
        self.remove = remove = QToolButton()
        remove.setIcon(icon("x"))
        remove.setToolTip(self.tr("Remove this folder from the set"))
        remove.setAccessibleName(self.tr("Remove {folder}").format(folder=folder_title(path)))
        remove.clicked.connect(lambda: self.remove_requested.emit(path))
        row.addWidget(remove)
        self.setFixedHeight(ROW_HEIGHT)


class SplitSlot(QWidget):
    """Title, choice and counts. `detail` is shown below, such as what happens when no folder is chosen."""

    paths_changed = Signal()
    stated_changed = Signal()
    filter_changed = Signal()
    choose_requested = Signal()
    show_filter_requested = Signal(object)  # Group

    def __init__(
        self,
        split: Split,
        title: str,
        text: str,
        *,
        is_required: bool,
        detail: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._paths: tuple[str, ...] = ()
        self._aside: tuple[str, ...] = ()  # folders that were chosen before a filter was
        self._is_of_dataset = False
        self._folders: dict[str, Folder] = {}
        self.title = title
        self._n_stated = 0
        self.stated = QCheckBox()
        self.stated.setAccessibleName(self.tr("{set}: as the import states it").format(set=title))
        self.filter = SlotFilter(split, title)
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("{set}: how its images are chosen").format(set=title))
        for kind, words in (
            (SlotKind.FOLDERS, self.tr("Folders")),
            (SlotKind.TAG, self.tr("Tagged images")),
            (SlotKind.SET, self.tr("Set of a dataset")),
            (SlotKind.FILTER, self.tr("Saved filter")),
        ):
            self.kind.addItem(words, kind)
        self._sum = label("", "")
        self.control = QPushButton(icon("folder-tree"), self.tr("Choose folders…"))
        self.control.setAccessibleName(self.tr("Choose folders for {set}").format(set=title))
        self._lines = QWidget()
        self._lines_shown: list[FolderLine] = []
        self._lines_column = QVBoxLayout(self._lines)
        self._lines_column.setContentsMargins(0, 0, 0, 0)
        self._lines_column.setSpacing(0)
        self._area = ScrollColumn(self._lines)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._problem = ProblemLabel()
        badge = Badge(self.tr("required") if is_required else self.tr("optional"), "info" if is_required else "neutral")
        frame, column = card()
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(label(title, "heading"))
        head.addWidget(badge)
        head.addStretch(1)
        head.addWidget(self._sum)
        head.addWidget(self.kind)
        head.addWidget(self.control)
        column.addLayout(head)
        column.addWidget(label(text, "muted", wrap=True))
        column.addWidget(self.filter)
        column.addWidget(self.stated)
        column.addWidget(self._area)
        column.addWidget(self._problem)
        if detail is not None:
            column.addWidget(detail)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(frame)
        self.control.clicked.connect(self.choose_requested)
        self.stated.clicked.connect(lambda _on: self._take_stated())
        self.kind.activated.connect(lambda _index: self.take_kind(SlotKind(self.kind.currentData())))
        self.filter.changed.connect(self._take_filter)
        self.filter.show_requested.connect(self.show_filter_requested)
        self._refresh()

    def paths(self) -> tuple[str, ...]:
        return self._paths

    def set_paths(self, paths: Sequence[str]) -> None:
        """Nothing is announced."""
        if tuple(paths) != self._paths:
            self._paths = tuple(paths)
            self._refresh()

    @property
    def is_chosen(self) -> bool:
        """There are folders or a filter, or the set is as the import states it."""
        return bool(self._paths) or self.stated.isChecked() or self.filter.choice() is not None

    @property
    def are_folders_whole(self) -> bool:
        """Every image of the folders is taken, so that their sums say what is in the set."""
        return not self.stated.isChecked() and self.filter.choice() is None

    def set_filter(self, chosen: SplitFilter | None) -> None:
        """Nothing is announced."""
        if chosen != self.filter.choice() or chosen is None:
            self.filter.set_choice(chosen)
            self._refresh()

    def set_filter_offers(self, saved: Sequence[SavedFilter], n_tagged: int, datasets: Sequence[Dataset]) -> None:
        self.filter.set_offers(saved, n_tagged, datasets)

    def set_of_dataset(self, is_of_dataset: bool) -> None:
        """The images come from a dataset: there is nothing to choose here."""
        if is_of_dataset != self._is_of_dataset:
            self._is_of_dataset = is_of_dataset
            self._refresh()

    def take_kind(self, kind: SlotKind) -> None:
        """The person's choice. Folders are set aside while a filter chooses, and come back."""
        if kind is self.filter.kind():
            return
        if kind is SlotKind.FOLDERS:
            self._paths = self._paths or self._aside
        elif self._paths:
            self._aside, self._paths = self._paths, ()
        self.stated.setChecked(False)
        self.filter.take_kind(kind)

    def set_stated(self, is_stated: bool) -> None:
        """Nothing is announced."""
        if is_stated != self.stated.isChecked():
            self.stated.setChecked(is_stated)
            self._refresh()

    def set_n_stated(self, n_images: int) -> None:
        """Images that the import states to be of this set; 0 = it does not say."""
        self._n_stated = n_images
        self._refresh()

    def set_folders(self, folders: Mapping[str, Folder]) -> None:
        self._folders = dict(folders)
        self._refresh()

    def sum(self) -> FolderSum:
        return sum_of(self._paths, self._folders)

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        self._problem.show_problems(problems)

    def take_paths(self, paths: Sequence[str]) -> None:
        """The person's choice."""
        if tuple(paths) != self._paths:
            self.set_paths(paths)
            self.paths_changed.emit()

    def _take_stated(self) -> None:
        self._refresh()
        self.stated_changed.emit()

    def _take_filter(self) -> None:
        self._refresh()
        self.filter_changed.emit()

    def _remove(self, path: str) -> None:
        self.take_paths([other for other in self._paths if other != path])

    def _refresh_lines(self) -> None:
        """Anew; the keyboard goes through them before what follows, and stays among them where it was."""
        lines, self._lines_shown = self._lines_shown, []
        focused = next((place for place, one in enumerate(lines) if one.remove.hasFocus()), -1)
        for old in lines:
            self._lines_column.removeWidget(old)
            old.hide()
            old.deleteLater()
        before: QWidget = self.control
        for place, path in enumerate(self._paths):
            line = FolderLine(path, self._folders.get(path))
            line.remove_requested.connect(self._remove)
            self._lines_column.addWidget(line)
            self._lines_shown.append(line)
            self.setTabOrder(before, line.remove)
            before = line.remove
            if place <= focused:
                line.show()
                line.remove.setFocus()
        if focused >= 0 and not self._paths:
            self.control.setFocus()

    def _refresh(self) -> None:
        self._refresh_lines()
        kind = self.filter.kind()
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.kind.setVisible(not self._is_of_dataset)
        self.control.setVisible(kind is SlotKind.FOLDERS and not self._is_of_dataset)
        self.filter.setVisible(kind is not SlotKind.FOLDERS and not self._is_of_dataset)
        self._area.setVisible(bool(self._paths) and not self._is_of_dataset)
        self._area.setFixedHeight(ROW_HEIGHT * min(len(self._paths), MAX_ROWS))
        self._refresh_stated()
        total = self.sum()
        text = self.tr("{images}, {annotated} annotated").format(
            images=counted(total.n_images, "image"), annotated=formatting.count(total.n_annotated)
        )
        self._sum.setText(text if self._paths and self.are_folders_whole and not self._is_of_dataset else "")

    def _refresh_stated(self) -> None:
        images = counted(self._n_stated, "image", "images")
        text = self.tr("As the import states it: {images}").format(images=images)
        narrowed = self.tr("As the import states it ({images} in the whole project), of these folders only:")
        is_narrowed = bool(self._paths) and self.stated.isChecked()
        self.stated.setText(narrowed.format(images=images) if is_narrowed else text)
        is_offered = self.filter.kind() is SlotKind.FOLDERS and not self._is_of_dataset
        self.stated.setVisible(is_offered and (self._n_stated > 0 or self.stated.isChecked()))
