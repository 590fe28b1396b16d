"""The checks of the wizard's data page. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from core.datasets.split import check_ratio
from core.domain.counting import counted
from core.domain.filter_words import in_words
from core.domain.judgements import EXCLUDE
from core.domain.models import Model
from core.domain.names import listed_names, shown
from core.domain.snapshots import Split
from core.domain.tagging import tag_filter
from core.domain.training import Issue, Remedy, TrainingDraft
from core.domain.workers import WorkerInfo
from core.tasks.task import Task
from core.training.review.alike_pictures import check_alike
from core.training.review.data import TrainingData
from core.training.review.label_checks import MIN_EACH, check_choice, check_labels, no_single_class, numbers_of
from core.training.review.slots import Slot, folders_apart, slot_words
from core.training.review.spread_sources import check_spread
from core.training.review.tally import BAD_SHAPES, EXCLUDED, MODEL_MADE, NOT_CHOSEN, NOT_MET, OTHER_LABELS, reason_text

ADVISABLE_IMAGES = 20
ADVISABLE_IMBALANCE = 10  # the most frequent class has at most so many times the images of another
MIN_TRAIN_IMAGES = 2  # batch normalisation cannot learn from one
MAX_SEED = 2**32 - 1  # the largest that every source of chance takes
_PAGE = "data"


def check_data(
    draft: TrainingDraft,
    slots: Mapping[Split, Slot],
    folders: Collection[str],
    data: TrainingData | None,
    model: Model | None,
    worker: WorkerInfo | None,
    task: Task | None,
    proposed: str = "",
) -> list[Issue]:
    """`slots` are what was chosen for each split, `folders` those of the chosen ones that the project has; `data` is
    None when there was nothing to resolve; `proposed` is a name for a new model, should the chosen one have other
    classes."""
    issues = _check_folders(slots, folders)
    if Split.VAL not in slots:
        wrong = check_ratio(draft.val_ratio)
        issues += [wrong] if wrong else []
    if not 0 <= draft.seed <= MAX_SEED:
        issues.append(_error("E-132", f'"Seed" must be between 0 and {MAX_SEED}.', "seed"))
    if data is None or any(issue.is_error for issue in issues):
        return issues
    wrong_choice = list(check_choice(draft, data, worker, task))
    if wrong_choice:
        return issues + wrong_choice
    issues += [
        replace(_error("E-152", _overlap_text(overlap.splits, overlap.paths)), remedy=_overlap_remedy(draft))
        for overlap in data.overlaps
    ]
    content = _check_content(draft, slots, data, worker, task)
    issues += content + check_spread(data.spread, is_carved=data.is_val_carved)
    issues += check_alike(data.alike, is_carved=data.is_val_carved)
    if any(issue.code == "E-122" for issue in content):
        return issues  # what follows from that is not a fault of its own
    issues += _check_classes(draft, data, model, task, proposed)
    if task is not None and task.labels:
        issues += check_labels(draft, data, task)
    issues += [issue for issue in data.issues if issue not in issues]
    return issues


def _check_folders(slots: Mapping[Split, Slot], folders: Collection[str]) -> list[Issue]:
    if Split.TRAIN not in slots:
        return [_error("E-521", "Choose training data.", "train_folders")]
    issues = []
    apart = folders_apart(slots)
    for split, slot in slots.items():
        unknown = [folder for folder in slot.folders if folder and folder not in folders]
        for folder in unknown:
            text = f'"{shown(folder)}" is not a folder of this project. Choose another one.'
            issues.append(_error("E-525", text, f"{split.value}_folders"))
    for (_, a), (second, b) in () if are_apart(apart) else _overlapping(apart):
        issues.append(_error("E-151", _folder_overlap_text(a, b), f"{second.value}_folders"))
    return issues


Place = tuple[Split, str]


def are_apart(slots: Mapping[Split, Sequence[str]]) -> bool:
    """No folder of one set is, or lies in, a folder of another."""
    own = {split: set(folders) for split, folders in slots.items()}
    above = {
        split: {place for folder in folders for place in _with_parents(folder)} for split, folders in slots.items()
    }
    return all(own[a].isdisjoint(above[b]) for a in slots for b in slots if a is not b)


def _with_parents(folder: str) -> Iterator[str]:
    """The folder and everything above it up to the root, "a/b" -> "a/b", "a", ""."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _overlapping(slots: Mapping[Split, Sequence[str]]) -> Iterator[tuple[Place, Place]]:
    order = list(slots)
    for first, second in [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]:
        yield from (((first, a), (second, b)) for a in slots[first] for b in slots[second] if _overlap(a, b))


