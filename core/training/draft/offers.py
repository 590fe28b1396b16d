"""Which tasks there are for a project: what it has for each, and why one cannot be trained. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.domain.counting import counted
from core.domain.ids import CategoryId
from core.domain.tasks import TaskInfo, TaskOffer
from core.domain.workers import WorkerInfo

_SENTENCES = {
    "classification": "Says which one of your classes an image, or a crop of it, shows.",
    "tagging": "Says of each class whether an image, or a crop of it, shows it.",
    "detection": "Finds objects and draws an upright box round each.",
    "oriented": "Finds objects and draws a box round each that turns with it, as slanted lines need.",
    "segmentation": "Finds objects and draws the outline of each.",
}
_BOX, _POLYGON = "box", "polygon"

Shapes = Mapping[CategoryId, Mapping[str, int]]


def offer_tasks(
    tasks: Sequence[TaskInfo],
    workers: Iterable[WorkerInfo],
    shapes: Shapes,
    labelled: Mapping[int, int],
    needs: Mapping[str, frozenset[str]],
) -> tuple[TaskOffer, ...]:
    """In the order of `_SENTENCES`, then others. `shapes` are by class and kind, `labelled` images by how many classes
    they have as a whole; samples of both will do. `needs` are kinds of shapes that a task asks for, by its id."""
    order = list(_SENTENCES)
    usable = [worker for worker in workers if worker.is_available and not worker.is_hidden]
    ranked = sorted(tasks, key=lambda task: order.index(task.id) if task.id in order else len(order))
    return tuple(
        TaskOffer(
            task,
            _SENTENCES.get(task.id, task.words),
            _found(task, shapes, labelled),
            _refusal(task, usable, shapes, labelled, needs.get(task.id, frozenset())),
        )
        for task in ranked
    )


def _found(task: TaskInfo, shapes: Shapes, labelled: Mapping[int, int]) -> str:
    """What the project has for the task, in a few words; "" = nothing."""
    words = [
        f"{counted(n, 'class', 'classes')} with {what}"
        for what, kind in (("boxes", _BOX), ("outlines", _POLYGON))
        if (n := sum(1 for kinds in shapes.values() if kinds.get(kind)))
    ]
    if not task.labels:
        return " and ".join(words)
    one, none = labelled.get(1, 0), labelled.get(0, 0)
    several = sum(n for n_classes, n in labelled.items() if n_classes > 1)
    parts = [
        f"{counted(n, 'image')} {what}"
        for n, what in ((one, "with one class"), (several, "with several"), (none, "with none"))
        if n
    ]
    return ", ".join(parts) or (f"crops: {' and '.join(words)}" if words else "")


def _refusal(
    task: TaskInfo,
    workers: Sequence[WorkerInfo],
    shapes: Shapes,
    labelled: Mapping[int, int],
    needs: frozenset[str],
) -> str:
    if not task.is_available:
        return task.unavailable_reason
    if not any(worker.trains(task.id) for worker in workers):
        return "No installed method trains it."
    if task.labels:
        has_any = bool(shapes) or any(labelled.values())
        return "" if has_any else "No image has a class as a whole, and there are no shapes to cut out."
    kinds = {kind for found in shapes.values() for kind, n in found.items() if n}
    if not kinds:
        return "No boxes or outlines are drawn in this project."
    if needs and not kinds & needs:
        return "No outlines are drawn in this project, only boxes." if needs == {_POLYGON} else "Its shapes are others."
    return ""
