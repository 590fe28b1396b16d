"""What is asked before a run is stopped, killed or removed: what happens, and what is kept. No widgets' behaviour."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.names import shown
from core.domain.runs import RunRecord, RunState
from ui.widgets.confirmation import Question


def stop_question(record: RunRecord, state: RunState | None) -> Question:
    name = shown(record.name)
    if not record.status.is_live:
        return Question(
            title="Cancel the run",
            text=f'Cancel "{name}"?',
            details="It has not started; nothing is lost. It can be retried later.",
            verb="Cancel the run",
            refusal="Keep it waiting",
        )
    best = state.best_epoch if state is not None else None
    kept = f"the best weights so far (epoch {best})" if best else "the best weights so far"
    version = f" as {record.version_label}" if record.version_label else ""
    return Question(
        title="Stop and keep the best",
        text=f'Stop "{name}" and keep the best?',
        details=f"Training ends after the present batch. Then {kept} are measured and published{version}.",
        verb="Stop and keep the best",
        refusal="Go on training",
    )


def kill_question(record: RunRecord, state: RunState | None) -> Question:
    epochs = [checkpoint.epoch for checkpoint in state.checkpoints] if state is not None else []
    if epochs:
        kept = f"The checkpoint of epoch {max(epochs)} is kept; a retry goes on from it."
    else:
        kept = "No checkpoint is known yet; a retry starts from the beginning unless there is one."
    return Question(
        title="Kill now",
        text=f'Kill "{shown(record.name)}" now?',
        details=f"Its process ends at once and no model version is published. {kept} Curves and log are kept.",
        verb="Kill now",
        is_danger=True,
        refusal="Go on training",
    )


def remove_question(records: Sequence[RunRecord]) -> Question:
    one = len(records) == 1
    what = f'"{shown(records[0].name)}"' if one else f"{len(records)} runs"
    return Question(
        title="Remove from the list",
        text=f"Remove {what} from the list?",
        details="Published model versions stay in the library. This cannot be undone.",
        verb="Remove" if one else f"Remove {len(records)} runs",
        is_danger=True,
        option="Also delete the files: curves, log, artifacts, checkpoints",
    )
