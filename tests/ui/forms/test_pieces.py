from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from ui.forms.labelled_field import LabelledField
from ui.forms.problem_label import ProblemLabel
from ui.forms.radio_group import RadioGroup
from ui.forms.scroll_column import ScrollColumn
from ui.forms.switch import Switch
from ui.theme import ThemeMode, apply_theme


def test_errors_come_before_warnings_and_doubles_are_said_once(qtbot: QtBot) -> None:
    problem = ProblemLabel()
    qtbot.addWidget(problem)
    problem.show_problems([("Mind this.", False), ("Mend this.", True), ("Mend this.", True)])
    assert problem.text() == "Mend this.\nMind this."
    assert problem.is_error
    roles = {view.text(): view.property("role") for view in problem.findChildren(QLabel)}
    assert roles == {"Mend this.": "error", "Mind this.": "warning"}
    problem.show_problems([("Mind this.", False)])
    assert not problem.is_error
    assert not problem.isHidden()
    problem.show_problems([])
    assert problem.isHidden()


def test_a_labelled_field_names_its_control(qtbot: QtBot) -> None:
    line = QLineEdit()
    field = LabelledField("Name of the r&un", line, help_text="1 to 100 characters.")
    qtbot.addWidget(field)
    assert line.accessibleName() == "Name of the run"
    assert line.accessibleDescription() == "1 to 100 characters."
    assert field.title.buddy() is line
    field.show_problems([("Give the run a name.", True)])
    assert line.property("problem") is True
    assert field.problem.text() == "Give the run a name."
    field.show_problems([])
    assert line.property("problem") is False


def test_a_radio_groups_detail_belongs_to_its_choice(qtbot: QtBot) -> None:
    group = RadioGroup()
    qtbot.addWidget(group)
    detail = QLabel("more")
    group.add("a", "Alpha")
    group.add("b", "Beta", "help", detail)
    group.set_key("a")
    assert not detail.isVisibleTo(group)
    with qtbot.waitSignal(group.chosen) as caught:
        group.button("b").click()
    assert caught.args == ["b"]
    assert group.key() == "b"
    assert detail.isVisibleTo(group)


def test_a_chosen_alternative_stays_free_when_it_becomes_unavailable(qtbot: QtBot) -> None:
    group = RadioGroup()
    qtbot.addWidget(group)
    group.add("a", "Alpha")
    group.add("b", "Beta")
    group.set_key("b")
    group.set_available("b", False)
    assert group.button("b").isEnabled()
    group.set_key("a")
    group.set_available("b", False)
    assert not group.button("b").isEnabled()


def test_a_switch_is_a_check_box_that_can_be_driven_by_keys(qtbot: QtBot, qapp: QApplication) -> None:
    switch = Switch("Use the &GPU")
    qtbot.addWidget(switch)
    switch.show()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
        apply_theme(qapp, mode)
        off_and_on = []
        for is_on in (False, True):
            switch.setChecked(is_on)
            off_and_on.append(switch.grab().toImage())
        assert off_and_on[0] != off_and_on[1]


def test_a_column_is_no_wider_than_told(qtbot: QtBot) -> None:
    content = QLabel("text")
    column = ScrollColumn(content, max_width=300)
    qtbot.addWidget(column)
    column.resize(1000, 200)
    column.show()
    assert content.width() == 300
    column.resize(250, 200)
    qtbot.waitUntil(lambda: content.width() < 250)
