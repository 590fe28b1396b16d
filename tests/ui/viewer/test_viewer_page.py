from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QCheckBox, QListView, QScrollBar, QSlider, QWidget
from pytestqt.qtbot import QtBot

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId
from core.domain.judgements import ModelAnnotation
from core.domain.messages import UserMessage
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageState
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.overlays import ObjectRef, OverlayKind
from ui.viewer.picture import Picture
from ui.viewer.viewer_keys import MODE_KEYS, VIEWER_KEYS
from ui.viewer.viewer_page import ViewerPage

MakePicture = Callable[..., Picture]


@pytest.fixture
def page(
    qtbot: QtBot, annotated: AnnotatedImage, categories: tuple[Category, ...], make_picture: MakePicture
) -> ViewerPage:
    page = ViewerPage()
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    page.set_categories(categories)
    page.show_image(annotated.image.id, annotated.image.name)
    page.set_position(5, 12)
    page.set_annotated(annotated)
    page.set_picture(make_picture())
    page.canvas.setFocus()
    return page


@pytest.mark.parametrize(
    ("key", "step"),
    [(Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1), (Qt.Key.Key_PageUp, -1), (Qt.Key.Key_PageDown, 1)],
)
def test_keys_go_to_the_neighbours(qtbot: QtBot, page: ViewerPage, key: Qt.Key, step: int) -> None:
    with qtbot.waitSignal(page.step_requested) as wish:
        qtbot.keyClick(page.canvas, key)
    assert wish.args == [step]


def test_keys_go_on_working_after_clicks_everywhere(qtbot: QtBot, page: ViewerPage) -> None:
    """The arrow keys turn pages whatever was clicked before: image, boxes, sliders, list, buttons. While
    annotations are edited they move these, and Page Up and Page Down turn pages."""
    targets: list[QWidget] = [page.canvas]
    targets += page.findChildren(QCheckBox)
    targets += page.findChildren(QSlider)
    targets += [view.viewport() for view in page.findChildren(QListView)]
    targets += [button for button in page.findChildren(QAbstractButton) if button.isVisible() and button.isEnabled()]
    targets.remove(page._edit)
    steps: list[int] = []
    page.step_requested.connect(steps.append)
    for target in targets:
        qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
        steps.clear()
        focused = page.window().focusWidget()
        assert focused is not None, target
        qtbot.keyClick(focused, Qt.Key.Key_Right)
        assert steps == [1], target


def test_there_is_no_step_beyond_the_ends(qtbot: QtBot, page: ViewerPage) -> None:
    page.set_position(0, 1)
    with qtbot.assertNotEmitted(page.step_requested):
        qtbot.keyClick(page.canvas, Qt.Key.Key_Left)
        qtbot.keyClick(page.canvas, Qt.Key.Key_Right)


def test_numbers_show_and_hide_classes(qtbot: QtBot, page: ViewerPage) -> None:
    qtbot.keyClick(page.canvas, Qt.Key.Key_2)
    assert page.side_panel.categories.hidden == {CategoryId("picture")}
    qtbot.keyClick(page.canvas, Qt.Key.Key_2)
    qtbot.keyClick(page.canvas, Qt.Key.Key_9)
    assert page.side_panel.categories.hidden == frozenset()


def test_hidden_classes_stay_hidden_on_the_next_image(
    qtbot: QtBot, page: ViewerPage, annotated: AnnotatedImage, make_picture: MakePicture
) -> None:
    qtbot.keyClick(page.canvas, Qt.Key.Key_1)
    page.show_image(annotated.image.id, "next.png")
    page.set_annotated(replace(annotated, annotations=annotated.annotations[:1]))
    page.set_picture(make_picture())
    assert page.side_panel.categories.hidden == {CategoryId("text")}


