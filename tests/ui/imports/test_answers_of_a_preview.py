"""What a person can say on the preview's page: format, classes, changes, what models made; and where to unpack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.guide import page_for
from core.domain.formats import FormatOption
from core.domain.geometry import Box
from core.domain.imports import (
    Difference,
    Differences,
    ImageDifference,
    ImportPreview,
    ImportReport,
    ImportSource,
    RawAnnotation,
    Recognised,
    SourceClass,
)
from ui.imports.class_table import BECOMES, ClassModel, ClassTable
from ui.imports.differences_dialog import DifferencesDialog
from ui.imports.import_dialog import ImportDialog

MakePreview = Callable[..., ImportPreview]

CLASSES = (SourceClass("text", 30, "text"), SourceClass("zone", 10, "zone"))
FOUND = (
    Recognised("coco", "COCO", "1 .json file looks like COCO", 0.95),
    Recognised("voc", "Pascal VOC", "364 .xml files look like Pascal VOC", 0.9),
    Recognised("images", "Images without annotations", "it holds pictures", 0.1),
)
TOTAL = Difference(same=30, new=2, changed=3, gone=1)
DIFFERENCES = Differences(
    TOTAL,
    (("text", TOTAL),),
    1,
    (
        ImageDifference(
            "a.png",
            Difference(new=1, changed=1),
            before=(RawAnnotation("text", Box(10, 10, 40, 40)),),
            after=(RawAnnotation("text", Box(50, 50, 90, 90)),),
        ),
    ),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> ImportDialog:
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    dialog.set_formats([("coco", "COCO"), ("voc", "Pascal VOC"), ("yolo", "YOLO"), ("images", "Images")])
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


@pytest.fixture
def preview(make_preview: MakePreview) -> ImportPreview:
    return replace(make_preview(), recognised=FOUND, classes=CLASSES)


def test_the_formats_that_may_read_it_come_first_with_reasons(dialog: ImportDialog, preview: ImportPreview) -> None:
    dialog.show_preview(preview)
    row = dialog.preview_page._format
    assert [row._box.itemData(n) for n in range(row._box.count())] == ["coco", "voc", "images", None, "yolo"]
    assert row._box.currentData() == "coco"
    assert row._reason.text() == (
        "1 .json file looks like COCO. It could also be Pascal VOC (364 .xml files look like Pascal VOC)."
    )


def test_f1_beside_the_format_leads_to_its_page(dialog: ImportDialog, preview: ImportPreview) -> None:
    dialog.show_preview(preview)
    assert page_for(dialog.preview_page._format._box, "start") == "format-coco.md"


def test_another_format_is_looked_at_anew_without_answers_to_the_old_one(
    qtbot: QtBot, dialog: ImportDialog, preview: ImportPreview
) -> None:
    source = replace(preview.source, mapping=(("text", None),), options=(("a", "b"),), names_encoding="gbk")
    dialog.show_preview(replace(preview, source=source, classes=(SourceClass("text", 30, None),)))
    box = dialog.preview_page._format._box
    box.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        box.activated.emit(1)
    assert wish.args == [ImportSource(source.path, source.images_root, "voc")]


def test_a_format_s_questions_are_asked_and_only_new_answers_are_told(
    qtbot: QtBot, dialog: ImportDialog, preview: ImportPreview
) -> None:
    questions = (
        FormatOption("level", "Level", "How deep", (("a", "Lines"), ("b", "Words")), "a"),
        FormatOption("prefix", "Prefix"),
    )
    dialog.set_questions({"coco": questions})
    dialog.show_preview(preview)
    row = dialog.preview_page._format
    level, prefix = row._fields["level"], row._fields["prefix"]
    assert (level.accessibleName(), level.toolTip()) == ("Level", "How deep")
    with qtbot.assertNotEmitted(dialog.preview_requested):
        prefix.editingFinished.emit()  # type: ignore[union-attr]
    assert isinstance(level, QComboBox)
    level.setCurrentIndex(1)
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        level.activated.emit(1)
    assert wish.args[0].options == (("level", "b"), ("prefix", ""))
    dialog.show_preview(replace(preview, source=wish.args[0]))
    assert row._fields == {"level": level, "prefix": prefix}, "not new ones, for one may have the keyboard"
    order, widget = [], dialog.nextInFocusChain()
    while widget is not dialog:
        order.append(widget)
        widget = widget.nextInFocusChain()
    places = [order.index(one) for one in (row._box, level, prefix, dialog.preview_page._tabs, dialog._next)]
    assert places == sorted(places), "as it reads"


def test_the_model_of_classes_keeps_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = ClassModel()
    model.set_classes(CLASSES, ("line",))
    qtmodeltester.check(model)
    assert model.offers(0) == ["text", "line", "zone"]


def test_classes_are_renamed_laid_together_and_left_out_by_keyboard(qtbot: QtBot) -> None:
    table = ClassTable()
    qtbot.addWidget(table)
    table.resize(500, 300)
    table.set_classes(CLASSES, ("line",))
    table.show()
    qtbot.waitExposed(table)

    def write(row: int, text: str) -> None:
        table.setCurrentIndex(table.model().index(row, BECOMES))
        table.setFocus()
        qtbot.keyClick(table, Qt.Key.Key_F2)
        (editor,) = (one for one in table.findChildren(QComboBox) if one.isVisible())
        assert editor.accessibleName()
        line = editor.lineEdit()
        assert line is not None
        line.setText(text)
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not [one for one in table.findChildren(QComboBox) if one.isVisible()])

    write(0, "  line ")
    assert table.mapping() == (("text", "line"),)
    write(0, "")
    assert table.mapping() == (), "without a name it is itself again"
    table.model().setData(table.model().index(1, BECOMES), None)
    assert table.mapping() == (("zone", None),)
    assert table.model().index(1, BECOMES).data() == "Leave out"


def test_what_becomes_of_the_classes_changes_the_numbers_and_goes_along(
    qtbot: QtBot, dialog: ImportDialog, preview: ImportPreview
) -> None:
    dialog.show_preview(preview)
    page = dialog.preview_page
    model = page._classes.model()
    assert model is not None
    model.setData(model.index(1, BECOMES), None)
    figures = [card.accessibleName() for card in page._figures._cards]
    assert "30 annotations" in figures and "1 class" in figures
    with qtbot.waitSignal(dialog.import_requested) as wish:
        qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    assert wish.args[0] == replace(preview.source, mapping=(("zone", None),), is_mapping_chosen=True)


def test_what_models_made_can_be_taken(qtbot: QtBot, dialog: ImportDialog, preview: ImportPreview) -> None:
    page = dialog.preview_page
    dialog.show_preview(preview)
    assert page._model_made.isHidden()
    dialog.show_preview(replace(preview, makers=(("yolo", 26), ("doc-ufcn", 12))))
    assert "yolo 26, doc-ufcn 12" in page._model_made.text()
    with qtbot.waitSignal(dialog.preview_requested) as wish:
        page._model_made.click()
    assert wish.args[0].takes_model_made


def test_changes_are_told_and_shown(qtbot: QtBot, dialog: ImportDialog, preview: ImportPreview) -> None:
    row = dialog.preview_page._changes
    dialog.show_preview(preview)
    assert row.isHidden()
    dialog.show_preview(replace(preview, differences=DIFFERENCES))
    words = "30 annotations the same, 2 new, 3 changed, 1 not in the files any more"
    assert words in row._text.text() and "Only what is new is added." in row._text.text()
    row.takes_over.click()
    assert "The changes are taken over." in row._text.text() and dialog.preview_page.is_replacing
    with qtbot.waitSignal(dialog.differences_requested) as wish:
        row._show.click()
    assert wish.args == [DIFFERENCES]
    dialog.show_preview(replace(preview, differences=Differences()))
    assert row.takes_over.isHidden() and row._show.isHidden(), "there is nothing to take over or to show"


def test_both_are_drawn_in_the_picture_of_an_image_that_differs(qtbot: QtBot) -> None:
    shown = DifferencesDialog(DIFFERENCES)
    qtbot.addWidget(shown)
    shown.show()
    with qtbot.waitSignal(shown.picture_requested) as wish:
        shown.request_picture()
    assert wish.args == [DIFFERENCES.images[0]]
    white = QImage(100, 100, QImage.Format.Format_RGB32)
    white.fill(QColor("#ffffff"))
    shown.set_picture("other.png", white, 100, 100)
    assert shown._picture._image is None
    shown.set_picture("a.png", white, 100, 100)
    picture = shown._picture.grab().toImage()
    side = min(picture.width(), picture.height())
    left, top = (picture.width() - side) // 2, (picture.height() - side) // 2

    def colour(x: int, y: int) -> QColor:
        return picture.pixelColor(left + x * side // 100, top + y * side // 100)

    assert colour(25, 25) == QColor("#ffffff"), "what the project has is an outline"
    assert colour(70, 70) != QColor("#ffffff"), "what the files have is filled lightly"
    assert any(colour(x, 10) != QColor("#ffffff") for x in range(12, 38))


def test_where_an_archive_is_unpacked_is_shown_and_can_be_changed(qtbot: QtBot, dialog: ImportDialog) -> None:
    page = dialog._source
    assert not page._unpack.isVisible()
    with qtbot.waitSignal(dialog.archive_chosen) as wish:
        dialog.set_source(Path("/data/a.zip"))
    assert wish.args == [Path("/data/a.zip")] and dialog.is_waiting_for_folder
    dialog.set_unpack_folder(Path("/data/other.zip"), Path("/home/unpacked/other"))
    assert page._unpack.isVisible() and page._unpack.path() is None
    dialog.set_unpack_folder(Path("/data/a.zip"), Path("/home/unpacked/a-1"))
    assert page.source() == ImportSource(Path("/data/a.zip"), unpack_to=Path("/home/unpacked/a-1"))
    dialog.set_source(Path("/data/annotations.zip"))
    dialog.set_unpack_folder(Path("/data/annotations.zip"), None)
    assert not page._unpack.isVisible(), "nothing of it has to stay"
    dialog.set_source(Path("/data/folder"))
    assert not page._unpack.isVisible() and page.source() == ImportSource(Path("/data/folder"))


def test_the_report_says_of_changes_what_was_done(dialog: ImportDialog, report: ImportReport) -> None:
    dialog.show_report(replace(report, differences=TOTAL, is_replacing=True))
    note = dialog._report_page._note
    assert "30 annotations the same, 2 new, 3 changed" in note.text() and "were taken over" in note.text()
    dialog.show_report(replace(report, differences=TOTAL))
    assert note.text().endswith("Only what is new was added.")
    dialog.show_report(replace(report, differences=Difference(same=3)))
    assert note.text().endswith("0 not in the files any more.")
