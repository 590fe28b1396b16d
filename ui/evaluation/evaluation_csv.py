"""Evaluation tables as rows for a spreadsheet: every split in one file. Write it as utf-8-sig."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.domain.metrics import EvaluationRow, EvaluationTable
from ui.evaluation.evaluation_model import BOX_COLUMNS, COUNTS, MASK_COLUMNS, class_name
from ui.widgets.csv_cells import csv_cell

HEADINGS = ("Set", "Class", "Box threshold", "Mask threshold")


def evaluation_rows(tables: Iterable[EvaluationTable]) -> Iterator[str]:
    """Lines with their ends. A measure that cannot be stated is an empty cell."""
    columns = (*COUNTS, *BOX_COLUMNS, *MASK_COLUMNS)
    yield ",".join([*HEADINGS[:2], *(column.title for column in columns), *HEADINGS[2:]]) + "\r\n"
    for table in tables:
        for row in table.rows:
            values = [column.value(row) for column in columns]
            cells = [csv_cell(str(table.split)), csv_cell(class_name(row)), *map(_number, values), *_thresholds(row)]
            yield ",".join(cells) + "\r\n"


def _thresholds(row: EvaluationRow) -> list[str]:
    return [_number(row.threshold), _number(row.mask_threshold)]


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
