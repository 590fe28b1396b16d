"""What writing a format loses, by what was answered."""

from __future__ import annotations

from core.domain.formats import Content, FormatInfo, Loss

INFO = FormatInfo(
    "a",
    "A",
    losses=(
        Loss(Content.POLYGON_PARTS, "become several", unless=(("task", "boxes"), ("task", "oriented"))),
        Loss(Content.CROWDS, "become one"),
    ),
)
COUNTS = {Content.POLYGON_PARTS: 2, Content.CROWDS: 1}


def kinds(**answers: str) -> list[str]:
    return [problem.kind for problem in INFO.loss_problems(COUNTS, answers)]


def test_a_loss_holds_unless_an_answer_prevents_it() -> None:
    assert kinds() == kinds(task="polygons") == kinds(other="boxes") == ["polygon-parts", "crowds"]
    assert kinds(task="boxes") == kinds(task="oriented") == ["crowds"]
