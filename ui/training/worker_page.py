"""Which worker trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.domain.ids import TaskId
from core.domain.tasks import TaskInfo, TaskOffer
from core.domain.training import TrainingDraft
from core.domain.workers import USUAL_METHODS, GpuUse, WorkerInfo
from ui.forms.problem_label import IconView, ProblemLabel
from ui.icons import icon
from ui.training.task_list import TaskList
from ui.training.wizard_page import WizardPage, card
from ui.training.worker_chooser import GPU_WORDS, WorkerChooser, task_words
from ui.training.worker_dialog import NETWORKS, OPTIONS, WorkerDialog, open_worker_dialog
from ui.widgets.formatting import counted
from ui.widgets.labels import label


class WorkerPage(WizardPage):
    list_wanted = Signal()  # the chooser opens: a fresh list is welcome

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Task and method"),
            self.tr("The task is what the model is to tell. The method is the program that learns it."),
            parent,
        )
        self._workers: dict[str, WorkerInfo] = {}
        self._slug = ""
        self._task: TaskId | None = None
        self._tasks: dict[str, TaskInfo] = {}
        self.tasks = TaskList()
        self._task_problem = ProblemLabel()
        self._title = label("", "heading")
        self._summary = label("", "", wrap=True)
        self._choose = QPushButton(self.tr("&Choose…"))
        self._choose.setIcon(icon("search"))
        self._explain = QPushButton(icon("book-open"), self.tr("Every option e&xplained…"))
        self._networks = QPushButton(icon("layers"), self.tr("Available &architectures…"))
        self._facts = {key: label("", wrap=True) for key in ("version", "tasks", "gpu", "options", "presets")}
        self._problem = ProblemLabel()
        self.column.addWidget(label(self.tr("Task"), "heading"))
        self.column.addWidget(self.tasks)
        self.column.addWidget(self._task_problem)
        self.column.addWidget(label(self.tr("Method"), "heading"))
        self.column.addWidget(self._make_card())
        self.column.addWidget(self._problem)
        self.column.addStretch(1)
        self.add_spot("worker", self._problem)
        self.add_spot("task", self._task_problem)
        self.tasks.list.chosen.connect(self._take_task)
        self.tasks.list.accepted.connect(lambda _key: self._choose.setFocus())
        self._chooser: WorkerChooser | None = None
        self._choose.clicked.connect(self.open_chooser)
        self._explain.clicked.connect(lambda: self.open_worker_dialog(OPTIONS))
        self._networks.clicked.connect(lambda: self.open_worker_dialog(NETWORKS))
        self._refresh()

    def _make_card(self) -> QWidget:
        frame, column = card()
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addWidget(self._title)
        texts.addWidget(self._summary)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(IconView("graduation-cap", role="accent", side=32))
        head.addLayout(texts, 1)
        head.addWidget(self._choose)
        column.addLayout(head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        titles = (self.tr("Version"), self.tr("Predicts"), self.tr("GPU"), self.tr("Options"), self.tr("Ready-made"))
        for row, (title, value) in enumerate(zip(titles, self._facts.values(), strict=True)):
            heading: QLabel = label(title, "muted")
            grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)
        column.addLayout(grid)
        more = QHBoxLayout()
        more.addWidget(self._explain)
        more.addWidget(self._networks)
        more.addStretch(1)
        column.addLayout(more)
        return frame

    def set_workers(self, workers: Sequence[WorkerInfo]) -> None:
        """Latest first; hidden ones are not offered."""
        self._workers = {worker.slug: worker for worker in workers}
        if self._chooser is not None:
            self._chooser.set_workers(self._offered())
        self._refresh()

    def set_tasks(self, offers: Sequence[TaskOffer]) -> None:
        """What there is to train on the project."""
        self._tasks = {offer.task.id: offer.task for offer in offers}
        self.tasks.set_offers(offers)
        self._refresh()

    def worker(self) -> WorkerInfo | None:
        return self._workers.get(self._slug)

    def show_draft(self, draft: TrainingDraft) -> None:
        if (draft.worker, draft.task) != (self._slug, self._task):
            self._slug, self._task = draft.worker, draft.task
            self._refresh()

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        task = self.task()
        crop_of = draft.crop_of if task is None or task.labels else ()
        return replace(draft, worker=self._slug, task=self._task, crop_of=crop_of)

    def task(self) -> TaskInfo | None:
        """The chosen one, else the first that the method trains."""
        worker = self.worker()
        if self._task is not None:
            known = {task.id: task for task in worker.tasks} if worker is not None else {}
            return known.get(self._task) or self._tasks.get(self._task)
        return worker.tasks[0] if worker is not None and worker.tasks else None

    def open_chooser(self) -> WorkerChooser:
        chooser = WorkerChooser(self)
        self._chooser = chooser
        chooser.set_workers(self._offered())
        chooser.set_current(self._slug)
        chooser.worker_chosen.connect(self._take)
        chooser.finished.connect(self._forget_chooser)
        chooser.open()
        self.list_wanted.emit()
        return chooser

    def open_worker_dialog(self, tab: int) -> WorkerDialog | None:
        worker = self.worker()
        return open_worker_dialog(worker, self, tab=tab) if worker is not None else None

    def focus_first(self) -> None:
        (self.tasks.list if self.tasks.list.isVisibleTo(self) else self._choose).setFocus()

    def _offered(self) -> list[WorkerInfo]:
        """Those that train the task; and those of which nobody knows what they train."""
        task = self.task() if self._tasks else None  # nobody chose one that cannot be seen
        every = [worker for worker in self._workers.values() if not worker.is_hidden]
        return [worker for worker in every if task is None or not worker.tasks or worker.trains(task.id)]

    def _take_task(self, key: str) -> None:
        """The method stays if it trains the task, else the usual one that does takes its place, or the first."""
        present = self.task()
        if present is not None and present.id == key:
            return
        self._task = TaskId(key)
        worker = self.worker()
        if worker is None or not worker.trains(self._task):
            fitting = [worker for worker in self._offered() if worker.is_available and worker.tasks]
            usual = [worker for worker in fitting if worker.slug in USUAL_METHODS] or fitting
            self._slug = usual[0].slug if usual else self._slug
        self._refresh()
        self.changed.emit()

    def _forget_chooser(self) -> None:
        if self._chooser is not None:
            self._chooser.deleteLater()
        self._chooser = None

    def _take(self, slug: str) -> None:
        if slug != self._slug:
            self._slug = slug
            worker = self.worker()
            if self._task is not None and worker is not None and not worker.trains(self._task):
                self._task = None
            self._refresh()
            self.changed.emit()

    def _refresh(self) -> None:
        worker, task = self.worker(), self.task()
        self.tasks.list.set_current_key(task.id if task is not None else "")
        for button in (self._explain, self._networks):
            button.setEnabled(worker is not None and worker.is_available)
        if worker is None:
            missing = self.tr('The method "{slug}" is not installed').format(slug=self._slug)
            self._title.setText(missing if self._slug else self.tr("No method chosen"))
            self._summary.setText(self.tr("Choose the method that is to train the model."))
            for value in self._facts.values():
                value.setText("–")
            return
        self._title.setText(worker.title)
        self._summary.setText(worker.summary)
        options = counted(len(worker.fields), "option, with a default", "options, all with defaults")
        presets = counted(len(worker.presets), "built-in configuration", "built-in configurations")
        groups = ", ".join(dict.fromkeys(field.group for field in worker.fields if field.group))
        self._facts["version"].setText(worker.version)
        self._facts["tasks"].setText(task_words(worker))
        self._facts["gpu"].setText(GPU_WORDS[GpuUse(worker.gpu_use)])
        self._facts["options"].setText(f"{options}: {groups}" if groups else options)
        self._facts["presets"].setText(presets)
