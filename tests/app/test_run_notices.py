"""What is said when a run has ended while the person was elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.run_notices import end_notice
from core.domain.ids import ProjectId, RunId
from core.domain.imports import Severity
from core.domain.metrics import MAP50_95
from core.domain.models import Headline
from core.domain.run import Run
from core.domain.runs import KILLED_BY_YOU, RunRecord, RunStatus
from core.runs.merging import merge
from core.training.kind import TRAINING


def ended(status: RunStatus, **fields: Any) -> Run:
    values: dict[str, Any] = {
        "name": "Lines #3", "kind": "training", "project": ProjectId("p"), "project_name": "P", "worker": "w",
        "worker_version": "1", "model": None, "model_name": "", "version": None, "version_label": "",
        "snapshot": None, "reason": "", "stage": None, "progress": 1.0, "device": "cpu", "attempt": 1,
        "created_at": datetime(2026, 3, 1, tzinfo=UTC),
    }  # fmt: skip
    return merge(RunRecord(id=RunId("r"), status=status, **(values | fields)), TRAINING)


@pytest.mark.parametrize(
    ("status", "reason", "severity", "text", "hint"),
    [
        (RunStatus.SUCCESS, "All epochs done.", Severity.INFO, '"Lines #3" is done.', "All epochs done."),
        (RunStatus.TERMINATED, "Stopped by you.", Severity.INFO, '"Lines #3" was stopped.', "Stopped by you."),
        (RunStatus.FAILED, "Disk full.", Severity.ERROR, '"Lines #3" failed.', "Disk full."),
        (RunStatus.ABORTED, "It is gone.", Severity.ERROR, '"Lines #3" was aborted.', "It is gone."),
        (RunStatus.ABORTED, f"{KILLED_BY_YOU} Kept.", Severity.INFO, '"Lines #3" was killed by you.', "Kept."),
    ],
)
def test_only_what_went_wrong_is_an_alarm(
    status: RunStatus, reason: str, severity: Severity, text: str, hint: str
) -> None:
    notice = end_notice(ended(status, reason=reason))
    assert (notice.severity, notice.text, notice.hint) == (severity, text, hint)


def test_a_good_end_says_how_good() -> None:
    notice = end_notice(ended(RunStatus.SUCCESS, headline=Headline(MAP50_95, 0.524, "test"), map50=0.834))
    assert notice.text == '"Lines #3" is done: mAP50 0.834 on the test set.'
