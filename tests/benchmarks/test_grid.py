"""A grid of a million images, beside the former one: what the window's thread computes, and its longest freeze.

`pytest -m benchmark -s tests/benchmarks/test_grid.py`
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord
from ui.images.image_grid import ImageGrid

pytestmark = pytest.mark.benchmark

N = 1_000_000
N_FORMER = 118_287  # a million would take the former way minutes
N_PAGES = 40


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


def measured(qtbot: QtBot, act: Callable[[], object]) -> tuple[float, float]:
    """CPU milliseconds of the window's thread until all is painted, and the longest time no event was answered."""
    cpu, started = time.thread_time(), time.perf_counter()
    act()
    longest = time.perf_counter() - started
    for _ in range(12):
        started = time.perf_counter()
        qtbot.wait(1)
        longest = max(longest, time.perf_counter() - started - 0.001)
        time.sleep(0.005)
    return (time.thread_time() - cpu) * 1000, longest * 1000


def annotated(image: ImageId, *, n: int = 8) -> AnnotatedImage:
    record = ImageRecord(image, ProjectId("p"), f"train/{image:>09}.jpg", 640, 480, 1, "0" * 64, 10)
    shapes = (
        Annotation(AnnotationId(f"{image}-{k}"), image, CategoryId("text"), Box(40 * k, 30, 40 * k + 90, 400))
        for k in range(n)
    )
    return AnnotatedImage(record, tuple(shapes))


def say(what: str, figures: tuple[float, float], goal: str) -> None:
    print(f"{what:<46} CPU {figures[0]:8.1f} ms   longest freeze {figures[1]:8.1f} ms   {goal}")


def test_a_million_images_in_the_grid(qtbot: QtBot) -> None:
    ids = tuple(ImageId(str(number)) for number in range(1, N + 1))
    print()
    for n, name in ((N_FORMER, "former"), (N, "own")):
        few = ids[:n]
        grid: QListView
        if name == "former":
            grid, model = former_view()
            show: Callable[[], object] = lambda model=model, few=few: model.set_ids(few)  # noqa: E731
            refresh: Callable[[], object] = model.refresh
        else:
            own = grid = ImageGrid()
            own.set_categories((Category(CategoryId("text"), "text", 0),))
            show = lambda own=own, few=few: own.set_ids(few)  # noqa: E731

            def refresh(own: ImageGrid = own) -> None:
                own.expire_all()
                own.set_ids(tuple(reversed(own.ids[::-1])))
                own.set_records([annotated(own.ids[row], n=9) for row in own.visible_rows()])

        qtbot.addWidget(grid)
        grid.resize(1400, 900)
        grid.show()
        qtbot.waitExposed(grid)
        if isinstance(grid, ImageGrid):
            answer(grid)
        bar = grid.verticalScrollBar()
        qtbot.wait(100)
        idle = measured(qtbot, lambda: None)
        say(f"{name}, nothing to do", idle, "")
        say(f"{name}, {n:,} images shown", measured(qtbot, show), "goal 10 ms")
        say(
            f"{name}, jumped to the middle",
            measured(qtbot, lambda: bar.setValue(bar.maximum() // 2)),
            "4 ms + painting",
        )
        qtbot.wait(100)
        pages = [measured(qtbot, lambda: bar.setValue(bar.value() + bar.pageStep())) for _ in range(N_PAGES)]
        say(
            f"{name}, a page further", (sum(p[0] for p in pages) / N_PAGES, max(p[1] for p in pages)), "4 ms + painting"
        )
        say(f"{name}, refreshed", measured(qtbot, refresh), "goal 50 ms")
        grid.close()


def answer(grid: ImageGrid) -> None:
    """What is wanted comes at once, as if from a fast registry: records, then thumbnails."""
    picture = QImage(256, 192, QImage.Format.Format_RGB32)
    picture.fill(0xFFD0C0A0)

    def bring(wanted: tuple[ImageId, ...], _side: int) -> None:
        grid.set_records([annotated(image) for image in wanted])
        for image in wanted:
            grid.set_thumbnail(image, picture.copy())

    grid.thumbnails_wanted.connect(bring)
