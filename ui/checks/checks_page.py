"""Can the data be trusted: runs the checks, lists what they found, and offers to repair it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.checks import CheckReport, CheckWish, Finding
from core.domain.ids import DatasetId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.projects import AnnotatedImage, Category
from ui.checks.finding_card import FindingCard
from ui.checks.group_button import GroupButton
from ui.icons import icon
from ui.theme import theme_notifier
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted, moment
from ui.widgets.labels import label
from ui.widgets.progress_line import ProgressLine


class ChecksPage(QWidget):
    run_requested = Signal(object)  # CheckWish
    stop_requested = Signal()
    scope_changed = Signal(object)  # DatasetId, None = all images of the project
    images_requested = Signal(object, str)  # ImageIds, what they are: 'found by "Copies"'
    repair_requested = Signal(object)  # Finding
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: CheckReport | None = None
        self._scope = ElidedCombo(self.tr("What is checked"), least=24)
        self._pictures = QCheckBox(self.tr("Compare &pictures"))
        self._pictures.setChecked(True)
        self._pictures.setToolTip(self.tr("Looks at every picture once; of many, that takes a while the first time"))
        self._run = QPushButton(self.tr("R&un the checks"))
        self._stop = QPushButton(icon("circle-stop"), self.tr("Stop"))
        self._progress = ProgressLine()
        self._when = label("", "muted")
        self._old = label(self.tr("Older than the last change."), "warning")
        self._done = label("", "success", wrap=True)
        self._undo = QPushButton(icon("undo-2"), self.tr("Undo"))
        self._done_row = QWidget()
        self._empty = EmptyState("shield-check", "", "")
        self._content = QWidget()
        self._column = QVBoxLayout(self._content)
        self._stack = QStackedWidget()
        self._cards: list[FindingCard] = []
        self._build()
        self.clear()

    def _build(self) -> None:
        self._run.setProperty("role", "primary")
        self._run.clicked.connect(self._ask)
        self._stop.clicked.connect(self.stop_requested)
        self._undo.clicked.connect(self.undo_requested)
        self._scope.currentIndexChanged.connect(lambda _: self.scope_changed.emit(self.scope))
        self._column.setContentsMargins(16, 4, 16, 16)
        self._column.setSpacing(10)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._content)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addLayout(self._head())
        outer.addWidget(self._done_row)
        outer.addWidget(self._stack, 1)
        theme_notifier().theme_changed.connect(self._draw)

    def _head(self) -> QVBoxLayout:
        of = QLabel(self.tr("&Check"))
        of.setBuddy(self._scope)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(of)
        row.addWidget(self._scope)
        row.addWidget(self._pictures)
        row.addWidget(self._run)
        row.addWidget(self._stop)
        row.addStretch(1)
        row.addWidget(self._when)
        row.addWidget(self._old)
        done = QHBoxLayout(self._done_row)
        done.setContentsMargins(16, 0, 16, 0)
        done.addWidget(self._done, 1)
        done.addWidget(self._undo)
        column = QVBoxLayout()
        column.setContentsMargins(16, 10, 16, 4)
        column.addLayout(row)
        column.addWidget(self._progress)
        return column

    @property
    def report(self) -> CheckReport | None:
        return self._report

    @property
    def scope(self) -> DatasetId | None:
        chosen = self._scope.currentData()
        return None if chosen is None else DatasetId(chosen)

    @property
    def cards(self) -> tuple[FindingCard, ...]:
        return tuple(self._cards)

    @property
    def groups(self) -> tuple[GroupButton, ...]:
        return tuple(group for card in self._cards for group in card.groups)

    def set_scopes(self, datasets: Sequence[tuple[DatasetId, str]]) -> None:
        """The datasets of the project with their names; what is chosen stays, if it is still there."""
        before = self._scope.currentData()
        self._scope.blockSignals(True)
        self._scope.clear()
        self._scope.addItem(self.tr("All images of the project"), None)
        for id, name in datasets:
            self._scope.addItem(self.tr('Dataset "{name}"').format(name=name), id)
        self._scope.setCurrentIndex(max(self._scope.findData(before), 0))
        self._scope.blockSignals(False)
        if self._scope.currentData() != before:
            self.scope_changed.emit(self.scope)

    def clear(self) -> None:
        """Nothing is known of the data yet."""
        self._report = None
        self._drop_cards()
        self.set_working(False)
        self._done_row.hide()
        self._when.clear()
        self._old.hide()
        self._empty.set_content(
            "shield-check",
            self.tr("Can this data be trusted?"),
            self.tr(
                "The checks look for pictures that are in the training and the test images at once, for copies, for "
                "classes with too few examples, for shapes that nobody can have meant, and for files that are gone. "
                "Nothing is changed by looking; what can be repaired is offered, and can be undone."
            ),
        )
        self._stack.setCurrentIndex(0)

    def set_working(self, is_working: bool) -> None:
        self._run.setVisible(not is_working)
        self._stop.setVisible(is_working)
        self._scope.setEnabled(not is_working)
        self._pictures.setEnabled(not is_working)
        for card in self._cards:
            repair = card.findChild(QPushButton, "repair")
            if repair is not None:
                repair.setEnabled(not is_working)
        if is_working:
            self._progress.start(self.tr("Beginning…"))
        else:
            self._progress.hide()

    def set_progress(self, done: float, total: float, text: str) -> None:
        if self._progress.isVisibleTo(self):
            self._progress.set_progress(done, total, text)

    def show_report(self, report: CheckReport, *, is_current: bool) -> None:
        self._report = report
        self.set_working(False)
        self._when.setText(self.tr("Checked {when}").format(when=moment(report.made_at)))
        self.set_outdated(not is_current)
        self._draw()
        self._stack.setCurrentIndex(1)
        if not report.n_images and not report.findings:
            self._empty.set_content(
                "images",
                self.tr("No images to check"),
                self.tr('Import images, put some into the sets of the dataset, or take the tag "exclude" off.'),
            )
            self._stack.setCurrentIndex(0)

    def set_outdated(self, is_outdated: bool) -> None:
        """What was found is older than the last change of the data."""
        self._old.setVisible(is_outdated and self._report is not None)

    def show_done(self, text: str) -> None:
        """What a repair did, with a way back; "" = there is none any more."""
        self._done.setText(text)
        self._done_row.setVisible(bool(text))

    def set_known(self, known: Mapping[ImageId, AnnotatedImage], categories: Sequence[Category]) -> None:
        for group in self.groups:
            group.set_known(known, categories)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        for group in self.groups:
            group.set_thumbnail(image, thumbnail)

    def focus_first(self) -> None:
        self._run.setFocus()

    @property
    def wish(self) -> CheckWish:
        return CheckWish(compares_pictures=self._pictures.isChecked())

    def _ask(self) -> None:
        self.run_requested.emit(self.wish)

    def _drop_cards(self) -> None:
        self._cards.clear()
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _draw(self) -> None:
        report = self._report
        if report is None:
            return
        thumbnails = {id: group for group in self.groups for id in group.wanted}
        self._drop_cards()
        self._column.addWidget(label(self._summary(report), "heading", wrap=True))
        if report.sets and any(n for _, n in report.sets):
            self._column.addWidget(label(self._words_of_sets(report), "muted", wrap=True))
        for finding in report.findings:
            self._column.addWidget(self._make_card(finding))
        for heading, lines, sign in (
            (self.tr("Looked at, and fine"), report.fine, "circle-check"),
            (self.tr("Not looked at"), report.notes, "circle-dashed"),
        ):
            if lines:
                self._column.addWidget(_list(heading, lines, sign))
        self._column.addStretch(1)
        for group in self.groups:
            for id in group.wanted:
                if id in thumbnails:
                    group.take_over(thumbnails[id])

    def _make_card(self, finding: Finding) -> FindingCard:
        card = FindingCard(finding)
        words = self.tr('found by "{title}"').format(title=finding.title)

        def show(images: ImageIds) -> None:
            self.images_requested.emit(images, words)

        card.images_requested.connect(show)
        card.repair_requested.connect(lambda: self.repair_requested.emit(finding))
        self._cards.append(card)
        return card

    def _summary(self, report: CheckReport) -> str:
        images = counted(report.n_images, "image")
        if not report.findings:
            return self.tr("{images} checked: nothing to complain about.").format(images=images)
        n = len(report.findings) - report.n_problems
        parts = [counted(report.n_problems, "problem or doubt", "problems and doubts")] if report.n_problems else []
        parts += [counted(n, "remark")] if n else []
        return self.tr("{images} checked: {found}.").format(images=images, found=", ".join(parts))

    def _words_of_sets(self, report: CheckReport) -> str:
        sets = ", ".join(f"{name} {count(n)}" for name, n in report.sets)
        return self.tr("Sets: {sets}").format(sets=sets)


def _list(heading: str, lines: Sequence[str], sign: str) -> QWidget:
    made = QFrame()
    made.setProperty("role", "card")
    made.setAccessibleName(heading)
    column = QVBoxLayout(made)
    column.setContentsMargins(14, 12, 14, 12)
    column.setSpacing(4)
    column.addWidget(label(heading, "heading"))
    for text in lines:
        row = QHBoxLayout()
        row.setSpacing(8)
        mark = QLabel()
        role = "success" if sign == "circle-check" else "text_disabled"
        mark.setPixmap(icon(sign, role=role).pixmap(16, 16))
        row.addWidget(mark)
        row.addWidget(label(text, wrap=True), 1)
        column.addLayout(row)
    return made
