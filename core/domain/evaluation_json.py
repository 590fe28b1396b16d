"""Evaluations as JSON, in events, the registry and model.json: what is written there never changes again.

Format 2 describes its measures. Tables without a number are of format 1, from before measures had names of their own:
thirteen fields a row, `has_masks` and `max_detections`; they are read as what they meant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.domain.evaluation import (
    MAX_DETECTIONS,
    Evaluation,
    EvaluationRow,
    EvaluationTable,
    Measure,
    Setting,
    evaluation_id,
)
from core.domain.ids import EvaluationId, RunId, SnapshotId, VersionId
from core.domain.metrics import BOX_MEASURES, MAP50_95, MASK_MAP50_95, MASK_MEASURES, coco_protocol
from core.domain.snapshots import Split

FORMAT = 2

_MOST_DIGITS = 17  # after the point: all that a number holds

_FIXED = ("category", "n_images", "n_instances")


def table_to_json(table: EvaluationTable) -> dict[str, Any]:
    """A value that is no number cannot be stated: it is written as null."""
    return {
        "format": FORMAT,
        "split": table.split.value,
        "headline": table.headline,
        "about": table.about,
        "settings": {name: _plain(value) for name, value in table.settings.items()},
        "measures": [_measure_to_json(measure) for measure in table.measures],
        "rows": [_row_to_json(row) for row in table.rows],
        "notes": list(table.notes),
    }


def table_from_json(value: Mapping[str, Any]) -> EvaluationTable:
    """Raises ValueError for a newer format or a table that cannot be understood."""
    try:
        number = value.get("format", 1)
        if number == 1:
            return _table_1(value)
        if number == FORMAT:
            return _table_2(value)
    except (AttributeError, KeyError, OverflowError, TypeError) as error:
        raise ValueError(f"a table of measurements that is damaged: {error!r}") from error
    raise ValueError(f"a table of measurements in format {number}, which a newer Calque wrote; this one reads {FORMAT}")


def evaluation_to_json(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "id": evaluation.id,
        "run": evaluation.run,
        "version": evaluation.version,
        "snapshot": evaluation.snapshot,
        "created_at": evaluation.created_at.isoformat(),
        "table": table_to_json(evaluation.table),
    }


def evaluation_from_json(
    value: Mapping[str, Any],
    *,
    run: RunId | None,
    version: VersionId,
    snapshot: SnapshotId | None,
    created_at: datetime,
) -> Evaluation:
    """What an older writer did not say beside its `table` is taken from the arguments. Raises ValueError."""
    try:
        table = table_from_json(value["table"])
        told = value.get("created_at")
        return Evaluation(
            id=EvaluationId(value.get("id") or evaluation_id(run or version, table.split)),
            run=RunId(value["run"]) if value.get("run") else run,
            version=VersionId(value.get("version") or version),
            snapshot=SnapshotId(value["snapshot"]) if value.get("snapshot") else snapshot,
            created_at=datetime.fromisoformat(told) if told else created_at,
            table=table,
        )
    except (AttributeError, KeyError, OverflowError, TypeError) as error:
        raise ValueError(f"an evaluation that is damaged: {error!r}") from error


# Format 2


def _measure_to_json(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "title": measure.title,
        "help": measure.help,
        "group": measure.group,
        "kind": measure.kind,
        "higher_is_better": measure.higher_is_better,
        "digits": measure.digits,
        "at": measure.at,
    } | ({"beside": measure.beside} if measure.beside else {})


def _row_to_json(row: EvaluationRow) -> dict[str, Any]:
    return {
        "category": row.category,
        "n_images": row.n_images,
        "n_instances": row.n_instances,
        "values": {name: _finite(value) for name, value in row.values.items()},
    } | ({"confusions": [list(pair) for pair in row.confusions]} if row.confusions else {})


def _table_2(value: Mapping[str, Any]) -> EvaluationTable:
    rows = tuple(
        EvaluationRow(
            _category(row["category"]),
            int(row["n_images"]),
            int(row["n_instances"]),
            _values(row["values"]),
            tuple((str(name), int(n)) for name, n in row.get("confusions", ())),
        )
        for row in value["rows"]
    )
    _require_rows(rows)
    described = tuple(_measure_from_json(item) for item in value["measures"])
    return EvaluationTable(
        split=Split(value["split"]),
        rows=rows,
        measures=_with_undescribed(described, rows),
        settings={str(name): _setting(item) for name, item in value["settings"].items()},
        headline=str(value["headline"]),
        about=str(value["about"]),
        notes=tuple(map(str, value["notes"])),
    )


def _measure_from_json(value: Mapping[str, Any]) -> Measure:
    plain = Measure(str(value["name"]))
    return Measure(
        name=plain.name,
        title=str(value.get("title", plain.title)),
        help=str(value.get("help", plain.help)),
        group=str(value.get("group", plain.group)),
        kind=str(value.get("kind", plain.kind)),
        higher_is_better=bool(value.get("higher_is_better", plain.higher_is_better)),
        digits=min(max(0, int(value.get("digits", plain.digits))), _MOST_DIGITS),
        at=str(value.get("at", plain.at)),
        beside=str(value.get("beside", plain.beside)),
    )


# Format 1


def _table_1(value: Mapping[str, Any]) -> EvaluationTable:
    has_masks = bool(value["has_masks"])
    described = BOX_MEASURES + (MASK_MEASURES if has_masks else ())
    absent = () if has_masks else MASK_MEASURES
    rows = tuple(_row_1(row, {measure.name for measure in absent}) for row in value["rows"])
    _require_rows(rows)
    limit = int(value["max_detections"])
    return EvaluationTable(
        split=Split(value["split"]),
        rows=rows,
        measures=_with_undescribed(described, rows),
        settings={MAX_DETECTIONS: limit},
        headline=MASK_MAP50_95 if has_masks else MAP50_95,
        about=coco_protocol(limit),
        notes=tuple(map(str, value.get("notes", ()))),
    )


def _row_1(row: Mapping[str, Any], absent: set[str]) -> EvaluationRow:
    values = {name: item for name, item in row.items() if name not in _FIXED and name not in absent}
    return EvaluationRow(_category(row["category"]), int(row["n_images"]), int(row["n_instances"]), _values(values))


# Parts


def _require_rows(rows: Sequence[EvaluationRow]) -> None:
    if not rows:
        raise ValueError("a table of measurements without a row")


def _with_undescribed(described: tuple[Measure, ...], rows: Sequence[EvaluationRow]) -> tuple[Measure, ...]:
    """Measures that some row has and nobody described are shown under their name."""
    known = {measure.name for measure in described}
    names = dict.fromkeys(name for row in rows for name in row.values if name not in known)
    return (*described, *(Measure(name) for name in names))


def _category(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{value!r} is no class")


def _values(values: Mapping[str, Any]) -> dict[str, float | None]:
    return {str(name): None if value is None else _number(value) for name, value in values.items()}


def _number(value: Any) -> float | None:
    """As it was written: a whole number stays one. Words for numbers (of format 1) that are none cannot be stated."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{value!r} is no number")
    return _finite(float(value) if isinstance(value, str) else value)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _plain(value: Setting) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _setting(value: Any) -> Setting:
    if isinstance(value, list):
        return tuple(float(item) for item in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} is no setting")
