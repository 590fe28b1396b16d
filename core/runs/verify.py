"""Looking through the runs' folders for damage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.domain.imports import Problem, Severity
from core.domain.runs import RunRecord
from core.errors import RunError
from core.runs.folder.layout import RunLayout
from core.runs.folder.rerun import is_intact
from core.runs.kinds import RunKindCatalog
from core.runs.supervise import RunReader


def find_problems(records: Sequence[RunRecord], folder: Path, kinds: RunKindCatalog) -> tuple[Problem, ...]:
    """`folder` holds all runs. Reads every event and every checkpoint that is still there."""
    problems = [problem for record in records for problem in _of_run(record, kinds)]
    known = {record.folder for record in records}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and path not in known and not path.name.startswith("."):
            text = f"The folder {path.name} belongs to no run on the list; it was kept when its run was removed."
            problems.append(Problem("run-unlisted", text, str(path), severity=Severity.INFO))
    return tuple(problems)


def _of_run(record: RunRecord, kinds: RunKindCatalog) -> Iterator[Problem]:
    layout = RunLayout(record.folder)
    try:
        reader = RunReader(layout, kinds, from_events_alone=True)
    except RunError as error:
        yield Problem("run-unreadable", f'Run "{record.name}": {error}', str(layout.folder), severity=Severity.ERROR)
        return
    state = reader.read_all().state
    if reader.n_damaged:
        text = f'Run "{record.name}": {reader.n_damaged} damaged lines in its event log were passed over.'
        yield Problem("run-events-damaged", text, str(layout.folder))
    for checkpoint in state.checkpoints:
        if checkpoint.path.exists() and not is_intact(checkpoint):
            text = f'Run "{record.name}": the checkpoint of epoch {checkpoint.epoch} is damaged.'
            yield Problem("run-checkpoint-damaged", text, str(checkpoint.path))
