from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from pytestqt.qtbot import QtBot

from app.controllers.configuration_files import MAX_BYTES, read_configuration
from app.controllers.training import TrainingController
from app.jobs import JobRunner
from core.datasets.editing import DatasetEditing
from core.datasets.service import DatasetService
from core.domain.changes import Changes
from core.domain.datasets import DatasetState
from core.domain.devices import Device, DeviceReport
from core.domain.ids import DatasetId, ProjectId
from core.domain.messages import UserMessage
from core.domain.projects import ImageFilter, Project
from core.domain.runs import RunRecord, RunStatus
from core.domain.training import StartFrom, StartKind
from core.errors import FormatError
from core.home import Home
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.runs.service import RunService
from core.training.service import TrainingService
from core.workers.catalog import WorkerCatalog
from ui.training import steps
from ui.training.freeze_dialog import FreezeDialog
from ui.training.slot_filter import SlotKind
from ui.training.wizard import TrainingWizard

CPU_ONLY = DeviceReport((Device("cpu", "A processor"),), "No NVIDIA driver was found.")
WITH_GPU = DeviceReport((*CPU_ONLY.devices, Device("cuda:0", "A card", 8 << 30, 6 << 30)), "")


class Probe:
    """Says what devices there are; `gate` holds the answer back."""

    def __init__(self) -> None:
        self.report = CPU_ONLY
        self.gate = threading.Event()
        self.gate.set()
        self.n_fresh = 0

    def __call__(self, *, refresh: bool = False) -> DeviceReport:
        self.n_fresh += refresh
        self.gate.wait(10)
        return self.report


@dataclass
class Desk:
    controller: TrainingController
    wizard: TrainingWizard
    project: Project
    probe: Probe
    home: Home
    jobs: JobRunner
    qtbot: QtBot
    registry: Registry

    def open(self, *folders: str) -> None:
        with self.qtbot.waitSignal(self.controller.opened):
            self.controller.open(self.project.id, folders=folders)
        self.settle()

    def settle(self) -> None:
        """Until nothing is asked any more and the present draft is reviewed."""
        self.qtbot.waitUntil(lambda: not self.controller._pause.isActive() and self.jobs.n_busy == 0, timeout=20_000)

    def codes(self) -> list[str]:
        return [issue.code for issue in self.wizard.issues() if issue.is_error]


@pytest.fixture
def desk(
    qtbot: QtBot,
    tmp_path: Path,
    browse_registry: Registry,
    browse_projects: ProjectService,
    browse_project: Project,
    browse_jobs: JobRunner,
) -> Iterator[Desk]:
    home = Home(tmp_path / "home")
    home.ensure()
    catalog, probe = WorkerCatalog(), Probe()
    models = ModelService(browse_registry, home.models)
    runs = RunService(browse_registry, home.runs, home.devices)
    datasets = DatasetService(browse_registry, home.snapshots)
    training = TrainingService(
        browse_registry, browse_projects, datasets, models, runs, catalog, home, devices=lambda: probe.report
    )
    wizard = TrainingWizard()
    wizard.resize(1100, 700)
    wizard.show()
    controller = TrainingController(
        training=training,
        projects=browse_projects,
        models=models,
        configurations=training.configurations,
        catalog=catalog,
        weights_folder=home.weights,
        probe_devices=probe,
        jobs=browse_jobs,
        wizard=wizard,
    )
    made = Desk(controller, wizard, browse_project, probe, home, browse_jobs, qtbot, browse_registry)
    yield made
    probe.gate.set()
    made.settle()
    wizard.close()
    wizard.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def start(desk: Desk) -> RunRecord:
    desk.wizard.open_step(steps.OVERVIEW)
    desk.settle()
    button = desk.wizard.frame.footer.start_button
    assert button.isEnabled(), desk.wizard.frame.footer.reason()
    with desk.qtbot.waitSignal(desk.controller.run_submitted, timeout=20_000) as caught:
        button.click()
    record = caught.args[0]
    assert isinstance(record, RunRecord)
    return record


def test_a_new_training_begins_with_an_answer_to_everything(desk: Desk) -> None:
    desk.open()
    draft = desk.wizard.draft()
    assert draft.worker == "yolo-detect"
    assert draft.new_model_name == "YOLO | Pages (page)"
    assert draft.name != ""
    assert (draft.device, draft.max_minutes) == ("cpu", 60.0)
    assert draft.start == StartFrom(StartKind.STARTER, starter="pages-detect"), "its classes are drawn on pages"
    assert draft.train_folders == ("train",)
    assert draft.val_folders == ()  # the folder "val" shows none of the classes of "train"
    assert draft.configuration_name == "From a starter"
    assert not desk.wizard.has_input
    assert desk.codes() == []
    assert desk.wizard.frame.step == steps.OVERVIEW
    button = desk.wizard.frame.footer.start_button
    with desk.qtbot.waitSignal(desk.controller.run_submitted, timeout=20_000):
        desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # the only click


