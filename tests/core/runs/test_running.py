"""Whole runs in real processes, from the start to the end."""

from __future__ import annotations

from run_workshop import Collected, Workshop

from core.domain.models import VersionStatus
from core.domain.runs import RunStatus, StageState
from core.registry.stores import evaluations, models, runs
from core.runs.folder.layout import RunLayout
from core.runs.supervise import supervise


def test_a_run_from_start_to_version(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make(epochs=3, batches=4)
    state = workshop.run(record, collected)
    assert (state.status, state.reason) == (RunStatus.SUCCESS, "all 3 epochs done")
    assert state.progress == 1.0
    assert [stage.state for stage in state.stages] == [StageState.DONE] * 3
    assert collected.curve("loss") == [(step, 1 / step) for step in range(1, 13)]
    assert collected.curve("map50", "val") == [(4, 0.1), (8, 0.2), (12, 0.3)]
    assert (state.best_epoch, state.last_epoch) == (3, 3)
    assert [(item.group, item.name) for item in state.artifacts] == [("train", "results.csv")]
    assert state.effective == {"batch": 16, "imgsz": 640}
    assert state.peak_bytes is not None and state.peak_bytes > 1_000_000


def test_the_registry_has_it_all(workshop: Workshop) -> None:
    record = workshop.make(epochs=2, batches=3)
    workshop.run(record)
    row = workshop.service.get_run(record.id)
    assert row.status is RunStatus.SUCCESS
    assert row.duration_s is not None and row.duration_s >= 0
    version = workshop.version_of(record)
    assert version.status is VersionStatus.AVAILABLE
    assert (version.architecture, version.headline.value) == ("tiny", 0.4)
    with workshop.registry.read() as session:
        assert [table.overall.value("map50") for table in evaluations.list_tables(session, version.id)] == [0.7]
        assert [row[1:4] for row in runs.list_metrics(session, record.id)] == [("map50", "val", 3), ("map50", "val", 6)]


def test_looking_back_ends_with_the_state_of_now(workshop: Workshop, collected: Collected) -> None:
    """All of it is packed, so that the last portion brings nothing new; it is told all the same."""
    record = workshop.make(epochs=1, batches=2)
    workshop.run(record)
    layout = RunLayout(record.folder)
    state = supervise(layout, None, collected.add, lambda: False, kinds=workshop.service.kinds)
    assert collected.batches[-1].state == state
    assert not collected.batches[-1].has_more
    assert [table.overall.value("map50") for table in collected.batches[-1].tables] == [0.7]


def test_a_result_that_cannot_be_read_is_a_warning_and_ends_nothing(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("tells_what_nobody_reads")
    state = workshop.run(record, collected)
    assert (state.status, state.results) == (RunStatus.SUCCESS, ())
    of_tomorrow, damaged, _endless, unpublished = state.warnings
    assert "a measurement cannot be read" in of_tomorrow and "format 99" in of_tomorrow
    assert "a measurement cannot be read" in damaged and "damaged" in damaged
    assert "the version that it published cannot be read" in unpublished
    assert collected.batches[-1].tables == ()
    assert workshop.service.get_run(record.id).status is RunStatus.SUCCESS, "its end is in the registry"
    assert record.version is not None
    with workshop.registry.read() as session:
        version = models.get_version(session, record.version)
    assert version.status is VersionStatus.ERROR, "not waiting for ever for what cannot be read"
    assert [line.text for line in collected.log if line.level == "warning"] == list(state.warnings)
