"""In which format a version leaves Calque, and with what options. It only asks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.conversions import ConversionOffer, ModelChoice, ModelForm, ModelFormat, Precision
from ui.forms.radio_group import RadioGroup
from ui.widgets.labels import label, set_role

CALQUE = "calque"
WIDTH = 660


class ConvertDialog(QDialog):
    """Setters: `set_offer`, `show_problem`, `set_waiting`."""

    submitted = Signal(object, bool)  # ModelChoice ("calque": a copy as it is), as one .zip file (else as a folder)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offer: ConversionOffer | None = None
        self._is_waiting = False
        self._is_closed = False
        self.setWindowTitle(self.tr("Export {title}").format(title=title))
        self.setMinimumWidth(WIDTH)
        self.resize(WIDTH, 100)
        self._formats = RadioGroup()
        self._precision = QComboBox()
        self._precision_help = label("", "muted", wrap=True)
        self._form = QComboBox()
        self._form_help = label("", "muted", wrap=True)
        self._fixed = QCheckBox()
        self._fixed_help = label("", "muted", wrap=True)
        self._notice = label("", "warning", wrap=True)
        self._as_zip = QRadioButton(self.tr("one .zip &file"))
        self._as_folder = QRadioButton(self.tr("a f&older"))
        self._about = label("", "muted", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._go = QPushButton(self.tr("&Export…"))
        self._labels: dict[QWidget, QLabel] = {}
        self._make_layout(title)
        self._formats.chosen.connect(lambda _key: self._show_format())
        self._precision.currentIndexChanged.connect(lambda _row: self._show_forms())
        self._form.currentIndexChanged.connect(lambda _row: self._show_helps())
        self._show_format()

    # Setters

    def set_offer(self, offer: ConversionOffer) -> None:
        if self._is_closed:
            return
        self._offer = offer
        for item in offer.formats:
            self._formats.add(item.slug, item.title, item.unavailable_reason or item.summary)
            self._formats.set_available(item.slug, item.is_available)
        first = next((item.slug for item in offer.formats if item.is_available), CALQUE)
        self._formats.set_key(first)
        self._formats.button(first).setFocus()
        self._show_format()

    def show_problem(self, text: str) -> None:
        """Why it was not begun."""
        if self._is_closed:
            return
        self._problem.setText(text)
        self._problem.show()
        self.set_waiting(False)

    def set_waiting(self, is_waiting: bool) -> None:
        """While it is being begun."""
        self._is_waiting = is_waiting
        self._refresh()

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def problem(self) -> str:
        """As it is shown; "" without one."""
        return self._problem.text() if self._problem.isVisibleTo(self) else ""

    @property
    def choice(self) -> ModelChoice:
        """As it is filled in."""
        return ModelChoice(
            self._formats.key() or CALQUE,
            self._precision.currentData() or "",
            self._form.currentData() or "",
            is_fixed_size=self._fixed.isChecked() and self._fixed.isVisibleTo(self),
        )

    @property
    def as_zip(self) -> bool:
        return self._as_zip.isChecked()

    # Inside

    def _format(self) -> ModelFormat | None:
        return self._offer.find_format(self._formats.key()) if self._offer is not None else None

    def _show_format(self) -> None:
        """The options of the chosen format."""
        found = self._format()
        _fill(self._precision, found.precisions if found is not None else ())
        if found is not None and self._offer is not None:
            self._refuse_precisions(found.precisions)
        self._problem.hide()
        self._show_forms()

    def _refuse_precisions(self, precisions: tuple[Precision, ...]) -> None:
        """Greyed, with the reason, where the images that it needs are not here."""
        assert self._offer is not None
        for row, precision in enumerate(precisions):
            if precision.needs_images and self._offer.images_reason:
                item = self._precision.model().item(row)  # type: ignore[attr-defined]
                item.setEnabled(False)
                item.setToolTip(self._offer.images_reason)

    def _show_forms(self) -> None:
        found, offer = self._format(), self._offer
        forms = found.forms_of(offer.architecture, self._precision.currentData() or "") if found and offer else ()
        _fill(self._form, forms)
        self._show_helps()

    def _show_helps(self) -> None:
        found, offer = self._format(), self._offer
        precision = found.find_precision(self._precision.currentData() or "") if found is not None else None
        form = found.find_form(self._form.currentData() or "") if found is not None else None
        self._precision_help.setText(precision.help if precision is not None else "")
        self._form_help.setText(form.help if form is not None else "")
        has_sizes = found is not None and found.has_sizes
        must = found is not None and found.needs_fixed_size(
            precision.slug if precision is not None else "", form.slug if form is not None else ""
        )
        size = offer.image_size if offer is not None else None
        what = f"{size} × {size} pixels" if size else self.tr("the trained size")
        self._fixed.setText(self.tr("&Only for images of {size}").format(size=what))
        self._fixed.setEnabled(not must)
        if must:
            self._fixed.setChecked(True)
        self._fixed_help.setText(
            self.tr("This choice is made for one size only. ") * must
            + self.tr("Pictures are padded to a square then; their boxes are not quite those that Calque measured.")
        )
        self._notice.setText(found.notice if found is not None else "")
        self._about.setText(self._about_text(found))
        for widget, is_shown in (
            (self._precision, bool(precision)),
            (self._precision_help, bool(precision)),
            (self._form, bool(form)),
            (self._form_help, bool(form)),
            (self._fixed, has_sizes),
            (self._fixed_help, has_sizes and self._fixed.isChecked()),
            (self._notice, bool(self._notice.text())),
        ):
            widget.setVisible(is_shown)
            if widget in self._labels:
                self._labels[widget].setVisible(is_shown)
        self._refresh()

    def _fit(self) -> None:
        """As high as the wrapped texts need to be."""
        layout = self.layout()
        needed = layout.totalHeightForWidth(self.width()) if layout is not None else 0
        if needed > 0 and needed != self.minimumHeight():
            self.setMinimumHeight(needed)
            self.resize(self.width(), needed)

    def _about_text(self, found: ModelFormat | None) -> str:
        if found is None:
            return self.tr("The version is copied as it is, with its checksums.")
        offer = self._offer
        on = self.tr("the version's validation images")
        if offer is not None and offer.images_reason:
            on = self.tr("pages that Calque draws, for its own images are not here")
        return self.tr(
            "A run converts it, and compares it with what the version predicts on {on}. What is too far from it is "
            "not kept. The package holds classes, threshold, licence and an example that runs without Calque."
        ).format(on=on)

    def _refresh(self) -> None:
        self._go.setEnabled(self._offer is not None and not self._is_waiting)

    def _submit(self) -> None:
        self._problem.hide()
        self.submitted.emit(self.choice, self.as_zip)

    def _make_layout(self, title: str) -> None:
        self._formats.add(
            CALQUE,
            self.tr("Calque"),
            self.tr("Weights, settings, measurements and card: to be imported again, here or elsewhere."),
        )
        self._formats.set_key(CALQUE)
        self._precision.setAccessibleName(self.tr("Precision"))
        self._form.setAccessibleName(self.tr("Output"))
        self._as_zip.setChecked(True)
        set_role(self._go, "primary")
        self._go.setDefault(True)
        places = QWidget()
        inside = QHBoxLayout(places)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(20)
        inside.addWidget(self._as_zip)
        inside.addWidget(self._as_folder)
        inside.addStretch(1)
        rows = QGridLayout()  # a QFormLayout does not know how high its wrapped texts are
        rows.setHorizontalSpacing(16)
        rows.setVerticalSpacing(6)
        rows.setColumnStretch(1, 1)
        for row, (text, widget) in enumerate(
            (
                (self.tr("&Precision"), self._precision),
                ("", self._precision_help),
                (self.tr("O&utput"), self._form),
                ("", self._form_help),
                ("", self._fixed),
                ("", self._fixed_help),
                ("", self._notice),
                (self.tr("Write"), places),
            )
        ):
            rows.addWidget(widget, row, 1)
            if text:
                self._labels[widget] = label(text)
                self._labels[widget].setBuddy(widget)
                rows.addWidget(self._labels[widget], row, 0)
        self._fixed.toggled.connect(lambda _on: self._show_helps())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self._go, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self._go.clicked.connect(self._submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Export {title}").format(title=title), "title", wrap=True))
        column.addWidget(self._formats)
        column.addLayout(rows)
        column.addWidget(self._about)
        column.addWidget(self._problem)
        column.addStretch(1)
        column.addWidget(buttons)
        self._problem.hide()

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        """Only when its layouts have settled is it known how high the texts are."""
        is_done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return is_done

    def done(self, result: int) -> None:
        self._is_closed = True
        super().done(result)


def _fill(box: QComboBox, options: tuple[Precision, ...] | tuple[ModelForm, ...]) -> None:
    """Keeps what was chosen where it is still there."""
    chosen = box.currentData()
    box.blockSignals(True)
    box.clear()
    for option in options:
        box.addItem(option.title, option.slug)
    box.setCurrentIndex(max(0, box.findData(chosen)) if options else -1)
    box.blockSignals(False)