def test_the_second_training_is_proposed_like_the_first_as_the_next_version(desk: Desk) -> None:
    desk.open("train")
    desk.wizard.pages.data.classes().set_chosen(("text",))
    desk.wizard.pages.data.changed.emit()
    desk.qtbot.keyClicks(desk.wizard.pages.data._seed_field, "7")
    first = start(desk)
    before = desk.wizard.draft()
    desk.open()
    draft = desk.wizard.draft()
    assert draft.model == first.model
    assert (draft.train_folders, draft.categories, draft.seed) == (("train",), ("text",), 70)
    assert (draft.configuration_name, draft.values) == (before.configuration_name, before.values)
    assert desk.wizard.pages.overview.rows[steps.MODEL].texts()[0] == f"{first.model_name}: its next version"
    assert desk.codes() == []


def test_the_configuration_follows_the_device_until_one_is_chosen(desk: Desk) -> None:
    desk.probe.report = WITH_GPU
    desk.open("train")
    assert desk.wizard.draft().device == "cuda:0"
    assert desk.wizard.draft().configuration_name == "Balance"
    desk.wizard.pages.device.gpu_switch().click()
    desk.settle()
    assert desk.wizard.draft().configuration_name == "From a starter"
    page = desk.wizard.pages.configuration
    page._pick("preset:Accuracy first")
    desk.wizard.pages.device.gpu_switch().click()
    desk.settle()
    assert desk.wizard.draft().configuration_name == "Accuracy first"


def test_folders_become_the_training_data_and_the_review_counts_them(desk: Desk) -> None:
    desk.open("train")
    assert desk.wizard.draft().train_folders == ("train",)
    assert desk.codes() == []
    desk.wizard.open_step(steps.OVERVIEW)
    desk.settle()
    counts = desk.wizard.pages.overview.counts.texts()
    assert counts[0] == ["Images", "3", "1", "–"]  # a quarter was held back for validation
    assert desk.wizard.pages.overview._command.toPlainText().startswith("calque train")


def test_start_makes_a_pending_run(desk: Desk) -> None:
    desk.open("train")
    record = start(desk)
    assert record.status is RunStatus.PENDING
    assert record.name == desk.wizard.draft().name
    assert desk.wizard.frame.step_list.isEnabled()


def test_what_changed_since_the_review_is_refused_in_words(desk: Desk) -> None:
    desk.open("train")
    desk.wizard.open_step(steps.OVERVIEW)
    desk.settle()
    for file in (desk.project.root / "train").iterdir():
        file.unlink()
    with desk.qtbot.assertNotEmitted(desk.controller.run_submitted):
        desk.wizard.frame.footer.start_button.click()
        desk.qtbot.waitUntil(lambda: desk.wizard.frame.banner.isVisible(), timeout=20_000)
        desk.settle()
    assert "Could not read" in desk.wizard.frame.banner.plain_text()
    assert not desk.wizard.frame.footer.start_button.isEnabled()
    assert "E-222" in desk.codes()


def test_work_for_an_older_draft_is_given_up(desk: Desk) -> None:
    desk.open("train")
    desk.controller.review_now()
    first = desk.controller._reviewing
    assert first is not None
    desk.controller.review_now()
    assert first.context.is_cancelled()
    desk.settle()
    last = desk.controller._reviewing
    assert last is not None
    assert not last.context.is_cancelled()
    assert desk.codes() == []


def test_files_are_looked_at_in_the_background_and_not_again_for_another_name(desk: Desk) -> None:
    desk.open("train")
    looking = desk.controller._looking
    assert looking is not None
    assert looking.is_done
    desk.wizard.pages.name._line.textEdited.emit("Another")
    desk.settle()
    assert desk.controller._looking is looking
    for file in (desk.project.root / "train").iterdir():
        file.unlink()
    desk.wizard.open_step(steps.OVERVIEW)
    desk.settle()
    assert desk.controller._looking is not looking
    assert "E-222" in desk.codes()


def test_leaving_gives_up_what_is_being_counted(desk: Desk) -> None:
    desk.open("train")
    desk.wizard.review_requested.emit()
    jobs = (desk.controller._reviewing, desk.controller._looking)
    desk.wizard.cancel_requested.emit()
    assert all(job is not None and job.context.is_cancelled() for job in jobs)
    desk.settle()


