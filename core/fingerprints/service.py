"""Which images of a project look the same."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.counting import counted
from core.domain.ids import ProjectId
from core.domain.projects import ImageState
from core.fingerprints.alike import LEAST_CONTRAST, find_alike, join
from core.fingerprints.kept import Fingerprints, KeptFingerprints
from core.fingerprints.making import KnownThumbnails, Made, Picture, make_all
from core.fingerprints.records import identities
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing
from core.registry.database import Registry
from core.registry.stores import check_columns, projects
from core.registry.stores.check_columns import ImageColumns
from core.stopping import StoppedError

_PER_WRITE = 64  # fingerprints: what is lost when the process is killed

Array = npt.NDArray[Any]
Contents = npt.NDArray[np.uint64]
"""What the files hold, told by `records.identities`."""


@dataclass(frozen=True, slots=True)
class AlikeImages:
    """`groups`: for each image, ascending by key, the number of its group (that of its first image's place).

    `is_compared`: of which images the pictures were compared. Of the others a fingerprint is missing, could not be
    made (`problems`: place and sentence), or is of a blank picture (`n_blank`).
    """

    groups: Array
    is_compared: npt.NDArray[np.bool_]
    problems: tuple[tuple[int, str], ...] = ()
    n_blank: int = 0
    n_missing: int = 0


class FingerprintService:
    """May be used on any thread. `folder` is that of the cache."""

    def __init__(self, registry: Registry, thumbnails: KnownThumbnails, folder: Path) -> None:
        self._registry = registry
        self._thumbnails = thumbnails
        self._kept = KeptFingerprints(folder)

    def find_alike(
        self,
        project: ProjectId,
        *,
        only_known: bool = False,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> AlikeImages:
        """Of a project's images, copies of one content among them. `only_known`: no picture is read for it.

        Raises StoppedError when it is cancelled; what was made until then is kept.
        """
        with self._registry.read() as session:
            root = projects.get_project(session, project).root
            images = check_columns.read_images(session, project)
        return self.alike_among(
            images, root, only_known=only_known, progress=sparing(progress), is_cancelled=is_cancelled
        )

    def alike_among(
        self, images: ImageColumns, root: Path, *, only_known: bool, progress: Progress, is_cancelled: IsCancelled
    ) -> AlikeImages:
        """The same of images that were read."""
        contents, first_of, of_image = _contents(images)
        problems = () if only_known else self._make_missing(images, contents, first_of, root, progress, is_cancelled)
        numbers, records = self._kept.find_contents(contents)
        known = np.flatnonzero(numbers >= 0)
        found = self._kept.get(numbers[known], records)
        places = first_of[known]

        def check(share: float) -> None:
            if is_cancelled():
                raise StoppedError
            progress(round(share * len(known)), len(known), "comparing pictures")

        ratios = images.widths[places] / np.maximum(images.heights[places], 1)
        alike = find_alike(found, np.maximum(ratios, 1e-6), check)
        groups = np.arange(len(images))
        has_content = np.flatnonzero(of_image >= 0)
        join(groups, has_content, first_of[of_image[has_content]])
        join(groups, places, places[alike])
        is_known = np.zeros(len(contents) + 1, dtype=bool)
        is_known[known] = found.contrast >= LEAST_CONTRAST
        n_blank = int((found.contrast < LEAST_CONTRAST).sum())
        return AlikeImages(groups, is_known[of_image], problems, n_blank, int((numbers < 0).sum()) - len(problems))

    def shades_of(
        self, images: ImageColumns, root: Path, *, progress: Progress, is_cancelled: IsCancelled
    ) -> tuple[Array, Fingerprints, tuple[tuple[int, str], ...]]:
        """The places of the images of which there is a small grey picture that is not blank, and theirs; by place, why
        a picture could not be read."""
        contents, first_of, of_image = _contents(images)
        problems = self._make_missing(images, contents, first_of, root, progress, is_cancelled)
        numbers, records = self._kept.find_contents(contents)
        is_there = np.append(numbers >= 0, False)[of_image]
        found = self._kept.get(numbers[of_image[is_there]], records)
        places = np.flatnonzero(is_there)[found.contrast >= LEAST_CONTRAST]
        return places, self._kept.get(numbers[of_image[places]], records), problems

    def _make_missing(
        self,
        images: ImageColumns,
        contents: Contents,
        first_of: Array,
        root: Path,
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> tuple[tuple[int, str], ...]:
        places = first_of[self._kept.find_contents(contents)[0] < 0].tolist()
        missing = np.array([place for place in places if images.states[place] == ImageState.OK.value], dtype=np.int64)
        return self._make(images, missing, root, progress, is_cancelled) if len(missing) else ()

    def _make(
        self, images: ImageColumns, missing: Array, root: Path, progress: Progress, is_cancelled: IsCancelled
    ) -> tuple[tuple[int, str], ...]:
        """`missing`: places of images."""
        problems: list[tuple[int, str]] = []
        made: list[Made] = []
        making = make_all((_picture(images, int(place), root) for place in missing), self._thumbnails)
        try:
            for done, one in enumerate(making, 1):
                made.append(one)
                if one.fingerprint is None:
                    problems.append((one.picture.number, one.problem))
                if len(made) >= _PER_WRITE:
                    self._keep(made)
                if is_cancelled():
                    raise StoppedError
                progress(done, len(missing), f"looking at {counted(len(missing), 'picture')}")
        finally:
            making.close()
            self._keep(made)
        return tuple(problems)

    def _keep(self, made: list[Made]) -> None:
        self._kept.add([(one.picture.key, one.fingerprint) for one in made if one.fingerprint is not None])
        made.clear()


def _contents(images: ImageColumns) -> tuple[Contents, Array, Array]:
    """The different contents, in the order of their first images; the place of each one's first image; for each image
    its content, -1 = not known."""
    known = np.flatnonzero(images.hashes.lengths())
    hashes = np.frombuffer(images.hashes.content, dtype="V32")
    found, first, numbers = np.unique(identities(hashes, images.whites[known]), return_index=True, return_inverse=True)
    order = np.argsort(first)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    of_image = np.full(len(images), -1, dtype=np.int64)
    of_image[known] = ranks[numbers]
    return found[order], known[first[order]], of_image


def _picture(images: ImageColumns, place: int, root: Path) -> Picture:
    key = images.hashes[place], int(images.whites[place])
    return Picture(place, key, root / os.fsdecode(images.paths[place]))
