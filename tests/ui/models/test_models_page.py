"""The library: models with their versions, searched, compared with care, acted upon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.models import Headline, Model, ModelVersion, VersionStatus
from ui.models.model_tree import HEADINGS, NOTE_ROLE, ModelTreeModel, VersionColumn
from ui.models.models_page import ModelsPage
from ui.models.version_words import headline_text, is_comparable, refusal
from ui.widgets.menu_place import menu_place

Models = Callable[..., Model]
Versions = Callable[..., ModelVersion]


@pytest.fixture
def page(qtbot: QtBot) -> ModelsPage:
    widget = ModelsPage()
    qtbot.addWidget(widget)
    widget.resize(1100, 600)
    widget.show()
    return widget


@pytest.fixture
def full(page: ModelsPage, make_model: Models, make_version: Versions) -> ModelsPage:
    page.set_models(
        [make_model(), make_model("m2", "Atlas", "p2", "VOC")],
        [
            make_version(1),
            make_version(2, name="more", parent=make_version(1).id, parent_label="V001 (first)", is_partial=True),
            make_version(3, name="", status=VersionStatus.CREATED, headline=None, duration_s=None),
            make_version(1, "m2", name="imported", run=None, headline=Headline("map50_95", 0.9, "val")),
        ],
    )
    return page


def cell(page: ModelsPage, id: str, column: VersionColumn, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    index = page._model.index_of(id)  # type: ignore[arg-type]
    return index.siblingAtColumn(column).data(role)


def test_models_by_name_versions_newest_first(full: ModelsPage) -> None:
    assert full.shown_names() == ["Atlas", "V001 (imported)", "Lines", "V003", "V002 (more) · stopped early",
                                  "V001 (first)"]  # fmt: skip


def test_a_version_shows_its_number_only_with_where_it_was_measured(full: ModelsPage) -> None:
    assert cell(full, "m1-v2", VersionColumn.METRIC) == "mAP50-95 0.420"
    assert cell(full, "m1-v2", VersionColumn.MEASURED_ON) == "test set · V001"
    assert cell(full, "m1-v2", VersionColumn.PARENT) == "V001 (first)"
    assert cell(full, "m1-v3", VersionColumn.METRIC) == "–"
    assert cell(full, "m1-v3", VersionColumn.STATUS) == "Created"


def test_the_accuracy_of_a_classifier_stands_under_no_other_measure(
    page: ModelsPage, make_model: Models, make_version: Versions
) -> None:
    page.set_models([make_model()], [make_version(1, headline=Headline("accuracy", 0.94, "val"))])
    assert cell(page, "m1-v1", VersionColumn.METRIC) == "accuracy 0.940"
    assert cell(page, "m1-v1", VersionColumn.MAP50) == "–"
    assert "mAP50-95" not in HEADINGS


def test_numbers_of_different_images_are_flagged(page: ModelsPage, make_model: Models, make_version: Versions) -> None:
    other = make_version(2, headline=Headline("map50_95", 0.5, "val"))
    page.set_models([make_model()], [make_version(1), other])
    tip = cell(page, "m1-v2", VersionColumn.METRIC, Qt.ItemDataRole.ToolTipRole)
    assert "Not comparable" in str(tip)
    assert cell(page, "m1-v2", VersionColumn.MEASURED_ON, Qt.ItemDataRole.DecorationRole) is not None
    assert not is_comparable(make_version(1), other)
    assert not is_comparable(make_version(1), make_version(2, snapshot="other"))
    assert is_comparable(make_version(1), make_version(2))
    assert is_comparable(make_version(1), make_version(2, headline=None))


def test_sorting_moves_versions_within_their_model(full: ModelsPage) -> None:
    full._tree.sortByColumn(VersionColumn.METRIC, Qt.SortOrder.AscendingOrder)
    assert full.shown_names()[2:] == ["Lines", "V003", "V001 (first)", "V002 (more) · stopped early"]
    full._tree.sortByColumn(VersionColumn.NAME, Qt.SortOrder.AscendingOrder)
    assert [name for name in full.shown_names() if not name.startswith("V")] == ["Atlas", "Lines"]


def test_search_finds_models_versions_and_ids(qtbot: QtBot, full: ModelsPage) -> None:
    full._search.setText("more")
    qtbot.waitUntil(lambda: full.shown_names() == ["Lines", "V002 (more) · stopped early"])
    full._search.setText("atlas")
    qtbot.waitUntil(lambda: full.shown_names() == ["Atlas", "V001 (imported)"])
    full._search.setText("m1-v3")
    qtbot.waitUntil(lambda: full.shown_names() == ["Lines", "V003"])
    full._search.setText("no such thing")
    qtbot.waitUntil(lambda: full._stack.currentIndex() == 1)
    full._empty._button.click()
    assert len(full.shown_names()) == 6


def test_a_project_can_be_shown_alone(full: ModelsPage) -> None:
    full.choose_project("p2")  # type: ignore[arg-type]
    assert full.shown_names() == ["Atlas", "V001 (imported)"]
    full.choose_project("p9")  # type: ignore[arg-type]  # has no model yet
    assert full.shown_names() == []
    full.set_models(*full._all)
    assert full.shown_names() == []
    full.choose_project(None)
    assert len(full.shown_names()) == 6


def test_buttons_wish_for_the_chosen_version(qtbot: QtBot, full: ModelsPage) -> None:
    assert not full._open.isEnabled()
    full.choose("m1-v2")  # type: ignore[arg-type]
    with qtbot.waitSignal(full.version_requested) as asked:
        full._open.click()
    assert asked.args == ["m1-v2"]
    with qtbot.waitSignal(full.run_requested) as asked:
        full._run.click()
    assert asked.args == ["run-m1-2"]
    with qtbot.waitSignal(full.train_again_requested) as asked:
        full._train.click()
    assert asked.args == ["m1-v2"]
    with qtbot.waitSignal(full.export_requested) as asked:
        full._export.menu().actions()[0].trigger()
    assert (asked.args[0].id, asked.args[1]) == ("m1-v2", True)
    with qtbot.waitSignal(full.version_requested):
        qtbot.keyClick(full._tree, Qt.Key.Key_Return)


def test_what_cannot_be_done_says_why(full: ModelsPage) -> None:
    full.choose("m1-v3")  # type: ignore[arg-type]
    assert (full._train.isEnabled(), full._export.isEnabled(), full._run.isEnabled()) == (False, False, True)
    assert full._train.toolTip() == "Version V003 is not available (Created); it cannot be a starting point."
    full.choose("m2-v1")  # type: ignore[arg-type]
    assert (full._run.isEnabled(), full._run.toolTip()) == (False, "It was imported, not trained here.")


def test_mAP50_stands_beside_mAP50_95(page: ModelsPage, make_model: Models, make_version: Versions) -> None:
    page.set_models([make_model()], [make_version(1, map50=0.834), make_version(2)])
    assert (cell(page, "m1-v1", VersionColumn.MAP50), cell(page, "m1-v1", VersionColumn.METRIC)) == (
        "0.834",
        "mAP50-95 0.410",
    )
    assert cell(page, "m1-v2", VersionColumn.MAP50) == "–"


def test_the_best_of_those_that_can_be_compared_is_marked(
    page: ModelsPage, make_model: Models, make_version: Versions
) -> None:
    test, val = (Headline("map50_95", value, split) for value, split in ((0.5, "test"), (0.99, "val")))
    versions = [
        make_version(1, headline=test),
        make_version(2, headline=replace(test, value=0.6)),
        make_version(3, headline=val),  # measured on other images: it stands alone
        make_version(4, headline=replace(test, value=0.9), status=VersionStatus.ERROR),
        make_version(5, headline=None),
        make_version(6, headline=replace(test, value=0.95), snapshot="cd" * 32),
    ]
    page.set_models([make_model()], versions)
    notes = {version.number: cell(page, version.id, VersionColumn.NAME, NOTE_ROLE) for version in versions}
    assert notes == {1: None, 2: "best", 3: None, 4: None, 5: None, 6: None}
    help = str(cell(page, "m1-v2", VersionColumn.NAME, Qt.ItemDataRole.ToolTipRole))
    assert "The best of 2 versions that were measured on the same images." in help


def test_the_current_version_is_named_and_can_lose_its_mark(
    qtbot: QtBot, page: ModelsPage, make_model: Models, make_version: Versions
) -> None:
    versions = [make_version(1, is_current=True), make_version(2), make_version(3, status=VersionStatus.CREATED)]
    page.set_models([make_model()], versions)
    assert [cell(page, one.id, VersionColumn.NAME, NOTE_ROLE) for one in versions] == ["current", "best", None]
    for version, reason in zip(versions[1:], ("", "cannot be the current"), strict=True):
        page.choose(version.id)
        entry = entries_of(page)["Mark as current"]
        assert entry.isEnabled() == (not reason)
        assert reason in entry.toolTip()
    page.choose(versions[0].id)
    assert "Mark as current" not in entries_of(page)
    with qtbot.waitSignal(page.current_requested) as asked:
        entries_of(page)["No longer mark as current"].trigger()
    assert asked.args == [versions[0]]


def entries_of(page: ModelsPage) -> dict[str, QAction]:
    menu = page.make_menu()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_a_version_has_a_menu(qtbot: QtBot, full: ModelsPage) -> None:
    full.choose("m1-v2")  # type: ignore[arg-type]
    wishes = {
        "Open": full.version_requested,
        "Open run": full.run_requested,
        "Train again…": full.train_again_requested,
        "Export as a folder…": full.export_requested,
        "Export for other programs…": full.conversion_requested,
        "Rename and describe…": full.rename_requested,
        "Mark as current": full.current_requested,
        "Delete…": full.delete_requested,
    }
    for text, wish in wishes.items():
        with qtbot.waitSignal(wish) as asked:
            entries_of(full)[text].trigger()
        wished = asked.args[0]
        assert getattr(wished, "id", wished) in ("m1-v2", "run-m1-2")
    entries_of(full)["Copy version ID"].trigger()
    assert QGuiApplication.clipboard().text() == "m1-v2"
    full.choose("m1-v3")  # type: ignore[arg-type]
    train = entries_of(full)["Train again…"]
    assert not train.isEnabled() and "not available" in train.toolTip()


def test_a_model_has_a_menu_and_keys(qtbot: QtBot, full: ModelsPage) -> None:
    full._tree.setCurrentIndex(full._proxy.index(1, 0))
    assert list(entries_of(full)) == ["Rename and describe…", "Delete…", "Copy model ID"]
    for key, wish in ((Qt.Key.Key_F2, full.rename_requested), (Qt.Key.Key_Delete, full.delete_requested)):
        with qtbot.waitSignal(wish) as asked:
            qtbot.keyClick(full._tree, key)
        assert asked.args[0].name == "Lines"
    with qtbot.assertNotEmitted(full.version_requested):
        qtbot.keyClick(full._tree, Qt.Key.Key_Return)


def test_the_menu_key_opens_the_menu_at_the_row_that_has_the_focus(full: ModelsPage) -> None:
    tree, nowhere = full._tree, QPoint(5, 5000)
    full.choose("m1-v2")  # type: ignore[arg-type]
    row = tree.visualRect(tree.currentIndex()).center()
    assert menu_place(tree, nowhere) == tree.viewport().mapToGlobal(row)
    other = tree.visualRect(full._proxy.index(0, 0)).center()
    assert menu_place(tree, other) == tree.viewport().mapToGlobal(other)
    full.set_models((), ())
    assert menu_place(tree, nowhere) is None


def test_a_click_on_open_run_leads_to_the_run(qtbot: QtBot, full: ModelsPage) -> None:
    full.resize(1400, 600)
    QApplication.processEvents()
    index = full._proxy.mapFromSource(full._model.index_of("m1-v2")).siblingAtColumn(VersionColumn.RUN)  # type: ignore[arg-type]
    place = full._tree.visualRect(index)
    with qtbot.waitSignal(full.run_requested) as asked:
        qtbot.mouseClick(
            full._tree.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.left() + 12, place.center().y())
        )
    assert asked.args == ["run-m1-2"]


def test_models_of_no_project_are_found_as_such(page: ModelsPage, make_model: Models, make_version: Versions) -> None:
    lone = replace(make_model("m2", "Lone"), project=None, project_name="")
    page.set_models([make_model(), lone], [make_version(1), make_version(1, "m2")])
    assert [page._projects.itemText(row) for row in range(page._projects.count())] == [
        "All projects",
        "Registers",
        "No project",
    ]
    page._projects.setCurrentIndex(2)
    assert page.shown_names()[0] == "Lone"
    assert len(page.shown_names()) == 2
    page._projects.setCurrentIndex(0)
    assert len(page.shown_names()) == 4


def test_rows_that_come_after_the_page_have_the_keyboard(
    page: ModelsPage, make_model: Models, make_version: Versions
) -> None:
    page.activateWindow()
    page.set_models([make_model()], [make_version(1)])
    assert page.window().focusWidget() is page._tree


def test_importing_is_offered_always(qtbot: QtBot, page: ModelsPage) -> None:
    assert page._import.isVisible()
    with qtbot.waitSignal(page.import_requested):
        page._import.click()


def test_empty_offers_a_training(qtbot: QtBot, page: ModelsPage) -> None:
    assert page._stack.currentIndex() == 1
    with qtbot.waitSignal(page.train_requested):
        page._empty._button.click()


def test_the_choice_survives_a_reload(full: ModelsPage) -> None:
    full.choose("m1-v1")  # type: ignore[arg-type]
    full.set_models(*full._all)
    chosen = full.chosen()
    assert chosen is not None
    assert chosen.id == "m1-v1"


def test_the_tree_is_sound(qtbot: QtBot, make_model: Models, make_version: Versions) -> None:
    model = ModelTreeModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_models([make_model(), make_model("m2", "Atlas")], [make_version(1), make_version(2)])
    model.set_models([], [])
    model.set_models([make_model()], [make_version(1)])
    assert model.n_models == 1
    tester.deleteLater()


def test_words(make_version: Versions) -> None:
    assert headline_text(make_version(2)) == "mAP50-95 0.420 on the test set"
    assert headline_text(make_version(headline=None)) == "not measured"
    assert refusal(make_version(), deed="exported") == ""


def test_without_its_task_a_version_is_no_starting_point(full: ModelsPage) -> None:
    models, versions = full._all
    problem = 'The task "detection" is not installed.'
    full.set_models(tuple(replace(model, task_problem=problem) for model in models), versions)
    full.choose("m1-v2")  # type: ignore[arg-type]
    assert (full._train.isEnabled(), full._train.toolTip()) == (False, problem)
    assert full._export.isEnabled()
