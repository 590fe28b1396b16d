"""What the Preferences say beside their fields: the language, the home, the devices, what is stored."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.domain.devices import Device, DeviceReport
from ui.icons import icon
from ui.widgets.formatting import size
from ui.widgets.labels import label


class _Words(QWidget):
    """Paragraphs one below the other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 0, 0, 0)  # level with the fields of a form
        self.column.setSpacing(8)

    def say(self, text: str, role: str = "") -> QLabel:
        words = label(text, role, wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(words)
        return words

    def add_button(self, button: QPushButton) -> None:
        button.setAutoDefault(False)
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)


class LanguagePlace(_Words):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.say(self.tr("English"))
        self.say(
            self.tr("Calque has no other language yet. Dates and numbers are written the same everywhere."), "muted"
        )


class HomePlace(_Words):
    """`path` as it is shown."""

    open_requested = Signal()

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.say(path)
        self.say(
            self.tr(
                "Runs, models, frozen datasets, thumbnails, settings and the registry are kept here. "
                "Your images stay where they are."
            ),
            "muted",
        )
        button = QPushButton(icon("folder-open"), self.tr("&Open folder"))
        button.clicked.connect(self.open_requested)
        self.add_button(button)
        self.say(
            self.tr(
                "Another home is chosen when Calque is started: with “calque --home FOLDER”, or with the environment "
                "variable CALQUE_HOME. Each home has its own projects, models and preferences."
            ),
            "muted",
        )


class DevicesFound(_Words):
    probe_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.say(self.tr("On this computer"), "heading")
        self._found = self.say("")
        self._reason = self.say("", "muted")
        self._again = QPushButton(icon("refresh-cw"), self.tr("&Look again"))
        self._again.clicked.connect(self.probe_requested)
        self.add_button(self._again)
        self.set_report(None)

    def set_report(self, report: DeviceReport | None) -> None:
        self._again.setEnabled(report is not None)
        if report is None:
            self._found.setText(self.tr("Looking…"))
            self._reason.setText("")
        else:
            self._found.setText("\n".join(self._line(device) for device in report.devices) or self.tr("Not known."))
            self._reason.setText(report.gpu_reason)
        self._reason.setVisible(bool(self._reason.text()))

    def _line(self, device: Device) -> str:
        if not device.total_bytes:
            return device.name
        return self.tr("{name}: {free} of {total} free").format(
            name=device.name, free=size(device.free_bytes), total=size(device.total_bytes)
        )


class StoredThings(_Words):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.say(self.tr("What Calque stores"), "heading")
        self.say(
            self.tr(
                "In its home, readable by you alone: the names and paths of your images, their annotations and their "
                "hashes; thumbnails; what each training used and wrote; logs."
            ),
            "muted",
        )
        self.say(
            self.tr(
                "A model that you export names its classes, its data by hash, and how it was trained. It holds none of "
                "your images and no path of yours."
            ),
            "muted",
        )
        self.say(
            self.tr("Nothing is sent to anybody: no statistics, no reports of errors, no look for updates."), "muted"
        )
