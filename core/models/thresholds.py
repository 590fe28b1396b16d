"""From which confidence on a version's predictions count: what model.json says, what its table says, or the usual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain.counting import counted
from core.domain.evaluation_json import table_from_json
from core.domain.metrics import BEST_F1
from core.domain.snapshots import Split
from core.domain.thresholds import USUAL_CONFIDENCE, ChosenThreshold, ThresholdOrigin, VersionThreshold
from core.errors import RefusedError

THRESHOLD, THRESHOLD_ABOUT = "threshold", "threshold_about"
"""Of model.json."""


def threshold_of(model: Mapping[str, Any], chosen: ChosenThreshold | None = None) -> VersionThreshold:
    """`model` as in model.json, of every format; `chosen` is a person's own, which stands above it."""
    found = _published(model) or _of_table(model) or _USUAL
    return found if chosen is None else found.with_chosen(chosen)


def checked(chosen: ChosenThreshold, categories: tuple[str, ...]) -> ChosenThreshold:
    """Raises RefusedError (E-132) for what is no confidence, NotFound for a class that the model does not have."""
    for name, value in (("", chosen.confidence), *chosen.by_category.items()):
        if value is not None and not 0.0 <= value <= 1.0:
            what = f'The threshold of "{name}"' if name else "The threshold"
            raise RefusedError(f"{what} is {value:g}.", hint="It is a confidence from 0 to 1.", code="E-132")
    unknown = [name for name in chosen.by_category if name not in categories]
    if unknown:
        known = ", ".join(categories)
        raise RefusedError(f'The model has no class "{unknown[0]}".', hint=f"Its classes: {known}.", code="E-133")
    return chosen


_USUAL = VersionThreshold(
    USUAL_CONFIDENCE,
    ThresholdOrigin.USUAL,
    "Not chosen: the version found nothing on validation images, or was measured on none. "
    f"{USUAL_CONFIDENCE} is the usual confidence.",
)


def _published(model: Mapping[str, Any]) -> VersionThreshold | None:
    value, about = model.get(THRESHOLD), model.get(THRESHOLD_ABOUT)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    said = about if isinstance(about, Mapping) else {}
    by_class = said.get("by_class")
    f1 = said.get("f1")
    known = _confidences(by_class) if isinstance(by_class, Mapping) else {}
    return VersionThreshold(
        float(value),
        ThresholdOrigin.TRAINING,
        _sentence(said),
        best=float(value),
        by_category=known if said.get("labels") == "many" else {},
        best_by_category=known,
        f1=float(f1) if isinstance(f1, int | float) else None,
    )


def _confidences(by_class: Mapping[str, Any]) -> dict[str, float]:
    """Those that are some: the file may be a stranger's."""
    return {
        name: float(value)
        for name, value in by_class.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0
    }


def _sentence(about: Mapping[str, Any]) -> str:
    """Of what the training wrote."""
    measured = about.get("set") or "measured"
    where = f"the {'validation' if measured == Split.VAL.value else measured} images"
    if about.get("labels") == "one":
        return "The surest class counts. With a threshold, less sure images are said to be unsure."
    if about.get("labels") == "many":
        return f"Each class counts from where its F1 is highest on {where}; one that none of them has from this one."
    f1, iou, n = about.get("f1"), about.get("iou"), about.get("n_objects")
    if not isinstance(f1, int | float) or not isinstance(iou, int | float) or not isinstance(n, int):
        return "Stated by the version's files."
    return f"F1 is highest there on {where}: {f1:.3f} at IoU {iou:.2f}, over {counted(n, 'object')} of all classes."


def _of_table(model: Mapping[str, Any]) -> VersionThreshold | None:
    """Where the F1 of the validation table was highest, of the headline's boxes or masks."""
    try:
        table = table_from_json({**model["metrics"][Split.VAL.value], "split": Split.VAL.value})
    except (TypeError, ValueError, KeyError):
        return None  # not measured, or not to be understood
    headline = table.find_measure(table.headline)
    for measure in table.measures:
        if measure.name in BEST_F1 and (headline is None or measure.group == headline.group):
            value = table.overall.value(measure.name)
            if value is None:
                return None
            by_class = {
                row.category: found
                for row in table.rows[1:]
                if row.category is not None and (found := row.value(measure.name)) is not None
            }
            about = "The mean F1 of the classes is highest there on the validation images, as its table says."
            return VersionThreshold(value, ThresholdOrigin.TABLE, about, best=value, best_by_category=by_class)
    return None
