"""What a run is to do: written once into its folder, read by the child, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.domain.ids import ModelId, ProjectId, RunId, VersionId
from core.domain.runs import StageName
from core.errors import RunError
from core.files.durable import read_json, write_json
from core.runs.folder.layout import RunLayout

FORMAT = 1


@dataclass(frozen=True, slots=True)
class RunRequest:
    """`pipeline` is "package.module:function", called in the child with a ChildContext.

    `payload` is the pipeline's own business: plain JSON, frozen with the request.
    """

    run: RunId
    kind: str
    pipeline: str
    name: str
    project: ProjectId
    project_name: str
    worker: str
    worker_version: str
    model: ModelId | None
    version: VersionId | None
    device: str
    stages: tuple[StageName, ...]
    seed: int
    max_duration_s: float | None
    created_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)


def write_request(layout: RunLayout, request: RunRequest) -> None:
    value = {
        "format": FORMAT,
        "run": request.run,
        "kind": request.kind,
        "pipeline": request.pipeline,
        "name": request.name,
        "project": request.project,
        "project_name": request.project_name,
        "worker": request.worker,
        "worker_version": request.worker_version,
        "model": request.model,
        "version": request.version,
        "device": request.device,
        "stages": [stage.value for stage in request.stages],
        "seed": request.seed,
        "max_duration_s": request.max_duration_s,
        "created_at": request.created_at.isoformat(),
        "payload": dict(request.payload),
    }
    write_json(layout.request_file, value)


def read_request(layout: RunLayout) -> RunRequest:
    """Raises RunError when the file is missing or not a request of a format we know."""
    value = read_json(layout.request_file)
    if value is None:
        raise RunError(
            f"The run's request cannot be read: {layout.request_file}.",
            hint="The run's folder was moved, removed or damaged. Remove the run, or put the folder back.",
        )
    if value.get("format") != FORMAT:
        raise RunError(
            f"The run's request has format {value.get('format')!r}; this Calque reads format {FORMAT}.",
            hint="The run was made by another version of Calque.",
        )
    try:
        return _from_json(value)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"The run's request is damaged ({error!r}): {layout.request_file}.") from error


def _from_json(value: Mapping[str, Any]) -> RunRequest:
    return RunRequest(
        run=RunId(value["run"]),
        kind=value["kind"],
        pipeline=value["pipeline"],
        name=value["name"],
        project=ProjectId(value["project"]),
        project_name=value["project_name"],
        worker=value["worker"],
        worker_version=value["worker_version"],
        model=ModelId(value["model"]) if value["model"] else None,
        version=VersionId(value["version"]) if value["version"] else None,
        device=value["device"],
        stages=tuple(StageName(stage) for stage in value["stages"]),
        seed=int(value["seed"]),
        max_duration_s=value["max_duration_s"],
        created_at=datetime.fromisoformat(value["created_at"]),
        payload=value["payload"],
    )
