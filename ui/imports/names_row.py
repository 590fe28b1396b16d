"""The encoding of class names that are not UTF-8: what each would read, for the person to choose."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.domain.imports import ImportPreview
from ui.icons import icon
from ui.widgets.labels import label

TITLES = {
    "gbk": "Chinese, simplified",
    "big5": "Chinese, traditional",
    "cp932": "Japanese",
    "euc_kr": "Korean",
    "cp1252": "Western European",
    "cp1250": "Central European",
    "cp1251": "Cyrillic",
    "cp1253": "Greek",
    "cp1254": "Turkish",
    "cp1255": "Hebrew",
    "cp1256": "Arabic",
}


class NamesRow(QWidget):
    """Hidden while all names can be read."""

    encoding_chosen = Signal(object)  # str, or None for the bytes

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: dict[str, str] = {}  # what they would read, by encoding
        mark = QLabel()
        mark.setPixmap(icon("triangle-alert", role="warning").pixmap(16, 16))
        caption = label(self.tr("Class names are not UTF-8. &Read them as"))
        self._box = QComboBox()
        self._box.setAccessibleName(self.tr("Encoding of the class names"))
        self._box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._box.setMinimumContentsLength(30)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        caption.setBuddy(self._box)
        self._take = QPushButton()
        self._take.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(caption)
        row.addWidget(self._box)
        row.addWidget(self._take)
        row.addStretch(1)
        self._take.clicked.connect(lambda: self.encoding_chosen.emit(next(iter(self._offers), None)))
        self._box.activated.connect(lambda: self.encoding_chosen.emit(self._box.currentData()))
        self.hide()

    def set_preview(self, preview: ImportPreview) -> None:
        """The offers are those of the first look; once one is taken, the files offer nothing more."""
        chosen = preview.source.names_encoding
        if chosen is None:
            # Of several files, what the first one would read.
            offers = [offer for problem in preview.problems for offer in problem.offers]
            self._offers = {}
            for encoding, reading in offers:
                self._offers.setdefault(encoding, reading)
        self.setVisible(bool(chosen) or any(problem.kind == "names-not-utf8" for problem in preview.problems))
        self._box.clear()
        self._box.addItem(self.tr("unknown: keep their bytes"), None)
        for encoding, reading in self._offers.items():
            self._box.addItem(f"{TITLES.get(encoding, encoding)} ({encoding}): {reading}", encoding)
        for encoding, title in TITLES.items():
            if encoding not in self._offers:
                self._box.addItem(f"{title} ({encoding})", encoding)
        self._box.setCurrentIndex(max(self._box.findData(chosen), 0))
        self._box.setToolTip(self._box.currentText())
        likeliest = next(iter(self._offers.items()), None)
        self._take.setVisible(likeliest is not None and chosen is None)
        if likeliest is not None:
            self._take.setText(self.tr("Take {encoding}: {names}").format(encoding=likeliest[0], names=likeliest[1]))
