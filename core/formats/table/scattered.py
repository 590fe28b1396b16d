"""Brings together the rows of an image that lie all over the tables: by their places, which are read again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

import numpy as np

from core.formats.table.files import Row, RowsAgain, Table


def together(rows: Iterable[tuple[int, int, Row]], tables: Sequence[Table]) -> Iterator[tuple[int, int, Row]]:
    """`rows` are the number of an image, that of a table, and a row; each image's come one after the other, in their
    order. Of each row 32 bytes are kept. Raises OSError."""
    images, numbers, lines, places = (array("q") for _ in range(4))
    for image, number, row in rows:
        images.append(image)
        numbers.append(number)
        lines.append(row.line)
        places.append(row.at)
    order = np.argsort(np.array(images, dtype=np.int64), kind="stable")
    with closing(RowsAgain(tables)) as again:
        for index in order:
            yield images[index], numbers[index], again.row(numbers[index], lines[index], places[index])
