"""The dialogs about tags of many images."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from ui.tagging.share_dialog import ShareDialog
from ui.tagging.tag_dialog import TagDialog

ON, OFF, PART = Qt.CheckState.Checked, Qt.CheckState.Unchecked, Qt.CheckState.PartiallyChecked


@pytest.fixture
def dialog(qtbot: QtBot) -> TagDialog:
    made = TagDialog(10, {"train": 10, "test": 0, "hard case": 4})
    qtbot.addWidget(made)
    return made


def test_tags_are_given_taken_and_left(qtbot: QtBot, dialog: TagDialog) -> None:
    assert [dialog.item_of(tag).checkState() for tag in ("train", "test", "hard case")] == [ON, OFF, PART]
    assert (dialog.changes(), dialog.told.text()) == (((), ()), "Nothing is changed.")
    assert not dialog._buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    dialog.item_of("train").setCheckState(OFF)
    dialog.item_of("hard case").setCheckState(ON)
    dialog.own.setText("  folio  missing ")
    qtbot.keyClick(dialog.own, Qt.Key.Key_Return)
    assert dialog.told.text() == 'Gives "hard case", "folio missing", takes off "train".'
    with qtbot.waitSignal(dialog.edited) as edited:
        dialog._take()
    assert edited.args == [("hard case", "folio missing"), ("train",)]


def test_a_tag_that_is_listed_is_ticked_instead_of_added(dialog: TagDialog) -> None:
    dialog.own.setText("test")
    dialog.add_own()
    assert dialog.model.rowCount() == 3
    assert dialog.changes() == (("test",), ())


def test_parts_must_be_a_hundred_and_say_what_they_come_to(qtbot: QtBot) -> None:
    dialog = ShareDialog(11, 5)
    qtbot.addWidget(dialog)
    ready = dialog._buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert [one.text() for one in dialog.numbers] == ["9 images", "1 image", "1 image"]
    dialog.parts[0].setValue(70)
    assert (dialog.problem.text(), ready.isEnabled()) == (
        "E-520: Train, validation and test must add up to 100 %. Example: 70, 15, 15.",
        False,
    )
    assert [one.text() for one in dialog.numbers] == ["", "", ""]
    dialog.parts[2].setValue(20)
    dialog.keeps.setChecked(True)
    dialog.seed.setValue(7)
    assert dialog.keeps.text() == "Keep what 6 images have"
    assert sum(int(one.text().split()[0]) for one in dialog.numbers) == 5
    with qtbot.waitSignal(dialog.shared) as shared:
        dialog._take()
    assert shared.args == [(70, 10, 20), 7, True]


def test_nothing_is_left_to_share_out(qtbot: QtBot) -> None:
    dialog = ShareDialog(4, 0)
    qtbot.addWidget(dialog)
    dialog.keeps.setChecked(True)
    assert not dialog._buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