def test_every_change_is_reviewed_after_a_pause(desk: Desk) -> None:
    desk.open("train")
    field = desk.wizard.pages.device._limit_field
    field.selectAll()
    desk.qtbot.keyClicks(field, "3")
    assert desk.controller._pause.isActive()
    desk.settle()
    assert desk.codes() == ["E-450"]
    field.selectAll()
    desk.qtbot.keyClicks(field, "30")
    desk.settle()
    assert desk.codes() == []


def test_a_gpu_is_looked_for_in_the_background_and_chosen_for_a_new_training(desk: Desk) -> None:
    desk.probe.report = WITH_GPU
    desk.probe.gate.clear()
    with desk.qtbot.waitSignal(desk.controller.opened):
        desk.controller.open(desk.project.id)
    assert desk.wizard.pages.device._state.text() == "Looking for a GPU…"
    assert not desk.wizard.pages.device.gpu_switch().isEnabled()
    desk.probe.gate.set()
    desk.settle()
    assert desk.wizard.draft().device == "cuda:0"
    assert desk.wizard.pages.device._state.text() == "A card · 6.4 GB free of 8.6 GB"
    assert not desk.wizard.has_input


def test_a_gpu_that_appears_after_a_choice_changes_nothing(desk: Desk) -> None:
    desk.open()
    assert desk.wizard.pages.device._state.text() == "No NVIDIA driver was found."
    desk.wizard.pages.model._version_line.textEdited.emit("x")
    desk.probe.report = WITH_GPU
    desk.wizard.pages.device._again.click()
    desk.settle()
    assert desk.probe.n_fresh == 1
    assert desk.wizard.pages.device.gpu_switch().isEnabled()
    assert desk.wizard.draft().device == "cpu"


def test_who_trained_on_the_cpu_beside_a_gpu_is_offered_the_cpu_again(desk: Desk) -> None:
    desk.probe.report = WITH_GPU
    desk.open("train")
    desk.wizard.pages.device.gpu_switch().click()
    start(desk)
    desk.open("train")
    assert desk.wizard.draft().device == "cpu"


def test_a_configuration_is_stored_and_its_name_cannot_be_used_twice(desk: Desk) -> None:
    desk.open()
    page = desk.wizard.pages.configuration
    assert "preset:Fast on small data" in page._list.shown_keys()
    page._new.click()
    field = page.editor().form.row("epochs").editor.focus_target()
    field.selectAll()  # type: ignore[attr-defined]
    desk.qtbot.keyClicks(field, "5")
    page._name_line.setText("Five")
    page._save.click()
    desk.settle()
    draft = desk.wizard.draft()
    assert (draft.configuration_name, draft.values) == ("Five", {"epochs": 5})
    assert draft.configuration is not None
    page._copy.click()
    page._name_line.setText("Five")
    page._save.click()
    desk.settle()
    assert page._name.problem.text() == 'A configuration named "Five" exists for this method.'


def test_a_stored_configuration_is_edited_renamed_exported_and_deleted(desk: Desk, tmp_path: Path) -> None:
    desk.open("train")
    wizard, page = desk.wizard, desk.wizard.pages.configuration
    page._new.click()
    page._name_line.setText("Five")
    page._save.click()
    desk.settle()
    stored = wizard.draft().configuration
    assert stored is not None
    wizard.configuration_edit_requested.emit(stored, {"epochs": 6})
    desk.settle()
    assert (wizard.draft().configuration, wizard.draft().values) == (stored, {"epochs": 6})
    wizard.configuration_rename_requested.emit(stored, "Six")
    desk.settle()
    assert (wizard.draft().configuration, wizard.draft().configuration_name) == (stored, "Six")
    target = tmp_path / "six.json"
    kept = next(one for one in page._stored if one.id == stored)
    wizard.configuration_export_requested.emit(kept, target)
    desk.settle()
    assert read_configuration(target, "yolo-detect").values == {"epochs": 6}
    assert "six.json" in wizard.frame.banner.plain_text()
    wizard.configuration_delete_requested.emit(stored)
    desk.settle()
    assert (wizard.draft().configuration, wizard.draft().values) == (None, {"epochs": 6})
    assert stored not in [one.id for one in page._stored]
    assert desk.codes() == []


