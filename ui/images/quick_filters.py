"""What a project's images are sought by most often, in the bar above them: words, annotated or not, a tag."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout

from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.formatting import count
from ui.widgets.search_field import SearchField

WITHOUT_CONCEPT = "without-concept"


class QuickFilters(QObject):
    """`search` is for those who propose what could be searched for, too."""

    search_changed = Signal(str)
    annotated_changed = Signal(object)  # True, False, WITHOUT_CONCEPT, or None = all images
    tag_changed = Signal(str)  # "" = any

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.search = SearchField(self.tr("Names, classes, tags"))
        self.annotated = ElidedCombo(self.tr("Annotated or not"))
        self.tag = ElidedCombo(self.tr("Tag"))
        self._is_resetting = False
        self._set_up()
        self.search.search_changed.connect(self._announce_search)
        self.annotated.currentIndexChanged.connect(self._announce_annotated)
        self.tag.activated.connect(lambda _at: self.tag_changed.emit(self.tag.currentData() or ""))

    def add_to(self, bar: QHBoxLayout) -> None:
        bar.addWidget(self.search, 20)  # all that is free, up to its greatest width
        bar.addWidget(self.annotated)
        bar.addWidget(self.tag)

    def reset(self) -> None:
        """Empty the search and the choice without announcing it."""
        self._is_resetting = True
        self.search.clear()
        self.annotated.setCurrentIndex(0)
        self.tag.setCurrentIndex(0)
        self._is_resetting = False

    def set_values(
        self, name_contains: str, is_annotated: bool | None, tag: str, *, is_without_concept: bool = False
    ) -> None:
        """As they are in force already: announces nothing."""
        self._is_resetting = True
        with QSignalBlocker(self.search):
            self.search.setText(name_contains)
        chosen = WITHOUT_CONCEPT if is_without_concept else is_annotated
        self.annotated.setCurrentIndex(max(self.annotated.findData(chosen), 0))
        if tag and self.tag.findData(tag) < 0:
            self.tag.addItem(tag, tag)
        self.tag.setCurrentIndex(max(self.tag.findData(tag), 0))
        self._is_resetting = False

    def reset_one(self, field: str) -> None:
        """Of one that the bar has, by the name that `ImageFilter` gives it; nothing is announced."""
        self._is_resetting = True
        if field == "name_contains":
            self.search.clear()
        elif field in ("is_annotated", "is_without_concept"):
            self.annotated.setCurrentIndex(0)
        elif field == "tag":
            self.tag.setCurrentIndex(0)
        self._is_resetting = False

    def set_tags(self, counts: Mapping[str, int]) -> None:
        """How many images have which tag; the field is seen where any has one."""
        chosen = self.tag.currentData()
        with QSignalBlocker(self.tag):
            self.tag.clear()
            self.tag.addItem(self.tr("Any tag or none"), "")
            for tag, number in counts.items():
                if number or tag == chosen:
                    self.tag.addItem(f"{tag} ({count(number)})", tag)
            self.tag.setCurrentIndex(max(self.tag.findData(chosen), 0))
        self.tag.setVisible(self.tag.count() > 1)

    def _set_up(self) -> None:
        for text, value in (
            (self.tr("All images"), None),
            (self.tr("Annotated"), True),
            (self.tr("Unlabelled"), False),
            (self.tr("Without concept"), WITHOUT_CONCEPT),
        ):
            self.annotated.addItem(text, value)
        for combo in (self.annotated, self.tag):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            combo.setMinimumWidth(70)  # where there is no room for all of it
        self.tag.setToolTip(self.tr("Only images with this tag. T tags the image that is chosen"))
        self.set_tags({})
        self.search.setAccessibleName(self.tr("Search names, classes, tags"))
        self.search.setToolTip(self.search.accessibleName())
        self.search.setMinimumWidth(90)
        self.search.setMaximumWidth(360)

    def _announce_search(self, text: str) -> None:
        if not self._is_resetting:
            self.search_changed.emit(text)

    def _announce_annotated(self) -> None:
        if not self._is_resetting:
            self.annotated_changed.emit(self.annotated.currentData())
