"""Rows of annotations that went, kept so that undoing brings back exactly them: compressed, in a temporary file when
they are many, gone with the step that holds them."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from core.files.faults import told_as_storage_error
from core.registry.tables.images import ANNOTATIONS

COLUMNS = ", ".join(column.name for column in ANNOTATIONS.columns)
"""Of a kept row, in order; `id`, `image_id` and `category_id` are the first three."""

_SOURCE = COLUMNS.split(", ").index("source")

MARKS = ", ".join("?" * len(ANNOTATIONS.columns))

ROWS_AT_ONCE = 20_000

_IN_MEMORY = 16 * 2**20

_WHAT = "What Undo needs"

Keys = NDArray[np.int64]


def digest_with(digest: int, rows: Iterable[tuple[Any, ...]]) -> int:
    """That of what `digest` is of and of these rows, in any order; as good as never that of others. 0 = of none."""
    return (digest + sum(map(hash, rows))) % 2**64


class KeptRows:
    """Filled once, then read as often as need be, by one thread at a time."""

    def __init__(self) -> None:
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see below
        finalize(self, self._file.close)
        self._lengths: list[int] = []
        self._ids: list[Keys] = []
        self._images: list[Keys] = []
        self.categories: set[int] = set()
        self.digest = 0
        self.has_imports = False

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Rows in the order of `COLUMNS`, as the database has them. Raises StorageError where there is no room for
        more."""
        if rows:
            packed = zlib.compress(marshal.dumps(list(rows)), 1)
            with told_as_storage_error(_WHAT, Path(gettempdir())):
                self._file.write(packed)
            self._lengths.append(len(packed))
            self._ids.append(np.array([row[0] for row in rows], dtype=np.int64))
            self._images.append(np.array([row[1] for row in rows], dtype=np.int64))
            self.has_imports = self.has_imports or any(row[_SOURCE] == "import" for row in rows)
            self.digest = digest_with(self.digest, rows)
            self.categories |= {row[2] for row in rows if row[2] is not None}

    @property
    def ids(self) -> Keys:
        return np.concatenate(self._ids) if self._ids else np.zeros(0, dtype=np.int64)

    @property
    def images(self) -> Keys:
        """Each one's image, in the order of `ids`."""
        return np.concatenate(self._images) if self._images else np.zeros(0, dtype=np.int64)

    @property
    def n_bytes(self) -> int:
        return sum(self._lengths)

    def __len__(self) -> int:
        return sum(map(len, self._ids))

    def chunks(self) -> Iterator[list[tuple[Any, ...]]]:
        """Raises StorageError."""
        with told_as_storage_error(_WHAT, Path(gettempdir())):
            self._file.seek(0)
        for length in self._lengths:
            with told_as_storage_error(_WHAT, Path(gettempdir())):
                packed = self._file.read(length)
            yield marshal.loads(zlib.decompress(packed))
