"""The wizard's pages, and which issues belong to which: an overview of all answers, and one page for each of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.training import Issue

OVERVIEW = "review"
NAME = "name"
WORKER = "worker"
CONFIGURATION = "configuration"
MODEL = "model"
DATA = "data"
DEVICE = "device"
START = "start"  # no page of its own: what the weights start from is asked with the model

STEP_TITLES = {
    OVERVIEW: "Overview",
    NAME: "Name",
    WORKER: "Task & method",
    CONFIGURATION: "Configuration",
    MODEL: "Model",
    DATA: "Data",
    DEVICE: "Device & limits",
}
STEP_ICONS = {
    OVERVIEW: "list-checks",
    NAME: "pencil",
    WORKER: "graduation-cap",
    CONFIGURATION: "sliders-horizontal",
    MODEL: "box",
    DATA: "layers",
    DEVICE: "cpu",
}
STEPS = tuple(STEP_TITLES)


@dataclass(frozen=True, slots=True)
class StepState:
    """What the step list shows of a step."""

    summary: str = ""  # the choice made there, in a few words
    problem: str = ""
    is_error: bool = False


def step_of(page: str) -> str:
    """The step that an issue's `page` belongs to; limits are asked on the device's page."""
    if page == "limits":
        return DEVICE
    return page if page in STEP_TITLES else OVERVIEW


def issues_of(step: str, issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Errors first."""
    own = [issue for issue in issues if step_of(issue.page) == step]
    return tuple(sorted(own, key=lambda issue: not issue.is_error))


def reasons(issues: Iterable[Issue], limit: int = 2) -> str:
    """Why the training cannot start, in words: the first reasons, and how many more there are."""
    errors = [issue.text for issue in issues if issue.is_error]
    shown = errors[:limit]
    rest = len(errors) - len(shown)
    more = [] if not rest else [f"And {rest} more."]
    return " ".join([*shown, *more])
