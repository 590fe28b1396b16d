"""What an import into a project would change, in one line, and whether the changes are wanted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QWidget

from core.domain.imports import Difference, Differences, ImportPreview
from ui.widgets.formatting import count
from ui.widgets.labels import label


class ChangesRow(QWidget):
    """Hidden for a new project."""

    shown_requested = Signal(object)  # Differences: show them

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._differences: Differences | None = None
        self._text = label("", wrap=True)
        self._show = QPushButton(self.tr("&Show the changes…"))
        self._show.setAutoDefault(False)
        self.takes_over = QCheckBox(self.tr("&Take over the changes"))
        self.takes_over.setToolTip(
            self.tr(
                "What the files state otherwise, or no more, takes the place of what earlier imports said of these "
                "images. What a person drew stays."
            )
        )
        # The sentence beside it would take the last pixels of its own text.
        self.takes_over.setMinimumWidth(self.takes_over.sizeHint().width() + 8)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._show)
        row.addWidget(self.takes_over)
        self._show.clicked.connect(lambda: self.shown_requested.emit(self._differences))
        self.takes_over.toggled.connect(self._say)
        self.hide()

    def set_preview(self, preview: ImportPreview) -> None:
        self._differences = preview.differences
        has_changes = preview.differences is not None and bool(
            preview.differences.total.changed or preview.differences.total.gone
        )
        if not has_changes:
            self.takes_over.setChecked(False)
        self.takes_over.setVisible(has_changes)
        self._show.setVisible(preview.differences is not None and bool(preview.differences.images))
        self.setVisible(preview.differences is not None)
        self._say()

    def _say(self) -> None:
        if self._differences is None:
            return
        total = self._differences.total
        if total == Difference():
            self._text.setText(self.tr("No annotation here is of an image that the project has."))
            return
        text = self.tr("Of the images that the project has: {words}.").format(words=in_words(total))
        if total.changed or total.gone:
            text += " " + (
                self.tr("The changes are taken over.")
                if self.takes_over.isChecked()
                else self.tr("Only what is new is added.")
            )
        self._text.setText(text)


def in_words(found: Difference) -> str:
    changed = f"{count(found.changed)} changed"
    if found.only_details:
        which = "all" if found.only_details == found.changed else count(found.only_details)
        changed += f" ({which} only in text or attributes)"
    return (
        f"{count(found.same)} annotations the same, {count(found.new)} new, {changed}, {count(found.gone)} not in the "
        "files any more"
    )
