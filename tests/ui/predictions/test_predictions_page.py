from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.controllers.prediction_sets import deletion_question
from core.domain.ids import PredictionSetId, ProjectId, RunId, VersionId
from core.domain.predictions import PredictionSet, SetKind
from ui.predictions.predictions_page import PredictionsPage

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NAMES = {ProjectId("p"): "Letters", ProjectId("q"): "Maps"}


def make(id: str, **changes: object) -> PredictionSet:
    number = ord(id)
    values = {
        "id": PredictionSetId(id), "kind": SetKind.PREDICTION, "name": f"Lines V001 on {id}", "n_images": 10,
        "created_at": NOW + timedelta(minutes=number), "categories": ("line",), "n_predictions": 100, "n_bytes": 5000,
        "version": VersionId("v"), "version_label": "Lines V001", "project": ProjectId("p"), "run": RunId("r"),
        "settings": {"threshold": 0.25, "tile": 1024, "n_objects": 7}, **changes,
    }  # fmt: skip
    return PredictionSet(**values)


SETS = (make("c"), make("b", project=ProjectId("q")), make("a", kind=SetKind.IMPORT, version=None, run=None))


def shown_page(qtbot: QtBot) -> PredictionsPage:
    page = PredictionsPage()
    qtbot.addWidget(page)
    page.resize(1200, 600)
    page.set_sets(SETS, NAMES)
    return page


def row(page: PredictionsPage, number: int) -> list[str]:
    model = page.table.model()
    return [model.index(number, column).data() for column in range(5)]


def test_it_lists_the_newest_first_with_what_counts(qtbot: QtBot) -> None:
    page = shown_page(qtbot)
    assert page.n_shown == 3
    assert row(page, 0) == ["Lines V001 on c", "Prediction", "Letters", "10", "7"]
    assert page.table.model().index(0, 5).data() == "from 0.25, tiles of 1024"


def test_a_project_or_a_version_narrows_it(qtbot: QtBot) -> None:
    page = shown_page(qtbot)
    page.show_only(project=ProjectId("q"))
    assert page.n_shown == 1
    page.show_only(version=VersionId("v"))
    assert page.n_shown == 2
    page.show_only(version=VersionId("gone"))
    assert page.n_shown == 0
    page.set_sets(SETS, NAMES)
    assert page.n_shown == 0, "the filter stays when the list is read anew"
    page.show_only()
    assert page.n_shown == 3


def test_what_is_selected_can_be_seen_taken_elsewhere_and_deleted(qtbot: QtBot) -> None:
    page = shown_page(qtbot)
    heard: list[object] = []
    for signal in (page.see_requested, page.export_requested, page.delete_requested, page.run_requested):
        signal.connect(heard.append)
    page.table.selectRow(0)
    entries = {action.text(): action for action in page.make_menu().actions()}
    for text in ("See the predictions", "Export…", "Open run"):
        entries[text].trigger()
    assert heard == [SETS[0], SETS[0], "r"]
    page.table.selectAll()
    entries = {action.text(): action for action in page.make_menu().actions()}
    assert [text for text, action in entries.items() if action.isEnabled()] == ["Delete…"]
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert heard[-1] == SETS
    page.table.selectRow(2)
    entries = {action.text(): action for action in page.make_menu().actions()}
    assert entries["Open run"].toolTip() == "No run made it."


def test_an_empty_list_offers_to_predict(qtbot: QtBot) -> None:
    page = PredictionsPage()
    qtbot.addWidget(page)
    with qtbot.waitSignal(page.predict_requested):
        page._empty.action_requested.emit()


def test_the_question_counts_what_goes_and_names_what_stays(qtbot: QtBot) -> None:
    one = deletion_question(SETS[:1])
    assert one.text == 'Delete the predictions "Lines V001 on c"?'
    assert one.details.startswith("100 predicted objects, 5.0 kB, for good.")
    assert "accepted predictions" in one.details
    assert deletion_question(SETS).text == "Delete 3 sets of predictions?"


def test_rows_that_come_late_have_the_keyboard_and_return_opens_the_first(qtbot: QtBot) -> None:
    page = PredictionsPage()
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    page.set_sets(SETS, NAMES)
    qtbot.waitUntil(page.table.hasFocus)
    page.table.setCurrentIndex(page.table.model().index(0, 0))
    page.table.clearSelection()
    with qtbot.waitSignal(page.see_requested):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
