"""What there is to say of the images that are chosen, at the right of the grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.image_sums import ImageSums, ImageUse
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Category, ImageState, Source
from ui.icons import icon
from ui.images.image_columns import STATES, Names, names_of
from ui.images.image_grid_model import annotations_in_words
from ui.theme import current_theme
from ui.widgets.formatting import NOTHING, count, counted, moment, size
from ui.widgets.labels import label

WIDTH = 264

ORIENTATIONS = {
    1: "upright as stored",
    2: "mirrored",
    3: "turned by 180°",
    4: "mirrored, turned by 180°",
    5: "mirrored, turned by 90° to the left",
    6: "turned by 90° to the right",
    7: "mirrored, turned by 90° to the right",
    8: "turned by 90° to the left",
}
"""What EXIF says is to be done with the stored pixels, by its number."""

SOURCES = {Source.HUMAN: "by hand", Source.IMPORT: "imported", Source.MODEL: "accepted predictions"}

Facts = list[tuple[str, str]]


class DetailsPanel(QWidget):
    close_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Details of what is chosen"))
        self._names: Names = {}
        self._path = ""
        self._title = label("", "heading", wrap=True)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._hint = label(
            self.tr("Choose an image to see what there is to know of it, or many for their sums."), "muted", wrap=True
        )
        self._copy = QToolButton()
        self._close = QToolButton()
        self._form = QFormLayout()
        self._values: list[tuple[str, str]] = []
        self._build()
        self.show_nothing()

    @property
    def facts(self) -> Facts:
        """What is said, as (name, value)."""
        return list(self._values)

    @property
    def title(self) -> str:
        return self._title.text()

    def _build(self) -> None:
        for button, picture, text, slot in (
            (self._copy, "copy", self.tr("Copy the path"), self._copy_path),
            (self._close, "x", self.tr("Hide the details"), self.close_requested.emit),
        ):
            button.setIcon(icon(picture))
            button.setToolTip(text)
            button.setAccessibleName(text)
            button.clicked.connect(slot)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._form.setHorizontalSpacing(10)
        self._form.setVerticalSpacing(6)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(14, 12, 10, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._hint)
        column.addLayout(self._form)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.addWidget(area)

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._names = names_of(categories)

    def show_nothing(self) -> None:
        self._show(self.tr("Nothing is chosen"), "", [])

    def show_image(self, use: ImageUse) -> None:
        image = use.annotated.image
        facts = [*_facts_of(use.annotated), *_classes_of(use.annotated, self._names), *_sources_of(use.annotated)]
        sets = "\n".join(f"{shown(dataset)}: {shown(name)}" for dataset, name in use.sets)
        facts.append((self.tr("Datasets"), sets or self.tr("in none")))
        self._show(shown(image.name), shown(image.path), facts)

    def show_sums(self, sums: ImageSums) -> None:
        facts: Facts = [
            (self.tr("Annotated"), count(sums.n_annotated)),
            (self.tr("Annotations"), count(sums.n_annotations)),
            (self.tr("Size"), size(sums.n_bytes)),
        ]
        if any(sums.most_pixels):
            facts.append((self.tr("Smallest"), _pixels(*sums.least_pixels)))
            facts.append((self.tr("Largest"), _pixels(*sums.most_pixels)))
        for number, name in ((sums.n_damaged, self.tr("Damaged")), (sums.n_missing, self.tr("Missing"))):
            if number:
                facts.append((name, count(number)))
        self._show(counted(sums.n_images, "image"), "", facts)

    def show_problem(self, text: str) -> None:
        self._show(text, "", [])

    def _show(self, title: str, path: str, facts: Facts) -> None:
        self._path = path
        self._title.setText(_breakable(title))
        self._copy.setVisible(bool(path))
        self._hint.setVisible(not facts)
        if facts == self._values:
            return
        self._values = facts
        while self._form.rowCount():
            self._form.removeRow(0)
        for name, value in facts:
            said = QLabel(_breakable(value))
            said.setWordWrap(True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.setAccessibleName(f"{name}: {value}")
            said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            self._form.addRow(label(name, "muted"), said)

    def _copy_path(self) -> None:
        QGuiApplication.clipboard().setText(self._path)

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line between the images and the details."""
        painter = QPainter(self)
        painter.setPen(QColor(current_theme().border))
        painter.drawLine(self.rect().topLeft(), self.rect().bottomLeft())
        painter.end()


def _breakable(text: str) -> str:
    """A long name may be broken after these signs."""
    for sign in "/_-.":
        text = text.replace(sign, sign + "\u200b")
    return text


def _pixels(width: int, height: int) -> str:
    return f"{count(width)} × {count(height)}" if width else NOTHING


def _facts_of(annotated: AnnotatedImage) -> Facts:
    image = annotated.image
    facts = [
        ("Folder", shown(image.folder) or "the project's own"),
        ("Pixels", _pixels(image.width, image.height)),
        ("Size", size(image.n_bytes)),
        ("Turned", ORIENTATIONS.get(image.orientation, str(image.orientation))),
        ("Set", ", ".join(annotated.sets) or NOTHING),
        ("Tags", ", ".join(map(shown, annotated.tags)) or NOTHING),
        ("Added", moment(image.added_at)),
    ]
    if image.state != ImageState.OK:
        facts.append(("State", f"{STATES[image.state]}. {shown(image.damage)}".strip()))
    return facts


def _classes_of(annotated: AnnotatedImage, names: Names) -> Iterator[tuple[str, str]]:
    counted_by = Counter(one.category for one in annotated.annotations if one.category is not None)
    lines = [f"{names.get(category, '?')}: {count(number)}" for category, number in counted_by.most_common()]
    yield "Classes", "\n".join(lines) or annotations_in_words(annotated)


def _sources_of(annotated: AnnotatedImage) -> Iterator[tuple[str, str]]:
    """Who annotated it, and when last."""
    if not annotated.annotations:
        return
    sources = Counter(one.source for one in annotated.annotations)
    yield "Made", "\n".join(f"{SOURCES[source]}: {count(number)}" for source, number in sources.most_common())
    for author in dict.fromkeys(one.author for one in annotated.annotations if one.author):
        moments = [one.edited_at for one in annotated.annotations if one.author == author and one.edited_at]
        yield "By", f"{shown(author)}, {moment(max(moments))}" if moments else shown(author)
