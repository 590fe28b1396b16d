"""Makes the blocks of images that are missing, a few at a time, so that nobody waits long for the pen."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.ids import ProjectId
from core.registry.database import Registry
from core.registry.stores import selections
from core.registry.stores.chunks import chunked

Progress = Callable[[int, int], None]
"""Blocks made, blocks to make. It may raise to give up; what was made stays."""

_AT_ONCE = 4


def make_blocks(registry: Registry, project: ProjectId, progress: Progress = lambda done, total: None) -> None:
    """Until none is missing. Not in a registry that cannot be written to: there readers make theirs on the way."""
    if registry.is_read_only:
        return
    with registry.read() as session:
        missing = selections.list_missing_blocks(session, project)
    done = 0
    for numbers in chunked(missing, _AT_ONCE):
        progress(done, len(missing))
        with registry.write() as session:
            for number in numbers:
                selections.store_block(session, project, number)
        done += len(numbers)
