"""What stands in the way of a training: facts in, refusals and warnings out, with the catalogue's codes. Pure.

Every sentence carries its numbers and names, and says what to do where that is not plain.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from core.domain.counting import counted, in_bytes
from core.domain.datasets import Dataset
from core.domain.devices import DeviceReport
from core.domain.models import Model
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.proposed_names import proposed_model_name
from core.domain.runs import RunRecord
from core.domain.snapshots import Split
from core.domain.training import Issue, Remedy, StartKind, TrainingDraft
from core.domain.workers import Configuration, FieldProblem, GpuUse, WorkerInfo
from core.tasks.task import Task
from core.training.draft.plans import MAX_NAME
from core.training.review.data import TrainingData
from core.training.review.data_checks import check_data
from core.training.review.dataset_checks import FilterRefusal, changed_text, check_dataset, is_frozen
from core.training.review.slots import Slot, slots_of
from core.training.review.start_checks import StartFacts, check_start

MIN_MINUTES, MAX_MINUTES = 6, 6000
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the checks look at. None and empty = not known, or not chosen."""

    draft: TrainingDraft
    project: Project
    worker: WorkerInfo | None = None
    task: Task | None = None
    read_only_reason: str = ""
    folders: Collection[str] = ()  # those of the chosen ones that the project has
    dataset: Dataset | None = None  # the draft's, as it is now
    refused_filters: Mapping[Split, FilterRefusal] = field(default_factory=dict)
    configuration: Configuration | None = None
    configuration_problems: tuple[FieldProblem, ...] = ()
    architecture: str = ""
    model: Model | None = None
    is_model_gone: bool = False
    model_names: frozenset[str] = frozenset()
    start: StartFacts = field(default_factory=StartFacts)
    devices: DeviceReport | None = None  # None = nobody had to look
    data: TrainingData | None = None
    unreadable: tuple[str, ...] = ()  # files in use that are not there any more
    changed: tuple[str, ...] = ()  # files in use that have another size than when they were imported
    n_files_seen: int | None = None  # files that were looked at for that; None = nobody looked yet
    disk_bytes: int = 0
    free_bytes: int | None = None
    twin: RunRecord | None = None  # the same training, not over yet

    @property
    def slots(self) -> Mapping[Split, Slot]:
        """Where the images of each split come from."""
        return slots_of(self.draft, self.dataset)


def check(facts: Facts) -> tuple[Issue, ...]:
    """Every issue, in the order of the wizard's pages."""
    return (
        *_check_name(facts),
        *_check_worker(facts),
        *_check_configuration(facts),
        *_check_model(facts),
        *_check_start(facts),
        *_check_project(facts),
        *_check_data(facts),
        *_check_files(facts),
        *_check_device(facts),
        *_check_limit(facts),
        *_check_review(facts),
    )


def _check_data(facts: Facts) -> list[Issue]:
    wrong = check_dataset(facts.draft, facts.dataset, facts.refused_filters)
    if any(issue.is_error for issue in wrong):
        return wrong
    return wrong + check_data(
        facts.draft,
        facts.slots,
        facts.folders,
        facts.data,
        _model_of_the_task(facts),
        facts.worker,
        facts.task,
        proposed_model_name(
            facts.worker.title if facts.worker else "",
            facts.project.name,
            facts.model_names,
            crops=facts.draft.crop_of,
        ),
    )


def error(code: str, text: str, page: str, field_name: str = "") -> Issue:
    return Issue(code, text, page, True, field_name)


def warning(code: str, text: str, page: str, field_name: str = "") -> Issue:
    return Issue(code, text, page, False, field_name)


def _check_name(facts: Facts) -> list[Issue]:
    return _name_issues(facts.draft.name, "name", "name", "E-110")


_DEMANDS = {"E-110": "Give the run a name.", "E-112": "Choose a model, or name a new one."}


def _name_issues(name: str, page: str, field_name: str, code: str) -> list[Issue]:
    if not name.strip():
        return [error(code, _DEMANDS[code], page, field_name)]
    if len(name.strip()) > MAX_NAME:
        return [error("E-111", f"The name is longer than {MAX_NAME} characters.", page, field_name)]
    return []


