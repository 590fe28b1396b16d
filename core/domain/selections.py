"""Which images of a project are meant: named, not listed, so that a million of them cost as much as ten."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.ids import ProjectId


@dataclass(frozen=True, slots=True)
class Selection:
    """All images in the folders and below them; "" is the root, i.e. all. No folder has no images."""

    project: ProjectId
    folders: tuple[str, ...] = ()
