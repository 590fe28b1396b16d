"""The checks of data that a task labels: how many classes, how many of each, and what is skipped. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.domain.counting import counted
from core.domain.geometry import WHOLE_IMAGE, Box, Polygon
from core.domain.names import shown
from core.domain.snapshots import Split
from core.domain.training import Issue, TrainingDraft
from core.domain.workers import WorkerInfo
from core.tasks.task import Task
from core.training.review.data import TrainingData
from core.training.review.tally import (
    CROPS_WITH_SEVERAL,
    CROPS_WITHOUT_CLASS,
    SEVERAL_CLASSES,
    UNLABELLED_IMAGES,
    WITHOUT_CLASS,
)

MIN_CLASSES, MIN_EACH = 2, 5
_SHAPES = frozenset({Box.kind, Polygon.kind})
_PAGE = "data"


def check_choice(
    draft: TrainingDraft, data: TrainingData, worker: WorkerInfo | None, task: Task | None
) -> Iterator[Issue]:
    """Can what is asked for be looked for at all? What follows from a refusal here is no fault of its own."""
    for name in data.unknown:
        yield _error("E-310", f'The condition names "{shown(name)}", which does not exist.', "conditions")
    for name in data.unknown_crops:
        yield _error("E-310", f'The crops name "{shown(name)}", which does not exist.', "crop_of")
    if task is None:
        return
    if draft.crop_of and not task.labels:
        text = f"{task.slug} looks for objects on whole images; only classification and tagging cut them out."
        yield _error("E-312", text, "crop_of")
    elif draft.crop_of and data.found_kinds and not data.found_kinds & _SHAPES:
        yield _error("E-311", "Crops need boxes or polygons.", "crop_of")
    elif task.labels and not draft.crop_of and data.found_kinds - {WHOLE_IMAGE} and not any(data.n_annotated.values()):
        found = " and ".join(sorted(kind.replace("-", " ") for kind in data.found_kinds))
        title = worker.title if worker is not None else task.title
        text = f'"{title}" trains {task.slug} models, but this project has {found} annotations only.'
        yield Issue("E-122", f"{text} Label whole images, or cut out the shapes of a class.", "worker", True, "worker")


def no_single_class(draft: TrainingDraft, data: TrainingData, task: Task | None) -> Issue | None:
    """E-321, where that is why there is nothing to train on."""
    is_why = task is not None and task.is_exclusive and data.n_annotated.get(Split.TRAIN, 0) > 0
    return _error("E-321", f"No {_noun(draft)} has exactly one class.", "train_folders") if is_why else None


def check_labels(draft: TrainingDraft, data: TrainingData, task: Task) -> Iterator[Issue]:
    """W-320, and MA-01: at least two classes, each with at least five images, or crops where these are labelled. A
    tagger may have one class, with as many examples that do not show it."""
    noun = _noun(draft)
    if task.is_exclusive:
        yield from _skipped(draft, data, noun)
    if not data.n_images(Split.TRAIN):
        return
    n_classes = sum(1 for n in numbers_of(data) if n)
    negatives = data.n_train_negatives
    may_have_one = not task.is_exclusive and n_classes == 1
    if n_classes < MIN_CLASSES and not (may_have_one and negatives):
        text = f"At least two classes are needed; found {n_classes}."
        if may_have_one:
            text += f" One alone needs {noun}s without it, and there are none."
        yield _error("E-401", text, "categories")
    few = [(name, n) for name, n in zip(data.categories, numbers_of(data), strict=True) if 0 < n < MIN_EACH]
    if may_have_one and 0 < negatives < MIN_EACH:
        few.append(("without any class", negatives))
    if few:
        listed = ", ".join(f"{shown(name)}: {n}" for name, n in few)
        yield _error("E-402", f"Each class needs at least {MIN_EACH} {noun}s: {listed}.", "categories")


def numbers_of(data: TrainingData) -> Sequence[int]:
    """Per class of the run, the images or crops to learn from."""
    return data.train_crops_with or data.train_images_with


def _skipped(draft: TrainingDraft, data: TrainingData, noun: str) -> Iterator[Issue]:
    reasons = (CROPS_WITHOUT_CLASS,) if draft.crop_of else (UNLABELLED_IMAGES, WITHOUT_CLASS)
    without = sum(data.n_ignored(reason) for reason in reasons)
    several = data.n_ignored(CROPS_WITH_SEVERAL if draft.crop_of else SEVERAL_CLASSES)
    if without + several:
        total = counted(without + several, f"{noun} is", f"{noun}s are")
        text = f"{total} skipped: {without} without class, {several} with several classes."
        yield Issue("W-320", text, _PAGE, False)


def _noun(draft: TrainingDraft) -> str:
    return "crop" if draft.crop_of else "image"


def _error(code: str, text: str, field_name: str) -> Issue:
    return Issue(code, text, _PAGE, True, field_name)