def _check_worker(facts: Facts) -> list[Issue]:
    worker = facts.worker
    if worker is None:
        return [error("E-113", "Choose what is to do the training.", "worker", "worker")]
    if not worker.is_available:
        return [error("E-124", f'"{worker.title}" is not available: {worker.unavailable_reason}', "worker", "worker")]
    issues = []
    if facts.draft.task is not None and not worker.trains(facts.draft.task):
        trained = " and ".join(task.id for task in worker.tasks)
        text = f'"{worker.title}" trains {trained} models, not {shown(facts.draft.task)} ones.'
        issues.append(error("E-122", text, "worker", "task"))
    elif facts.draft.task is not None and facts.task is None:
        missing = next((task.unavailable_reason for task in worker.tasks if task.id == facts.draft.task), "")
        issues.append(error("E-126", missing, "worker", "task"))
    on_gpu = facts.draft.device != "cpu"
    if worker.gpu_use is GpuUse.REQUIRED and not on_gpu:
        has_gpu = facts.devices is not None and bool(facts.devices.gpus)
        why = "choose one instead of the CPU" if has_gpu else _gpu_reason(facts)
        text = f'"{worker.title}" needs a GPU and none is {"chosen" if has_gpu else "available"}: {_ended(why)}'
        issues.append(error("E-120", text, "worker", "worker"))
    if worker.gpu_use is GpuUse.UNSUPPORTED and on_gpu:
        text = f'"{worker.title}" does not use a GPU; it will run on the CPU.'
        issues.append(warning("W-121", text, "device", "device"))
    return issues


def _gpu_reason(facts: Facts) -> str:
    return facts.devices.gpu_reason if facts.devices else "no GPU was found on this computer"


def _check_configuration(facts: Facts) -> list[Issue]:
    issues = [
        Issue(problem.code or _CODE[problem.is_error], problem.text, "configuration", problem.is_error, problem.field)
        for problem in facts.configuration_problems
        if problem.code != "W-133"
    ]
    unknown = sorted(problem.field for problem in facts.configuration_problems if problem.code == "W-133")
    made_for = _made_for(facts)
    if unknown or made_for:
        issues.append(warning("W-133", _strangers_text(facts, made_for, unknown), "configuration"))
    return issues


_CODE = {True: "E-132", False: "W-135"}


def _strangers_text(facts: Facts, made_for: str, unknown: list[str]) -> str:
    title = f'"{facts.worker.title}" {facts.worker.version}' if facts.worker else "this"
    left_out = f"unknown there and not used: {', '.join(unknown)}" if unknown else "all its values are known there"
    if made_for:
        return f"This configuration was made for {made_for}, and {title} is to train; {left_out}."
    return f"{title} does not know these values of the configuration, which are not used: {', '.join(unknown)}."


def _made_for(facts: Facts) -> str:
    """The worker version that a stored configuration was made for, when it is not the one of today."""
    stored, worker = facts.configuration, facts.worker
    if stored is None or stored.id is None or worker is None or stored.worker_version == worker.version:
        return ""
    return f'"{worker.title}" {stored.worker_version}'


def _check_model(facts: Facts) -> list[Issue]:
    draft, model = facts.draft, facts.model
    if facts.is_model_gone:
        return [error("E-233", "The chosen model does not exist any more. Choose another one.", "model", "model")]
    if model is None:
        issues = _name_issues(draft.new_model_name, "model", "new_model_name", "E-112")
        if draft.new_model_name.strip() in facts.model_names:
            text = f'A model named "{draft.new_model_name.strip()}" already exists in this project.'
            issues.append(error("E-230", text, "model", "new_model_name"))
    else:
        issues = []
        if model.task_problem:
            issues.append(error("E-126", model.task_problem, "model", "model"))
        elif facts.task is not None and model.task != facts.task.slug:
            title = facts.worker.title if facts.worker else ""
            text = f'"{title}" trains {facts.task.slug} models, but "{model.name}" is a {model.task} model.'
            issues.append(error("E-125", text, "model", "model"))
    if len(draft.version_name.strip()) > MAX_NAME:
        issues.append(error("E-111", f"The name is longer than {MAX_NAME} characters.", "model", "version_name"))
    return issues


