"""A list to choose from, narrower than its entries: the text is shortened with an ellipsis and nowhere cut."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from ui.widgets.elided_combo import ElidedCombo


def test_what_has_no_room_is_shortened_in_its_middle(qtbot: QtBot) -> None:
    combo = ElidedCombo("Which predictions are shown", 14)
    qtbot.addWidget(combo)
    combo.addItems(["V1", "Page elements of the second campaign V002 (shorter)"])
    combo.resize(160, 30)
    combo.show()
    combo.grab()
    assert combo.shown_text == "V1"
    combo.setCurrentIndex(1)
    assert combo.shown_text.startswith("Page")
    assert "…" in combo.shown_text
    assert combo.shown_text.endswith("er)"), "names differ at their ends"
    combo.resize(600, 30)
    assert combo.shown_text == combo.currentText()
    assert combo.accessibleName() == "Which predictions are shown"


def test_what_just_fits_is_not_shortened(qtbot: QtBot) -> None:
    combo = ElidedCombo("Tag")
    qtbot.addWidget(combo)
    combo.setSizeAdjustPolicy(ElidedCombo.SizeAdjustPolicy.AdjustToContents)
    for text in ("Any tag or none", "hard case (9)", "a"):
        combo.clear()
        combo.addItem(text)
        combo.resize(combo.sizeHint())
        assert combo.shown_text == text
