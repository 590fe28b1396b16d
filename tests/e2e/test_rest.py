"""The window at rest and after long use: pages and dialogs that were opened a hundred times leave nothing behind.

`pytest -m long -s tests/e2e/test_rest.py` prints the figures.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog
from window_desk import Desk, Window

WARM_UP, ROUNDS = 5, 100
PAUSE_S = 3.0


def open_everything(window: Window) -> None:
    """Each page once, then each dialog of the shell, closed again."""
    features, application = window.features, window.application
    project = features.projects.current
    assert project is not None
    features.projects.open_project(project.id)
    window.until(lambda: window.page == "project" and features.browser.grid.ids)
    ids = features.browser.grid.ids
    features.images.image_open_requested.emit(ids[0], ids)
    window.until(lambda: window.page == "viewer")
    for section in ("runs", "models", "start"):
        application.window.section_requested.emit(section)
        window.until(lambda section=section: window.page == section)  # type: ignore[misc]
    run = features.services.runs.list_runs()[0]
    features.runs.open(run.id)
    window.until(lambda: window.page == "run" and features.run_page.run_id == run.id)
    assert run.version is not None
    features.routes.open_version(run.version)
    window.until(lambda: window.page == "version")
    features.routes.train_current_project()
    window.until(lambda: window.page == "wizard")
    for command in ("preferences", "command-palette", "shortcuts", "about", "guide"):
        application.actions[command].trigger()
        QCoreApplication.processEvents()
        for dialog in application.window.findChildren(QDialog):
            dialog.close()
    for dialog in (features.imports.new_project(), features.exports.open(project)):
        dialog.reject()
    window.until(lambda: application.jobs.n_busy == 0)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def widgets() -> Counter[str]:
    gc.collect()
    return Counter(type(widget).__name__ for widget in QApplication.allWidgets())


def use(window: Window, rounds: int) -> None:
    for _round in range(rounds):
        open_everything(window)


@pytest.fixture
def window(desk: Desk, shapes: Path) -> Window:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    window.open_wizard()
    window.train(n_steps=4)
    window.wait_for_end()
    use(window, WARM_UP)
    return window


def test_what_was_opened_again_and_again_leaves_no_widgets(window: Window) -> None:
    before = widgets()
    use(window, 5)
    assert widgets() - before == Counter()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_openings_of_everything_take_no_memory(window: Window) -> None:
    before, memory = widgets(), psutil.Process().memory_info().rss
    use(window, ROUNDS)
    grown = psutil.Process().memory_info().rss - memory
    print(f"\nafter {ROUNDS} openings of each page and dialog: {grown / 1e6:+.1f} MB on {memory / 1e6:.0f} MB")
    assert widgets() - before == Counter()
    assert grown < 0.1 * memory


@pytest.mark.long
@pytest.mark.parametrize("page", ["start", "project", "runs", "models"])
def test_the_window_at_rest_needs_no_processor(window: Window, page: str) -> None:
    window.application.window.section_requested.emit(page)
    window.until(lambda: window.page == page and window.application.jobs.n_busy == 0)
    started, at = time.process_time(), time.monotonic()
    while time.monotonic() - at < PAUSE_S:
        QApplication.processEvents()
        time.sleep(0.05)
    share = (time.process_time() - started) / (time.monotonic() - at)
    print(f"\n{page}: {share:.2%} of a processor at rest")
    assert share < 0.02
