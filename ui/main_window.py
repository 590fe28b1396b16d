"""The shell: navigation at the left, one page at a time, a line at the bottom about the runs. No behaviour."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QFont, QFontMetrics
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.messages import UserMessage
from ui.icons import icon
from ui.toast import Toast
from ui.widgets.labels import ElidedLabel, label

NAVIGATION_WIDTH = 204
ICON_SIDE = 18
NAVIGATION_USED = 2 * 10 + 2 * 13 + ICON_SIDE + 12  # of the width: margins, padding, the icon and its gap
SECTIONS = (
    ("start", "Start", "house"),
    ("project", "Project", "images"),
    ("runs", "Runs", "activity"),
    ("models", "Models", "boxes"),
    ("weights", "Weights", "package"),
    ("try", "Try it", "wand-sparkles"),
)


class NavigationButton(QToolButton):
    """One section. A name that has no room is shortened in its middle, by the width of the bold text it may get."""

    def __init__(self, text: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "navigation")
        self.setIcon(icon(icon_name))
        self.setIconSize(QSize(ICON_SIDE, ICON_SIDE))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCheckable(True)
        self.set_name(text)

    def set_name(self, name: str) -> None:
        bold = self.font()
        bold.setWeight(QFont.Weight.DemiBold)
        room = NAVIGATION_WIDTH - NAVIGATION_USED
        # The space keeps the text off the icon: a style sheet cannot.
        self.setText(" " + QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideMiddle, room))
        self.setAccessibleName(name)


class RunSummary(QWidget):
    """The bottom of the navigation: what trains now, how far it is, and a click to its page."""

    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the run"))
        self._left = ElidedLabel()
        self._left.setProperty("role", "muted")
        self._button = QPushButton(self.tr("Show run"))
        self._button.clicked.connect(self.open_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 4, 4)
        column.addWidget(self._title)
        column.addWidget(self._bar)
        column.addWidget(self._left)
        column.addWidget(self._button)
        self.hide()

    def set_run(self, name: str, fraction: float, left: str) -> None:
        self._title.setText(name)
        self._bar.setValue(round(fraction * 1000))
        self._left.setText(left)
        self._left.setVisible(bool(left))
        self.show()


class MainWindow(QMainWindow):
    section_requested = Signal(str)
    close_requested = Signal()
    run_summary_clicked = Signal()
    folder_requested = Signal(object)  # Path
    page_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Calque")
        self.setMinimumSize(960, 600)
        self.setAcceptDrops(False)
        self._may_close = False
        self._buttons: dict[str, NavigationButton] = {}
        self._group = QButtonGroup(self)
        self._pages: dict[str, QWidget] = {}
        self.run_summary = RunSummary()
        self.run_summary.open_requested.connect(self.run_summary_clicked)
        self._stack = QStackedWidget()

        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._navigation())
        row.addWidget(self._stack, 1)
        central = QWidget()
        central.setLayout(row)
        self.setCentralWidget(central)
        self.notice = Toast(central)
        self.notice.folder_requested.connect(self.folder_requested)

    def _navigation(self) -> QWidget:
        frame = QFrame()
        frame.setObjectName("navigation")
        frame.setFixedWidth(NAVIGATION_WIDTH)
        column = QVBoxLayout(frame)
        column.setContentsMargins(10, 14, 10, 10)
        column.setSpacing(4)
        name = label("Calque", "title")
        name.setContentsMargins(8, 0, 0, 10)
        column.addWidget(name)
        for section, text, icon_name in SECTIONS:
            button = NavigationButton(self.tr(text), icon_name)
            button.clicked.connect(lambda _checked=False, section=section: self.section_requested.emit(section))
            self._group.addButton(button)
            self._buttons[section] = button
            column.addWidget(button)
        column.addStretch(1)
        column.addWidget(self.run_summary)
        return frame

    def add_page(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self._stack.addWidget(page)

    def show_page(self, name: str, section: str) -> None:
        """Show the page `name`, with the navigation at `section`. KeyError for a page that was not added."""
        if self._stack.currentWidget() is not self._pages[name]:
            self.notice.leave_page()
        self._stack.setCurrentWidget(self._pages[name])
        self._buttons[section].setChecked(True)
        self.page_changed.emit(name)

    def page_widget(self) -> QWidget | None:
        """The page that is shown."""
        return self._stack.currentWidget()

    def current_page(self) -> str:
        current = self._stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is current), "")

    def set_section_enabled(self, section: str, *, is_enabled: bool, tool_tip: str = "", text: str = "") -> None:
        button = self._buttons[section]
        button.setEnabled(is_enabled)
        button.setToolTip(tool_tip)
        if text:
            button.set_name(text)

    def show_message(self, message: UserMessage) -> None:
        self.notice.show_message(message)

    def close_for_good(self) -> None:
        """Close without asking again."""
        self._may_close = True
        self.close()

    # Qt overrides

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_requested.emit()
