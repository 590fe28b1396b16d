from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.domain.ids import TaskId, VersionId
from core.domain.starts import MeasuredStart, ShelfItem, ShelfOrigin, Starter, StartOffers
from core.domain.training import Issue, Proposal, StartFrom, StartKind, TrainingReview
from ui.training import steps
from ui.training.model_page import EXISTING, NEW, ModelPage
from ui.training.start_section import PretrainedPlace
from ui.training.wizard import TrainingWizard
from ui.widgets.start_figures import UNKNOWN_FIGURES


def page_of(wizard: TrainingWizard) -> ModelPage:
    wizard.open_step(steps.MODEL)
    return wizard.pages.model


def test_a_new_model_has_a_proposed_name(wizard: TrainingWizard) -> None:
    assert wizard.draft().new_model_name == "YOLO | Charters (page)"
    assert wizard.draft().model is None


def test_the_proposal_follows_the_worker_until_a_name_is_written(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    wizard.pages.worker._take("slow")
    assert wizard.draft().new_model_name == "CPU | Charters (page)"
    page._name_line.clear()
    qtbot.keyClicks(page._name_line, "Mine")
    wizard.pages.worker._take("boxes")
    assert wizard.draft().new_model_name == "Mine"
    assert page._propose.isVisibleTo(page)
    page._propose.click()
    assert wizard.draft().new_model_name == "YOLO | Charters (page)"


def test_an_existing_model_of_the_task_can_be_chosen_and_the_name_comes_back(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page._radio.button(EXISTING).click()
    assert wizard.draft().model == "m1"
    assert page._list.shown_keys() == ["m1", "m2"]
    other = page._list.choice("m2")
    assert other is not None
    assert not other.is_enabled
    page._radio.button(NEW).click()
    assert wizard.draft().model is None
    assert wizard.draft().new_model_name == "YOLO | Charters (page)"


def test_without_a_fitting_model_the_choice_says_why(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    wizard.set_models(())
    assert not page._radio.button(EXISTING).isEnabled()
    assert page._radio.button(EXISTING).accessibleDescription() == "There is no model yet."


def test_the_description_is_markdown_and_fetches_nothing(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page._description.editor.setPlainText("# Lines\n![](https://example.org/a.png) **bold** <b>raw</b>")
    assert wizard.draft().new_model_description.startswith("# Lines")
    page._description.setCurrentIndex(1)
    shown = page._description.view.toPlainText()
    assert "Lines" in shown
    assert "<b>raw</b>" in shown  # HTML is shown, not obeyed
    assert page._description.view.loadResource(2, "https://example.org/a.png") is None


def test_starting_points(qtbot: QtBot, wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    assert wizard.draft().start == StartFrom(StartKind.SCRATCH)
    start._radio.button(StartKind.PRETRAINED).click()
    assert wizard.draft().start.kind is StartKind.PRETRAINED
    assert not wizard.draft().start.may_download  # the network is used only when it is allowed
    start._download.click()
    assert wizard.draft().start.may_download
    start._radio.button(StartKind.FILE).click()
    qtbot.keyClicks(start._file, "/data/w.pt")
    assert wizard.draft().start.file == Path("/data/w.pt")
    start._radio.button(StartKind.VERSION).click()
    start._list.set_current_key("v1")
    start._list.chosen.emit("v1")
    assert (wizard.draft().start.kind, wizard.draft().start.version) == (StartKind.VERSION, "v1")
    assert wizard.draft().start.file == Path("/data/w.pt")  # going back to the file finds it again


def test_only_versions_of_the_worker_are_listed_and_the_best_is_marked(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    assert start._list.shown_keys() == ["v2", "v1"]
    best = start._list.choice("v1")
    assert best is not None
    assert (best.note, best.subtitle.split(" · ")[1]) == ("highest precision", "mAP50-95 0.600 on test")
    wizard.pages.worker._take("slow")
    assert start._list.shown_keys() == []
    assert not start._radio.button(StartKind.VERSION).isEnabled()


def test_where_pretrained_weights_are_looked_for_is_said(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    button = start._radio.button(StartKind.PRETRAINED)
    wizard.set_pretrained(PretrainedPlace("yolo11n.pt", Path("/home/w"), is_present=False))
    assert button.accessibleDescription() == "yolo11n.pt is not on this computer yet. It is looked for in /home/w."
    wizard.set_pretrained(PretrainedPlace("yolo11n.pt", Path("/home/w"), is_present=True))
    assert button.accessibleDescription() == "yolo11n.pt is on this computer, in /home/w."
    assert not start._download.isEnabled()
    wizard.set_pretrained(PretrainedPlace("", Path("/home/w"), is_present=False))
    assert button.accessibleDescription() == "There are no published weights for this architecture."
    assert not button.isEnabled()


def test_a_weights_file_can_be_looked_for(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    dialog = start.open_browser()
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit("/data/found.safetensors")
    dialog.reject()
    assert wizard.draft().start.file == Path("/data/found.safetensors")


def test_a_draft_that_starts_from_a_version_shows_it(wizard: TrainingWizard) -> None:
    draft = replace(wizard.draft(), start=StartFrom(StartKind.VERSION, VersionId("v1")), version_name="again")
    wizard.set_draft(draft)
    page = page_of(wizard)
    assert page._start._list.current_key() == "v1"
    assert page._version_line.text() == "again"
    assert wizard.pages.overview.rows[steps.MODEL].texts()[1] == "Version V001 “again”, from V001 of Old boxes"


def test_problems_stand_beside_the_fields(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.show_issues(
        [
            Issue("E-230", 'A model named "X" already exists in this project.', "model", True, "new_model_name"),
            Issue("E-350", "The weights file is not there.", "model", True, "start"),
            Issue("E-301", "The class list changed.", "model", True, "model"),
        ]
    )
    assert page._name.problem.text() == 'E-230: A model named "X" already exists in this project.'
    assert page._start._problem.text() == "E-350: The weights file is not there."
    assert page._model_problem.text() == "E-301: The class list changed."


STARTER = Starter(
    "pages", "Pages", (TaskId("detection"),), "boxes", "yolo11n", ("text_line", "zone"), Path("/s"), 5_000_000, "a" * 64
)
ROWS = (
    MeasuredStart("starter:pages", "old pages", "detection", "test mAP50-95", 48.0, (0.6, 0.7)),
    MeasuredStart("scratch", "old pages", "detection", "test mAP50-95", 47.0, (0.3,)),
)


def test_starters_of_the_worker_are_offered_with_what_becomes_of_the_classes(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    assert not start._radio.button(StartKind.STARTER).isEnabled()
    other = replace(STARTER, name="shapes", worker="slow")
    wizard.set_start_offers(StartOffers(starters=(STARTER, other), measured=ROWS))
    wizard.pages.model.set_run_classes(("text_line", "seal"))
    start._radio.button(StartKind.STARTER).click()
    assert wizard.draft().start == StartFrom(StartKind.STARTER, starter="pages")
    assert start._starters.shown_keys() == ["pages"]
    choice = start._starters.choice("pages")
    assert choice is not None
    assert choice.subtitle == "yolo11n · keeps text_line; seal fresh"
    row = start._figures[StartKind.STARTER]
    assert not row._text.isVisibleTo(row)
    row.button.click()
    assert row._text.isVisibleTo(row)
    assert row.text() == "old pages: test mAP50-95 0.650 ± 0.071 after 48 s of CPU, from scratch 0.300 after 47 s"
    assert start._figures[StartKind.FILE].text() == UNKNOWN_FIGURES


def test_versions_with_the_same_classes_go_first_and_the_best_of_them_is_marked(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    known = {version.id: version for version in start._versions}
    far = replace(known[VersionId("v1")], id=VersionId("far"), model_name="Elsewhere")
    classes = {VersionId("v2"): ("line",), VersionId("v1"): ("line", "seal"), VersionId("far"): ("seal", "Line")}
    wizard.set_start_offers(StartOffers(versions=(far,), classes=classes))
    wizard.pages.model.set_run_classes(("line", "seal"))
    assert start._list.shown_keys() == ["v1", "far", "v2"]
    texts = [start._list.choice(key) for key in ("v1", "v2")]
    assert "the same classes" in texts[0].subtitle and texts[0].note == "highest precision"  # type: ignore[union-attr]
    assert "keeps line; seal fresh" in texts[1].subtitle  # type: ignore[union-attr]


def test_files_on_the_shelf_are_one_click_away(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    item = ShelfItem("file:a.pt", "a.pt", ShelfOrigin.FILE, Path("/home/w/a.pt"), 5000)
    wizard.set_start_offers(StartOffers(files=(item,)))
    start._radio.button(StartKind.FILE).click()
    start._files.chosen.emit("/home/w/a.pt")
    assert wizard.draft().start.file == Path("/home/w/a.pt")
    assert start._files.choice("/home/w/a.pt").subtitle == "unknown network · weights unknown"  # type: ignore[union-attr]


def test_a_starter_follows_the_worker_and_goes_where_there_is_none(wizard: TrainingWizard) -> None:
    other = replace(STARTER, name="outlines", title="Outlines", worker="slow")
    wizard.set_start_offers(StartOffers(starters=(STARTER, other)))
    start = StartFrom(StartKind.STARTER, starter="pages")
    wizard.set_draft(replace(wizard.draft(), start=start), reasons={steps.START: "The starter Pages."})
    page_of(wizard)
    wizard.open_step(steps.WORKER)
    wizard.pages.worker._take("slow")
    assert wizard.draft().start == StartFrom(StartKind.STARTER, starter="outlines")
    wizard.set_start_offers(StartOffers(starters=(other,)))
    wizard.pages.worker._take("boxes")
    assert wizard.draft().start == StartFrom()


def test_a_new_method_begins_with_the_start_and_the_crops_that_are_proposed_for_it(wizard: TrainingWizard) -> None:
    wizard.set_draft(wizard.draft(), reasons={steps.START: "V001 has the same classes."})
    page_of(wizard)
    wizard.open_step(steps.WORKER)
    wizard.pages.worker._take("slow")
    assert wizard.is_new_method
    pretrained = replace(wizard.draft(), start=StartFrom(StartKind.PRETRAINED), crop_of=("cat",))
    wizard.set_proposed_configuration(Proposal(pretrained, {steps.START: "The network comes with weights."}))
    assert (wizard.draft().start.kind, wizard.draft().crop_of) == (StartKind.PRETRAINED, ("cat",))

    wizard.set_proposed_configuration(Proposal(replace(pretrained, start=StartFrom(), crop_of=()), {}))

    assert (wizard.draft().start.kind, wizard.draft().crop_of) == (StartKind.PRETRAINED, ("cat",)), "only once"


def test_a_start_that_was_chosen_stays_with_a_new_method(wizard: TrainingWizard) -> None:
    start = page_of(wizard)._start
    start._radio.button(StartKind.FILE).click()
    start._radio.button(StartKind.SCRATCH).click()
    wizard.open_step(steps.WORKER)
    wizard.pages.worker._take("slow")
    proposed = replace(wizard.draft(), start=StartFrom(StartKind.PRETRAINED))
    wizard.set_proposed_configuration(Proposal(proposed, {}))
    assert wizard.draft().start == StartFrom()


def test_the_start_of_the_last_training_is_not_that_of_another_method(wizard: TrainingWizard) -> None:
    wizard.set_draft(replace(wizard.draft(), start=StartFrom(StartKind.PRETRAINED)))
    wizard.open_step(steps.WORKER)
    wizard.pages.worker._take("slow")
    assert wizard.draft().start == StartFrom()
    assert wizard.is_new_method


def test_a_chosen_model_is_compared_with_the_data_not_with_itself(
    wizard: TrainingWizard, make_review: Callable[..., TrainingReview]
) -> None:
    page = page_of(wizard)
    page._radio.button(EXISTING).click()
    review = make_review(wizard.draft())
    names = ("line", "seal", "stamp")
    counts = tuple(replace(found, category_counts=(3, 2, 0)) for found in review.splits)
    wizard.set_models(tuple(replace(model, categories=names) for model in page._models))
    wizard.set_review(replace(review, categories=names, splits=counts))  # the last is the model's, the data lack it
    choice = page._list.choice("m1")
    assert choice is not None
    assert choice.subtitle.endswith("has stamp besides")
