from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.domain.exports import ExportReport, ExportRequest, ExportScope, ExportSurvey
from core.domain.formats import Content, FormatInfo, FormatOption, Loss, ShapeKind
from core.domain.ids import ProjectId
from core.domain.imports import Problem
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.exports.export_dialog import ExportDialog
from ui.exports.loss_list import LossList
from ui.exports.picture_choice import COPY

PROJECT = ProjectId("p")


@pytest.fixture
def empty(qtbot: QtBot, project: Project) -> ExportDialog:
    dialog = ExportDialog(project, ("train", ""))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


@pytest.fixture
def dialog(empty: ExportDialog, formats: tuple[FormatInfo, ...], survey: ExportSurvey) -> ExportDialog:
    empty.set_formats(formats)
    empty.set_survey(ExportScope(PROJECT), survey)
    return empty


def _press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isEnabled(), button.toolTip()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_until_all_is_known_the_button_says_so(
    empty: ExportDialog, formats: tuple[FormatInfo, ...], survey: ExportSurvey
) -> None:
    assert (empty.refusal, empty._next.isEnabled()) == ("Counting…", False)
    empty.set_survey(ExportScope(PROJECT), survey)
    assert empty.refusal == "Counting…"
    empty.set_formats(formats)
    assert (empty.refusal, empty._next.isEnabled()) == ("", True)
    empty.set_formats(formats[:2])
    assert (empty.refusal, empty._next.isEnabled()) == ("No format can be written.", False)


def test_formats_that_cannot_be_written_say_why_and_cannot_be_chosen(
    dialog: ExportDialog, formats: tuple[FormatInfo, ...]
) -> None:
    listed = dialog.form.formats
    assert [listed.item(row).text() for row in range(listed.count())] == ["Boxes", "Everything", "Images", "broken"]
    assert [bool(listed.item(row).flags() & Qt.ItemFlag.ItemIsEnabled) for row in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    assert listed.item(2).toolTip() == "A folder of images cannot hold annotations."
    assert listed.item(3).toolTip() == "ImportError: no lxml"
    listed.choose("images")
    assert listed.chosen() == formats[2]


def test_what_will_be_lost_is_told_for_the_format_in_view(dialog: ExportDialog) -> None:
    assert dialog.form.losses.sentences == [
        "12 polygons: written as their boxes.",
        "3 images that nobody has annotated: not listed.",
    ]
    dialog.form.formats.choose("all")
    assert dialog.form.losses.sentences == ["Every annotation is kept as it is."]
    assert "Holds boxes, polygons, classes of whole images, images seen to be empty and sets." in [
        dialog.form.losses._holds.text()
    ]


def test_a_format_that_can_hold_nothing_of_it_cannot_be_exported(dialog: ExportDialog, tmp_path: Path) -> None:
    labels = FormatInfo("labels", "Labels", losses=(Loss(Content.POLYGONS, "left out"),))
    dialog.form.set_formats((labels,))
    dialog.form.set_survey(ExportSurvey(8, 12, {Content.POLYGONS: 12}))
    assert dialog.form.refusal() == "This format can hold nothing of it."
    dialog.form.set_survey(ExportSurvey(8, 13, {Content.POLYGONS: 12, Content.BOXES: 1}))
    assert dialog.form.refusal() != "This format can hold nothing of it."


def test_what_an_answer_prevents_is_not_told_as_lost_and_what_it_changes_is_not_called_kept(qtbot: QtBot) -> None:
    parts = Loss(Content.POLYGONS, "cut into parts", unless=(("task", "boxes"),))
    task = FormatOption("task", "Write", choices=(("auto", "as it is"), ("boxes", "boxes")), default="auto")
    info = FormatInfo("asking", "Asking", shapes_written=frozenset(ShapeKind), losses=(parts,), write_options=(task,))
    losses = LossList()
    qtbot.addWidget(losses)
    survey = ExportSurvey(8, 40, {Content.POLYGONS: 12}, 5_000_000)
    losses.show_losses(info, survey)
    assert losses.sentences == ["12 polygons: cut into parts."]
    losses.show_losses(info, survey, {"task": "boxes"})
    assert losses.sentences == []


def test_the_folder_is_suggested_beside_the_projects_and_follows_the_format(
    dialog: ExportDialog, project: Project, tmp_path: Path
) -> None:
    target = dialog.form._target
    assert target.path() == project.root.parent / "Parish 1850 Boxes"
    dialog.form.formats.choose("all")
    assert target.path() == project.root.parent / "Parish 1850 Everything"
    target.set_path(tmp_path / "mine")
    dialog.form.formats.choose("boxes")
    assert target.path() == tmp_path / "mine"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "bare").mkdir()
    assert dialog.form._within(tmp_path / "full") == tmp_path / "full" / "Parish 1850 Boxes"
    assert dialog.form._within(tmp_path / "bare") == tmp_path / "bare"


