"""Two questions about what images look like: which unlabelled ones to label next, and which are copies of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QListView,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.similar import AlikeFound, LabelNext, NearestImages
from ui.similar.entry_model import ENTRY_ROLE, Entry, EntryModel
from ui.similar.picture_board import PictureBoard
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label

NEXT, COPIES, LIKE_ONE = "next", "copies", "like one"
MOST_PICTURES = 100  # of an entry; the grid shows all
MOST_GROUPS = 1_000  # of copies that are listed
_MOST_PROBLEMS = 3  # told; the others are counted


Found: TypeAlias = LabelNext | AlikeFound | NearestImages


class SimilarPage(QWidget):
    """`mode` is NEXT or COPIES, looked for when the person asks for it here, or LIKE_ONE, asked for in the grid."""

    search_requested = Signal(str)  # the mode
    cancel_requested = Signal()
    pictures_requested = Signal(object)  # ImageIds of the entry that is chosen
    images_requested = Signal(object, str)  # ImageIds to be shown in the grid, what they are
    image_opened = Signal(object)  # ImageId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: dict[str, Found] = {}
        self._asked: tuple[ImageId, str] | None = None  # the image that others are like, and its name
        self._old: set[str] = set()  # modes of which something has changed since
        self._modes = QButtonGroup(self)
        self._note = label("", "muted", wrap=True)
        self._problems = label("", "warning", wrap=True)
        self._outdated = label(self.tr("Something has changed since this was looked for."), "warning")
        self._first = label("", "muted")
        self._again = QPushButton(self.tr("Look again"))
        self._all = QPushButton(self.tr("Show all in the grid"))
        self._one = QPushButton(self.tr("Show these in the grid"))
        self._bar = QProgressBar()
        self._doing = label("", "muted")
        self._cancel = QPushButton(self.tr("Stop"))
        self._entries = EntryModel(self)
        self._list = QListView()
        self.board = PictureBoard()
        self._empty = EmptyState("layers", "", "")
        self._stack = QStackedWidget()
        self._build()
        self._connect()
        self.clear()

    def _build(self) -> None:
        modes = QHBoxLayout()
        modes.setSpacing(6)
        for key, text, tip in (
            (NEXT, self.tr("Label &next"), self.tr("Unlabelled images that look least like what is labelled")),
            (COPIES, self.tr("&Copies"), self.tr("Images that show the same, also when they were saved again")),
            (LIKE_ONE, self.tr("Like &one"), self.tr("Images that look most like one chosen in the grid")),
        ):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setProperty("mode", key)
            self._modes.addButton(button)
            modes.addWidget(button)
        self._modes.buttons()[0].setChecked(True)
        modes.addStretch(1)
        modes.addWidget(self._outdated)
        modes.addWidget(self._again)
        modes.addWidget(self._all)
        self._list.setModel(self._entries)
        self._list.setAccessibleName(self.tr("What was found"))
        self._list.setAlternatingRowColors(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self._first)
        row.addStretch(1)
        row.addWidget(self._one)
        column.addWidget(self.board, 1)
        column.addLayout(row)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._list)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([320, 700])
        splitter.setChildrenCollapsible(False)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(splitter)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 12, 16, 12)
        outer.setSpacing(8)
        outer.addLayout(modes)
        outer.addWidget(self._note)
        outer.addWidget(self._problems)
        outer.addWidget(self._progress_row())
        outer.addWidget(self._stack, 1)

    def _progress_row(self) -> QWidget:
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._working = QWidget()
        row = QHBoxLayout(self._working)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._doing)
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        self._working.hide()
        return self._working

    def _connect(self) -> None:
        self._modes.buttonClicked.connect(lambda _: self._show_mode())
        self._again.clicked.connect(lambda: self.search_requested.emit(self.mode))
        self._cancel.clicked.connect(self.cancel_requested)
        self._empty.action_requested.connect(lambda: self.search_requested.emit(self.mode))
        self._list.selectionModel().currentChanged.connect(self._on_chosen)
        self._list.activated.connect(lambda index: self._show_in_grid(index.data(ENTRY_ROLE)))
        self._one.clicked.connect(lambda: self._show_in_grid(self._list.currentIndex().data(ENTRY_ROLE)))
        self._all.clicked.connect(self._show_all)
        self.board.opened.connect(self.image_opened)

    @property
    def mode(self) -> str:
        button = self._modes.checkedButton()
        return str(button.property("mode")) if button is not None else NEXT

    def set_mode(self, mode: str) -> None:
        for button in self._modes.buttons():
            if button.property("mode") == mode:
                button.setChecked(True)
        self._show_mode()

    def clear(self) -> None:
        """Another project: nothing is known of it."""
        self._found.clear()
        self._old.clear()
        self._asked = None
        self._modes.buttons()[-1].hide()
        self.set_mode(NEXT)

    def show_progress(self, done: float, total: float, text: str) -> None:
        self._bar.setRange(0, round(total))
        self._bar.setValue(round(done))
        self._doing.setText(text[:1].upper() + text[1:])
        self._working.show()
        self._empty.set_action_enabled(False)

    def end_progress(self) -> None:
        self._working.hide()
        self._empty.set_action_enabled(True)

    def set_outdated(self) -> None:
        """All that was found is of before a change."""
        self._old |= self._found.keys()
        self._outdated.setVisible(self.mode in self._old)

    def show_next(self, found: LabelNext) -> None:
        self._show_found(NEXT, found)

    def show_copies(self, found: AlikeFound) -> None:
        self._show_found(COPIES, found)

    def _show_found(self, mode: str, found: Found) -> None:
        self._found[mode] = found
        self._old.discard(mode)
        self.end_progress()
        self._show_mode()

    def show_nearest(self, image: ImageId, name: str, found: NearestImages) -> None:
        """What looks most like one image, the nearest first."""
        self._found[LIKE_ONE] = found
        self._old.discard(LIKE_ONE)
        self._asked = image, name
        self._modes.buttons()[-1].show()
        self.end_progress()
        self.set_mode(LIKE_ONE)

    def _show_mode(self) -> None:
        found = self._found.get(self.mode)
        self._outdated.setVisible(self.mode in self._old)
        self._again.setVisible(found is not None and self.mode != LIKE_ONE)
        problems = found.problems if isinstance(found, LabelNext | AlikeFound) else ()
        told = " ".join(problems[:_MOST_PROBLEMS])
        more = len(problems) - _MOST_PROBLEMS
        self._problems.setText(told + (self.tr(" And {n} more.").format(n=count(more)) if more > 0 else ""))
        self._problems.setVisible(bool(problems))
        entries = self._entries_of(found)
        self._entries.set_entries(entries)
        self._all.setVisible(bool(entries) and self.mode != LIKE_ONE)
        self._note.setText(self._words_of(found))
        self._note.setVisible(bool(entries))
        self._stack.setCurrentIndex(1 if entries else 0)
        self.board.set_images(())
        self._first.setText("")
        if entries:
            self._list.setCurrentIndex(self._entries.index(0))
        else:
            self._show_empty(found)

    def _show_empty(self, found: Found | None) -> None:
        if found is None and self.mode == NEXT:
            self._empty.set_content(
                "sparkles",
                self.tr("Which images to label next"),
                self.tr(
                    "Calque looks at all images and proposes unlabelled ones that differ most from what is labelled"
                    " and from each other. The first time takes a moment for each image; nothing leaves this computer."
                ),
                self.tr("Look at the images"),
            )
        elif found is None:
            self._empty.set_content(
                "copy-check",
                self.tr("Copies among the images"),
                self.tr(
                    "Images that show the same are found, also when they were saved again, made smaller or a little"
                    " brighter. The first time takes a moment for each image."
                ),
                self.tr("Look for copies"),
            )
        elif isinstance(found, LabelNext) and found.n_unlabelled:
            self._empty.set_content(
                "circle-alert",
                self.tr("Nothing to propose"),
                self.tr("{images} not labelled, and none of them can be compared: missing, damaged or blank.").format(
                    images=counted(found.n_unlabelled, "image is", "images are")
                ),
            )
        elif isinstance(found, LabelNext) and not found.n_labelled:
            self._empty.set_content("images", self.tr("No images yet"), self.tr("There is nothing to look at."))
        elif isinstance(found, LabelNext):
            self._empty.set_content(
                "circle-check", self.tr("Every image is labelled"), self.tr("There is nothing to propose.")
            )
        elif isinstance(found, AlikeFound) and not found.n_compared:
            text = self.tr("There are no images, or they are missing, damaged or blank.")
            self._empty.set_content("circle-alert", self.tr("Nothing was compared"), text)
        elif isinstance(found, AlikeFound):
            text = self.tr("{images} were compared.").format(images=counted(found.n_compared, "image"))
            self._empty.set_content("circle-check", self.tr("No copies"), text)

    def _entries_of(self, found: Found | None) -> list[Entry]:
        if isinstance(found, LabelNext):
            return [
                Entry(
                    self.tr("{n}. proposal").format(n=count(number)),
                    self.tr("stands for {images}").format(images=counted(one.n_like_it, "other image"))
                    if one.n_like_it
                    else self.tr("like no other unlabelled image"),
                    ImageIds.of([one.image, *one.like_it]),
                )
                for number, one in enumerate(found.images, start=1)
            ]
        if isinstance(found, AlikeFound):
            return [
                Entry(
                    counted(len(group.images), "image"),
                    self.tr("the very same file") if group.is_exact else self.tr("the same picture, saved differently"),
                    group.images,
                )
                for group in found.groups[:MOST_GROUPS]
            ]
        if isinstance(found, NearestImages) and self._asked is not None:
            image, name = self._asked
            detail = self.tr("and {images} most like it, the nearest first").format(
                images=counted(len(found.images), "image")
            )
            return [Entry(name, detail, ImageIds.of([image, *found.images]))]
        return []

    def _words_of(self, found: Found | None) -> str:
        if isinstance(found, LabelNext):
            return self.tr("Not labelled: {unlabelled} of {images}. Compared by {method}.").format(
                unlabelled=count(found.n_unlabelled),
                images=counted(found.n_unlabelled + found.n_labelled, "image"),
                method=found.method,
            )
        if isinstance(found, AlikeFound):
            text = self.tr("{groups} of copies among {images}.").format(
                groups=counted(len(found.groups), "group"), images=counted(found.n_compared, "image")
            )
            listed = self.tr(" The {n} largest are listed.").format(n=count(MOST_GROUPS))
            return text + (listed if len(found.groups) > MOST_GROUPS else "")
        if isinstance(found, NearestImages):
            return self.tr("Compared by {method}.").format(method=found.method)
        return ""

    def _on_chosen(self, current: QModelIndex, _previous: QModelIndex) -> None:
        entry = current.data(ENTRY_ROLE)
        self._one.setEnabled(entry is not None)
        if entry is not None:
            n = len(entry.images)
            first = self.tr("The first {n} of {images}.").format(n=count(MOST_PICTURES), images=counted(n, "image"))
            self._first.setText(first if n > MOST_PICTURES else "")
            self.pictures_requested.emit(entry.images[:MOST_PICTURES])

    def show_images(self, images: Sequence[tuple[ImageId, str]]) -> None:
        """Those of the chosen entry, with the line below each."""
        self.board.set_images(images)

    def _show_in_grid(self, entry: Entry | None) -> None:
        if entry is not None:
            words = {
                NEXT: self.tr("like a proposal to label next"),
                COPIES: self.tr("that look alike"),
                LIKE_ONE: self.tr("that look like {name}").format(name=entry.title),
            }[self.mode]
            self.images_requested.emit(entry.images, words)

    def _show_all(self) -> None:
        found = self._found.get(self.mode)
        if isinstance(found, LabelNext):
            images = ImageIds.of([one.image for one in found.images])
            self.images_requested.emit(images, self.tr("proposed to be labelled next"))
        elif isinstance(found, AlikeFound):
            images = ImageIds(np.concatenate([group.images.keys for group in found.groups]))
            self.images_requested.emit(images, self.tr("that have copies"))
