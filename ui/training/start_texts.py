"""What the wizard says of starts: how their classes compare with those of the run, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.domain.ids import VersionId
from core.domain.models import ModelVersion
from core.domain.names import listed_names, shown
from core.domain.starts import ShelfItem, Starter
from ui.forms.choice import Choice
from ui.training.model_texts import version_choice
from ui.widgets.formatting import size


def same_classes(start: Sequence[str], run: Sequence[str]) -> bool:
    return bool(run) and {_plain(name) for name in start} == {_plain(name) for name in run}


def classes_words(start: Sequence[str], run: Sequence[str]) -> str:
    """What becomes of the classes of the run, in a few words; "" where either is not known."""
    if not start or not run:
        return ""
    if same_classes(start, run):
        return "the same classes"
    known = {_plain(name) for name in start}
    kept = [name for name in run if _plain(name) in known]
    fresh = [name for name in run if _plain(name) not in known]
    if not kept:
        return "no class in common: all start fresh"
    if not fresh:
        return "all classes are kept"
    return f"keeps {listed_names(kept, 3)}; {listed_names(fresh, 3)} fresh"


def starter_choices(starters: Sequence[Starter], worker: str, run: Sequence[str]) -> list[Choice]:
    """Those of the method; one that cannot be used is listed with the reason."""
    return [
        Choice(
            starter.name,
            starter.title,
            " · ".join(filter(None, (starter.architecture, classes_words(starter.categories, run), starter.problem))),
            note=size(starter.n_bytes),
            icon_name="triangle-alert" if starter.problem else "sparkles",
            is_enabled=not starter.problem,
            tool_tip="\n".join(filter(None, (starter.trained_on, f"Classes: {listed_names(starter.categories, 20)}"))),
        )
        for starter in starters
        if starter.worker == worker
    ]


def version_choices(
    versions: Sequence[ModelVersion],
    best: ModelVersion | None,
    classes: Mapping[VersionId, tuple[str, ...]],
    run: Sequence[str],
) -> list[Choice]:
    """Those with the same classes first; of the others it is said what is kept."""
    ordered = sorted(versions, key=lambda version: not same_classes(classes.get(version.id, ()), run))
    return [version_choice(version, best, classes_words(classes.get(version.id, ()), run)) for version in ordered]


def file_choices(files: Sequence[ShelfItem], worker: str) -> list[Choice]:
    """Files of the weights folder, those that the method is known to read first."""
    ordered = sorted(files, key=lambda item: worker not in item.workers)
    return [
        Choice(
            str(item.path),
            shown(item.title),
            item.problem or f"{item.architecture or 'unknown network'} · weights {item.weights_licence}",
            note=size(item.n_bytes),
            icon_name="triangle-alert" if item.problem else "file-archive",
            tool_tip=item.note or item.source,
        )
        for item in ordered
    ]


def _plain(name: str) -> str:
    return name.strip().lower()
