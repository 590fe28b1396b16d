"""How good what a run made is, in one number with its set, and what is done of one that made nothing. No widgets."""

from __future__ import annotations

from core.domain.metrics import MAP50_OF
from core.domain.models import Headline
from core.domain.run import Run
from core.domain.runs import RunStatus
from core.domain.snapshots import Split
from ui.widgets.formatting import NOTHING, percent
from ui.widgets.score import CHOSEN, Score

_SPLITS = (Split.TEST, Split.VAL)  # what was measured on train says nothing of other images


def score_of(run: Run) -> Score | None:
    """As its own tables say, else, of a training, as the registry has it of the version that it made."""
    if not run.kind.product:
        return None
    measured = {table.split: table for table in run.tables}
    for split in _SPLITS:
        table = measured.get(split)
        value = table.overall.value(table.headline) if table is not None else None
        if table is not None and value is not None:
            lenient = MAP50_OF.get(table.headline)
            map50 = table.overall.value(lenient) if lenient is not None else None
            where = split.value if run.kind.has_curves else CHOSEN
            return Score(Headline(table.headline, value, where), map50)
    headline = run.record.headline if run.kind.has_curves else None
    return None if headline is None else Score(headline, run.record.map50)


def result_text(run: Run) -> str:
    """What came of it, in a cell: a score, why it failed, or what it waits for."""
    score = score_of(run)
    if score is not None:
        return score.text
    if (run.status is RunStatus.SUCCESS and run.kind.product) or run.status.is_live:
        return NOTHING
    return run.record.reason or NOTHING


def result_help(run: Run) -> str:
    """The whole of it."""
    score = score_of(run)
    if score is None:
        return run.record.reason
    return "\n".join(part for part in (score.sentence, score.strict, run.record.reason) if part)


def result_order(run: Run) -> float:
    """For sorting: those without a score come last."""
    score = score_of(run)
    return -1.0 if score is None else score.first[1]


def done_text(run: Run) -> str:
    """How far it is, or what an ended run has done: "25 %", "2 of 28 epochs"."""
    record = run.record
    if not run.status.is_terminal:
        return percent(record.progress) if run.status.is_live else NOTHING
    if record.epochs_text:
        return record.epochs_text
    if run.status is RunStatus.SUCCESS or record.started_at is not None:
        return percent(record.progress)
    return NOTHING


def done_fraction(run: Run) -> float:
    """What the bar shows: of an ended run the share of its epochs, else that of its steps."""
    record = run.record
    if run.status is RunStatus.SUCCESS:
        return 1.0
    if run.status.is_terminal and record.epochs_done is not None and record.epochs_planned:
        return min(1.0, record.epochs_done / record.epochs_planned)
    return record.progress
