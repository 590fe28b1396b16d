"""What came of an export to another program's format: how far it is from the version, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.domain.conversions import CONVERSION_TOPIC
from core.domain.names import shown
from core.domain.run import Run
from core.domain.runs import RunStatus
from ui.icons import icon
from ui.widgets.formatting import counted, size
from ui.widgets.labels import label

Content = Mapping[str, Any]


class ConversionView(QWidget):
    folder_requested = Signal(object)  # Path

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target: Path | None = None
        self._rows: tuple[tuple[str, str], ...] = ()
        self._note = label("", "muted", wrap=True)
        self._notice = label("", "warning", wrap=True)
        self._card = QFrame()
        self._card.setProperty("role", "card")
        self._grid = QGridLayout(self._card)
        self._grid.setContentsMargins(16, 12, 16, 12)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._open = QPushButton(icon("folder"), self.tr("Open folder"))
        buttons = QHBoxLayout()
        buttons.addWidget(self._open)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._note)
        column.addWidget(self._card)
        column.addWidget(self._notice)
        column.addLayout(buttons)
        column.addStretch(1)
        self._card.hide()
        self._open.hide()
        self._open.clicked.connect(self._announce)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What is told, name and value."""
        return self._rows

    @property
    def note(self) -> str:
        return self._note.text()

    def set_run(self, run: Run) -> None:
        results = run.state.results if run.state is not None else ()
        content = next((result.content for result in results if result.topic == CONVERSION_TOPIC), None)
        self._note.setText(_note(run.status, content) if run.state is not None else "")
        self._note.setVisible(bool(self._note.text()))
        self._notice.setText(str(content.get("notice", "")) if content and content.get("target") else "")
        self._notice.setVisible(bool(self._notice.text()))
        self._set_rows(rows_of(content) if content is not None else ())
        target = str(content.get("target") or "") if content is not None else ""
        self._target = Path(target) if target else None
        self._open.setVisible(self._target is not None)

    def _set_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        if rows == self._rows:
            return
        self._rows = rows
        while self._grid.count():
            item = self._grid.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, (name, value) in enumerate(rows):
            told = QLabel(value)
            told.setWordWrap(True)
            told.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            told.setAccessibleName(name)
            self._grid.addWidget(label(name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(told, row, 1)
        self._card.setVisible(bool(rows))

    def _announce(self) -> None:
        if self._target is not None:
            self.folder_requested.emit(self._target.parent if self._target.suffix == ".zip" else self._target)


def rows_of(content: Content) -> tuple[tuple[str, str], ...]:
    """Of a result as it is stored: what was made, what was compared, how far it is apart and what is allowed."""
    comparison, tolerance = content.get("comparison") or {}, content.get("tolerance")
    rows = [("Format", _format_text(content)), ("Compared on", str(content.get("images_text", "")))]
    loss = content.get("loss")
    if loss:
        rows.append((f"{loss['measure']}, {loss['split']}", _loss_text(loss, content.get("loss_tolerance"))))
    n_objects, n_different = int(comparison.get("n_objects", 0)), int(comparison.get("n_different", 0))
    told = counted(n_objects, "object")
    differing = f", of which {n_different} differ" if n_different else ", all found again" if n_objects else ""
    differing = differing if tolerance else ""  # of the others only what they are worth is judged
    rows.append(("Objects", f"{told} of {float(comparison.get('floor', 0)):g} confidence or more{differing}"))
    if n_objects:
        rows.append(("Largest difference of boxes", _gap(comparison.get("box"), tolerance, "box", " px")))
        rows.append(("Largest difference of confidences", _gap(comparison.get("confidence"), tolerance, "confidence")))
    overlap = comparison.get("overlap")
    if overlap is not None:
        needed = f" ({tolerance['overlap']:g} needed)" if tolerance else ""
        rows.append(("Smallest overlap of masks", f"{overlap:.3f}{needed}"))
    if content.get("target"):
        n_bytes = content.get("n_bytes")
        room = f" ({size(n_bytes)})" if isinstance(n_bytes, int) else ""
        rows.append(("Lies at", f"{shown(str(content['target']))}{room}"))
    return tuple(rows)


def _format_text(content: Content) -> str:
    parts = [content.get("format_title"), content.get("precision"), content.get("form")]
    if content.get("form"):
        parts.append("one size of image" if content.get("is_fixed_size") else "any size of image")
    return " · ".join(str(part) for part in parts if part)


def _loss_text(loss: Content, allowed: object) -> str:
    may = f" ({allowed:g} allowed)" if isinstance(allowed, int | float) else ""
    images = counted(int(loss["n_images"]), "image")
    return f"{loss['after']:.3f} instead of {loss['before']:.3f}: {loss['value']:.3f} lost{may}, on {images}"


def _gap(value: object, tolerance: Content | None, name: str, unit: str = "") -> str:
    number = float(value) if isinstance(value, int | float) else 0.0
    text = f"{number:.2g}" if number >= 0.001 or not number else f"{number:.1e}"
    return f"{text}{unit}" + (f" ({tolerance[name]:g}{unit} allowed)" if tolerance else "")


def _note(status: RunStatus, content: Content | None) -> str:
    if content is None:
        if status.is_terminal:
            return "Nothing was exported. The version is as it was."
        return "How far the exported model is from the version is told here when it has been compared."
    if not content.get("is_good", True):
        return "It was too far from the version and was not kept. The version is as it was."
    problem = str(content.get("images_problem") or "")
    return f"{problem} It was compared on pages that Calque drew." if problem else ""
