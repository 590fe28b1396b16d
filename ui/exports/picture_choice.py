"""What becomes of the pictures: they stay, or come along as copies or as links."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from ui.widgets.formatting import size

LEAVE, COPY, LINK = "leave", "copy", "link"


class PictureChoice(QWidget):
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.way = QComboBox()
        self.way.setAccessibleName(self.tr("Images"))
        for value, text, tip in (
            (LEAVE, self.tr("Leave them where they are"), self.tr("Only annotations are written.")),
            (COPY, "", self.tr("Then the folder holds all that another program needs.")),
            (
                LINK,
                self.tr("Link them (no room needed)"),
                self.tr("A second name for the same file: what changes a linked image changes yours."),
            ),
        ):
            self.way.addItem(text, value)
            self.way.setItemData(self.way.count() - 1, tip, 3)  # Qt.ItemDataRole.ToolTipRole
        self.safe_names = QCheckBox(self.tr("&Names for Windows"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.way)
        row.addWidget(self.safe_names)
        row.addStretch(1)
        self.setFocusProxy(self.way)
        self.way.currentIndexChanged.connect(lambda _row: self._follow())
        self.safe_names.toggled.connect(lambda _on: self.changed.emit())
        self.set_size(None)
        self._follow()

    def set_size(self, n_bytes: int | None) -> None:
        """Of all of them together; None = not known yet."""
        room = f" ({size(n_bytes)})" if n_bytes else ""
        self.way.setItemText(self.way.findData(COPY), self.tr("Copy them too{room}").format(room=room))

    def choose(self, way: str) -> None:
        self.way.setCurrentIndex(self.way.findData(way))

    @property
    def copies(self) -> bool:
        return bool(self.way.currentData() == COPY)

    @property
    def links(self) -> bool:
        return bool(self.way.currentData() == LINK)

    @property
    def has_safe_names(self) -> bool:
        return self.safe_names.isEnabled() and self.safe_names.isChecked()

    def _follow(self) -> None:
        self.way.setToolTip(str(self.way.currentData(3) or ""))
        comes_along = self.copies or self.links
        self.safe_names.setEnabled(comes_along)
        self.safe_names.setToolTip(
            self.tr("Names that Windows does not take are changed, in the annotations too.")
            if comes_along
            else self.tr("Only for images that are copied or linked: the others keep their names.")
        )
        self.changed.emit()
