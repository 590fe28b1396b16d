"""Where the training computes, and how long it may take."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from core.domain.devices import Device, DeviceReport
from core.domain.training import Issue, TrainingDraft
from core.domain.workers import GpuUse, WorkerInfo
from ui.forms.field_editors import QuietComboBox
from ui.forms.number_field import NumberField
from ui.forms.problem_label import IconView, ProblemLabel
from ui.forms.radio_group import RadioGroup
from ui.forms.switch import Switch
from ui.icons import icon
from ui.training.wizard_page import WizardPage, card
from ui.widgets import formatting
from ui.widgets.labels import label

CPU = "cpu"
LIMITED = "limited"
UNLIMITED = "unlimited"
DEFAULT_MINUTES = 60.0


def device_text(device: Device) -> str:
    """Name and memory: "NVIDIA H100 · 76.4 GB free of 85.5 GB"."""
    if not device.total_bytes:
        return device.name
    free, total = formatting.size(device.free_bytes), formatting.size(device.total_bytes)
    return f"{device.name} · {free} free of {total}"


class DevicePage(WizardPage):
    probe_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Device & limits"), "", parent)
        self._report: DeviceReport | None = None
        self._worker: WorkerInfo | None = None
        self._device = CPU
        self._minutes: float | None = DEFAULT_MINUTES
        self._gpu = Switch(self.tr("Use the &GPU"))
        self._gpus: QComboBox = QuietComboBox()
        self._gpus.setAccessibleName(self.tr("GPU"))
        self._state = label("", "muted", wrap=True)
        self._sign = IconView("gpu", side=28)
        self._again = QPushButton(icon("refresh-cw"), self.tr("&Look again"))
        self._again.setToolTip(self.tr("Look for GPUs and their free memory again"))
        self._cpu = label("", wrap=True)
        self._device_problem = ProblemLabel()
        self._limit = RadioGroup()
        self._limit_field = NumberField(is_whole=False, minimum=6, maximum=6000, step=10)
        self._limit_problem = ProblemLabel()
        self._lay_out()
        self.add_spot("device", self._device_problem)
        self.add_spot("max_minutes", self._limit_problem)
        self._gpu.clicked.connect(self._toggle)
        self._gpus.activated.connect(self._pick_gpu)
        self._again.clicked.connect(self.probe_requested)
        self._limit.chosen.connect(self._choose_limit)
        self._limit_field.number_edited.connect(self._edit_limit)
        self._refresh()

    def _lay_out(self) -> None:
        frame, column = card()
        column.addWidget(label(self.tr("Device"), "heading"))
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._sign)
        row.addWidget(self._gpu)
        row.addWidget(self._gpus)
        row.addStretch(1)
        row.addWidget(self._again)
        column.addLayout(row)
        column.addWidget(self._state)
        column.addWidget(self._device_problem)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(IconView("cpu", side=28))
        row.addWidget(self._cpu, 1)
        column.addLayout(row)
        self.column.addWidget(frame)
        minutes = QWidget()
        row = QHBoxLayout(minutes)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._limit_field)
        row.addWidget(label(self.tr("minutes (6 to 6000)"), "muted"))
        row.addStretch(1)
        self._limit_field.setAccessibleName(self.tr("Maximum duration in minutes"))
        frame, column = card()
        column.addWidget(label(self.tr("Maximum duration"), "heading"))
        explanation = self.tr("When the time is up, training stops, and the best weights so far become the version.")
        column.addWidget(label(explanation, "muted", wrap=True))
        self._limit.add(LIMITED, self.tr("Stop &after"), "", minutes)
        self._limit.add(UNLIMITED, self.tr("N&o limit"))
        column.addWidget(self._limit)
        column.addWidget(self._limit_problem)
        self.column.addWidget(frame)
        self.column.addStretch(1)

    # From outside

    def set_devices(self, report: DeviceReport | None) -> None:
        """None = being looked for."""
        self._report = report
        self._refresh()

    def set_worker(self, worker: WorkerInfo | None) -> None:
        self._worker = worker
        self._refresh()

    def show_draft(self, draft: TrainingDraft) -> None:
        self._device, self._minutes = draft.device, draft.max_minutes
        self._refresh()

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        return replace(draft, device=self._device, max_minutes=self._minutes)

    def own_issues(self) -> tuple[Issue, ...]:
        if self._limit.key() == UNLIMITED or not isinstance(self._limit_field.number(), str):
            return ()
        return (Issue("E-450", self.tr("Between 6 and 6000 minutes, or no limit."), "limits", True, "max_minutes"),)

    def focus_first(self) -> None:
        (self._gpu if self._gpu.isEnabled() else self._limit.button(self._limit.key())).setFocus()

    def gpu_switch(self) -> Switch:
        return self._gpu

    # What the person does

    def _toggle(self, is_on: bool) -> None:
        gpus = self._report.gpus if self._report else ()
        self._device = gpus[0].id if is_on and gpus else CPU
        self._refresh()
        self.changed.emit()

    def _pick_gpu(self, index: int) -> None:
        if self._report is not None:
            self._device = self._report.gpus[index].id
            self._refresh()
            self.changed.emit()

    def _choose_limit(self, key: str) -> None:
        if key == UNLIMITED:
            self._minutes = None
        else:
            number = self._limit_field.number()
            self._minutes = DEFAULT_MINUTES if isinstance(number, str) else float(number)
            self._limit_field.setFocus()
        self._refresh()
        self.changed.emit()

    def _edit_limit(self) -> None:
        number = self._limit_field.number()
        if not isinstance(number, str):
            self._minutes = float(number)
        self.changed.emit()

    # How it is shown

    def _refresh(self) -> None:
        gpus = self._report.gpus if self._report else ()
        is_on = self._device != CPU
        does_not_use = self._worker is not None and self._worker.gpu_use is GpuUse.UNSUPPORTED
        can_switch = is_on or (bool(gpus) and not does_not_use)
        self._gpu.setEnabled(can_switch)
        self._gpu.setChecked(is_on)
        self._sign.setEnabled(can_switch)
        self._again.setEnabled(self._report is not None)
        self._show_gpus(gpus, is_on)
        self._state.setText(self._explain(gpus, does_not_use=does_not_use))
        self._state.setVisible(bool(self._state.text()))
        cpu = self._report.devices[0].name if self._report and self._report.devices else ""
        note = self.tr("used when the GPU is off") if is_on else self.tr("trains here")
        self._cpu.setText(f"{cpu or self.tr('Processor (CPU)')}: {note}")
        self._limit.set_key(UNLIMITED if self._minutes is None else LIMITED)
        if self._minutes is not None and self._limit_field.number() != self._minutes:
            self._limit_field.set_number(self._minutes)

    def _show_gpus(self, gpus: tuple[Device, ...], is_on: bool) -> None:
        self._gpus.setVisible(len(gpus) > 1 and is_on)
        self._gpus.clear()
        for gpu in gpus:
            self._gpus.addItem(device_text(gpu), gpu.id)
        ids = [gpu.id for gpu in gpus]
        if self._device in ids:
            self._gpus.setCurrentIndex(ids.index(self._device))

    def _explain(self, gpus: tuple[Device, ...], *, does_not_use: bool) -> str:
        if self._report is None:
            return self.tr("Looking for a GPU…")
        if does_not_use and self._worker is not None:
            return self.tr('"{worker}" does not use a GPU; it will run on the CPU.').format(worker=self._worker.title)
        if not gpus:
            return self._report.gpu_reason or self.tr("No GPU was found.")
        if len(gpus) == 1 or self._device == CPU:
            return " · ".join(device_text(gpu) for gpu in gpus)
        return ""
