"""Evaluation tables as rows for a spreadsheet: every split in one file. Write it as utf-8-sig."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.domain.evaluation import EvaluationRow, EvaluationTable, Measure
from ui.evaluation.evaluation_model import class_name
from ui.widgets.csv_cells import csv_cell

HEADINGS = ("Set", "Class", "Images", "Instances")


def evaluation_rows(tables: Iterable[EvaluationTable]) -> Iterator[str]:
    """Lines with their ends. A measure that cannot be stated is an empty cell; thresholds stand last."""
    tables = tuple(tables)
    measures = _measures_of(tables)
    yield ",".join([*HEADINGS, *(csv_cell(measure.full_title) for measure in measures)]) + "\r\n"
    for table in tables:
        for row in table.rows:
            yield ",".join(_cells(table, row, measures)) + "\r\n"


def _measures_of(tables: Iterable[EvaluationTable]) -> tuple[Measure, ...]:
    """Of all tables together, each once."""
    tables = tuple(tables)
    shown = {measure.name: measure for table in tables for measure in table.columns}
    rest = {measure.name: measure for table in tables for measure in table.measures if measure.name not in shown}
    return (*shown.values(), *rest.values())


def _cells(table: EvaluationTable, row: EvaluationRow, measures: Iterable[Measure]) -> Iterator[str]:
    yield csv_cell(str(table.split))
    yield csv_cell(class_name(row))
    yield from (str(row.n_images), str(row.n_instances))
    for measure in measures:
        value = row.value(measure.name)
        yield "" if value is None else repr(value)
