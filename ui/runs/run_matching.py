"""Which runs a filter lets through, and what there is to filter by. No Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.ids import ModelId, ProjectId
from core.domain.runs import RunFilter, RunRecord


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What occurs among the runs, each as (value, shown text), sorted by text."""

    projects: tuple[tuple[ProjectId, str], ...]
    models: tuple[tuple[ModelId, str], ...]
    workers: tuple[tuple[str, str], ...]


def matches(record: RunRecord, filter: RunFilter) -> bool:
    """The same conditions as the registry's own query has."""
    if filter.text and not _has_text(record, filter.text.casefold()):
        return False
    chosen = (
        (filter.statuses, record.status),
        (filter.projects, record.project),
        (filter.models, record.model),
        (filter.workers, record.worker),
    )
    if any(values and value not in values for values, value in chosen):
        return False
    if filter.created_after is not None and record.created_at < filter.created_after:
        return False
    return filter.created_before is None or record.created_at < filter.created_before


def choices_of(records: Iterable[RunRecord]) -> FilterChoices:
    projects: dict[ProjectId, str] = {}
    models: dict[ModelId, str] = {}
    workers: dict[str, str] = {}
    for record in records:
        projects[record.project] = record.project_name
        workers[record.worker] = record.worker
        if record.model is not None:
            models[record.model] = record.model_name
    return FilterChoices(
        tuple(sorted(projects.items(), key=lambda item: item[1].casefold())),
        tuple(sorted(models.items(), key=lambda item: item[1].casefold())),
        tuple(sorted(workers.items())),
    )


def created_since(days: int | None, now: datetime) -> datetime | None:
    """The start of the day `days` before today on the person's clock; 0 = today, None = no limit."""
    if days is None:
        return None
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)


def _has_text(record: RunRecord, text: str) -> bool:
    words = (record.name, record.description, record.model_name, record.version_label)
    ids = (record.id, record.model, record.version, record.snapshot)
    return any(text in word.casefold() for word in words) or any(id and id.startswith(text) for id in ids)
