"""The filter of a project in the window, on a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.controllers.filters import FiltersController
from app.controllers.images import ImagesController
from app.jobs import JobRunner
from app.late_thumbnails import LateThumbnails
from app.services import Services, open_services
from app.undo import UndoHistory
from core.domain.filters import Condition, Group, Operator
from core.domain.imports import ImportSource
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.home import Home
from ui.filters.condition_dialog import ConditionDialog
from ui.filters.filter_dialog import FilterDialog
from ui.filters.name_dialog import NameDialog
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage

TRAIN = Group(items=(Condition("dir", Operator.EQ, "train"),))
SHIFT = Qt.KeyboardModifier.ShiftModifier
ZONE = Condition("label", Operator.EQ, "zone")


class Site:
    """A window's middle with a project of eight images: four in train, four in val."""

    def __init__(self, qtbot: QtBot, services: Services, jobs: JobRunner, project: Project) -> None:
        self.qtbot, self.services, self.project = qtbot, services, project
        self.browser = ImageBrowser()
        self.page = ProjectPage(self.browser)
        qtbot.addWidget(self.page, before_close_func=lambda _: self.wait())  # answers come to what is still there
        self.page.resize(1100, 700)
        self.page.show()
        self.undo = UndoHistory(jobs)
        self.images = ImagesController(
            projects=services.projects,
            thumbnails=LateThumbnails(services),
            jobs=jobs,
            page=self.page,
            browser=self.browser,
        )
        self.filters = FiltersController(
            services=services, jobs=jobs, undo=self.undo, browser=self.browser, images=self.images
        )
        self.messages: list[UserMessage] = []
        self.filters.message_raised.connect(self.messages.append)
        jobs.changed.connect(self.filters.refresh)
        jobs.changed.connect(self.images.refresh)
        self.jobs = jobs
        self.images.show_project(project)
        self.filters.show_project(project)
        self.undo.show_project(project.id)
        self.page.set_folders(services.projects.list_folders(project.id))
        self.wait()

    def wait(self) -> None:
        self.qtbot.waitUntil(lambda: self.jobs.n_busy == 0 and not self.images._reload_timer.isActive(), timeout=10_000)

    @property
    def status(self) -> str:
        return self.browser.status_text.partition("  ·  ")[0]


@pytest.fixture
def site(qtbot: QtBot, tmp_path: Path, make_browse_folder, browse_jobs: JobRunner) -> Iterator[Site]:
    root = make_browse_folder()
    with open_services(Home(tmp_path / "home")) as services:
        report = services.imports.commit(ImportSource(root / "coco.json", root), project_name="Pages")
        made = Site(qtbot, services, browse_jobs, services.projects.get_project(report.project))
        yield made
        made.wait()
        assert browse_jobs.shutdown()


def test_conditions_hold_together_with_the_side_panel_and_are_lifted_by_their_chips(site: Site) -> None:
    site.filters.apply(TRAIN)
    site.wait()
    assert site.status == "4 of 8 images"
    site.filters.bar.add_item(ZONE)
    site.page._folders.select_folder("val")
    site.browser.filters.search.setText("page")
    site.qtbot.waitUntil(lambda: len(site.filters.bar.words) == 4)
    site.wait()
    assert site.status == "0 of 8 images"
    assert site.filters.bar.words == ['in "val"', 'named "page"', "in train", "with zone"]
    site.filters.bar.chips[0].remove()
    site.filters.bar.chips[0].remove()
    site.wait()
    assert site.filters.bar.words == ["in train", "with zone"]
    assert (site.page.selected_folder, site.browser.filters.search.text()) == ("", "")
    site.images.clear_filters()
    site.wait()
    assert (site.filters.bar.words, site.status) == ([], "8 images")


def test_a_condition_is_added_and_changed_in_its_dialog(site: Site) -> None:
    site.filters.edit_condition(None)
    site.wait()
    dialog = site.filters.editing.dialog
    assert isinstance(dialog, ConditionDialog)
    dialog.row.set_condition(ZONE)
    dialog._take()
    site.wait()
    assert site.filters.bar.group == Group(items=(ZONE,))
    site.filters.edit_condition(0)
    site.wait()
    dialog = site.filters.editing.dialog
    assert isinstance(dialog, ConditionDialog)
    assert dialog.row.condition() == ZONE
    dialog.row.set_condition(Condition("label", Operator.EQ, "text"))
    dialog._take()
    site.wait()
    assert site.filters.bar.words == ["with text"]


def test_a_filter_is_written_as_text_counted_and_applied(site: Site) -> None:
    site.filters.edit_all(as_text=True)
    site.wait()
    dialog = site.filters.editing.dialog
    assert isinstance(dialog, FilterDialog)
    for text, marked, words in (
        ('{"dirr": "train"}', (1, 2), "E-530"),
        ('{"dir" "train"}', (1, 8), "E-531: Not valid JSON at line 1, column 8."),
    ):
        dialog.text._text.setPlainText(text)
        site.qtbot.waitUntil(lambda marked=marked: dialog.text.marked == marked)
        assert words in dialog.text.problem
    dialog.text._text.setPlainText('{"dir": "gone"}')
    site.qtbot.waitUntil(lambda: dialog.count_text.startswith("E-524"))
    dialog.text._text.setPlainText('{"filter": {"$and": [{"dir": "/train"}]}}')
    site.qtbot.waitUntil(lambda: dialog.count_text == "4 of 8 images")
    dialog._apply.click()
    site.wait()
    assert (site.filters.bar.group, site.status) == (TRAIN, "4 of 8 images")