def test_a_folder_that_will_not_do_is_said_at_the_field(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    with qtbot.waitSignal(dialog.target_check_requested) as asked:
        dialog.form._target.set_path(tmp_path)
    assert asked.args == [tmp_path]
    dialog.set_target_refusal(tmp_path / "another", "It is full.")
    assert dialog.refusal == ""
    dialog.set_target_refusal(tmp_path, "It is full.")
    assert dialog.form._target_hint.text() == "It is full."
    assert (dialog.refusal, dialog._next.isEnabled()) == ("Choose another folder.", False)
    dialog.form._target.set_path(tmp_path / "new")
    assert dialog.refusal == ""
    dialog.form._target.set_path(None)
    assert dialog.refusal == "Choose a folder."


def test_another_choice_of_images_is_counted_anew(qtbot: QtBot, dialog: ExportDialog, survey: ExportSurvey) -> None:
    assert dialog.form._choice.count() == 2
    with qtbot.waitSignal(dialog.survey_requested) as asked:
        dialog.form._choice.setCurrentIndex(1)
    assert asked.args == [ExportScope(PROJECT, ("train",))]
    assert dialog.refusal == "Counting…"
    dialog.set_survey(ExportScope(PROJECT), survey)
    assert dialog.refusal == "Counting…", "that was the answer about the whole project"
    dialog.set_survey(ExportScope(PROJECT, ("train",)), ExportSurvey(3, 0, {Content.UNSEEN_IMAGES: 3}))
    assert dialog.refusal == "Nothing is annotated here yet."


def test_the_whole_way(qtbot: QtBot, dialog: ExportDialog, project: Project, tmp_path: Path) -> None:
    dialog.form._target.set_path(tmp_path / "out")
    dialog.form.pictures.choose(COPY)
    with qtbot.waitSignal(dialog.export_requested) as wish:
        _press(qtbot, dialog._next)
    request = wish.args[0]
    assert request == ExportRequest(project.id, "boxes", tmp_path / "out", copies_images=True)
    assert dialog.is_busy
    assert not dialog._next.isEnabled()
    dialog.set_progress(2, 8, "Copying")
    assert dialog._progress.text.text() == "Copying"
    problems = (Problem("polygons", "12 polygons: written as their boxes."),)
    dialog.show_report(ExportReport("Parish", "boxes", "Boxes", tmp_path / "out", 5, 40, 8, problems))
    assert not dialog.is_busy
    assert dialog._progress.isHidden()
    assert dialog._cancel.text() == "Close"
    with qtbot.waitSignal(dialog.folder_open_requested) as wish:
        _press(qtbot, dialog._next)
    assert wish.args == [tmp_path / "out"]


def test_a_failure_is_shown_and_can_be_tried_again(qtbot: QtBot, dialog: ExportDialog) -> None:
    _press(qtbot, dialog._next)
    dialog.show_error(UserMessage("The disk is full.", "Make room."))
    assert not dialog.is_busy
    assert dialog._banner.isVisible()
    with qtbot.waitSignal(dialog.export_requested):
        _press(qtbot, dialog._next)
    assert not dialog._banner.isVisible()


def test_stopping_asks_and_waits_for_the_end(qtbot: QtBot, dialog: ExportDialog) -> None:
    _press(qtbot, dialog._next)
    with qtbot.waitSignal(dialog.cancel_requested):
        _press(qtbot, dialog._cancel)
    dialog.close()
    assert dialog.isVisible()
    dialog.show_stopped()
    assert not dialog.is_busy
    assert "Nothing was written." in dialog._banner.plain_text()
    _press(qtbot, dialog._cancel)
    assert not dialog.isVisible()


def test_the_keyboard_is_on_the_button_when_the_work_has_ended(
    qtbot: QtBot, dialog: ExportDialog, tmp_path: Path
) -> None:
    _press(qtbot, dialog._next)
    dialog.show_stopped()
    assert dialog.focusWidget() is dialog._next
    _press(qtbot, dialog._next)
    dialog.show_report(ExportReport("Pages", "all", "Everything", tmp_path, 1, 1, 0))
    assert dialog.focusWidget() is dialog._next


def test_a_search_that_finds_nothing_says_so_in_the_list(dialog: ExportDialog) -> None:
    viewport = dialog.form.formats.viewport()
    dialog.form.formats.narrow("nothing of that kind")
    assert len({viewport.grab().toImage().pixel(x, viewport.height() // 2) for x in range(viewport.width())}) > 1
    assert dialog.form.formats.why_none() == "No format is called so."


def test_names_for_windows_say_why_they_cannot_be_chosen(dialog: ExportDialog) -> None:
    pictures = dialog.form.pictures
    assert not pictures.safe_names.isEnabled() and "copied or linked" in pictures.safe_names.toolTip()
    pictures.choose(COPY)
    assert pictures.safe_names.isEnabled() and "Windows" in pictures.safe_names.toolTip()
