"""The first page: what Calque is, three ways in, the projects used last. Imports nothing heavy: it is seen first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.icons import icon
from ui.messages import MessageBanner
from ui.projects.recent_projects import RecentProjects
from ui.theme import theme_notifier
from ui.widgets.dropping import dropped_path
from ui.widgets.labels import label

CONTENT_WIDTH = 1040
CARD_ICON = 30


class ActionCard(QPushButton):
    """A large button: picture, heading, a sentence."""

    def __init__(self, icon_name: str, heading: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._text_at_rest = text
        self._picture = QLabel()
        self._heading = label(heading, "heading")
        self._text = label(text, "muted", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 16)
        column.setSpacing(6)
        column.addWidget(self._picture)
        column.addSpacing(4)
        column.addWidget(self._heading)
        column.addWidget(self._text, 1)
        for part in (self._picture, self._heading, self._text):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(heading)
        self.setAccessibleDescription(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme_notifier().theme_changed.connect(self._repaint_icon)
        self._repaint_icon()

    def set_busy(self, text: str) -> None:
        """Say what is under way in place of the sentence, and take no clicks; "" = at rest again."""
        self.setEnabled(not text)
        self._text.setText(text or self._text_at_rest)
        self.setAccessibleDescription(self._text.text())

    def _repaint_icon(self) -> None:
        self._picture.setPixmap(icon(self._icon_name, role="accent").pixmap(CARD_ICON, CARD_ICON))

    # Qt overrides

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None  # made in the constructor
        return QSize(220, max(layout.sizeHint().height(), 148))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())


class StartPage(QWidget):
    """A folder or an annotation file may be dropped anywhere on it."""

    sample_requested = Signal()
    new_project_requested = Signal()
    open_folder_requested = Signal()
    path_dropped = Signal(object)  # Path
    project_open_requested = Signal(object)  # ProjectId
    project_locate_requested = Signal(object)  # Project
    project_rename_requested = Signal(object)  # Project
    project_remove_requested = Signal(object)  # Project
    removed_projects_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.banner = MessageBanner()
        self._sample = ActionCard(
            "sparkles",
            self.tr("Open the sample"),
            self.tr("A small set of drawn pages, ready to train. A model of it is trained in minutes."),
        )
        self._new = ActionCard(
            "folder-plus",
            self.tr("New project…"),
            self.tr("From images and annotations (COCO, YOLO, PAGE…). Nothing is copied or changed."),
        )
        self._folder = ActionCard(
            "folder-open",
            self.tr("Open a folder…"),
            self.tr("Or drop a folder, an annotation file or a .zip file anywhere on this page."),
        )
        self._recent = RecentProjects()
        self._recent_heading = label(self.tr("Recent projects"), "heading")
        self._no_recent = label(self.tr("Your projects will be listed here."), "muted")
        self._removed = QPushButton(icon("trash-2"), "")
        self._removed.setFlat(True)
        self._removed.clicked.connect(self.removed_projects_requested)
        self._drop_hint = _drop_hint(self, self.tr("Drop to look at what is in it"))
        self._build()
        self._sample.clicked.connect(self.sample_requested)
        self._new.clicked.connect(self.new_project_requested)
        self._folder.clicked.connect(self.open_folder_requested)
        self._recent.open_requested.connect(self.project_open_requested)
        self._recent.locate_requested.connect(self.project_locate_requested)
        self._recent.rename_requested.connect(self.project_rename_requested)
        self._recent.remove_requested.connect(self.project_remove_requested)
        self.set_projects(())
        self.set_n_removed(0)

    def _build(self) -> None:
        content = QWidget()
        content.setMaximumWidth(CONTENT_WIDTH)
        column = QVBoxLayout(content)
        column.setContentsMargins(28, 30, 28, 24)
        column.setSpacing(8)
        title = label("Calque", "title")
        title.setObjectName("productName")
        title.setStyleSheet("QLabel#productName { font-size: 32px; font-weight: 700; }")
        sentence = self.tr(
            "Train models that find things in your images: on this computer, without code, without a cloud."
        )
        column.addWidget(title)
        column.addWidget(label(sentence, "muted", wrap=True))
        column.addWidget(self.banner)
        column.addSpacing(12)
        cards = QHBoxLayout()
        cards.setSpacing(14)
        for card in (self._sample, self._new, self._folder):
            cards.addWidget(card, 1)
        column.addLayout(cards)
        column.addSpacing(18)
        column.addWidget(self._recent_heading)
        column.addWidget(self._recent, 1000)
        column.addWidget(self._no_recent)
        column.addWidget(self._removed, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(content, 1000)
        row.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(centre)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def set_projects(self, projects: Sequence[Project]) -> None:
        """The projects, the one opened last first."""
        self._recent.set_projects(projects)
        self._recent.setVisible(bool(projects))
        self._no_recent.setVisible(not projects)

    def set_n_removed(self, n: int) -> None:
        """How many projects are in the trash."""
        self._removed.setText(self.tr("Removed projects ({n})…").format(n=n))
        self._removed.setVisible(n > 0)

    def set_sample_progress(self, text: str) -> None:
        """What is being done to make the sample, "" when nothing is."""
        self._sample.set_busy(text)

    def show_message(self, message: UserMessage) -> None:
        self.banner.show_message(message)

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_path(event) is not None:
            event.acceptProposedAction()
            self._drop_hint.setGeometry(self.rect().adjusted(12, 12, -12, -12))
            self._drop_hint.show()
            self._drop_hint.raise_()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_hint.hide()
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.path_dropped.emit(path)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:
            self._drop_hint.hide()
        return super().event(event)


def _drop_hint(page: QWidget, text: str) -> QFrame:
    frame = QFrame(page)
    frame.setObjectName("dropHint")
    frame.setStyleSheet(
        "QFrame#dropHint { border: 3px dashed palette(link); border-radius: 12px; background: palette(highlight); }"
    )
    column = QVBoxLayout(frame)
    words = label(text, "title")
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    column.addWidget(words)
    frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    frame.hide()
    return frame
