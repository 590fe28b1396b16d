"""What evaluations say in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.counting import counted
from core.domain.evaluation import EvaluationTable
from core.errors import RefusedError


def headline_sentence(label: str, where: str, table: EvaluationTable) -> str:
    """How an evaluation ended: "Lines V001 on test: mask mAP50-95 0.612, of 20 images with 37 objects."."""
    row = table.overall
    of = f"of {counted(row.n_images, 'image')} with {counted(row.n_instances, 'object')}"
    measure = table.find_measure(table.headline)
    value = None if measure is None else row.value(measure.name)
    if measure is None or value is None:
        return f"{label} on {where}: nothing could be measured, {of}."
    return f"{label} on {where}: {measure.full_title} {value:.3f}, {of}."


def no_truth_error(unknown: Iterable[str] = ()) -> RefusedError:
    """E-570: nothing to measure against. `unknown` are classes that are there, and that the model does not know."""
    names = ", ".join(f'"{name}"' for name in unknown)
    why = f" None of its classes is one of the model's: {names}." if names else ""
    return RefusedError(
        f"The selection has no annotations to compare with.{why}",
        hint="Annotate the images, choose others, or give the classes the model's names.",
        code="E-570",
    )
