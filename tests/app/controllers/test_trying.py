"""The page on which a version is tried, with a real version in a real process."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("rechecks", "training")]

from recheck_site import RecheckSite

from app.controllers.trying import TryingController
from core.domain.devices import Device, DeviceReport
from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.domain.trying import TriedImage
from core.trying.service import TryingService
from ui.trying.try_page import TryPage


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    made = RecheckSite(tmp_path_factory.mktemp("trying"))
    yield made
    made.close()


@pytest.fixture
def page(qtbot):
    made = TryPage()
    qtbot.addWidget(made)
    made.resize(1000, 600)
    return made


@pytest.fixture
def controller(site, page, browse_jobs):
    report = DeviceReport((Device("cpu", "CPU"),), "")
    trying = TryingService(site.shop.home, site.shop.models, site.shop.catalog, devices=lambda: report)
    made = TryingController(trying=trying, jobs=browse_jobs, page=page, parent=page)
    yield made
    made.close()


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "a picture.png"
    Image.new("RGB", (60, 40), (200, 180, 160)).save(path)
    return path


def test_a_dropped_file_is_shown_and_tried(site, page, controller, qtbot, picture):
    controller.open(site.quick)
    qtbot.waitUntil(lambda: page.version == site.quick)

    page.file_given.emit(picture)
    qtbot.waitUntil(lambda: page.tried is not None, timeout=60_000)

    assert page.canvas.image_size() == (60, 40)
    assert json.loads(page.json)["image"] == "a picture.png"
    assert "60 x 40 pixels" in page.place_text
    assert "on the processor" in page.place_text
    assert sorted(path.name for path in picture.parent.iterdir()) == ["a picture.png"]


def test_pictures_and_files_come_out_of_the_clipboard(site, page, controller, qtbot, picture):
    controller.open(site.quick)
    qtbot.waitUntil(lambda: page.version == site.quick)
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("#aa8855"))
    clipboard = QGuiApplication.clipboard()

    clipboard.setImage(image)
    page.paste()
    qtbot.waitUntil(lambda: page.tried is not None, timeout=60_000)
    assert page.tried.name == "Pasted picture"
    assert (page.tried.width, page.tried.height) == (30, 20)

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(picture))])
    clipboard.setMimeData(data)
    page.paste()
    qtbot.waitUntil(lambda: page.tried is not None and page.tried.name == "a picture.png", timeout=60_000)

    clipboard.setText("no picture")
    page.paste()
    assert "no picture in the clipboard" in page.problem_text


def test_a_wrong_file_is_said_and_what_was_there_stays(site, page, controller, qtbot, picture, tmp_path):
    controller.open(site.quick)
    qtbot.waitUntil(lambda: page.version == site.quick)
    page.file_given.emit(picture)
    qtbot.waitUntil(lambda: page.tried is not None, timeout=60_000)
    wrong = tmp_path / "notes.txt"
    wrong.write_text("words")

    page.file_given.emit(wrong)

    qtbot.waitUntil(lambda: page.problem_text != "")
    assert "not a picture" in page.problem_text
    assert page.tried.name == "a picture.png"


def test_the_slider_begins_at_the_versions_threshold_and_moves_picture_list_and_json(page):
    page.set_threshold(0.4)
    assert page.confidence == 0.4
    objects = tuple(PredictedObject(0, sure, Box(1, 1, 9, 9)) for sure in (0.9, 0.5, 0.2))
    page.show_tried(TriedImage("a.png", 60, 40, ("disc",), objects, "Quick V001", "cuda:0", 0.1, 0.05, "It is busy."))
    assert len(json.loads(page.json)["objects"]) == 2
    assert page.count_text == "2 objects"
    assert page.place_text.endswith("It is busy.")
    page.set_threshold(0.1)
    assert len(json.loads(page.json)["objects"]) == 3
    page.set_threshold(0.95)
    assert page.count_text == "Nothing found"


def test_of_a_classifier_the_surest_class_is_said_and_no_threshold(page):
    page.set_threshold(0.0)
    labels = tuple(PredictedObject(k, sure, Box(0, 0, 60, 40)) for k, sure in ((1, 0.6), (0, 0.4)))
    tried = TriedImage("a.png", 60, 40, ("disc", "ring"), labels, "Quick V001", "cpu", 0.1, 0.0, labels=True)
    page.show_tried(replace(tried, limits=(0.0, 0.0), is_exclusive=True))
    assert page.count_text == "ring"
    assert not page.tells_threshold
    page.show_tried(replace(tried, limits=(0.5, 0.5)))
    assert page.tells_threshold


def test_without_a_version_it_says_what_to_do(page, qtbot):
    assert page.version is None
    with qtbot.assertNotEmitted(page.nothing_pasted):
        page.paste()
    assert not page.grab().isNull()
