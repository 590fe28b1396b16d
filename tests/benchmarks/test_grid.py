"""The grid of a million images beside Qt's list in icon mode, which the program had before.

`pytest -m benchmark -s tests/benchmarks/test_grid.py`: CPU milliseconds of the window's thread, and the
longest time in one piece in which its event loop answered nothing; CALQUE_BENCH_IMAGES sets the size.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord
from ui.images.image_delegate import ImageDelegate
from ui.images.image_grid import ImageGrid
from ui.images.image_grid_model import ImageRole

pytestmark = pytest.mark.benchmark

N_IMAGES = int(os.environ.get("CALQUE_BENCH_IMAGES", "1000000"))
N_PAGES = 20
BEAT_MS = 1
CATEGORIES = (Category(CategoryId("1"), "text", 0),)


class FormerModel(QAbstractListModel):
    """As it was: a tuple and a dictionary of all ids, a signal a row."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: tuple[ImageId, ...] = ()
        self._rows: dict[ImageId, int] = {}
        self._records: dict[ImageId, AnnotatedImage] = {}
        self._thumbnails: dict[ImageId, QImage] = {}

    def set_ids(self, ids: Sequence[ImageId]) -> None:
        self.beginResetModel()
        self._ids = tuple(ids)
        self._rows = {image: row for row, image in enumerate(self._ids)}
        self.endResetModel()

    def forget_all(self) -> None:
        self._records.clear()
        self._thumbnails.clear()
        self._announce(self._ids)

    def set_records(self, records: Iterable[AnnotatedImage]) -> None:
        fresh = {annotated.image.id: annotated for annotated in records}
        self._records.update(fresh)
        self._announce(fresh)

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        self._thumbnails[image] = thumbnail
        self._announce([image])

    def _announce(self, images: Iterable[ImageId]) -> None:
        for image in images:
            index = self.index(self._rows[image])
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        image = self._ids[index.row()]
        if role == ImageRole.THUMBNAIL:
            return self._thumbnails.get(image)
        annotated = self._records.get(image)
        if role == ImageRole.ANNOTATED:
            return annotated
        if role == Qt.ItemDataRole.DisplayRole:
            return annotated.image.name if annotated else ""
        return None


