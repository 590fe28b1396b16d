"""Freezing a dataset on the way to a training, as it was checked a moment before."""

from __future__ import annotations

from collections.abc import Callable

from core.datasets.freezing import DatasetFreezing
from core.datasets.refusals import failed_freeze, failure_code
from core.domain.changes import Changes
from core.domain.datasets import Dataset, DatasetState
from core.domain.names import shown
from core.errors import RefusedError
from core.progress import sparing

Progress = Callable[[int, int], None]


def freeze_as_checked(freezing: DatasetFreezing, dataset: Dataset, version: str, progress: Progress) -> Changes:
    """`version` "" = the next one. Raises RefusedError when it changed since, has files that cannot be read (E-222), or
    the version cannot be given (E-430, E-431)."""
    told = sparing(lambda done, total, _text: progress(done, total))
    answer = freezing.freeze(dataset.id, version, revision=dataset.revision, progress=told)
    if answer.value.state is not DatasetState.COMPLETE:
        problems = answer.value.problems
        raise RefusedError(
            f'"{shown(dataset.name)}" could not be frozen. {failed_freeze(problems)}',
            hint="Put them back, import the folder again, or take them out of the dataset.",
            code=failure_code(problems),
        )
    return answer.changes


def not_frozen(dataset: Dataset) -> RefusedError:
    """Nobody said that it may be frozen."""
    name = shown(dataset.name)
    return RefusedError(
        f'"{name}" is open. After freezing, "{name}" and its sets can no longer be edited.',
        hint="To change it later, clone it. Freeze it, or say --freeze.",
        code="W-220",
    )
