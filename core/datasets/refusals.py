"""What is refused of datasets, in words, and what a name must be like."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from core.domain.counting import counted
from core.domain.datasets import MAX_DATASET_NAME, MAX_SET_NAME, MAX_VERSION_NAME, Dataset, DatasetState
from core.domain.imports import Problem, Severity
from core.domain.messages import UserMessage
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


def check_version(text: str) -> str:
    """The name of a version as it is kept. Raises RefusedError (E-111, E-431)."""
    version = text.strip()
    if re.fullmatch(r"[A-Za-z0-9_-]+", version) is None:
        raise RefusedError(
            f'"{shown(version)}" is no name for a version. Use letters, digits, "-" and "_".', code="E-431"
        )
    if len(version) > MAX_VERSION_NAME:
        text = f"A version's name has at most {MAX_VERSION_NAME} characters; this one has {len(version)}."
        raise RefusedError(text, hint="Shorten it.", code="E-111")
    return version


def version_exists(version: str) -> RefusedError:
    return RefusedError(
        f'Dataset version "{version}" already exists.',
        hint="Choose another name; that of a deleted version is not given again.",
        code="E-430",
    )


def freezing_confirmation(name: str) -> UserMessage:
    """What a person is told before a dataset is frozen."""
    text = f'After freezing, "{shown(name)}" and its sets can no longer be edited. To change it later, clone it.'
    return UserMessage(text, severity=Severity.WARNING, code="W-220")


def nothing_to_freeze(name: str) -> RefusedError:
    return RefusedError(f'The sets of "{shown(name)}" are empty.', hint="Fill them first.", code="E-523")


def failed_freeze(problems: Sequence[Problem]) -> str:
    """In one sentence, what kept a dataset from being frozen: E-222, or E-224 where files only changed."""
    unreadable = [item for item in problems if item.code == "E-222"]
    named = unreadable or list(problems)
    names = listed_names([item.file for item in named])
    if unreadable:
        return f"Could not read {counted(len(unreadable), 'file')}: {names}."
    return f"{counted(len(named), 'file')} changed since the import, and what is drawn does not fit: {names}."


def failure_code(problems: Sequence[Problem]) -> str:
    return "E-222" if any(item.code == "E-222" for item in problems) else "E-224"


def taken_as_it_is(path: str) -> Problem:
    """W-224, of one file."""
    text = f'"{shown(path)}" changed since it was imported, and is frozen as it is now.'
    return Problem("image-taken-anew", text, path, severity=Severity.WARNING, code="W-224")


def changed_since(label: str, problems: Sequence[Problem]) -> RefusedError:
    """E-223, with the first few of the files."""
    names = listed_names([item.file for item in problems])
    return RefusedError(
        f"{counted(len(problems), 'file')} changed since {shown(label)} was frozen: {names}.",
        hint="Restore them or freeze a clone.",
        code="E-223",
    )


def without_folder(root: Path) -> RefusedError:
    return RefusedError(
        f'The folder of the project\'s images is not there now: "{shown(root)}".',
        hint="Connect its disk, or say where it is now.",
        code="E-222",
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


def gone_for_good(name: str) -> RefusedError:
    """Of a frozen dataset that was deleted, and what it was with it."""
    text = f'This cannot be undone. "{shown(name)}" was deleted more than a month ago, and what it was is gone.'
    return RefusedError(text, hint="Nothing was changed.")


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