def test_an_option_out_of_range_is_told_beside_it(desk: Desk) -> None:
    desk.open("train")
    page = desk.wizard.pages.configuration
    page._new.click()
    field = page.editor().form.row("epochs").editor.focus_target()
    field.selectAll()  # type: ignore[attr-defined]
    desk.qtbot.keyClicks(field, "0")
    desk.settle()
    assert page.editor().form.row("epochs").problem.text() == '"Epochs" must be between 1 and 10000.'
    assert desk.codes() == ["E-132"]


def test_a_file_is_imported_and_a_broken_one_is_told_with_its_place(desk: Desk, tmp_path: Path) -> None:
    desk.open("train")
    good, bad = tmp_path / "night.json", tmp_path / "bad.json"
    good.write_text('{"epochs": 7, "gamma": 1}')
    bad.write_text('{"epochs": }')
    desk.wizard.configuration_import_requested.emit(good)
    desk.settle()
    assert desk.wizard.draft().values == {"epochs": 7, "gamma": 1}
    assert "W-133" in [issue.code for issue in desk.wizard.issues()]
    desk.wizard.configuration_import_requested.emit(bad)
    desk.settle()
    assert "Not valid JSON at line 1, column 12." in desk.wizard.frame.banner.plain_text()
    assert desk.wizard.draft().values == {"epochs": 7, "gamma": 1}


def test_pretrained_weights_are_looked_for_by_the_architecture(desk: Desk) -> None:
    (desk.home.weights / "yolo11n.pt").write_bytes(b"weights")
    desk.open()
    start = desk.wizard.pages.model._start
    button = start._radio.button(StartKind.PRETRAINED)
    assert button.accessibleDescription() == f"yolo11n.pt is on this computer, in {desk.home.weights}."
    page = desk.wizard.pages.configuration
    page._new.click()
    box = page.editor().form.row("size").editor.focus_target()
    box.activated.emit(1)  # type: ignore[attr-defined]
    desk.settle()
    assert button.accessibleDescription().startswith("yolo11s.pt is not on this computer yet.")


def test_what_was_entered_is_kept_until_the_project_is_closed(desk: Desk) -> None:
    desk.open()
    desk.wizard.pages.data.slot("train").take_paths(("val",))
    entered = desk.wizard.draft()
    with desk.qtbot.waitSignal(desk.controller.closed):
        desk.wizard.cancel_requested.emit()
    desk.open()
    assert desk.wizard.draft() == entered
    assert desk.wizard.has_input
    desk.wizard.restart_requested.emit()
    desk.settle()
    assert desk.wizard.draft().train_folders == ("train",)
    desk.wizard.pages.data.slot("train").take_paths(("val",))
    desk.controller.forget(desk.project.id)
    desk.open()
    assert desk.wizard.draft().train_folders == ("train",)


def test_train_again_fills_everything_in(desk: Desk) -> None:
    desk.open("train")
    desk.qtbot.keyClicks(desk.wizard.pages.data._seed_field, "7")  # before the 0
    record = start(desk)
    with desk.qtbot.waitSignal(desk.controller.opened):
        desk.controller.open_like_run(record.id)
    desk.settle()
    draft = desk.wizard.draft()
    assert (draft.train_folders, draft.seed, draft.model) == (("train",), 70, record.model)
    assert draft.name != ""
    assert record.version is not None
    with desk.qtbot.waitSignal(desk.controller.opened):
        desk.controller.open_like_version(record.version)
    desk.settle()
    assert desk.wizard.draft().train_folders == ("train",)


def test_a_project_that_is_gone_is_told(desk: Desk) -> None:
    heard: list[UserMessage] = []
    desk.controller.message_raised.connect(heard.append)
    desk.controller.open(ProjectId("nowhere"))
    desk.settle()
    assert len(heard) == 1
    assert not desk.wizard.has_input


def test_another_worker_brings_its_own_configurations(desk: Desk) -> None:
    desk.open("train")
    desk.wizard.pages.worker._take("yolo-segment")
    desk.settle()
    names = [name for name, _values in WorkerCatalog().info("yolo-segment").presets]
    assert desk.wizard.pages.configuration._list.shown_keys() == ["defaults", *(f"preset:{name}" for name in names)]
    assert desk.wizard.draft().configuration_name == "From a starter"
    assert desk.wizard.draft().start.starter == "pages-segment", "the starter of the new method"
    assert desk.codes() == ["E-122"]  # the project has boxes only
    assert desk.wizard.pages.worker._problem.text().startswith('E-122: "YOLO segmentation" trains segmentation models')


