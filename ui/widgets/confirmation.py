"""Asking before something that cannot be undone: the button says the verb, the text says what is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QMessageBox, QPushButton, QWidget

from ui.widgets.labels import set_role


@dataclass(frozen=True, slots=True)
class Question:
    """`option` is a check box that changes what the verb does; "" = none."""

    title: str
    text: str
    details: str
    verb: str
    is_danger: bool = False
    option: str = ""
    is_option_checked: bool = False
    refusal: str = "Cancel"


def ask(parent: QWidget, question: Question, then: Callable[[bool], None]) -> QMessageBox:
    """Open the question over `parent` without blocking; `then(is the option checked)` follows a yes only."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(question.title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(question.text)
    box.setInformativeText(question.details)
    verb = QPushButton(question.verb)
    set_role(verb, "danger" if question.is_danger else "primary")
    box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
    refuse = box.addButton(question.refusal, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refuse)
    box.setEscapeButton(refuse)
    option = QCheckBox(question.option) if question.option else None
    if option is not None:
        option.setChecked(question.is_option_checked)
        box.setCheckBox(option)

    def finish() -> None:
        if box.clickedButton() is verb:
            then(option.isChecked() if option is not None else False)

    box.finished.connect(finish)
    box.open()
    return box
