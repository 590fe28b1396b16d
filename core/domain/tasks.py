"""Tasks as pages know them; what a task does is in core.tasks."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import TaskId


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """`words` say what a model of it draws: "Boxes (detection)". One that is not installed any more has a reason."""

    id: TaskId
    title: str
    words: str
    unavailable_reason: str = ""
    labels: bool = False  # whole images, or regions that are given; it does not look for objects
    is_exclusive: bool = False  # of those that label: exactly one class each

    @property
    def is_available(self) -> bool:
        return not self.unavailable_reason


@dataclass(frozen=True, slots=True)
class TaskOffer:
    """A task for a project: what it does in one sentence, what the project has for it, and why it cannot be trained
    there ("" = it can)."""

    task: TaskInfo
    sentence: str
    found: str = ""
    refusal: str = ""
