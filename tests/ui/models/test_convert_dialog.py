from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.domain.conversions import INSTALL_HINT, ConversionOffer, ModelChoice
from core.workers.builtin.yolo.exports import FORMATS
from ui.models.convert_dialog import ConvertDialog

OFFER = ConversionOffer(FORMATS, "yolo11n", 640)
NOT_HERE = "The frozen dataset of the version is not on this computer."


@pytest.fixture
def dialog(qtbot: QtBot) -> ConvertDialog:
    made = ConvertDialog("Lines V001")
    qtbot.addWidget(made)
    made.show()
    return made


def choose(dialog: ConvertDialog, key: str) -> None:
    dialog._formats.button(key).click()


def shown_options(dialog: ConvertDialog) -> list[str]:
    widgets = {"precision": dialog._precision, "output": dialog._form, "size": dialog._fixed, "notice": dialog._notice}
    return [name for name, widget in widgets.items() if widget.isVisibleTo(dialog)]


def test_until_it_is_known_what_is_offered_nothing_can_be_begun(dialog: ConvertDialog) -> None:
    assert not dialog._go.isEnabled()
    dialog.set_offer(OFFER)
    assert dialog._go.isEnabled()
    assert dialog.choice == ModelChoice("onnx", "fp32", "raw")
    assert dialog.as_zip


def test_each_format_shows_the_options_that_it_has(dialog: ConvertDialog) -> None:
    dialog.set_offer(OFFER)
    expected = {
        "onnx": ["precision", "output", "size"],
        "openvino": ["precision", "output", "size"],
        "torchscript": ["precision", "output", "size"],
        "pt": ["notice"],
        "calque": [],
    }
    for key, options in expected.items():
        choose(dialog, key)
        assert shown_options(dialog) == options, key
        assert dialog.choice.format == key
    choose(dialog, "pt")
    assert "pickle" in dialog._notice.text()
    assert dialog.choice == ModelChoice("pt")


def test_what_was_chosen_is_wished(qtbot: QtBot, dialog: ConvertDialog) -> None:
    dialog.set_offer(OFFER)
    choose(dialog, "openvino")
    dialog._precision.setCurrentIndex(1)
    dialog._form.setCurrentIndex(1)
    dialog._fixed.click()
    dialog._as_folder.click()
    with qtbot.waitSignal(dialog.submitted) as wish:
        qtbot.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    assert wish.args == [ModelChoice("openvino", "fp16", "nms", is_fixed_size=True), False]


def test_eight_bits_are_made_for_one_size_and_all_candidates_only(dialog: ConvertDialog) -> None:
    dialog.set_offer(OFFER)
    choose(dialog, "openvino")
    dialog._form.setCurrentIndex(1)
    dialog._precision.setCurrentIndex(2)
    assert dialog.choice == ModelChoice("openvino", "int8", "raw", is_fixed_size=True)
    assert not dialog._fixed.isEnabled() and "one size only" in dialog._fixed_help.text()
    assert dialog._form.count() == 1


def test_a_second_head_is_offered_where_the_network_has_one(dialog: ConvertDialog) -> None:
    dialog.set_offer(replace(OFFER, architecture="yolo26s"))
    assert [dialog._form.itemData(row) for row in range(dialog._form.count())] == ["raw", "nms", "one-to-one"]
    dialog._form.setCurrentIndex(2)
    assert dialog.choice.is_fixed_size, "it needs 300 candidates"


def test_what_cannot_be_made_is_greyed_and_says_why(dialog: ConvertDialog) -> None:
    reason = f"openvino is not installed. {INSTALL_HINT}"
    formats = tuple(replace(item, unavailable_reason=reason) if item.slug == "openvino" else item for item in FORMATS)
    dialog.set_offer(replace(OFFER, formats=formats))
    button = dialog._formats.button("openvino")
    assert not button.isEnabled() and button.accessibleDescription() == reason
    choose(dialog, "openvino")
    assert dialog.choice.format == "onnx"


def test_without_its_images_eight_bits_are_greyed(dialog: ConvertDialog) -> None:
    dialog.set_offer(replace(OFFER, images_reason=NOT_HERE))
    choose(dialog, "openvino")
    model = dialog._precision.model()
    index = model.index(2, 0)
    assert not model.flags(index) & Qt.ItemFlag.ItemIsEnabled
    assert index.data(Qt.ItemDataRole.ToolTipRole) == NOT_HERE
    assert "pages that Calque draws" in dialog._about.text()


def test_why_it_was_not_begun_is_said_and_it_can_be_tried_again(dialog: ConvertDialog) -> None:
    dialog.set_offer(OFFER)
    dialog.set_waiting(True)
    assert not dialog._go.isEnabled()
    dialog.show_problem("The folder exists already.")
    assert dialog.problem == "The folder exists already." and dialog._go.isEnabled()
    choose(dialog, "pt")
    assert dialog.problem == ""


def test_no_text_is_cut_off(qtbot: QtBot, dialog: ConvertDialog) -> None:
    dialog.set_offer(OFFER)
    choose(dialog, "openvino")
    dialog._precision.setCurrentIndex(2)
    texts = (dialog._precision_help, dialog._form_help, dialog._fixed_help, dialog._about)
    qtbot.waitUntil(lambda: all(text.height() >= text.heightForWidth(text.width()) for text in texts))
