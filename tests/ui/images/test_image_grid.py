from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId, ImageId
from core.domain.image_ids import ImageIds
from core.domain.projects import AnnotatedImage, Category, ImageState
from ui.images.image_delegate import fitted_name
from ui.images.image_grid import ImageGrid
from ui.images.image_grid_model import MAX_RECORDS, MAX_THUMBNAIL_BYTES, ImageGridModel, ImageRole

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


class CountedIds(Sequence[ImageId]):
    """Says how often an id was asked for."""

    def __init__(self, n: int) -> None:
        self._n = n
        self.n_asked = 0

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        if not 0 <= row < self._n:
            raise IndexError(row)
        self.n_asked += 1
        return ImageId(f"i{row}")


class Painted(QObject):
    """What a grid's viewport repaints."""

    def __init__(self, grid: ImageGrid) -> None:
        super().__init__(grid)
        self.region = QRegion()
        grid.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


def _settle(qtbot: QtBot, grid: ImageGrid) -> None:
    """Everything that was asked for or is to be drawn has been."""
    qtbot.waitUntil(lambda: not grid._timer.isActive() and not grid._delegate.pending)
    qtbot.wait(20)


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


def test_a_million_ids_are_neither_copied_nor_walked_through(qtbot: QtBot, grid: ImageGrid) -> None:
    ids = CountedIds(1_000_000)
    grid.set_ids(ids)
    assert grid.ids is ids
    _settle(qtbot, grid)
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    _settle(qtbot, grid)
    assert grid.current_image() == ImageId("i999999")
    grid.set_ids(ids)
    grid.renew()
    _settle(qtbot, grid)
    assert ids.n_asked < 2000


def test_an_image_is_found_in_the_registrys_own_sequence(grid: ImageGrid) -> None:
    grid.set_ids(ImageIds(np.arange(1, MANY, dtype=np.int64)))
    grid.select_image(ImageId("15000"))
    assert grid.current_image() == ImageId("15000")
    assert 14_999 in grid.visible_rows()
    grid.select_image(ImageId("nowhere"))
    assert grid.current_image() == ImageId("15000")


def test_a_larger_window_asks_for_what_it_shows_more(qtbot: QtBot, grid: ImageGrid) -> None:
    with qtbot.waitSignal(grid.thumbnails_wanted):
        grid.set_ids(_ids(MANY))
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.resize(1400, 900)
    assert wanted.args is not None
    assert wanted.args[0] == _ids(MANY)[: 2 * len(grid.visible_rows())]


def test_what_was_at_the_top_stays_there_when_the_cells_change(grid: ImageGrid) -> None:
    grid.set_ids(_ids(MANY))
    grid.verticalScrollBar().setValue(100 * grid.cell_size().height() + 30)
    first = grid.visible_rows().start
    for side in (96, 320, 130, 217, 160):
        grid.set_side(side)
        assert grid.visible_rows().start <= first < grid.visible_rows().start + grid.n_columns()
    for width in range(500, 1500, 90):
        grid.resize(width, 640)
        assert grid.visible_rows().start <= first < grid.visible_rows().start + grid.n_columns()


def test_home_end_and_pages(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_ids(_ids(MANY))
    grid.select_image(ImageId("i0"))
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.current_image() == ImageId(f"i{MANY - 1}")
    assert grid.visible_rows().stop == MANY
    qtbot.keyClick(grid, Qt.Key.Key_PageUp)
    n_lines = grid.viewport().height() // grid.cell_size().height()
    assert grid.current_image() == ImageId(f"i{MANY - 1 - n_lines * grid.n_columns()}")
    assert grid.visualRect(grid.currentIndex()).intersected(grid.viewport().rect()).isValid()
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.current_image() == ImageId("i0")
    assert grid.verticalScrollBar().value() == 0
    assert grid.selectionModel().selectedIndexes() == [grid.currentIndex()]


def test_a_click_beside_the_images_changes_nothing(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_ids(_ids(3))
    grid.select_image(ImageId("i1"))
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 600))
    assert grid.current_image() == ImageId("i1")
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert grid.current_image() == ImageId("i0")
    assert grid.selectionModel().selectedIndexes() == [grid.currentIndex()]


