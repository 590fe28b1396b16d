"""The rows of a version that comes from elsewhere: its files are checked and published before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core import clock
from core.domain.evaluation import Evaluation, evaluation_id
from core.domain.ids import ModelId, ProjectId, SnapshotId, VersionId
from core.domain.models import Model, ModelVersion
from core.domain.names import shown
from core.errors import NotFoundError, RefusedError
from core.models.headline import headline_of
from core.models.importing import Bundle, tables_of
from core.models.publish import Published
from core.registry.session import Session
from core.registry.stores import evaluations, models, snapshots
from core.registry.titles import MAX_TITLE, checked_title

UNNAMED = "imported"
_LABEL = re.compile(r"(?P<model>.+?) V(?P<number>\d{3,6})(?: \((?P<name>.+)\))?")


def stated_label(bundle: Bundle) -> tuple[str, int | None, str]:
    """Model, number and name as the files have them; a version that says nothing is called as it is built."""
    origin = bundle.origin
    if origin.model_name:
        return origin.model_name, origin.number, origin.name
    told = str(bundle.model.get("name") or bundle.model["architecture"])
    found = _LABEL.fullmatch(told)
    if found is None:
        return told[:MAX_TITLE].strip(), None, ""
    return found["model"][:MAX_TITLE].strip(), int(found["number"]), (found["name"] or "")[:MAX_TITLE].strip()


def require_fitting(session: Session, bundle: Bundle, id: ModelId) -> None:
    """Raises RefusedError (E-301, E-123) when the model is of something else."""
    model = models.get_model(session, id)
    if not is_fitting(bundle, model):
        text = (
            f'"{shown(model.name)}" is a {model.task} model of {_listed(model.categories)}; '
            f"the file holds a {bundle.task} model of {_listed(bundle.categories)}."
        )
        raise RefusedError(text, hint="Import it as a new model.", code="E-301")
    others = {version.worker for version in models.list_versions(session, id)} - {bundle.model["worker"]}
    if others:
        made_for = shown(str(bundle.model["worker"]))
        text = f'This file was made for "{made_for}" and cannot be used with "{min(others)}".'
        raise RefusedError(text, hint="Import it as a new model.", code="E-123")


def is_fitting(bundle: Bundle, model: Model) -> bool:
    return bundle.task == model.task and bundle.categories == model.categories


def make_model(session: Session, bundle: Bundle, project: ProjectId | None, name: str = "") -> ModelId:
    """Named as the file says, with a number where that is taken, unless told otherwise. Raises RefusedError (E-230)."""
    wanted = checked_title(name or stated_label(bundle)[0], "model")
    free = wanted
    number = 2
    while not name and models.find_model(session, project, free) is not None:
        free = f"{wanted[: MAX_TITLE - 5]} {number}"
        number += 1
    made = models.insert_model(
        session,
        project=project,
        name=free,
        task=bundle.task,
        categories=bundle.categories,
        description=str(bundle.model.get("description") or ""),
    )
    return made.id


def insert_imported(
    session: Session, bundle: Bundle, published: Published, model: ModelId, *, number: int | None = None
) -> ModelVersion:
    """With all that its files tell of its training. `number` is given where it is free."""
    content = bundle.model
    parent = VersionId(str(content.get("parent") or ""))
    snapshot, project = _data_of(session, SnapshotId(str(content.get("snapshot") or "")))
    version = models.insert_version(
        session,
        model=model,
        worker=content["worker"],
        worker_version=content["worker_version"],
        name=stated_label(bundle)[2] or UNNAMED,
        architecture=content["architecture"],
        parent=parent if models.has_version(session, parent) else None,
        project=project,
        snapshot=snapshot,
        created_at=bundle.origin.trained_at or _stated_moment(content.get("created_at")),
        imported_at=clock.now(),
        description=bundle.origin.description,
        number=number,
    )
    chosen = bundle.origin.threshold
    if chosen is not None:
        own = {name: value for name, value in chosen.by_category.items() if name in bundle.categories}
        models.set_threshold(session, version.id, replace(chosen, by_category=own))
    tables = tables_of(content)
    for table in tables:
        made = Evaluation(
            id=evaluation_id(version.id, table.split),
            run=None,
            version=version.id,
            snapshot=version.snapshot,
            created_at=version.created_at,
            table=table,
        )
        evaluations.put_evaluation(session, made)
    models.publish_version(
        session,
        version.id,
        folder=published.folder,
        content_sha256=published.content_sha256,
        weights_sha256=published.weights_sha256,
        architecture=content["architecture"],
        headline=headline_of(tables),
        duration_s=bundle.origin.duration_s,
        is_partial=bool(content.get("is_partial")),
    )
    return models.get_version(session, version.id)


def _data_of(session: Session, snapshot: SnapshotId) -> tuple[SnapshotId | None, ProjectId | None]:
    """The frozen dataset that made it and its project, where it is one of this registry's."""
    if not snapshot:
        return None, None
    try:
        return snapshot, snapshots.get_snapshot(session, snapshot).project
    except NotFoundError:
        return None, None


def _stated_moment(value: object) -> datetime | None:
    return min(datetime.fromisoformat(value), clock.now()) if isinstance(value, str) else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{shown(name)}"' for name in names[:8]) + (" ..." if len(names) > 8 else "")
