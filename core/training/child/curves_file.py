"""The curves of a run as a table, from its events."""

from __future__ import annotations

import csv
from pathlib import Path

from core.runs.folder.attempts import epochs_kept, read_attempts
from core.runs.folder.layout import RunLayout
from core.runs.story.curves import CurveCollector
from core.runs.story.event_log import EventReader
from core.runs.story.events import Metrics

COLUMNS = ("split", "name", "step", "epoch", "value")


def write_curves(layout: RunLayout, path: Path) -> int:
    """Every point that counts, curve by curve; the number of points. Raises OSError.

    A value that was measured and is no number is written as "nan".
    """
    curves = CurveCollector(epochs_kept(read_attempts(layout)))
    reader = EventReader(layout)
    has_more = True
    while has_more:
        for event in reader.read_new():
            if isinstance(event.body, Metrics):
                curves.add(event.attempt, event.body)
        has_more = reader.has_more
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for batch in curves.take():
            points = zip(batch.steps.tolist(), batch.epochs.tolist(), batch.values.tolist(), strict=True)
            for step, epoch, value in points:
                writer.writerow((batch.split, batch.name, step, f"{epoch:.6g}", f"{value:.9g}"))
                count += 1
    return count
