"""What an export is made of, what the format asks, what becomes of the images; the search among the formats."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from core.domain.exports import ExportScope, ExportSurvey
from core.domain.formats import Content, FormatInfo
from core.domain.ids import PredictionSetId, ProjectId, SnapshotId
from core.domain.projects import Project
from core.domain.snapshots import SnapshotInfo, Split
from core.domain.studies import StudyInfo, StudyKind, StudySource
from ui.exports.export_dialog import ExportDialog
from ui.exports.picture_choice import LINK

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROJECT = ProjectId("p")
FROZEN = SnapshotInfo(SnapshotId("f"), PROJECT, "V003", NOW, ("line",), ((Split.TRAIN, 80), (Split.VAL, 20)), ())
SOURCE = StudySource.of_set(PredictionSetId("s"))
FOUND = StudyInfo(SOURCE, StudyKind.PREDICTION, "Lines V002", "1790", NOW, 5, 12, has_truth=False)


@pytest.fixture
def dialog(
    qtbot: QtBot, project: Project, formats: tuple[FormatInfo, ...], asking: FormatInfo, survey: ExportSurvey
) -> ExportDialog:
    made = ExportDialog(project)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.set_formats((*formats, asking))
    made.add_data((FROZEN,), (FOUND,))
    made.set_survey(ExportScope(PROJECT), survey)
    return made


def titles(dialog: ExportDialog) -> list[str]:
    return [dialog.form.formats.item(row).text() for row in range(dialog.form.formats.count())]


def choose(dialog: ExportDialog, text: str) -> None:
    combo = dialog.form._choice
    combo.setCurrentIndex(next(row for row in range(combo.count()) if text in combo.itemText(row)))


def test_a_search_narrows_the_formats_and_keeps_the_chosen_one_where_it_can(dialog: ExportDialog) -> None:
    listed = dialog.form.formats
    listed.choose("all")
    listed.narrow("every")
    assert titles(dialog) == ["Everything"]
    listed.narrow(".ASK")
    assert (titles(dialog), listed.chosen() and listed.chosen().slug) == (["Asking"], "asking")
    listed.narrow("nothing like it")
    assert dialog.refusal == "No format is called so."
    assert not dialog._next.isEnabled()
    listed.narrow("")
    assert len(titles(dialog)) == 5 and dialog.refusal == ""


def test_a_frozen_dataset_can_be_chosen(qtbot: QtBot, dialog: ExportDialog, tmp_path: Path) -> None:
    with qtbot.waitSignal(dialog.survey_requested) as asked:
        choose(dialog, "Frozen dataset V003 (80 train, 20 val)")
    scope = ExportScope(PROJECT, dataset=FROZEN.id)
    assert asked.args == [scope]
    dialog.set_survey(scope, ExportSurvey(100, 300, {Content.BOXES: 300}))
    request = dialog.form.request()
    assert request is not None and (request.dataset, request.folders) == (FROZEN.id, ())


def test_predictions_go_only_into_formats_that_hold_a_confidence(dialog: ExportDialog) -> None:
    dialog.form.formats.choose("all")
    choose(dialog, "Predictions of Lines V002, 1790 (12 objects)")
    chosen = dialog.form.formats.chosen()
    assert chosen is not None and chosen.slug == "asking"
    everything = dialog.form.formats.findItems("Everything", Qt.MatchFlag.MatchExactly)[0]
    assert everything.toolTip() == "Holds no confidence: predictions would pass for labels."
    assert not everything.flags() & Qt.ItemFlag.ItemIsEnabled
    scope = ExportScope(PROJECT, source=SOURCE)
    dialog.set_survey(scope, ExportSurvey(5, 12, {Content.BOXES: 12, Content.UNSEEN_IMAGES: 2}))
    assert dialog.form._amount.text() == "12 predictions on 3 of 5 images"
    request = dialog.form.request()
    assert request is not None and request.source == SOURCE
    dialog.set_survey(scope, ExportSurvey(5, 0, {Content.UNSEEN_IMAGES: 5}))
    assert dialog.refusal == "No prediction reaches the version's threshold."
    choose(dialog, "The whole project")
    assert "Everything" in titles(dialog)


def test_where_no_format_holds_a_confidence_it_is_said(dialog: ExportDialog, formats: tuple[FormatInfo, ...]) -> None:
    dialog.set_formats(formats)
    choose(dialog, "Predictions of")
    assert dialog.refusal == "No format here holds a confidence."


def test_what_a_format_asks_is_asked_and_only_what_differs_is_answered(dialog: ExportDialog) -> None:
    form = dialog.form
    form.formats.choose("asking")
    assert form.options.isVisible()
    version, author = form.options.editor("version"), form.options.editor("author")
    assert isinstance(version, QComboBox) and isinstance(author, QLineEdit)
    assert (version.currentText(), version.accessibleName(), version.toolTip()) == (
        "Second",
        "Version",
        "Older programs read 1.",
    )
    assert form.options.answers() == ()
    version.setCurrentIndex(0)
    author.setText(" Ada ")
    request = form.request()
    assert request is not None and request.options == (("version", "1"), ("author", "Ada"))
    form.formats.choose("all")
    assert not form.options.isVisible()
    request = form.request()
    assert request is not None and request.options == ()


def test_images_are_linked_with_names_for_windows(dialog: ExportDialog) -> None:
    pictures = dialog.form.pictures
    assert not pictures.safe_names.isEnabled()
    assert pictures.way.itemText(1) == "Copy them too (5.0 MB)"
    pictures.choose(LINK)
    pictures.safe_names.setChecked(True)
    request = dialog.form.request()
    assert request is not None
    assert (request.links_images, request.copies_images, request.safe_names) == (True, False, True)


def test_f1_in_the_list_leads_to_the_page_of_the_format(dialog: ExportDialog) -> None:
    dialog.form.formats.choose("all")
    assert dialog.form.formats.property("guide_page") == "format-all.md"


def test_everything_that_takes_the_keyboard_has_a_name(dialog: ExportDialog) -> None:
    dialog.form.formats.choose("asking")
    kinds = (QComboBox, QLineEdit, QListWidget, QAbstractButton)
    nameless = [
        widget
        for kind in kinds
        for widget in dialog.findChildren(kind)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()))
    ]
    assert nameless == []


def test_tab_comes_to_what_a_format_asks_before_what_stands_below(dialog: ExportDialog) -> None:
    dialog.form.formats.choose("asking")
    order, widget = [], dialog.nextInFocusChain()
    while widget is not dialog:
        order.append(widget)
        widget = widget.nextInFocusChain()
    form = dialog.form
    asked = [order.index(editor) for editor in form.options.editors]
    assert asked == sorted(asked) and len(asked) == 2
    assert order.index(form.formats) < asked[0] and asked[-1] < order.index(form._choice)


def test_what_was_used_of_a_dataset_is_told_from_the_dataset_itself(dialog: ExportDialog) -> None:
    used = replace(FROZEN, id=SnapshotId("u"), label="V001", created_at=NOW - timedelta(days=1), dataset="Pages (V001)")
    dialog.add_data((used, FROZEN), ())
    combo = dialog.form._choice
    texts = [combo.itemText(row) for row in range(combo.count())]
    assert texts[-2:] == ["Frozen dataset V003 (80 train, 20 val)", "Used of Pages (V001) (80 train, 20 val)"]
