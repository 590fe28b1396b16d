"""What is checked: the images of a project or a dataset, and the sets that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.datasets import SetRole
from core.domain.ids import DatasetId
from core.domain.judgements import EXCLUDE, SPLIT_TAGS
from core.domain.projects import Category, Project
from core.domain.snapshots import Split
from core.registry.session import Session
from core.registry.stores.check_columns import ImageColumns, read_images, read_members, read_tagged
from core.registry.stores.image_sets import NO_SET, SETS, UntaggedSets, tagged_sets

SET_TAGS: Mapping[str, Split] = dict(zip(SPLIT_TAGS, Split, strict=True))
"""Tags that put an image into a set, whatever its folder says."""

TAG_OF = {split: tag for tag, split in SET_TAGS.items()}

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Sets:
    """`places` and `numbers` are pairs, ascending by place: an image (its place) is in a set (its number in `names`).

    `keys` are those of a dataset's sets; empty where tags, imports and folders say what is in which.
    """

    names: tuple[str, ...]
    roles: tuple[Split | None, ...]
    places: Array
    numbers: Array
    keys: tuple[int, ...] = ()

    def counts(self) -> tuple[tuple[str, int], ...]:
        """By name of the set, in order, how many images are in it."""
        numbers = np.bincount(self.numbers, minlength=len(self.names)).tolist()
        return tuple(zip(self.names, numbers, strict=True))

    def only(self, wanted: npt.NDArray[np.bool_]) -> Sets:
        """Without the images (by place) that are not wanted."""
        kept = wanted[self.places]
        return Sets(self.names, self.roles, self.places[kept], self.numbers[kept], self.keys)


@dataclass(frozen=True, slots=True)
class CheckedData:
    """`is_checked`: which images count, by place; those that a person left out of training do not."""

    project: Project
    dataset: DatasetId | None
    images: ImageColumns
    is_checked: npt.NDArray[np.bool_]
    sets: Sets
    categories: tuple[Category, ...]
    is_editable: bool = True  # what is in the sets

    @property
    def name(self) -> str:
        return "the project" if self.dataset is None else "the dataset"


def read_project_data(session: Session, project: Project, categories: tuple[Category, ...]) -> CheckedData:
    """Of the whole project: in which set an image is, tags and imports say. `categories` are the project's."""
    images = read_images(session, project.id)
    is_checked = ~_has(images, read_tagged(session, project.id, (EXCLUDE,)))
    sets = _sets_of_project(images, read_tagged(session, project.id, tuple(SET_TAGS)))
    return CheckedData(project, None, images, is_checked, sets.only(is_checked), categories)


def read_dataset_data(
    session: Session,
    project: Project,
    categories: tuple[Category, ...],
    dataset: DatasetId,
    sets: tuple[tuple[int, str, SetRole], ...],
    *,
    is_editable: bool,
) -> CheckedData:
    """`sets`: key, name and role of each."""
    images = read_images(session, project.id)
    members = read_members(session, dataset)
    keys = np.array([key for key, _, _ in sets], dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    numbers = order[np.searchsorted(keys[order], members[:, 1])] if len(members) else members[:, 1]
    places = images.places(members[:, 0])
    table = Sets(
        tuple(name for _, name, _ in sets), tuple(role.as_split for *_, role in sets), places, numbers,
        tuple(key for key, *_ in sets),
    )  # fmt: skip
    is_checked = np.zeros(len(images), dtype=bool)
    is_checked[places] = True
    if is_editable:  # what is frozen is trained with, whatever is said of its images later
        is_checked &= ~_has(images, read_tagged(session, project.id, (EXCLUDE,)))
    return CheckedData(project, dataset, images, is_checked, table.only(is_checked), categories, is_editable)


def _has(images: ImageColumns, tagged: list[tuple[int, str]]) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(images), dtype=bool)
    found[images.places(np.array([key for key, _ in tagged], dtype=np.int64))] = True
    return found


def _sets_of_project(images: ImageColumns, tagged: list[tuple[int, str]]) -> Sets:
    """See `image_sets`. An image that is tagged for several sets is in each of them."""
    untagged = UntaggedSets().of(images.stated_sets, [path.rpartition(b"/")[0] for path in images.paths])
    keys, tags = tagged_sets(tagged)
    of_tagged = images.places(keys)
    untagged[of_tagged] = NO_SET
    of_others = np.flatnonzero(untagged != NO_SET)
    places, numbers = np.append(of_others, of_tagged), np.append(untagged[of_others], tags)
    order = np.lexsort((numbers, places))
    return Sets(tuple(split.value for split in SETS), SETS, places[order], numbers[order])
