"""What is said in place of pinned images, and why others cannot be pinned. No widgets."""

from __future__ import annotations

from core.domain.run import Run
from core.domain.runs import StageState
from ui.runs.run_actions import RunAction, refusal

_EVALUATES = "evaluate-val"  # the step that is left out where there is no validation set


def empty_looks_text(run: Run) -> str:
    """Why there are no predictions of pinned images; to be shown where there are none."""
    state = run.state
    stages = state.stages if state is not None else ()
    has_no_set = any(one.name == _EVALUATES and one.state is StageState.SKIPPED and "No " in one.text for one in stages)
    if has_no_set:
        return "The training had no validation images: there is nothing to look at between its epochs."
    if not run.status.is_terminal:
        return (
            "After each evaluation this shows what the network sees on a few pinned images of the validation set. "
            "Nothing has been evaluated yet."
        )
    if state is None or not state.last_epoch:
        return "It ended before its first evaluation: nothing was seen of the pinned images."
    return (
        "Nothing was kept of pinned images while this run trained: an older Calque trained it, or its method does "
        "not tell what it sees."
    )


def pin_refusal(run: Run) -> str:
    """Why no other images can be pinned, as a sentence; "" when they can."""
    if not run.status.is_terminal:
        return ""
    return "" if not refusal(RunAction.RETRY, run) else "The training is over: nothing more is evaluated."
