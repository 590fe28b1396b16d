"""A confusion matrix for spreadsheets and for printing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ui.evaluation.matrix_layout import MatrixLayout
from ui.widgets.csv_cells import csv_cell

_SIDE, _LEFT, _TOP, _LETTER = 56, 150, 150, 7


def csv_rows(layout: MatrixLayout) -> Iterator[str]:
    """Lines with their ends, always counts: shares follow from them. Write it as utf-8-sig."""
    titles = (csv_cell(layout.column_title(column)) for column in layout.columns)
    yield ",".join(("there \\ predicted", *titles)) + "\r\n"
    for row in layout.rows:
        cells = ((row, column) for column in layout.columns)
        numbers = (str(layout.count(cell)) if layout.is_possible(cell) else "" for cell in cells)
        yield ",".join((csv_cell(layout.row_title(row)), *numbers)) + "\r\n"


def as_svg(layout: MatrixLayout, *, right: str, wrong: str) -> str:
    """As it is shown, on white. `right` and `wrong` are the colours of full cells."""
    longest = max((len(layout.row_title(row)) for row in layout.rows), default=0)
    left = max(_LEFT, 24 + _LETTER * min(longest, 40))
    width, height = left + _SIDE * len(layout.columns) + 20, _TOP + _SIDE * len(layout.rows) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{left}" y="16" font-weight="bold">Predicted</text>',
        f'<text x="10" y="{_TOP - 8}" font-weight="bold">There</text>',
    ]
    for place, column in enumerate(layout.columns):
        x = left + _SIDE * place + _SIDE // 2
        title = escape(_short(layout.column_title(column)))
        parts.append(f'<text transform="translate({x},{_TOP - 8}) rotate(-50)">{title}</text>')
    for line, row in enumerate(layout.rows):
        y = _TOP + _SIDE * line
        title = escape(_short(layout.row_title(row)))
        parts.append(f'<text x="{left - 8}" y="{y + _SIDE // 2 + 4}" text-anchor="end">{title}</text>')
        for place, column in enumerate(layout.columns):
            cell, x = (row, column), left + _SIDE * place
            part = layout.fraction(cell) or 0.0
            colour = right if layout.is_right(cell) else wrong
            meaning = escape(layout.sentence(cell))
            parts.append(
                f'<rect x="{x}" y="{y}" width="{_SIDE}" height="{_SIDE}" fill="{colour}" '
                f'fill-opacity="{0.85 * part:.3f}" stroke="#cccccc"><title>{meaning}</title></rect>'
            )
            text = escape(layout.text(cell))
            parts.append(f'<text x="{x + _SIDE // 2}" y="{y + _SIDE // 2 + 4}" text-anchor="middle">{text}</text>')
    return "\n".join((*parts, "</svg>")) + "\n"


def _short(title: str) -> str:
    return title if len(title) <= 40 else f"{title[:39]}…"
