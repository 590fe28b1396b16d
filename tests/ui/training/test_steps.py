from __future__ import annotations

from core.domain.training import Issue
from ui.training.steps import DATA, DEVICE, OVERVIEW, issues_of, reasons, step_of

ISSUES = (
    Issue("W-403", "Few images.", "data", False),
    Issue("E-521", "Choose training data.", "data", True),
    Issue("E-450", "Between 6 and 6000 minutes, or no limit.", "limits", True),
    Issue("E-103", "Read-only.", "review", True),
)


def test_limits_are_asked_on_the_devices_page() -> None:
    assert step_of("limits") == DEVICE
    assert step_of("something new") == OVERVIEW


def test_errors_come_first() -> None:
    assert [issue.code for issue in issues_of(DATA, ISSUES)] == ["E-521", "W-403"]


def test_reasons_are_the_first_errors_and_the_number_of_the_others() -> None:
    assert reasons(ISSUES) == "Choose training data. Between 6 and 6000 minutes, or no limit. And 1 more."
    assert reasons(ISSUES[:2]) == "Choose training data."
    assert reasons(ISSUES[:1]) == ""