def test_keys_begin_where_the_person_looks(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.clearFocus()
    grid.set_ids(_ids(MANY))
    grid.verticalScrollBar().setValue(100 * grid.cell_size().height() + 30)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current_image() == ImageId(f"i{101 * grid.n_columns()}")


@pytest.mark.parametrize(("typed", "expected"), [("0001", "i10"), ("00003", "i3"), ("zebra", "i4")])
def test_typing_a_name_leads_to_it(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, typed: str, expected: str
) -> None:
    grid.set_ids(_ids(MANY))
    grid.set_records([make_annotated(number) for number in range(30)])
    grid.select_image(ImageId("i4"))
    qtbot.keyClicks(grid, typed)
    assert grid.current_image() == ImageId(expected)


def test_a_refresh_leaves_the_grid_where_it_is(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    """The selected image is far away from what the person looks at."""
    grid.set_ids(_ids(MANY))
    grid.select_image(ImageId("i7"))
    grid.verticalScrollBar().setValue(40_000)
    grid.renew()
    grid.set_ids(list(_ids(MANY)))
    assert grid.verticalScrollBar().value() == 40_000
    assert grid.current_image() == ImageId("i7")
    assert grid.selectionModel().selectedIndexes() == [grid.currentIndex()]


def test_what_may_have_changed_is_asked_for_anew_and_shown_meanwhile(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(3))
    grid.set_records([make_annotated(number) for number in range(3)])
    grid.set_thumbnail(ImageId("i0"), make_thumbnail())
    grid.set_thumbnail(ImageId("i1"), make_thumbnail())
    grid.set_failure(ImageId("i2"), "The file is empty.")
    _settle(qtbot, grid)
    before = grid.viewport().grab().toImage()
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.renew({ImageId("i1")})
    assert wanted.args is not None
    assert wanted.args[0] == (ImageId("i1"),)
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.renew()
    assert wanted.args is not None
    assert wanted.args[0] == _ids(3)
    assert grid.viewport().grab().toImage() == before
    without_shapes = replace(make_annotated(1), annotations=())
    grid.set_records([make_annotated(0), without_shapes, make_annotated(2)])
    assert _colours_at(grid, 1) < _colours_at(grid, 0)
    other_file = replace(make_annotated(0), image=replace(make_annotated(0).image, sha256="1" * 64))
    grid.renew()
    grid.set_records([other_file])
    assert grid.model().index(0, 0).data(ImageRole.THUMBNAIL) is None


def test_a_thousand_records_of_images_elsewhere_repaint_nothing(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated
) -> None:
    grid.set_ids(_ids(MANY))
    _settle(qtbot, grid)
    painted = Painted(grid)
    for number in range(1000, 2000):
        grid.set_records([make_annotated(number)])
    qtbot.wait(30)
    assert painted.region.isEmpty()


def test_only_the_cells_that_changed_are_repainted(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(MANY))
    _settle(qtbot, grid)
    painted = Painted(grid)
    for number in (1, *range(500, 1500)):
        grid.set_records([make_annotated(number)])
    grid.set_thumbnail(ImageId("i1"), make_thumbnail())
    grid.set_failure(ImageId("i2"), "The file is empty.")
    qtbot.waitUntil(lambda: not painted.region.isEmpty())
    cells = [grid.visualRect(grid.model().index(row, 0)) for row in (1, 2)]
    assert painted.region == QRegion(cells[0]) + QRegion(cells[1])
    painted.region = QRegion()
    grid.set_records([make_annotated(1)])  # nothing new
    qtbot.wait(30)
    assert painted.region.isEmpty()


def test_a_range_is_announced_in_one_go(qtbot: QtBot, make_annotated: MakeAnnotated) -> None:
    model = ImageGridModel()
    model.set_ids(_ids(MANY))
    model.watch(range(100, 140))
    changes: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: changes.append((first.row(), last.row())))
    model.set_records([make_annotated(number) for number in (*range(90, 110), *range(120, 150))])
    assert changes == [(100, 109), (120, 139)]
    changes.clear()
    model.forget_all()
    assert changes == [(100, 139)]


def test_memory_for_records_and_failures_is_bounded(make_annotated: MakeAnnotated) -> None:
    model = ImageGridModel()
    model.set_ids(_ids(MANY))
    for number in range(MAX_RECORDS + 500):
        model.set_records([make_annotated(number)])
        model.set_failure(ImageId(f"i{number}"), "The file is empty.")
    model.renew()
    for number in range(MAX_RECORDS, 2 * MAX_RECORDS):
        model.set_records([make_annotated(number)])
    for held in (model._records, model._failures, model._outdated):
        assert len(held) <= MAX_RECORDS
    assert model.index(MAX_RECORDS, 0).data(ImageRole.ANNOTATED) is not None
    assert model.index(0, 0).data(ImageRole.ANNOTATED) is None


def test_the_cell_under_the_pointer_is_marked_also_after_scrolling(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_ids(_ids(MANY))
    place = grid.visualRect(grid.model().index(1, 0)).center()
    qtbot.mouseMove(grid.viewport(), place)
    qtbot.waitUntil(lambda: grid._hovered == 1)
    grid.verticalScrollBar().setValue(grid.cell_size().height())
    assert grid._hovered == 1 + grid.n_columns()
    QApplication.sendEvent(grid.viewport(), QEvent(QEvent.Type.Leave))
    assert grid._hovered is None


def test_lines_run_from_right_to_left_where_people_read_so(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated
) -> None:
    grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    grid.set_ids(_ids(50))
    grid.set_records([make_annotated(number) for number in range(50)])
    first, second = (grid.visualRect(grid.model().index(row, 0)) for row in (0, 1))
    assert first.right() == grid.viewport().width() - 1
    assert second.right() == first.left() - 1
    grid.select_image(ImageId("i0"))
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.current_image() == ImageId("i1")
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=first.center())
    assert grid.current_image() == ImageId("i0")


@pytest.fixture
def screen_reader() -> Iterator[None]:
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


@pytest.mark.usefixtures("screen_reader")
def test_screen_readers_get_the_list_and_the_current_image(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated
) -> None:
    grid.set_ids(_ids(MANY))
    grid.select_image(ImageId("i1"))
    grid.set_records([make_annotated(number) for number in range(5)])
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    listed = QAccessible.queryAccessibleInterface(grid)
    assert listed.text(QAccessible.Text.Name) == "Images"
    assert listed.childCount() == MANY
    current = listed.focusChild()
    assert (listed.role(), current.role()) == (QAccessible.Role.List, QAccessible.Role.ListItem)
    assert current.text(QAccessible.Text.Name) == "00002.png, 1 annotation"
    assert current.state().focused
