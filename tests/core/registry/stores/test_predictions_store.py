"""Sets of predictions in the registry: what is written is read, found by whose they are, and tells what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.ids import PredictionSetId, ProjectId, RunId, VersionId
from core.domain.predictions import PredictionSet, SetKind
from core.domain.snapshots import Split
from core.errors import NotFoundError
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import predictions

FOUND = PredictionSet(
    id=PredictionSetId("a" * 32),
    kind=SetKind.PREDICTION,
    name="Lines V001",
    created_at=datetime(2026, 11, 1, 12, tzinfo=UTC),
    categories=("line", "initial"),
    n_images=3,
    n_predictions=2**40,
    n_bytes=100,
    version=VersionId("b" * 32),
    version_label="V001",
    run=RunId("c" * 32),
    project=ProjectId("d" * 32),
    split=Split.TEST,
    has_truth=True,
    settings={"confidence": 0.25},
)


def test_what_is_written_is_read_and_found_by_whose_it_is(registry: Registry, registry_file: Path) -> None:
    pack = registry_file.parent / "predictions" / "a.pack"
    other = replace(FOUND, id=PredictionSetId("e" * 32), kind=SetKind.IMPORT, version=None, run=None, split=None)
    with registry.write() as session:
        predictions.put_set(session, FOUND, pack)
        predictions.put_set(session, other, Path("/elsewhere/b.pack"))
        changes = noted(session)
    assert changes.predictions == {FOUND.id, other.id}
    assert changes.versions == {FOUND.version}
    with registry.read() as session:
        assert predictions.get_set(session, FOUND.id) == FOUND
        assert predictions.path_of(session, FOUND.id) == pack
        assert predictions.path_of(session, other.id) == Path("/elsewhere/b.pack")
        assert predictions.list_sets(session, version=FOUND.version) == (FOUND,)
        assert predictions.list_sets(session, run=FOUND.run) == (FOUND,)
        assert predictions.list_sets(session, project=FOUND.project) == (FOUND, other)


def test_what_is_deleted_is_gone(registry: Registry) -> None:
    with registry.write() as session:
        predictions.put_set(session, FOUND, Path("/a.pack"))
    with registry.write() as session:
        predictions.delete_set(session, FOUND.id)
        assert noted(session).predictions == {FOUND.id}
    with registry.read() as session, pytest.raises(NotFoundError):
        predictions.get_set(session, FOUND.id)