def _overlap(a: str, b: str) -> bool:
    return a == b or not a or not b or a.startswith(f"{b}/") or b.startswith(f"{a}/")


def _folder_overlap_text(a: str, b: str) -> str:
    text = f"{_folder_name(a)} and {_folder_name(b)} overlap. Training, validation and test data must be separate."
    return text[0].upper() + text[1:]


def _folder_name(folder: str) -> str:
    return f'"{shown(folder)}"' if folder else "the whole project"


def _overlap_text(splits: tuple[Split, Split], paths: Sequence[str]) -> str:
    examples = ", ".join(shown(path) for path in paths[:3]) + (", …" if len(paths) > 3 else "")
    what = counted(len(paths), "image is", "images are")
    return f"{what} in both {splits[0].value} and {splits[1].value}. Remove them from one. ({examples})"


def _overlap_remedy(draft: TrainingDraft) -> Remedy | None:
    """The checks list the images and take them out of one set, where they see the same sets as the training does."""
    is_by_tags = all(chosen.filter == tag_filter(chosen.split) for chosen in draft.filters)
    has_folders = bool(draft.train_folders or draft.val_folders or draft.test_folders)
    n_ways = sum((draft.dataset is not None, has_folders, bool(draft.stated_sets), bool(draft.filters)))
    is_seen = n_ways == 1 and (is_by_tags or not draft.filters)
    return Remedy("Show the checks", view="checks") if is_seen else None


def _check_content(
    draft: TrainingDraft,
    slots: Mapping[Split, Slot],
    data: TrainingData,
    worker: WorkerInfo | None,
    task: Task | None,
) -> list[Issue]:
    """Is there anything to learn from and to measure on?"""
    issues = [
        issue
        for split, slot in slots.items()
        if not data.n_images(split) and (issue := _check_split(draft, data, slot, task)) is not None
    ]
    n_train = data.n_images(Split.TRAIN)
    if 0 < n_train < MIN_TRAIN_IMAGES and not data.issues:
        text = f"Only {counted(n_train, 'image')} is left to train on; at least {MIN_TRAIN_IMAGES} are needed."
        issues.append(_error("E-150", text, "train_folders"))
    elif n_train and data.categories and any(data.train_images_with) and not data.n_objects(Split.TRAIN):
        text = "Every object in the training data is a crowd region, and from these nothing is learned."
        issues.append(_error("E-102", text, "train_folders"))
    refusal = task.refuse_project(worker.title, data.found_kinds) if worker is not None and task is not None else ""
    if refusal:
        issues.append(Issue("E-122", refusal, "worker", True, "worker"))
    return issues


def _check_split(draft: TrainingDraft, data: TrainingData, slot: Slot, task: Task | None) -> Issue | None:
    """Why a set for which something was chosen has no image; None when another check says it."""
    split, names = slot.split, slot_words(slot)
    field_name = f"{split.value}_folders"
    n_found = data.n_found.get(split, 0)
    if not n_found and slot.filter is not None:
        text = f"The {split.value} selection matches no image. Filter: {in_words(slot.filter)}. "
        text += "Choose another one." if split is Split.TRAIN else "Choose another one, or none."
        return _error("E-523", text, field_name)
    if not n_found and slot.sets:
        text = f"The {split.value} selection matches no image. Chosen: {names}. Fill it, or leave it out."
        return _error("E-523", text, "dataset")
    is_all_val = split is Split.TRAIN and data.is_val_carved and data.n_images(Split.VAL) > 0
    if is_all_val or (split is Split.TRAIN and _shows_other_classes(draft, data)):
        return None
    if n_found and not data.n_annotated.get(split, 0) and not data.n_ignored(NOT_MET):
        kind = task.slug if task else "usable"
        text = f"No image in {names} has a {kind} annotation. Annotate or choose another folder."
        if data.n_ignored(MODEL_MADE):
            n = counted(data.n_ignored(MODEL_MADE), "annotation made by a model is", "annotations made by models are")
            text += f" {n} left out unless you include them."
        return _error("E-102", text, field_name)
    if split is Split.TRAIN and (single := no_single_class(draft, data, task)) is not None:
        return single
    if split is Split.TRAIN:
        what = "folder contains" if slot.are_folders_whole else "data contain"
        text = f"The training {what} no usable image ({n_found} found: {_reasons(data)})."
        return _error("E-150", text, field_name)
    kind = "Folder" if slot.are_folders_whole else "Chosen"
    text = f"The {split.value} selection matches no usable image. {kind}: {names} ({_reasons(data)})."
    return _error("E-523", text, field_name)


