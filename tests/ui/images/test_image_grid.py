from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId, ImageId
from core.domain.projects import AnnotatedImage, Category, ImageState
from ui.images.image_delegate import fitted_name
from ui.images.image_grid import ImageGrid
from ui.images.image_grid_model import MAX_THUMBNAIL_BYTES, ImageGridModel

MakeAnnotated = Callable[..., AnnotatedImage]
MakeThumbnail = Callable[..., QImage]
CATEGORIES = (Category(CategoryId("text"), "text", 0),)
MANY = 20_000


def _ids(n: int) -> tuple[ImageId, ...]:
    return tuple(ImageId(f"i{number}") for number in range(n))


@pytest.fixture
def grid(qtbot: QtBot) -> ImageGrid:
    grid = ImageGrid()
    qtbot.addWidget(grid)
    grid.resize(900, 640)
    grid.set_categories(CATEGORIES)
    grid.show()
    qtbot.waitExposed(grid)
    return grid


def test_only_what_is_on_the_screen_and_the_screen_below_is_asked_for(qtbot: QtBot, grid: ImageGrid) -> None:
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.set_ids(_ids(MANY))
    assert wanted.args is not None
    ids, side = wanted.args
    n_visible = len(grid.visible_rows())
    assert 0 < n_visible < 40
    assert ids == _ids(MANY)[: 2 * n_visible]
    assert side == 256