def _model_of_the_task(facts: Facts) -> Model | None:
    """The classes of a model of another task are not compared: that is a fault already."""
    model = facts.model
    is_fitting = model is not None and not model.task_problem and (facts.task is None or model.task == facts.task.slug)
    return model if is_fitting else None


def _check_start(facts: Facts) -> list[Issue]:
    is_network_unknown = any(problem.is_error for problem in facts.configuration_problems)
    if is_network_unknown and facts.draft.start.kind is StartKind.PRETRAINED:
        return []  # which weights these are cannot be told before the configuration is right
    return check_start(
        facts.draft.start,
        facts.start,
        worker=facts.worker,
        architecture=facts.architecture,
        categories=facts.data.categories if facts.data else (),
    )


def _check_project(facts: Facts) -> list[Issue]:
    project = facts.project
    if facts.read_only_reason:
        text = f'"{project.name}" is open read-only ({facts.read_only_reason}). Training would have to write into it.'
        return [error("E-103", text, "review")]
    if project.n_images == 0:
        text = "This project has no folder with images. Add images before training a model."
        return [error("E-101", text, "data")]
    if project.is_root_missing:
        n_files = counted(project.n_images, "file")
        text = f'Could not read {n_files}: the folder "{shown(project.root)}" is not there now.'
        return [error("E-222", text, "data")]
    return []


def _check_files(facts: Facts) -> list[Issue]:
    if facts.project.is_root_missing:
        return []
    issues = []
    if facts.unreadable:
        files = f"{counted(len(facts.unreadable), 'file')}: {_listed(facts.unreadable)}"
        text = f"Could not read {files}. Put them back, or import the folder again."
        issues.append(error("E-222", text, "data"))
    if facts.changed and is_frozen(facts.dataset):
        issues.append(error("E-223", changed_text(facts.dataset, facts.changed), "data"))
    elif facts.changed:
        text = f"{counted(len(facts.changed), 'file')} changed since the import: {_listed(facts.changed)}."
        as_now = "it as it is" if len(facts.changed) == 1 else "them as they are"
        if facts.dataset is not None:
            text += f" Start freezes {as_now} now, if the size in pixels is the same; see whether annotations fit."
            issues.append(warning("W-224", text, "data"))
        else:
            text += f" Take {as_now} now in the checks, or import the folder again."
            remedy = Remedy("Show the checks", view="checks")
            issues.append(Issue("E-224", text, "data", True, remedy=remedy))
    return issues


def _check_device(facts: Facts) -> list[Issue]:
    device = facts.draft.device
    if device == "cpu" or (facts.worker is not None and facts.worker.gpu_use is GpuUse.UNSUPPORTED):
        return []
    report = facts.devices
    if report is not None and not report.gpus and device.partition(":")[0] == "cuda":
        return [error("E-160", f"No usable GPU: {_ended(report.gpu_reason)}", "device", "device")]
    known = {gpu.id for gpu in report.gpus} if report else set()
    if device not in known:
        names = ", ".join(("cpu", *sorted(known)))
        return [error("E-162", f'There is no device "{shown(device)}". There are: {names}.', "device", "device")]
    return []


def _check_limit(facts: Facts) -> list[Issue]:
    minutes = facts.draft.max_minutes
    if minutes is None or (math.isfinite(minutes) and MIN_MINUTES <= minutes <= MAX_MINUTES):
        return []
    return [error("E-450", f"Between {MIN_MINUTES} and {MAX_MINUTES} minutes, or no limit.", "limits", "max_minutes")]


def _check_review(facts: Facts) -> list[Issue]:
    issues = []
    if facts.free_bytes is not None and facts.disk_bytes > facts.free_bytes:
        text = f"Not enough disk space: {in_bytes(facts.disk_bytes)} needed, {in_bytes(facts.free_bytes)} free."
        issues.append(error("E-250", text, "review"))
    if facts.twin is not None:
        state = facts.twin.status.value
        text = f'The same training is already {state} as "{facts.twin.name}". Start another?'
        issues.append(warning("W-161", text, "review"))
    return issues


def _listed(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(shown(path) for path in paths[:_NAMED]) + more


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
