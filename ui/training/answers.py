"""A draft's answers in words, for the overview and the list of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.datasets import DatasetState
from core.domain.durations import in_minutes
from core.domain.filter_words import in_words
from core.domain.names import shown
from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF
from core.domain.training import SplitFilter, StartFrom, StartKind, TrainingDraft
from ui.training import steps
from ui.training.conditions_section import condition_words
from ui.training.configuration_entries import CUSTOM, DEFAULTS, entries_of, key_of
from ui.training.folder_sums import folder_title, sum_of
from ui.training.known import Known
from ui.training.slot_filter import SlotKind, kind_of
from ui.training.worker_chooser import task_words
from ui.widgets import formatting
from ui.widgets.formatting import counted

CPU = "cpu"
MAX_NAMED = 4  # folders or classes


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` answers the step's question; `details` are further lines in small."""

    step: str
    text: str
    details: tuple[str, ...] = ()


def answers(draft: TrainingDraft, known: Known) -> tuple[Answer, ...]:
    """In the order of the steps."""
    return (
        Answer(steps.NAME, draft.name),
        _worker(draft, known),
        _configuration(draft, known),
        _model(draft, known),
        _data(draft, known),
        _device(draft, known),
    )


def start_text(start: StartFrom, known: Known) -> str:
    if start.kind is StartKind.VERSION:
        listed = (*known.versions, *known.offers.versions)
        found = next((version for version in listed if version.id == start.version), None)
        return f"from {found.label} of {found.model_name}" if found else "from a version"
    if start.kind is StartKind.STARTER:
        titles = {starter.name: starter.title for starter in known.offers.starters}
        return f"from the starter {titles.get(start.starter, start.starter)}" if start.starter else "from a starter"
    words = {
        StartKind.SCRATCH: "from scratch",
        StartKind.PRETRAINED: "from pretrained weights",
        StartKind.FILE: "from a weights file",
    }
    return words[start.kind]


def _worker(draft: TrainingDraft, known: Known) -> Answer:
    worker = known.worker(draft.worker)
    if worker is None:
        return Answer(steps.WORKER, draft.worker)
    task = next((task for task in worker.tasks if draft.task in (None, task.id)), None)
    words = (task.words,) if task is not None and draft.task is not None else ()
    return Answer(steps.WORKER, worker.title, (*words, worker.summary or task_words(worker)))


def _configuration(draft: TrainingDraft, known: Known) -> Answer:
    worker = known.worker(draft.worker)
    if worker is None:
        return Answer(steps.CONFIGURATION, draft.configuration_name)
    entries = entries_of(worker, known.configurations)
    key = key_of(draft.configuration, draft.configuration_name, draft.values, entries)
    changed = f"{counted(len(draft.values), 'value', 'values')} changed"
    if key == DEFAULTS:
        return Answer(steps.CONFIGURATION, "The method's defaults")
    if key == CUSTOM:
        of_run = "Values of this run"
        return Answer(steps.CONFIGURATION, of_run, (f"{changed} from the defaults",))
    return Answer(steps.CONFIGURATION, draft.configuration_name, (f"{changed} from the defaults",))


def _model(draft: TrainingDraft, known: Known) -> Answer:
    start = start_text(draft.start, known)
    name = f" “{draft.version_name}”" if draft.version_name else ""
    if draft.model is None:
        text = f"A new model: {draft.new_model_name}" if draft.new_model_name else ""
        return Answer(steps.MODEL, text, (f"Version V001{name}, {start}",))
    model = known.model(draft.model)
    label = f"V{(model.last_number if model else 0) + 1:03d}"
    text = f"{model.name}: its next version" if model else "A model that is gone"
    return Answer(steps.MODEL, text, (f"Version {label}{name}, {start}",))


def _data(draft: TrainingDraft, known: Known) -> Answer:
    if draft.dataset is not None:
        return Answer(steps.DATA, _dataset(draft, known), _data_details(draft))
    if not draft.train_folders and Split.TRAIN not in draft.stated_sets and draft.filter_of(Split.TRAIN) is None:
        return Answer(steps.DATA, "")
    held_back = f"{formatting.percent(draft.val_ratio)} of the training images, held back"
    lines = [
        f"Training: {_set(Split.TRAIN, draft.train_folders, draft, known)}",
        f"Validation: {_set(Split.VAL, draft.val_folders, draft, known) or held_back}",
        f"Test: {_set(Split.TEST, draft.test_folders, draft, known) or 'none'}",
    ]
    return Answer(steps.DATA, "\n".join(lines), _data_details(draft))


def _dataset(draft: TrainingDraft, known: Known) -> str:
    dataset = known.dataset(draft.dataset)
    if dataset is None:
        return "A dataset that is gone"
    sets = _listed(draft.dataset_sets) if draft.dataset_sets else "all sets"
    state = "" if dataset.state is DatasetState.COMPLETE else ", frozen by Start"
    return f"Dataset {shown(dataset.label)}: {sets}{state}"


def _data_details(draft: TrainingDraft) -> tuple[str, ...]:
    classes = f"Classes: {_listed(draft.categories)}" if draft.categories else "Every class that occurs in the training"
    details = [classes]
    if draft.crop_of:
        details.append(f"Crops of {_listed(draft.crop_of)}")
    if draft.conditions:
        details.append(f"Only {' or '.join(condition_words(names) for names in draft.conditions)}")
    return tuple(details)


def _set(split: Split, paths: Sequence[str], draft: TrainingDraft, known: Known) -> str:
    """ "" when nothing is chosen for the set."""
    named = _listed([folder_title(path) for path in paths])
    if split in draft.stated_sets:
        where = f"in {named}, " if paths else ""
        return f"{where}as the import states ({counted(known.stated.get(split, 0), 'image', 'images')})"
    chosen = draft.filter_of(split)
    if chosen is not None:
        where = f", in {named}" if paths else ""
        return f"{_filter(chosen, known)}{where}"
    total = sum_of(paths, known.folders)
    return f"{named} ({counted(total.n_images, 'image', 'images')})" if paths else ""


def _filter(chosen: SplitFilter, known: Known) -> str:
    if kind_of(chosen) is SlotKind.TAG:
        return f"tagged “{TAG_OF[chosen.split]}” ({counted(known.data.tagged.get(chosen.split, 0), 'image')})"
    return f"filter “{shown(chosen.name)}”" if chosen.name else in_words(chosen.filter)


def _device(draft: TrainingDraft, known: Known) -> Answer:
    devices = known.devices.devices if known.devices else ()
    device = next((device for device in devices if device.id == draft.device), None)
    name = "CPU" if draft.device == CPU else device.name if device else draft.device
    limit = "no limit of time" if draft.max_minutes is None else f"at most {in_minutes(draft.max_minutes)}"
    details: tuple[str, ...] = ()
    if known.devices is None:
        details = ("Looking for a GPU…",)
    elif draft.device == CPU and device is not None:
        details = (device.name,)
    return Answer(steps.DEVICE, f"{name}, {limit}", details)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more
