"""A worker version's own page: every option explained, and the networks that it can train."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QTextBrowser, QVBoxLayout, QWidget

from core.domain.workers import GpuUse, WorkerInfo
from ui.training.worker_chooser import GPU_WORDS, task_words
from ui.training.worker_words import networks_page, options_page
from ui.widgets.labels import label

OPTIONS, NETWORKS = 0, 1


class WorkerDialog(QDialog):
    def __init__(self, worker: WorkerInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(worker.title)
        self.resize(820, 600)
        self.tabs = QTabWidget()
        self.options = self._make_page(options_page(worker), self.tr("Every option explained"))
        self.networks = self._make_page(networks_page(worker), self.tr("The networks that can be trained"))
        self.tabs.addTab(self.options, self.tr("&Options"))
        self.tabs.addTab(self.networks, self.tr("Available &architectures"))
        facts = (worker.version, task_words(worker), f"GPU: {GPU_WORDS[GpuUse(worker.gpu_use)].lower()}")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(worker.title, "title"))
        column.addWidget(label(worker.summary, wrap=True))
        column.addWidget(label(" · ".join(facts), "muted", wrap=True))
        column.addWidget(self.tabs, 1)
        column.addWidget(buttons)

    def _make_page(self, html: str, name: str) -> QTextBrowser:
        browser = QTextBrowser()
        browser.setOpenLinks(False)
        browser.setHtml(html)
        browser.setAccessibleName(name)
        return browser


def open_worker_dialog(worker: WorkerInfo, parent: QWidget, *, tab: int = OPTIONS) -> WorkerDialog:
    """Without blocking."""
    dialog = WorkerDialog(worker, parent)
    dialog.tabs.setCurrentIndex(tab)
    dialog.open()
    return dialog
