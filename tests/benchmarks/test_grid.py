"""A grid of a million images, beside the former one: what the window's thread computes, and its longest freeze.

`pytest -m benchmark -s tests/benchmarks/test_grid.py`
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QEventLoop,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord
from ui.images.image_grid import ImageGrid, ViewMode

pytestmark = pytest.mark.benchmark

N = 1_000_000
N_FORMER = 118_287  # a million would take the former way minutes
N_PAGES = 20


class FormerModel(QAbstractListModel):
    """An id a row, a dictionary of rows, a signal a row."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: tuple[ImageId, ...] = ()
        self._rows: dict[ImageId, int] = {}

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        self.beginResetModel()
        self._ids = tuple(ids)
        self._rows = {image: row for row, image in enumerate(self._ids)}
        self.endResetModel()

    def refresh(self) -> None:
        for image in self._ids:
            index = self.index(self._rows[image])
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._ids[index.row()] if role == Qt.ItemDataRole.DisplayRole else None


def former_view() -> tuple[QListView, FormerModel]:
    view, model = QListView(), FormerModel()
    view.setModel(model)
    view.setViewMode(QListView.ViewMode.IconMode)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setMovement(QListView.Movement.Static)
    view.setUniformItemSizes(True)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setGridSize(QSize(176, 195))
    return view, model


@dataclass(frozen=True)
class Figures:
    call_ms: float  # CPU of the window's thread in the call alone
    all_ms: float  # the same until all is painted
    freeze_ms: float  # the longest time that no event was answered
    freeze_cpu_ms: float  # the same in CPU, which does not depend on what else the machine does

    def __str__(self) -> str:
        return (
            f"call {self.call_ms:7.1f}  with painting {self.all_ms:7.1f} CPU ms  "
            f"longest freeze {self.freeze_ms:7.1f} ms ({self.freeze_cpu_ms:.1f} of CPU)"
        )


def measured(qtbot: QtBot, act: Callable[[], object]) -> Figures:
    cpu, started = time.thread_time(), time.perf_counter()
    act()
    call = time.thread_time() - cpu
    longest, longest_cpu = time.perf_counter() - started, call
    for _ in range(150):
        started, used = time.perf_counter(), time.thread_time()
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 0)
        longest = max(longest, time.perf_counter() - started)
        longest_cpu = max(longest_cpu, time.thread_time() - used)
        time.sleep(0.001)
    return Figures(call * 1000, (time.thread_time() - cpu) * 1000, longest * 1000, longest_cpu * 1000)


def annotated(image: ImageId, *, n: int = 8) -> AnnotatedImage:
    record = ImageRecord(image, ProjectId("p"), f"train/{image:>09}.jpg", 640, 480, 1, "0" * 64, 10)
    shapes = (
        Annotation(AnnotationId(f"{image}-{k}"), image, CategoryId("text"), Box(40 * k, 30, 40 * k + 90, 400))
        for k in range(n)
    )
    return AnnotatedImage(record, tuple(shapes))


def go_through(
    qtbot: QtBot, name: str, grid: QListView, show: Callable[[], object], refresh: Callable[[], object]
) -> None:
    qtbot.addWidget(grid)
    grid.resize(1400, 900)
    grid.show()
    qtbot.waitExposed(grid)
    bar = grid.verticalScrollBar()
    qtbot.wait(100)
    print(f"\n{name}")
    print(f"nothing to do         {measured(qtbot, lambda: None)}")
    print(f"shown                 {measured(qtbot, show)}   goal 10 ms")
    print(f"jumped to the middle  {measured(qtbot, lambda: bar.setValue(bar.maximum() // 2))}   goal 4 ms + painting")
    pages = [measured(qtbot, lambda: bar.setValue(bar.value() + bar.pageStep())) for _ in range(N_PAGES)]
    worst = Figures(
        *(max(getattr(page, name) for page in pages) for name in ("call_ms", "all_ms", "freeze_ms", "freeze_cpu_ms"))
    )
    print(f"a page further, worst {worst}   goal 4 ms + painting")
    print(f"refreshed             {measured(qtbot, refresh)}   goal 50 ms")
    grid.close()


def test_a_million_images_in_the_grid(qtbot: QtBot) -> None:
    ids = tuple(ImageId(str(number)) for number in range(1, N + 1))
    former, model = former_view()
    go_through(qtbot, f"former, {N_FORMER:,}", former, lambda: model.set_ids(ids[:N_FORMER]), model.refresh)
    for n in (N_FORMER, N):
        own = ImageGrid()
        own.set_categories((Category(CategoryId("text"), "text", 0),))
        Registry(own)
        some, again = ids[:n], (*ids[: n - 1], ImageId("another"))

        def refresh(own: ImageGrid = own, again: tuple[ImageId, ...] = again) -> None:
            own.expire_all()
            own.set_ids(again)

        go_through(qtbot, f"own, {n:,}", own, lambda own=own, some=some: own.set_ids(some), refresh)  # type: ignore[misc]


def test_a_million_images_in_the_list(qtbot: QtBot) -> None:
    """The same steps, and what a person chooses of them."""
    every = ImageIds(np.arange(1, N + 1, dtype=np.int64))
    grid = ImageGrid()
    grid.set_categories((Category(CategoryId("text"), "text", 0),))
    Registry(grid)
    grid.set_mode(ViewMode.LIST)

    def refresh() -> None:
        grid.expire_all()
        grid.set_ids(ImageIds(every.keys[:-1]))

    go_through(qtbot, f"list, {N:,}", grid, lambda: grid.set_ids(every), refresh)
    grid.show()
    for name, act in (
        ("all chosen", grid.choose_all),
        ("their ids", grid.chosen_ids),
        ("the others chosen", lambda: (grid.choose_only(7), grid.invert_choice())),
        ("sorted, all chosen", lambda: grid.set_ids(ImageIds(every.keys[::-1].copy()))),
        ("grid again", lambda: grid.set_mode(ViewMode.GRID)),
    ):
        print(f"{name:21s} {measured(qtbot, act)}   goal 16 ms")
    assert grid.n_chosen > N // 2


class Registry(QObject):
    """Brings what is wanted: the records in one go, then three thumbnails at a time. Making them counts as well."""

    def __init__(self, grid: ImageGrid) -> None:
        super().__init__(grid)
        self._grid = grid
        self._picture = QImage(256, 192, QImage.Format.Format_RGB32)
        self._picture.fill(0xFFD0C0A0)
        self._queue: list[ImageId] = []
        self._timer = QTimer(self)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._bring)
        grid.thumbnails_wanted.connect(self._take)

    def _take(self, wanted: tuple[ImageId, ...], side: int) -> None:
        self._grid.set_records([annotated(image) for image in wanted])
        self._queue = [image for image in wanted if self._grid.lacks_thumbnail(image, side)]
        self._timer.start()

    def _bring(self) -> None:
        for image in self._queue[:3]:
            self._grid.set_thumbnail(image, self._picture.copy())
        del self._queue[:3]
        if not self._queue:
            self._timer.stop()
