"""What was found, in sentences. Pure."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.checks import plans
from core.checks.data import CheckedData
from core.checks.files import FileFaults
from core.checks.grouping import Grouping
from core.checks.leaks import Together
from core.checks.plans import Plan
from core.checks.shapes import SHAPE_CHECKS, Faults
from core.domain.checks import MOST_TOLD, CheckId, Finding
from core.domain.counting import counted
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.names import listed_names, shown
from core.domain.projects import ImageState

_MOST_NAMED = 3
_SHAPE_WORDS = {
    CheckId.NO_AREA: ("has no area in its image", "have no area in their images"),
    CheckId.OUTSIDE: ("reaches beyond its image", "reach beyond their images"),
    CheckId.TINY: ("is narrower or lower than 2 pixels", "are narrower or lower than 2 pixels"),
    CheckId.DOUBLE: (
        "lies on another one of its class (IoU 0.9 or more)",
        "lie on others of their class (IoU 0.9 or more)",
    ),
}

Array = npt.NDArray[Any]


def copies_across(data: CheckedData, found: Together) -> list[Finding]:
    """Of groups of equal files that are in more than one set; none where nothing was found, as all here."""
    if not found.n:
        return []
    n = counted(found.n, "picture is", "pictures are")
    files = counted(len(found.places), "file")
    text = f"{n} in more than one set, byte for byte ({files}). What is measured on them is too good."
    plan = plans.plan_copies_out(data, found)
    text += _why_no_repair(data, plan)
    return [_grouped(CheckId.COPIES_ACROSS_SETS, Severity.ERROR, text, data, found, plan, code="E-152")]


def alike_across(data: CheckedData, found: Together) -> list[Finding]:
    """Of groups of pictures that look the same and are in more than one set."""
    if not found.n:
        return []
    what = counted(found.n, "group of pictures that look the same is", "groups of pictures that look the same are")
    text = (
        f"{what} in more than one set ({counted(len(found.places), 'image')}): saved anew, resized, or shots of one "
        "moment. What is measured on them is too good."
    )
    plan = plans.plan_copies_out(data, found)
    text += _why_no_repair(data, plan)
    return [_grouped(CheckId.ALIKE_ACROSS_SETS, Severity.WARNING, text, data, found, plan)]


def groups_across(data: CheckedData, found: Together, grouping: Grouping, names: Sequence[str]) -> list[Finding]:
    """`names`: of the groups in `found`, in order."""
    if not found.n:
        return []
    text = (
        f"{grouping.words} tell {counted(len(grouping.names), 'source')}, and images of {found.n} of them are in more "
        f"than one set ({counted(len(found.places), 'image')}: {listed_names(list(names), _MOST_NAMED)}). Pages of one "
        "book or frames of one film look alike: what is measured on them is too good."
    )
    plan = plans.plan_together(data, found)
    text += _why_no_repair(data, plan)
    lines = tuple(shown(name) for name in names[:MOST_TOLD]) if len(names) > _MOST_NAMED else ()
    return [_grouped(CheckId.GROUPS_ACROSS_SETS, Severity.WARNING, text, data, found, plan, lines)]


def _why_no_repair(data: CheckedData, plan: Plan | None) -> str:
    if plan is not None:
        return ""
    if not data.is_editable:
        return " The dataset is frozen: clone it to change it."
    return " To part them would leave a set without any image: split the images anew."


def copies(data: CheckedData, found: Together) -> list[Finding]:
    """Of groups of equal files, in whichever set."""
    if not found.n:
        return []
    n_extra = len(found.places) - found.n
    text = (
        f"{counted(found.n, 'picture is', 'pictures are')} there more than once, byte for byte "
        f"({counted(n_extra, 'copy', 'copies')} too many); they count more than others in a training."
    )
    plan = plans.plan_one_of_each(data, found)
    return [_grouped(CheckId.COPIES, Severity.INFO, text, data, found, plan)]


def alike(data: CheckedData, found: Together) -> list[Finding]:
    """Of groups of pictures that look the same, besides those in more than one set."""
    if not found.n:
        return []
    text = f"{counted(found.n, 'group')} of {counted(len(found.places), 'image')} that look the same."
    return [_grouped(CheckId.ALIKE, Severity.INFO, text, data, found, None)]


def shapes(data: CheckedData, faults: Faults) -> list[Finding]:
    """A finding for each of `SHAPE_CHECKS` that found any."""
    findings = []
    for check in SHAPE_CHECKS:
        found = faults.of(check)
        n = found.shape[1]
        if not n:
            continue
        images = np.unique(found[1])
        verb, verbs = _SHAPE_WORDS[check]
        text = f"{counted(n, 'shape')} on {counted(len(images), 'image')} {verb if n == 1 else verbs}."
        plan = plan_of_shapes(check, found) if data.is_editable else None
        severity = Severity.INFO if check is CheckId.TINY else Severity.WARNING
        code = "W-244" if check is CheckId.NO_AREA else ""
        findings.append(Finding(check, severity, text, n, ImageIds(images), repair=_offer(plan), code=code))
    return findings


def plan_of_shapes(check: CheckId, found: Array) -> Plan | None:
    """`found`: (2, n), keys of annotations and of their images. None where no repair is safe."""
    if check is CheckId.OUTSIDE:
        return plans.plan_clipping(found)
    return None if check is CheckId.TINY else plans.plan_deletion(check, found)


def turned(data: CheckedData) -> list[Finding]:
    """Of annotated images whose file is stored turned."""
    images = data.images
    found = np.flatnonzero(data.is_checked & (images.orientations != 1) & (images.n_annotations > 0))
    if not len(found):
        return []
    n = counted(len(found), "annotated image is", "annotated images are")
    text = (
        f"{n} stored turned (EXIF) and shown upright. Whoever drew on the unturned picture drew elsewhere: see whether "
        "the shapes fit, and if not, import them again and say which way up they were drawn."
    )
    return [_plain(CheckId.TURNED, Severity.INFO, text, data, found)]


def unannotated(data: CheckedData) -> list[Finding]:
    """Of images that nobody annotated, nor marked as without concept."""
    found = np.flatnonzero(data.is_checked & ~data.images.is_annotated)
    if not len(found):
        return []
    n_negative = int((data.is_checked & data.images.is_annotated & (data.images.n_annotations == 0)).sum())
    n = counted(len(found), "image has", "images have")
    text = f"{n} no annotations, and nobody said that there is nothing to find: trainings leave them out."
    if n_negative:
        text += f' {counted(n_negative, "other is", "others are")} marked "without concept".'
    return [_plain(CheckId.UNANNOTATED, Severity.INFO, text, data, found, plans.plan_negatives(data, found))]


def files(data: CheckedData, faults: FileFaults | None, unreadable: Sequence[tuple[int, str]]) -> list[Finding]:
    """`unreadable`: places and why, of pictures that could not be read just now."""
    findings = []
    why = dict(unreadable)
    if faults is not None:
        for gone in faults.missing:
            why.pop(gone, None)
        findings += _missing(data, np.array(faults.missing, dtype=np.int64))
        findings += _changed(data, np.array(faults.changed, dtype=np.int64), len(faults.unfit))
    states = data.images.states
    known = [place for place in np.flatnonzero(data.is_checked).tolist() if states[place] == ImageState.DAMAGED.value]
    bad = np.array(sorted({*why, *known}), dtype=np.int64)
    if len(bad):
        n = counted(len(bad), "image is", "images are")
        text = f"{n} damaged or cannot be read."
        lines = tuple(_with_reason(_path(data, place), why.get(place, "")) for place in bad[:MOST_TOLD].tolist())
        plan = plans.plan_left_out(data, bad, "Leave them out")
        findings.append(
            _plain(CheckId.UNREADABLE_FILES, Severity.ERROR, text, data, bad, plan, details=lines, code="E-420")
        )
    return findings


def _with_reason(path: str, why: str) -> str:
    """`why` may name the file without its folder, and another folder may have one of that name."""
    if not why:
        return shown(path)
    name = shown(path.rpartition("/")[2])
    return why.replace(f'"{name}"', f'"{shown(path)}"', 1) if f'"{name}"' in why else f"{shown(path)}: {why}"


def _missing(data: CheckedData, places: Array) -> list[Finding]:
    if not len(places):
        return []
    n = counted(len(places), "file is", "files are")
    text = f"{n} not where the project says. Put them back, or import the folder again."
    plan = plans.plan_left_out(data, places, "Leave them out")
    return [_plain(CheckId.MISSING_FILES, Severity.ERROR, text, data, places, plan, _paths(data, places), "E-222")]


def _changed(data: CheckedData, places: Array, n_unfit: int) -> list[Finding]:
    if not len(places):
        return []
    n = counted(len(places), "file has", "files have")
    text = f"{n} changed since the import; what was drawn may not fit. Restore them, or import the folder again."
    if n_unfit:
        text += f" {counted(n_unfit, 'of them is', 'of them are')} of another size in pixels now, or no picture."
    plan = plans.plan_taking(data, len(places) - n_unfit)
    return [_plain(CheckId.CHANGED_FILES, Severity.WARNING, text, data, places, plan, _paths(data, places), "E-224")]


def _paths(data: CheckedData, places: Array) -> tuple[str, ...]:
    return tuple(shown(_path(data, place)) for place in places[:MOST_TOLD].tolist())


def _path(data: CheckedData, place: int) -> str:
    return os.fsdecode(data.images.paths[place])


def _plain(
    check: CheckId,
    severity: Severity,
    text: str,
    data: CheckedData,
    places: Array,
    plan: Plan | None = None,
    details: tuple[str, ...] = (),
    code: str = "",
) -> Finding:
    images = ImageIds(data.images.keys[places])
    return Finding(check, severity, text, len(places), images, details=details, repair=_offer(plan), code=code)


def _grouped(
    check: CheckId,
    severity: Severity,
    text: str,
    data: CheckedData,
    found: Together,
    plan: Plan | None,
    details: tuple[str, ...] = (),
    code: str = "",
) -> Finding:
    images = ImageIds(data.images.keys[found.places])
    return Finding(check, severity, text, found.n, images, found.starts, details, _offer(plan), code)


def _offer(plan: Plan | None) -> Any:
    return None if plan is None else plan.offer
