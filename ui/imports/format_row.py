"""Which format a source is read as, why, and what the format asks before it reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.domain.formats import FormatOption
from core.domain.imports import ImportPreview
from ui.widgets.labels import label


class FormatRow(QWidget):
    """The formats that may read the source come first, the surest one at the top."""

    format_chosen = Signal(str)  # slug
    options_chosen = Signal(object)  # tuple of (name, value)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formats: tuple[tuple[str, str], ...] = ()
        self._questions: Mapping[str, tuple[FormatOption, ...]] = {}
        self._asked: tuple[FormatOption, ...] = ()
        self._fields: dict[str, QComboBox | QLineEdit] = {}
        self._answers: tuple[tuple[str, str], ...] = ()
        self._box = QComboBox()
        self._box.setAccessibleName(self.tr("Format"))
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        caption = label(self.tr("Read &as"))
        caption.setBuddy(self._box)
        self._reason = label("", "muted", wrap=True)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(caption)
        top.addWidget(self._box)
        top.addWidget(self._reason, 1)
        self._options = QWidget()
        self._options_row = QHBoxLayout(self._options)
        self._options_row.setContentsMargins(0, 0, 0, 0)
        self._options_row.setSpacing(8)
        self._options.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self._options)
        self._box.activated.connect(self._choose)

    def set_formats(self, formats: Sequence[tuple[str, str]]) -> None:
        """(slug, title) of every format there is."""
        self._formats = tuple(formats)

    def set_questions(self, questions: Mapping[str, tuple[FormatOption, ...]]) -> None:
        """By format, what it asks before it reads."""
        self._questions = questions

    def set_preview(self, preview: ImportPreview) -> None:
        reasons = {one.format: one.reason for one in preview.recognised}
        titles = {one.format: one.title for one in preview.recognised}
        self._box.clear()
        for slug, title in titles.items():
            self._box.addItem(title, slug)
        others = [(slug, title) for slug, title in self._formats if slug not in titles]
        if titles and others:
            self._box.insertSeparator(self._box.count())
        for slug, title in others:
            self._box.addItem(title, slug)
        if self._box.findData(preview.format) < 0:
            self._box.addItem(preview.format_title, preview.format)
        self._box.setCurrentIndex(self._box.findData(preview.format))
        self._reason.setText(self._words(preview, reasons))
        self.setProperty("guide_page", f"format-{preview.format}.md")  # F1
        self._ask(self._questions.get(preview.format, ()), preview)

    def _words(self, preview: ImportPreview, reasons: Mapping[str, str]) -> str:
        reason = reasons.get(preview.format, "")
        taken = _as_beginning(reason) if reason else self.tr("Chosen by you; nothing here looks like it")
        last_resort = {"images", "class-folders"}
        others = [one for one in preview.recognised if one.format != preview.format and one.format not in last_resort]
        if not others:
            return f"{taken}."
        also = "; ".join(f"{one.title} ({one.reason})" for one in others)
        return self.tr("{taken}. It could also be {also}.").format(taken=taken, also=also)

    def _choose(self) -> None:
        slug = self._box.currentData()
        if slug:
            self.format_chosen.emit(slug)

    def _ask(self, questions: Sequence[FormatOption], preview: ImportPreview) -> None:
        if tuple(questions) != self._asked:
            self._build_fields(questions)
        for question in questions:
            _fill(self._fields[question.name], preview.source.option(question.name, question.default))
        self._answers = tuple(sorted((name, _value(field)) for name, field in self._fields.items()))
        self._options.setVisible(bool(questions))

    def _build_fields(self, questions: Sequence[FormatOption]) -> None:
        """Only for other questions than before, for one of the fields may have the keyboard."""
        self._asked = tuple(questions)
        while (item := self._options_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._fields = {}
        before: QWidget = self._box
        for question in questions:
            field = self._field(question)
            caption = label(question.title)
            caption.setBuddy(field)
            self._options_row.addWidget(caption)
            self._options_row.addWidget(field)
            self._fields[question.name] = field
            self.setTabOrder(before, field)  # else it would come after all others of the window
            before = field
        self._options_row.addStretch(1)

    def _field(self, question: FormatOption) -> QComboBox | QLineEdit:
        field: QComboBox | QLineEdit
        if question.choices:
            field = QComboBox()
            for choice, title in question.choices:
                field.addItem(title, choice)
            field.activated.connect(self._answer)
        else:
            field = QLineEdit()
            field.setMaximumWidth(220)
            field.editingFinished.connect(self._answer)
        field.setAccessibleName(question.title)
        field.setToolTip(question.help)
        return field

    def _answer(self) -> None:
        """Only when something is other than it was: leaving a field is no answer."""
        answers = tuple(sorted((name, _value(field)) for name, field in self._fields.items()))
        if answers != self._answers:
            self._answers = answers
            self.options_chosen.emit(answers)


def _as_beginning(reason: str) -> str:
    """With a capital letter, unless a file's name is what it begins with."""
    first = reason.split(" ", 1)[0]
    return reason if "." in first else reason[:1].upper() + reason[1:]


def _value(field: QComboBox | QLineEdit) -> str:
    return str(field.currentData()) if isinstance(field, QComboBox) else field.text().strip()


def _fill(field: QComboBox | QLineEdit, value: str) -> None:
    if isinstance(field, QComboBox):
        field.setCurrentIndex(max(field.findData(value), 0))
    else:
        field.setText(value)
