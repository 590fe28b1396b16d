"""Frozen data by the names that a person types."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.services import Services
from app.verbs.finding import find_snapshot
from core.domain.ids import ProjectId, SnapshotId
from core.domain.snapshots import SnapshotInfo
from core.errors import NotFoundError, RefusedError

PROJECT, NOW = ProjectId("p"), datetime(2026, 1, 2, tzinfo=UTC)
OLD = SnapshotInfo(SnapshotId("c" * 64), PROJECT, "V002", NOW, (), (), ())
USED = [replace(OLD, id=SnapshotId(sign * 64), label="V001", dataset="Pages (V001)") for sign in ("a", "b")]


def services(*known: SnapshotInfo, dataset: Any = None) -> Services:
    datasets = SimpleNamespace(list_snapshots=lambda project: known)
    editing = SimpleNamespace(find_dataset=lambda text, project: dataset)
    return cast(Services, SimpleNamespace(datasets=datasets, dataset_editing=editing))


def test_one_that_several_runs_used_parts_of_is_named_by_its_id() -> None:
    known = services(*USED, OLD)
    assert find_snapshot(known, PROJECT, "V002") == OLD.id
    assert find_snapshot(known, PROJECT, "bbbbbb") == USED[1].id
    with pytest.raises(RefusedError, match='different parts of "V001"') as refused:
        find_snapshot(known, PROJECT, "V001")
    assert "aaaaaaaaaaaa (2026-01-02), bbbbbbbbbbbb (2026-01-02)" in refused.value.hint
    assert find_snapshot(services(USED[0], OLD), PROJECT, "V001") == USED[0].id


def test_who_means_a_dataset_is_told_how_to_name_it() -> None:
    known = services(OLD, dataset=SimpleNamespace(label="Pages (V001)"))
    with pytest.raises(NotFoundError, match='no frozen dataset "V001"') as refused:
        find_snapshot(known, PROJECT, "V001")
    assert refused.value.hint == '"Pages (V001)" is a dataset: name it with --dataset.'
