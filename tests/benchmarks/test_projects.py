"""Opening, searching and refreshing a project of many images, beside the queries of before counts were kept.

`pytest -m benchmark -s tests/benchmarks/test_projects.py` (about two minutes); CALQUE_BENCH_IMAGES sets the size.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

sys.path.append(str(Path(__file__).parent))

import counting_queries
from bulk_registry import make_registry

from app.controllers.images import ImagesController
from app.controllers.projects import ProjectsController
from app.jobs import JobRunner
from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.projects import ImageFilter, Source
from core.images.thumbnails import ThumbnailCache
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.registry.stores import annotations
from core.registry.stores.annotations import NewAnnotation
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage

pytestmark = pytest.mark.benchmark

N_IMAGES = int(os.environ.get("CALQUE_BENCH_IMAGES", "118287"))
N_ANNOTATIONS = N_IMAGES * 860_001 // 118_287
N_NAMES = 1_000_000
TEXTS = ("0", "jpg", "01", "0123", "00000", "000000012", "_ff", "zebra")

MakeRegistry = Callable[..., tuple[Registry, ProjectId]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeRegistry]:
    made: list[Registry] = []

    def make(n_images: int, n_annotations: int, n_folders: int) -> tuple[Registry, ProjectId]:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        registry, project = make_registry(folder, n_images=n_images, n_annotations=n_annotations, n_folders=n_folders)
        made.append(registry)
        return registry, project

    yield make
    for registry in made:
        registry.close()


def timed(work: Callable[[], object], *, times: int = 3) -> float:
    """CPU seconds of this process; the best of some."""
    best = float("inf")
    for _ in range(times):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return best


def beside(name: str, before: float, now: float, goal: str = "") -> None:
    ratio = before / now if now else float("inf")
    print(f"{name:44} before {before * 1e3:9.1f}  now {now * 1e3:8.2f} CPU ms  {ratio:7.1f} x  {goal}")


def in_session(registry: Registry, query: Callable[..., object], *arguments: object) -> Callable[[], object]:
    def ask() -> object:
        with registry.read() as session:
            return query(session, *arguments)

    return ask


def test_listing_folders_grows_with_the_folders_only(make: MakeRegistry) -> None:
    print()
    for part, n_folders in ((100, 10), (10, 100), (1, 1000)):
        registry, project = make(N_IMAGES // part, N_ANNOTATIONS // part, n_folders)
        service = ProjectService(registry)
        before = timed(in_session(registry, counting_queries.list_folders, project))
        now = timed(partial(service.list_folders, project))
        beside(f"folders, {N_IMAGES // part:,} images in {n_folders}", before, now)


def test_opening_a_project_asks_for_kept_counts(make: MakeRegistry) -> None:
    registry, project = make(N_IMAGES, N_ANNOTATIONS, 100)
    everything = ImageFilter(project)

    def before() -> None:
        with registry.read() as session:
            counting_queries.overview(session, project)
            counting_queries.search(session, project, "")

    def now() -> None:
        service = ProjectService(registry)  # nothing in memory
        service.mark_opened(project)
        service.get_project(project)
        service.list_folders(project, with_categories=False)
        service.list_categories(project)
        service.list_image_ids(everything)
        service.count_images(everything)

    print()
    beside(f"opening, {N_IMAGES:,} images", timed(before), timed(now), "goal 250 ms")
    service = ProjectService(registry)
    wrong = timed(lambda: registry.check(), times=1)
    print(
        f"`calque verify` reads and counts everything in {wrong:.2f} CPU s; {service.get_project(project).n_images:,}"
    )


def test_a_key_in_the_search(make: MakeRegistry) -> None:
    registry, project = make(N_NAMES, N_ANNOTATIONS, 1000)
    service = ProjectService(registry)
    print()
    print(f"reading {N_NAMES:,} names ahead: {timed(lambda: service.prepare_lists(project), times=1) * 1e3:.0f} CPU ms")
    for text in TEXTS:
        wanted = ImageFilter(project, name_contains=text)
        n_found = len(service.list_image_ids(wanted))
        before = timed(in_session(registry, counting_queries.search, project, text), times=1)
        now = timed(partial(service.list_image_ids, wanted))
        beside(f'"{text}" of {N_NAMES:,} names, {n_found:,} found', before, now, "goal 100 ms")


def test_a_refresh_after_a_change_is_flat(make: MakeRegistry) -> None:
    print()
    for part in (10, 1):
        registry, project = make(N_IMAGES // part, N_ANNOTATIONS // part, 100)
        service = ProjectService(registry)

        def before(registry: Registry = registry, project: ProjectId = project) -> None:
            with registry.write() as session:
                counting_queries.recount(session, project)
            with registry.read() as session:
                counting_queries.overview(session, project)

        def now(registry: Registry = registry, project: ProjectId = project, service: ProjectService = service) -> None:
            with registry.write() as session:
                one = NewAnnotation(7, 1, Box(0, 0, 5, 5), source=Source.HUMAN)
                annotations.insert_annotations(session, [one])
            service.get_project(project)
            service.list_folders(project, with_categories=False)
            service.list_categories(project)

        name = f"one annotation more, {N_IMAGES // part:,} images"
        beside(name, timed(before), timed(now), "goal 50 ms and flat")


def test_counting_while_annotations_are_written(make: MakeRegistry) -> None:
    """Writing all annotations of an import: a recount at the end, and counts kept all along."""
    registry, project = make(N_IMAGES, 1, 100)
    box = Box(10, 20, 110, 220)
    rows = [NewAnnotation(1 + n * N_IMAGES // N_ANNOTATIONS, 1 + n % 80, box) for n in range(N_ANNOTATIONS)]
    with registry.write() as session:
        now = timed(lambda: annotations.insert_annotations(session, rows), times=1)
        recounted = timed(lambda: counting_queries.recount(session, project), times=1)
        session.rollback()
    print(f"\n{N_ANNOTATIONS:,} annotations written and counted: {now:.2f} CPU s; one recount of all: {recounted:.2f}")


@dataclass
class Window:
    projects: ProjectsController
    images: ImagesController
    browser: ImageBrowser


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    jobs = JobRunner()
    yield jobs
    assert jobs.shutdown()


def show_window(service: ProjectService, jobs: JobRunner, qtbot: QtBot, folder: Path) -> Window:
    browser, start = ImageBrowser(), StartPage()
    page = ProjectPage(browser)
    for widget in (start, page):
        qtbot.addWidget(widget)
    controller = ProjectsController(projects=service, jobs=jobs, start_page=start, project_page=page)
    images = ImagesController(
        projects=service, thumbnails=ThumbnailCache(folder / "thumbnails"), jobs=jobs, page=page, browser=browser
    )
    controller.project_opened.connect(images.show_project)
    page.resize(1280, 720)
    page.show()
    qtbot.waitExposed(page)
    return Window(controller, images, browser)


def watched(qtbot: QtBot, act: Callable[[], None], is_done: Callable[[], bool]) -> str:
    """How long it takes until it is done, and the longest that the window's thread computed in one go."""
    longest, last = 0.0, time.thread_time()

    def beat() -> None:
        nonlocal longest, last
        now = time.thread_time()
        longest, last = max(longest, now - last), now

    timer = QTimer()
    timer.timeout.connect(beat)
    timer.start(0)
    began, used = time.perf_counter(), time.process_time()
    act()
    while not is_done():
        qtbot.wait(1)
    took, cpu = time.perf_counter() - began, time.process_time() - used
    qtbot.wait(50)
    timer.stop()
    return (
        f"{took * 1e3:.0f} ms of the wall, {cpu * 1e3:.0f} CPU ms; at most {longest * 1e3:.0f} CPU ms of the window's "
        "thread in one go (goal 30)"
    )


def test_the_window_opens_and_searches_a_big_project(
    make: MakeRegistry, jobs: JobRunner, qtbot: QtBot, tmp_path: Path
) -> None:
    registry, project = make(N_IMAGES, N_ANNOTATIONS, 1000)
    service = ProjectService(registry)
    window = show_window(service, jobs, qtbot, tmp_path)
    done = watched(
        qtbot, lambda: window.projects.open_project(project), lambda: len(window.browser.grid.ids) == N_IMAGES
    )
    print(f"\nwindow, open (goal 250 ms): {done}")
    for text in ("01", "0123", "zebra"):
        n_found = len(service.list_image_ids(ImageFilter(project, name_contains=text)))
        done = watched(
            qtbot,
            lambda text=text: window.browser.search_changed.emit(text),  # type: ignore[misc]
            lambda n_found=n_found: len(window.browser.grid.ids) == n_found,  # type: ignore[misc]
        )
        print(f'window, search "{text}": {done}')
