"""An edit, taking it back, and reading the image again, in a project of many images beside one of few; and a shape that
is dragged among 2,000.

`pytest -m benchmark -s tests/benchmarks/test_labelling.py`; CALQUE_IMAGES says how many are many (100,000).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.labelling import NewShape, ShapeEdit
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageFilter, ImageRecord
from core.home import Home
from core.labelling.service import LabellingService
from core.projects.service import ProjectService
from core.registry.database import Registry
from tests.benchmarks.million import make_registry
from ui.viewer.drawing import Tool
from ui.viewer.overlays import OverlayKind
from ui.viewer.picture import Picture
from ui.viewer.viewer_page import ViewerPage

pytestmark = pytest.mark.benchmark

FEW, MANY = 1_000, int(os.environ.get("CALQUE_IMAGES", "100000"))
N_EDITS = 20


def measure(folder: Path, n_images: int) -> dict[str, float]:
    """Milliseconds, the median of some."""
    make_registry(folder, n_images)
    home = Home(folder / "home")
    with Registry(home.registry_file, home.backups) as registry:
        labelling, projects = LabellingService(registry), ProjectService(registry)
        (project,) = projects.list_projects()
        ids = tuple(projects.list_image_ids(ImageFilter(project.id)))
        image, category = ids[len(ids) // 2], projects.list_categories(project.id)[0].id
        times: dict[str, list[float]] = {}

        def timed(name: str, verb: Callable[[], object]) -> object:
            start = time.perf_counter()
            answer = verb()
            times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
            return answer

        for number in range(N_EDITS):
            (annotated,) = projects.get_annotated([image])
            seen = {image: annotated.image.revision}
            shape = Box(number, 1, number + 50, 40)
            new = NewShape(image, category, shape)
            edit = ShapeEdit(annotated.annotations[number % 10].id, shape)
            added = timed("draw", lambda new=new, seen=seen: labelling.add([new], seen=seen, author="A"))
            seen = added.value.revisions
            changed = timed("reshape", lambda edit=edit, seen=seen: labelling.change([edit], seen=seen, author="A"))
            timed("take back", lambda step=changed.value.step: labelling.take_back(step))
            timed("read again", lambda: projects.get_annotated([image]))
        return {name: statistics.median(found) for name, found in times.items()}


@pytest.mark.timeout(3600)
def test_an_edit_does_not_notice_how_many_images_there_are(tmp_path: Path) -> None:
    few, many = (measure(tmp_path / str(n), n) for n in (FEW, MANY))
    print()
    for name, milliseconds in many.items():
        print(f"{name:10} {few[name]:6.1f} ms of {FEW:,} images, {milliseconds:6.1f} ms of {MANY:,}")
    assert many["draw"] + many["take back"] + many["read again"] <= 50
    assert all(many[name] < 5 * few[name] + 5 for name in many)


def test_a_shape_is_dragged_among_two_thousand(qtbot: QtBot) -> None:
    image = ImageRecord(ImageId("1"), ProjectId("p"), "a.png", 4000, 3000, 1, "0" * 64, 1)
    classes = tuple(Category(CategoryId(str(n)), f"class {n}", n) for n in range(20))
    corners = np.random.default_rng(7).uniform((0, 0), (3900, 2900), (2000, 2)).tolist()
    annotations = tuple(
        Annotation(AnnotationId(str(n)), image.id, classes[n % 20].id, Box(x, y, x + 60, y + 40))
        for n, (x, y) in enumerate(corners)
    )
    page = ViewerPage()
    qtbot.addWidget(page)
    page.resize(1600, 1000)
    page.set_categories(classes)
    page.show_image(image.id, "a.png")
    page.set_annotated(AnnotatedImage(image, annotations))
    pixels = QImage(2400, 1800, QImage.Format.Format_RGB32)
    pixels.fill(0x888888)
    page.set_picture(Picture(4000, 3000, (pixels,)))
    page.show()
    qtbot.waitExposed(page)
    canvas = page.canvas
    page.editing.use(Tool.SELECT)
    canvas.select(canvas.layers[OverlayKind.GROUND_TRUTH].objects[1000])
    x, y = (value + 20 for value in (canvas.selected.bounds.x0, canvas.selected.bounds.y0))

    def send(kind: QEvent.Type, dx: float) -> None:
        at, held = QPointF(*canvas.view.to_view(x + dx, y)), Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, canvas.mapToGlobal(at), held, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(canvas, event)
        QApplication.processEvents()

    def milliseconds(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)

    send(QEvent.Type.MouseButtonPress, 0)
    frames = [milliseconds(lambda dx=dx: send(QEvent.Type.MouseMove, dx)) for dx in range(10, 600, 5)]
    canvas.cancel()
    edits = []
    for n in range(20):
        edited = (*annotations[:n], replace(annotations[n], geometry=Box(1, 1, 60 + n, 40)), *annotations[n + 1 :])
        edits.append(milliseconds(lambda edited=edited: page.set_annotated(AnnotatedImage(image, edited))))
    print(f"\na frame of dragging: median {statistics.median(frames):.1f} ms, longest {max(frames):.1f} ms")
    print(f"another layer for one edit: median {statistics.median(edits):.1f} ms")
    assert statistics.median(frames) < 16
    assert statistics.median(edits) < 16
