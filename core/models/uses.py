"""What still needs a version: the runs that have not ended."""

from __future__ import annotations

from collections.abc import Set

from core.domain.ids import VersionId
from core.domain.models import Model
from core.domain.names import shown
from core.errors import RefusedError
from core.registry.session import Session
from core.registry.stores import models, runs


def require_idle(session: Session, versions: Set[VersionId], *, model: Model | None = None) -> None:
    """Raises RefusedError (E-550) naming the run that makes one of the versions, starts from it, or measures it;
    with `model`, also one that works on that."""
    for run in runs.list_runs(session):
        if run.status.is_terminal:
            continue
        used = [run.version] if run.version is not None else []
        used += [parent for id in used[:1] if (parent := models.get_version(session, id).parent) is not None]
        found = next((id for id in used if id in versions), None)
        if found is None and (model is None or run.model != model.id):
            continue
        what = models.get_version(session, found).label if found is not None else shown(model.name if model else "")
        text = f'"{what}" is in use by the run "{shown(run.name)}" ({run.status.value}).'
        raise RefusedError(text, hint="Stop the training before removing it.", code="E-550")