class FormerGrid(QListView):
    """Qt's list in icon mode."""

    def __init__(self) -> None:
        super().__init__()
        self.images = FormerModel()
        delegate = ImageDelegate(self)
        delegate.set_categories(CATEGORIES)
        self.setModel(self.images)
        self.setItemDelegate(delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setGridSize(delegate.cell_size(self.fontMetrics().height()))
        self.set_ids = self.images.set_ids
        self.set_records = self.images.set_records
        self.set_thumbnail = self.images.set_thumbnail

        self._delegate = delegate

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.begin_frame()
        super().paintEvent(event)
        if self._delegate.pending:
            region = QRegion()
            for cell in self._delegate.pending:
                region += cell
            QTimer.singleShot(0, self.viewport(), lambda: self.viewport().update(region))

    def renew(self) -> None:
        self.images.forget_all()

    def visible_rows(self) -> range:
        cell: QSize = self.gridSize()
        n_columns = max(1, self.viewport().width() // cell.width())
        first = self.verticalOffset() // cell.height()
        last = (self.verticalOffset() + self.viewport().height()) // cell.height()
        n_rows = self.images.rowCount()
        return range(min(first * n_columns, n_rows), min((last + 1) * n_columns, n_rows))


@dataclass(frozen=True)
class Cost:
    cpu_ms: float
    longest_ms: float  # in which the event loop answered nothing

    def __str__(self) -> str:
        return f"{self.cpu_ms:9.1f} ms, longest {self.longest_ms:8.1f}"


class Meter:
    """CPU of the window's thread, taken between one turn of the event loop and the next."""

    def __init__(self) -> None:
        self.spent: list[float] = []

    def do(self, work: Callable[[], object]) -> None:
        before = time.thread_time()
        work()
        self.spent.append((time.thread_time() - before) * 1e3)

    def settle(self, pause_s: float = 0.06) -> None:
        """What was left for the event loop: repaints, and the wish for images after the scrolling rests."""
        for _ in range(40):
            self.do(QApplication.processEvents)
        time.sleep(pause_s)
        for _ in range(10):
            self.do(QApplication.processEvents)

    def cost(self, n: int = 1) -> Cost:
        return Cost(sum(self.spent) / n, max(self.spent))


def annotated(image: ImageId, moved: int = 0) -> AnnotatedImage:
    record = ImageRecord(image, ProjectId("p"), f"train/{image}.png", 400, 300, 1, "0" * 64, 10)
    shapes = tuple(
        Annotation(AnnotationId(f"{image}-{n}"), image, CategoryId("1"), Box(10 * n + moved, 20, 10 * n + 90, 250))
        for n in range(8)
    )
    return AnnotatedImage(record, shapes)


def thumbnail() -> QImage:
    image = QImage(256, 192, QImage.Format.Format_RGB32)
    image.fill(QColor("#bbccdd"))
    return image


def fill(grid: ImageGrid | FormerGrid, ids: Sequence[ImageId], moved: int = 0) -> None:
    """What the registry and the thumbnails' threads answer for the rows on the screen."""
    visible = [ids[row] for row in grid.visible_rows()]
    grid.set_records([annotated(image, moved) for image in visible])
    for image in visible:
        grid.set_thumbnail(image, thumbnail())


def walk(grid: ImageGrid | FormerGrid, ids: Sequence[ImageId]) -> dict[str, Cost]:
    bar = grid.verticalScrollBar()

    def measured(*steps: Callable[[], object]) -> Cost:
        meter = Meter()
        for step in steps:
            meter.do(step)
            meter.do(QApplication.processEvents)
        meter.settle()
        return meter.cost()

    def refresh(moved: int) -> list[Callable[[], object]]:
        def arrive() -> None:
            visible = [ids[row] for row in grid.visible_rows()]
            grid.set_records([annotated(image, moved if image == visible[0] or moved > 5 else 0) for image in visible])

        return [grid.renew, lambda: grid.set_ids(ids), lambda: bar.setValue(bar.maximum() // 2), arrive]

    costs = {"shown": measured(lambda: grid.set_ids(ids))}
    costs["jumped to the middle"] = measured(lambda: bar.setValue(bar.maximum() // 2))
    costs["cells filled"] = measured(lambda: fill(grid, ids))
    meter = Meter()
    for _ in range(N_PAGES):
        meter.do(lambda: bar.setValue(bar.value() + bar.pageStep()))
        meter.do(QApplication.processEvents)
    costs["scrolled by a page"] = meter.cost(N_PAGES)
    bar.setValue(bar.maximum() // 2)
    measured(lambda: fill(grid, ids))
    costs["refreshed, one image changed"] = measured(*refresh(5))
    measured(lambda: fill(grid, ids))
    costs["refreshed, all on it changed"] = measured(*refresh(9))
    return costs


def test_a_million_images_in_the_grid(qtbot: QtBot) -> None:
    ids = ImageIds(np.arange(1, N_IMAGES + 1, dtype=np.int64))
    now, former = ImageGrid(), FormerGrid()
    now.set_categories(CATEGORIES)
    for grid in (now, former):
        qtbot.addWidget(grid)
        grid.resize(1300, 900)
        grid.show()
        qtbot.waitExposed(grid)
    walk(now, ids[:1000])  # icons, fonts and code are there before anything is measured
    walk(former, tuple(ids[:1000]))
    results = walk(now, ids)
    former_results = walk(former, tuple(ids))
    goals = {"shown": "10", "jumped to the middle": "4 + painting", "scrolled by a page": "4 + painting"}
    goals["refreshed, one image changed"] = goals["refreshed, all on it changed"] = "50, longest 30"
    print(f"\n{N_IMAGES:,} images, {len(now.visible_rows())} on the screen; CPU of the window's thread")
    for name, cost in results.items():
        ratio = former_results[name].cpu_ms / max(cost.cpu_ms, 1e-3)
        print(f"{name:28} before {former_results[name]}   now {cost}  {ratio:8.1f} x  (goal {goals.get(name, '-')})")
    assert len(now.ids) == N_IMAGES
