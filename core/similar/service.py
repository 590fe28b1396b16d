"""Which images look alike, and which unlabelled ones are worth labelling next."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.counting import counted
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.domain.projects import ImageState
from core.domain.similar import AlikeFound, AlikeGroup, LabelNext, NearestImages, NextImage
from core.errors import NotFoundError, RefusedError
from core.fingerprints.records import Key
from core.fingerprints.service import FingerprintService
from core.progress import IsCancelled, Progress, never_cancelled, no_progress, sparing
from core.registry.database import Registry
from core.registry.stores import check_columns, projects
from core.registry.stores.check_columns import ImageColumns
from core.similar.choosing import MOST_LABELLED, most_different, nearest_to
from core.similar.looking import AT_ONCE, METHOD, NetworkLook, is_there
from core.similar.vectors import KeptVectors, VectorsOnDisk
from core.stopping import StoppedError

N_NEXT = 50
N_LIKE = 12
BY_FINGERPRINTS = "small grey pictures, since no network is installed"

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class _Looks:
    """`places`: which of the images have a vector; `vectors` in that order."""

    images: ImageColumns
    places: Array
    vectors: VectorsOnDisk
    method: str
    problems: tuple[str, ...]


class SimilarService:
    """May be used on any thread. `folder` is that of the cache, `scratch` where a process may keep its files.

    `uses_network` False compares small grey pictures, as where no network is installed.
    """

    def __init__(
        self,
        registry: Registry,
        fingerprints: FingerprintService,
        folder: Path,
        scratch: Path,
        *,
        uses_network: Callable[[], bool] = is_there,
    ) -> None:
        self._registry = registry
        self._fingerprints = fingerprints
        self._kept = KeptVectors(folder)
        self._scratch = scratch
        self._uses_network = uses_network

    def find_alike(
        self, project: ProjectId, *, progress: Progress = no_progress, is_cancelled: IsCancelled = never_cancelled
    ) -> AlikeFound:
        """Groups of copies, exact or saved again. Raises StoppedError when it is cancelled, NotFoundError."""
        root, images = self._read(project)
        found = self._fingerprints.alike_among(
            images, root, only_known=False, progress=sparing(progress), is_cancelled=is_cancelled
        )
        grouped = np.flatnonzero(np.bincount(found.groups, minlength=len(images))[found.groups] > 1)
        order = grouped[np.argsort(found.groups[grouped], kind="stable")]
        firsts = np.flatnonzero(np.diff(found.groups[order])) + 1
        groups = [self._group(images, members) for members in np.split(order, firsts) if len(members)]
        groups.sort(key=lambda group: -len(group.images))
        problems = tuple(f"{_name(images, place)}: {text}" for place, text in found.problems)
        return AlikeFound(tuple(groups), int(found.is_compared.sum()), problems)

    def label_next(
        self,
        project: ProjectId,
        *,
        n: int = N_NEXT,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> LabelNext:
        """Of the unlabelled images those that look least like what is labelled and like each other.

        Raises StoppedError when it is cancelled, NotFoundError, and what the network's process raises.
        """
        looks = self._look(project, progress, is_cancelled)
        is_labelled = looks.images.is_annotated[looks.places].astype(bool)
        candidates, labelled = np.flatnonzero(~is_labelled), np.flatnonzero(is_labelled)
        labelled = labelled[:: max(1, -(-len(labelled) // MOST_LABELLED))]

        def check(share: float) -> None:
            if is_cancelled():
                raise StoppedError
            progress(round(share * 100), 100, "choosing images")

        chosen = most_different(looks.vectors.some(candidates), looks.vectors[labelled], n, check)
        keys = looks.images.keys[looks.places]
        entries = []
        for number, place in enumerate(chosen.places.tolist()):
            like_it = np.flatnonzero(chosen.nearest == number)
            like_it = like_it[like_it != place]
            nearest = like_it[np.argsort(-chosen.likeness[like_it], kind="stable")][:N_LIKE]
            entries.append(NextImage(_id(keys[candidates[place]]), len(like_it), ImageIds(keys[candidates[nearest]])))
        n_labelled = int(looks.images.is_annotated.astype(bool).sum())
        n_unlabelled = len(looks.images) - n_labelled
        return LabelNext(tuple(entries), looks.method, n_unlabelled, n_labelled, looks.problems)

    def nearest(
        self,
        project: ProjectId,
        image: ImageId,
        *,
        n: int = N_NEXT,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> NearestImages:
        """The images of the project that look most like one of them. Raises NotFoundError, StoppedError; RefusedError
        when the image itself cannot be looked at."""
        looks = self._look(project, progress, is_cancelled)
        keys = looks.images.keys[looks.places]
        found = np.flatnonzero(keys == int(image))
        if not len(found):
            if not (looks.images.keys == int(image)).any():
                raise NotFoundError("The image is no longer in the project.")
            raise RefusedError("The image cannot be compared: its file is missing, damaged or blank.")
        places, likeness = nearest_to(looks.vectors, int(found[0]), n)
        return NearestImages(ImageIds(keys[places]), tuple(float(one) for one in likeness), looks.method)

    def _read(self, project: ProjectId) -> tuple[Path, ImageColumns]:
        with self._registry.read() as session:
            return projects.get_project(session, project).root, check_columns.read_images(session, project)

    def _look(self, project: ProjectId, progress: Progress, is_cancelled: IsCancelled) -> _Looks:
        root, images = self._read(project)
        if self._uses_network():
            return self._look_with_network(images, root, sparing(progress), is_cancelled)
        places, found, problems = self._fingerprints.shades_of(
            images, root, progress=sparing(progress), is_cancelled=is_cancelled
        )
        sentences = tuple(f"{_name(images, place)}: {text}" for place, text in problems)
        vectors = VectorsOnDisk(found.shades, np.arange(len(found)))
        return _Looks(images, places, vectors, BY_FINGERPRINTS, sentences)

    def _look_with_network(
        self, images: ImageColumns, root: Path, progress: Progress, is_cancelled: IsCancelled
    ) -> _Looks:
        keys = list(zip(images.hashes, images.whites.tolist(), strict=True))
        facts = zip(images.hashes, images.states, strict=True)
        may_be_read = np.array([bool(sha) and state == ImageState.OK.value for sha, state in facts], dtype=bool)
        usable = np.flatnonzero(may_be_read)
        is_known = self._kept.are_known([keys[place] for place in usable])
        missing = _one_of_each(usable[~is_known], keys)
        problems = self._make(images, missing, keys, root, progress, is_cancelled) if len(missing) else ()
        is_known, vectors = self._kept.find([keys[place] for place in usable])
        unread = [f"{_name(images, place)}: its file is missing or damaged." for place in np.flatnonzero(~may_be_read)]
        return _Looks(images, usable[is_known], vectors, METHOD, (*problems, *unread))

    def _make(
        self,
        images: ImageColumns,
        missing: Sequence[int],
        keys: Sequence[Key],
        root: Path,
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> tuple[str, ...]:
        def check() -> None:
            if is_cancelled():
                raise StoppedError

        problems: list[str] = []
        text = f"looking at {counted(len(missing), 'image')}"
        progress(0, len(missing), text)
        with NetworkLook(self._scratch) as look:
            for start in range(0, len(missing), AT_ONCE):
                batch = missing[start : start + AT_ONCE]
                files = [(root / os.fsdecode(images.paths[place]), int(images.whites[place])) for place in batch]
                vectors, unread = look.vectors(files, check)
                problems += [f"{_name(images, batch[at])}: {sentence}" for at, sentence in sorted(unread.items())]
                read = [place for at, place in enumerate(batch) if at not in unread]
                self._kept.add([keys[place] for place in read], vectors)
                progress(min(start + AT_ONCE, len(missing)), len(missing), text)
        return tuple(problems)

    def _group(self, images: ImageColumns, members: Array) -> AlikeGroup:
        by_path = sorted(members.tolist(), key=lambda place: images.paths[place])
        contents = {images.hashes[place] for place in by_path}
        return AlikeGroup(ImageIds(images.keys[by_path]), is_exact=len(contents) == 1)


def _one_of_each(places: Array, keys: Sequence[Key]) -> list[int]:
    """One place for each content."""
    return list({keys[place]: int(place) for place in places.tolist()}.values())


def _name(images: ImageColumns, place: int | np.integer[Any]) -> str:
    return shown(os.fsdecode(images.paths[int(place)]))


def _id(key: int) -> ImageId:
    return ImageId(str(key))
