"""What is asked before a run is stopped, killed or removed: what happens, and what is kept. No widgets' behaviour."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.names import shown
from core.domain.run import Run
from ui.widgets.confirmation import Question


def stop_question(run: Run) -> Question:
    name, words = shown(run.record.name), run.kind.stop
    if not run.status.is_live:
        return Question(
            title="Cancel the run",
            text=f'Cancel "{name}"?',
            details="It has not started; nothing is lost. It can be retried later.",
            verb="Cancel the run",
            refusal="Keep it waiting",
        )
    best = run.state.best_epoch if run.state is not None else None
    kept = f"the best weights so far (epoch {best})" if best else "the best weights so far"
    version = f" as {run.record.version_label}" if run.record.version_label else ""
    return Question(
        title=words.text,
        text=words.question.format(name=name),
        details=words.details.format(best=kept, version=version),
        verb=words.text,
        refusal=words.refusal,
    )


def kill_question(run: Run) -> Question:
    epochs = [checkpoint.epoch for checkpoint in run.state.checkpoints] if run.state is not None else []
    if epochs:
        kept = f"The checkpoint of epoch {max(epochs)} is kept; a retry goes on from it."
    elif run.kind.has_curves:
        kept = "No checkpoint is known yet; a retry starts from the beginning unless there is one."
    else:
        kept = "A retry starts from the beginning."
    also = "Curves and log are kept." if run.kind.has_curves else "The log is kept."
    return Question(
        title="Kill now",
        text=f'Kill "{shown(run.record.name)}" now?',
        details=f"{run.kind.stop.kill_details} {kept} {also}",
        verb="Kill now",
        is_danger=True,
        refusal=run.kind.stop.refusal,
    )


def remove_question(runs: Sequence[Run]) -> Question:
    one = len(runs) == 1
    what = f'"{shown(runs[0].record.name)}"' if one else f"{len(runs)} runs"
    return Question(
        title="Remove from the list",
        text=f"Remove {what} from the list?",
        details="Published model versions stay in the library. This cannot be undone.",
        verb="Remove" if one else f"Remove {len(runs)} runs",
        is_danger=True,
        option="Also delete the files: curves, log, artifacts, checkpoints",
    )
