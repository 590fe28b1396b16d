"""Drawing, reshaping, moving, deleting and naming shapes on the viewer's page, by mouse and by keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId
from core.domain.messages import UserMessage
from core.domain.projects import AnnotatedImage, Source
from core.domain.rotated import Rotated, corners_of, rotated_rectangle
from ui.viewer.drawing import Tool
from ui.viewer.viewer_editing import NOT_SEEN
from ui.viewer.viewer_page import ViewerPage
from ui.viewer.wishes import AddShapes, ClassWish, DeleteShapes, EditWish, MarkEmpty, Reclassify, ReshapeShapes

LEFT = Qt.MouseButton.LeftButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
Key = Qt.Key
TEXT, PICTURE = CategoryId("text"), CategoryId("picture")


@pytest.fixture
def page(qtbot: QtBot, annotated: AnnotatedImage, categories, make_picture) -> ViewerPage:
    page = ViewerPage()
    qtbot.addWidget(page)
    page.resize(1100, 760)
    page.set_categories(categories)
    page.show_image(annotated.image.id, annotated.image.name)
    page.set_annotated(annotated)
    page.set_picture(make_picture())
    page.show()
    qtbot.waitExposed(page)
    page.canvas.setFocus()
    return page


@pytest.fixture
def wishes(page: ViewerPage) -> list[EditWish]:
    found: list[EditWish] = []
    page.editing.wished.connect(found.append)
    return found


class Hand:
    """The mouse and the keys, in pixels of the image."""

    def __init__(self, qtbot: QtBot, page: ViewerPage) -> None:
        self.qtbot, self.page, self.canvas = qtbot, page, page.canvas

    def at(self, x: float, y: float) -> QPoint:
        place = self.canvas.view.to_view(x, y)
        return QPoint(round(place[0]), round(place[1]))

    def click(self, x: float, y: float, keys=Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.mouseMove(self.canvas, self.at(x, y))
        self.qtbot.mouseClick(self.canvas, LEFT, keys, self.at(x, y))

    def double(self, x: float, y: float) -> None:
        self.click(x, y)
        self.qtbot.mouseDClick(self.canvas, LEFT, pos=self.at(x, y))

    def press(self, x: float, y: float, keys=Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.mouseMove(self.canvas, self.at(x, y))
        self.qtbot.mousePress(self.canvas, LEFT, keys, self.at(x, y))

    def drag(self, *points: tuple[float, float], hold=Qt.KeyboardModifier.NoModifier) -> None:
        self.press(*points[0], hold)
        for point in points[1:]:
            self.move(*point, LEFT)
        self.qtbot.mouseRelease(self.canvas, LEFT, pos=self.at(*points[-1]))

    def move(self, x: float, y: float, buttons=Qt.MouseButton.NoButton) -> None:
        at = QPointF(self.at(x, y))
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, self.canvas.mapToGlobal(at), Qt.MouseButton.NoButton, buttons,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(self.canvas, event)

    def keys(self, *keys, times: int = 1, hold=Qt.KeyboardModifier.NoModifier) -> None:
        for _ in range(times):
            for key in keys:
                self.qtbot.keyClick(self.canvas, key, hold)


@pytest.fixture
def hand(qtbot: QtBot, page: ViewerPage) -> Hand:
    return Hand(qtbot, page)


def near(shape, wanted, off: float = 1.5) -> bool:
    if isinstance(wanted, Polygon):
        pairs = zip(shape.rings[0], wanted.rings[0], strict=True)
    else:
        pairs = zip((shape.x0, shape.y0, shape.x1, shape.y1), (wanted.x0, wanted.y0, wanted.x1, wanted.y1), strict=True)
    return all(abs(a - b) <= off for a, b in pairs)


def choose(page: ViewerPage, category: CategoryId = TEXT) -> None:
    page.edit_bar.classes.set_current(category)


def test_while_nothing_is_edited_nothing_changes(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    hand.click(340, 30)
    assert page.canvas.selected is not None
    hand.drag((340, 30), (200, 200))
    hand.keys(Key.Key_Delete)
    assert wishes == []
    assert page.edit_bar.isHidden()


def test_a_box_is_drawn_by_dragging_and_by_two_clicks(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    choose(page)
    hand.keys(Key.Key_B)
    assert page.canvas.tool is Tool.BOX
    hand.drag((270, 100), (300, 160), (330, 180))
    hand.click(260, 210)
    hand.move(280, 240)
    hand.click(330, 280)
    (first,), (second,) = (wish.shapes for wish in wishes)
    assert near(first, Box(270, 100, 330, 180))
    assert near(second, Box(260, 210, 330, 280))
    assert [wish.classes for wish in wishes] == [(ClassWish(TEXT),)] * 2


def test_near_the_edge_a_corner_is_on_the_edge(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    choose(page)
    hand.keys(Key.Key_B)
    hand.drag((-20, 299), (100, 200), (405, 270))
    ((shape,),) = (wish.shapes for wish in wishes)
    assert (shape.x0, shape.y1, shape.x1) == (0, 300, 400)


def test_an_oriented_box_is_a_side_and_a_depth(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    choose(page)
    hand.keys(Key.Key_O)
    hand.drag((270, 100), (300, 120), (350, 160))
    hand.move(330, 190)
    hand.click(320, 200)
    ((shape,),) = (wish.shapes for wish in wishes)
    box = rotated_rectangle(shape)
    assert box is not None
    assert box.width == pytest.approx(100, abs=2)
    assert box.angle_degrees == pytest.approx(36.9, abs=1)


def test_a_polygon_is_clicked_and_closed(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    choose(page)
    hand.keys(Key.Key_P)
    for point in ((270, 100), (350, 110), (399, 250), (300, 160)):
        hand.click(*point)
    hand.keys(Key.Key_Backspace)
    hand.click(310, 180)
    hand.keys(Key.Key_Return)
    for point in ((270, 100), (350, 110), (310, 180)):
        hand.click(*point)
    hand.click(271, 101)
    (first,), (second,) = (wish.shapes for wish in wishes)
    assert near(first, Polygon(((270, 100, 350, 110, 400, 250, 310, 180),)))
    assert near(second, Polygon(((270, 100, 350, 110, 310, 180),)))


def test_a_drawing_can_be_given_up_and_the_view_moved_meanwhile(
    page: ViewerPage, hand: Hand, wishes: list[EditWish], qtbot: QtBot
) -> None:
    choose(page)
    hand.keys(Key.Key_P)
    hand.click(270, 100)
    hand.click(350, 110)
    before = page.canvas.view
    qtbot.keyPress(page.canvas, Key.Key_Space)
    hand.drag((200, 150), (230, 190))
    qtbot.keyRelease(page.canvas, Key.Key_Space)
    page.canvas.zoom_in()
    assert page.canvas.view != before
    assert page.canvas.is_drawing
    hand.keys(Key.Key_Escape)
    assert not page.canvas.is_drawing
    assert page.canvas.tool is Tool.POLYGON
    hand.keys(Key.Key_Escape)
    assert page.canvas.tool is Tool.SELECT
    hand.keys(Key.Key_Escape)
    assert not page.canvas.is_editing
    with qtbot.waitSignal(page.back_requested):
        hand.keys(Key.Key_Escape)
    assert wishes == []


def test_a_box_is_drawn_and_reshaped_without_a_mouse(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    choose(page)
    hand.keys(Key.Key_B)
    hand.keys(Key.Key_Left, times=3, hold=SHIFT)  # from the middle, 200, 150
    hand.keys(Key.Key_Up, times=2)
    hand.keys(Key.Key_Return)
    hand.keys(Key.Key_Right, hold=CONTROL)
    hand.keys(Key.Key_Down, times=3, hold=SHIFT)
    hand.keys(Key.Key_Return)
    assert wishes == [AddShapes((Box(170, 148, 270, 178),), (ClassWish(TEXT),))]
    wishes.clear()
    hand.keys(Key.Key_V)
    hand.keys(Key.Key_N, times=2)  # past the label of the whole image
    assert page.canvas.selected is not None
    assert page.canvas.selected.key == "a2"
    hand.keys(Key.Key_Period)
    hand.keys(Key.Key_Left, times=5)
    hand.keys(Key.Key_Up, hold=SHIFT)
    page.canvas.settle()
    assert wishes == [ReshapeShapes({AnnotationId("a2"): Box(295, 10, 380, 40)})]


def test_a_shape_is_moved_by_dragging_and_by_arrow_keys(
    page: ViewerPage, hand: Hand, wishes: list[EditWish], qtbot: QtBot
) -> None:
    hand.keys(Key.Key_E)
    hand.drag((340, 30), (330, 60), (320, 80))
    (wish,) = wishes
    assert near(wish.shapes[AnnotationId("a2")], Box(280, 70, 360, 90))
    wishes.clear()
    hand.keys(Key.Key_Down, times=3)
    hand.keys(Key.Key_Right, hold=SHIFT)
    assert wishes == [], "a row of arrow keys is one change"
    qtbot.waitUntil(lambda: wishes == [ReshapeShapes({AnnotationId("a2"): Box(310, 23, 390, 43)})])


def test_a_corner_is_dragged(page: ViewerPage, hand: Hand, wishes: list[EditWish]) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.drag((380, 40), (385, 60), (390, 80))
    (wish,) = wishes
    assert near(wish.shapes[AnnotationId("a2")], Box(300, 20, 390, 80))


def test_points_of_an_outline_are_added_moved_and_taken_away(
    page: ViewerPage, hand: Hand, wishes: list[EditWish], annotated: AnnotatedImage
) -> None:
    triangle = Polygon(((100.0, 100.0, 150.0, 100.0, 150.0, 160.0, 100.0, 150.0),))
    _put(page, annotated, triangle)
    hand.keys(Key.Key_E)
    hand.click(130, 120)
    hand.double(125, 100)
    assert near(wishes[-1].shapes[AnnotationId("a1")], Polygon(((100, 100, 125, 100, 150, 100, 150, 160, 100, 150),)))
    hand.drag((150, 160), (160, 165), (170, 180))
    assert near(wishes[-1].shapes[AnnotationId("a1")], Polygon(((100, 100, 150, 100, 170, 180, 100, 150),)))
    hand.click(150, 160)  # its handle is chosen
    hand.keys(Key.Key_Delete)
    assert near(wishes[-1].shapes[AnnotationId("a1")], Polygon(((100, 100, 150, 100, 100, 150),)))
    assert not any(isinstance(wish, DeleteShapes) for wish in wishes)


def test_an_oriented_box_keeps_its_right_angles_and_turns(
    page: ViewerPage, hand: Hand, wishes: list[EditWish], annotated: AnnotatedImage
) -> None:
    box = Rotated(200, 150, 80, 40, 30)
    shape = corners_of(box)
    _put(page, annotated, shape)
    hand.keys(Key.Key_E)
    hand.click(200, 150)
    corner = (shape.rings[0][4], shape.rings[0][5])
    hand.drag(corner, (corner[0] + 10, corner[1] + 5), (corner[0] + 20, corner[1] + 15))
    found = rotated_rectangle(wishes[-1].shapes[AnnotationId("a1")])
    assert found is not None
    assert found.angle_degrees == pytest.approx(30, abs=0.1)
    assert found.width > 90
    hand.keys(Key.Key_Comma)  # the corner that was taken
    page.canvas.choose_grip(0)
    while page.canvas._grip != 8:
        hand.keys(Key.Key_Period)
    hand.keys(Key.Key_Right, times=2, hold=SHIFT)
    page.canvas.settle()
    found = rotated_rectangle(wishes[-1].shapes[AnnotationId("a1")])
    assert found is not None
    assert found.angle_degrees == pytest.approx(50, abs=0.1)


def test_several_shapes_are_moved_named_and_deleted_together(
    page: ViewerPage, hand: Hand, wishes: list[EditWish]
) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.click(60, 240, SHIFT)
    hand.drag((340, 30), (335, 40), (330, 50))
    assert set(wishes[-1].shapes) == {"a0", "a2"}
    hand.keys(Key.Key_2, hold=Qt.KeyboardModifier.AltModifier)
    assert wishes[-1] == Reclassify((AnnotationId("a2"),), ClassWish(PICTURE)), "of those that are of another class"
    hand.keys(Key.Key_Delete)
    assert set(wishes[-1].annotations) == {"a0", "a2"}
    hand.keys(Key.Key_A, hold=CONTROL)
    hand.keys(Key.Key_D, hold=CONTROL)
    assert isinstance(wishes[-1], AddShapes)
    assert len(wishes[-1].shapes) == 3, "the label of the whole image has no shape to duplicate"


def test_a_digit_gives_the_selection_its_class_and_hides_one_where_nothing_is_selected(
    page: ViewerPage, hand: Hand, wishes: list[EditWish]
) -> None:
    hand.keys(Key.Key_E)
    hand.keys(Key.Key_2)
    assert page.side_panel.categories.hidden == {PICTURE}
    hand.keys(Key.Key_2)
    assert wishes == []
    hand.click(60, 240)
    hand.keys(Key.Key_1)
    assert wishes == [Reclassify((AnnotationId("a0"),), ClassWish(TEXT))]
    assert page.side_panel.categories.hidden == frozenset()
    hand.keys(Key.Key_9)  # there are not so many
    assert len(wishes) == 1


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # the list that opens
def test_a_shape_without_a_class_waits_until_one_is_typed(
    page: ViewerPage, hand: Hand, wishes: list[EditWish], qtbot: QtBot
) -> None:
    hand.keys(Key.Key_B)
    hand.drag((270, 100), (300, 160), (330, 180))
    assert wishes == []
    assert "Which class" in page.edit_bar.hint
    line = page.edit_bar.classes.lineEdit()
    assert line is not None
    assert line.hasFocus() or page.edit_bar.classes.hasFocus()
    qtbot.keyClicks(line, "marginal note")
    qtbot.keyClick(line, Key.Key_Return)
    (wish,) = wishes
    assert wish.classes == (ClassWish(name="marginal note"),)
    assert page.canvas.hasFocus()
    hand.keys(Key.Key_B)
    hand.drag((270, 100), (300, 160), (330, 180))
    qtbot.keyClick(page.edit_bar.classes, Key.Key_Escape)
    assert len(wishes) == 1
    assert page.canvas.tool is Tool.BOX


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # the list that opens
@pytest.mark.parametrize("typed", ["ill", "Illustration", "STRAT"])
def test_a_class_is_chosen_by_its_first_letters(page: ViewerPage, hand: Hand, wishes, qtbot: QtBot, typed: str) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.keys(Key.Key_C)
    line = page.edit_bar.classes.lineEdit()
    assert line is not None
    qtbot.keyClicks(line, typed)
    qtbot.keyClick(line, Key.Key_Return)
    assert wishes == [Reclassify((AnnotationId("a2"),), ClassWish(PICTURE))]


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # the list that opens
def test_asking_for_a_class_lists_those_that_there_are(page: ViewerPage, hand: Hand, wishes, qtbot: QtBot) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.keys(Key.Key_C)
    chooser = page.edit_bar.classes
    assert chooser.proposals.texts() == [one.name for one in page._categories]
    qtbot.keyClicks(chooser.lineEdit(), "tex")
    assert chooser.proposals.texts() == ["text_line", "New class “tex”"]
    qtbot.keyClick(chooser, Key.Key_Escape)
    assert chooser.proposals.texts() == []
    assert wishes == []
    assert page.canvas.hasFocus()


def test_an_image_without_anything_is_marked(page: ViewerPage, hand: Hand, wishes, annotated: AnnotatedImage) -> None:
    page.set_annotated(AnnotatedImage(annotated.image))
    hand.keys(Key.Key_W)
    assert wishes == [MarkEmpty()]


def test_what_is_selected_stays_so_when_the_image_is_read_again(
    page: ViewerPage, hand: Hand, annotated: AnnotatedImage
) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.click(60, 240, SHIFT)
    view = page.canvas.view
    page.set_annotated(AnnotatedImage(annotated.image, annotated.annotations[:3]))
    assert [one.key for one in page.canvas.selected_objects()] == ["a2", "a0"]
    assert page.canvas.view == view


def test_the_list_says_who_made_what_and_selects(
    page: ViewerPage, annotated: AnnotatedImage, qtbot: QtBot, hand: Hand
) -> None:
    first, *rest = annotated.annotations
    at = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    page.set_annotated(
        AnnotatedImage(annotated.image, (replace(first, source=Source.HUMAN, author="Ada", edited_at=at), *rest))
    )
    rows = page.side_panel.annotations.model()
    texts = [rows.index(row, 0).data() for row in range(rows.rowCount())]
    assert texts[2:] == ["illustration  ·  Box", "text_line  ·  Polygon, 4 points"]
    assert rows.index(2, 0).data(Qt.ItemDataRole.ToolTipRole).startswith("A person: Ada, ")
    page.side_panel.annotations.setCurrentIndex(rows.index(2, 0))
    assert page.canvas.selected is not None
    assert page.canvas.selected.key == "a0"
    facts = dict(page.side_panel.selection_facts())
    assert (facts["Source"], facts["Author"]) == ("A person", "Ada")
    assert facts["Changed"]
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    assert [index.row() for index in page.side_panel.annotations.selectedIndexes()] == [1]
    selection = page.side_panel.annotations.selectionModel()
    selection.select(rows.index(2, 0), QItemSelectionModel.SelectionFlag.Select)
    assert [one.key for one in page.canvas.selected_objects()] == ["a2", "a0"], "several, as they are read"


def test_a_small_box_can_be_taken_itself(page: ViewerPage, hand: Hand, wishes, annotated: AnnotatedImage) -> None:
    third = annotated.annotations[2]
    page.set_annotated(AnnotatedImage(annotated.image, (replace(third, geometry=Box(300, 20, 314, 30)),)))
    hand.keys(Key.Key_E)
    hand.click(307, 25)
    hand.drag((307, 25), (315, 45), (327, 65))
    assert near(wishes[-1].shapes[third.id], Box(320, 60, 334, 70))


def test_what_is_under_the_hands_stays_there_when_the_image_is_read_again(
    page: ViewerPage, hand: Hand, wishes: list[EditWish], annotated: AnnotatedImage
) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.keys(Key.Key_Down, times=3)
    page.set_annotated(AnnotatedImage(annotated.image, annotated.annotations[:3]))
    hand.keys(Key.Key_Down)
    page.canvas.settle()
    assert wishes == [ReshapeShapes({AnnotationId("a2"): Box(300, 24, 380, 44)})]


def test_what_is_drawn_of_a_hidden_class_is_seen(page: ViewerPage, hand: Hand) -> None:
    choose(page)
    page.side_panel.categories.hide_all()
    page.side_panel.toggle_layer()
    hand.keys(Key.Key_B)
    hand.drag((270, 100), (300, 160), (330, 180))
    assert page.side_panel.categories.hidden == {PICTURE}
    assert page.side_panel.is_layer_shown


def test_a_picture_of_editing_is_another_one(page: ViewerPage, hand: Hand) -> None:
    hand.click(340, 30)
    looking: QPixmap = page.canvas.grab()
    hand.keys(Key.Key_E)
    assert page.canvas.grab().toImage() != looking.toImage(), "its handles are seen"


def _put(page: ViewerPage, annotated: AnnotatedImage, shape: Polygon) -> None:
    first, second, *rest = annotated.annotations
    page.set_annotated(AnnotatedImage(annotated.image, (first, replace(second, geometry=shape), *rest)))


def test_nothing_is_changed_on_an_image_that_cannot_be_seen(
    page: ViewerPage, hand: Hand, wishes: list[EditWish]
) -> None:
    page.editing.use(Tool.SELECT)
    page.canvas.set_picture(None)
    page.show_problem(UserMessage('"a.jpg" does not exist.'))
    page.canvas.select_all()
    page.canvas.delete_selected()
    page.editing.choose_class(0)
    page.editing.mark_empty()
    assert wishes == []
    assert page.edit_bar.hint == NOT_SEEN


def test_an_outline_that_was_clicked_is_closed_by_one_enter(page: ViewerPage, hand: Hand, wishes) -> None:
    page.edit_bar.classes.set_current(TEXT)
    hand.keys(Key.Key_P)
    for x, y in ((20, 20), (80, 20), (80, 60), (20, 60)):
        hand.click(x, y)
    hand.click(20.5, 60.5)  # a hand that shakes
    hand.move(300, 200)
    hand.keys(Key.Key_Return)
    (wish,) = wishes
    assert near(wish.shapes[0], Polygon(((20, 20, 80, 20, 80, 60, 20, 60),)))


def test_a_click_beside_a_side_keeps_the_outline_for_the_second_one(
    page: ViewerPage, hand: Hand, wishes, annotated: AnnotatedImage
) -> None:
    _put(page, annotated, Polygon(((100.0, 100.0, 150.0, 100.0, 150.0, 160.0, 100.0, 150.0),)))
    hand.keys(Key.Key_E)
    hand.click(130, 120)
    beside = 100 - 3 / page.canvas.view.scale
    hand.click(125, beside)
    assert [one.key for one in page.canvas.selected_objects()] == ["a1"]
    hand.double(125, beside)
    assert len(wishes[-1].shapes[AnnotationId("a1")].rings[0]) == 10


def test_a_rectangle_drawn_over_empty_ground_selects_what_lies_in_it(page: ViewerPage, hand: Hand, wishes) -> None:
    hand.keys(Key.Key_E)
    hand.drag((395, 10), (350, 30), (290, 50), hold=SHIFT)
    assert [one.key for one in page.canvas.selected_objects()] == ["a2"]
    before = page.canvas.view
    hand.drag((1, 1), (200, 200), (399, 299), hold=CONTROL)
    assert len(page.canvas.selected_objects()) == 3, "beside what is selected; not the label of the whole image"
    assert page.side_panel.selection_facts()[0] == ("Selected", "3 shapes")
    assert page.canvas.view == before, "the image is not moved"
    assert wishes == []


def test_a_rectangle_is_given_up_by_escape(page: ViewerPage, hand: Hand) -> None:
    hand.keys(Key.Key_E)
    hand.press(395, 10, SHIFT)
    hand.move(200, 200, LEFT)
    assert page.canvas.is_banding
    hand.keys(Key.Key_Escape)
    assert not page.canvas.is_banding
    assert page.canvas.is_editing
    assert page.canvas.selected_objects() == ()


def test_a_click_with_shift_takes_a_shape_off_the_selection(page: ViewerPage, hand: Hand) -> None:
    hand.keys(Key.Key_E)
    hand.click(340, 30)
    hand.click(60, 240, SHIFT)
    hand.click(340, 30, SHIFT)
    assert [one.key for one in page.canvas.selected_objects()] == ["a0"], "the first one too"
    assert page.side_panel.selection_facts()[0][0] == "Class"


def test_an_image_with_nothing_on_it_says_how_to_begin(page: ViewerPage, hand: Hand, annotated: AnnotatedImage) -> None:
    hand.keys(Key.Key_E)
    assert "Drag shapes" in page.edit_bar.hint
    page.set_annotated(AnnotatedImage(annotated.image))
    assert "Nothing is drawn yet" in page.edit_bar.hint
    page.set_annotated(annotated)
    assert "Drag shapes" in page.edit_bar.hint
