from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from ui.viewer.picture import Picture
from ui.viewer.view_transform import ViewTransform, fitted


def _image(width: int, height: int, colour: str) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def _painted(picture: Picture, view: ViewTransform, size: QSize) -> QImage:
    target = QImage(size, QImage.Format.Format_RGB32)
    target.fill(QColor("black"))
    painter = QPainter(target)
    picture.paint(painter, view, size)
    painter.end()
    return target


def test_the_level_fits_the_scale(qtbot: QtBot) -> None:
    large, middle, small = _image(400, 200, "red"), _image(200, 100, "green"), _image(100, 50, "blue")
    picture = Picture(400, 200, (large, middle, small))
    assert picture.level_for(1.0) is large
    assert picture.level_for(0.5) is middle
    assert picture.level_for(0.3) is middle
    assert picture.level_for(0.1) is small
    assert picture.level_for(8.0) is large


def test_a_preview_is_drawn_at_the_images_place(qtbot: QtBot) -> None:
    """The same view shows the same part, whether the pixels are a small copy or all of them."""
    size = QSize(300, 200)
    view = fitted((4000, 2000), (size.width(), size.height()))
    preview, whole = Picture(4000, 2000, (_image(40, 20, "red"),)), Picture(4000, 2000, (_image(4000, 2000, "red"),))
    assert not preview.is_full
    assert whole.is_full
    first, second = _painted(preview, view, size), _painted(whole, view, size)
    for x in range(0, 300, 7):
        for y in range(0, 200, 7):
            assert first.pixelColor(x, y) == second.pixelColor(x, y), (x, y)


def test_single_pixels_are_squares_when_zoomed_in(qtbot: QtBot) -> None:
    image = _image(2, 1, "red")
    image.setPixelColor(1, 0, QColor("blue"))
    shown = _painted(Picture(2, 1, (image,)), ViewTransform(20.0), QSize(40, 20))
    assert {shown.pixelColor(x, 10).name() for x in range(1, 39)} == {"#ff0000", "#0000ff"}


def test_nothing_is_drawn_when_the_image_is_elsewhere(qtbot: QtBot) -> None:
    shown = _painted(Picture(10, 10, (_image(10, 10, "red"),)), ViewTransform(1.0, 500, 500), QSize(50, 50))
    assert shown.pixelColor(25, 25) == QColor("black")


def test_an_image_beyond_what_qt_steps_through_is_cut_first(qtbot: QtBot) -> None:
    """Sides above 32,767 pixels: the end of the image must be at the end."""
    image = _image(40_000, 4, "red")
    for y in range(4):
        image.setPixelColor(39_999, y, QColor("blue"))
    shown = _painted(Picture(40_000, 4, (image,)), ViewTransform(4.0, -4 * 39_990.0, 0), QSize(40, 16))
    assert shown.pixelColor(38, 8) == QColor("blue")
    assert shown.pixelColor(10, 8) == QColor("red")
