"""What is refused of datasets, in words, and what a name must be like."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core.domain.counting import counted
from core.domain.datasets import MAX_DATASET_NAME, MAX_SET_NAME, Dataset, DatasetState
from core.domain.names import listed_names, one_line, shown
from core.errors import RefusedError


def check_name(text: str, taken: Collection[str]) -> str:
    """A dataset's name as it is kept. Raises RefusedError (E-110, E-111, E-210)."""
    name = _checked(text, MAX_DATASET_NAME, "A dataset")
    if name in taken:
        raise RefusedError(
            f'A dataset named "{shown(name)}" exists in this project.', hint="Choose another name.", code="E-210"
        )
    return name


def check_set_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names of a dataset's sets as they are kept. Raises RefusedError (E-110, E-111, E-211, E-214)."""
    checked = tuple(_checked(name, MAX_SET_NAME, "A set") for name in names)
    if not checked:
        raise no_set_left()
    if len({name.casefold() for name in checked}) < len(checked):
        raise RefusedError("Two sets cannot share a name.", hint="Choose another name.", code="E-214")
    return checked


def check_editable(dataset: Dataset) -> None:
    """Raises NotFoundError, RefusedError (E-221, E-432)."""
    if dataset.state is DatasetState.COMPLETE:
        raise RefusedError(
            f'"{shown(dataset.label)}" is complete and cannot be edited. Clone it?',
            hint="A clone has the same sets and images, and can be changed.",
            code="E-221",
        )
    if dataset.state is DatasetState.BUILDING:
        raise RefusedError(
            f'"{shown(dataset.name)}" is being frozen.', hint="Wait until that is done, or cancel it.", code="E-432"
        )


def no_set_left() -> RefusedError:
    return RefusedError("A dataset needs at least one set.", hint="Add another set first.", code="E-211")


def in_other_sets(n_images: int, sets: Iterable[str]) -> RefusedError:
    names = [f'"{shown(name)}"' for name in sets]
    where = f"set {names[0]}" if len(names) == 1 else f"the sets {listed_names(names)}"
    return RefusedError(
        f"{counted(n_images, 'image is', 'images are')} already in {where} and this dataset requires unique elements.",
        hint="Move them instead, or let images be in more than one set.",
        code="E-212",
    )


def in_several_sets(n_images: int) -> RefusedError:
    return RefusedError(
        f"{counted(n_images, 'image is', 'images are')} in more than one set.",
        hint="Remove them from all sets but one first.",
        code="E-212",
    )


def of_other_projects(n_images: int) -> RefusedError:
    return RefusedError(
        f"{counted(n_images, 'image belongs', 'images belong')} to another project, or to none any more.",
        hint="A dataset has images of its own project only.",
        code="E-213",
    )


def changed_meanwhile(name: str) -> RefusedError:
    return RefusedError(
        f'"{shown(name)}" was changed since, here or in another window.', hint="Look at it as it is now."
    )


def _checked(text: str, most: int, what: str) -> str:
    name = one_line(text)
    if not name:
        raise RefusedError(f"{what} needs a name.", code="E-110")
    if len(name) > most:
        text = f"{what}'s name has at most {most} characters; this one has {len(name)}."
        raise RefusedError(text, hint="Shorten it.", code="E-111")
    return name
