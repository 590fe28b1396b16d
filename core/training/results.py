"""What a training finds out and makes: told by the child as results of its run, read by the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.domain.evaluation import Evaluation, EvaluationTable, evaluation_id
from core.domain.evaluation_json import table_from_json, table_to_json
from core.domain.ids import VersionId
from core.domain.models import Headline
from core.domain.runs import RunRecord, RunResult, RunStatus
from core.domain.snapshots import Split
from core.training.kind import EVALUATION, PUBLISHED

if TYPE_CHECKING:
    from core.runs.processes.child import ChildContext


@dataclass(frozen=True, slots=True)
class Publication:
    """The version lies in the store, whole."""

    folder: Path
    content_sha256: str
    weights_sha256: str
    architecture: str
    headline: Headline | None
    is_partial: bool


def tell_evaluation(context: ChildContext, table: EvaluationTable) -> None:
    """Raises StorageError when it cannot be told."""
    context.result(EVALUATION, table_to_json(table))


def tell_publication(context: ChildContext, publication: Publication, status: RunStatus, reason: str) -> None:
    """With it the training is over; how, is told in the same breath. Raises StorageError when it cannot be told."""
    context.conclude(PUBLISHED, {**asdict(publication), "folder": str(publication.folder)}, status, reason)


def publication_of(content: Mapping[str, Any]) -> Publication:
    """Raises KeyError or TypeError when it is damaged."""
    for name in ("folder", "content_sha256", "weights_sha256", "architecture"):
        if not isinstance(content[name], str):
            raise TypeError(f"{name} is no text")
    if not isinstance(content["is_partial"], bool):
        raise TypeError("is_partial is neither true nor false")
    headline = content["headline"]
    return Publication(
        folder=Path(content["folder"]),
        content_sha256=content["content_sha256"],
        weights_sha256=content["weights_sha256"],
        architecture=content["architecture"],
        headline=Headline(**headline) if headline else None,
        is_partial=content["is_partial"],
    )


def tables_of(results: Sequence[RunResult]) -> tuple[EvaluationTable, ...]:
    """In the order train, val, test; of a set that was measured again the newest."""
    tables = {}
    for result in results:
        if result.topic == EVALUATION:
            table = table_from_json(result.content)
            tables[table.split] = table
    return tuple(tables[split] for split in Split if split in tables)


def evaluation_of(result: RunResult, record: RunRecord, version: VersionId) -> Evaluation:
    """Its id is made of run and set alone: a retry that measures again takes the place of what it measured before,
    and reading the events once more makes nothing twice."""
    table = table_from_json(result.content)
    return Evaluation(
        id=evaluation_id(record.id, table.split),
        run=record.id,
        version=version,
        snapshot=record.snapshot,
        created_at=result.at,
        table=table,
    )
