"""First page of an import: what to read, and where the images are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.domain.imports import ImportSource
from ui.icons import icon
from ui.widgets.labels import label
from ui.widgets.path_field import PathField, local_path


class SourcePage(QWidget):
    source_changed = Signal()
    archive_chosen = Signal(object)  # Path: where would it be unpacked?

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = PathField(
            self.tr("Folder or file"),
            placeholder=self.tr("A folder with images, an annotation file, or a .zip file"),
            may_be_file=True,
        )
        self._images = PathField(
            self.tr("Folder of the images"), placeholder=self.tr("Found from the annotations when left empty")
        )
        self._elsewhere = label(self.tr("Only needed when the images are somewhere else."), "muted", wrap=True)
        self._unpack = PathField(self.tr("Folder to unpack into"))
        self._archive: Path | None = None
        self._has_own_root = True
        self._format = QComboBox()
        self._format.setAccessibleName(self.tr("Format"))
        self.set_formats(())
        self._build()
        self._path.path_changed.connect(self._look_at_path)
        self._path.path_changed.connect(self.source_changed)
        self._unpack.path_changed.connect(self.source_changed)
        self._images.path_changed.connect(self.source_changed)

    def _build(self) -> None:
        intro = self.tr(
            "Calque reads your files where they are. Nothing is copied, changed or written before you have seen what "
            "would be imported."
        )
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(12)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        kinds = self.tr(
            "A folder of images; annotations as COCO, YOLO, Pascal VOC, LabelMe, PAGE, ALTO and others; or a .zip file."
        )
        unpacked = self.tr(
            "The pictures in the .zip file stay there, as the project's folder. It has to be new or empty."
        )
        self._format.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for title, field, hint in (
            (self.tr("&Folder or file"), self._path, label(kinds, "muted", wrap=True)),
            (self.tr("&Unpack into"), self._unpack, label(unpacked, "muted", wrap=True)),
            (self.tr("I&mages"), self._images, self._elsewhere),
            (self.tr("F&ormat"), self._format, None),
        ):
            caption = label(title)
            caption.setBuddy(field)
            form.addRow(caption, _with_hint(field, hint))
        self._form = form
        form.setRowVisible(1, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(18)
        column.addWidget(label(intro, "muted", wrap=True))
        column.addLayout(form)
        column.addWidget(DropArea(self.tr("Or drop a folder, an annotation file or a .zip file here"), self._path), 1)

    def set_formats(self, formats: Sequence[tuple[str, str]]) -> None:
        """(slug, title) of every format there is."""
        chosen = self._format.currentData()
        self._format.clear()
        self._format.addItem(self.tr("Detect automatically"), None)
        for slug, title in formats:
            self._format.addItem(title, slug)
        self._format.setCurrentIndex(max(self._format.findData(chosen), 0))

    def set_source(self, source: ImportSource) -> None:
        self._path.set_path(source.path)
        self._images.set_path(source.images_root)
        self._format.setCurrentIndex(max(self._format.findData(source.format), 0))

    def set_images_root(self, root: Path, *, is_fixed: bool) -> None:
        """Where the images of an existing project are."""
        self._images.set_path(root)
        self._images.setEnabled(not is_fixed)
        self._images.line.setClearButtonEnabled(not is_fixed)
        if is_fixed:
            self._elsewhere.setText(self.tr("The project's folder: its images lie below it."))
        self._has_own_root = not is_fixed

    def source(self) -> ImportSource | None:
        """None while no path is given."""
        path = self._path.path()
        if path is None:
            return None
        unpack_to = self._unpack.path() if self.is_archive else None
        return ImportSource(path, self._images.path(), self._format.currentData(), unpack_to=unpack_to)

    @property
    def is_archive(self) -> bool:
        """What is filled in is an archive whose pictures would be unpacked."""
        return self._archive is not None

    def set_unpack_folder(self, archive: Path, folder: Path | None) -> None:
        """Where an archive is unpacked when the person says nothing else; None = nothing of it has to stay."""
        if archive == self._archive and self._unpack.path() is None:
            self._unpack.set_path(folder)
            self._form.setRowVisible(1, folder is not None)

    def _look_at_path(self) -> None:
        path = self._path.path()
        is_archive = path is not None and path.suffix.lower() == ".zip" and self._has_own_root
        archive = path if is_archive else None
        if archive != self._archive:
            self._archive = archive
            self._unpack.set_path(None)
            self._form.setRowVisible(1, is_archive)
            if archive is not None:
                self.archive_chosen.emit(archive)

    def focus_first(self) -> None:
        self._path.setFocus()


class DropArea(QFrame):
    """Room to drop on; what is dropped goes into `field`."""

    def __init__(self, text: str, field: PathField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self.setAcceptDrops(True)
        self.setObjectName("dropArea")
        self.setStyleSheet("QFrame#dropArea { border: 2px dashed palette(mid); border-radius: 10px; }")
        picture = QLabel()
        picture.setPixmap(icon("download", role="text_disabled").pixmap(36, 36))
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(label(text, "muted"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = local_path(event)
        if path is not None:
            self._field.set_path(path)
            event.acceptProposedAction()


def _with_hint(field: QWidget, hint: QLabel | None) -> QWidget:
    if hint is None:
        return field
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(3)
    column.addWidget(field)
    column.addWidget(hint)
    return both