def test_fit_actual_size_and_zoom_keys(qtbot: QtBot, page: ViewerPage) -> None:
    fitted = page.canvas.view
    qtbot.keyClick(page.canvas, Qt.Key.Key_0)
    assert page.canvas.view.scale * page.canvas.devicePixelRatioF() == pytest.approx(1.0)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Plus)
    assert page.canvas.view.scale > 1.0 / page.canvas.devicePixelRatioF()
    qtbot.keyClick(page.canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(page.canvas, Qt.Key.Key_F)
    assert page.canvas.view == fitted


def test_escape_lets_go_of_the_selection_then_goes_back(qtbot: QtBot, page: ViewerPage) -> None:
    qtbot.keyClick(page.canvas, Qt.Key.Key_N)
    assert page.canvas.selected is not None
    with qtbot.assertNotEmitted(page.back_requested):
        qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert page.canvas.selected is None
    with qtbot.waitSignal(page.back_requested):
        qtbot.keyClick(page.canvas, Qt.Key.Key_Escape)


def test_the_inspector_says_what_is_selected(qtbot: QtBot, page: ViewerPage) -> None:
    for _ in range(4):
        qtbot.keyClick(page.canvas, Qt.Key.Key_N)
    facts = dict(page.side_panel.selection_facts())
    assert facts["Class"] == "text_line"
    assert facts["Shape"] == "Polygon, 4 points"
    assert facts["Position"] == "left 100, top 100 px"
    assert facts["Size"] == "50 × 50 px"
    assert facts["Area"].startswith("2500 px² (2.1 %") or facts["Area"].startswith("2,500 px² (2.1 %")
    assert facts["Source"] == "Import"
    assert "Class: text_line" in page.canvas.accessibleDescription()


def test_the_inspector_says_what_the_file_said_of_a_line(
    qtbot: QtBot, page: ViewerPage, annotated: AnnotatedImage
) -> None:
    attributes = (("type", "HeadingLine"), ("alto:LANG", "fr"))
    details = AnnotationDetails(
        "line_1", "zone_1", 0, "Ave\n<b>Maria</b>", (1, 2, 3, 4), is_baseline_derived=True, attributes=attributes
    )
    (line,) = [
        item for item in annotated.annotations if item.geometry == Polygon(((100, 100, 150, 100, 150, 150, 100, 150),))
    ]
    page.set_annotated(replace(annotated, annotations=(replace(line, details=details),)))
    qtbot.keyClick(page.canvas, Qt.Key.Key_N)
    facts = page.side_panel.selection_facts()
    assert facts[1:3] == [("Text", "Ave <b>Maria</b>"), ("Type", "HeadingLine")]
    assert facts[-3:] == [("Baseline", "Derived from the outline"), ("Id", "line_1"), ("Lies in", "zone_1")]


def test_an_image_that_cannot_be_shown_says_why_and_keeps_the_keys(qtbot: QtBot, page: ViewerPage) -> None:
    page.show_problem(UserMessage("The file ends before the picture does.", "Copy it again."))
    assert page.is_showing_problem
    focused = page.window().focusWidget()
    assert focused is not None
    with qtbot.waitSignal(page.step_requested):
        qtbot.keyClick(focused, Qt.Key.Key_Right)


def test_loading_is_said_when_it_takes_time(
    qtbot: QtBot, page: ViewerPage, annotated: AnnotatedImage, make_picture: MakePicture
) -> None:
    page.show_image(annotated.image.id, "slow.png")
    qtbot.waitUntil(lambda: not page.canvas.isVisible())
    page.set_picture(make_picture())
    assert page.canvas.isVisible()


def test_the_state_and_rotation_of_the_file_are_shown(
    qtbot: QtBot, page: ViewerPage, annotated: AnnotatedImage
) -> None:
    record = replace(annotated.image, orientation=6, state=ImageState.DAMAGED, damage="The file ends early.")
    page.set_annotated(replace(annotated, image=record))
    facts = dict(page.side_panel._image.facts())
    assert "EXIF 6" in facts["Rotation"]
    assert facts["State"] == "The file ends early."


def test_an_image_marked_as_empty_says_so(page: ViewerPage, annotated: AnnotatedImage) -> None:
    negative = Annotation(AnnotationId("n"), annotated.image.id, None, None)
    page.set_annotated(replace(annotated, annotations=(negative,)))
    assert dict(page.side_panel._image.facts())["Ground truth"] == "Looked at: nothing to find"


def test_holding_h_hides_the_ground_truth(qtbot: QtBot, page: ViewerPage) -> None:
    with_shapes = page.canvas.grab().toImage()
    qtbot.keyPress(page.canvas, Qt.Key.Key_H)
    without = page.canvas.grab().toImage()
    qtbot.keyRelease(page.canvas, Qt.Key.Key_H)
    assert without != with_shapes
    assert page.canvas.grab().toImage() == with_shapes


def test_every_control_has_a_name(page: ViewerPage) -> None:
    kinds = (QAbstractButton, QAbstractSlider, QListView, LayeredCanvas)
    nameless = [
        widget
        for kind in kinds
        for widget in page.findChildren(kind)
        if not isinstance(widget, QScrollBar)
        and not widget.isHidden()
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]
    assert nameless == []


def test_every_key_that_works_is_in_the_table_and_every_row_is_in_the_guide(page: ViewerPage) -> None:
    connected = {shortcut.key().toString() for shortcut in page.findChildren(QShortcut)}
    assert connected == {QKeySequence(key).toString() for row in VIEWER_KEYS for key in row.keys}
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "viewer.md").read_text(encoding="utf-8")
    assert [row.shown for row in VIEWER_KEYS if f"| {row.shown} | {row.does} |" not in guide] == []


