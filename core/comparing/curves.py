"""The curves of a run's sets, read once from its first event to its last."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.runs import MetricBatch
from core.runs.folder.attempts import epochs_kept, read_attempts
from core.runs.folder.layout import RunLayout
from core.runs.story.curves import CurveCollector
from core.runs.story.event_log import EventReader
from core.runs.story.events import Metrics


def read_curves(layout: RunLayout, check: Callable[[], None]) -> tuple[MetricBatch, ...]:
    """Those of "train", "val" and "test"; a million values of single batches are passed by. None without a run's files.

    Raises RunError when its list of attempts is damaged.
    """
    if not layout.folder.is_dir():
        return ()
    curves = CurveCollector(epochs_kept(read_attempts(layout)))
    reader = EventReader(layout)
    while True:
        check()
        blocks = reader.read_packed()
        events = (
            [event for block in blocks for event in reader.events_in(block.others)] if blocks else reader.read_new()
        )
        for event in events:
            if isinstance(event.body, Metrics) and event.body[0] != "batch":
                curves.add(event.attempt, event.body)
        if not reader.has_more:
            return curves.take()
