from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.domain.ids import ProjectId
from core.domain.imports import ImportPreview, ImportReport, ImportSource, Problem, Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.imports.class_table import BECOMES
from ui.imports.import_dialog import ImportDialog, Step
from ui.imports.preview_words import suggested_name

MakePreview = Callable[..., ImportPreview]


@pytest.fixture
def dialog(qtbot: QtBot) -> ImportDialog:
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    dialog.set_formats([("coco", "COCO"), ("yolo", "YOLO")])
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def _press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isEnabled(), button.toolTip()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_nothing_chosen_is_said_beside_the_button(dialog: ImportDialog) -> None:
    assert not dialog._next.isEnabled()
    assert dialog.refusal == "Choose a folder or a file."
    dialog.set_source(Path("/data/archive"))
    assert dialog.refusal == ""
    assert dialog._next.isEnabled()


def test_the_source_is_announced_as_it_was_filled_in(qtbot: QtBot, dialog: ImportDialog) -> None:
    dialog._source._path.line.setText(" /data/archive/coco.json ")
    dialog._source._images.line.setText("/data/images")
    dialog._source._format.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        _press(qtbot, dialog._next)
    assert wish.args == [ImportSource(Path("/data/archive/coco.json"), Path("/data/images"), "coco")]
    assert dialog.is_busy


def test_the_whole_way(qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview, report: ImportReport) -> None:
    dialog.set_source(Path("/data/archive/coco.json"))
    _press(qtbot, dialog._next)
    dialog.show_preview(make_preview())
    assert dialog.step is Step.PREVIEW
    assert dialog._next.text() == "&Import 12 images"
    assert dialog.focusWidget() is dialog._next, "not Cancel, which had it while the preview was made"
    assert dialog.preview_page.project_name == "archive"
    dialog.preview_page._name.setText("  Old prints ")
    with qtbot.waitSignal(dialog.import_requested) as wish:
        _press(qtbot, dialog._next)
    assert wish.args == [replace(make_preview().source, is_mapping_chosen=True), "Old prints", False]
    dialog.show_report(report)
    assert dialog.step is Step.REPORT
    assert dialog._report_page._heading.text() == "“archive” holds 12 images with 40 annotations."
    with qtbot.waitSignal(dialog.project_open_requested) as opened:
        _press(qtbot, dialog._next)
    assert opened.args == [ProjectId("p")]
    assert not dialog.isVisible()


def test_back_keeps_what_was_filled_in(qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview) -> None:
    dialog.set_source(Path("/data/archive/coco.json"))
    dialog._source._format.setCurrentIndex(2)
    dialog.show_preview(make_preview())
    _press(qtbot, dialog._back)
    assert dialog.step is Step.SOURCE
    assert dialog._source.source() == ImportSource(Path("/data/archive/coco.json"), None, "yolo")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Give the project a name."),
        ("PAGES", "A project named “PAGES” exists. Choose another name."),
        ("Other", ""),
    ],
)
def test_a_name_that_cannot_be_had_is_refused_in_words(
    dialog: ImportDialog, make_preview: MakePreview, name: str, reason: str
) -> None:
    dialog.set_taken_names(["Pages"])
    dialog.show_preview(make_preview())
    dialog.preview_page._name.setText(name)
    assert dialog.refusal == reason
    assert dialog._next.isEnabled() == (not reason)


def test_a_taken_name_is_where_the_keyboard_is(dialog: ImportDialog, make_preview: MakePreview) -> None:
    dialog.set_taken_names(["Pages"])
    dialog.preview_page._name.setText("Pages")
    dialog.show_preview(make_preview())
    assert dialog.refusal and dialog.focusWidget() is dialog.preview_page._name


def test_an_import_that_cannot_be_is_refused_with_its_first_error(
    dialog: ImportDialog, make_preview: MakePreview
) -> None:
    problem = Problem("no-images", "No image was found in /data.", severity=Severity.ERROR)
    dialog.show_preview(make_preview(problems=(problem,), can_import=False))
    assert dialog.refusal == "No image was found in /data."
    assert not dialog._next.isEnabled()
    inside = Problem("picture-embedded", "Only inside (on the command line: …).", severity=Severity.ERROR)
    dialog.show_preview(make_preview(problems=(inside,), can_import=False))
    assert dialog.refusal == "Say into which folder the pictures are to be unpacked."