def _shows_other_classes(draft: TrainingDraft, data: TrainingData) -> bool:
    """The images show classes, but none of those that were chosen."""
    n_others = data.n_ignored(NOT_CHOSEN) + data.n_ignored(OTHER_LABELS)
    return bool(draft.categories) and not any(data.train_images_with) and n_others > 0


def _reasons(data: TrainingData) -> str:
    return ", ".join(reason_text(reason, n) for reason, n in data.ignored) or "the folder is empty"


def _check_classes(
    draft: TrainingDraft, data: TrainingData, model: Model | None, task: Task | None, proposed: str
) -> list[Issue]:
    issues: list[Issue] = []
    is_empty = not data.n_images(Split.TRAIN) and not _shows_other_classes(draft, data)
    if not data.categories and not is_empty and not (task is not None and task.labels):
        issues.append(_error("E-240", "Choose at least one class.", "categories"))
    shared = {name for name, n in zip(data.categories, data.train_images_with, strict=True) if n}
    without = [name for name in data.categories if name not in shared]
    if without and not is_empty:
        text = _of_classes(without, "has no example", "have no example")
        issues.append(_error("E-241", f"{text} in the training data.", "categories"))
    for split in dict.fromkeys(split for _, split in data.only_in):
        names = [name for name, found in data.only_in if found is split]
        text = _of_classes(names, f"occurs only in {split.value}; it", f"occur only in {split.value}; they")
        issues.append(_warning("W-242", f"{text} cannot be learned.", "categories"))
    if task is not None:
        refused = task.refuse_classes(data.found_kinds, data.boxes_only)
        issues += [_error("E-243", text, "categories") for text in refused]
    n_excluded = data.n_ignored(EXCLUDED)
    if n_excluded:
        text = f'{counted(n_excluded, "image is", "images are")} left out: tagged "{EXCLUDE}".'
        issues.append(_warning("W-245", text))
    n_bad = data.n_ignored(BAD_SHAPES)
    if n_bad:
        text = f"{counted(n_bad, 'shape was', 'shapes were')} skipped (fewer than 3 points or no area)."
        issues.append(_warning("W-244", text))
    if model is not None:
        issues += _check_model_classes(model, data, proposed)
    issues += _check_amounts(data, least=MIN_EACH if task is not None and task.labels else 1)
    return issues


def _of_classes(names: Sequence[str], verb: str, verbs: str) -> str:
    """'Class "a" has ...', or '3 classes have ...: a, b, c' as far as they can be named."""
    if len(names) == 1:
        return f'Class "{shown(names[0])}" {verb}'
    return f"{len(names)} classes ({listed_names(names)}) {verbs}"


def _check_model_classes(model: Model, data: TrainingData, proposed: str) -> list[Issue]:
    """The order is the model's; what counts is whether the sets differ."""
    added = [name for name in data.categories if name not in model.categories]
    removed = [name for name in model.categories if name not in data.categories]
    if not added and not removed:
        return []
    changes = [f"{word} {', '.join(names)}" for word, names in (("added", added), ("removed", removed)) if names]
    text = f'The class list changed since "{model.name}" was created ({"; ".join(changes)}). Create a new model for it.'
    if not proposed:
        return [Issue("E-301", text, "model", True, "model")]
    remedy = Remedy(f'Create "{shown(proposed)}"', new_model=proposed)
    return [Issue("E-301", f'{text} Proposed: "{proposed}".', "model", True, "model", remedy)]


def _check_amounts(data: TrainingData, *, least: int) -> list[Issue]:
    """One warning for all classes that are thin on the ground, or far rarer than the most frequent one. Those with
    fewer than `least` are refused already."""
    numbers = numbers_of(data)
    most = max(numbers, default=0)
    advice = max(ADVISABLE_IMAGES, math.ceil(most / ADVISABLE_IMBALANCE))
    thin = [(name, n) for name, n in zip(data.categories, numbers, strict=True) if least <= n < advice]
    if not thin:
        return []
    (first, n), rest = thin[0], thin[1:]
    what = counted(n, "crop" if data.train_crops_with else "image")
    others = "".join(f", {name} {count}" for name, count in rest)
    return [_warning("W-403", f"{first} has {what}{others}; {advice} is advisable.", "categories")]


def _error(code: str, text: str, field_name: str = "") -> Issue:
    return Issue(code, text, _PAGE, True, field_name)


def _warning(code: str, text: str, field_name: str = "") -> Issue:
    return Issue(code, text, _PAGE, False, field_name)
