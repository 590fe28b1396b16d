from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId, ImageId
from core.domain.projects import AnnotatedImage, Category, ImageState
from ui.images.cell_painter import fitted_name
from ui.images.image_grid import ImageGrid
from ui.images.image_grid_model import ImageGridModel
from ui.images.seen_images import MAX_THUMBNAIL_BYTES

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
    assert 0 < model.seen.n_bytes <= MAX_THUMBNAIL_BYTES
    assert model.cell(499).thumbnail is not None
    assert model.cell(0).thumbnail is None


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
    assert grid.current_image() == ImageId(f"i{1 + grid.n_columns}")


def test_the_columns_fill_the_width(grid: ImageGrid) -> None:
    grid.set_ids(_ids(50))
    used = grid.n_columns * grid._layout.cell_width
    assert grid.viewport().width() - used < grid.n_columns + 1
    second_row = grid.visualRect(grid.model().index(grid.n_columns, 0))
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
    monkeypatch.setattr("ui.images.cell_painter.FRAME_BUDGET_S", 1e-9)
    grid.set_ids(_ids(6))
    grid.set_records([make_annotated(number) for number in range(6)])
    for number in range(6):
        grid.set_thumbnail(ImageId(f"i{number}"), make_thumbnail())
    grid.viewport().repaint()
    assert grid._painter.pending
    qtbot.waitUntil(lambda: not grid._painter.pending)
    assert len({frozenset(_colours_at(grid, row)) for row in range(6)}) == 1
    assert _colours_at(grid, 5) != {"#ffffff"}


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [("scan_f11.tif.jpeg", 400, "scan_f11.tif.jpeg"), ("scan_f11.tif.jpeg", 70, "…"), ("a" * 60, 70, "…")],
)
def test_a_name_that_is_cut_says_so(grid: ImageGrid, name: str, width: int, shown: str) -> None:
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


class Unread(Sequence[ImageId]):
    """A million ids that count how often one is read."""

    def __init__(self, n: int) -> None:
        self._n = n
        self.n_reads = 0

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, row):  # type: ignore[no-untyped-def]
        self.n_reads += 1
        return ImageId(f"i{row}")


