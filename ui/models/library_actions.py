"""What can be done with a model or a version of the library, and why not when it cannot. No widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.comparing import FEWEST, MOST
from core.domain.ids import VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from ui.models.version_words import refusal

Entry = Model | ModelVersion


class LibraryAction(StrEnum):
    OPEN = "open"
    OPEN_RUN = "open-run"
    TRAIN_AGAIN = "train-again"
    COMPARE = "compare"
    EXPORT_ZIP = "export-zip"
    EXPORT_FOLDER = "export-folder"
    CONVERT = "convert"
    RENAME = "rename"
    CURRENT = "current"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class ActionLook:
    text: str
    icon: str


LOOKS: Mapping[LibraryAction, ActionLook] = {
    LibraryAction.OPEN: ActionLook("Open", "box"),
    LibraryAction.OPEN_RUN: ActionLook("Open run", "activity"),
    LibraryAction.TRAIN_AGAIN: ActionLook("Train again…", "play"),
    LibraryAction.COMPARE: ActionLook("Compare…", "chart-spline"),
    LibraryAction.EXPORT_ZIP: ActionLook("Export as one .zip file…", "file-archive"),
    LibraryAction.EXPORT_FOLDER: ActionLook("Export as a folder…", "folder"),
    LibraryAction.CONVERT: ActionLook("Export for other programs…", "package"),
    LibraryAction.RENAME: ActionLook("Rename and describe…", "pencil"),
    LibraryAction.CURRENT: ActionLook("Mark as current", "circle-check"),
    LibraryAction.DELETE: ActionLook("Delete…", "trash-2"),
}
_UNMARK = ActionLook("No longer mark as current", "circle-slash")
OF_A_MODEL = (LibraryAction.RENAME, LibraryAction.DELETE)


def look_of(action: LibraryAction, entry: Entry | None) -> ActionLook:
    """With what is selected: a mark that is there is taken off."""
    is_marked = isinstance(entry, ModelVersion) and entry.is_current
    return _UNMARK if action is LibraryAction.CURRENT and is_marked else LOOKS[action]


def reason_against(action: LibraryAction, entry: Entry | None, *, task_problem: str = "") -> str:
    """Why it cannot be done with what is selected, as a sentence; "" when it can."""
    if entry is None:
        return "Select a version first."
    if isinstance(entry, Model):
        return "" if action in OF_A_MODEL else "Select a version first."
    match action:
        case LibraryAction.OPEN_RUN:
            return "" if entry.run is not None else "It was imported, not trained here."
        case LibraryAction.TRAIN_AGAIN:
            return task_problem or refusal(entry, deed="a starting point")
        case LibraryAction.EXPORT_ZIP | LibraryAction.EXPORT_FOLDER | LibraryAction.CONVERT:
            return refusal(entry, deed="exported")
        case LibraryAction.CURRENT:
            return "" if entry.is_current else refusal(entry, deed="the current one")
    return ""


def reason_against_comparing(versions: Sequence[ModelVersion]) -> str:
    """Why these cannot stand beside each other; "" when they can."""
    if not FEWEST <= len(versions) <= MOST:
        return f"Select {FEWEST} to {MOST} versions, with Ctrl, to compare them."
    return next((reason for version in versions if (reason := refusal(version, deed="compared"))), "")


def bests_of(versions: Iterable[ModelVersion]) -> dict[VersionId, int]:
    """The best of each set of versions that were measured on the same images, and how many these are: only such numbers
    can be compared. One that stands alone is the best of nothing."""
    alike: dict[tuple[str, str, str | None], list[tuple[float, int, VersionId]]] = {}
    for version in versions:
        headline = version.headline
        if version.status is VersionStatus.AVAILABLE and headline is not None:
            group = alike.setdefault((headline.metric, headline.split, version.snapshot), [])
            group.append((headline.value, version.number, version.id))
    return {max(group)[2]: len(group) for group in alike.values() if len(group) > 1}
