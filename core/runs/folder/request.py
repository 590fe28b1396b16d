"""What a run is to do: written once into its folder, read by the child, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from core.domain.ids import ModelId, ProjectId, RunId, VersionId
from core.domain.run_kinds import StagePlan
from core.errors import RunError
from core.files.durable import read_json, write_json
from core.runs.folder.layout import RunLayout

FORMAT = 3
"""3: paths in the home are relative to it. 2: steps with their titles and weights; what the child calls is found by the
kind. Both older ones are still read."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Steps and `noun` are the kind's, frozen here: a run reads the same when its kind is gone.

    `payload` is the kind's own business: plain JSON, frozen with the request.
    """

    run: RunId
    kind: str
    noun: str
    name: str
    project: ProjectId
    project_name: str
    worker: str
    worker_version: str
    model: ModelId | None
    version: VersionId | None
    device: str
    stages: tuple[StagePlan, ...]
    seed: int
    max_duration_s: float | None
    created_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def may_use_network(self) -> bool:
        """The person allowed it, as the payload of any kind says by `may_download`."""
        return self.payload.get("may_download") is True


def write_request(layout: RunLayout, request: RunRequest) -> None:
    value = {
        "format": FORMAT,
        "run": request.run,
        "kind": request.kind,
        "noun": request.noun,
        "name": request.name,
        "project": request.project,
        "project_name": request.project_name,
        "worker": request.worker,
        "worker_version": request.worker_version,
        "model": request.model,
        "version": request.version,
        "device": request.device,
        "stages": [asdict(plan) for plan in request.stages],
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
    if value.get("format") not in (1, 2, FORMAT):
        raise RunError(
            f"The run's request has format {value.get('format')!r}; this Calque reads formats 1 to {FORMAT}.",
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
        noun=value.get("noun", value["kind"]),
        name=value["name"],
        project=ProjectId(value["project"]),
        project_name=value["project_name"],
        worker=value["worker"],
        worker_version=value["worker_version"],
        model=ModelId(value["model"]) if value["model"] else None,
        version=VersionId(value["version"]) if value["version"] else None,
        device=value["device"],
        stages=tuple(_plan(stage) for stage in value["stages"]),
        seed=int(value["seed"]),
        max_duration_s=value["max_duration_s"],
        created_at=datetime.fromisoformat(value["created_at"]),
        payload=value["payload"],
        format=value["format"],
    )


def _plan(value: object) -> StagePlan:
    """Format 1 has names alone."""
    if isinstance(value, str):
        return StagePlan(value, title_of(value))
    if not isinstance(value, Mapping):
        raise TypeError(f"no step: {value!r}")
    return StagePlan(str(value["name"]), str(value["title"]), float(value["weight"]), bool(value["counts_epochs"]))


def title_of(stage: str) -> str:
    """Of a step that nobody gave a title: "evaluate-train" is "Evaluate train"."""
    return stage.replace("-", " ").replace("_", " ").capitalize()