def test_the_modes_are_in_the_guide_and_among_the_shortcuts() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "viewer.md").read_text(encoding="utf-8")
    assert [row.shown for row in MODE_KEYS if f"| {row.shown} | {row.does} |" not in guide] == []


def test_shift_and_the_arrow_keys_move_the_image(qtbot: QtBot, page: ViewerPage) -> None:
    page.canvas.show_actual_size()
    before = page.canvas.view
    steps: list[int] = []
    page.step_requested.connect(steps.append)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.canvas.view.dx < before.dx
    assert page.canvas.view.dy < before.dy
    assert steps == []


def test_the_view_is_saved_when_there_is_one(qtbot: QtBot, page: ViewerPage) -> None:
    with qtbot.waitSignal(page.save_requested):
        qtbot.keyClick(page.canvas, Qt.Key.Key_S)
    page.canvas.set_picture(None)
    with qtbot.assertNotEmitted(page.save_requested):
        qtbot.keyClick(page.canvas, Qt.Key.Key_S)


def test_annotations_made_by_models_are_solid_named_and_can_be_hidden(qtbot: QtBot, page: ViewerPage) -> None:
    image = page._annotated.image.id if page._annotated else ImageId("image")
    made = ModelAnnotation(
        AnnotationId("m"), image, CategoryId("picture"), Box(260, 200, 380, 280), 0.81, "Pages V002", None, True
    )
    bare = page.canvas.grab().toImage()
    page.set_accepted((made,))
    with_it = page.canvas.grab().toImage()
    assert with_it != bare
    assert [box.text() for box in page.findChildren(QCheckBox) if "odels" in box.text()] == ["&Made by models (1)"]
    page.canvas.select(ObjectRef(OverlayKind.PREDICTIONS_A, 0))
    facts = dict(page.side_panel.selection_facts())
    assert facts["Source"] == "Pages V002, corrected by a person"
    assert facts["Confidence"] == "0.81"
    removed: list[str] = []
    page.editing.wished.connect(lambda wish: removed.extend(wish.annotations))
    qtbot.keyClick(page.canvas, Qt.Key.Key_Delete)
    page.canvas.select(page.canvas.layers[OverlayKind.GROUND_TRUTH].objects[0])
    qtbot.keyClick(page.canvas, Qt.Key.Key_Delete)
    assert removed == ["m"], "ground truth is never taken away"
    page.canvas.select(None)
    qtbot.keyClick(page.canvas, Qt.Key.Key_M)
    assert page.canvas.grab().toImage() == bare
    page.show_image(ImageId("another"), "another.png")
    assert [box for box in page.findChildren(QCheckBox) if "odels" in box.text() and not box.isHidden()] == [], (
        "of the image before"
    )
