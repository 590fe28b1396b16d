"""Brings together the rows of an image that lie all over the tables, on the disk instead of in memory."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from core.formats.table.files import Row

_ROWS_AT_ONCE = 50_000
_MOST_FILES = 64


def together(rows: Iterable[tuple[int, int, Row]], n_rows: int, n_images: int) -> Iterator[tuple[int, int, Row]]:
    """`rows` are the number of an image (below `n_images`), that of a table, and a row; each image's come one after
    the other, in their order. Raises OSError when the disk is full."""
    n_files = min(_MOST_FILES, n_rows // _ROWS_AT_ONCE + 1)
    with contextlib.ExitStack() as stack:
        files: list[IO[str]] = [
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="surrogateescape"))
            for _ in range(n_files)
        ]
        for image, table, row in rows:
            files[image * n_files // n_images].write(json.dumps([image, table, row.line, row.cells]) + "\n")
        for file in files:
            file.seek(0)
            by_image: dict[int, list[tuple[int, Row]]] = {}
            for line in file:
                image, table, number, cells = json.loads(line)
                by_image.setdefault(image, []).append((table, Row(number, cells)))
            for image, found in sorted(by_image.items()):
                for table, row in found:
                    yield image, table, row
            file.close()