def test_a_million_ids_are_neither_copied_nor_read_through(qtbot: QtBot, grid: ImageGrid) -> None:
    ids = Unread(1_000_000)
    with qtbot.waitSignal(grid.thumbnails_wanted):
        grid.set_ids(ids)
    assert grid.ids is ids
    bar = grid.verticalScrollBar()
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        bar.setValue(bar.maximum() // 2)
    assert wanted.args is not None
    middle = grid.visible_rows()
    assert wanted.args[0][0] == ImageId(f"i{middle.start}")
    assert 499_000 < middle.start < 501_000
    assert ids.n_reads < 3000


class _Painted(QObject):
    """The areas of the repaints of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.areas: list[QRect] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.rect())
        return False


def test_a_thousand_records_repaint_only_the_cell_that_is_seen(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated
) -> None:
    grid.set_ids(_ids(MANY))
    grid.viewport().repaint()
    qtbot.wait(60)
    painted = _Painted(grid.viewport())
    seen = 7
    changed: list[tuple[int, int]] = []
    grid.model().dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    for number in (*range(5000, 6000), seen):
        grid.set_records([make_annotated(number)])
    qtbot.waitUntil(lambda: bool(painted.areas))
    assert changed == [(seen, seen)]
    assert painted.areas == [grid.visualRect(grid.model().index(seen, 0))]


def test_records_of_a_stretch_are_announced_in_one_go(grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    grid.set_ids(_ids(MANY))
    grid.viewport().repaint()
    changed: list[tuple[int, int]] = []
    grid.model().dataChanged.connect(lambda first, last: changed.append((first.row(), last.row())))
    grid.set_records([make_annotated(number) for number in (0, 1, 2, 3, 8, 9)])
    assert changed == [(0, 3), (8, 9)]
    grid.forget_all()
    assert changed[2:] == [(0, grid.visible_rows().stop - 1)]


def test_a_refresh_keeps_what_is_seen_until_the_new_has_come(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(2))
    grid.set_records([make_annotated(0), make_annotated(1)])
    grid.set_thumbnail(ImageId("i0"), make_thumbnail())
    grid.set_failure(ImageId("i1"), "The file is empty.")
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.expire_all()
    assert wanted.args is not None
    assert wanted.args[0] == _ids(2)
    assert grid.cell(0).thumbnail is not None
    grid.set_records([make_annotated(0), make_annotated(1)])
    assert not grid.lacks_thumbnail(ImageId("i0"), 256)
    assert grid.lacks_thumbnail(ImageId("i1"), 256)
    old = make_annotated(0)
    grid.set_records([AnnotatedImage(replace(old.image, sha256="1" * 64), old.annotations)])
    assert grid.cell(0).thumbnail is None


def test_only_what_has_changed_is_asked_for_anew(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(3))
    grid.set_records([make_annotated(number) for number in range(3)])
    for image in _ids(3):
        grid.set_thumbnail(image, make_thumbnail())
    with qtbot.assertNotEmitted(grid.thumbnails_wanted, wait=150):
        grid.expire([ImageId("never seen")])
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.expire([ImageId("i1"), ImageId("never seen")])
    assert wanted.args is not None
    assert wanted.args[0] == (ImageId("i1"),)
    assert grid.cell(1).thumbnail is not None


def test_what_changed_while_the_grid_was_hidden_is_asked_for_when_it_is_seen_again(
    qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(3))
    grid.set_records([make_annotated(row) for row in range(3)])
    for image in _ids(3):
        grid.set_thumbnail(image, make_thumbnail())
    grid.hide()
    with qtbot.assertNotEmitted(grid.thumbnails_wanted, wait=50):
        grid.expire([ImageId("i1")])
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.show()
    assert wanted.args is not None
    assert wanted.args[0] == (ImageId("i1"),)


def test_changed_shapes_are_drawn_anew(
    grid: ImageGrid, make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail
) -> None:
    grid.set_ids(_ids(1))
    grid.set_records([make_annotated(0)])
    grid.set_thumbnail(ImageId("i0"), make_thumbnail())
    before = _colours_at(grid, 0)
    grid.set_records([AnnotatedImage(make_annotated(0).image, ())])
    assert _colours_at(grid, 0) != before


def test_a_refresh_moves_nothing_that_is_seen(grid: ImageGrid) -> None:
    grid.set_ids(_ids(5000))
    grid.select_image(ImageId("i7"))
    grid.verticalScrollBar().setValue(20_000)
    grid.set_ids(_ids(5001))
    assert grid.verticalScrollBar().value() == 20_000
    assert grid.current_image() == ImageId("i7")
    assert [index.row() for index in grid.selectedIndexes()] == [7]


def test_other_images_begin_at_the_top(grid: ImageGrid) -> None:
    grid.set_ids(_ids(5000))
    grid.setCurrentIndex(grid.model().index(-1, 0))
    grid.verticalScrollBar().setValue(20_000)
    grid.set_ids(_ids(5000)[::-1])
    assert grid.verticalScrollBar().value() == 0


def test_the_slider_leaves_the_place_in_the_list(grid: ImageGrid) -> None:
    grid.set_ids(_ids(MANY))
    grid.select_image(ImageId("i9000"))
    for side in (96, 320, 200):
        grid.set_side(side)
        assert 9000 in grid.visible_rows()


def test_pages_ends_and_the_last_line(qtbot: QtBot, grid: ImageGrid) -> None:
    n = grid.n_columns
    grid.set_ids(_ids(10 * n + 2))
    grid.select_image(ImageId("i2"))

    def press(key: Qt.Key) -> int:
        qtbot.keyClick(grid, key)
        return grid.currentIndex().row()

    assert press(Qt.Key.Key_Left) == 1
    assert press(Qt.Key.Key_PageDown) in range(1 + n, 1 + 5 * n, n)
    assert press(Qt.Key.Key_End) == 10 * n + 1
    assert grid.verticalScrollBar().value() == grid.verticalScrollBar().maximum()
    assert press(Qt.Key.Key_Right) == 10 * n + 1
    assert press(Qt.Key.Key_Up) == 9 * n + 1
    assert press(Qt.Key.Key_PageUp) in range(1, 9 * n, n)
    assert press(Qt.Key.Key_Home) == 0
    assert press(Qt.Key.Key_Up) == 0


def test_from_right_to_left_the_left_key_goes_on(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.set_ids(_ids(50))
    grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    grid.select_image(ImageId("i0"))
    first, second = (grid.visualRect(grid.model().index(row, 0)) for row in (0, 1))
    assert second.right() < first.left() + 1
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.current_image() == ImageId("i1")


def test_typing_goes_to_a_name_that_was_seen(qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    grid.set_ids(_ids(1_000))
    grid.viewport().repaint()
    grid.set_records([make_annotated(number) for number in range(20)])
    qtbot.keyClicks(grid, "00011")
    assert grid.current_image() == ImageId("i11")


def test_assistive_tools_find_every_image(qtbot: QtBot, grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    grid.set_ids(_ids(MANY))
    grid.set_records([make_annotated(3)])
    grid.select_image(ImageId("i3"))
    reader = QAccessible.queryAccessibleInterface(grid)
    assert reader.role() == QAccessible.Role.List
    assert reader.text(QAccessible.Text.Name) == "Images"
    assert reader.childCount() == MANY
    assert reader.child(3).text(QAccessible.Text.Name) == "00003.png, 1 annotation"
    assert reader.child(4).text(QAccessible.Text.Name) == "Loading"


def test_what_the_screen_shows_is_never_forgotten(make_annotated: MakeAnnotated, make_thumbnail: MakeThumbnail) -> None:
    model = ImageGridModel()
    model.set_ids(_ids(MANY))
    model.watch(range(2))
    for number in range(6000):
        model.set_records([make_annotated(number)])
    for number in range(500):
        model.set_thumbnail(ImageId(f"i{number}"), make_thumbnail())
    assert model.cell(0).annotated is not None
    assert model.cell(0).thumbnail is not None
    assert model.cell(2).annotated is None
    assert model.cell(5999).annotated is not None
    assert sum(1 for _ in model.seen.records()) <= 4000


def test_what_was_at_the_top_stays_there_however_often_the_cells_change(grid: ImageGrid) -> None:
    grid.set_ids(_ids(MANY))
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    first = grid.visible_rows().start
    for side in (96, 320, 130, 217, 100, 300, 110, 160):
        grid.set_side(side)
        assert grid.visible_rows().start <= first < grid.visible_rows().start + grid.n_columns
    for width in range(500, 1500, 90):
        grid.resize(width, 640)
        assert grid.visible_rows().start <= first < grid.visible_rows().start + grid.n_columns


def test_from_right_to_left_the_name_stands_at_the_right(grid: ImageGrid, make_annotated: MakeAnnotated) -> None:
    grid.set_ids(_ids(1))
    grid.set_records([make_annotated(0)])
    names = []
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        grid.setLayoutDirection(direction)
        cell = grid.visualRect(grid.model().index(0, 0))
        below = cell.adjusted(8, cell.height() - 22, -8, -6)
        image = grid.viewport().grab(below).toImage()
        paper = image.pixelColor(image.width() // 2, 0)
        halves = (range(image.width() // 2), range(image.width() // 2, image.width()))
        names.append(
            [sum(image.pixelColor(x, y) != paper for x in half for y in range(image.height())) for half in halves]
        )
    (left, right), (mirrored_left, mirrored_right) = names
    assert left > right
    assert mirrored_right > mirrored_left
