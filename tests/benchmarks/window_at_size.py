"""The whole window on the registry of `million.py`: how long each thing takes until it is drawn, and how late the
window's thread is meanwhile. In a process of its own: `window_at_size.py FOLDER [FOLDER FOR PICTURES]` prints JSON."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.build import Application
from app.controllers.images import _NO_FILTERS as NO_FILTERS
from app.settings import SettingsStore
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.geometry import Box
from core.domain.ids import ImageId
from core.domain.image_order import SortKey, SortOrder
from core.domain.labelling import NewShape
from core.home import Home
from ui.images.image_browser import ImageBrowser

BEAT_MS = 5
PATIENCE_S = 60.0
N_PAGES = 120


class Watch:
    """Drives the window. Every measurement says the milliseconds until it was done, and how late beats came."""

    def __init__(self, application: Application, pictures: Path | None) -> None:
        self._application = application
        self._pictures = pictures
        self.found: dict[str, dict[str, float]] = {}

    def measure(self, name: str, act: Callable[[], object], is_done: Callable[[], bool], after_s: float = 0.3) -> None:
        """From the act until it is done; beats are counted for a while longer."""
        late, own = [], []
        last, cpu = time.perf_counter(), time.thread_time()

        def beat() -> None:
            nonlocal last, cpu
            now, used = time.perf_counter(), time.thread_time()
            late.append(max((now - last) * 1000 - BEAT_MS, 0.0))
            own.append((used - cpu) * 1000)
            last, cpu = now, used

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start(BEAT_MS)
        began, used = time.perf_counter(), time.process_time()
        act()
        while not is_done():
            if time.perf_counter() - began > PATIENCE_S:
                raise TimeoutError(name)
            wait(1)
        took, cpu_s = time.perf_counter() - began, time.process_time() - used
        wait(round(after_s * 1000))
        timer.stop()
        self.found[name] = {
            "ms": took * 1000,
            "cpu_ms": cpu_s * 1000,
            "late_p99": float(np.percentile(late or [0.0], 99)),
            "late_max": max(late, default=0.0),
            "own_max": max(own, default=0.0),
            "mb": resident_mb(),
        }
        if self._pictures is not None:
            self._application.window.grab().save(str(self._pictures / f"{len(self.found):02} {name}.png"))


def wait(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def resident_mb() -> float:
    """Of this process, now."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def walk(application: Application, watch: Watch) -> None:
    features = application.features
    assert features is not None
    services, browser, images = features.services, features.browser, features.images
    project = services.projects.list_projects()[0]
    n = project.n_images
    grid = browser.grid

    listed = Listed(browser)

    watch.measure(
        "open: the first page",
        lambda: features.projects.open_project(project.id),
        lambda: len(grid.ids) > 0 and grid.isVisible() and grid.cell(0).annotated is not None,
        after_s=0,
    )
    watch.measure("open: all images listed", lambda: None, lambda: len(grid.ids) == n, after_s=0)
    watch.measure(
        "open: lists read into memory",
        lambda: None,
        lambda: services.projects.has_prepared_lists(project.id) and not application.jobs.n_busy,
    )
    for key in SortKey:
        for is_descending in (False, True):
            order = SortOrder(key, is_descending)
            if order == SortOrder():
                continue
            watch.measure(
                f"sort by {key.value}{', descending' if is_descending else ''}",
                lambda order=order: listed.after(lambda: images.sort(order)),  # type: ignore[misc]
                lambda: listed.is_done,
            )
    images.sort(SortOrder())
    category = services.projects.list_categories(project.id)[0]
    where = Group(
        Joint.OR,
        (
            Condition("label", Operator.EQ, category.name),
            Condition("size", Operator.GT, 140_000),
            Condition("tag", Operator.EQ, "hard"),
        ),
    )
    filters: dict[str, dict[str, Any]] = {
        "filter by a class": {"categories": (category.id,)},
        "filter by a folder": {"folders": ("part 003",)},
        "filter by not annotated": {"is_annotated": False},
        "filter by class, size or tag": {"where": where},
        'search "1"': {"name_contains": "1"},
        'search "0012"': {"name_contains": "0012"},
    }
    for name, conditions in filters.items():
        watch.measure(
            name,
            lambda conditions=conditions: listed.after(lambda: images._restrict(**{**NO_FILTERS, **conditions})),  # type: ignore[misc]
            lambda: listed.is_done,
        )
    watch.measure("no filter", lambda: listed.after(images.clear_filters), lambda: listed.is_done)
    bar = grid.verticalScrollBar()
    watch.measure("jump to the middle", lambda: bar.setValue(bar.maximum() // 2), lambda: seen(grid), after_s=1)
    scroll(watch, grid)
    watch.measure("to the end", lambda: bar.setValue(bar.maximum()), lambda: seen(grid))
    edit(application, watch)


class Listed:
    """Whether a list was shown since something was done."""

    def __init__(self, browser: ImageBrowser) -> None:
        self.is_done = False
        set_images = browser.set_images

        def note(*args: Any, **words: Any) -> None:
            set_images(*args, **words)
            self.is_done = True

        browser.set_images = note  # type: ignore[method-assign]

    def after(self, act: Callable[[], object]) -> None:
        self.is_done = False
        act()


def seen(grid) -> bool:  # type: ignore[no-untyped-def]
    rows = grid.visible_rows()
    return bool(rows) and all(grid.cell(row).annotated is not None for row in rows)


def scroll(watch: Watch, grid) -> None:  # type: ignore[no-untyped-def]
    """A quarter of a page at each frame, as a hand on the wheel does it."""
    bar = grid.verticalScrollBar()
    n_left = 4 * N_PAGES

    def step() -> None:
        nonlocal n_left
        n_left -= 1
        bar.setValue(bar.value() + bar.pageStep() // 4)

    timer = QTimer()
    timer.timeout.connect(step)
    watch.measure("scroll", lambda: timer.start(16), lambda: n_left <= 0)
    timer.stop()


def edit(application: Application, watch: Watch) -> None:
    """A box drawn on an image in sight, and taken back."""
    features = application.features
    assert features is not None
    grid, services = features.browser.grid, features.services
    row = grid.visible_rows().start
    image: ImageId = grid.ids[row]
    (annotated,) = services.projects.get_annotated([image])
    category = annotated.annotations[0].category
    n_before = len(annotated.annotations)
    shape = NewShape(image, category, Box(1, 2, 300, 200))
    steps: list[object] = []

    def shows(n: int) -> Callable[[], bool]:
        def is_shown() -> bool:
            now = grid.cell(row).annotated
            return now is not None and len(now.annotations) == n

        return is_shown

    def draw() -> None:
        seen_revisions = {image: annotated.image.revision}
        application.jobs.run(
            lambda: services.labelling.add([shape], seen=seen_revisions, author="bench"),
            then=steps.append,
            pool="registry",
        )

    watch.measure("an edit, until it is seen", draw, shows(n_before + 1), after_s=1)
    watch.measure(
        "its undo, until it is seen",
        lambda: application.jobs.run(lambda: services.labelling.take_back(steps[0].step), pool="registry"),  # type: ignore[attr-defined]
        shows(n_before),
        after_s=1,
    )


def main(folder: Path, pictures: Path | None) -> None:
    qt = QApplication([])
    home = Home(folder / "home")
    home.ensure()
    settings = SettingsStore(home.root / "settings.json")
    settings.set(opens_last_project=False)
    application = Application(home, settings)
    settled: list[bool] = []
    application.settled.connect(lambda: settled.append(True))
    watch = Watch(application, pictures)
    application.window.resize(1280, 720)
    watch.measure("start", application.show, lambda: bool(settled), after_s=3)
    gc.collect()
    gc.freeze()  # as `app.window` does it
    walk(application, watch)
    application.shutdown()
    qt.quit()
    print(json.dumps(watch.found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
