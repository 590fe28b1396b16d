"""Lines of text beside each other are proposed to be learned pixel by pixel, where they are few and on a CPU."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.geometry import Box
from core.domain.projects import Folder
from core.training.draft.plain_lines import BY_PIXELS, are_plain_lines
from core.training.draft.proposals import Circumstances, propose
from tests.core.training.draft.test_proposals import LINE, WORKERS, found

LINES = tuple(Box(10, 40 * k, 210, 40 * k + 30) for k in range(12))
SHIFTED = tuple(Box(10 + k, 40 * k, 210 + k, 40 * k + 44) for k in range(12))  # they overlap a little
ZONE = Box(0, 0, 220, 500)
THINGS = tuple(Box(50 * k, 7 * k, 50 * k + 40, 7 * k + 40) for k in range(12))
NARROW = tuple(Box(10, 5 * k, 210, 5 * k + 4) for k in range(90))


def test_lines_are_plain_where_they_lie_beside_each_other_and_are_large_enough() -> None:
    assert are_plain_lines([LINES, SHIFTED, ()])
    assert not are_plain_lines([(*LINES, ZONE)])
    assert not are_plain_lines([THINGS])
    assert not are_plain_lines([NARROW])
    assert not are_plain_lines([])


def proposed(**changes: object) -> tuple[str, str]:
    given: Circumstances = found(Folder("", 30, 30, ((LINE, 300),)), shapes={LINE: {"polygon": 300}}, are_lines=True)
    proposal = propose(replace(given, **changes))  # type: ignore[arg-type]
    return proposal.draft.worker, proposal.reasons["worker"]


def test_few_outlined_lines_on_a_cpu_are_learned_pixel_by_pixel() -> None:
    worker, reason = proposed()
    assert worker == BY_PIXELS
    assert reason.startswith("The annotations of this project are outlines. They are lines of text beside each other:")
    assert "mask mAP50-95" in reason


@pytest.mark.parametrize(
    "changes",
    [
        {"are_lines": False},
        {"device": "cuda:0"},
        {"shapes": {LINE: {"box": 300}}},
        {"workers": tuple(info for info in WORKERS if info.slug != BY_PIXELS)},
        {"folders": (Folder("", 3000, 3000, ((LINE, 30000),)),)},
    ],
)
def test_others_are_proposed_as_ever(changes: dict[str, object]) -> None:
    assert proposed(**changes)[0] in ("yolo-segment", "yolo-detect")
