"""The page of similar images: two questions, what was found, and ways into the grid and the viewer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.similar import AlikeFound, AlikeGroup, LabelNext, NearestImages, NextImage
from ui.similar.similar_page import COPIES, NEXT, SimilarPage
from ui.widgets.formatting import count


def ids(*numbers: int) -> ImageIds:
    return ImageIds.of([ImageId(str(number)) for number in numbers])


@pytest.fixture
def page(qtbot: QtBot) -> SimilarPage:
    made = SimilarPage()
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    return made


def test_each_question_is_asked_with_its_button(page: SimilarPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.search_requested) as asked:
        page._empty._button.click()
    assert asked.args == [NEXT]
    page.set_mode(COPIES)
    with qtbot.waitSignal(page.search_requested) as asked:
        page._empty._button.click()
    assert asked.args == [COPIES]


def test_while_it_looks_nothing_else_is_begun(page: SimilarPage) -> None:
    page.show_progress(0, 76, "looking at 76 images")
    assert page._doing.text() == "Looking at 76 images"
    assert not page._empty._button.isEnabled()
    page.end_progress()
    assert page._empty._button.isEnabled()


def test_proposals_are_listed_and_lead_into_the_grid(page: SimilarPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.pictures_requested) as asked:
        page.show_next(
            LabelNext(
                (NextImage(ImageId("5"), 3, ids(6, 7)), NextImage(ImageId("9"), 0, ids())),
                "a network",
                4,
                2,
                ("a.png: damaged.", "b.png: damaged.", "c.png: damaged.", "d.png: damaged."),
            )
        )
    assert asked.args == [ids(5, 6, 7)]
    assert page._note.text() == "Not labelled: 4 of 6 images. Compared by a network."
    assert page._problems.text().endswith("c.png: damaged. And 1 more.")
    with qtbot.waitSignal(page.images_requested) as shown:
        QTest.mouseClick(page._all, Qt.MouseButton.LeftButton)
    assert shown.args == [ids(5, 9), "proposed to be labelled next"]
    with qtbot.waitSignal(page.images_requested) as shown:
        QTest.keyClick(page._list, Qt.Key.Key_Return)
    assert shown.args is not None
    assert shown.args[0] == ids(5, 6, 7)


def test_copies_are_listed_and_pictures_fill_the_board(page: SimilarPage, qtbot: QtBot) -> None:
    page.set_mode(COPIES)
    page.show_copies(AlikeFound((AlikeGroup(ids(1, 2), True), AlikeGroup(ids(3, 4), False)), 9))
    assert [entry.detail for entry in page._entries.entries] == [
        "the very same file",
        "the same picture, saved differently",
    ]
    page.show_images([(ImageId("1"), "a.png"), (ImageId("2"), "b.png")])
    page.board.set_picture(ImageId("1"), QImage(300, 100, QImage.Format.Format_RGB32))
    page.board.set_picture(ImageId("77"), QImage(3, 1, QImage.Format.Format_RGB32))
    page.board.set_failure(ImageId("2"), "The file is missing.")
    assert page.board.ids == (ImageId("1"), ImageId("2"))
    assert page.board.model().index(1, 0).data() == "b.png\nThe file is missing."
    with qtbot.waitSignal(page.image_opened) as opened:
        page.board.setCurrentIndex(page.board.model().index(0, 0))
        QTest.keyClick(page.board, Qt.Key.Key_Return)
    assert opened.args == [ImageId("1")]


def test_what_looks_like_one_image_has_a_question_of_its_own(page: SimilarPage, qtbot: QtBot) -> None:
    like_one = page._modes.buttons()[-1]
    assert not like_one.isVisible()
    with qtbot.waitSignal(page.pictures_requested) as asked:
        page.show_nearest(ImageId("4"), "a.png", NearestImages(ids(9, 2), (0.9, 0.7), "a network"))
    assert asked.args == [ids(4, 9, 2)]
    assert like_one.isVisible()
    assert not page._again.isVisible()
    with qtbot.waitSignal(page.images_requested) as shown:
        page._one.click()
    assert shown.args == [ids(4, 9, 2), "that look like a.png"]
    page.clear()
    assert (page.mode, like_one.isVisible()) == (NEXT, False)


def test_what_was_found_stays_for_each_question_and_goes_with_the_project(page: SimilarPage) -> None:
    page.show_next(LabelNext((), "a network", 0, 6))
    assert page._empty._heading.text() == "Every image is labelled"
    page.set_mode(COPIES)
    page.show_copies(AlikeFound((), 6))
    assert page._empty._heading.text() == "No copies"
    page.set_mode(NEXT)
    assert page._empty._heading.text() == "Every image is labelled"
    page.clear()
    assert page._empty._button.isVisible()


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (LabelNext((), "a network", 0, 3), "Every image is labelled"),
        (LabelNext((), "a network", 2, 3, ("a.png: damaged.",)), "Nothing to propose"),
        (LabelNext((), "a network", 0, 0), "No images yet"),
        (AlikeFound((), 3), "No copies"),
        (AlikeFound((), 0), "Nothing was compared"),
    ],
)
def test_nothing_found_says_why(page: SimilarPage, found: LabelNext | AlikeFound, title: str) -> None:
    if isinstance(found, LabelNext):
        page.show_next(found)
    else:
        page.set_mode(COPIES)
        page.show_copies(found)
    assert page._empty._heading.text() == title


def test_of_thousands_that_look_the_same_the_first_are_pictured(page: SimilarPage, qtbot: QtBot) -> None:
    many = ids(*range(1, 5001))
    page.set_mode(COPIES)
    with qtbot.waitSignal(page.pictures_requested) as asked:
        page.show_copies(AlikeFound((AlikeGroup(many, is_exact=True),), 5000))
    assert asked.args == [many[:100]]
    assert page._first.text() == f"The first 100 of {count(5000)} images."
    with qtbot.waitSignal(page.images_requested) as shown:
        page._one.click()
    assert shown.args is not None
    assert shown.args[0] == many


def test_what_changed_since_is_said_of_what_was_found_before(page: SimilarPage) -> None:
    page.show_next(LabelNext((NextImage(ImageId("5"), 0, ids()),), "a network", 1, 2))
    assert not page._outdated.isVisible()
    page.set_outdated()
    assert page._outdated.isVisible()
    page.set_mode(COPIES)
    assert not page._outdated.isVisible()
    page.show_copies(AlikeFound((), 3))
    page.set_mode(NEXT)
    assert page._outdated.isVisible()
    page.show_next(LabelNext((NextImage(ImageId("5"), 0, ids()),), "a network", 1, 2))
    assert not page._outdated.isVisible()


def test_of_very_many_groups_the_largest_are_listed_and_all_are_shown(page: SimilarPage, qtbot: QtBot) -> None:
    groups = tuple(AlikeGroup(ids(2 * n + 1, 2 * n + 2), is_exact=False) for n in range(1200))
    page.set_mode(COPIES)
    page.show_copies(AlikeFound(groups, 9000))
    assert page._entries.rowCount() == 1000
    assert page._note.text().endswith(f"The {count(1000)} largest are listed.")
    with qtbot.waitSignal(page.images_requested) as shown:
        page._all.click()
    assert shown.args == [ids(*range(1, 2401)), "that have copies"]
