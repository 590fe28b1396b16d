"""The resolved values of a training in words, for the review page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.domain.counting import counted
from core.domain.durations import in_minutes
from core.domain.ids import ProjectId
from core.domain.names import shown
from core.domain.snapshots import Split
from core.domain.training import StartKind, TrainingDraft
from core.domain.workers import ConfigValue, FieldKind, FieldSpec
from core.tasks.task import Task
from core.training.review.data import TrainingData
from core.training.review.preflight import Facts
from core.training.review.slots import Slot, slot_words

_DEFAULT = TrainingDraft(ProjectId(""))  # for the defaults of its other fields

Row = tuple[str, str, bool]
"""Title, value in words, is it a default."""

BOXES_AS_SHAPES = "Boxes used as shapes with four corners"


def describe_values(facts: Facts, resolved: Mapping[str, ConfigValue]) -> tuple[Row, ...]:
    """Everything that the run will use, defaults included, in the order of the wizard."""
    return (
        *_run_rows(facts),
        *_model_rows(facts),
        *_label_rows(facts),
        *_data_rows(facts.draft, facts.slots, facts.data, facts.task),
        *_file_rows(facts),
        *_limit_rows(facts),
        *_configuration_rows(facts, resolved),
    )


def start_text(facts: Facts) -> str:
    """What the weights start from; without the folder of a file, for it goes into what is published."""
    start, kind = facts.start, facts.draft.start.kind
    if kind is StartKind.VERSION and start.version is not None:
        return f"{start.version.model_name} {start.version.label}"
    if kind is StartKind.PRETRAINED:
        return f"pretrained weights {start.pretrained}"
    if kind is StartKind.STARTER and start.starter is not None:
        return f"starter {start.starter.title}"
    if kind is StartKind.FILE and facts.draft.start.file is not None:
        return f"the file {shown(facts.draft.start.file.name)}"
    return "scratch"


def value_text(spec: FieldSpec, value: ConfigValue) -> str:
    """A configuration's value as the form shows it."""
    for choice, title in spec.choices:
        if choice == value and type(choice) is type(value):
            return title
    if value is None:
        return "auto" if spec.kind is FieldKind.INTEGER_OR_AUTO else "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{text} {spec.unit}" if spec.unit else text


def _run_rows(facts: Facts) -> Iterator[Row]:
    worker = facts.worker
    yield "Name", facts.draft.name, False
    yield "Project", facts.project.name, False
    yield "Method", f"{worker.title} {worker.version}" if worker else "", False
    yield "Task", facts.task.slug if facts.task else "", False
    name = facts.draft.configuration_name or (facts.configuration.name if facts.configuration else "")
    of_run = "values of this run" if facts.draft.values else "the method's defaults"
    yield "Configuration", name or of_run, not name and not facts.draft.values
    if facts.architecture:
        yield "Network", facts.architecture, False


def _model_rows(facts: Facts) -> Iterator[Row]:
    draft, model = facts.draft, facts.model
    yield "Model", model.name if model else f"{draft.new_model_name} (new)", False
    yield "Version name", draft.version_name or "none", not draft.version_name
    file = draft.start.file
    text = f"the file {shown(file)}" if draft.start.kind is StartKind.FILE and file else start_text(facts)
    yield "Starts from", text, draft.start.kind is _DEFAULT.start.kind


def _data_rows(
    draft: TrainingDraft, chosen: Mapping[Split, Slot], data: TrainingData | None, task: Task | None
) -> Iterator[Row]:
    slots = {split: slot_words(slot) for split, slot in chosen.items()}
    yield "Training images", slots.get(Split.TRAIN, "none"), False
    if Split.VAL in slots:
        yield "Validation images", slots[Split.VAL], False
    else:
        n_val = data.n_images(Split.VAL) if data else 0
        text = f"{n_val} of the training images, chosen by chance with seed {draft.seed} (ratio {draft.val_ratio:g})"
        yield "Validation images", text, draft.val_ratio == _DEFAULT.val_ratio
    yield "Test images", slots.get(Split.TEST, "none"), Split.TEST not in slots
    yield "Classes", ", ".join(data.categories) if data else "", not draft.categories
    uses = draft.use_images_without_objects
    if task is None or not task.labels:
        yield "Images without objects", "used" if uses else "left out", not uses
    elif not task.is_exclusive:
        yield "Those with other classes only", "used as negatives" if uses else "left out", not uses
    if data is not None and (data.n_model_made or draft.include_model_annotations):
        n, includes = data.n_model_made, draft.include_model_annotations
        yield "Annotations made by models", f"{n} {'included' if includes else 'left out'}", not includes
    if data is not None and data.n_boxes_as_shapes:
        yield BOXES_AS_SHAPES, str(data.n_boxes_as_shapes), False


def _label_rows(facts: Facts) -> Iterator[Row]:
    """What a task that labels looks at, and on which images any task does."""
    draft, task, data = facts.draft, facts.task, facts.data
    if task is not None and task.labels:
        cut = ", ".join(map(shown, draft.crop_of))
        n = sum(count.n_regions for count in data.splits) if data else 0
        yield "Labelled", f"{counted(n, 'crop')} of {cut}" if cut else "whole images", not cut
    if draft.conditions:
        lists = " or ".join(" and ".join(map(shown, names)) for names in draft.conditions)
        yield "Only images that show", lists, False


def _file_rows(facts: Facts) -> Iterator[Row]:
    """Files that were looked at and are as they were need no word; others are an issue."""
    if facts.data is not None and facts.n_files_seen is None:
        yield "Image files", "not looked at yet; Start looks at each of them", False


def _limit_rows(facts: Facts) -> Iterator[Row]:
    draft = facts.draft
    yield "Seed", str(draft.seed), draft.seed == _DEFAULT.seed
    gpus = facts.devices.gpus if facts.devices else ()
    name = next((gpu.name for gpu in gpus if gpu.id == draft.device), "")
    text = "CPU" if draft.device == "cpu" else f"GPU {draft.device.rpartition(':')[2]}" + (f", {name}" if name else "")
    yield "Device", text, draft.device == _DEFAULT.device
    limit = "none" if draft.max_minutes is None else in_minutes(draft.max_minutes)
    yield "Longest training time", limit, draft.max_minutes == _DEFAULT.max_minutes


def _configuration_rows(facts: Facts, resolved: Mapping[str, ConfigValue]) -> Iterator[Row]:
    specs = {spec.name: spec for spec in facts.worker.fields} if facts.worker else {}
    for name, value in resolved.items():
        spec = specs.get(name)
        if spec is None:
            yield name, f"{value} (not used)", False
        else:
            default = spec.default_in(resolved)
            is_default = value == default and type(value) is type(default)
            yield spec.title, value_text(spec, value), is_default