def test_filters_are_kept_chosen_replaced_renamed_deleted_and_taken_back(site: Site) -> None:
    site.filters.apply(TRAIN)
    site.filters._ask_name(TRAIN)
    assert isinstance(site.filters.dialog, NameDialog)
    site.filters.dialog.line.setText("learn")
    site.filters.dialog._take()
    site.wait()
    site.qtbot.waitUntil(lambda: [one.name for one in site.filters.saved] == ["learn"])
    assert "learn" in site.filters.bar.saved.text()
    site.images.clear_filters()
    site.wait()
    (one,) = site.filters.saved
    site.filters.show_saved(one)
    site.wait()
    assert site.status == "4 of 8 images"
    site.filters.save("learn", Group(items=(ZONE,)), replaces=True)
    site.wait()
    site.filters.rename(site.filters.saved[0], "look")
    site.wait()
    site.qtbot.waitUntil(lambda: site.filters.saved[0].name == "look")
    site.filters._ask_to_delete(site.filters.saved[0])
    assert isinstance(site.filters.dialog, QMessageBox)
    site.filters.dialog.buttons()[0].click()
    site.wait()
    site.qtbot.waitUntil(lambda: site.filters.saved == ())
    for names in (["look"], ["learn"], ["learn"], []):
        assert site.undo.undo_text
        site.undo.undo()
        site.wait()
        site.qtbot.waitUntil(lambda names=names: [one.name for one in site.filters.saved] == names)
    site.undo.redo()
    site.wait()
    site.qtbot.waitUntil(lambda: site.filters.saved != ())
    assert site.filters.saved[0].filter == TRAIN


def test_a_name_that_another_window_took_is_told(site: Site) -> None:
    site.services.filters.save(site.project.id, "learn", TRAIN)
    site.filters.save("learn", TRAIN)
    site.wait()
    assert "exists already" in site.messages[-1].text


def test_a_class_that_is_gone_is_named_over_the_images(site: Site) -> None:
    site.filters.apply(Group(items=(Condition("label", Operator.EQ, "gone"),)))
    site.wait()
    assert 'Filter refers to "gone"' in site.browser._empty._heading.text()
    site.filters.bar.chips[0].remove()
    site.wait()
    assert site.status == "8 images"


def test_the_list_follows_what_happens_to_the_images(site: Site) -> None:
    site.filters.bar.add_item(Condition("tag", Operator.NIN, ("train", "validation", "test")))
    site.wait()
    assert site.status == "8 of 8 images"
    images = tuple(site.browser.grid.ids)[:3]
    site.jobs.run(lambda: site.services.bulk_tags.edit(site.project.id, images, give=["train"]), pool="registry")
    site.qtbot.waitUntil(lambda: site.status == "5 of 8 images")


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_classes_and_tags_are_proposed_while_a_name_is_searched_for(site: Site) -> None:
    line, completer = site.browser.filters.search, site.filters.suggestions.completer
    site.qtbot.waitUntil(lambda: site.filters.suggestions.model.rowCount() == 2)
    line.setFocus()
    site.qtbot.keyClicks(line, "zon")
    assert [completer.completionModel().index(row, 0).data() for row in range(completer.completionCount())] == [
        "Class: zone"
    ]
    completer.activated[QModelIndex].emit(completer.completionModel().index(0, 0))
    site.qtbot.waitUntil(lambda: line.text() == "" and site.filters.bar.words == ["with zone"])
    site.wait()
    assert site.browser.status_text.startswith("3 of 8")


@pytest.mark.qt_log_ignore("does not support", extend=True)  # the list that opens
def test_a_condition_is_asked_and_taken_back_by_keys_alone(site: Site) -> None:
    site.browser.grid.setFocus()
    site.qtbot.keyClick(site.browser.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | SHIFT)
    site.wait()
    dialog = site.filters.editing.dialog
    assert isinstance(dialog, ConditionDialog)
    keys = site.qtbot.keyClicks
    keys(dialog.row._field, "Cl")
    site.qtbot.keyClick(dialog.row._field, Qt.Key.Key_Tab)
    site.qtbot.keyClick(dialog.row._operator, Qt.Key.Key_Down)  # is not
    site.qtbot.keyClick(dialog.row._operator, Qt.Key.Key_Tab)
    line = dialog.focusWidget()
    assert line is not None
    site.qtbot.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    keys(line, "zone")
    site.qtbot.keyClick(dialog, Qt.Key.Key_Return)
    site.qtbot.waitUntil(lambda: site.filters.bar.words == ["without zone"])
    site.wait()
    assert site.status == "5 of 8 images"
    chip = site.filters.bar.chips[0]
    chip._text.setFocus()
    site.qtbot.keyClick(chip._text, Qt.Key.Key_Delete)
    site.wait()
    assert site.status == "8 images"
