"""What can be done about an image or an object that is looked at: tags, and taking a prediction over. Wishes only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from core.domain.judgements import EXCLUDE, HARD_CASE, LABEL_SUSPICIOUS
from ui.icons import icon
from ui.widgets.labels import label

TAGS = (
    (LABEL_SUSPICIOUS, "Label suspicious", "S", "The ground truth of this image may be wrong"),
    (HARD_CASE, "Hard case", "D", "A case that is hard even for people"),
    (EXCLUDE, "Exclude", "X", "Leave this image out of training data"),
)


class ActingBar(QWidget):
    tag_toggled = Signal(str)  # on, or off when the image has it already
    accept_requested = Signal()
    error_report_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 2, 8, 6)
        self._row.setSpacing(4)
        self._heading = label(self.tr("Tag"), "muted")
        self._row.addWidget(self._heading)
        self._tags: dict[str, QToolButton] = {}
        for tag, text, key, tip in TAGS:
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setToolTip(f"{tip} ({key})")
            button.setAccessibleName(f"Tag: {text}")
            button.setAccessibleDescription(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked=False, tag=tag: self._toggle(tag))
            self._tags[tag] = button
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._accept = QToolButton()
        self._accept.setIcon(icon("check"))
        self._accept.setIconSize(QSize(16, 16))
        self._accept.setText(self.tr("Accept"))
        self._accept.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._accept.setToolTip(self.tr("Take the selected prediction over as an annotation (A)"))
        self._accept.setAccessibleName(self.tr("Accept the selected prediction"))
        self._accept.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._accept.clicked.connect(self.accept_requested)
        self._row.addWidget(self._accept)
        report = QToolButton()
        report.setIcon(icon("save"))
        report.setIconSize(QSize(16, 16))
        report.setToolTip(self.tr("Error report: crops and images of all that is wrong, in a new folder"))
        report.setAccessibleName(self.tr("Error report…"))
        report.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        report.clicked.connect(self.error_report_requested)
        self._row.addWidget(report)
        self.set_state(frozenset(), has_image=False, can_accept=False)

    def set_state(self, tags: frozenset[str], *, has_image: bool, can_accept: bool) -> None:
        """The tags of the image that is shown, and whether a prediction is selected."""
        for tag, button in self._tags.items():
            button.setChecked(tag in tags)
            button.setEnabled(has_image)
        self._accept.setEnabled(can_accept)

    def set_available(self, *, has_tags: bool, has_accepting: bool) -> None:
        """Whether tags can be kept and predictions be taken over at all."""
        for widget in (self._heading, *self._tags.values()):
            widget.setVisible(has_tags)
        self._accept.setVisible(has_accepting)

    def add_widget(self, widget: QWidget) -> None:
        """Another action, at the right end."""
        self._row.addWidget(widget)

    def _toggle(self, tag: str) -> None:
        self._tags[tag].setChecked(not self._tags[tag].isChecked())  # it shows what was written, not what was wished
        self.tag_toggled.emit(tag)
