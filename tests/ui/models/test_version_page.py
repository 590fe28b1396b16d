"""The page of a version: figures, dataset, lineage, files, code, card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.domain.models import ModelVersion, VersionDetails, VersionStatus
from ui.models.card_view import CardView
from ui.models.fact_cards import FactCards
from ui.models.version_page import VersionPage

Details = Callable[..., VersionDetails]
Versions = Callable[..., ModelVersion]


@pytest.fixture
def page(qtbot: QtBot) -> VersionPage:
    widget = VersionPage()
    qtbot.addWidget(widget)
    widget.resize(1100, 650)
    widget.show()
    return widget


def cells(model: object, n_columns: int) -> list[list[str]]:
    rows = range(model.rowCount())  # type: ignore[attr-defined]
    return [[model.index(row, column).data() for column in range(n_columns)] for row in rows]  # type: ignore[attr-defined]


def test_the_cards_answer_what_everyone_asks_first(
    page: VersionPage, make_details: Details, make_version: Versions
) -> None:
    version = make_version(2, parent=make_version(1).id, parent_label="V001 (first)")
    page.set_details(make_details(version))
    cards = page.cards
    assert (cards.headline.value(), cards.headline.note()) == ("0.420", "mAP50-95 on the test set")
    assert cards.training.value() == "2 min 00 s"
    assert cards.origin.value() == "V001 (first)"
    assert (cards.dataset.value(), cards.dataset.note()) == ("V001", "10 train · 4 test images")
    assert cards.weights.value() == "yolo11n"


def test_a_version_without_measures_or_origin_says_so(
    page: VersionPage, make_details: Details, make_version: Versions
) -> None:
    page.set_details(make_details(make_version(headline=None), tables=(), snapshot=None))
    assert (page.cards.headline.value(), page.cards.headline.note()) == ("–", "not measured")
    assert page.cards.origin.value() == "No version"
    assert page.evaluation.tables == ()
    assert "line, stamp" in page.dataset._note.text()


def test_the_dataset_counts_images_objects_and_classes(page: VersionPage, make_details: Details) -> None:
    page.set_details(make_details())
    assert cells(page.dataset.model, 3) == [
        ["Images", "10", "4"], ["Objects", "70", "20"], ["line", "60", "20"], ["stamp", "10", "–"]
    ]  # fmt: skip


def test_the_weights_hash_can_be_copied_and_the_folder_opened(
    qtbot: QtBot, page: VersionPage, make_details: Details
) -> None:
    page.set_details(make_details())
    page.files._copy_hash.click()
    assert QGuiApplication.clipboard().text() == "12" * 32
    rows = cells(page.files.model, 2)
    assert ["Seed", "7"] in rows
    assert ["Weights SHA-256", "12" * 32] in rows
    assert any(row[0] == "File weights.safetensors" for row in rows)
    with qtbot.waitSignal(page.folder_requested):
        page.files._folder.click()


def test_the_snippet_can_be_copied(page: VersionPage, make_details: Details) -> None:
    page.set_details(make_details())
    page.snippet._copy.click()
    assert QGuiApplication.clipboard().text() == "print('hello')\n"


def test_lineage_leads_to_its_neighbours(
    qtbot: QtBot, page: VersionPage, make_details: Details, make_version: Versions
) -> None:
    oldest, parent, this, child = (make_version(number) for number in (1, 2, 3, 4))
    page.set_details(make_details(this, lineage=(parent, oldest), children=(child,)))
    buttons = page._lineage.widget().findChildren(QPushButton)
    assert [button.text() for button in buttons] == [f"Lines · V00{number} (first)" for number in (1, 2, 4)]
    with qtbot.waitSignal(page.version_requested) as asked:
        buttons[0].click()
    assert asked.args == [oldest.id]


def test_buttons_wish_and_say_why_not(
    qtbot: QtBot, page: VersionPage, make_details: Details, make_version: Versions
) -> None:
    page.set_details(make_details())
    with qtbot.waitSignal(page.run_requested) as asked:
        page._run.click()
    assert asked.args == ["run-m1-1"]
    with qtbot.waitSignal(page.train_again_requested) as asked:
        page._train.click()
    assert asked.args == ["m1-v1"]
    *copies, _line, others = page._export.menu().actions()
    for action, as_zip in zip(copies, (True, False), strict=True):
        with qtbot.waitSignal(page.export_requested) as asked:
            action.trigger()
        assert (asked.args[0].id, asked.args[1]) == ("m1-v1", as_zip)
    with qtbot.waitSignal(page.conversion_requested) as asked:
        others.trigger()
    assert asked.args[0].id == "m1-v1"
    page.set_details(make_details(make_version(status=VersionStatus.ERROR, run=None)))
    assert not page._export.isEnabled()
    assert page._export.toolTip() == "Version V001 (first) is not available (Error); it cannot be exported."
    assert not page._run.isEnabled()


def test_without_its_task_a_version_is_no_starting_point_and_still_goes_out(
    page: VersionPage, make_details: Details
) -> None:
    details = make_details()
    problem = 'The task "lines" is not installed.'
    page.set_details(replace(details, model=replace(details.model, task_problem=problem)))
    assert (page._train.isEnabled(), page._train.toolTip()) == (False, problem)
    assert page._export.isEnabled()


def test_an_export_shows_how_far_it_is_and_bars_another(page: VersionPage, make_details: Details) -> None:
    page.set_details(make_details())
    page.set_export_progress(0.4)
    assert (page._progress.isVisible(), page._progress.value(), page._export.isEnabled()) == (True, 400, False)
    page.set_export_progress(None)
    assert (page._progress.isVisible(), page._export.isEnabled()) == (False, True)


def test_the_ids_are_copied_from_the_menu(page: VersionPage, make_details: Details) -> None:
    page.set_details(make_details())
    entries = {action.text(): action for action in page._more.menu().actions()}
    for text, id in (("Copy version ID", "m1-v1"), ("Copy model ID", "m1")):
        entries[text].trigger()
        assert QGuiApplication.clipboard().text() == id


def test_a_card_fetches_nothing_and_opens_only_what_is_safe(qtbot: QtBot) -> None:
    card = CardView()
    qtbot.addWidget(card)
    card.set_card("# Title\n\n![x](https://example.org/x.png) ![y](file:///etc/passwd) [link](https://example.org)\n")
    assert "Title" in card.toPlainText()
    kind = QTextDocument.ResourceType.ImageResource.value
    for address in ("https://example.org/x.png", "file:///etc/passwd"):
        picture = card.loadResource(kind, QUrl(address))
        assert isinstance(picture, QImage)
        assert (picture.width(), picture.height()) == (1, 1)
    assert card.loadResource(QTextDocument.ResourceType.HtmlResource.value, QUrl("file:///etc/passwd")) is None
    with qtbot.waitSignal(card.link_requested) as asked:
        card.anchorClicked.emit(QUrl("https://example.org"))
    assert asked.args == ["https://example.org"]
    with qtbot.assertNotEmitted(card.link_requested):
        for address in ("file:///etc/passwd", "javascript:alert(1)", "calque-run:x"):
            card.anchorClicked.emit(QUrl(address))


def test_a_version_is_renamed_and_deleted_from_the_menu(qtbot: QtBot, page: VersionPage, make_details: Details) -> None:
    page.set_details(make_details())
    entries = {action.text(): action for action in page._more.menu().actions()}
    for text, wish in (("Rename and describe…", page.rename_requested), ("Delete…", page.delete_requested)):
        with qtbot.waitSignal(wish) as asked:
            entries[text].trigger()
        assert asked.args[0].id == "m1-v1"


def test_what_a_person_wrote_stands_under_the_name(
    page: VersionPage, make_details: Details, make_version: Callable[..., ModelVersion]
) -> None:
    page.set_details(make_details(make_version(description="Good for\nwide margins")))
    assert page._header._note.text() == "Good for wide margins"
    assert "Good for" in page._header._note.toolTip() and "wide margins" in page._header._note.toolTip()
    page.set_details(make_details(make_version()))
    assert not page._header._note.isVisible()


def test_a_taggers_accuracy_says_that_it_is_mean_ap(qtbot: QtBot, make_details: Details) -> None:
    cards = FactCards()
    qtbot.addWidget(cards)
    details = make_details()
    for metric, caption in (("mean_ap", "Accuracy (mean AP)"), ("accuracy", "Accuracy"), ("map50_95", "Headline")):
        cards.set_details(replace(details, tables=(replace(details.tables[0], headline=metric),)))
        assert cards.headline.caption() == caption
