"""The tools above an image that is edited: what the pointer does, the class, and what is done to the selection."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from ui.icons import icon
from ui.viewer.class_chooser import ClassChooser
from ui.viewer.drawing import Tool
from ui.widgets.labels import ElidedLabel, label

_TOOLS = (
    (Tool.SELECT, "mouse-pointer-2", "Select, move and reshape (V)"),
    (Tool.BOX, "square", "Draw a box (B)"),
    (Tool.ORIENTED, "diamond", "Draw an oriented box: a side, then how deep it is (O)"),
    (Tool.POLYGON, "pentagon", "Draw a polygon, point by point (P)"),
)
HINTS = {
    Tool.SELECT: "Drag shapes or handles; Shift+drag selects several.",
    Tool.BOX: "Drag, or use arrow keys and Enter.",
    Tool.ORIENTED: "Draw a side, then click how deep.",
    Tool.POLYGON: "Click points; Enter closes it.",
}
NOTHING_DRAWN = "Nothing is drawn yet: take a box (B) or another tool."


class EditBar(QFrame):
    tool_requested = Signal(object)  # Tool
    duplication_requested = Signal()
    deletion_requested = Signal()
    marking_requested = Signal()  # nothing to find
    unlabelled_requested = Signal(int)  # 1 = the next such image, -1 = the one before
    done_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("editBar")
        self.setProperty("role", "header")
        self._tools: dict[Tool, QToolButton] = {}
        self.classes = ClassChooser()
        self._hint = ElidedLabel("")
        self._hint.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(6)
        for tool, name, tip in _TOOLS:
            button = _button(name, self.tr(tip), is_checkable=True)
            button.clicked.connect(lambda _=False, tool=tool: self.tool_requested.emit(tool))
            self._tools[tool] = button
            row.addWidget(button)
        row.addSpacing(10)
        caption = label(self.tr("Class"), "muted")
        caption.setBuddy(self.classes)
        row.addWidget(caption)
        row.addWidget(self.classes)
        row.addSpacing(10)
        self._duplicate = _button("copy", self.tr("Duplicate the selection (Ctrl+D)"))
        self._duplicate.clicked.connect(self.duplication_requested)
        self._delete = _button("trash-2", self.tr("Delete the selection (Delete)"))
        self._delete.clicked.connect(self.deletion_requested)
        self._marking = _button("circle-slash", self.tr("Looked at, nothing there (W)"), is_checkable=True)
        self._marking.setText(self.tr("Nothing there"))
        self._marking.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._marking.clicked.connect(self._ask_marking)
        before = _button("skip-back", self.tr("Image before that nobody has annotated (Shift+U)"))
        before.clicked.connect(lambda: self.unlabelled_requested.emit(-1))
        after = _button("skip-forward", self.tr("Next image that nobody has annotated (U)"))
        after.clicked.connect(lambda: self.unlabelled_requested.emit(1))
        done = _button("check", self.tr("Stop editing (E)"))
        done.clicked.connect(self.done_requested)
        for widget in (self._duplicate, self._delete, self._marking, before, after):
            row.addWidget(widget)
        row.addSpacing(10)
        row.addWidget(self._hint, 1)
        row.addWidget(done)
        self.set_selection(0)

    def set_tool(self, tool: Tool | None) -> None:
        for one, button in self._tools.items():
            button.setChecked(one is tool)
        self.set_hint(HINTS[tool] if tool is not None else "")

    def set_hint(self, text: str) -> None:
        """What can be done now, in a sentence."""
        self._hint.setText(text)

    @property
    def hint(self) -> str:
        return self._hint.text()

    def set_selection(self, n: int) -> None:
        """How many shapes are selected."""
        self._duplicate.setEnabled(n > 0)
        self._delete.setEnabled(n > 0)

    def set_marked(self, is_marked: bool, *, can_be: bool) -> None:
        """Whether the image is known to have nothing to find; it cannot be while something is on it."""
        self._marking.setChecked(is_marked)
        self._marking.setEnabled(is_marked or can_be)

    @property
    def is_marked(self) -> bool:
        return self._marking.isChecked()

    def _ask_marking(self) -> None:
        self._marking.setChecked(not self._marking.isChecked())  # as it was: the answer sets it
        self.marking_requested.emit()


def _button(name: str, tip: str, *, is_checkable: bool = False) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(QSize(18, 18))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setCheckable(is_checkable)
    # Clicks leave the focus on the image, so that its keys go on working.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
