"""Filters let through what the registry's query would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.domain.runs import RunFilter, RunRecord, RunStatus
from ui.runs.run_matching import choices_of, created_since, matches

Maker = Callable[..., RunRecord]


@pytest.mark.parametrize(
    ("filter", "is_in"),
    [
        (RunFilter(), True),
        (RunFilter(text="TEXT"), True),
        (RunFilter(text="lines"), True),  # the model's name too
        (RunFilter(text="second"), True),  # the version's
        (RunFilter(text="run1"), True),
        (RunFilter(text="v3"), True),
        (RunFilter(text="stamps"), False),
        (RunFilter(statuses=(RunStatus.FAILED, RunStatus.IN_PROGRESS)), True),
        (RunFilter(statuses=(RunStatus.FAILED,)), False),
        (RunFilter(projects=("p1",), workers=("yolo-detect",), models=("m1",)), True),  # type: ignore[arg-type]
        (RunFilter(projects=("p2",)), False),  # type: ignore[arg-type]
        (RunFilter(models=("m2",)), False),  # type: ignore[arg-type]
        (RunFilter(workers=("fake",)), False),
    ],
)
def test_all_conditions_hold_together(make_record: Maker, filter: RunFilter, is_in: bool) -> None:
    assert matches(make_record(), filter) == is_in


def test_dates_include_their_beginning(make_record: Maker) -> None:
    record = make_record()
    at = record.created_at
    assert matches(record, RunFilter(created_after=at))
    assert not matches(record, RunFilter(created_after=at + timedelta(seconds=1)))
    assert not matches(record, RunFilter(created_before=at))


def test_days_begin_at_midnight_of_the_persons_clock() -> None:
    now = datetime(2025, 11, 21, 14, 30, tzinfo=UTC)
    today = created_since(0, now)
    assert today is not None
    assert (today.hour, today.minute) == (0, 0)
    assert created_since(6, now) == today - timedelta(days=6)
    assert created_since(None, now) is None


def test_choices_are_what_occurs(make_record: Maker) -> None:
    other: dict[str, Any] = {"project": "p2", "project_name": "Atlas", "model": None, "model_name": ""}
    choices = choices_of([make_record(), make_record("run2", worker="fake", **other), make_record("run3")])
    assert choices.projects == (("p2", "Atlas"), ("p1", "Registers"))
    assert choices.models == (("m1", "Lines"),)
    assert choices.workers == (("fake", "fake"), ("yolo-detect", "yolo-detect"))
