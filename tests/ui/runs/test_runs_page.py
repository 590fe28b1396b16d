"""The list of runs: found, filtered, sorted, kept up to date, acted upon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.metrics import MAP50_95
from core.domain.models import Headline
from core.domain.run import Run
from core.domain.runs import RunFilter, RunStatus
from core.rechecks.kind import RECHECK
from ui.runs.run_actions import RunAction
from ui.runs.run_table_model import RunColumn, RunTableModel, device_name
from ui.runs.runs_page import RunsPage
from ui.widgets.badge_delegate import TONE_ROLE

Runs = Callable[..., Run]


@pytest.fixture
def clock(now: datetime) -> list[datetime]:
    return [now]


@pytest.fixture
def page(qtbot: QtBot, clock: list[datetime]) -> Iterator[RunsPage]:
    widget = RunsPage(now=lambda: clock[0])
    qtbot.addWidget(widget)
    widget.resize(1100, 600)
    widget.show()
    yield widget
    widget.close()
    assert not widget._timer.isActive()


@pytest.fixture
def full(page: RunsPage, make_run: Runs, now: datetime) -> RunsPage:
    runs = [
        make_run("run0", RunStatus.IN_PROGRESS, name="Lines", created_at=now - timedelta(minutes=12)),
        make_run("run1", RunStatus.SUCCESS, name="Stamps", progress=1.0, created_at=now - timedelta(days=2)),
        make_run("run2", RunStatus.FAILED, name="Zones", project="p2", project_name="VOC",
                    created_at=now - timedelta(days=40)),
        make_run("run3", RunStatus.PENDING, name="Later", worker="fake", started_at=None,
                    created_at=now - timedelta(minutes=1)),
    ]  # fmt: skip
    page.set_runs(runs)
    return page


def names(page: RunsPage) -> list[str]:
    return [page._proxy.index(row, RunColumn.NAME).data() for row in range(page._proxy.rowCount())]


def test_newest_first_with_every_column(full: RunsPage) -> None:
    assert names(full) == ["Later", "Lines", "Stamps", "Zones"]
    row = [full._proxy.index(1, column).data() for column in RunColumn]
    assert row[1:5] == ["Registers", "Lines · V003 (second)", "In Progress", "25 %"]
    assert (row[5], row[7:]) == ("–", ["10 min 00 s", "GPU 0"])


def cell(page: RunsPage, name: str, column: RunColumn) -> str:
    return str(page._proxy.index(names(page).index(name), column).data())


def test_an_ended_run_says_what_came_of_it(page: RunsPage, make_run: Runs) -> None:
    headline = Headline(MAP50_95, 0.524, "test")
    page.set_runs(
        [
            make_run(
                "a", RunStatus.SUCCESS, name="A", epochs_done=28, epochs_planned=28, headline=headline, map50=0.83
            ),
            make_run("b", RunStatus.TERMINATED, name="B", epochs_done=2, epochs_planned=28, headline=headline),
            make_run("c", RunStatus.ABORTED, name="C", progress=0.83, reason="Killed by you."),
            make_run("d", RunStatus.FAILED, name="D", started_at=None, reason="It did not start."),
            make_run("e", RunStatus.SUCCESS, name="E", headline=headline, of_kind=RECHECK),
        ]
    )
    progress = [cell(page, name, RunColumn.PROGRESS) for name in "ABCDE"]
    assert progress == ["28 epochs", "2 of 28 epochs", "83 %", "–", "25 %"]
    results = [cell(page, name, RunColumn.RESULT) for name in "ABCDE"]
    assert results == ["test mAP50 0.830", "test mAP50-95 0.524", "Killed by you.", "It did not start.", "–"]
    page._table.sortByColumn(RunColumn.RESULT, Qt.SortOrder.DescendingOrder)
    assert names(page)[:2] == ["A", "B"]
    page._table.sortByColumn(RunColumn.PROGRESS, Qt.SortOrder.AscendingOrder)
    assert names(page)[0] == "B", "a run that was stopped early is not at its end"


def test_a_kill_that_was_ordered_has_no_red_badge(page: RunsPage, make_run: Runs) -> None:
    page.set_runs(
        [make_run("a", RunStatus.ABORTED, name="A", reason="Killed by you."), make_run("b", RunStatus.ABORTED)]
    )
    tones = [page._model.index(row, RunColumn.STATUS).data(TONE_ROLE) for row in range(2)]
    assert tones == ["warning", "error"]


def test_the_name_leads_to_the_run_and_the_model_to_its_version(qtbot: QtBot, full: RunsPage, make_run: Runs) -> None:
    wishes = {RunColumn.NAME: RunAction.OPEN, RunColumn.MODEL: RunAction.OPEN_VERSION}
    for column, action in wishes.items():
        place = full._table.visualRect(full._proxy.index(1, column))
        on_words = QPoint(place.left() + 12, place.center().y())
        with qtbot.waitSignal(full.action_requested) as asked:
            qtbot.mouseClick(full._table.viewport(), Qt.MouseButton.LeftButton, pos=on_words)
        assert asked.args == [action, ("run0",)]
    place = full._table.visualRect(full._proxy.index(2, RunColumn.NAME))
    with qtbot.assertNotEmitted(full.action_requested):
        qtbot.mouseClick(full._table.viewport(), Qt.MouseButton.LeftButton, pos=place.center() + QPoint(40, 0))
        qtbot.mouseClick(
            full._table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier,
            place.topLeft() + QPoint(12, 12),
        )  # fmt: skip
    full.set_runs([make_run("lone", version=None, version_label="")])
    place = full._table.visualRect(full._proxy.index(0, RunColumn.MODEL))
    with qtbot.assertNotEmitted(full.action_requested):
        qtbot.mouseClick(full._table.viewport(), Qt.MouseButton.LeftButton, pos=place.topLeft() + QPoint(12, 12))


def test_columns_share_the_room_and_what_is_the_same_is_said_once(full: RunsPage, make_run: Runs) -> None:
    table = full._table
    for width in (900, 1400):
        full.resize(width, 600)
        QApplication.processEvents()
        shown = [column for column in RunColumn if not table.isColumnHidden(column)]
        assert RunColumn.DEVICE not in shown, "all runs are on GPU 0"
        assert RunColumn.PROJECT in shown
        total = sum(table.columnWidth(column) for column in shown)
        assert total == max(total, table.viewport().width())
        if width == 1400:
            assert total == table.viewport().width()
    assert "GPU 0" in full._header._subtitle.text()
    full.update_run(make_run("run7", device="cpu"))
    assert not table.isColumnHidden(RunColumn.DEVICE)
    table.horizontalHeader().resizeSection(RunColumn.NAME, 333)
    full.resize(1300, 600)
    QApplication.processEvents()
    assert table.columnWidth(RunColumn.NAME) == 333, "a width that the person gave stays"


def test_a_progress_alone_measures_no_widths(
    full: RunsPage, make_run: Runs, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    shared: list[None] = []
    monkeypatch.setattr(full._room, "share", lambda: shared.append(None))
    created = now - timedelta(minutes=12)
    full.update_run(make_run("run0", RunStatus.IN_PROGRESS, name="Lines", progress=0.7, created_at=created))
    assert not shared, "it comes many times a second"
    full.update_run(make_run("run0", RunStatus.SUCCESS, name="Lines", created_at=created))
    assert shared


def test_search_and_filters_hold_together(qtbot: QtBot, full: RunsPage) -> None:
    bar = full.filter_bar
    bar.statuses.choose(RunStatus.SUCCESS)
    bar.statuses.choose(RunStatus.FAILED)
    assert names(full) == ["Stamps", "Zones"]
    bar.projects.choose("p2")
    assert names(full) == ["Zones"]
    bar.clear()
    bar.search.setText("la")
    qtbot.waitUntil(lambda: names(full) == ["Later"])
    bar.clear()
    bar.workers.choose("fake")
    assert names(full) == ["Later"]
    bar.clear()
    bar.dates.setCurrentIndex(2)
    assert names(full) == ["Later", "Lines", "Stamps"]
    assert bar.statuses.text() == "Status"
    bar.clear()
    assert bar.filter() == RunFilter()


def test_sorting_by_any_column_compares_values_not_words(full: RunsPage) -> None:
    full._table.sortByColumn(RunColumn.PROGRESS, Qt.SortOrder.DescendingOrder)
    assert names(full)[0] == "Stamps"
    full._table.sortByColumn(RunColumn.DURATION, Qt.SortOrder.AscendingOrder)
    assert names(full)[0] == "Later"


def test_one_change_announces_one_row(qtbot: QtBot, make_run: Runs, now: datetime) -> None:
    model = RunTableModel(lambda: now)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_runs([make_run(f"run{n}") for n in range(5)])
    with qtbot.waitSignal(model.dataChanged) as changed:
        assert not model.update_run(make_run("run3", progress=0.5))
    assert (changed.args[0].row(), changed.args[1].row()) == (3, 3)
    with qtbot.assertNotEmitted(model.dataChanged):
        model.update_run(make_run("run3", progress=0.5))
    with qtbot.waitSignal(model.rowsInserted):
        assert model.update_run(make_run("new"))
    with qtbot.waitSignal(model.rowsRemoved):
        model.remove(make_run("run0").id)
    assert [run.id for run in model.runs] == ["new", "run1", "run2", "run3", "run4"]
    assert model.row_of(make_run("run4").id) == 4
    tester.deleteLater()


def test_durations_of_live_runs_go_on(full: RunsPage, clock: list[datetime], now: datetime) -> None:
    clock[0] = now + timedelta(seconds=65)
    full._model.tick()
    assert full._proxy.index(1, RunColumn.DURATION).data() == "11 min 05 s"
    assert full._proxy.index(2, RunColumn.DURATION).data() == "10 min 00 s"


def test_the_clock_runs_only_while_something_lives_and_the_page_is_seen(page: RunsPage, make_run: Runs) -> None:
    assert not page._timer.isActive()
    page.set_runs([make_run()])
    assert page._timer.isActive()
    page.hide()
    assert not page._timer.isActive()
    page.show()
    page.update_run(make_run(status=RunStatus.SUCCESS))
    assert not page._timer.isActive()


def test_the_selection_survives_an_update_and_a_reload(full: RunsPage, make_run: Runs) -> None:
    full.choose(make_run("run2").id)
    full.update_run(make_run("run9", created_at=make_run().record.created_at + timedelta(hours=1)))
    assert full.chosen_ids() == ("run2",)
    full.set_runs(full._model.runs)
    assert full.chosen_ids() == ("run2",)


@pytest.mark.parametrize(
    ("id", "enabled"),
    [
        ("run0", {RunAction.OPEN, RunAction.STOP, RunAction.KILL}),
        ("run1", {RunAction.OPEN, RunAction.REMOVE}),
        ("run2", {RunAction.OPEN, RunAction.RETRY, RunAction.REMOVE}),
        ("run3", {RunAction.OPEN, RunAction.STOP, RunAction.KILL}),
    ],
)
def test_buttons_offer_what_can_be_done_and_say_why_not(
    full: RunsPage, make_run: Runs, id: str, enabled: set[RunAction]
) -> None:
    full.choose(make_run(id).id)
    assert {action for action, button in full._buttons.items() if button.isEnabled()} == enabled
    assert all(button.toolTip() for button in full._buttons.values())


def test_a_button_a_key_and_a_double_click_wish(qtbot: QtBot, full: RunsPage, make_run: Runs) -> None:
    full.choose(make_run("run0").id)
    with qtbot.waitSignal(full.action_requested) as asked:
        full._buttons[RunAction.STOP].click()
    assert asked.args == [RunAction.STOP, ("run0",)]
    with qtbot.waitSignal(full.action_requested) as asked:
        qtbot.keyClick(full._table, Qt.Key.Key_Return)
    assert asked.args == [RunAction.OPEN, ("run0",)]
    with qtbot.assertNotEmitted(full.action_requested):
        qtbot.keyClick(full._table, Qt.Key.Key_Delete)  # it runs: refused


def test_several_can_only_be_removed_together(qtbot: QtBot, full: RunsPage) -> None:
    full.filter_bar.statuses.choose(RunStatus.SUCCESS)
    full.filter_bar.statuses.choose(RunStatus.FAILED)
    full._table.selectAll()
    assert not full._buttons[RunAction.OPEN].isEnabled()
    with qtbot.waitSignal(full.action_requested) as asked:
        full._buttons[RunAction.REMOVE].click()
    assert (asked.args[0], set(asked.args[1])) == (RunAction.REMOVE, {"run1", "run2"})


def test_the_menu_copies_ids_and_wishes(qtbot: QtBot, full: RunsPage, make_run: Runs) -> None:
    full.choose(make_run("run2").id)
    menu = full.make_menu()
    entries = {action.text(): action for action in menu.actions() if action.text()}
    entries["Copy run ID"].trigger()
    assert QGuiApplication.clipboard().text() == "run2"
    entries["Copy execution ID"].trigger()
    assert QGuiApplication.clipboard().text() == "run2/1"
    assert not entries["Stop and keep the best"].isEnabled()
    with qtbot.waitSignal(full.action_requested) as asked:
        entries["Retry"].trigger()
    assert asked.args == [RunAction.RETRY, ("run2",)]
    menu.deleteLater()


def test_rows_that_come_after_the_page_have_the_keyboard(page: RunsPage, make_run: Runs) -> None:
    page.activateWindow()
    page.set_runs([make_run()])
    assert page.window().focusWidget() is page._table
    page.filter_bar.search.setFocus()
    page.set_runs([make_run(), make_run("run2")])
    assert page.window().focusWidget() is not page._table, "who types is not disturbed"


def test_empty_says_why_and_what_to_do(qtbot: QtBot, page: RunsPage, make_run: Runs) -> None:
    assert page._stack.currentIndex() == 1
    assert page._empty._heading.text() == "No runs yet"
    with qtbot.waitSignal(page.train_requested):
        page._empty._button.click()
    page.set_runs([make_run()])
    assert page._stack.currentIndex() == 0
    page.filter_bar.search.setText("nothing like it")
    qtbot.waitUntil(lambda: page._stack.currentIndex() == 1)
    assert page._empty._heading.text() == "No run matches"
    page._empty._button.click()
    assert page._stack.currentIndex() == 0


def test_a_project_can_be_shown_alone(full: RunsPage) -> None:
    full.show_project("p2")  # type: ignore[arg-type]
    assert names(full) == ["Zones"]


def test_a_project_without_runs_shows_none_rather_than_all(full: RunsPage, make_run: Runs) -> None:
    full.show_project("p9")  # type: ignore[arg-type]
    assert names(full) == []
    assert full._stack.currentIndex() == 1
    full.update_run(make_run("run9"))
    assert (names(full), full.filter_bar.projects.text()) == ([], "Project: this project")
    full.filter_bar.clear()
    assert len(names(full)) == 5


def test_ticking_in_the_menu_does_not_close_it(full: RunsPage) -> None:
    button = full.filter_bar.statuses
    menu = button.menu()
    menu.resize(menu.sizeHint())  # not shown: here no platform would let it grab the keyboard
    closings: list[None] = []
    menu.aboutToHide.connect(lambda: closings.append(None))
    for index in (2, 4):
        place = QPointF(menu.actionGeometry(menu.actions()[index]).center())
        left = Qt.MouseButton.LeftButton
        event = QMouseEvent(QEvent.Type.MouseButtonRelease, place, place, left, left, Qt.KeyboardModifier.NoModifier)
        menu.mouseReleaseEvent(event)
    assert button.chosen() == (list(RunStatus)[2], list(RunStatus)[4])
    assert (button.text(), closings) == ("Status: 2", [])


@pytest.mark.parametrize(("device", "name"), [("cpu", "CPU"), ("cuda:1", "GPU 1"), ("cuda", "GPU 0")])
def test_devices_have_names(device: str, name: str) -> None:
    assert device_name(device) == name


def test_return_opens_the_row_of_the_keyboard_where_none_is_selected(full: RunsPage, qtbot: QtBot) -> None:
    full._table.setCurrentIndex(full._proxy.index(1, 0))
    full._table.clearSelection()
    assert full.chosen_ids() == ()
    with qtbot.waitSignal(full.action_requested) as asked:
        qtbot.keyClick(full._table, Qt.Key.Key_Return)
    assert asked.args == [RunAction.OPEN, full.chosen_ids()]
    assert len(full.chosen_ids()) == 1