def test_an_error_is_shown_in_the_dialog_and_loses_nothing(
    qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview
) -> None:
    dialog.set_source(Path("/data/archive/coco.json"))
    _press(qtbot, dialog._next)
    dialog.show_error(UserMessage("The file is not valid JSON.", "Look at line 12."))
    assert dialog.step is Step.SOURCE
    assert not dialog.is_busy
    assert dialog._banner.isVisible()
    assert "line 12" in dialog._banner.plain_text()
    assert dialog._source.source() is not None


def test_progress_shows_the_time_left(qtbot: QtBot, dialog: ImportDialog, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("ui.widgets.progress_line.time.monotonic", lambda: clock[0])
    dialog.set_source(Path("/data"))
    dialog.request_preview()
    dialog.set_progress(0, 0, "Looking for images")
    assert dialog._progress.left.text() == ""
    clock[0] = 120.0
    dialog.set_progress(25, 100, "Checking images")
    assert dialog._progress.text.text() == "Checking images"
    assert dialog._progress.left.text() == "about 60 seconds left"


def test_stopping_asks_and_waits_for_the_end(qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview) -> None:
    dialog.show_preview(make_preview())
    _press(qtbot, dialog._next)
    with qtbot.waitSignal(dialog.cancel_requested):
        _press(qtbot, dialog._cancel)
    dialog.close()
    assert dialog.isVisible()
    dialog.show_stopped()
    assert not dialog.is_busy
    assert dialog.step is Step.PREVIEW
    assert "Nothing was imported." in dialog._banner.plain_text()
    dialog.close()
    assert not dialog.isVisible()


def test_adding_to_a_project_fixes_its_folder_and_name(qtbot: QtBot, make_preview: MakePreview) -> None:
    project = Project(ProjectId("p"), "Pages", Path("/data/pages"), datetime(2026, 1, 1, tzinfo=UTC))
    dialog = ImportDialog(target=project)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.set_source(Path("/data/new.json"))
    source = dialog._source.source()
    assert source is not None
    assert source.images_root == Path("/data/pages")
    dialog.set_taken_names(["Pages"])
    dialog.show_preview(make_preview())
    assert dialog.refusal == ""
    assert not dialog.preview_page._name.isVisible(), "it has its name"
    dialog.preview_page._replace.setChecked(True)
    with qtbot.waitSignal(dialog.import_requested) as wish:
        _press(qtbot, dialog._next)
    assert wish.args is not None
    assert wish.args[1:] == ["Pages", True]


@pytest.mark.parametrize(
    ("path", "root", "name"),
    [
        ("/data/archive.zip", "/home/unpacked/archive-0fbb0050", "archive"),
        ("/data/archive", "/data/archive", "archive"),
        ("/data/archive/coco.json", "/data/archive/images", "archive"),
        ("/data/archive/images", "/data/archive/images", "archive"),
        ("/data/pages/data.yaml", "/data/pages", "pages"),
    ],
)
def test_the_name_is_suggested_from_the_folders(make_preview: MakePreview, path: str, root: str, name: str) -> None:
    assert suggested_name(make_preview(Path(path), root=Path(root))) == name


def test_the_encoding_of_names_is_offered_and_taken_at_a_choice(
    qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview
) -> None:
    dialog.show_preview(make_preview())
    row = dialog.preview_page._names
    assert not row.isVisible()
    offers = (("gbk", "“猫”"), ("euc_kr", "“챔”"))
    problem = Problem("names-not-utf8", "Not UTF-8.", "classes.txt", offers=offers)
    dialog.show_preview(make_preview(problems=(problem,)))
    assert row.isVisible()
    assert (row._box.currentData(), row._box.itemData(1), row._box.itemData(2)) == (None, "gbk", "euc_kr")
    assert "Chinese, simplified (gbk): “猫”" in row._box.itemText(1)
    assert row._take.text() == "Take gbk: “猫”"
    with qtbot.waitSignal(row.encoding_chosen) as taken_at_once:
        row._take.click()
    assert taken_at_once.args == ["gbk"]
    dialog.show_preview(make_preview(problems=(problem,)))
    row._box.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        row._box.activated.emit(1)
    assert wish.args[0] == replace(make_preview().source, names_encoding="gbk")
    taken = make_preview()
    dialog.show_preview(replace(taken, source=replace(taken.source, names_encoding="gbk")))
    assert not row._take.isVisible()
    assert row.isVisible() and row._box.currentData() == "gbk" and "“猫”" in row._box.currentText()
    with qtbot.waitSignal(dialog.import_requested) as wish:
        _press(qtbot, dialog._next)
    assert wish.args[0].names_encoding == "gbk"


def test_a_file_that_was_chosen_is_looked_at_and_imported(
    qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview
) -> None:
    differing = Problem(
        "same-images-differ", "They differ.", severity=Severity.ERROR, choices=("/d/a.json", "/d/b.json")
    )
    dialog.show_preview(make_preview(Path("/d"), problems=(differing,), can_import=False))
    assert dialog.refusal == "They differ."
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        dialog.preview_page._files._box.activated.emit(0)
    assert wish.args[0] == replace(
        make_preview(Path("/d")).source, left_out=(Path("/d/b.json"),), is_mapping_chosen=True
    )


def test_the_person_says_that_shapes_were_drawn_before_turning(
    qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview
) -> None:
    dialog.show_preview(make_preview(n_rotated=3))
    page = dialog.preview_page
    assert not page._as_stored.isVisible() and "shown upright" in page._rotated.text()
    doubtful = replace(make_preview(n_rotated=3), n_turn_doubtful=2)
    dialog.show_preview(doubtful)
    assert page._as_stored.isVisible() and not page._as_stored.isChecked()
    assert "after it" in page._rotated.text()
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        page._as_stored.click()
    assert wish.args == [replace(doubtful.source, is_drawn_as_stored=True, is_mapping_chosen=True)]
    dialog.show_preview(replace(doubtful, source=wish.args[0]))
    assert page._as_stored.isChecked() and "before it" in page._rotated.text()
    guessed = replace(doubtful, n_guessed_as_stored=2)
    dialog.show_preview(guessed)
    assert page._as_stored.isChecked() and "before it" in page._rotated.text()
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        page._as_stored.click()
    assert wish.args == [replace(guessed.source, is_drawn_as_stored=False, is_mapping_chosen=True)]
    dialog.show_preview(replace(make_preview(n_rotated=3), source=wish.args[0]))
    assert page._as_stored.isVisible() and not page._as_stored.isChecked()
    assert "after turning, as chosen" in page._rotated.text()
    dialog.show_preview(replace(doubtful, n_guessed_as_stored=1))
    assert not page._as_stored.isChecked() and "of 1 they are taken as drawn before" in page._rotated.text()


def test_a_format_that_is_refused_does_not_stay_chosen(
    qtbot: QtBot, dialog: ImportDialog, make_preview: MakePreview
) -> None:
    dialog.show_preview(make_preview())
    box = dialog.preview_page._format._box
    box.setFocus()
    box.setCurrentIndex(box.findData("yolo"))
    with qtbot.waitSignal(dialog.preview_requested):
        box.activated.emit(box.currentIndex())
    dialog.show_error(UserMessage("It holds no YOLO file."))
    assert box.currentData() == "coco", "which is what would be imported"
    assert dialog.focusWidget() is box


def test_an_answer_in_the_preview_leaves_the_keyboard_where_it_is(qtbot: QtBot, make_preview: MakePreview) -> None:
    project = Project(ProjectId("p"), "Pages", Path("/data"), datetime(2026, 1, 1, tzinfo=UTC))
    dialog = ImportDialog(target=project)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.show_preview(make_preview())
    table = dialog.preview_page._classes
    index = table.model().index(len(table.classes) - 1, BECOMES)
    table.setCurrentIndex(index)
    table.setFocus()
    table.edit(index)
    with qtbot.waitSignal(dialog.preview_requested):
        table.model().setData(index, "another")
    dialog.show_preview(replace(make_preview(), classes=table.classes))
    assert dialog.focusWidget() is table, "and not the button that imports"
    assert table.currentIndex() == index


def test_a_long_name_of_a_project_does_not_widen_the_window(qtbot: QtBot) -> None:
    project = Project(ProjectId("p"), "long " * 20, Path("/data"), datetime(2026, 1, 1, tzinfo=UTC))
    dialog, other = ImportDialog(target=project), ImportDialog()
    qtbot.addWidget(dialog)
    qtbot.addWidget(other)
    assert dialog.minimumSizeHint().width() <= other.minimumSizeHint().width()


def test_tab_goes_through_the_source_page_as_it_reads(dialog: ImportDialog) -> None:
    dialog._source._path.setFocus()
    names = []
    for _ in range(4):
        dialog.focusNextPrevChild(True)
        names.append(dialog.focusWidget().accessibleName())
    assert names == [
        "Choose a folder for: Folder or file",
        "Choose a file for: Folder or file",
        "Folder of the images",
        "Choose a folder for: Folder of the images",
    ]
