"""Looks at all that is to be checked, one thing after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.checks import classes, findings
from core.checks.classes import ClassTally
from core.checks.data import CheckedData
from core.checks.files import FileFaults
from core.checks.grouping import Grouping, find_grouping
from core.checks.leaks import across_sets, together, with_different, without
from core.checks.shapes import Faults, find_faults
from core.domain.checks import CheckId, Finding
from core.domain.counting import counted
from core.domain.imports import Severity
from core.fingerprints.service import AlikeImages
from core.registry.session import Session
from core.registry.stores.check_columns import AnnotationColumns, read_annotations, read_points

_SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_CHECKS = tuple(CheckId)

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Labels:
    """What one walk over all annotations tells."""

    tally: ClassTally
    faults: Faults


def walk_annotations(session: Session, data: CheckedData, check: Callable[[int], None]) -> Labels:
    """`check` is called with the number of images done."""
    tally, faults = ClassTally(data), Faults()
    for block in read_annotations(session, data.project.id):
        places = data.images.places(block.images)
        check(int(places.max()))
        tally.add(block, places)
        found = faults_of(session, data, block, places)
        for fault, parts in found.found.items():
            faults.found[fault] += parts
    return Labels(tally, faults)


def faults_of(session: Session, data: CheckedData, shapes: AnnotationColumns, places: Array) -> Faults:
    """Of the shapes on images that count."""
    kept = data.is_checked[places]
    chosen = AnnotationColumns(
        shapes.keys[kept],
        shapes.images[kept],
        shapes.categories[kept],
        shapes.kinds[kept],
        shapes.corners[kept],
    )
    widths, heights = data.images.widths[places[kept]], data.images.heights[places[kept]]
    return find_faults(chosen, widths, heights, lambda keys: read_points(session, keys))


def copies_of(data: CheckedData) -> Array:
    """For each image the place of the first one of its content, below 0 = it was never read. Told by eight bytes of the
    SHA-256: as many as a million different pictures share them once in thirty million projects."""
    hashes = data.images.hashes
    heads = np.zeros(len(hashes), dtype="<u8")
    heads[hashes.lengths() > 0] = np.frombuffer(hashes.content, dtype="<u8")[::4]
    _, first, content = np.unique(heads, return_index=True, return_inverse=True)
    return np.where(heads == 0, -1, first[content])


def grouping_of(data: CheckedData) -> Grouping | None:
    """A walk over all names: seconds for a million."""
    return find_grouping(data.images.paths, [category.name for category in data.categories])


def find_leaks(data: CheckedData, grouping: Grouping | None, alike: AlikeImages | None) -> list[Finding]:
    """Copies, pictures that look the same, and sources, in several sets and otherwise."""
    contents, places = copies_of(data), np.flatnonzero(data.is_checked)
    across = across_sets(contents, data.sets)
    found = findings.copies_across(data, across)
    found += findings.copies(data, without(together(contents, places), across, contents))
    found += find_groups(data, grouping)
    if alike is not None:
        groups = np.where(contents >= 0, alike.groups, -1)
        alike_across = with_different(across_sets(groups, data.sets), groups, contents)
        found += findings.alike_across(data, alike_across)
        inside = with_different(together(groups, places), groups, contents)
        found += findings.alike(data, without(inside, alike_across, groups))
    return found


def find_groups(data: CheckedData, grouping: Grouping | None) -> list[Finding]:
    """Images of one book or film in more than one set; none where file names tell of no such groups."""
    if grouping is None:
        return []
    across = across_sets(grouping.numbers, data.sets)
    names = [grouping.names[number] for number in grouping.numbers[across.places[across.starts]].tolist()]
    return findings.groups_across(data, across, grouping, names)


def find_all(
    data: CheckedData,
    labels: Labels,
    grouping: Grouping | None,
    file_faults: FileFaults | None,
    alike: AlikeImages | None,
) -> tuple[Finding, ...]:
    """The worst first."""
    found = findings.files(data, file_faults, alike.problems if alike is not None else ())
    found += find_leaks(data, grouping, alike)
    found += classes.check_amounts(data, labels.tally) + classes.check_absences(data, labels.tally)
    found += classes.check_names(data, labels.tally) + findings.shapes(data, labels.faults)
    found += findings.turned(data) + findings.unannotated(data)
    return tuple(sorted(found, key=lambda one: (_SEVERITIES.index(one.severity), _CHECKS.index(one.check))))


def in_words(
    data: CheckedData,
    found: tuple[Finding, ...],
    grouping: Grouping | None,
    files_seen: bool,
    alike: AlikeImages | None,
    n_to_compare: int,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What was looked at and is fine; what was not looked at, and why."""
    checks = {one.check for one in found}
    fine: list[str] = []
    notes: list[str] = []

    def say(text: str, *of: CheckId) -> None:
        if not checks & set(of):
            fine.append(text)

    if not data.is_editable:
        notes.append(
            "The dataset is frozen: its images were looked at with the annotations that the project has now, not with "
            "those that were frozen. To change it, clone it."
        )
    if len(np.unique(data.sets.numbers)) < 2:
        why = (
            "Nothing tells sets apart: no tags train, validation and test, no folders of these names, no sets of an "
            "import."
            if data.dataset is None
            else "Fewer than two sets of the dataset have images."
        )
        notes.append(f"{why} What should be kept apart was not looked for.")
    else:
        say("No file is in two sets.", CheckId.COPIES_ACROSS_SETS)
        if alike is not None:
            say("No two pictures that look the same are in two sets.", CheckId.ALIKE_ACROSS_SETS)
        if grouping is not None:
            say(f"{grouping.words} tell sources, and each is in one set.", CheckId.GROUPS_ACROSS_SETS)
        else:
            notes.append("Neither names nor folders tell of books, films or other sources.")
        say("No set lacks a class that the others have.", CheckId.ABSENT_CLASSES)
    say("No file is there twice.", CheckId.COPIES, CheckId.COPIES_ACROSS_SETS)
    if alike is not None and not n_to_compare:
        say("No two other pictures look the same.", CheckId.ALIKE, CheckId.ALIKE_ACROSS_SETS)
    say("No two classes have nearly the same name.", CheckId.CLASS_NAMES)
    if data.images.n_annotations[data.is_checked].any():
        say("Each class has enough examples.", CheckId.FEW_EXAMPLES)
        say("Every shape has an area and lies in its image.", CheckId.NO_AREA, CheckId.OUTSIDE)
        say("No shape is drawn twice.", CheckId.DOUBLE)
        say("No annotated image is stored turned.", CheckId.TURNED)
    else:
        notes.append("No image has an annotation: of classes and shapes there was nothing to check.")
    say("Every image is annotated, or marked as showing nothing.", CheckId.UNANNOTATED)
    if files_seen:
        say("Every file is there and unchanged.", CheckId.MISSING_FILES, CheckId.CHANGED_FILES)
    else:
        notes.append("The files were not looked at.")
    if alike is None or n_to_compare:
        notes.append("Pictures were not compared with each other." if alike is None else
                     f"{_compared_not(n_to_compare, 'picture')} with the others.")  # fmt: skip
    elif alike.n_blank:
        notes.append(f"{_compared_not(alike.n_blank, 'blank picture')} with the others.")
    return tuple(fine), tuple(notes)


def _compared_not(n: int, noun: str) -> str:
    return f"{counted(n, noun)} {'was' if n == 1 else 'were'} not compared"
