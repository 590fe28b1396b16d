"""The catalogue of kinds: one that is broken is listed with its reason and harms nobody."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from core.errors import RunError
from core.runs.books import Books, load_books
from core.runs.kinds import GROUP, RunKindCatalog
from core.training.books import TrainingBooks


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


TRAINING = entry("training", "core.training.kind:TRAINING")


def test_the_installed_kinds() -> None:
    assert {"training", "recheck"} <= {kind.slug for kind in RunKindCatalog().list_kinds()}
    assert isinstance(load_books(RunKindCatalog().get("training")), TrainingBooks)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (entry("broken", "no_such_module:KIND"), "no_such_module"),
        (entry("broken", "core.training.kind:NOTHING"), "NOTHING"),
        (entry("broken", "core.training.kind:STAGES"), "is not a RunKind"),
        (entry("broken", "core.training.kind:TRAINING"), 'calls itself "training"'),
        (entry("broken", "antigravity_that_exits:KIND"), "antigravity"),
    ],
)
def test_a_broken_kind_is_listed_with_its_reason(broken: EntryPoint, reason: str) -> None:
    catalog = RunKindCatalog([broken, TRAINING])
    listed = {kind.slug: kind for kind in catalog.list_kinds()}
    assert set(listed) == {"broken", "training"}
    assert reason in listed["broken"].unavailable_reason
    assert listed["training"].is_available
    with pytest.raises(RunError, match="cannot be carried out"):
        catalog.get("broken")
    assert type(load_books(listed["broken"])) is Books


def test_a_kind_that_nobody_knows() -> None:
    info = RunKindCatalog([]).info("gone")
    assert (info.title, info.noun, info.is_available) == ("gone", "run", False)
