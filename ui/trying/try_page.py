"""The page on which a version is tried: a picture is dropped, pasted or chosen, and what the version finds is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSlider,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from core.domain.counting import counted, in_bytes
from core.domain.ids import VersionId
from core.domain.messages import UserMessage
from core.domain.models import ModelVersion
from core.domain.trying import TriedImage, as_json
from ui.icons import icon
from ui.messages import MessageBanner
from ui.trying.label_bars import LabelBar, LabelBars
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.colouring import ColourBy
from ui.viewer.layers import prediction_layer
from ui.viewer.looks import OverlayLook
from ui.viewer.overlays import OverlayKind
from ui.viewer.picture import Picture
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.page_header import PageHeader

_STEPS = 100
KIND = OverlayKind.PREDICTIONS_A
LOOK = OverlayLook(fill=0.08, mask_fill=0.35, has_labels=True)
SIDE_WIDTH = 300


class TryPage(QWidget):
    version_chosen = Signal(object)  # VersionId
    file_wished = Signal()  # ask for a file
    file_given = Signal(object)  # Path
    picture_pasted = Signal(object)  # QImage
    nothing_pasted = Signal()
    json_save_requested = Signal(str, str)  # name of the picture, JSON
    models_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tried: TriedImage | None = None
        self.setAcceptDrops(True)
        self._versions = QComboBox()
        self._versions.setAccessibleName(self.tr("Version to try"))
        self._versions.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._versions.setMaximumWidth(320)
        self._choose = QPushButton(icon("image"), self.tr("Choose a picture…"))
        self._paste = QPushButton(icon("copy"), self.tr("Paste"))
        self._paste.setToolTip(self.tr("Try the picture in the clipboard (Ctrl+V)"))
        self._canvas = LayeredCanvas()
        self._canvas.setAccessibleName(self.tr("The picture with what the version finds"))
        self._canvas.set_colour_by(ColourBy.CLASS)
        self._canvas.set_look(LOOK, KIND)
        self._nothing = EmptyState(
            "image",
            self.tr("Drop a picture here"),
            self.tr(
                "or paste one with Ctrl+V, or choose a file. It belongs to no project, and nothing is written to its "
                "folder."
            ),
            self.tr("Choose a picture…"),
        )
        self._no_version = EmptyState(
            "boxes",
            self.tr("There is no version to try yet"),
            self.tr("Train a model, or import a version; then drop a picture here."),
            self.tr("Open the models"),
        )
        self._banner = MessageBanner()
        self._place = ElidedLabel("")
        self._place.setProperty("role", "muted")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setMaximumHeight(6)
        self._busy.setAccessibleName(self.tr("The version looks at the picture"))
        self._confidence = QSlider(Qt.Orientation.Horizontal)
        self._confidence.setRange(5, _STEPS - 1)
        self._confidence.setValue(25)
        self._confidence.setAccessibleName(self.tr("Confidence from"))
        self._confidence_text = label("0.25")
        self._default_text = label("", "muted", wrap=True)
        self._count = label("", "heading")
        self._objects = QListWidget()
        self._objects.setAccessibleName(self.tr("What was found, the surest first"))
        self.bars = LabelBars()
        self._answers = QStackedWidget()
        self._json = QPlainTextEdit()
        self._json.setReadOnly(True)
        self._json.setAccessibleName(self.tr("The answer as JSON"))
        self._json.setStyleSheet('font-family: "DejaVu Sans Mono", monospace;')
        self._copy = QPushButton(icon("copy"), self.tr("Copy JSON"))
        self._save = QPushButton(icon("save"), self.tr("Save JSON…"))
        self._stack = QStackedWidget()
        self._make_layout()
        self._connect()
        self._refresh()

    # What it shows

    @property
    def version(self) -> VersionId | None:
        found = self._versions.currentData()
        return VersionId(found) if found else None

    @property
    def tried(self) -> TriedImage | None:
        return self._tried

    @property
    def confidence(self) -> float:
        return self._confidence.value() / _STEPS

    @property
    def json(self) -> str:
        return self._json.toPlainText()

    @property
    def place_text(self) -> str:
        """Where it was computed, and what has to be said of the picture."""
        return self._place.text()

    @property
    def count_text(self) -> str:
        return self._count.text()

    @property
    def tells_threshold(self) -> bool:
        """From which confidence the version's predictions count."""
        return not self._default_text.isHidden()

    @property
    def problem_text(self) -> str:
        return self._banner.plain_text() if self._banner.isVisibleTo(self) else ""

    @property
    def canvas(self) -> LayeredCanvas:
        return self._canvas

    def set_versions(self, versions: Sequence[ModelVersion], chosen: VersionId | None = None) -> None:
        """The chosen one stays chosen where it is still there."""
        kept = chosen or self.version
        self._versions.blockSignals(True)
        self._versions.clear()
        for one in versions:
            self._versions.addItem(f"{one.model_name} {one.label}", str(one.id))
        place = self._versions.findData(str(kept)) if kept else 0
        self._versions.setCurrentIndex(max(place, 0) if versions else -1)
        self._versions.setVisible(bool(versions))
        self._versions.blockSignals(False)
        self._refresh()
        if self.version is not None:
            self.version_chosen.emit(self.version)

    def set_threshold(self, confidence: float) -> None:
        """The version's own: the slider goes there."""
        self._default_text.setText(self.tr("This version counts from {0} on.").format(f"{confidence:.2f}"))
        self._confidence.setMinimum(max(1, min(5, round(confidence * _STEPS))))
        self._confidence.setValue(round(confidence * _STEPS))

    def show_picture(self, picture: Picture, name: str) -> None:
        """It is decoded; what is found on it follows."""
        self._tried = None
        self._banner.hide()
        self._canvas.set_layers(())
        self._canvas.set_picture(picture)
        self._place.setText(name)
        self._stack.setCurrentWidget(self._body)
        self._show_found()

    def set_busy(self, is_busy: bool, text: str = "") -> None:
        self._busy.setVisible(is_busy)
        if is_busy:
            self._banner.hide()
            self._place.setText(text)

    def show_tried(self, tried: TriedImage) -> None:
        self._tried = tried
        device = self.tr("processor") if tried.device == "cpu" else self.tr("graphics card {0}").format(tried.device)
        facts = [
            tried.name,
            self.tr("{0} x {1} pixels").format(tried.width, tried.height),
            self.tr("{0} s on the {1}").format(f"{tried.seconds:.2f}", device),
            self.tr("the waiting process holds {0}").format(in_bytes(tried.n_bytes)),
        ]
        sentences = [part for part in (tried.device_note, *tried.notes) if part]
        self._place.setText(" · ".join(facts) + ("  —  " + " ".join(sentences) if sentences else ""))
        self._show_found()

    def show_problem(self, message: UserMessage) -> None:
        self._banner.show_message(message)

    # Inside

    def _show_found(self) -> None:
        self._confidence_text.setText(f"{self.confidence:.2f}")
        tried = self._tried
        for button in (self._copy, self._save):
            button.setEnabled(tried is not None)
        self._objects.clear()
        if tried is None:
            self._count.setText("")
            self._json.clear()
            return
        self._tabs.setTabText(0, self.tr("Labels") if tried.labels else self.tr("Objects"))
        self._answers.setCurrentWidget(self._bars_area if tried.labels else self._objects)
        self._sure.setVisible(not tried.labels)
        self._default_text.setVisible(not tried.is_exclusive)  # the surest class counts, however sure
        if tried.labels:
            self._show_labels(tried)
            return
        found = tried.from_confidence(self.confidence)
        self._canvas.set_layers((prediction_layer(KIND, found, tried.categories, tried.version),))
        self._canvas.set_look(LOOK, KIND)
        self._count.setText(counted(len(found), "object") if found else self.tr("Nothing found"))
        for item in found:
            name = tried.categories[item.category] if 0 <= item.category < len(tried.categories) else "?"
            self._objects.addItem(f"{item.confidence:.2f}   {name}")
        self._json.setPlainText(json.dumps(as_json(tried, self.confidence), indent=2, ensure_ascii=False))

    def _show_labels(self, tried: TriedImage) -> None:
        said = tried.said()
        self._canvas.set_layers((prediction_layer(KIND, said, tried.categories, tried.version),))
        self._canvas.set_look(LOOK, KIND)
        names = ", ".join(tried.categories[item.category] for item in said)
        self._count.setText(names or (self.tr("Unsure") if tried.is_exclusive else self.tr("No tag")))
        self.bars.set_bars(
            [LabelBar(tried.categories[item.category], item.confidence, item in said) for item in tried.shown()]
        )
        self._json.setPlainText(json.dumps(as_json(tried, self.confidence), indent=2, ensure_ascii=False))

    def _refresh(self) -> None:
        has_version = self._versions.count() > 0
        for widget in (self._versions, self._choose, self._paste):
            widget.setEnabled(has_version)
        if not has_version:
            self._stack.setCurrentWidget(self._no_version)
        elif self._stack.currentWidget() is self._no_version:
            self._stack.setCurrentWidget(self._nothing)

    def paste(self) -> None:
        """The picture in the clipboard, or the file that was copied."""
        if not self._versions.count():
            return
        data = QGuiApplication.clipboard().mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
        image = QGuiApplication.clipboard().image() if data.hasImage() else QImage()
        if files:
            self.file_given.emit(Path(files[0]))
        elif not image.isNull():
            self.picture_pasted.emit(image)
        else:
            self.nothing_pasted.emit()

    def _make_layout(self) -> None:
        header = PageHeader(self.tr("Try it"))
        for widget in (self._versions, self._paste, self._choose):
            header.add_widget(widget)
        side = QWidget()
        side.setMinimumWidth(SIDE_WIDTH)
        tabs = QTabWidget()
        tabs.setAccessibleName(self.tr("What was found"))
        self._tabs = tabs
        self._bars_area = QScrollArea()
        self._bars_area.setWidgetResizable(True)
        self._bars_area.setFrameShape(QScrollArea.Shape.NoFrame)
        inside = QWidget()
        bars = QVBoxLayout(inside)
        bars.setContentsMargins(4, 10, 10, 4)
        bars.addWidget(self.bars)
        bars.addStretch(1)
        self._bars_area.setWidget(inside)
        for answer in (self._objects, self._bars_area):
            self._answers.addWidget(answer)
        tabs.addTab(self._answers, self.tr("Objects"))
        tabs.addTab(self._json, self.tr("JSON"))
        self._sure = QWidget()
        sure = QHBoxLayout(self._sure)
        sure.setContentsMargins(0, 0, 0, 0)
        sure.addWidget(label(self.tr("Confidence from")))
        sure.addWidget(self._confidence, 1)
        sure.addWidget(self._confidence_text)
        buttons = QHBoxLayout()
        buttons.addWidget(self._copy)
        buttons.addWidget(self._save)
        buttons.addStretch(1)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self._count)
        column.addWidget(self._sure)
        column.addWidget(self._default_text)
        column.addWidget(tabs, 1)
        column.addLayout(buttons)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setChildrenCollapsible(False)
        self._body.addWidget(self._canvas)
        self._body.addWidget(side)
        self._body.setStretchFactor(0, 1)
        for page in (self._no_version, self._nothing, self._body):
            self._stack.addWidget(page)
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 12, 16, 12)
        inner.setSpacing(8)
        inner.addWidget(self._stack, 1)
        inner.addWidget(self._busy)
        inner.addWidget(self._banner)
        inner.addWidget(self._place)
        self._busy.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(header)
        whole.addLayout(inner, 1)

    def _connect(self) -> None:
        self._versions.currentIndexChanged.connect(self._announce_version)
        self._choose.clicked.connect(self.file_wished)
        self._nothing.action_requested.connect(self.file_wished)
        self._no_version.action_requested.connect(self.models_requested)
        self._paste.clicked.connect(self.paste)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        self._confidence.valueChanged.connect(self._show_found)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.json))
        self._save.clicked.connect(self._wish_save)

    def _announce_version(self) -> None:
        if self.version is not None:
            self.version_chosen.emit(self.version)

    def _wish_save(self) -> None:
        if self._tried is not None:
            self.json_save_requested.emit(self._tried.name, self.json)

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        has_file = any(url.isLocalFile() for url in data.urls())
        if self._versions.count() and (has_file or data.hasImage()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        if files:
            self.file_given.emit(Path(files[0]))
        elif data.hasImage():
            image = QImage(data.imageData())
            if not image.isNull():
                self.picture_pasted.emit(image)
        event.acceptProposedAction()