def test_scrolling_far_asks_once_for_where_it_ends(qtbot: QtBot, grid: ImageGrid) -> None:
    with qtbot.waitSignal(grid.thumbnails_wanted):
        grid.set_ids(_ids(MANY))
    asked: list[tuple[ImageId, ...]] = []
    grid.thumbnails_wanted.connect(lambda ids, _side: asked.append(ids))
    bar = grid.verticalScrollBar()
    for step in range(200):
        bar.setValue(bar.maximum() * step // 199)
    qtbot.waitUntil(lambda: bool(asked))
    assert len(asked) == 1
    assert asked[0][-1] == ImageId(f"i{MANY - 1}")
    assert len(asked[0]) < 40


def test_what_has_arrived_is_not_asked_for_again(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    with qtbot.waitSignal(grid.thumbnails_wanted):
        grid.set_ids(_ids(3))
    grid.set_records([make_annotated(number) for number in range(3)])
    grid.set_thumbnail(ImageId("i0"), make_thumbnail())
    grid.set_failure(ImageId("i1"), "The file is empty.")
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.set_side(grid.side + 1)
    assert wanted.args is not None
    assert wanted.args[0] == (ImageId("i2"),)


def test_larger_thumbnails_are_asked_for_when_the_slider_needs_them(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(1))
    grid.set_records([make_annotated(0)])
    grid.set_thumbnail(ImageId("i0"), make_thumbnail())
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.set_side(320)
    assert wanted.args == [(ImageId("i0"),), 512]


def test_memory_for_thumbnails_is_bounded(qtbot: QtBot, make_thumbnail: MakeThumbnail) -> None:
    model = ImageGridModel()
    model.set_ids(_ids(2000))
    for number in range(500):
        model.set_thumbnail(ImageId(f"i{number}"), make_thumbnail())
    held = sum(thumbnail.sizeInBytes() for thumbnail in model._thumbnails.values())
    assert 0 < held <= MAX_THUMBNAIL_BYTES
    assert ImageId("i499") in model._thumbnails
    assert ImageId("i0") not in model._thumbnails


def test_enter_and_double_click_open(qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    grid.set_ids(_ids(10))
    grid.select_image(ImageId("i4"))
    with qtbot.waitSignal(grid.open_requested) as opened:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert opened.args == [ImageId("i4")]
    centre = grid.visualRect(grid.model().index(1, 0)).center()
    with qtbot.waitSignal(grid.open_requested) as opened:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=centre)
        qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert opened.args == [ImageId("i1")]


def test_arrow_keys_move_over_rows_and_columns(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_ids(_ids(50))
    grid.select_image(ImageId("i0"))
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current_image() == ImageId("i1")
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current_image() == ImageId(f"i{1 + grid.n_columns()}")


def test_the_columns_fill_the_width(grid: ImageGrid) -> None:
    grid.set_ids(_ids(50))
    used = grid.n_columns() * grid.cell_size().width()
    assert grid.viewport().width() - used < grid.n_columns() + 1
    second_row = grid.visualRect(grid.model().index(grid.n_columns(), 0))
    assert second_row.left() == grid.visualRect(grid.model().index(0, 0)).left()


def test_the_current_image_stays_when_others_are_listed(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_ids(_ids(50))
    grid.select_image(ImageId("i7"))
    grid.set_ids(_ids(50)[5:])
    assert grid.current_image() == ImageId("i7")


def _colours_at(grid: ImageGrid, row: int) -> set[str]:
    """All colours of a cell's thumbnail."""
    rect = grid.visualRect(grid.model().index(row, 0))
    image = grid.viewport().grab(rect).toImage()
    return {image.pixelColor(x, y).name() for x in range(20, rect.width() - 20, 3) for y in range(30, 150, 3)}


def test_the_ground_truth_is_drawn_and_can_be_hidden(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(1))
    grid.set_records([make_annotated(0)])
    grid.set_thumbnail(ImageId("i0"), make_thumbnail())
    with_shapes = _colours_at(grid, 0)
    grid.set_hidden_categories(frozenset({CategoryId("text")}))
    without = _colours_at(grid, 0)
    assert with_shapes - without
    grid.set_hidden_categories(frozenset())
    assert _colours_at(grid, 0) == with_shapes
    grid.set_ground_truth_shown(False)
    assert _colours_at(grid, 0) == without


def test_shapes_that_do_not_fit_into_a_frame_are_all_drawn_in_the_next_ones(
    qtbot: QtBot,
    grid: ImageGrid,
    make_annotated: MakeAnnotated,
    make_thumbnail: MakeThumbnail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However slow the machine: each repaint draws the shapes of one image at least."""
    monkeypatch.setattr("ui.images.image_delegate.FRAME_BUDGET_S", 1e-9)
    grid.set_ids(_ids(6))
    grid.set_records([make_annotated(number) for number in range(6)])
    for number in range(6):
        grid.set_thumbnail(ImageId(f"i{number}"), make_thumbnail())
    grid.viewport().repaint()
    assert grid._delegate.pending
    qtbot.waitUntil(lambda: not grid._delegate.pending)
    assert len({frozenset(_colours_at(grid, row)) for row in range(6)}) == 1
    assert _colours_at(grid, 5) != {"#ffffff"}


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [("scan_f11.tif.jpeg", 400, "scan_f11.tif.jpeg"), ("scan_f11.tif.jpeg", 55, "scan_f11"), ("a" * 60, 70, "…")],
)
def test_long_names_lose_their_endings_first(grid: ImageGrid, name: str, width: int, shown: str) -> None:
    text = fitted_name(name, grid.fontMetrics(), width)
    assert text == shown or (shown == "…" and "…" in text)
    assert grid.fontMetrics().horizontalAdvance(text) <= width


def test_damaged_images_have_a_badge_and_a_reason(qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    grid.set_ids(_ids(2))
    damaged = make_annotated(0, state=ImageState.DAMAGED, damage="The file ends before the picture does.")
    grid.set_records([damaged, make_annotated(1)])
    index = grid.model().index(0, 0)
    assert "damaged" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "The file ends before the picture does." in index.data(Qt.ItemDataRole.ToolTipRole)
    corner = grid.viewport().grab(grid.visualRect(index)).toImage()
    sound = grid.viewport().grab(grid.visualRect(grid.model().index(1, 0))).toImage()
    place = (30, 20)
    assert corner.pixelColor(*place) != sound.pixelColor(*place)


def test_names_that_are_no_text_are_shown(grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    annotated = make_annotated(0)
    broken = AnnotatedImage(
        type(annotated.image)(ImageId("i0"), annotated.image.project, "a/\udcff.png", 1, 1, 1, "", 0), ()
    )
    grid.set_ids(_ids(1))
    grid.set_records([broken])
    assert grid.model().index(0, 0).data() == "\\xff.png"
    assert grid.viewport().grab().toImage().pixelColor(5, 5) != QColor()


def test_the_model_keeps_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester, make_annotated: MakeAnnotated) -> None:
    model = ImageGridModel()
    model.set_ids(_ids(5))
    qtmodeltester.check(model)
    model.set_records([make_annotated(number) for number in range(5)])
    model.set_ids(_ids(2))
