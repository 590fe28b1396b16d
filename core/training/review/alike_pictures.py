"""Whether pictures that look the same are in several sets of a training, as far as the last checks compared them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.checks.kept import KeptReports
from core.domain.checks import CheckId, CheckReport, Finding
from core.domain.counting import counted
from core.domain.ids import ProjectId
from core.domain.snapshots import Split
from core.domain.training import Issue, Remedy
from core.fingerprints.alike import join
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import datasets, selected_images
from core.training.review.tally import Array

_GROUPS = (CheckId.ALIKE, CheckId.ALIKE_ACROSS_SETS)


@dataclass(frozen=True, slots=True)
class KnownGroups:
    """By its path, the number of the group that a picture looks like. `stamp` tells one state of them from another."""

    groups: Mapping[str, int] = field(default_factory=dict)
    stamp: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AlikePictures:
    """Of the `n` groups that are in several sets: all their images in use, and these sets."""

    n: int
    n_images: int
    splits: tuple[Split, ...]


class LastChecks:
    """What the last checks of a project and of its datasets say. May be used on any thread."""

    def __init__(self, registry: Registry, reports: KeptReports) -> None:
        self._registry = registry
        self._reports = reports
        self._lock = threading.Lock()
        self._known: dict[ProjectId, KnownGroups] = {}

    def find_groups(self, project: ProjectId) -> KnownGroups:
        """Read anew where checks ran since."""
        with self._registry.read() as session:
            scopes = (None, *datasets.list_ids(session, project))
            stamp = tuple(self._reports.stamp(project, scope) for scope in scopes)
            with self._lock:
                known = self._known.get(project)
            if known is not None and known.stamp == stamp:
                return known
            found = [self._reports.get(project, scope) for scope, time in zip(scopes, stamp, strict=True) if time]
            known = KnownGroups(_by_path(session, [report for report in found if report is not None]), stamp)
        with self._lock:
            self._known[project] = known
        return known


def _by_path(session: Session, reports: list[CheckReport]) -> dict[str, int]:
    """Groups of several reports that share a picture are one."""
    findings = [one for report in reports for check in _GROUPS if (one := report.find(check)) is not None]
    if not findings:
        return {}
    keys = np.concatenate([finding.images.keys for finding in findings])
    firsts = np.concatenate([_firsts(finding) for finding in findings])
    numbers, places = np.unique(np.concatenate([keys, firsts]), return_inverse=True)
    groups = np.arange(len(numbers))
    join(groups, places[: len(keys)], places[len(keys) :])
    paths = selected_images.paths_of(session, numbers)  # of those that the project still has
    return {paths[key]: group for key, group in zip(numbers.tolist(), groups.tolist(), strict=True) if key in paths}


def _firsts(finding: Finding) -> Array:
    """For each image of the finding the first one of its group, by key."""
    keys = finding.images.keys
    starts = np.zeros(len(keys), dtype=np.int64)
    starts[np.asarray(finding.starts, dtype=np.int64)] = 1
    return np.asarray(keys[np.flatnonzero(starts)[np.cumsum(starts) - 1]])


def find_alike(keys: Array, splits: Array, paths: Mapping[int, str], known: KnownGroups) -> AlikePictures | None:
    """`splits`: of each image in use, the index of its set in `Split`."""
    if not known.groups:
        return None
    groups = np.array([known.groups.get(paths.get(key, ""), -1) for key in keys.tolist()], dtype=np.int64)
    grouped = groups >= 0
    pairs = np.unique(np.stack([groups[grouped], splits[grouped]], axis=1), axis=0)
    numbers, n_sets = np.unique(pairs[:, 0], return_counts=True)
    across = numbers[n_sets > 1]
    if not len(across):
        return None
    involved = np.unique(pairs[np.isin(pairs[:, 0], across), 1]).tolist()
    return AlikePictures(
        len(across), int(np.isin(groups, across).sum()), tuple(tuple(Split)[number] for number in involved)
    )


def check_alike(found: AlikePictures | None, *, is_carved: bool) -> list[Issue]:
    if found is None:
        return []
    what = counted(found.n, "group of pictures that look the same is", "groups of pictures that look the same are")
    where = " and ".join(split.value for split in found.splits)
    mend = "Choose images for validation." if is_carved else "Keep each group in one set."
    text = (
        f"{what} in {where} at once ({counted(found.n_images, 'image')}), as the last checks found. What is measured "
        f"on them comes out too good. {mend}"
    )
    return [Issue("W-154", text, "data", False, remedy=Remedy("Show the checks", view="checks"))]
