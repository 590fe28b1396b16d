from __future__ import annotations

import pytest

from core import clock
from core.progress import never_cancelled, no_progress, sparing


def test_only_what_a_person_can_see_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    told: list[tuple[int, int, str]] = []
    tell = sparing(lambda *step: told.append(step))
    for number in range(1, 101):
        now[0] = number / 1024
        tell(number, 100, "Reading" if number < 80 else "Writing")
    assert told == [
        (1, 100, "Reading"),
        (53, 100, "Reading"),
        (80, 100, "Writing"),
        (100, 100, "Writing"),
    ]
    assert not never_cancelled()
    no_progress(1, 2, "")
