"""What a version's headline leaves out: its mAP50, as measured by the run that made it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Float, case, func, select

from core.domain.metrics import MAP50_OF
from core.registry.tables.evaluations import EvaluationRow
from core.registry.tables.models import VersionRow


def map50_of_version() -> ColumnElement[float | None]:
    """For a query that has VersionRow: mAP50 on the set of the headline; nothing where that is no mAP50-95."""
    first = "$.rows[0]"
    value = case(
        *(
            (
                VersionRow.headline_metric == headline,
                # A table in format 1 has its values beside the row's counts.
                func.coalesce(
                    func.json_extract(EvaluationRow.content, f"{first}.values.{map50}"),
                    func.json_extract(EvaluationRow.content, f"{first}.{map50}"),
                ),
            )
            for headline, map50 in MAP50_OF.items()
        ),
        else_=None,
    )
    return (
        select(value.cast(Float))
        .where(
            EvaluationRow.version_id == VersionRow.id,
            EvaluationRow.run_id.is_not_distinct_from(VersionRow.run_id),
            EvaluationRow.set_id.is_(None),
            EvaluationRow.split == VersionRow.headline_split,
        )
        .limit(1)
        .correlate(VersionRow)
        .scalar_subquery()
    )
