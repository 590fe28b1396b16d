from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.domain.workers import NetworkInfo, WorkerInfo
from core.workers.catalog import WorkerCatalog
from ui.training import steps
from ui.training.wizard import TrainingWizard
from ui.training.worker_dialog import NETWORKS, OPTIONS, WorkerDialog
from ui.training.worker_words import networks_page


def test_every_option_of_a_real_method_is_explained(qtbot: QtBot) -> None:
    worker = WorkerCatalog().info("yolo-detect")
    dialog = WorkerDialog(worker)
    qtbot.addWidget(dialog)
    text = dialog.options.toPlainText()
    for spec in worker.fields:
        assert spec.title in text
        assert spec.help.strip(), spec.name  # no option without a word on what it does
        assert spec.help.strip() in text
        assert f"the engine calls it {spec.name}" in text
    assert "Default: 100 · 1 to 10000 · the engine calls it epochs" in text


def test_the_networks_are_listed_and_nothing_is_invented(qtbot: QtBot) -> None:
    worker = WorkerCatalog().info("yolo-segment")
    dialog = WorkerDialog(worker)
    qtbot.addWidget(dialog)
    text = dialog.networks.toPlainText()
    assert all(network.title in text and network.name in text for network in worker.networks)
    assert text.count("not measured") == len(worker.networks) > 0
    assert "AGPL-3.0" in text
    unknown = NetworkInfo("net<1>", "Net", {})
    page = networks_page(WorkerInfo("plain", "Plain", "1", networks=(unknown,)))
    assert page.count("not known") == 2
    assert "net&lt;1&gt;" in page  # what a plug-in says is text, not HTML
    assert "does not say which" in networks_page(WorkerInfo("plain", "Plain", "1"))


def test_it_opens_from_the_method_and_from_the_form(wizard: TrainingWizard) -> None:
    wizard.open_step(steps.WORKER)
    for tab in (OPTIONS, NETWORKS):
        opened = wizard.pages.worker.open_worker_dialog(tab)
        assert opened is not None and opened.tabs.currentIndex() == tab
        opened.reject()
    wizard.open_step(steps.CONFIGURATION)
    wizard.pages.configuration._explain.click()
    dialog = next(dialog for dialog in wizard.findChildren(WorkerDialog) if dialog.isVisible())
    assert dialog.windowTitle() == "YOLO detection"
    dialog.reject()
