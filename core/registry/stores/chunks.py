"""Cuts long lists into pieces that fit into one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

KEYS_PER_QUERY = 900
"""Below what the oldest SQLite takes as parameters of one statement."""

ROWS_PER_INSERT = 10_000


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, size)):
        yield chunk