def test_what_a_file_may_hold(tmp_path: Path) -> None:
    file = tmp_path / "my configuration.json"
    file.write_text('{"name": "Night", "worker": "yolo-detect", "values": {"epochs": 3}}')
    read = read_configuration(file, "yolo-detect")
    assert (read.name, read.values) == ("Night", {"epochs": 3})
    with pytest.raises(FormatError, match='made for "yolo-detect"'):
        read_configuration(file, "yolo-segment")
    file.write_bytes(b"\xef\xbb\xbf{}")  # a byte order mark, as Windows writes it
    assert read_configuration(file, "yolo-detect").name == "my configuration"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="no text in UTF-8"):
        read_configuration(file, "yolo-detect")
    file.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(FormatError, match="too big"):
        read_configuration(file, "yolo-detect")


def test_the_persons_own_defaults_are_proposed(desk: Desk) -> None:
    desk.probe.report = WITH_GPU
    desk.controller._prefer = lambda draft: replace(draft, max_minutes=90.0, seed=5)
    desk.controller._may_propose_gpu = lambda: False
    desk.open()
    draft = desk.wizard.draft()
    assert (draft.max_minutes, draft.seed, draft.device) == (90.0, 5, "cpu")
    desk.controller._may_propose_gpu = lambda: True
    desk.wizard.restart_requested.emit()
    desk.settle()
    draft = desk.wizard.draft()
    assert (draft.max_minutes, draft.seed, draft.device) == (90.0, 5, "cuda:0")


def test_the_configuration_follows_the_start_until_one_is_chosen(desk: Desk) -> None:
    desk.open("train")
    section = desk.wizard.pages.model._start
    names = []
    for kind in (StartKind.SCRATCH, StartKind.STARTER):
        section._radio.button(kind).click()
        desk.settle()
        names.append(desk.wizard.draft().configuration_name)
    assert names == ["Fast on small data", "From a starter"]
    assert desk.codes() == []


def _dataset(desk: Desk, *, folder: str) -> DatasetId:
    editing = DatasetEditing(desk.registry)
    id = editing.create(desk.project.id, "Pages").value.dataset
    editing.fill(id, editing.get_dataset(id).sets[0].id, ImageFilter(desk.project.id, folders=(folder,)))
    return id


def test_an_open_dataset_is_frozen_by_start_after_a_question(desk: Desk) -> None:
    id = _dataset(desk, folder="train")
    with desk.qtbot.waitSignal(desk.controller.opened):
        desk.controller.open(desk.project.id, dataset=id)
    desk.settle()
    assert desk.wizard.draft().dataset == id
    assert desk.codes() == []  # the sets to validate and to test on are empty, and left out
    desk.wizard.open_step(steps.DATA)
    desk.wizard.pages.data.dataset().box("test").click()
    desk.settle()
    assert desk.codes() == ["E-523"]  # one that is named is not left out: "val" is still ticked
    desk.wizard.pages.data.dataset().box("val").click()
    desk.settle()
    assert desk.codes() == []
    desk.wizard.open_step(steps.OVERVIEW)
    desk.settle()
    with desk.qtbot.waitSignal(desk.controller.run_submitted, timeout=20_000) as caught:
        desk.wizard.frame.footer.start_button.click()
        (question,) = desk.wizard.findChildren(FreezeDialog)
        question.verb.click()
    assert isinstance(caught.args[0], RunRecord)
    assert DatasetEditing(desk.registry).get_dataset(id).state is DatasetState.COMPLETE


def test_a_refused_start_reads_its_dataset_anew_since_it_may_be_frozen_by_then(desk: Desk) -> None:
    id = _dataset(desk, folder="train")
    with desk.qtbot.waitSignal(desk.controller.opened):
        desk.controller.open(desk.project.id, dataset=id)
    desk.wizard.open_step(steps.OVERVIEW)
    desk.settle()
    next(iter((desk.project.root / "train").iterdir())).unlink()
    with desk.qtbot.waitSignal(desk.controller._jobs.changed, timeout=20_000) as caught:
        desk.wizard.frame.footer.start_button.click()
        (question,) = desk.wizard.findChildren(FreezeDialog)
        question.verb.click()
    assert caught.args == [Changes(datasets=frozenset({id}))]
    desk.settle()


def test_what_a_filter_finds_is_told_in_numbers(desk: Desk) -> None:
    desk.open()
    desk.wizard.open_step(steps.DATA)
    page = desk.wizard.pages.data
    page.slot("test").take_kind(SlotKind.TAG)
    page.slot("test").filter.show_filter.click()
    dialog = page.filter_dialog()
    assert dialog is not None
    desk.settle()
    assert dialog.found.text() == "0 images match"
    assert '"tag": "test"' in dialog.json.toPlainText()
    dialog.reject()
    assert desk.codes() == ["E-523"]
