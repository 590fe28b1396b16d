"""Projects that runs and frozen datasets name, listed again without their images."""

from __future__ import annotations

from pathlib import Path

from core.domain.ids import ProjectId
from core.errors import RefusedError
from core.rebuilding.findings import Tally
from core.registry.session import Session
from core.registry.stores import projects


def make_project(session: Session, id: ProjectId, name: str, root: Path, tally: Tally) -> None:
    """Unless it is there."""
    if projects.has_project(session, id):
        return
    wanted = name.strip()[:90] or "Project"
    for number in range(1, 10_000):
        free = wanted if number == 1 else f"{wanted} {number}"
        try:
            projects.insert_project(session, name=free, root=root, id=id)
        except RefusedError:  # the name is another project's
            continue
        tally.projects.append(free)
        return
