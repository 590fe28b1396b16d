"""Tasks come from entry points; one that does not load harms no other, and one that is gone has a reason."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from core.domain.ids import TaskId
from core.errors import NotFoundError
from core.tasks.catalog import GROUP, TaskCatalog, is_task_id
from core.tasks.detection import DETECTION

BUILT_IN = EntryPoint("detection", "core.tasks.detection:DETECTION", GROUP)


def test_the_built_in_tasks_are_installed_like_any_plug_in() -> None:
    assert {
        ("classification", "One class each (classification)"),
        ("detection", "Boxes (detection)"),
        ("oriented", "Turned boxes (oriented boxes)"),
        ("segmentation", "Outlines (segmentation)"),
        ("tagging", "Any number of classes (tagging)"),
    } <= {(task.id, task.words) for task in TaskCatalog().list_tasks()}
    assert TaskCatalog().get(TaskId("detection")) is DETECTION


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_library_that_is_not_there", "a_library_that_is_not_there"),
        ("raise SystemExit(3)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("TASK = 'a string'", "is not a Task"),
        ("from core.tasks.detection import DETECTION as TASK", 'calls itself "detection"'),
        ("", "AttributeError"),
    ],
)
def test_a_broken_task_is_listed_with_the_reason_and_harms_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"task_{abs(hash(source))}"
    (tmp_path / f"{name}.py").write_text(source)
    catalog = TaskCatalog([EntryPoint("broken", f"{name}:TASK", GROUP), BUILT_IN])
    broken, detection = catalog.list_tasks()
    assert reason in broken.unavailable_reason
    assert detection.is_available
    assert catalog.find(TaskId("broken")) is None
    with pytest.raises(NotFoundError, match='"broken"'):
        catalog.get(TaskId("broken"))


def test_a_task_that_is_gone_has_a_name_and_a_reason() -> None:
    info = TaskCatalog([BUILT_IN]).info(TaskId("lines"))
    assert (info.id, info.words) == ("lines", "lines")
    assert info.unavailable_reason == 'The task "lines" is not installed.'


@pytest.mark.parametrize(
    ("value", "is_one"),
    [("detection", True), ("lines-2", True), ("", False), ("Two Words", False), ("a" * 21, False), (None, False)],
)
def test_a_task_is_named_by_a_slug(value: object, is_one: bool) -> None:
    assert is_task_id(value) is is_one
